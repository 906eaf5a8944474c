using System.Runtime.CompilerServices;
using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>
/// What every shadowing design does at an RPCIT (kvm-pci-design.md section 13): the guest's tables are walked over the range,
/// each entry loaded once, and each page is mapped or taken away as it is found.
/// </summary>
/// <remarks>
/// A page that cannot be mapped does not end the walk: what the guest unmapped further on is taken away, and if that freed
/// something the range is gone through once more. So the guest's global refresh after status 16 converges wherever it made room.
/// </remarks>
internal sealed class RefreshWalk(GuestMemory memory, Storage storage, StageReporter stages, DesignCounters counters)
{
    /// <summary>Guest pages, and ranges without pages, that were looked at.</summary>
    public ulong PagesWalked { get; private set; }

    /// <summary>Brings a range in step; on an error what was done stays.</summary>
    /// <param name="shadow">What is brought in step.</param>
    /// <param name="space">The guest's anchor and range.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    public ShadowOutcome Run<TShadow>(ref TShadow shadow, IoAddressSpace space, ulong start, ulong length)
        where TShadow : IShadow
        => Run(ref shadow, new GuestTables(memory, storage), space, start, length);

    /// <summary>The same, with the guest's tables read in another way.</summary>
    /// <param name="shadow">What is brought in step.</param>
    /// <param name="tables">The guest's tables.</param>
    /// <param name="space">The guest's anchor and range.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    public ShadowOutcome Run<TShadow, TTables>(
        ref TShadow shadow, TTables tables, IoAddressSpace space, ulong start, ulong length)
        where TShadow : IShadow
        where TTables : struct, IGuestTables
    {
        (start, length) = space.Clip(start, length);
        if (!space.Iota.IsTranslated) (start, length) = ClipToStorage(space.Capabilities.DirectOrigin, start, length);
        for (; ; )
        {
            var released = shadow.Released;
            var outcome = stages.IsActive
                ? Pass(ref shadow, ref tables, space, start, length, new StageObserver(stages))
                : Pass(ref shadow, ref tables, space, start, length, new NoObserver());
            if (outcome.Status != 0 && shadow.Released != released) continue;
            counters.GuestEntriesRead += tables.Reads;
            return outcome;
        }
    }

    // Without tables, every address beyond the guest's storage would be one more page.
    private (ulong Start, ulong Length) ClipToStorage(ulong origin, ulong start, ulong length)
    {
        if (length == 0) return (start, 0);
        var first = Math.Max(start, origin);
        var last = Math.Min(start + (length - 1), origin + (memory.Size - 1));
        return first > last ? (start, 0) : (first, last - first + 1);
    }

    // A method of its own: inside its callers the compiler would run out of room for what is done for each page.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ShadowOutcome Pass<TShadow, TTables, TObserver>(
        ref TShadow shadow, ref TTables tables, IoAddressSpace space, ulong start, ulong length, TObserver observer)
        where TShadow : IShadow
        where TTables : struct, IGuestTables
        where TObserver : struct, IIoWalkObserver
    {
        var end = PagesWalked + IoRangeWalk.MaximumSpans;
        if (IoRangeWalk.IsOnePage(space, start, length))
            return Take(ref shadow, space, IoRangeWalk.LookAt(ref tables, ref observer, space, start), end);
        var walk = new IoRangeWalk(space, start, length);
        var outcome = ShadowOutcome.Ok;
        while (walk.MoveNext(ref tables, ref observer, out var span))
        {
            if (PagesWalked >= end) return ShadowOutcome.NoResources;
            var taken = Take(ref shadow, space, span, end);
            if (taken.Error != IoError.None) return taken;
            if (!taken.IsOk) outcome = taken;
        }
        return outcome;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ShadowOutcome Take<TShadow>(ref TShadow shadow, IoAddressSpace space, in IoSpan span, ulong end) where TShadow : IShadow
    {
        if (span.State == IoSpanState.Error) return new ShadowOutcome(0, span.Error, span.Iova);
        var iova = span.Iova & space.AddressMask;
        if (span.State == IoSpanState.Frame)
            return TryMap(ref shadow, iova, span, end) ? ShadowOutcome.Ok : ShadowOutcome.NoResources;
        Unmap(ref shadow, iova, span.Size);
        return ShadowOutcome.Ok;
    }

    private void Unmap<TShadow>(ref TShadow shadow, ulong iova, ulong size) where TShadow : IShadow
    {
        PagesWalked++;
        shadow.Unmap(iova, size);
    }

    // A large frame is as many pages; each is pinned by itself.
    private bool TryMap<TShadow>(ref TShadow shadow, ulong iova, in IoSpan span, ulong end) where TShadow : IShadow
    {
        if (span.Size == Storage.PageSize)
        {
            PagesWalked++;
            return shadow.TryMap(iova, span.Frame, span.Writable);
        }
        var done = true;
        for (ulong offset = 0; offset < span.Size; offset += Storage.PageSize)
        {
            if (PagesWalked >= end) return false;
            PagesWalked++;
            done &= shadow.TryMap(iova + offset, span.Frame + offset, span.Writable);
        }
        return done;
    }
}
