using S390Sim.Cpu;

namespace S390Sim.Tests.Multiprocessing;

/// <summary>What one CPU invalidates, or sets, another sees.</summary>
public sealed unsafe class InvalidationBroadcastTests : IDisposable
{
    private const ulong Segments = 0x20000, Pages = 0x28000, Page = 0x40000, Dat = GroupBench.Mask64 | Psw.Dat;
    private readonly GroupBench _bench = new(2);

    public InvalidationBroadcastTests()
    {
        for (ulong n = 0; n < 256; n++) _bench.Storage.Write64(Pages + n * 8, n << 12);
        _bench.Storage.Write64(Segments, Pages);
        for (ulong n = 1; n < 512; n++) _bench.Storage.Write64(Segments + n * 8, 0x20);
        for (var cpu = 0; cpu < 2; cpu++)
        {
            _bench[cpu]->Cr[1] = Segments;
            _bench[cpu]->LoadPsw(new Psw(Dat, 0x10000));
        }
        _bench[0]->Gr[3] = Pages;
        _bench[0]->Gr[4] = Page;
        _bench[0]->Gr[6] = Segments;
        _bench[0]->Gr[7] = 0;
    }

    private bool Loads(int cpu) => _bench[cpu]->Load64(Page, 0, out _);

    private void Execute(string code)
    {
        _bench.Put(0x10000, code);
        _bench[0]->LoadPsw(new Psw(Dat, 0x10000));
        _bench.Cpus[0].Run(_bench[0]->InstructionCount + 1);
        _bench[0]->LoadPsw(new Psw(Dat, 0x10000));
    }

    [Theory]
    [InlineData("B2210034", false)]                     // IPTE
    [InlineData("B2210134", true)]                      // locally
    [InlineData("B98E0067", false)]                     // IDTE of segment 0
    [InlineData("B98E0167", true)]
    [InlineData("B20D0000", true)]                      // PTLB
    public void Translations_of_another_cpu(string code, bool stays)
    {
        Assert.True(Loads(0) && Loads(1));
        // IDTE and PTLB leave this entry: only the TLB still knows the page.
        _bench.Storage.Write64(Pages + 0x40 * 8, Page | 0x400);
        Execute(code);
        // IDTE invalidated the segment that also maps the code; neither CPU has the page any more unless its TLB does.
        Assert.Equal((false, stays), (Loads(0), Loads(1)));
    }

    [Fact]
    public void A_key_that_another_cpu_changes()
    {
        _bench[1]->LoadPsw(new Psw(Dat | (2UL << 52), 0x10000));
        Assert.True(Loads(1));
        _bench[0]->Gr[3] = 0x38;
        Execute("B22B0034");                            // SSKE
        Assert.False(Loads(1));
        Assert.Equal(ProgramCode.Protection, _bench[1]->Fault.Code);
    }

    [Fact]
    public void The_time_of_day_is_one()
    {
        _bench.Storage.Write64(0x800, 0xD000_0000_0000_0000);
        Execute("B2040800");                            // SCK
        Assert.InRange(_bench.Cpus[1].GuestTod, 0xD000_0000_0000_0000UL, 0xD000_0000_0000_1000UL);
    }

    public void Dispose() => _bench.Dispose();
}
