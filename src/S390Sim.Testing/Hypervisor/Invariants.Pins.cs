using S390Sim.Hypervisor;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What is pinned and charged, and until when.</summary>
public sealed partial class Invariants
{
    /// <summary>
    /// 14 and 23: P(f) is the number of valid entries that designate f, over all domains, and of cached guest tables in f; a page
    /// that is mapped twice is pinned twice. No frame has other pins.
    /// </summary>
    public void PinsAreTheUses(Observation now, HostFrames frames)
    {
        var all = 0UL;
        if (!promises.PinsEach)
        {
            Hold(14, now.OwnPins == (ulong)now.Parents.Count && now.Parents.All(f => frames.Pins(f) == 1),
                $"{now.OwnPins} pins for {now.Parents.Count} pages of the guest, or not one on each");
            return;
        }
        foreach (var (frame, count) in now.Uses)
        {
            var pins = frames.Pins(frame);
            all += (ulong)count;
            Hold(14, pins == count, $"frame 0x{frame:x} has {pins} pins and {count} uses");
            if (count > 1) Hold(23, pins >= count, $"frame 0x{frame:x} has {pins} pins and {count} uses");
        }
        if (all != 0 || now.OwnPins != 0) Hold(14, now.OwnPins == all, $"{now.OwnPins} pins for {all} uses");
    }

    /// <summary>15: a frame that an entry or the IOTLB holds is pinned; the IOTLB holds nothing that the tables do not.</summary>
    public void WhatMayBeReachedIsPinned(
        Observation now, HostFrames frames, IReadOnlyDictionary<uint, IReadOnlyDictionary<ulong, HostPage>> translations)
    {
        foreach (var cached in now.Iotlb)
        {
            Hold(15, frames.Pins(cached.Frame) > 0, $"the IOTLB holds unpinned frame 0x{cached.Frame:x} for 0x{cached.Iova:x}");
            if (!translations.TryGetValue(cached.DeviceId, out var tables)) continue;
            Hold(15, tables.TryGetValue(cached.Iova, out var h) && h.Frame == cached.Frame && (h.Writable || !cached.Writable),
                $"the IOTLB holds {cached}, the tables {h}");
        }
        foreach (var (i, h) in now.H) Hold(15, frames.Pins(h.Frame) > 0, $"page 0x{i:x} is {h}, which is not pinned");
    }

    /// <summary>16: without an anchor nothing is mapped or cached, and without any nothing is pinned or charged.</summary>
    public void NothingIsLeft(Observation now)
    {
        if (now.IsRegistered) return;
        Hold(16, now.H.Count == 0 && now.Iotlb.All(t => t.DeviceId != now.DeviceId), $"{now.H.Count} entries, or cached ones");
        if (now.IsOtherRegistered) return;
        var parents = (ulong)now.Parents.Count;
        Hold(16, now.OwnPins == parents && now.Charged == parents
            && now.Held == parents, $"{now.OwnPins} pins, {now.Charged} charged");
    }

    /// <summary>16: a virtual machine that ended has left neither frames nor pins.</summary>
    public void AllIsGivenBack(HostFrames frames, ulong framesBefore, ulong pinsBefore)
        => Hold(16, frames.InUse == framesBefore && frames.TotalPins() == pinsBefore,
            $"{frames.InUse} frames in use, {framesBefore} before; {frames.TotalPins()} pins, {pinsBefore} before");

    /// <summary>17: the charge is the pins, and never grows beyond the limit.</summary>
    public void ChargeIsThePins(Observation before, Observation now)
    {
        if (now.OwnPins == 0 && now.Charged == 0) return;
        Hold(17, now.Charged <= Math.Max(now.Limit, before.Charged), $"{now.Charged} charged, the limit is {now.Limit}");
        Hold(17, now.Charged == now.OwnPins
            && now.Held == now.OwnPins, $"{now.Charged} charged, {now.Held} held, {now.OwnPins} pins");
    }

    /// <summary>17, at the moment of the event: a pin that is refused leaves the account as it was.</summary>
    public void RefusalChargesNothing(ulong charged, ulong chargedBefore)
        => Hold(17, charged == chargedBefore, $"{charged} charged after a refusal, {chargedBefore} before");

    /// <summary>18: a refresh that ended half-way has charged what it holds.</summary>
    public void HalfIsChargedForHalf(Observation after)
        => Hold(18, after.Charged == after.OwnPins, $"{after.Charged} charged for {after.OwnPins} pins after status 16");

    /// <summary>19: an RPCIT of what is mapped already takes no pin and drops none.</summary>
    public void DuplicatesTakeNoPin(Observation once, Observation twice)
    {
        if (once.H.Count != 0) Hold(19, once.TotalPins == twice.TotalPins, $"{once.TotalPins} pins became {twice.TotalPins}");
    }

    /// <summary>20, at the moment of the event: a guest frame is pinned before an entry designates it.</summary>
    public void PinnedBeforeStored(ulong frame, HostFrames frames)
        => Hold(20, frames.Pins(frame) > 0, $"an entry designates 0x{frame:x}, which is not pinned");

    /// <summary>20: where a page was replaced, the old frame has lost its pin and the new one has one for each entry.</summary>
    public void ReplacedPagesMoveTheirPin(Observation before, Observation after, HostFrames frames)
    {
        foreach (var (i, h) in after.H)
        {
            if (!promises.PinsEach || !before.H.TryGetValue(i, out var old) || old.Frame == h.Frame) continue;
            var (uses, oldUses) = (after.Uses[h.Frame], after.Uses.GetValueOrDefault(old.Frame));
            Hold(20, frames.Pins(h.Frame) == uses && frames.Pins(old.Frame) == oldUses,
                $"page 0x{i:x}: {frames.Pins(h.Frame)} pins for {uses} uses, before {frames.Pins(old.Frame)} for {oldUses}");
        }
    }

    /// <summary>
    /// 21, at the moment of the event: a frame that is released is in no IOTLB entry, and its entries were refreshed.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isCached">Whether the IOTLB holds it.</param>
    /// <param name="isAwaited">Whether a refresh of an entry that designated it is still to come.</param>
    public void ReleasedAfterTheFlush(ulong frame, bool isCached, bool isAwaited)
        => Hold(21, !isAwaited && !isCached, $"frame 0x{frame:x} is released before the host refreshed");

    /// <summary>
    /// 22, at the moment of the event: a frame that is released is dirty if it could be stored into, and only then.
    /// </summary>
    public void DirtyIfWritable(ulong frame, bool isDirty, bool wasWritable)
        => Hold(22, isDirty == wasWritable, $"frame 0x{frame:x} is {(isDirty ? "" : "not ")}dirty");

    /// <summary>37: after condition code 1 every frame that an entry designates is pinned, and as often.</summary>
    public void ErrorsLeaveNoEntryUnpinned(Observation after, HostFrames frames)
    {
        foreach (var (i, h) in after.H)
        {
            var uses = promises.PinsEach ? after.Uses[h.Frame] : 1;
            Hold(37, frames.Pins(h.Frame) >= uses, $"page 0x{i:x} is {h}, with {frames.Pins(h.Frame)} pins for {uses} uses");
        }
    }

    /// <summary>52: a trace of all kinds of commands kept 14, 15, 21 and 24 all the way.</summary>
    public void AnyInterleavingKeepsThePins()
    {
        int[] kept = [14, 15, 21, 24];
        Hold(52, !kept.Any(_violated.Contains), $"{string.Join(", ", kept.Where(_violated.Contains))} violated on the way");
    }
}
