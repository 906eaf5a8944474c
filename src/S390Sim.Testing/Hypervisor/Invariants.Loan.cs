using S390Sim.Hypervisor;
using S390Sim.Iommu;

namespace S390Sim.Testing.Hypervisor;

/// <summary>Who owns a domain, and what becomes of it when anchors, storage and virtual machines go.</summary>
public sealed partial class Invariants
{
    /// <summary>24: while KVM shadows, map and unmap through the API answer -EBUSY and modify nothing.</summary>
    public void ApiIsBusyWhileLent(Observation before, Observation after, DomainStatus map, DomainStatus unmap)
        => Hold(24, map == DomainStatus.Busy && unmap == DomainStatus.Busy && SameHost(before, after)
            && before.EntriesWritten == after.EntriesWritten && before.TotalPins == after.TotalPins,
            $"map gave {map}, unmap {unmap}, {after.EntriesWritten - before.EntriesWritten} entries stored");

    /// <summary>28: a nested domain is nobody's to map or to lend.</summary>
    public void NestedDomainsStayNested(Observation before, Observation after, params ReadOnlySpan<DomainStatus> answers)
        => Hold(28, !answers.ContainsAnyExcept(DomainStatus.NotSupported) && SameHost(before, after)
            && before.EntriesWritten == after.EntriesWritten,
            $"answers {string.Join(", ", answers.ToArray())}, {after.EntriesWritten - before.EntriesWritten} entries stored");

    /// <summary>28: a parent that is used cannot be ended.</summary>
    public void ParentsOutliveTheirUsers(bool isRefused, Observation before, Observation after)
        => Hold(28, isRefused
            && before.TotalPins == after.TotalPins, $"a parent in use was ended, {after.TotalPins} pins are left");

    /// <summary>30: each entry of a nested domain designates what the parent has for the guest's page.</summary>
    public void EntriesAreTheParents(Observation now, ParentDomain parent)
    {
        foreach (var (i, h) in now.H)
            Hold(30, parent.TryFind(h.Guest, out var frame, out _)
                && frame == h.Frame, $"page 0x{i:x} is {h}, the parent has 0x{frame:x}");
    }

    /// <summary>30: when storage goes, no entry designates it any more.</summary>
    public void EntriesDieWithTheParents(Observation before, Observation after)
    {
        foreach (var (i, h) in before.H)
        {
            if (h.Guest - TraceLayout.SlotOrigin < TraceLayout.SlotSize)
                Hold(30, !after.H.ContainsKey(i), $"page 0x{i:x} is {Text(after, i)}, its storage is gone");
        }
    }

    /// <summary>
    /// 25: without an anchor the kernel leaves RPCIT to user space, and nobody stores into the domain's tables.
    /// </summary>
    public void UntouchedWithoutAnchor(Observation before, Observation after, int kernelEntries)
    {
        if (before.IsRegistered) return;
        Hold(25, kernelEntries == 0 && SameHost(before, after) && before.EntriesWritten == after.EntriesWritten,
            $"{kernelEntries} handled in the kernel, {after.EntriesWritten - before.EntriesWritten} entries stored");
    }

    /// <summary>26: after the recall the domain is empty.</summary>
    public void RecalledDomainsAreEmpty(Observation now)
    {
        if (promises.Lends && !now.IsRegistered && now.Domain is not null)
            Hold(26, now.H.Count == 0
                && now.Loan == LoanState.Normal, $"{now.H.Count} entries after the recall, the loan is {now.Loan}");
    }

    /// <summary>26: a domain that is not empty is not lent.</summary>
    public void OnlyEmptyDomainsAreLent(DomainStatus lend)
        => Hold(26, lend == DomainStatus.Busy, $"a domain that is not empty was lent: {lend}");

    /// <summary>27: a lent domain is not lent again.</summary>
    public void NoSecondLoan(Observation now, DomainStatus lend)
        => Hold(27, now.Loan == LoanState.Lent && lend == DomainStatus.Busy, $"the loan is {now.Loan}, a second one gave {lend}");

    /// <summary>27: an anchor is registered where there is none, and only there.</summary>
    public void OneAnchorAtATime(int conditionCode, bool isRefused)
        => Hold(27, conditionCode == (isRefused ? 1 : 0), $"registration gave condition code {conditionCode}");

    /// <summary>29: a virtual machine that ended with anchors registered has no device that reaches anything.</summary>
    public void NobodyReachesAnEndedMachine(HostIommu iommu, IEnumerable<uint> devices, bool isRecalled)
    {
        foreach (var device in devices)
        {
            Hold(29, isRecalled && !iommu.TryGetSpace(device, out _) && iommu.IotlbContents().All(t => t.DeviceId != device),
                $"device {device} is still registered, or its domain was not emptied: {isRecalled}");
        }
    }

    /// <summary>29: what a virtual machine's neighbour has is not touched by its end.</summary>
    public void TheNeighbourGoesOn(Observation before, Observation after)
        => Hold(29, before.Neighbours.SequenceEqual(after.Neighbours),
            $"the neighbour has {after.Neighbours.Count} pages, or others");

    /// <summary>42: a refresh and a deregistration on two CPUs: behind the deregistration no entry is stored.</summary>
    public void NothingAppearsAfterDeregistration(Observation after, bool isAppearing)
        => Hold(42, !after.IsRegistered
            && !isAppearing, $"an entry was stored after the deregistration, or that did not succeed");

    /// <summary>44: after another anchor is registered, nothing of the old one is left.</summary>
    public void NothingOfTheOldAnchor(Observation after)
        => Hold(44, after.H.Count == 0, $"{after.H.Count} entries of the old anchor are left");

    /// <summary>45: a second deregistration, or reset, changes nothing.</summary>
    public void TwiceIsHarmless(Observation before, Observation after)
        => Hold(45, SameHost(before, after) && before.TotalPins == after.TotalPins && before.Charged == after.Charged
            && !after.IsRegistered,
            $"{before.TotalPins} pins became {after.TotalPins}, {before.H.Count} entries {after.H.Count}");

    /// <summary>46: a page whose memory slot went is gone, or keeps its frame by its pin.</summary>
    public void LostStorageIsKeptByPins(Observation before, Observation after, HostFrames frames)
    {
        foreach (var (i, h) in before.H)
        {
            if (h.Guest - TraceLayout.SlotOrigin >= TraceLayout.SlotSize) continue;
            Hold(46, !after.H.TryGetValue(i, out var now)
                || (frames.IsAllocated(now.Frame) && frames.Pins(now.Frame) > 0), $"page 0x{i:x} is {now}, which is free");
        }
    }

    /// <summary>46: an RPCIT over a page whose storage is gone is an error, or the page is not mapped afterwards.</summary>
    public void LostStorageIsNotMapped(
        RefreshResult result, Observation after, IoTranslationModel guest, PageRange range, Func<ulong, bool> isInstalled)
    {
        foreach (var (i, g) in guest.Pages(range))
        {
            if (g.IsMapped && !isInstalled(g.Guest))
                Hold(46, result.ConditionCode != 0
                    || !after.H.ContainsKey(i), $"page 0x{i:x} is {Text(after, i)}, the guest has no storage at 0x{g.Guest:x}");
        }
    }

    /// <summary>47: what is done to one function leaves the others' translations as they are.</summary>
    public void OtherFunctionsAreUntouched(Observation before, Observation after)
    {
        if (before.Others.Count != 0)
            Hold(47, before.Others.SequenceEqual(after.Others), $"the other function has {after.Others.Count} pages, or others");
        Hold(47, before.Neighbours.SequenceEqual(after.Neighbours),
            $"the neighbour has {after.Neighbours.Count} pages, or others");
    }

    /// <summary>47: a domain that two functions share has as many refreshes of the host for the one as for the other.</summary>
    public void EveryFunctionIsRefreshed(int flushes, int others)
    {
        if (flushes != 0) Hold(47, others == flushes,
            $"{flushes} refreshes of the function, {others} of the other one in its domain");
    }

    /// <summary>49: the tables of a domain only grow while it is there.</summary>
    public void TablesOnlyGrow(Observation before, Observation after)
    {
        if (before.Domain is not null && before.Domain == after.Domain)
            Hold(49, after.TableBytes >= before.TableBytes, $"{before.TableBytes} bytes of tables became {after.TableBytes}");
    }

    /// <summary>49: the tables' storage came back with the end of the virtual machine.</summary>
    public void TablesAreFreed(ulong bytes) => Hold(49, bytes == 0, $"{bytes} bytes of tables are left");
}
