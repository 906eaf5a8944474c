using S390Sim.Cpu;

namespace S390Sim.Pci;

public static unsafe partial class PciInstructions<TContext>
{
    private const int MaximumBlock = 8192;
    private const int HeaderSize = ClpHeader.Size;
    private const int LengthSize = 4;
    private const int MaximumRequest = MaximumBlock - 8;
    private const int MaximumResponse = MaximumBlock - HeaderSize;
    private const int ImmediateForm = 8;
    private const int BaseProcessor = 0, PciProcessor = 2;
    private const ulong InstalledProcessors = 0xA000_0000_0000_0000;   // bit n for processor n
    private const ulong QueryInstalled = 1;

    /// <summary>
    /// CALL LOGICAL PROCESSOR: R2 designates a request block for the logical processor M4, the response block follows it. With
    /// bit 0 of M3 one the immediate form: R2 is the command, R1 receives the mask of logical processors. Condition code 3 when
    /// there is no such processor or immediate command.
    /// </summary>
    /// <param name="c">Who executes.</param>
    /// <param name="configuration">The functions.</param>
    /// <param name="r1">Result register of the immediate form.</param>
    /// <param name="r2">Register with the logical address of the block, or the immediate command.</param>
    /// <param name="m3">Form.</param>
    /// <param name="m4">Logical processor: 0 base, 2 PCI.</param>
    public static PciOutcome Clp(TContext c, PciConfiguration configuration, int r1, int r2, int m3, int m4)
    {
        if (c.ProblemState) return Program(c, ProgramCode.PrivilegedOperation);
        if ((m3 & ImmediateForm) != 0) return QueryProcessors(c, r1, r2, m4);
        if (m4 is not (BaseProcessor or PciProcessor)) return Complete(c, configuration, default, 3);
        var address = c[r2] & c.AddressMask;
        var bytes = stackalloc byte[MaximumBlock];
        var block = new Span<byte>(bytes, MaximumBlock);
        if (!c.TryFetch(address, r2, block[..LengthSize])) return PciOutcome.Interrupted;
        var request = new ClpHeader(bytes);
        int length = request.Length;
        if (length is < HeaderSize or > MaximumRequest || length % 8 != 0) return Program(c, ProgramCode.Operand);
        if (!c.TryFetch(address, r2, block[..Math.Min(length + HeaderSize, MaximumBlock)])) return PciOutcome.Interrupted;
        var response = new ClpHeader(bytes + length);
        int space = response.Length;
        if (space is < 8 or > MaximumResponse || space % 8 != 0 || length + space > MaximumBlock)
            return Program(c, ProgramCode.Operand);
        if (!c.TryFetch(address, r2, block[..(length + space)])) return PciOutcome.Interrupted;
        if (IsInjected(c, configuration, request, response)) return c.TryStore(address, r2, block[..(length + space)])
            ? PciOutcome.Completed : PciOutcome.Interrupted;

        var conditionCode = Call(configuration, m4, bytes, length, space);
        if (!c.TryStore(address, r2, block[..(length + space)])) return PciOutcome.Interrupted;
        c.SetConditionCode(conditionCode);
        return PciOutcome.Completed;
    }

    private static PciOutcome QueryProcessors(TContext c, int r1, int r2, int m4)
    {
        var isKnown = m4 == BaseProcessor && c[r2] == QueryInstalled;
        if (isKnown) c[r1] = InstalledProcessors;
        c.SetConditionCode(isKnown ? 0 : 3);
        return PciOutcome.Completed;
    }
}
