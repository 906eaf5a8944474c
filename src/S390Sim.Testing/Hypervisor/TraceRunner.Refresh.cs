using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>RPCITs of one virtual CPU, and what must be true of each.</summary>
public sealed partial class TraceRunner
{
    private void DoRefresh(Observation before, ulong start, ulong length)
    {
        var guest = Tables;
        var expected = Expect(Now.Model, guest, before, start, length, out var range);
        Witness(guest, range);
        var indicators = Indicators();
        var way = Watch(() => _bench.Refresh(start, length), out var result);
        _answer = result;
        var after = Observe();
        _check.InterruptionsAreUntouched(indicators == Indicators());
        CountRefresh(before, after, result);
        JudgeAnswer(before, after, guest, result, expected, range, before.IsRegistered && IsOdd(start, length));
        JudgeChanges(before, after, guest, result, start, length, range);
        JudgeWay(before, after, way);
        JudgeHost(before, after);
        JudgePins(before, after, result);
        if (result.ConditionCode == 0 && before.IsRegistered && before.State == FunctionState.Enabled)
            JudgeSuccess(before, after, guest, start, length, range);
        NoteEntries(after, guest);
        NotePromises(guest, result, range);
    }

    private void CountRefresh(Observation before, Observation after, RefreshResult result)
    {
        Count($"refresh, status {result.Status}");
        if (before.H.Keys.Except(after.H.Keys).Any()) Count("refresh that takes away");
        if (result is { ConditionCode: 1, Status: 4 or 16 }) Now.IsInsufficient = true;
    }

    private void JudgeAnswer(Observation before, Observation after, IoTranslationModel guest, RefreshResult result,
        (int ConditionCode, byte Status) expected, PageRange range, bool isOdd)
    {
        _check.AnswerIsArchitected(result, _bench.Retries);
        if (!IsShortOfMeans() || _promises.InMachine)
        {
            _check.AnswerIsDefined(result, expected, isOdd);
            return;
        }
        // The model does not follow which page it was that lacked a table or a pin.
        if (expected.ConditionCode == 0 || expected.Status == ShadowOutcome.InsufficientResources)
        {
            if (!range.IsEmpty) _check.WantOfMeansIsTold(result, before, after, guest, range);
            Count($"refresh short of means, status {result.Status}");
        }
        Now.Model.Adopt(after.H);
        Now.IsExact = false;
    }

    private void JudgeChanges(
        Observation before, Observation after, IoTranslationModel guest, RefreshResult result, ulong start, ulong length,
            PageRange range)
    {
        _check.OtherPagesAreUntouched(before, after, start, length);
        _check.WhatIsBeyondChangesNothing(before, after, start, length, range);
        _check.OddRangesAreRounded(before, after, start, length, range);
        if (range.IsEmpty || before.State != FunctionState.Enabled || HasErrors(guest, range)) return;
        _check.WhatIsCutOffIsGone(before, after, guest, range);
        _check.LostStorageIsNotMapped(result, after, guest, range, IsInstalled);
    }

    private void JudgeWay(Observation before, Observation after, RefreshWay way)
    {
        _check.EachIsCountedOnce(way);
        _check.UntouchedWithoutAnchor(before, after, way.InKernel);
        if (before is { IsRegistered: true, State: FunctionState.Enabled }) _check.HandledWhereItShouldBe(way);
    }

    private void JudgeHost(Observation before, Observation after)
    {
        if (!before.IsRegistered || _promises.InMachine) return;
        var flushes = _flushes.Where(f => f.Device == before.DeviceId).Select(f => (f.Start, f.Length)).ToList();
        var changed = before.H.Where(p => !after.H.TryGetValue(p.Key, out var now) || now != p.Value).Select(p => p.Key).ToList();
        var added = after.H.Keys.Where(i => !before.H.ContainsKey(i)).ToList();
        _check.TheHostRefreshesWhenItMust(flushes.Count, changed.Count, added.Count, _options.HostRequiresRefresh,
            _refused + _pauses);
        _check.EveryChangeIsRefreshed(changed, _options.HostRequiresRefresh ? added : [], flushes);
        if (_sharedDomain is not null && _sharedDomain == _bench.Domain)
            _check.EveryFunctionIsRefreshed(flushes.Count, _flushes.Count(f => f.Device == SharingDevice));
    }

    private void JudgePins(Observation before, Observation after, RefreshResult result)
    {
        _check.ReplacedPagesMoveTheirPin(before, after, _bench.Frames);
        if (result.ConditionCode != 1) return;
        _check.ErrorsLeaveNoEntryUnpinned(after, _bench.Frames);
        if (result.Status is 4 or 16) _check.HalfIsChargedForHalf(after);
    }

    private void JudgeSuccess(
        Observation before, Observation after, IoTranslationModel guest, ulong start, ulong length, PageRange range)
    {
        if (_promises.InMachine) _check.NothingStaleIsCached(before, after, guest, range);
        else if (!range.IsEmpty) _check.RefreshedPagesAreAsTheGuestHasThem(after, guest, range);
        if (_bench.Machine.Design is ParentedDesign { Parent: var parent }) _check.EntriesAreTheParents(after, parent);
        _check.AnotherTableIsFollowed(before, after, guest, range, Now.Entries);
        _check.ZerosAreAnAddress(before, after, guest, range);
        if (range == Whole with { Last = Whole.Last | 0xFFF }) Now.IsExact = true;
        if (length == 0) return;
        _bench.Refresh(start, length);
        var twice = Observe();
        _check.AgainChangesNothing(after, twice);
        _check.DuplicatesTakeNoPin(after, twice);
        if (_promises.InMachine) Probe(guest, range);
    }

    // 8: what is there after the two parts is what the model has of the whole.
    private void DoRefreshInTwo(Observation before, RefreshInTwo c)
    {
        var whole = Now.Model.Clone();
        var isComparable = !_promises.InMachine && before is { IsRegistered: true, State: FunctionState.Enabled }
            && before.Limit == ulong.MaxValue && !_isLimited;
        if (isComparable) Expect(whole, Tables, before, c.Start, c.First + c.Second, out _);
        var (one, other) = ((c.Start, c.First), (c.Start + c.First, c.Second));
        if (c.SecondFirst) (one, other) = (other, one);
        DoRefresh(before, one.Item1, one.Item2);
        var between = Observe();
        if (Tally.GoesOn) Accept(between);
        DoRefresh(between, other.Item1, other.Item2);
        var after = Observe();
        if (isComparable && !Tally.GoesOn && Now.IsExact && after.State == FunctionState.Enabled
            && (c.Start + c.First) % 4096 == 0) _check.PartsMakeTheWhole(after, whole);
    }

    // The architected answer, with the model brought in step on the way.
    private (int ConditionCode, byte Status) Expect(
        ShadowModel model, IoTranslationModel guest, Observation before, ulong start, ulong length, out PageRange range)
    {
        range = PageRange.None;
        if (before.State == FunctionState.Error) return (1, RecoveryInProgress);
        if (!before.IsRegistered) return (1, 8);
        var end = length > ulong.MaxValue - start ? ulong.MaxValue : start + length;
        if (end < TraceLayout.Pba || start > TraceLayout.Pal) return (1, 8);
        if (length == 0) return (0, 0);
        range = new(Math.Max(start & ~0xFFFUL, TraceLayout.Pba),
            Math.Min(end == ulong.MaxValue ? end : end - 1, TraceLayout.Pal) | 0xFFF);
        if (_promises.InMachine) return HasErrors(guest, range with { Last = Math.Min(range.Last, TraceLayout.Pal) })
            ? (1, (byte)8) : (0, (byte)0);
        var outcome = model.Refresh(guest, start, length, Means(before));
        // What is pinned page by page is limited, what is pinned whole is not.
        _isDiverged |= outcome.IsInsufficient && before.Limit != ulong.MaxValue;
        if (outcome.Error != 0) return (1, 8);
        return outcome.IsInsufficient ? (1, ShadowOutcome.InsufficientResources) : (0, (byte)0);
    }

    private HostMeans Means(Observation before)
    {
        if (!_promises.PinsEach || _promises.IsHistoric) return new(ulong.MaxValue, IsInstalled);
        var others = before.Charged > (ulong)before.H.Count ? before.Charged - (ulong)before.H.Count : 0;
        return new(before.Limit > others ? before.Limit - others : 0, IsInstalled);
    }

    private bool IsInstalled(ulong page) => _bench.Memory.IsInstalled(page, 4096);

    private static bool IsOdd(ulong start, ulong length) => length == 0 || ((start | length) & 0xFFF) != 0
        || length > ulong.MaxValue - start;

    private static bool HasErrors(IoTranslationModel guest, PageRange range) => guest.Pages(range).Any(p => p.Page.Error != 0);

    private void Witness(IoTranslationModel guest, PageRange range)
    {
        foreach (var (i, g) in guest.Pages(range))
        {
            if (!g.IsMapped) continue;
            Now.Witnessed.Add((i, g.Guest, g.Writable));
            Now.Ever.Add((i, g.Guest));
        }
    }

    // Has some pages translated, which are cached from then on.
    private void Probe(IoTranslationModel guest, PageRange range)
    {
        foreach (var i in TraceLayout.Pages.Where(p => range.Contains(p) && p <= TraceLayout.Pal))
        {
            var g = guest.Walk(i);
            var expected = g.IsMapped && _bench.Memory.Map.TryTranslate(g.Guest, out var frame) ? frame : 0;
            var error = _bench.Iommu.Translate(_bench.Function.DeviceId, i, 8, IoAccess.Read, out var absolute);
            _check.TranslatedAsTheGuestHasIt(i, g, expected, error == IoError.None ? absolute : 0);
        }
    }

    // What condition code 0 says of the pages that are played with; any other leaves them indeterminate.
    private void NotePromises(IoTranslationModel guest, RefreshResult result, PageRange range)
    {
        foreach (var i in TraceLayout.Pages)
        {
            if (!range.Contains(i)) continue;
            var g = guest.Walk(i);
            // Where nothing is shadowed, storage that is not there is found by the access.
            if (result.ConditionCode == 0 && (!g.IsMapped || IsInstalled(g.Guest))) Now.Promised[i] = g;
            else Now.Promised.Remove(i);
        }
    }

    private void NoteEntries(Observation after, IoTranslationModel guest)
    {
        foreach (var (i, h) in after.H)
        {
            if (guest.Walk(i) is { IsMapped: true } g && g.Guest == h.Guest) Now.Entries[i] = guest.EntryOf(i);
        }
    }
}
