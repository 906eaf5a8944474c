using S390Sim.Hypervisor;

namespace S390Sim.Testing.Hypervisor;

/// <summary>The range of whole pages that a refresh speaks of; empty when the last is below the first.</summary>
/// <param name="First">First address.</param>
/// <param name="Last">Last address.</param>
public readonly record struct PageRange(ulong First, ulong Last)
{
    /// <summary>No page.</summary>
    public static PageRange None => new(1, 0);

    /// <summary>The whole pages that have a byte of a range in them.</summary>
    public static PageRange Around(ulong start, ulong length)
        => length == 0 ? None
            : new(start & ~0xFFFUL, (length - 1 > ulong.MaxValue - start ? ulong.MaxValue : start + length - 1) | 0xFFF);

    /// <summary>Whether there is no page.</summary>
    public bool IsEmpty => Last < First;

    /// <summary>Whether a page is in it.</summary>
    public bool Contains(ulong iova) => iova >= First && iova <= Last;
}

/// <summary>What the host's translations are.</summary>
public sealed partial class Invariants
{
    /// <summary>1 and 34: after condition code 0, for each page of R: H(i) = X(G(i)) when G(i) is valid, else none.</summary>
    public void RefreshedPagesAreAsTheGuestHasThem(Observation after, IoTranslationModel guest, PageRange range)
    {
        var isKept = true;
        foreach (var (i, g) in guest.Pages(range))
        {
            if (!g.IsMapped) continue;
            // 4 speaks of the permission.
            var isSame = after.H.TryGetValue(i, out var h) && h.Guest == g.Guest;
            isKept &= isSame;
            Hold(1, isSame, $"page 0x{i:x} is {Text(after, i)}, the guest has {g}");
        }
        foreach (var (i, h) in after.H)
        {
            if (!range.Contains(i)) continue;
            var isMapped = guest.Walk(i).IsMapped;
            isKept &= isMapped;
            Hold(1, isMapped, $"page 0x{i:x} is {h}, the guest has none");
        }
        Hold(34, isKept, $"condition code 0, and the range is not as the guest has it");
    }

    /// <summary>
    /// 1 and 34, where the machine follows the guest's tables: nothing else of R is cached after condition code 0.
    /// </summary>
    public void NothingStaleIsCached(Observation before, Observation after, IoTranslationModel guest, PageRange range)
    {
        foreach (var i in before.H.Keys.Union(after.H.Keys).Where(range.Contains))
        {
            var isSame = !after.H.TryGetValue(i, out var h)
                || (guest.Walk(i) is { IsMapped: true } g && g.Guest == h.Guest && (g.Writable || !h.Writable));
            Hold(34, isSame, $"page 0x{i:x} is cached as {h}, the guest has {guest.Walk(i)}");
        }
    }

    /// <summary>
    /// 1, 13 and 30, where the machine follows the guest's tables: a page is translated as those, and the parent, say.
    /// </summary>
    public void TranslatedAsTheGuestHasIt(ulong iova, GuestTranslation g, ulong expected, ulong frame)
    {
        Hold(1, frame == expected, $"page 0x{iova:x} is translated to 0x{frame:x}, the guest has {g}, which is 0x{expected:x}");
        if (!g.IsMapped) return;
        Hold(30, frame == expected, $"page 0x{iova:x} is translated to 0x{frame:x}, the parent has 0x{expected:x}");
        if (g.Guest == 0) Hold(13, frame == expected, $"page 0x{iova:x} of an entry of zeros is translated to 0x{frame:x}");
    }

    /// <summary>2: pages outside R are not changed by RPCIT(R).</summary>
    public void OtherPagesAreUntouched(Observation before, Observation after, ulong start, ulong length)
    {
        var range = PageRange.Around(start, length);
        foreach (var i in before.H.Keys.Concat(after.H.Keys))
        {
            if (!range.Contains(i)) Hold(2, Same(before, after, i), $"page 0x{i:x} was {Text(before, i)}, is {Text(after, i)}");
        }
    }

    /// <summary>3: every H(i) was the guest's at some RPCIT.</summary>
    public void NothingIsInvented(Observation after, IReadOnlySet<(ulong Iova, ulong Guest)> witnessed)
    {
        foreach (var (i, h) in after.H)
        {
            if (h.Guest == ulong.MaxValue) continue;
            Hold(3, witnessed.Contains((i, h.Guest)), $"page 0x{i:x} is {h}");
        }
    }

    /// <summary>4: H(i) is writable only if no level protected it at an RPCIT that it was the guest's at.</summary>
    public void ProtectionIsKept(Observation after, IReadOnlySet<(ulong Iova, ulong Guest, bool Writable)> witnessed)
    {
        foreach (var (i, h) in after.H)
        {
            if (!witnessed.Contains((i, h.Guest, false))) continue;
            Hold(4, !h.Writable || witnessed.Contains((i, h.Guest, true)), $"page 0x{i:x} is {h} and may be stored into");
        }
    }

    /// <summary>5: what lies below an invalid region or segment entry is gone after an RPCIT over it.</summary>
    public void WhatIsCutOffIsGone(Observation before, Observation after, IoTranslationModel guest, PageRange range)
    {
        foreach (var i in before.H.Keys)
        {
            if (range.Contains(i) && guest.IsCutOff(i))
                Hold(5, !after.H.ContainsKey(i), $"page 0x{i:x} is {Text(after, i)}, an entry above it is invalid");
        }
    }

    /// <summary>6: after an upper entry was made to designate another table, an RPCIT gives what that table says.</summary>
    /// <param name="before">H before the refresh.</param>
    /// <param name="after">H after it.</param>
    /// <param name="guest">The guest's tables.</param>
    /// <param name="range">What was refreshed.</param>
    /// <param name="entries">Where the entry of a page was when it was mapped.</param>
    public void AnotherTableIsFollowed(
        Observation before, Observation after, IoTranslationModel guest, PageRange range, IReadOnlyDictionary<ulong,
            ulong> entries)
    {
        foreach (var i in before.H.Keys)
        {
            if (!range.Contains(i) || guest.IsCutOff(i) || !entries.TryGetValue(i, out var entry)
                || guest.EntryOf(i) == entry) continue;
            var g = guest.Walk(i);
            var isThere = after.H.TryGetValue(i, out var h);
            Hold(6, g.IsMapped && (isThere || !promises.InMachine) ? isThere && h.Guest == g.Guest : !isThere,
                $"page 0x{i:x} is {Text(after, i)}, its new table has {g}");
        }
    }

    /// <summary>All of 1 to 6, whatever the sequence: H is exactly what the model of the reference has.</summary>
    public void HostIsAsTheModel(Observation after, IReadOnlyDictionary<ulong, GuestTranslation> model)
    {
        foreach (var (i, h) in after.H) Hold(1, model.TryGetValue(i, out var m)
            && IsAs(h, m), $"page 0x{i:x} is {h}, it should be {m}");
        foreach (var (i, m) in model) Hold(1, after.H.ContainsKey(i), $"page 0x{i:x} is not mapped, it should be {m}");
    }

    /// <summary>7: RPCIT is idempotent: the second one changes neither H nor the accounts.</summary>
    public void AgainChangesNothing(Observation once, Observation twice)
        // What is only cached may be dropped at any time.
        => Hold(7, (promises.InMachine ? twice.H.Keys.All(i => Same(once, twice, i)) : SameHost(once, twice))
            && once.Held == twice.Held && once.Charged == twice.Charged,
            $"a second RPCIT changed translations, or {once.Charged} charged to {twice.Charged}");

    /// <summary>8: two RPCITs of the parts, in either order, give what one of the whole gives.</summary>
    public void PartsMakeTheWhole(Observation parts, ShadowModel whole)
        => Hold(8, whole.IsAs(parts.H), $"{parts.H.Count} entries by the parts, {whole.Pages.Count} by the whole, or others");

    /// <summary>11: addresses beyond the range of the anchor, or the tables, change no translation, and alias none.</summary>
    public void WhatIsBeyondChangesNothing(Observation before, Observation after, ulong start, ulong length, PageRange range)
    {
        var whole = PageRange.Around(start, length);
        if (whole.IsEmpty || (whole.First >= TraceLayout.Pba && whole.Last <= (TraceLayout.Pal | 0xFFF))) return;
        Hold(11, OnlyChangedWithin(before, after, range), $"RPCIT of 0x{start:x} +0x{length:x} changed other translations");
    }

    /// <summary>
    /// 12: ranges of no bytes, of parts of pages and beyond the last address change whole pages inside, and nothing else.
    /// </summary>
    public void OddRangesAreRounded(Observation before, Observation after, ulong start, ulong length, PageRange range)
    {
        if (length != 0 && ((start | length) & 0xFFF) == 0 && length <= ulong.MaxValue - start) return;
        Hold(12, OnlyChangedWithin(before, after, range), $"RPCIT of 0x{start:x} +0x{length:x} changed other translations");
    }

    /// <summary>12: a host that stops, or that does not answer, is no answer.</summary>
    public void TheHostGoesOn(VirtualMachine machine)
        => Hold(12, machine.Design.HostFailure is null, $"the host stopped: {machine.Design.HostFailure}");

    /// <summary>13: an entry of all zeros is valid, and designates what is at 0.</summary>
    public void ZerosAreAnAddress(Observation before, Observation after, IoTranslationModel guest, PageRange range)
    {
        foreach (var (i, g) in guest.Pages(range))
        {
            // That it is there at all is 1.
            if (g is { IsMapped: true, Guest: 0 } && after.H.TryGetValue(i, out var h) && !Same(before, after, i))
                Hold(13, h.Guest == 0, $"page 0x{i:x} of an entry of zeros is {h}");
        }
    }

    /// <summary>43: what changes while it is refreshed is as it was, as it became, or not there; never a mixture.</summary>
    public void NothingIsTorn(Observation before, Observation after, IoTranslationModel old, IoTranslationModel changed)
    {
        foreach (var (i, h) in after.H)
        {
            var (was, becomes) = (old.Walk(i), changed.Walk(i));
            if (was == becomes) continue;
            // 4 speaks of the permission.
            Hold(43, (was.IsMapped && h.Guest == was.Guest) || (becomes.IsMapped && h.Guest == becomes.Guest)
                || Same(before, after, i),
                $"page 0x{i:x} is {h}; the guest had {was}, then {becomes}");
        }
    }

    private static bool OnlyChangedWithin(Observation before, Observation after, PageRange range)
        => before.H.Keys.Concat(after.H.Keys).All(i => range.Contains(i) || Same(before, after, i));
}
