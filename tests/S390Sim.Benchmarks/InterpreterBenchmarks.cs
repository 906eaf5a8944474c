using BenchmarkDotNet.Attributes;
using S390Sim.Testing;

namespace S390Sim.Benchmarks;

/// <summary>The interpreter's loop on a small register loop and on one that loads and stores; time is per guest instruction.</summary>
[MemoryDiagnoser]
public class InterpreterBenchmarks
{
    private const int Instructions = 1_000_000;

    // agr %r1,%r2 ; xgr %r3,%r1 ; j .-8
    private static readonly byte[] s_registers = Convert.FromHexString("B9080012" + "B9820031" + "A7F4FFFC");
    // lg %r1,0(%r4) ; agr %r1,%r2 ; stg %r1,0(%r4) ; j .-16
    private static readonly byte[] s_storage = Convert.FromHexString("E31040000004" + "B9080012" + "E31040000024" + "A7F4FFF8");

    private CpuBench _bench = null!;

    [GlobalSetup]
    public unsafe void Setup()
    {
        _bench = new CpuBench();
        _bench.State->Gr[4] = 0x20000;
    }

    [GlobalCleanup]
    public void Cleanup() => _bench.Dispose();

    [Benchmark(OperationsPerInvoke = Instructions)]
    public void Registers() => _bench.Run(s_registers, Instructions);

    [Benchmark(OperationsPerInvoke = Instructions)]
    public void LoadsAndStores() => _bench.Run(s_storage, Instructions);
}
