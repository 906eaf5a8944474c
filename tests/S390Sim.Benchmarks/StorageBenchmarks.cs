using BenchmarkDotNet.Attributes;
using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Benchmarks;

/// <summary>
/// A guest's storage accesses under DAT: a load that the software TLB knows, one that it does not, and one that ends in a page-translation
/// interruption which the guest answers. Time is per guest access.
/// </summary>
[MemoryDiagnoser]
public class StorageBenchmarks
{
    private const int Accesses = 1 << 16;
    private const ulong SegmentTable = 0x20_0000, PageTables = 0x20_4000, HandlerAddress = 0x9000, Data = 0x100_0000;
    private const ulong DatMask = CpuBench.SupervisorMask | Psw.Dat;

    // lg %r1,0(%r4) ; j .-6
    private static readonly byte[] s_hit = Convert.FromHexString("E31040000004" + "A7F4FFFD");
    // lg %r1,0(%r4) ; la %r4,0(%r5,%r4) ; ngr %r4,%r6 ; j .-14: more pages than the TLB holds
    private static readonly byte[] s_miss = Convert.FromHexString("E31040000004" + "41454000" + "B9800046" + "A7F4FFF9");
    // agsi 0x158,6 ; lpswe 0x150: over the instruction that was nullified
    private static readonly byte[] s_handler = Convert.FromHexString("EB060158007A" + "B2B20150");

    private CpuBench _bench = null!;

    [GlobalSetup]
    public unsafe void Setup()
    {
        _bench = new CpuBench(64 << 20);
        for (ulong segment = 0; segment < 2048; segment++)
            _bench.Storage.Write64(SegmentTable + segment * 8, segment < 64 ? PageTables + segment * 2048 : 0x20);
        for (ulong page = 0; page < 64 * 256; page++)
            _bench.Storage.Write64(PageTables + page * 8, page * 4096);
        _bench.Storage.Write64(PageTables + Invalid / 4096 * 8, 0x400);
        _bench.Storage.Write64((ulong)Lowcore.ProgramNewMaskOffset, DatMask);
        _bench.Storage.Write64((ulong)Lowcore.ProgramNewMaskOffset + 8, HandlerAddress);
        _bench.Storage.Write(HandlerAddress, s_handler);
        _bench.State->Cr[1] = SegmentTable | 3;
        _bench.State->Gr[4] = Data;
        _bench.State->Gr[5] = 4096;
        _bench.State->Gr[6] = 0x1FF_FFF8;
    }

    private const ulong Invalid = 0x300_0000;

    [GlobalCleanup]
    public void Cleanup() => _bench.Dispose();

    [Benchmark(OperationsPerInvoke = Accesses)]
    public unsafe void TlbHit()
    {
        _bench.State->Gr[4] = Data;
        _bench.Run(s_hit, Accesses * 2, DatMask);
    }

    [Benchmark(OperationsPerInvoke = Accesses)]
    public unsafe void TlbMissAndWalk() => _bench.Run(s_miss, Accesses * 4, DatMask);

    [Benchmark(OperationsPerInvoke = Accesses)]
    public unsafe void PageFault()
    {
        // The fault, AGSI on the old PSW's address, LPSWE, the branch back.
        _bench.State->Gr[4] = Invalid;
        _bench.Run(s_hit, Accesses * 4, DatMask);
    }
}
