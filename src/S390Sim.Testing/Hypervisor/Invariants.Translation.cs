using S390Sim.Hypervisor;

namespace S390Sim.Testing.Hypervisor;

/// <summary>The range of whole pages that a refresh speaks of; empty when the last is below the first.</summary>
/// <param name="First">First address.</param>
/// <param name="Last">Last address.</param>
public readonly record struct PageRange(ulong First, ulong Last)
{
    /// <summary>No page.</summary>
    public static PageRange None => new(1, 0);

    /// <summary>Whether there is no page.</summary>
    public bool IsEmpty => Last < First;

    /// <summary>Whether a page is in it.</summary>
    public bool Contains(ulong iova) => iova >= First && iova <= Last;
}

/// <summary>What the host's translations are.</summary>
public sealed partial class Invariants
{
    // The pages that a region-third table tells apart; addresses from here on are those below it once more.
    private const ulong Aliases = 1UL << 42;

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

    /// <summary>2: pages outside R are not changed by RPCIT(R).</summary>
    public void OtherPagesAreUntouched(Observation before, Observation after, PageRange range)
    {
        foreach (var i in before.H.Keys.Concat(after.H.Keys))
        {
            if (!range.Contains(i)) Hold(2, Same(before, after, i), $"page 0x{i:x} was {Text(before, i)}, is {Text(after, i)}");
        }
    }

    /// <summary>3: every H(i) was the guest's at some RPCIT.</summary>
    public void NothingIsInvented(Observation after, IReadOnlySet<(ulong Iova, ulong Guest, bool Writable)> witnessed)
    {
        foreach (var (i, h) in after.H)
        {
            if (h.Guest == ulong.MaxValue) continue;
            Hold(3, witnessed.Contains((i, h.Guest, true)) || witnessed.Contains((i, h.Guest, false)), $"page 0x{i:x} is {h}");
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
        Observation before, Observation after, IoTranslationModel guest, PageRange range, IReadOnlyDictionary<ulong, ulong> entries)
    {
        foreach (var i in before.H.Keys)
        {
            if (!range.Contains(i) || guest.IsCutOff(i) || !entries.TryGetValue(i, out var entry) || guest.EntryOf(i) == entry) continue;
            var g = guest.Walk(i);
            Hold(6, g.IsMapped ? after.H.TryGetValue(i, out var h) && h.Guest == g.Guest : !after.H.ContainsKey(i),
                $"page 0x{i:x} is {Text(after, i)}, its new table has {g}");
        }
    }

    /// <summary>All of 1 to 6, whatever the sequence: H is exactly what the model of the reference has.</summary>
    public void HostIsAsTheModel(Observation after, IReadOnlyDictionary<ulong, GuestTranslation> model)
    {
        foreach (var (i, h) in after.H) Hold(1, model.TryGetValue(i, out var m) && IsAs(h, m), $"page 0x{i:x} is {h}, it should be {m}");
        foreach (var (i, m) in model) Hold(1, after.H.ContainsKey(i), $"page 0x{i:x} is not mapped, it should be {m}");
    }

    /// <summary>7: RPCIT is idempotent: the second one changes neither H nor the accounts.</summary>
    public void AgainChangesNothing(Observation once, Observation twice)
        => Hold(7, SameHost(once, twice) && once.Held == twice.Held && once.Charged == twice.Charged,
            $"a second RPCIT changed translations, or {once.Charged} charged to {twice.Charged}");

    /// <summary>8: two RPCITs of the parts, in either order, give what one of the whole gives.</summary>
    public void PartsMakeTheWhole(Observation parts, ShadowModel whole)
        => Hold(8, whole.IsAs(parts.H), $"{parts.H.Count} entries by the parts, {whole.Pages.Count} by the whole, or others");

    /// <summary>11: addresses beyond the range of the anchor, or the tables, change no translation, and alias none.</summary>
    public void WhatIsBeyondChangesNothing(Observation before, Observation after, ulong start, ulong length, PageRange range)
    {
        if (start < Aliases && start >= TraceLayout.Pba && start <= TraceLayout.Pal && length <= Aliases) return;
        Hold(11, OnlyChangedWithin(before, after, range), $"RPCIT of 0x{start:x} +0x{length:x} changed other translations");
    }

    /// <summary>12: ranges of no bytes, of parts of pages and beyond the last address change whole pages inside, and nothing else.</summary>
    public void OddRangesAreRounded(Observation before, Observation after, ulong start, ulong length, PageRange range)
    {
        if (length != 0 && ((start | length) & 0xFFF) == 0 && length <= ulong.MaxValue - start) return;
        Hold(12, OnlyChangedWithin(before, after, range), $"RPCIT of 0x{start:x} +0x{length:x} changed other translations");
    }

    /// <summary>12: a host that stops, or that does not answer, is no answer.</summary>
    public void TheHostGoesOn(VirtualMachine machine)
        => Hold(12, machine.Design.HostFailure is null, $"the host stopped: {machine.Design.HostFailure}");

    /// <summary>13: an entry of all zeros is valid, and designates what is at 0.</summary>
    public void ZerosAreAnAddress(Observation after, IoTranslationModel guest, PageRange range)
    {
        foreach (var (i, g) in guest.Pages(range))
        {
            if (g is { IsMapped: true, Guest: 0 })
                Hold(13, after.H.TryGetValue(i, out var h) && h.Guest == 0, $"page 0x{i:x} of an entry of zeros is {Text(after, i)}");
        }
    }

    /// <summary>43: what changes while it is refreshed is as it was, as it became, or not there; never a mixture.</summary>
    public void NothingIsTorn(Observation before, Observation after, IoTranslationModel old, IoTranslationModel changed, PageRange range)
    {
        foreach (var (i, h) in after.H)
        {
            if (!range.Contains(i)) continue;
            var (was, becomes) = (old.Walk(i), changed.Walk(i));
            Hold(43, (was.IsMapped && IsAs(h, was)) || (becomes.IsMapped && IsAs(h, becomes)) || Same(before, after, i),
                $"page 0x{i:x} is {h}; the guest had {was}, then {becomes}");
        }
    }

    private static bool OnlyChangedWithin(Observation before, Observation after, PageRange range)
        => before.H.Keys.Concat(after.H.Keys).All(i => range.Contains(i) || Same(before, after, i));
}
