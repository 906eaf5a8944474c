using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests;

/// <summary>Host frames, the guest's map of them, guest storage on demand, and pins with their charges.</summary>
public sealed class MemoryTests : IDisposable
{
    private const ulong First = 1 << 20, GuestSize = 1 << 20;

    private readonly Storage _storage = new(4 << 20);
    private readonly HostFrames _frames;

    public MemoryTests() => _frames = new HostFrames(_storage, First);

    [Fact]
    public void AQuotaCountsWholeFramesAndRefusesWithoutTakingAny()
    {
        var quota = new TableQuota(_frames, 0x2000);
        Assert.True(quota.TryAllocate(0x800, 0x800, out var first));
        Assert.True(quota.TryAllocate(0x800, 0x800, out _));
        Assert.False(quota.TryAllocate(0x800, 0x800, out _));
        Assert.Equal(0x2000UL, quota.Used);
        Assert.Equal(2UL, _frames.InUse);
        quota.Free(first, 0x800);
        Assert.True(quota.TryAllocate(0x1000, 0x1000, out _));
        Assert.Equal(2UL, _frames.InUse);
    }

    public void Dispose() => _storage.Dispose();

    [Fact]
    public void FramesComeLowestFirstZeroedAndAligned()
    {
        Assert.True(_frames.TryAllocate(1, 4096, out var one));
        Assert.True(_frames.TryAllocate(0x4000, 0x4000, out var table));
        Assert.True(_frames.TryAllocate(4096, 4096, out var two));
        Assert.Equal((First, First + 0x4000, First + 0x1000), (one, table, two));
        Assert.Equal((0UL, 6UL), (_storage.Read64(two), _frames.InUse));
        _storage.Write64(one, 0x1234);
        _frames.Free(one, 4096);
        Assert.True(_frames.TryAllocate(4096, 4096, out var again));
        Assert.Equal((one, 0UL), (again, _storage.Read64(again)));
    }

    [Fact]
    public void NoMoreThanThereIs()
    {
        Assert.False(_frames.TryAllocate(_storage.Size, 4096, out _));
        Assert.True(_frames.TryAllocate(_storage.Size - First, 4096, out _));
        Assert.False(_frames.TryAllocate(1, 4096, out _));
        _frames.Free(First, _storage.Size - First);
        Assert.Equal(0UL, _frames.InUse);
    }

    [Fact]
    public void PinsKeepAFrame()
    {
        _frames.TryAllocate(4096, 4096, out var frame);
        Assert.True(_frames.TryPin(frame + 8));
        Assert.True(_frames.TryPin(frame));
        Assert.Equal((2, 2UL), (_frames.Pins(frame), _frames.TotalPins()));
        Assert.Throws<InvalidOperationException>(() => _frames.Free(frame, 4096));
        _frames.Unpin(frame);
        _frames.Unpin(frame);
        Assert.Throws<InvalidOperationException>(() => _frames.Unpin(frame));
        _frames.Free(frame, 4096);
        Assert.Throws<InvalidOperationException>(() => _frames.Free(frame, 4096));
    }

    [Fact]
    public void APinCountHasAnEnd()
    {
        _frames.TryAllocate(4096, 4096, out var frame);
        for (var n = 0; n < ushort.MaxValue; n++) Assert.True(_frames.TryPin(frame));
        Assert.False(_frames.TryPin(frame));
        Assert.Equal(ushort.MaxValue, _frames.Pins(frame));
    }

    /// <summary>The map's tables are DAT tables: the processor's own walk finds what was mapped.</summary>
    [Theory]
    [InlineData(0UL)]
    [InlineData(0xFF000UL)]
    [InlineData(0x1_2345_6000UL)]
    [InlineData(0x3FF_FFFF_F000UL)]
    public void TheMapIsInDatFormat(ulong guest)
    {
        using var gmap = new Gmap(_storage, _frames);
        var tables = new HostTables(_storage);
        Assert.NotEqual(ProgramCode.None, Dat.Translate(ref tables, gmap.Asce, guest, true, true).Exception);
        Assert.True(gmap.TryMap(guest, 0x20_0000));
        var found = Dat.Translate(ref tables, gmap.Asce, guest + 0x123, true, true);
        Assert.Equal((ProgramCode.None, 0x20_0123UL, false), (found.Exception, found.Frame, found.IsProtected));
        Assert.True(gmap.TryTranslate(guest + 0x123, out var absolute));
        Assert.Equal(found.Frame, absolute);
        var unmapped = 0;
        gmap.Unmapped += () => unmapped++;
        Assert.Equal(0x20_0000UL, gmap.Unmap(guest));
        Assert.Null(gmap.Unmap(guest));
        Assert.Equal(1, unmapped);
        Assert.Equal(ProgramCode.PageTranslation, Dat.Translate(ref tables, gmap.Asce, guest, true, true).Exception);
        Assert.False(gmap.TryMap(1UL << 42, 0x20_0000));
    }

    [Fact]
    public void TheMapsTablesAreReturned()
    {
        var gmap = new Gmap(_storage, _frames);
        for (ulong guest = 0; guest < 4 << 20; guest += 1 << 20) gmap.TryMap(guest, 0x20_0000);
        Assert.NotEqual(0UL, _frames.InUse);
        gmap.Dispose();
        Assert.Equal(0UL, _frames.InUse);
    }

    [Fact]
    public void GuestStorageIsProvidedWhenTouched()
    {
        var memory = new GuestMemory(_storage, _frames, GuestSize);
        Assert.Equal(0UL, memory.ResidentPages);
        Assert.True(memory.TryWrite(0xFFC, [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal(2UL, memory.ResidentPages);
        var bytes = new byte[8];
        Assert.True(memory.TryRead(0xFFC, bytes));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], bytes);
        Assert.True(memory.TryOr(0xFFC, 0xF0, out var old));
        Assert.Equal(1, old);
        Assert.True(memory.TryResolve(0x1001, out var absolute));
        Assert.Equal(6, _storage.Read(absolute, 1)[0]);
        memory.Dispose();
        Assert.Equal((0UL, 0UL), (memory.ResidentPages, _frames.InUse));
    }

    [Theory]
    [InlineData(GuestSize, 1)]
    [InlineData(GuestSize - 4, 8)]
    [InlineData(ulong.MaxValue - 3, 8)]
    public void BeyondItsSizeThereIsNone(ulong address, int length)
    {
        var memory = new GuestMemory(_storage, _frames, GuestSize);
        Assert.False(memory.TryRead(address, new byte[length]));
        Assert.False(memory.TryWrite(address, new byte[length]));
        Assert.Equal(0UL, memory.ResidentPages);
    }

    [Fact]
    public void AFullHostProvidesNoMore()
    {
        var memory = new GuestMemory(_storage, _frames, GuestSize);
        Assert.True(memory.TryResolve(0, out _));
        while (_frames.TryAllocate(4096, 4096, out _)) { }
        Assert.False(memory.TryResolve(0x1000, out _));
        Assert.False(memory.TryRead(0xFFC, new byte[8]));
        Assert.True(memory.TryRead(0, new byte[8]));
        Assert.Equal(1UL, memory.ResidentPages);
    }

    [Fact]
    public void ARefusedPinChangesNothing()
    {
        var memory = new GuestMemory(_storage, _frames, GuestSize);
        var account = new MemlockAccount(2);
        var counters = new DesignCounters(account);
        var pinner = new PagePinner(memory, _frames, account, _storage, new StageReporter(), counters);
        Assert.False(pinner.TryPin(GuestSize, out _));
        Assert.Equal((0UL, 0UL, 0UL), (account.Charged, pinner.Held, _frames.TotalPins()));
        Assert.True(pinner.TryPin(0x1000, out var frame));
        Assert.True(pinner.TryPin(0x1000, out var same));
        Assert.Equal((frame, 2, 2UL), (same, _frames.Pins(frame), account.Charged));
        Assert.False(pinner.TryPin(0x2000, out _));
        Assert.Equal((2UL, 2UL, 2UL, 2UL), (account.Charged, account.Peak, pinner.Held, _frames.TotalPins()));
        _storage.Key(frame) = 0;
        pinner.Unpin(frame, isDirty: false);
        Assert.Equal(0, _storage.Key(frame));
        pinner.Unpin(frame, isDirty: true);
        Assert.Equal((6, 0UL, 0UL, 2UL, 2UL), (_storage.Key(frame), account.Charged, pinner.Held, counters.PinsPeak, counters.PinsMade));
        account.Limit = 0;
        Assert.False(pinner.TryPin(0x1000, out _));
    }

    private readonly struct HostTables(Storage storage) : ITableReader
    {
        public bool TryRead(ulong address, out ulong entry)
        {
            entry = storage.Contains(address, 8) ? storage.Read64(address) : 0;
            return storage.Contains(address, 8);
        }
    }
}
