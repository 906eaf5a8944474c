using S390Sim.Hypervisor;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What a device's access must do, by the model's translations.</summary>
/// <param name="Error">0 done; the event code of the refusal; -1 refused without an event.</param>
/// <param name="Places">The guest address of each byte of an access that is done.</param>
public readonly record struct DmaOutcome(int Error, ulong[] Places);

/// <summary>Predicts accesses of the device, and compares guest storage.</summary>
public static class DmaModel
{
    /// <summary>What an access must do now.</summary>
    public static DmaOutcome Predict(ShadowModel model, Observation now, Dma access)
        => Predict(now, access, page => model.Pages.TryGetValue(page, out var g) ? g : default);

    /// <summary>The same, by what a page is translated to.</summary>
    public static DmaOutcome Predict(Observation now, Dma access, Func<ulong, GuestTranslation> translate)
    {
        if (now.State != FunctionState.Enabled) return new(-1, []);
        var places = new ulong[access.Length];
        for (var n = 0; n < access.Length; n++)
        {
            var iova = access.Iova + (ulong)n;
            if (!now.IsRegistered) return new(1, []);
            if (iova is < TraceLayout.Pba or > TraceLayout.Pal) return new(2, []);
            var page = translate(iova & ~0xFFFUL);
            if (page.Error != 0) return new(page.Error, []);
            if (!page.IsMapped) return new(7, []);
            if (access.Store && !page.Writable) return new(5, []);
            places[n] = page.Guest | (iova & 0xFFF);
        }
        return new(0, places);
    }

    /// <summary>Contents of the page frames.</summary>
    public static byte[] Frames(GuestMemory memory)
    {
        var bytes = new byte[TraceLayout.Frames * 4096];
        memory.TryRead(TraceLayout.FrameOrigin, bytes);
        return bytes;
    }

    /// <summary>Stores into a copy of the page frames what the device stored there.</summary>
    public static void Apply(byte[] frames, ulong[] places, ReadOnlySpan<byte> bytes)
    {
        for (var n = 0; n < places.Length; n++)
        {
            var at = places[n] - TraceLayout.FrameOrigin;
            if (at < (ulong)frames.Length) frames[at] = bytes[n];
        }
    }

    /// <summary>One byte of guest storage.</summary>
    public static byte Byte(GuestMemory memory, ulong guest)
    {
        Span<byte> one = stackalloc byte[1];
        memory.TryRead(guest, one);
        return one[0];
    }
}
