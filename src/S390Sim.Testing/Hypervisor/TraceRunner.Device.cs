using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>Accesses of the device.</summary>
public sealed partial class TraceRunner
{
    private void DoDma(Dma c, Observation before)
    {
        var expected = DmaModel.Predict(Now.Model, before, c);
        // What the guest needs to go on is not stored into.
        if (c.Store && expected.Places.Any(p => p < TraceLayout.FrameOrigin)) c = c with { Store = false };
        var frames = DmaModel.Frames(_bench.Memory);
        Span<byte> bytes = stackalloc byte[c.Length];
        if (c.Store) bytes.Fill((byte)(c.Iova >> 12 ^ 0x5A));
        var done = c.Store ? _bench.Function.Write(c.Iova, bytes) : _bench.Function.Read(c.Iova, bytes);
        Count(done ? "access done" : $"access refused with {expected.Error}");
        _check.AccessIsAsTranslated(done, expected.Error);
        var isKnown = expected.Places.All(p => p < _bench.Memory.Size);
        if (c.Store && done && isKnown && expected.Error == 0) DmaModel.Apply(frames, expected.Places, bytes);
        var state = expected.Error > 0 ? FunctionState.Error : before.State;
        if (isKnown)
            _check.NothingElseIsReached(frames.AsSpan().SequenceEqual(DmaModel.Frames(_bench.Memory)) && _bench.Function.State == state);
        if (!done || expected.Error != 0 || !isKnown) return;
        for (var n = 0; n < bytes.Length; n++)
            _check.BytesAreTheGuests(expected.Places[n], DmaModel.Byte(_bench.Memory, expected.Places[n]), bytes[n]);
        // The other device of the domain has the page cached from now on, too.
        if (_sharedDomain is not null && _sharedDomain == _bench.Domain) _bench.Iommu.Read(SharingDevice, c.Iova, bytes, out _);
    }
}
