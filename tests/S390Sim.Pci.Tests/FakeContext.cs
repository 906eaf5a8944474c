using S390Sim.Cpu;

namespace S390Sim.Pci.Tests;

/// <summary>Executes one instruction after another over plain storage; logical addresses are absolute ones.</summary>
internal sealed class FakeContext(Storage storage) : IPciContext
{
    private readonly ulong[] _registers = new ulong[16];

    public bool ProblemState { get; set; }
    public ushort CpuAddress { get; set; }
    public ulong AddressMask => ulong.MaxValue;
    public bool AllowsMemoryIo { get; set; } = true;
    public int ConditionCode { get; private set; } = -1;
    public ProgramCode Exception { get; private set; }

    /// <summary>A page whose accesses are page-translation exceptions.</summary>
    public ulong InvalidPage { get; set; } = ulong.MaxValue;

    public ulong this[int register]
    {
        get => _registers[register];
        set => _registers[register] = value;
    }

    /// <summary>Forgets how the last instruction ended.</summary>
    public void Begin() => (ConditionCode, Exception) = (-1, ProgramCode.None);

    public void SetConditionCode(int conditionCode) => ConditionCode = conditionCode;

    public void Program(ProgramCode code) => Exception = code;

    public bool TryFetch(ulong address, int baseRegister, Span<byte> bytes)
        => IsMapped(address, bytes.Length) && storage.TryRead(address, bytes);

    public bool TryStore(ulong address, int baseRegister, ReadOnlySpan<byte> bytes)
        => IsMapped(address, bytes.Length) && storage.TryWrite(address, bytes);

    public bool TryTranslate(ulong address, int baseRegister, bool isStore, out ulong absolute)
    {
        absolute = address;
        return IsMapped(address, 1);
    }

    private bool IsMapped(ulong address, int length)
    {
        var touches = InvalidPage != ulong.MaxValue
            && address <= InvalidPage + 4095 && InvalidPage <= address + (ulong)length - 1;
        if (touches) Exception = ProgramCode.PageTranslation;
        return !touches;
    }
}
