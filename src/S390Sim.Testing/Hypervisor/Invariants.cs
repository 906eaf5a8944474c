using S390Sim.Hypervisor;
using S390Sim.Iommu;

namespace S390Sim.Testing.Hypervisor;

/// <summary>An invariant of kvm-pci-design.md section 12 that does not hold.</summary>
public sealed class InvariantException(int number, string text) : Exception($"invariant {number}: {text}");

/// <summary>
/// The invariants of kvm-pci-design.md section 12, by their numbers there. G(i) is the guest's walk of page i at the time of
/// the RPCIT, X(g) the host frame of a guest page, H(i) the host's translation, P(f) the pins of a frame.
/// </summary>
public static class Invariants
{
    /// <summary>1: after a successful RPCIT(R), for each page of R: H(i) = X(G(i)) when G(i) is valid, else none.</summary>
    public static void RefreshedPagesAreAsTheGuestHasThem(Observation after, IoTranslationModel guest, ulong first, ulong last)
    {
        for (var i = first; i <= last; i = guest.Next(i))
        {
            var g = guest.Walk(i);
            if (!g.IsMapped) continue;
            if (!after.H.TryGetValue(i, out var h) || h.Guest != g.Guest || h.Writable != g.Writable)
                throw new InvariantException(1, $"page 0x{i:x} is {Text(after, i)}, the guest has {g}");
        }
        foreach (var (i, h) in after.H)
            Hold(1, i < first || i > last || guest.Walk(i).IsMapped, () => $"page 0x{i:x} is {h}, the guest has none");
    }

    /// <summary>2: pages outside R are not changed by RPCIT(R).</summary>
    public static void OtherPagesAreUntouched(Observation before, Observation after, ulong first, ulong last)
    {
        foreach (var i in before.H.Keys.Concat(after.H.Keys))
            Hold(2, (i >= first && i <= last) || Same(before, after, i),
                () => $"page 0x{i:x} was {Text(before, i)}, is {Text(after, i)}");
    }

    /// <summary>3 and 4: every H(i) was the guest's at some RPCIT, and is writable only if no level protected it then.</summary>
    public static void NothingIsInvented(Observation after, IReadOnlySet<(ulong Iova, ulong Guest, bool Writable)> witnessed)
    {
        foreach (var (i, h) in after.H)
        {
            Hold(3, witnessed.Contains((i, h.Guest, true)) || witnessed.Contains((i, h.Guest, false)),
                () => $"page 0x{i:x} is {h}");
            Hold(4, !h.Writable || witnessed.Contains((i, h.Guest, true)), () => $"page 0x{i:x} is {h} and may be stored into");
        }
    }

    /// <summary>1 to 6 and 8, whatever the sequence: H is exactly what the model of the reference has.</summary>
    public static void HostIsAsTheModel(Observation after, IReadOnlyDictionary<ulong, GuestTranslation> model)
    {
        foreach (var (i, h) in after.H)
        {
            Hold(5, model.TryGetValue(i, out var m), () => $"page 0x{i:x} is {h}, it should be gone");
            Hold(6, m.Guest == h.Guest && m.Writable == h.Writable, () => $"page 0x{i:x} is {h}, it should be {m}");
        }
        foreach (var (i, m) in model) Hold(8, after.H.ContainsKey(i), () => $"page 0x{i:x} is not mapped, it should be {m}");
    }

    /// <summary>7 and 19: RPCIT is idempotent; the second one changes neither H nor any pin.</summary>
    public static void AgainChangesNothing(Observation once, Observation twice)
    {
        Hold(7, SameHost(once, twice), () => "a second RPCIT changed translations");
        Hold(19, once.TotalPins == twice.TotalPins && once.Held == twice.Held && once.Charged == twice.Charged,
            () => $"a second RPCIT changed pins from {once.TotalPins} to {twice.TotalPins}");
    }

    /// <summary>14: P(f) is the number of valid entries that designate f; no frame has other pins.</summary>
    public static void PinsAreTheValidEntries(Observation now, HostFrames frames)
    {
        foreach (var entries in now.H.Values.GroupBy(h => h.Frame))
            Hold(14, frames.Pins(entries.Key) == entries.Count(),
                () => $"frame 0x{entries.Key:x} has {frames.Pins(entries.Key)} pins and {entries.Count()} entries");
        Hold(14, now.TotalPins == (ulong)now.H.Count, () => $"{now.TotalPins} pins for {now.H.Count} entries");
    }

    /// <summary>15: a frame that an entry or the IOTLB holds is pinned; the IOTLB holds nothing that the tables do not.</summary>
    public static void WhatMayBeReachedIsPinned(Observation now, HostFrames frames)
    {
        foreach (var cached in now.Iotlb)
        {
            Hold(15, frames.Pins(cached.Frame) > 0,
                () => $"the IOTLB holds unpinned frame 0x{cached.Frame:x} for 0x{cached.Iova:x}");
            Hold(15, now.H.TryGetValue(cached.Iova, out var h) && h.Frame == cached.Frame && (h.Writable || !cached.Writable),
                () => $"the IOTLB holds {cached}, the tables {Text(now, cached.Iova)}");
        }
    }

    /// <summary>16: without an anchor nothing is mapped, pinned, charged or cached.</summary>
    public static void NothingIsLeft(Observation now)
    {
        if (now.IsRegistered) return;
        Hold(16, now.H.Count == 0 && now.TotalPins == 0 && now.Charged == 0 && now.Held == 0 && now.Iotlb.Count == 0,
            () => $"{now.H.Count} entries, {now.TotalPins} pins, {now.Charged} charged, {now.Iotlb.Count} cached");
    }

    /// <summary>17 and 18: the charge is the pins actually held, and never grows beyond the limit.</summary>
    public static void ChargeIsThePins(Observation before, Observation now)
    {
        Hold(17, now.Charged <= Math.Max(now.Limit, before.Charged), () => $"{now.Charged} charged, the limit is {now.Limit}");
        Hold(18, now.Charged == now.TotalPins && now.Held == now.TotalPins,
            () => $"{now.Charged} charged, {now.Held} held, {now.TotalPins} pins");
    }

    /// <summary>20 and 21, at the moment of the event: a frame that loses its last pin is in no IOTLB entry any more.</summary>
    public static void ReleasedAfterTheFlush(ulong frame, HostIommu iommu)
        => Hold(21, !iommu.IotlbContents().Any(t => t.Frame == frame),
            () => $"frame 0x{frame:x} is released while the IOTLB holds it");

    /// <summary>20, at the moment of the event: a guest frame is pinned before an entry designates it.</summary>
    public static void PinnedBeforeStored(ulong frame, HostFrames frames)
        => Hold(20, frames.Pins(frame) > 0, () => $"an entry designates 0x{frame:x}, which is not pinned");

    /// <summary>24: while lent, map and unmap through the API answer -EBUSY and modify nothing.</summary>
    public static void ApiIsBusyWhileLent(Observation before, Observation after, DomainStatus map, DomainStatus unmap)
    {
        Hold(24, map == DomainStatus.Busy && unmap == DomainStatus.Busy, () => $"map gave {map}, unmap {unmap}");
        Hold(24, SameHost(before, after) && before.EntriesWritten == after.EntriesWritten && before.TotalPins == after.TotalPins,
            () => "a refused call modified the domain");
    }

    /// <summary>25: without a loan, or an anchor, RPCIT does not touch the domain's tables.</summary>
    public static void UntouchedWithoutLoan(Observation before, Observation after)
        => Hold(25, before.IsRegistered || (SameHost(before, after) && before.EntriesWritten == after.EntriesWritten),
            () => "RPCIT without an anchor stored into the domain's tables");

    /// <summary>26: a domain that is not empty is not lent; a recalled one is empty; it is lent while registered.</summary>
    public static void LoanFollowsTheAnchor(Observation now, bool isLending)
    {
        Hold(26, now.Loan == (isLending && now.IsRegistered ? LoanState.Lent : LoanState.Normal),
            () => $"the loan is {now.Loan}");
        Hold(26, !isLending || now.Loan == LoanState.Lent || now.H.Count == 0, () => $"{now.H.Count} entries after the recall");
    }

    /// <summary>34 and 36: condition code 1 has a status, others none; no other register bit changes; busy passes.</summary>
    public static void AnswerIsArchitected(RefreshResult result)
    {
        Hold(36, result.ConditionCode is 0 or 1 or 3, () => $"{result}");
        Hold(34, result.OtherBitsKept && (result.ConditionCode == 1) == (result.Status != 0), () => $"{result}");
    }

    /// <summary>51: all designs have the same H, in terms of guest pages, and give the same answers.</summary>
    public static void DesignsAgree(Observation one, Observation other)
    {
        Hold(51, one.H.Count == other.H.Count, () => $"{one.H.Count} entries against {other.H.Count}");
        foreach (var (i, h) in one.H)
        {
            Hold(51, other.H.TryGetValue(i, out var o) && o.Guest == h.Guest && o.Writable == h.Writable,
                () => $"page 0x{i:x} is {h} against {Text(other, i)}");
        }
        Hold(51, one.State == other.State && one.Charged == other.Charged,
            () => $"{one.State}/{one.Charged} against {other.State}/{other.Charged}");
    }

    /// <summary>Throws unless an invariant holds.</summary>
    public static void Hold(int number, bool holds, Func<string> otherwise)
    {
        if (!holds) throw new InvariantException(number, otherwise());
    }

    private static bool Same(Observation one, Observation other, ulong iova)
        => one.H.TryGetValue(iova, out var a) == other.H.TryGetValue(iova, out var b) && a == b;

    private static bool SameHost(Observation one, Observation other)
        => one.H.Count == other.H.Count && one.H.Keys.All(i => Same(one, other, i));

    private static string Text(Observation now, ulong iova) => now.H.TryGetValue(iova, out var h) ? h.ToString() : "not mapped";
}
