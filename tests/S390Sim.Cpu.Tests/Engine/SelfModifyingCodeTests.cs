using S390Sim.Cpu;

namespace S390Sim.Tests.Engine;

public sealed unsafe class SelfModifyingCodeTests : IDisposable
{
    private readonly EngineBench _bench = new();

    [Fact]
    public void The_next_instruction()
    {
        _bench.C->Gr[9] = EngineBench.Code + 7;
        // Twice, so that it was decoded before: MVI 0(9),x; LHI 2,1; then back.
        _bench.Run("92059000 A7280001 A7F4FFFC", 2);
        Assert.Equal(5UL, _bench.C->Gr[2]);
        _bench.Put(EngineBench.Code + 1, "06");
        _bench.Go(EngineBench.Code, 2);
        Assert.Equal(6UL, _bench.C->Gr[2]);
    }

    [Fact]
    public void The_instruction_itself_completes_as_it_was()
    {
        // MVC over itself with LHI 2,7: it is replaced for the next time.
        _bench.C->Gr[8] = EngineBench.Data;
        _bench.C->Gr[9] = EngineBench.Code;
        _bench.Put(EngineBench.Data, "A7280007");
        _bench.Run("D20390008000", 1);
        Assert.Equal(EngineBench.Code + 6, _bench.C->PswAddress);
        _bench.Go(EngineBench.Code, 1);
        Assert.Equal((7UL, EngineBench.Code + 4), (_bench.C->Gr[2], _bench.C->PswAddress));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(2UL)]
    [InlineData(4UL)]
    public void An_instruction_across_two_pages(ulong inFirst)
    {
        var at = EngineBench.Code + 0x1000 - inFirst;
        _bench.Put(at, "C02900000001");                 // IILF 2,1
        for (var value = 1; value < 4; value++)
        {
            _bench.Storage.Write(at + 5, [(byte)value]);
            _bench.Go(at, 1);
            Assert.Equal((ulong)value, _bench.C->Gr[2] & 0xFFFF_FFFF);
            Assert.Equal(at + 6, _bench.C->PswAddress);
        }
    }

    [Fact]
    public void Its_second_page_may_be_mapped_elsewhere_meanwhile()
    {
        _bench.BuildSpaces();
        var at = EngineBench.Code + 0xFFE;
        _bench.Put(at, "C02900000001");
        _bench.Put(0x50000, "00000009");
        _bench.Go(at, 1, EngineBench.Dat64);
        Assert.Equal(1UL, _bench.C->Gr[2]);
        _bench.Storage.Write64(EngineBench.PageEntry(at + 2), 0x50000);
        _bench.C->PurgeTlb();
        _bench.Go(at, 1, EngineBench.Dat64);
        Assert.Equal(9UL, _bench.C->Gr[2]);
    }

    [Fact]
    public void Code_written_by_a_device()
    {
        _bench.Run("A7280001 0700", 2);
        _bench.Storage.Write64(EngineBench.Code, 0xA728_0002_0700_0000);
        _bench.Go(EngineBench.Code, 1);
        Assert.Equal(2UL, _bench.C->Gr[2]);
    }

    [Fact]
    public void Code_in_the_lowcore_that_an_interruption_overwrites()
    {
        // The old PSW's address ends in what was executed there before.
        _bench.NewPsw(0x1C0, 0x148, EngineBench.Mask64);
        _bench.Put(0x148, "A7280001");
        _bench.Go(0x148, 1);
        Assert.Equal(1UL, _bench.C->Gr[2]);
        // The address 0xA7380003... is no storage; the SVC is at Code, so that 0x148 holds zeros: an operation exception.
        _bench.Run("0A01", 2);
        Assert.Equal("1 2 14a", _bench.Interruption);
    }

    [Fact]
    public void Code_of_another_mapping_of_the_same_frame()
    {
        _bench.BuildSpaces();
        _bench.Storage.Write64(EngineBench.PageEntry(0x50000), EngineBench.Code);
        _bench.Run("A7280001", 1, EngineBench.Dat64);
        _bench.C->Gr[9] = 0x50003;
        _bench.Run("92049000 A7F4F800", 2, EngineBench.Dat64, EngineBench.Code + 0x100);
        _bench.Go(EngineBench.Code, 1, EngineBench.Dat64);
        Assert.Equal(4UL, _bench.C->Gr[2]);
    }

    [Fact]
    public void More_pages_than_the_cache_holds()
    {
        using var storage = new Storage(20 << 20);
        using var code = new CodeCache(storage);
        var handlers = new HandlerTable();
        InstructionBindings.Bind(handlers);
        using var processor = new Processor(
            storage, code, handlers, FacilitySet.Default, new TodClock(0), new TimedEvents(), new FloatingInterruptions());
        var c = processor.State;
        var last = storage.Size - 0x1000;
        // AHI 2,1; BRCL 15 to the next page; at the end back to the first.
        for (ulong page = 0x1000; page <= last; page += 0x1000)
        {
            var distance = page == last ? (0x1000 - (long)page - 4) / 2 : 0x7FE;
            storage.Write64(page, 0xA72A_0001_C0F4_0000 | (ulong)(uint)distance >> 16);
            storage.Write(page + 8, [(byte)(distance >> 8), (byte)distance]);
        }
        c->LoadPsw(new Psw(EngineBench.Mask64, 0x1000));
        var pages = (storage.Size >> 12) - 1;
        processor.Run(pages * 4);
        Assert.Equal(pages * 2, c->Gr[2]);
        // A page that was dropped is an ordinary one for stores, and decoded again.
        storage.Write(0x1003, [9]);
        processor.Run(pages * 4 + 1);
        Assert.Equal(pages * 2 + 9, c->Gr[2]);
    }

    [Fact]
    public void Two_runs_are_the_same_bit_for_bit()
    {
        Assert.Equal(Trace(), Trace());

        static string Trace()
        {
            using var bench = new EngineBench();
            bench.NewPsw(0x1B0, EngineBench.Code, EngineBench.Mask64 | Psw.External);
            bench.C->Cr[0] = 1UL << 10;
            bench.C->Gr[9] = EngineBench.Data;
            bench.Storage.Write64(0x800, 5000);
            // SPT; STCK; AG 2; STG 2; BRC back to the STCK
            bench.Run("B2080800 B2059000 E32090000008 E32090080024 A7F4FFF8", 20_000, EngineBench.Mask64 | Psw.External);
            return $"{bench.C->Psw} {bench.C->InstructionCount} {bench.C->Gr[2]:x} {bench.Processor.Tod:x} {bench.Processor.CpuTimer:x}"
                + Convert.ToHexString(bench.Storage.Read(0, 0x200))
                + Convert.ToHexString(bench.Storage.Read(EngineBench.Data, 16));
        }
    }

    public void Dispose() => _bench.Dispose();
}
