using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>The registers of one processor, before or after a program.</summary>
public sealed record MachineState
{
    /// <summary>PSW; before a program its address is <see cref="TestLayout.Code"/>.</summary>
    public Psw Psw { get; init; }
    /// <summary>General registers.</summary>
    public ulong[] Gr { get; init; } = new ulong[16];
    /// <summary>Access registers.</summary>
    public uint[] Ar { get; init; } = new uint[16];
    /// <summary>Control registers; zeros stand for those that the layout needs.</summary>
    public ulong[] Cr { get; init; } = new ulong[16];
    /// <summary>Floating-point registers.</summary>
    public ulong[] Fpr { get; init; } = new ulong[16];
    /// <summary>Floating-point-control register.</summary>
    public uint Fpc { get; init; }

    /// <summary>Prefix: one of <see cref="TestLayout.Prefixes"/> before a program.</summary>
    public ulong Prefix { get; init; }
    /// <summary>Storage keys of <see cref="TestLayout.KeyedFrames"/> as ISKE inserts them; none: those of the layout.</summary>
    public byte[] Keys { get; init; } = [];

    /// <summary>Condition code, 0-3.</summary>
    public int Cc => Psw.ConditionCode;
    /// <summary>PSW bits 20-23.</summary>
    public int ProgramMask => (int)(Psw.Mask >> 40) & 0xF;

    /// <summary>A copy whose registers can be changed without changing these.</summary>
    public MachineState Copy() => this with { Gr = [.. Gr], Ar = [.. Ar], Cr = [.. Cr], Fpr = [.. Fpr], Keys = [.. Keys] };

    /// <summary>A copy with one general register changed.</summary>
    public MachineState WithGr(int register, ulong value)
    {
        ulong[] registers = [.. Gr];
        registers[register] = value;
        return this with { Gr = registers };
    }
}
