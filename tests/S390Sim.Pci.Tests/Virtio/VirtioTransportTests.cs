namespace S390Sim.Pci.Tests;

/// <summary>The PCI transport: identity, capabilities, negotiation, queues, reset (virtio 1.2, 2 and 4.1).</summary>
public sealed class VirtioTransportTests : IDisposable
{
    private readonly MemoryImage _image = new(1 << 20);
    private readonly VirtioBench _b;

    public VirtioTransportTests() => _b = new VirtioBench(_image, queues: 2);

    public void Dispose() => _b.Dispose();

    [Fact]
    public void It_is_a_modern_block_device()
    {
        var space = _b.Device.Configuration;
        Assert.Equal(0x1042_1AF4u, space.Load(0, 4));
        Assert.Equal(0x0100_0001u, space.Load(8, 4));
        Assert.Equal(0x1100_1AF4u, space.Load(0x2C, 4));
        Assert.Equal([0, 12, 0, 0, 14, 0], Enumerable.Range(0, 6).Select(_b.Device.BarSize));
        Assert.Equal(0xCu, space.Load(0x20, 4) & 0xF);
        Assert.Equal("cc1 st20", _b.Pci.Load(5, 4, 0));
    }

    [Fact]
    public void Capabilities_lead_to_every_structure()
    {
        var space = _b.Device.Configuration;
        var places = _b.Capabilities().Where(c => c.Id == 9)
            .Select(c => (Type: (int)space.Bytes[c.At + 3], Bar: (int)space.Bytes[c.At + 4],
                Place: space.Peek(c.At + 8, 4), Length: space.Peek(c.At + 12, 4)));
        Assert.Equal([(1, 4, 0u, 0x38u), (3, 4, 0x1000u, 1u), (2, 4, 0x3000u, 8u), (4, 4, 0x2000u, 0x3Cu), (5, 0, 0u, 0u)],
            places.OrderBy(p => p.Type switch { 1 => 0, 3 => 1, 2 => 2, 4 => 3, _ => 4 }));
        var notify = _b.Capabilities().Single(c => c.Id == 9 && space.Bytes[c.At + 3] == 2).At;
        Assert.Equal((20, 4u), ((int)space.Bytes[notify + 2], space.Peek(notify + 16, 4)));
        var messages = _b.Capabilities().Single(c => c.Id == 0x11).At;
        Assert.Equal(2u, space.Peek(messages + 2, 2) & 0x7FF);
        Assert.Equal((1u, 0x801u), (space.Peek(messages + 4, 4), space.Peek(messages + 8, 4)));
    }

    [Theory]
    [InlineData(VirtioBench.Usual, true)]
    [InlineData(VirtioBench.Usual | VirtioBench.EventIndex, true)]
    [InlineData(VirtioBench.Version1 | VirtioBench.AccessPlatform, true)]
    [InlineData(VirtioBench.Version1, false)]
    [InlineData(VirtioBench.AccessPlatform, false)]
    [InlineData(VirtioBench.Usual | 1UL << 34, false)]      // packed rings are not offered
    [InlineData(VirtioBench.Usual | 1 << 5, false)]         // nor is it read-only
    public void Only_what_is_offered_and_enough_of_it_is_accepted(ulong features, bool isAccepted)
    {
        _b.Put(0x14, 1, 0);
        _b.Negotiate(features);
        Assert.Equal(isAccepted ? 0x0B : 0x03, _b.Status);
        _b.Put(0x14, 1, 0x0F);
        Assert.Equal(isAccepted ? 0x0F : 0x03, _b.Status);
    }

    [Fact]
    public void Features_are_told_in_halves_and_settled_once()
    {
        ulong offered = 0;
        for (var half = 0UL; half < 4; half++)
        {
            _b.Put(0, 4, half);
            var bits = _b.Get(4, 4);
            if (half >= 2) Assert.Equal(0UL, bits);
            else offered |= bits << (int)(32 * half);
        }
        Assert.Equal(0x3_3000_7E46UL, offered);
        _b.Negotiate(VirtioBench.Usual);
        _b.Put(8, 4, 0);
        _b.Put(0xC, 4, 0);
        Assert.Equal(VirtioBench.Usual & uint.MaxValue, _b.Get(0xC, 4));
        _b.Put(0x14, 1, 0);
        Assert.Equal(0UL, _b.Get(0xC, 4));
    }

    [Fact]
    public void Queues_are_selected_and_fixed_once_enabled()
    {
        Assert.Equal(2UL, _b.Get(0x12, 2));
        _b.Put(0x16, 2, 1);
        Assert.Equal((256UL, 1UL, 0xFFFFUL, 0UL), (_b.Get(0x18, 2), _b.Get(0x1E, 2), _b.Get(0x1A, 2), _b.Get(0x1C, 2)));
        foreach (var size in new ulong[] { 0, 3, 512, 0xFFFF }) _b.Put(0x18, 2, size);
        Assert.Equal(256UL, _b.Get(0x18, 2));
        _b.Put(0x18, 2, 8);
        _b.Put(0x20, 4, 0x1234_5000);
        _b.Put(0x24, 4, 7);
        _b.Put(0x1C, 2, 2);
        Assert.Equal((8UL, 0x7_1234_5000UL, 0UL), (_b.Get(0x18, 2), _b.Get(0x20, 8), _b.Get(0x1C, 2)));
        _b.Put(0x1C, 2, 1);
        _b.Put(0x18, 2, 16);
        _b.Put(0x20, 8, 0);
        _b.Put(0x1C, 2, 0);
        Assert.Equal((8UL, 0x7_1234_5000UL, 1UL), (_b.Get(0x18, 2), _b.Get(0x20, 8), _b.Get(0x1C, 2)));
        _b.Put(0x16, 2, 2);
        foreach (var offset in new ulong[] { 0x18, 0x1A, 0x1C, 0x1E, 0x20, 0x28, 0x30 })
        {
            var length = offset < 0x20 ? 2 : 8;
            _b.Put(offset, length, 1);
            Assert.Equal(0UL, _b.Get(offset, length));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 2)]
    [InlineData(3, 0xFFFF)]
    [InlineData(0xFFFF, 0xFFFF)]
    public void A_vector_that_is_not_there_is_none(ulong vector, ulong taken)
    {
        _b.Put(0x10, 2, vector);
        _b.Put(0x1A, 2, vector);
        Assert.Equal((taken, taken), (_b.Get(0x10, 2), _b.Get(0x1A, 2)));
    }

    [Fact]
    public void A_reset_forgets_all_but_what_is_of_PCI()
    {
        _b.Start(queues: 2);
        _b.Put(0x14, 1, 0);
        Assert.Equal((0, 0xFFFFUL), (_b.Status, _b.Get(0x10, 2)));
        for (var queue = 0UL; queue < 2; queue++)
        {
            _b.Put(0x16, 2, queue);
            Assert.Equal((256UL, 0xFFFFUL, 0UL, 0UL), (_b.Get(0x18, 2), _b.Get(0x1A, 2), _b.Get(0x1C, 2), _b.Get(0x20, 8)));
        }
        Assert.Equal(1UL, _b.Device.Bar(1)!.Load(0x18, 4));
        Assert.True(_b.Device.Configuration.IsMaster);
    }

    [Fact]
    public void The_interruption_status_is_cleared_by_looking()
    {
        _b.Start();
        _b.Request(0, 0, 512, toDevice: false);
        Assert.Equal((1UL, 0UL), (_b.Get(0x1000, 1), _b.Get(0x1000, 1)));
    }

    [Theory]
    [InlineData(4, 0x12UL, 2, 2u)]          // num_queues
    [InlineData(4, 0x2000UL, 4, 2048u)]     // capacity in sectors
    [InlineData(1, 0x8UL, 4, 0u)]           // message data
    [InlineData(4, 0x12UL, 3, 0u)]          // no length
    [InlineData(4, 0x13UL, 2, 0u)]          // not aligned
    [InlineData(4, 0x4000UL, 4, 0u)]        // behind the BAR
    [InlineData(2, 0x0UL, 4, 0u)]           // no BAR
    [InlineData(255, 0xFFFF_FFFFUL, 4, 0u)]
    public void A_window_in_configuration_space_shows_the_BARs(uint bar, ulong offset, uint length, uint shown)
    {
        var at = OpenWindow(bar, (uint)offset, length);
        Assert.Equal(shown, _b.Device.Configuration.Load(at + 16, 4));
    }

    [Fact]
    public void A_store_through_the_window_is_one_to_the_BAR()
    {
        _b.Device.Configuration.Store(OpenWindow(4, 0x14, 1) + 16, 4, 0xFFFF_FF03);
        Assert.Equal(3, _b.Status);
        _b.Device.Configuration.Store(OpenWindow(4, 0x15, 2) + 16, 4, 0);
        Assert.Equal(3, _b.Status);
        _b.Device.Configuration.Store(OpenWindow(4, 0x14, 1) + 16, 1, 0);
        Assert.Equal(0, _b.Status);
    }

    private ulong OpenWindow(uint bar, uint offset, uint length)
    {
        var space = _b.Device.Configuration;
        var at = (ulong)_b.Capabilities().Single(c => c.Id == 9 && space.Bytes[c.At + 3] == 5).At;
        space.Store(at + 4, 1, bar);
        space.Store(at + 8, 4, offset);
        space.Store(at + 12, 4, length);
        return at;
    }
}
