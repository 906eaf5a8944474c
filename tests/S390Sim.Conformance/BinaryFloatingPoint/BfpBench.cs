using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Conformance.BinaryFloatingPoint;

/// <summary>Runs cases on our own processor.</summary>
internal sealed unsafe class BfpBench : IDisposable
{
    private const ulong Record = 0x20000;
    private const ulong AfpControl = 1UL << 18;
    private const int FloatingPointException = 8, IllegalInstruction = 4;

    private readonly CpuBench _bench = new();
    private ulong _code = CpuBench.CodeAddress;

    public BfpBench() => _bench.State->Cr[0] |= AfpControl;

    public HandlerTable Handlers => _bench.Handlers;

    /// <summary>Makes a variant the one that <see cref="Run"/> executes.</summary>
    public void Prepare(BfpVariant variant)
    {
        Span<byte> code = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(code, variant.Text);
        _code = CpuBench.CodeAddress;
        _bench.Storage.Write(_code, code);
    }

    public BfpOutcome Run(in BfpCase test)
    {
        var c = _bench.State;
        c->Fpc = test.Fpc;
        SetPair(c, 0, test.First);
        SetPair(c, 4, test.Second);
        c->Fpr(1) = test.Third;
        c->Gr[1] = c->Gr[2] = test.General;
        c->Gr[6] = Record;
        _bench.Storage.Write64(Record + BfpCase.SecondOffset, (ulong)(test.Second >> 64));
        c->LoadPsw(new Psw(CpuBench.SupervisorMask | ((ulong)test.Cc << 44), _code));
        _bench.Processor.Run(c->InstructionCount + 1);
        var interruption = _bench.Interruption;
        var signal = interruption switch
        {
            ProgramCode.None => 0,
            ProgramCode.Data => FloatingPointException,
            _ => IllegalInstruction,
        };
        var cc = signal == 0 ? c->Cc : _bench.ProgramOld.ConditionCode;
        return new BfpOutcome(c->Fpc, signal, cc, new UInt128(c->Fpr(0), c->Fpr(2)), c->Fpr(1), c->Gr[1]);
    }

    private static void SetPair(CpuState* c, int register, UInt128 value)
    {
        c->Fpr(register) = (ulong)(value >> 64);
        c->Fpr(register + 2) = (ulong)value;
    }

    public void Dispose() => _bench.Dispose();
}
