using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using S390Sim.Tests.General;

namespace S390Sim.Tests.FloatingPoint;

/// <summary>A bench with the AFP-register control on that executes single floating-point instructions.</summary>
internal sealed unsafe class FloatingBench : IDisposable
{
    public const ulong Data = 0x40000;
    private const ulong AfpControl = 1UL << 18;

    private readonly CpuBench _bench;

    public FloatingBench(FacilitySet? facilities = null)
    {
        _bench = new CpuBench(facilities: facilities);
        C->Cr[0] |= AfpControl;
    }

    public CpuState* C => _bench.State;
    public Storage Storage => _bench.Storage;
    public ProgramCode Interruption => _bench.Interruption;
    public Psw Old => _bench.ProgramOld;

    /// <summary>The data-exception code that was stored, or -1 without a data exception.</summary>
    public int Dxc => Interruption == ProgramCode.Data ? (int)_bench.Lowcore.DataExceptionCode : -1;

    public bool Afp
    {
        set => C->Cr[0] = value ? C->Cr[0] | AfpControl : C->Cr[0] & ~AfpControl;
    }

    /// <summary>Executes one instruction with condition code 1 before it.</summary>
    public ProgramCode Run(Op op, Operands operands)
    {
        _bench.Run(StorageBench.Bytes(StorageBench.Text(op, operands)), 1, CpuBench.SupervisorMask | (1UL << 44));
        return Interruption;
    }

    /// <summary>Executes an instruction on registers 0 and 4.</summary>
    public ProgramCode Run(Op op, ulong first, ulong second, uint fpc = 0)
    {
        C->Fpc = fpc;
        C->Fpr(0) = first;
        C->Fpr(4) = second;
        return Run(op, new Operands { R1 = 0, R2 = 4 });
    }

    public void Dispose() => _bench.Dispose();
}
