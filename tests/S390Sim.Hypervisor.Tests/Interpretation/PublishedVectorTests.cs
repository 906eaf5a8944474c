using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>What kvm-unit-tests expect of a machine, where it is more than a line of the tables (sie.md section 13).</summary>
public sealed unsafe class PublishedVectorTests : IDisposable
{
    // The host's other address space, from a region-first table down; the guest's storage is its first megabyte.
    private const ulong RegionFirst = 0xA_0000, RegionSecond = 0xA_4000, RegionThird = 0xA_8000, Segments = 0xA_C000;
    private const ulong EntryInvalid = 0x20, FullTable = 3;

    private readonly SieBench _bench = new();

    private StateDescription Sd => _bench.Description;

    public void Dispose() => _bench.Dispose();

    /// <summary>
    /// MOVE PAGE of pages that are not there: the pointers lead to the entries, nothing is moved, and the same SIE goes on behind.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_entries_of_a_page_that_is_not_moved_are_told(bool isSource)
    {
        const ulong Source = 0x6000, Destination = 0x7000;
        var sd = Sd;
        sd.Eca |= ExecutionControlsA.MovePage;
        (_bench[Source], _bench[Destination]) = (0x1111, 0x2222);
        SieSetting.Apply(_bench, isSource ? "h6000" : "h7000", SieBench.Invalid);
        (_bench.State->Gr[0], _bench.State->Gr[2], _bench.State->Gr[3]) = (0, Destination, Source);
        _bench.Run("B2540023");
        Assert.Equal((0x38, 0xB254, 0x0023_0000u), (sd.InterceptionCode, sd.Ipa, sd.Ipb));
        Assert.Equal(SieBench.Origin + Source | (isSource ? SieBench.Invalid : 0), _bench.Storage.Read64(sd.SourceEntry));
        Assert.Equal(SieBench.Origin + Destination | (isSource ? 0 : SieBench.Invalid), _bench.Storage.Read64(sd.DestinationEntry));
        Assert.Equal(0x2222UL, _bench[Destination]);
        _bench.Continue();
        Assert.Equal((4, 0x8300, 0x0044_0000u), (sd.InterceptionCode, sd.Ipa, sd.Ipb));
    }

    /// <summary>Without limits of the state description only the host's tables bound the guest.</summary>
    [Fact]
    public void A_store_beyond_what_the_host_maps_is_the_hosts_translation_exception()
    {
        foreach (var (table, entry) in ((ulong, ulong)[])[(RegionFirst, RegionSecond | 0xC | FullTable),
            (RegionSecond, RegionThird | 0x8 | FullTable), (RegionThird, Segments | 0x4 | FullTable), (Segments, SieBench.PageTable)])
        {
            for (var n = 1UL; n < 2048; n++) _bench.Storage.Write64(table + n * 8, EntryInvalid);
            _bench.Storage.Write64(table, entry);
        }
        var sd = Sd;
        sd.CpuFlags |= SieFlags.StorageLimitSuppression;
        sd.Cr0 = 0xE0;
        _bench.State->Cr[1] = RegionFirst | 0xC | FullTable;
        _bench.State->Gr[3] = 0x10_0000;
        Assert.Equal(StopReason.HostFault, _bench.Run("50203000"));
        Assert.Equal((ProgramCode.SegmentTranslation, 0x10_0000UL), (_bench.State->HostFault.Code, _bench.State->HostFault.Address));
        Assert.Equal((0, SieBench.Code), (sd.InterceptionCode, sd.PswAddress));
        // Within the map it stores.
        _bench.State->Gr[3] = 0xF_F000;
        _bench.Run("50203000");
        Assert.Equal((4, SieBench.Code + 8), (sd.InterceptionCode, sd.PswAddress));
    }
}
