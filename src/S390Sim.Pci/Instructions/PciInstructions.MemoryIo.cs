using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>
/// The memory-I/O forms of PCI LOAD, PCI STORE and PCI STORE BLOCK, and PCI WRITE BARRIER (facility 153). They may be executed
/// in the problem state; the virtual address of the BAR is translated like that of storage. CR2 bit 58 enables them.
/// </summary>
public static partial class PciInstructions<TContext>
{
    /// <summary>PCI LOAD (memory I/O): R1 receives the bytes, R2 is the address, R2 + 1 the length and the status.</summary>
    public static PciOutcome Pcilgi(TContext c, PciConfiguration configuration, int r1, int r2)
    {
        if (!TryReachMemory(c, configuration, r2, isStore: false, out var access, out var outcome)) return outcome;
        if (IsInjected(c, configuration, InjectionPoint.Load, access.Function, access.Request, r2 + 1, out outcome))
            return outcome;
        c[r1] = Reverse(access.Region!.Load(access.Offset, access.Length), access.Length);
        access.Function.Measurement.Loads++;
        return Complete(c, configuration, access.Request, 0);
    }

    /// <summary>
    /// PCI STORE (memory I/O): the rightmost bytes of R1 are stored; R2 is the address, R2 + 1 the length and the status.
    /// </summary>
    public static PciOutcome Pcistgi(TContext c, PciConfiguration configuration, int r1, int r2)
    {
        if (!TryReachMemory(c, configuration, r2, isStore: true, out var access, out var outcome)) return outcome;
        if (IsInjected(c, configuration, InjectionPoint.Store, access.Function, access.Request, r2 + 1, out outcome))
            return outcome;
        access.Function.Measurement.Stores++;
        access.Region!.Store(access.Offset, access.Length, Reverse(c[r1], access.Length));
        return Complete(c, configuration, access.Request, 0);
    }

    /// <summary>
    /// PCI STORE BLOCK (memory I/O): R1 is the length and the status, R3 the address in the BAR; the operand is copied there.
    /// </summary>
    public static PciOutcome Pcistbi(
        TContext c, PciConfiguration configuration, int r1, int r3, ulong address, int baseRegister)
    {
        if (!c.AllowsMemoryIo) return Program(c, ProgramCode.Operation);
        var request = new PciRequest(c[r1]);
        if (!c.TryTranslate(c[r3] & c.AddressMask, r3, isStore: true, out var absolute)) return PciOutcome.Interrupted;
        if (!TryFindMemory(c, configuration, request, r1, absolute, out var place, out var outcome)) return outcome;
        return StoreBlock(c, configuration, place, r1, address, baseRegister);
    }

    /// <summary>PCI WRITE BARRIER: every store is done when its instruction is, so that nothing is left to wait for.</summary>
    public static PciOutcome Pciwb(TContext c)
        => c.AllowsMemoryIo ? PciOutcome.Completed : Program(c, ProgramCode.Operation);

    private static bool TryReachMemory(
        TContext c, PciConfiguration configuration, int r2, bool isStore, out Access access, out PciOutcome outcome)
    {
        access = default;
        if (!c.AllowsMemoryIo) return Interrupt(c, ProgramCode.Operation, out outcome);
        if ((r2 & 1) != 0) return Interrupt(c, ProgramCode.Specification, out outcome);
        outcome = PciOutcome.Interrupted;
        if (!c.TryTranslate(c[r2] & c.AddressMask, r2, isStore, out var absolute)) return false;
        var request = new PciRequest(c[r2 + 1]);
        return TryFindMemory(c, configuration, request, r2 + 1, absolute, out access, out outcome)
            && (IsAccepted(access) || Interrupt(c, ProgramCode.Operand, out outcome));
    }

    /// <summary>
    /// Finds the BAR at an address. An address that is none of BARs is in an invalid address space; where no BAR of a function
    /// is, or of one that is not enabled for memory I/O, there is no function.
    /// </summary>
    private static bool TryFindMemory(TContext c, PciConfiguration configuration, PciRequest request, int register,
        ulong absolute, out Access access, out PciOutcome outcome)
    {
        access = default;
        if (configuration.MemoryIo is not { } map || !MemoryIoMap.Contains(absolute))
        {
            outcome = Refuse(c, configuration, request, register, PciStatus.SecondOperandSpace);
            return false;
        }
        if (!map.TryFind(absolute, out var function, out var bar, out var offset) || !function.IsMemoryIoEnabled)
        {
            outcome = Complete(c, configuration, request, 3);
            return false;
        }
        access = new Access { Request = request, Function = function, Region = function.Device.Bar(bar), Offset = offset };
        return IsReachable(c, configuration, request, register, function, out outcome);
    }
}
