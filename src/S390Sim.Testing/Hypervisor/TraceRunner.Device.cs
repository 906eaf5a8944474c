using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>Accesses of the device.</summary>
public sealed partial class TraceRunner
{
    private void DoDma(Dma c, Observation before)
    {
        var expected = _promises.InMachine ? PredictWalk(before, c) : DmaModel.Predict(Now.Model, before, c);
        // What the guest needs to go on is not stored into.
        if (c.Store && expected.Places.Any(p => p < TraceLayout.FrameOrigin)) c = c with { Store = false };
        var frames = DmaModel.Frames(_bench.Memory);
        Span<byte> bytes = stackalloc byte[c.Length];
        if (c.Store) bytes.Fill((byte)(c.Iova >> 12 ^ 0x5A));
        var done = c.Store ? _bench.Function.Write(c.Iova, bytes) : _bench.Function.Read(c.Iova, bytes);
        Count(done ? "access done" : $"access refused with {expected.Error}");
        _check.AccessIsAsTranslated(done, expected.Error);
        if (before is { IsRegistered: true, State: FunctionState.Enabled }) JudgeByPromises(c, done);
        var isKnown = expected.Places.All(p => p < _bench.Memory.Size);
        if (c.Store && done && isKnown && expected.Error == 0) DmaModel.Apply(frames, expected.Places, bytes);
        var state = expected.Error > 0 ? FunctionState.Error : before.State;
        if (isKnown && done == (expected.Error == 0))
            _check.NothingElseIsReached(frames.AsSpan().SequenceEqual(DmaModel.Frames(_bench.Memory))
                && _bench.Function.State == state);
        if (!done || expected.Error != 0 || !isKnown) return;
        for (var n = 0; n < bytes.Length; n++)
            _check.BytesAreTheGuests(expected.Places[n], DmaModel.Byte(_bench.Memory, expected.Places[n]), bytes[n]);
        // The other device of the domain has the page cached from now on, too.
        if (_sharedDomain is not null && _sharedDomain == _bench.Domain) _bench.Iommu.Read(SharingDevice, c.Iova, bytes, out _);
    }

    // Where the machine follows the guest's tables: as cached, else as they are now.
    private DmaOutcome PredictWalk(Observation before, Dma c)
    {
        var guest = Tables;
        if (Whole.Contains(c.Iova)) Witness(guest, Whole);
        return DmaModel.Predict(before, c, page =>
        {
            if (before.H.TryGetValue(page, out var h) && (h.Writable || !c.Store)) return new(true, h.Guest, h.Writable);
            var g = guest.Walk(page);
            return g.IsMapped && (g.Writable || !c.Store) && !IsInstalled(g.Guest) ? new(false, Error: NoStorage) : g;
        });
    }

    // Event code of an address that no storage is at (zpci.md section 9).
    private const int NoStorage = 0xA;

    private void JudgeByPromises(Dma c, bool done)
    {
        List<GuestTranslation> promised = [];
        if (c.Iova is < TraceLayout.Pba or > TraceLayout.Pal) return;
        for (var page = c.Iova & ~0xFFFUL; page <= c.Iova + (ulong)c.Length - 1; page += 4096)
        {
            if (page > TraceLayout.Pal || !Now.Promised.TryGetValue(page, out var g)) return;
            if (c.Store && g is { IsMapped: true, Writable: false }) return;
            // Where nothing shadows, what changed since is seen without a refresh.
            if (_promises.InMachine && Tables.Walk(page) != g) return;
            promised.Add(g);
        }
        _check.AccessIsAsRefreshed(done, promised);
    }
}
