using S390Sim.Cpu;

namespace S390Sim.Machine;

/// <summary>A CPU's registers at one moment.</summary>
/// <param name="Psw">Program-status word.</param>
/// <param name="Gr">General registers 0-15.</param>
/// <param name="Cr">Control registers 0-15.</param>
/// <param name="Ar">Access registers 0-15.</param>
/// <param name="Fpr">Floating-point registers 0-15.</param>
/// <param name="Fpc">Floating-point-control register.</param>
/// <param name="Prefix">Prefix.</param>
public sealed record CpuSnapshot(Psw Psw, ulong[] Gr, ulong[] Cr, uint[] Ar, ulong[] Fpr, uint Fpc, ulong Prefix)
{
    /// <summary>The registers that a processor holds now.</summary>
    public static unsafe CpuSnapshot Of(Processor processor) => Of(processor.State);

    /// <summary>The registers that a processor's state holds now.</summary>
    public static unsafe CpuSnapshot Of(CpuState* c)
    {
        var fpr = new ulong[16];
        for (var n = 0; n < 16; n++) fpr[n] = c->Fpr(n);
        return new CpuSnapshot(c->Psw, new ReadOnlySpan<ulong>(c->Gr, 16).ToArray(), new ReadOnlySpan<ulong>(c->Cr, 16).ToArray(),
            new ReadOnlySpan<uint>(c->Ar, 16).ToArray(), fpr, c->Fpc, c->Prefix);
    }
}
