using S390Sim.Iommu;

namespace S390Sim.Pci.Tests;

/// <summary>Whole values, byte by byte: the project's worked examples of zPCI.</summary>
public sealed class WorkedExamples : IDisposable
{
    private readonly PciBench _b = new(enable: false);

    public void Dispose() => _b.Dispose();

    private void Enable() => Assert.Equal("cc0 0010", _b.Set(0, 1));

    private string Hex(ulong address, int length) => Convert.ToHexString(_b.Storage.Read(address, length));

    [Fact]
    public void Registering_translation_as_software_does()
    {
        Enable();
        Assert.Equal("cc0", _b.RegisterTranslation(0x1_0000_0000, 0x1_7FFF_FFFF, PciBench.Region | 0x804));
        Assert.Equal(0x8002_0000_0000_0004UL, _b.Context[1]);
        var fib = _b.StoredFib;
        Assert.Equal((0x1_0000_0000UL, 0x1_7FFF_FFFFUL, 0x10804UL), (fib.BaseAddress, fib.AddressLimit, fib.Iota));
        Assert.Equal("0000000100000000" + "000000017FFFFFFF" + "0000000000010804", Hex(PciBench.Fib + 0x10, 24));
    }

    [Fact]
    public void A_message_sets_vector_and_summary_bits_and_interrupts()
    {
        Enable();
        _b.RegisterInterruptions(count: 3, summaryOffset: 5, subclass: 2);
        Assert.Equal("20030085" + "00000000" + "0000000000030000" + "0000000000031000", Hex(PciBench.Fib + 0x28, 24));
        Assert.True(_b.Message(1));
        Assert.Equal("40", Hex(PciBench.Aibv, 1));
        Assert.Equal("04", Hex(PciBench.Aisb, 1));
        Assert.Equal([2], _b.Sink.Requests);
    }

    [Fact]
    public void A_vector_offset_moves_the_bit()
    {
        Enable();
        _b.RegisterInterruptions(count: 8, offset: 3);
        _b.Message(6);
        Assert.Equal("0040", Hex(PciBench.Aibv, 2));
    }

    [Fact]
    public void Table_entries_of_a_read_only_page()
    {
        Assert.Equal(0x0A5B_C200UL, IoTableEntry.Page(0x0A5B_C000, writable: false).Value);
        Assert.Equal(0x14007UL, IoTableEntry.Table(IoTableLevel.RegionThird, 0x14000).Value);
        Assert.Equal(0x18000UL, IoTableEntry.Table(IoTableLevel.Segment, 0x18000).Value);
        Assert.True(new IoTableEntry(IoTableLevel.Page, 0x0A5B_C400).IsInvalid);
    }

    [Fact]
    public void Loading_the_identity()
    {
        Enable();
        Assert.Equal("cc0", _b.Load(15, 4, 0));
        Assert.Equal((0x8002_0000_000F_0004UL, 0xF41A_4110UL), (_b.Context[8], _b.Context[3]));
    }

    [Fact]
    public void Enabling()
    {
        Assert.Equal("cc0 0010", _b.CallClp(5, "00020000 0000 00 01 00000000 00000000", space: 160));
        Assert.Equal("80020000", Hex(PciBench.Clp + 32 + 0x10, 4));
        Assert.Equal("00A00010", Hex(PciBench.Clp + 32, 4));
    }

    [Fact]
    public void Listing()
    {
        Assert.Equal("cc0 0010", _b.CallClp(2, space: 4064));
        Assert.Equal("0030" + "0010" + "00000000" + "0000000000000000", Hex(PciBench.Clp + 32, 16));
        Assert.Equal("0000000000000000" + "00FF0000" + "1000" + "01" + "10", Hex(PciBench.Clp + 48, 16));
        Assert.Equal("10411AF4" + "80000000" + "00000000" + "00020000", Hex(PciBench.Clp + 64, 16));
    }

    [Fact]
    public void Querying_a_function()
    {
        Assert.Equal("cc0 0010", _b.CallClp(3, "00020000", space: 384));
        const ulong at = PciBench.Clp + 32;
        Assert.Equal("FF", Hex(at + 0x13, 1));
        Assert.Equal("0E0005000000", Hex(at + 0x18, 6));
        Assert.Equal("0C000000" + "00000000" + "00000000", Hex(at + 0x20, 12));
        Assert.Equal("0000000100000000" + "01FFFFFFFFFFFFFF", Hex(at + 0x40, 16));
        Assert.Equal("00000001", Hex(at + 0x7C, 4));
    }

    [Fact]
    public void Querying_the_group()
    {
        Assert.Equal("cc0 0010", _b.CallClp(4, "000000FF"));
        Assert.Equal("0080" + "00" + "00" + "0080" + "0FA0" + "40", Hex(PciBench.Clp + 48, 9));
        Assert.Equal("FE00000000000000", Hex(PciBench.Clp + 32 + 0x28, 8));
    }

    [Fact]
    public void Refreshing_and_refreshing_in_error()
    {
        Enable();
        _b.RegisterTranslation();
        Assert.Equal("cc0", _b.Refresh(0x1_0000_0000, 0x1000));
        Assert.Equal(0x8002_0000_0000_0000UL, _b.Context[1]);
        _b.Function.Fail(7, 0);
        Assert.Equal("cc1 st40", _b.Refresh(0x1_0000_0000, 0x1000));
        Assert.Equal((0x8002_0000_2800_0000UL, 0x1_0000_0000UL, 0x1000UL), (_b.Context[1], _b.Context[2], _b.Context[3]));
    }

    [Fact]
    public void An_error_event_is_fetched()
    {
        Enable();
        _b.RegisterTranslation();
        Assert.False(_b.Function.Write(0x1_0001_0000, new byte[4]));
        Assert.Equal("cc0", _b.StoreEvent());
        Assert.Equal("0FF0" + "0001", Hex(PciBench.Clp + 0x10, 4));
        Assert.Equal(("02", "00", "01"), (Hex(PciBench.Clp + 0x17, 1), Hex(PciBench.Clp + 0x18, 1), Hex(PciBench.Clp + 0x1B, 1)));
        Assert.Equal(
            "00000000" + "80020000" + "00000000" + "00000000" + "0000000100010000" + "000000000000" + "0007",
            Hex(PciBench.Clp + 0x50, 32));
    }
}
