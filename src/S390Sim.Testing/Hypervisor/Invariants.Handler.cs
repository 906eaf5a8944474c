using S390Sim.Cpu;
using S390Sim.Hypervisor;

namespace S390Sim.Testing.Hypervisor;

/// <summary>How an RPCIT was handled.</summary>
/// <param name="Executed">Executions by the guest.</param>
/// <param name="Counted">How many the virtual machine counted.</param>
/// <param name="Exits">Exits of SIE for it.</param>
/// <param name="InKernel">How many the kernel handled.</param>
/// <param name="InUserSpace">How many user space handled.</param>
public readonly record struct RefreshWay(ulong Executed, ulong Counted, int Exits, int InKernel, int InUserSpace);

/// <summary>What the guest sees of an RPCIT, and what it costs.</summary>
public sealed partial class Invariants
{
    /// <summary>31: an RPCIT in the problem state, or with an odd R2, is a program interruption that changes nothing.</summary>
    public void ProgramErrorsAreRefused(ProgramCode expected, ProgramCode code, bool areRegistersKept, Observation before,
        Observation after)
        => Hold(31, code == expected && areRegistersKept && SameHost(before, after)
            && before.EntriesWritten == after.EntriesWritten,
            $"program interruption {code}, expected {expected}, or something changed");

    /// <summary>32: a handle that is none of the virtual machine's is answered alike, whosever it is.</summary>
    public void ForeignHandlesAreUnknown(RefreshResult result, Observation before, Observation after)
        => Hold(32, result is { ConditionCode: 3, Status: 0, OtherBitsKept: true } && SameHost(before, after)
            && before.Neighbours.SequenceEqual(after.Neighbours), $"{result}");

    /// <summary>33: a handle with a simulation bit goes to user space, which sees the instruction as it was.</summary>
    public void SimulatedFunctionsAreUserSpaces(RefreshWay way, bool areRegistersKept, bool isTextKept)
        => Hold(33, way.InUserSpace > 0 && way.InKernel == 0 && areRegistersKept && isTextKept, $"{way}");

    /// <summary>34 and 36: condition code 1 has a status, others none; no other register bit changes; busy passes.</summary>
    public void AnswerIsArchitected(RefreshResult result, int retries)
    {
        Hold(34, result.OtherBitsKept && (result.ConditionCode == 1) == (result.Status != 0), $"{result}");
        if (retries != 0) Hold(36, result.ConditionCode is 0 or 1, $"{result} after {retries} times busy");
    }

    /// <summary>12, 34, 35: the answer is the one that is defined for what was asked.</summary>
    public void AnswerIsDefined(RefreshResult result, (int ConditionCode, byte Status) expected, bool isOdd)
    {
        var isSame = (result.ConditionCode, result.Status) == expected;
        if (isOdd) Hold(12, isSame, $"{result}; expected {expected}");
        else if (expected.Status == ShadowOutcome.InsufficientResources) Hold(35, isSame, $"{result}; expected {expected}");
        else Hold(34, isSame, $"{result}; expected {expected}");
    }

    /// <summary>35: where the host had not the means, the answer is status 4 or 16, or the range is whole all the same.</summary>
    public void WantOfMeansIsTold(RefreshResult result, Observation before, Observation after, IoTranslationModel guest,
        PageRange range)
    {
        Hold(35, result.ConditionCode == 0
            || (result.ConditionCode == 1 && result.Status is 4 or 16), $"{result} for want of resources");
        foreach (var (i, h) in after.H)
        {
            if (range.Contains(i) && !Same(before, after, i))
                Hold(35, guest.Walk(i) is { IsMapped: true } g && g.Guest == h.Guest, $"page 0x{i:x} is {h} after status 16");
        }
    }

    /// <summary>35: when the guest has made room, its global refresh has condition code 0 and everything is in step.</summary>
    public void RoomMakesItConverge(RefreshResult result, Observation after, IoTranslationModel guest, PageRange range)
    {
        var isInStep = after.H.Count(p => range.Contains(p.Key)) == guest.Pages(range).Count(p => p.Page.IsMapped)
            && after.H.All(p => guest.Walk(p.Key).IsMapped);
        Hold(35, result.ConditionCode == 0
            && isInStep, $"{result} to a global refresh after room was made, {after.H.Count} entries");
    }

    /// <summary>
    /// 38: the host refreshes when a valid entry is changed or goes, and for new ones only when it is a guest itself.
    /// </summary>
    /// <param name="flushes">Refreshes of the host for the function.</param>
    /// <param name="changed">Valid entries that are changed or gone.</param>
    /// <param name="added">New entries.</param>
    /// <param name="hostRequiresRefresh">Whether the host is a guest itself.</param>
    /// <param name="more">
    /// Pins that were refused, each of which may have been tried again behind a refresh of what was given up, and times that the
    /// handler let others go on, before which it leaves nothing unfinished.
    /// </param>
    public void TheHostRefreshesWhenItMust(int flushes, int changed, int added, bool hostRequiresRefresh, int more)
    {
        var told = hostRequiresRefresh ? changed + added : changed;
        // Page by page, one that is replaced is taken away and then announced; else a page whose change is found in the second
        // pass is in a batch of its own.
        var most = promises.FlushesEach ? told + (hostRequiresRefresh ? changed : 0)
            : Math.Max((told + RefreshBatch.Capacity - 1) / RefreshBatch.Capacity, 2) + more;
        Hold(38, flushes <= (told == 0 ? 0 : most),
            $"{flushes} refreshes of the host for {changed} changes and {added} new pages");
        Hold(38, told == 0 || flushes != 0, $"no refresh of the host for {changed} changes and {added} new pages");
    }

    /// <summary>39: the host refreshes every page whose valid entry was changed or went; 38: new ones where it must.</summary>
    public void EveryChangeIsRefreshed(
        IEnumerable<ulong> changed, IEnumerable<ulong> added, IReadOnlyList<(ulong Start, ulong Length)> flushes)
    {
        bool IsRefreshed(ulong i) => flushes.Any(f => i - (f.Start % TraceLayout.Aliases) < f.Length);
        foreach (var i in changed) Hold(39, IsRefreshed(i), $"page 0x{i:x} was changed and not refreshed in the host");
        foreach (var i in added) Hold(38, IsRefreshed(i), $"page 0x{i:x} is new and was not announced");
    }

    /// <summary>
    /// 40: an RPCIT of a registered function is handled where the design says, with no more exits than that takes.
    /// </summary>
    public void HandledWhereItShouldBe(RefreshWay way)
    {
        var exits = promises.InMachine ? 0 : (int)way.Executed;
        var inKernel = promises.InKernel ? exits : 0;
        Hold(40, way.Exits == exits && way.InKernel == inKernel && way.InUserSpace == exits - inKernel, $"{way}");
    }

    /// <summary>48: every RPCIT that was handled is counted, once, however it ended.</summary>
    public void EachIsCountedOnce(RefreshWay way)
        => Hold(48, way.Counted == way.Executed && (promises.InMachine || (ulong)way.Exits == way.Executed), $"{way}");

    /// <summary>50: interruption indicators and parameters are as before.</summary>
    public void InterruptionsAreUntouched(bool isSame) => Hold(50, isSame, $"interruption indicators or parameters changed");

    /// <summary>41: two RPCITs on two CPUs come to what they come to in one order, or in the other.</summary>
    public void SomeSerialOrder(Observation after, params IEnumerable<ShadowModel> orders)
        => Hold(41, orders.Any(o => o.IsAs(after.H)), $"{after.H.Count} entries are of no order");

    /// <summary>4, 9, 10, 11 and 16: an access of the device is done or refused as the translations say.</summary>
    public void AccessIsAsTranslated(bool isDone, int expectedError)
    {
        var number = expectedError switch { 0 => 9, NoAnchor => 16, OutOfRange => 11, Protected => 4, _ => 10 };
        Hold(number, isDone == (expectedError == 0),
            $"an access was {(isDone ? "done" : "refused")}, expected error {expectedError}");
    }

    // Event codes of refused accesses (zpci.md section 9).
    private const int NoAnchor = 1, OutOfRange = 2, Protected = 5;

    /// <summary>
    /// 9 and 10: what a refresh with condition code 0 found valid can be read, and what it found invalid cannot.
    /// </summary>
    public void AccessIsAsRefreshed(bool isDone, IEnumerable<GuestTranslation> promised)
    {
        if (promised.All(p => p.IsMapped)) Hold(9, isDone, $"an access to pages that were valid when refreshed was refused");
        else Hold(10, !isDone, $"an access to a page that was invalid when refreshed was done");
    }

    /// <summary>9: the bytes that the device moved are those of the guest's page.</summary>
    public void BytesAreTheGuests(ulong guest, byte there, byte moved)
        => Hold(9, there == moved, $"guest byte 0x{guest:x} is {there:x2}, the device moved {moved:x2}");

    /// <summary>10: an access that is done changes nothing but what it stores into; one that is refused, nothing.</summary>
    public void NothingElseIsReached(bool isSame) => Hold(10, isSame, $"an access of the device changed something else");

    /// <summary>51: all designs have the same H, in terms of guest pages, and give the same answers.</summary>
    public void DesignsAgree(Observation one, Observation other)
    {
        foreach (var (ours, theirs) in ((IReadOnlyDictionary<ulong, HostPage>, IReadOnlyDictionary<ulong, HostPage>)[])
            [(one.H, other.H), (one.Others, other.Others)])
        {
            Hold(51, ours.Count == theirs.Count, $"{ours.Count} entries against {theirs.Count}");
            foreach (var (i, h) in ours)
            {
                Hold(51, theirs.TryGetValue(i, out var o) && o.Guest == h.Guest && o.Writable == h.Writable,
                    $"page 0x{i:x} is {h} against {o}");
            }
        }
        Hold(51, one.State == other.State, $"{one.State} against {other.State}");
        Hold(51, one.Answer == other.Answer, $"{one.Answer} against {other.Answer}");
    }
}
