using System.Diagnostics.CodeAnalysis;
using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>
/// Runs traces on a bench, everything the guest does as instructions under SIE, and checks the invariants after every command.
/// </summary>
public sealed class TraceRunner : IStageListener, IDisposable
{
    private const byte RecoveryInProgress = 40;

    private readonly string _design;
    private HypervisorBench _bench;
    private readonly HashSet<(ulong Iova, ulong Guest, bool Writable)> _witnessed = [];
    private ulong _framesAtStart;
    private bool _isBroken;
    private readonly ShadowModel _model = new(TraceLayout.Pba, TraceLayout.Pal);
    private GuestFrames _frames;
    private Observation _now;
    private ulong _iota;
    private bool _isRefreshing;

    /// <summary>Makes a host; every trace gets a new virtual machine on it, and after a failure a new host.</summary>
    public TraceRunner(string design)
    {
        _design = design;
        Replace();
        Begin();
    }

    [MemberNotNull(nameof(_bench), nameof(_frames), nameof(_now))]
    private void Replace()
    {
        _bench = new HypervisorBench(new HypervisorBenchOptions(_design));
        _bench.Stages.Listener = this;
        _frames = new GuestFrames(_bench.Memory);
        _framesAtStart = _bench.Frames.InUse;
        _now = Observe();
    }

    // What an invariant stopped half-way is of no use any more.
    private void Abandon()
    {
        _bench.Stages.Listener = null;
        try
        {
            _bench.Dispose();
        }
        catch (InvalidOperationException)
        {
            // A virtual machine whose pins are wrong says so when it ends.
        }
    }

    /// <summary>How often a situation occurred, for the check that the traces reach all of them.</summary>
    public SortedDictionary<string, int> Tally { get; } = [];

    private bool IsLending => _bench.Machine.Design is LentDesign;

    /// <summary>Runs a trace to the end of its virtual machine, whose pins and frames must be gone then.</summary>
    /// <param name="trace">The commands.</param>
    /// <param name="seen">Sees what is there after each.</param>
    public void Run(IEnumerable<TraceCommand> trace, Action<Observation>? seen = null)
    {
        if (_isBroken)
        {
            Abandon();
            Replace();
            Begin();
        }
        foreach (var command in trace.Append(new EndMachine()))
        {
            var now = Run(command);
            seen?.Invoke(now);
        }
    }

    // A new virtual machine with the tables of TraceLayout, its first anchor registered and refreshed.
    private void Begin()
    {
        _isBroken = true;
        _bench.Machine.Dispose();
        Invariants.Hold(16, _bench.Frames.InUse == 0 && _bench.Frames.TotalPins() == 0,
            () => $"{_bench.Frames.InUse} frames and {_bench.Frames.TotalPins()} pins are left of the virtual machine");
        _bench.Restart();
        Invariants.Hold(16, _bench.Frames.InUse == _framesAtStart,
            () => "a new virtual machine takes more frames than the first");
        _frames = new GuestFrames(_bench.Memory);
        TraceLayout.Initialize(_bench);
        _model.Clear();
        _witnessed.Clear();
        _now = Observe();
        Run(new Register(0, Protect: false));
        Run(new Refresh(TraceLayout.Pba, TraceLayout.Pal - TraceLayout.Pba + 1));
    }

    private Observation Run(TraceCommand command)
    {
        var before = _now;
        _isBroken = true;
        switch (command)
        {
            case SetRegion c: TraceLayout.Store(_bench, c); break;
            case SetSegment c: TraceLayout.Store(_bench, c); break;
            case SetPage c: TraceLayout.Store(_bench, c); break;
            case Refresh c: DoRefresh(before, c.Start, c.Length); break;
            case RefreshInTwo c: DoRefreshInTwo(before, c); break;
            case Register c: DoRegister(4, c.Root, c.Protect, before.IsRegistered); break;
            case Reregister c: DoRegister(6, c.Root, c.Protect, !before.IsRegistered); break;
            case Deregister: DoDeregister(before); break;
            case UseApi c: DoApi(c.Iova, before); break;
            case Dma c: DoDma(c, before); break;
            case SetLimit c: _bench.Machine.Account.Limit = c.Pages; break;
            case ResetError: _bench.Modify(7); break;
            case SystemReset: DoReset(); break;
            case EndMachine: Begin(); break;
        }
        if (_bench.Function.State == FunctionState.Error
            && command is (Refresh { Recover: true } or Dma { Recover: true } or RefreshInTwo))
            _bench.Modify(7);
        _now = Observe();
        Check(before, _now);
        _isBroken = false;
        return _now;
    }

    private Observation Observe() => Observation.Of(_bench, _frames);

    private void Check(Observation before, Observation after)
    {
        Invariants.HostIsAsTheModel(after, _model.Pages);
        Invariants.NothingIsInvented(after, _witnessed);
        Invariants.PinsAreTheValidEntries(after, _bench.Frames);
        Invariants.WhatMayBeReachedIsPinned(after, _bench.Frames);
        Invariants.NothingIsLeft(after);
        Invariants.ChargeIsThePins(before, after);
        Invariants.LoanFollowsTheAnchor(after, IsLending);
    }

    private void DoRefresh(Observation before, ulong start, ulong length)
    {
        var guest = new IoTranslationModel(_bench.Memory, _iota);
        var expected = Expect(guest, before, start, length, out var first, out var last);
        _isRefreshing = true;
        var result = _bench.Refresh(start, length);
        _isRefreshing = false;
        var after = Observe();
        Count($"refresh, status {result.Status}");
        if (before.H.Keys.Except(after.H.Keys).Any()) Count("refresh that takes away");
        Invariants.AnswerIsArchitected(result);
        Invariants.UntouchedWithoutLoan(before, after);
        Invariants.OtherPagesAreUntouched(before, after, first, last);
        Invariants.Hold(34, (result.ConditionCode, result.Status) == expected,
            () => $"cc, status: {result}; expected {expected}");
        if (result.ConditionCode != 0 || !before.IsRegistered || length == 0) return;
        Invariants.RefreshedPagesAreAsTheGuestHasThem(after, guest, first, last);
        _bench.Refresh(start, length);
        Invariants.AgainChangesNothing(after, Observe());
    }

    private void Count(string situation) => Tally[situation] = Tally.GetValueOrDefault(situation) + 1;

    // The architected answer, with the model brought in step on the way.
    private (int ConditionCode, byte Status) Expect(
        IoTranslationModel guest, Observation before, ulong start, ulong length, out ulong first, out ulong last)
    {
        (first, last) = (1, 0);
        if (before.State == FunctionState.Error) return (1, RecoveryInProgress);
        if (!before.IsRegistered) return (1, 8);
        var end = length > ulong.MaxValue - start ? ulong.MaxValue : start + length;
        if (end < TraceLayout.Pba || start > TraceLayout.Pal) return (1, 8);
        if (length == 0) return (0, 0);
        first = Math.Max(start & ~0xFFFUL, TraceLayout.Pba);
        last = Math.Min(end == ulong.MaxValue ? end : end - 1, TraceLayout.Pal) | 0xFFF;
        Witness(guest, first, last);
        var outcome = _model.Refresh(guest, start, length, before.Limit, _bench.Memory.Size);
        if (outcome.Error != 0) return (1, 8);
        return outcome.IsInsufficient ? (1, (byte)16) : (0, (byte)0);
    }

    private void Witness(IoTranslationModel guest, ulong first, ulong last)
    {
        for (var i = first; i <= last; i = guest.Next(i))
        {
            var g = guest.Walk(i);
            if (g.IsMapped) _witnessed.Add((i, g.Guest, g.Writable));
        }
    }

    // 8: what the model has of the two parts is what it would have of the whole.
    private void DoRefreshInTwo(Observation before, RefreshInTwo c)
    {
        var (one, other) = ((c.Start, c.First), (c.Start + c.First, c.Second));
        if (c.SecondFirst) (one, other) = (other, one);
        DoRefresh(before, one.Item1, one.Item2);
        DoRefresh(Observe(), other.Item1, other.Item2);
        var whole = Observe();
        if (whole.State != FunctionState.Enabled || !whole.IsRegistered || whole.Limit != ulong.MaxValue) return;
        var result = _bench.Refresh(c.Start, c.First + c.Second);
        if (result.ConditionCode == 0) Invariants.AgainChangesNothing(whole, Observe());
        else Expect(new(_bench.Memory, _iota), whole, c.Start, c.First + c.Second, out _, out _);
    }

    private void DoRegister(int operation, int root, bool protect, bool isOutOfSequence)
    {
        var isInError = _bench.Function.State == FunctionState.Error;
        var iota = TraceLayout.Iota(root, protect);
        var conditionCode = _bench.Modify(operation, iota, TraceLayout.Pba, TraceLayout.Pal);
        var isRefused = isInError || isOutOfSequence;
        Invariants.Hold(26, conditionCode == (isRefused ? 1 : 0), () => $"registration gave condition code {conditionCode}");
        if (isRefused) return;
        _model.Clear();
        _witnessed.Clear();
        _iota = iota;
    }

    private void DoDeregister(Observation before)
    {
        var conditionCode = _bench.Modify(5);
        Invariants.Hold(16, conditionCode == (before.IsRegistered ? 0 : 1),
            () => $"deregistration gave condition code {conditionCode}");
        _model.Clear();
        _witnessed.Clear();
    }

    private void DoReset()
    {
        _bench.Machine.Pci.Reset();
        Invariants.NothingIsLeft(Observe());
        _bench.Function.Enable();
        _model.Clear();
        _witnessed.Clear();
    }

    // Whatever the API was allowed to do is undone, so that a trace is the same under every design.
    private void DoApi(ulong iova, Observation before)
    {
        if (!IsLending || _bench.Domain is not { } domain) return;
        _bench.Memory.TryResolve(TraceLayout.Frame(0), out var frame);
        var lend = () => domain.Lend(this);
        if (before.Loan == LoanState.Lent)
        {
            var (map, unmap) = (domain.Map(iova, frame, writable: true), domain.Unmap(iova));
            Invariants.ApiIsBusyWhileLent(before, Observe(), map, unmap);
            Invariants.Hold(26, lend() == DomainStatus.Busy,
            () => "a lent domain was lent again");
            return;
        }
        var mapped = domain.Map(iova, frame, writable: true);
        Invariants.Hold(26, mapped == DomainStatus.Ok && lend() == DomainStatus.Busy,
            () => "a domain that is not empty was lent");
        Invariants.Hold(26, domain.Unmap(iova) == DomainStatus.Ok && domain.Unmap(iova) == DomainStatus.Invalid,
            () => "unmap failed");
    }

    private void DoDma(Dma c, Observation before)
    {
        var expected = DmaModel.Predict(_model, before, c);
        var frames = DmaModel.Frames(_bench.Memory);
        Span<byte> bytes = stackalloc byte[c.Length];
        if (c.Store) bytes.Fill((byte)(c.Iova >> 12 ^ 0x5A));
        var done = c.Store ? _bench.Function.Write(c.Iova, bytes) : _bench.Function.Read(c.Iova, bytes);
        Count(done ? "access done" : $"access refused with {expected.Error}");
        Invariants.Hold(10, done == (expected.Error == 0), () => $"DMA gave {done}, expected error {expected.Error}");
        var state = expected.Error > 0 ? FunctionState.Error : before.State;
        Invariants.Hold(10, _bench.Function.State == state, () => $"the function is {_bench.Function.State}, expected {state}");
        if (c.Store && done) DmaModel.Apply(frames, expected.Places, bytes);
        Invariants.Hold(10, frames.AsSpan().SequenceEqual(DmaModel.Frames(_bench.Memory)), () => "DMA changed something else");
        if (!done) return;
        for (var n = 0; n < bytes.Length; n++)
        {
            var there = DmaModel.Byte(_bench.Memory, expected.Places[n]);
            Invariants.Hold(9, there == bytes[n],
                () => $"guest byte 0x{expected.Places[n]:x} is {there:x2} and not what the device moved");
        }
    }

    void IStageListener.OnStage(in Stage stage)
    {
        if (stage.Kind == HypervisorStages.PageUnpinned && stage.B == 0) Invariants.ReleasedAfterTheFlush(stage.A, _bench.Iommu);
        else if (stage.Kind == IommuStages.HostEntryWritten && _isRefreshing) Stored(stage.C);
    }

    // Entries of the upper levels designate the host's tables, which are no guest's.
    private void Stored(ulong entry)
    {
        var frame = entry & ~0xFFFUL;
        if ((entry & 0x400) == 0 && _frames.GuestOf(frame) != ulong.MaxValue) Invariants.PinnedBeforeStored(frame, _bench.Frames);
    }

    /// <inheritdoc/>
    public void Dispose() => Abandon();
}
