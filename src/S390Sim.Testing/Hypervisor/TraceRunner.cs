using System.Diagnostics.CodeAnalysis;
using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>How traces are run.</summary>
/// <param name="Design">The design.</param>
public sealed record TraceOptions(string Design)
{
    /// <summary>Counts what is judged, and says what becomes of violations; one of its own when null.</summary>
    public InvariantTally? Tally { get; init; }
    /// <summary>Whether the host is a guest itself (tlb_refresh).</summary>
    public bool HostRequiresRefresh { get; init; }
    /// <summary>Makes a design of one's own that promises what the named one does; null for the named one.</summary>
    public Func<VirtualMachine, DomainDesign>? MakeDesign { get; init; }
}

/// <summary>Under which designs the translations must be the same behind the same commands.</summary>
public enum Certainty
{
    /// <summary>Under this one: something happened whose outcome is the design's own.</summary>
    None,
    /// <summary>Under those that pin alike: limits count differently under others.</summary>
    SamePins,
    /// <summary>Under all that shadow.</summary>
    All,
}

/// <summary>
/// Runs traces on a bench, everything the guest does as instructions under SIE, and checks the invariants after every command.
/// </summary>
public sealed partial class TraceRunner : IStageListener, IDisposable
{
    private const byte RecoveryInProgress = 40;

    // Every so many RPCITs the function is busy.
    private const ulong BusyEvery = 11;

    private readonly HypervisorBenchOptions _options;
    private readonly DesignPromises _promises;
    private readonly Invariants _check;
    private readonly FailureInjection _plan = new([new(InjectionPoint.Refresh, BusyEvery, Repeats: true) { ConditionCode = 2 }]);
    private readonly Anchor[] _anchors = [new(), new()];
    private HypervisorBench _bench;
    private Observer _observer;
    private Observation _now;
    private bool _isBroken;

    /// <summary>What the guest registered for a function, and what must follow from it.</summary>
    private sealed class Anchor
    {
        public ShadowModel Model { get; set; } = new(TraceLayout.Pba, TraceLayout.Pal);
        /// <summary>What the present anchor's tables had at some refresh, and what those of any had.</summary>
        public HashSet<(ulong Iova, ulong Guest, bool Writable)> Witnessed { get; } = [];
        public HashSet<(ulong Iova, ulong Guest)> Ever { get; } = [];
        /// <summary>What the last refresh of a page promised, where it had condition code 0.</summary>
        public Dictionary<ulong, GuestTranslation> Promised { get; } = [];
        /// <summary>Where the entry was that a page was mapped by.</summary>
        public Dictionary<ulong, ulong> Entries { get; } = [];
        public ulong Iota { get; set; }
        public bool IsInsufficient { get; set; }
        /// <summary>Whether the translations follow from the commands alone, whatever the design.</summary>
        public bool IsExact { get; set; } = true;
        /// <summary>What the host's entries designate, by the entries' addresses.</summary>
        public Dictionary<ulong, (ulong Iova, ulong Frame)> HostEntries { get; } = [];

        public void Clear()
        {
            Model.Clear();
            Witnessed.Clear();
            Entries.Clear();
            Promised.Clear();
            HostEntries.Clear();
            IsInsufficient = false;
            IsExact = true;
        }
    }

    /// <summary>Makes a host; every trace gets a new virtual machine on it, and after a failure a new host.</summary>
    public TraceRunner(TraceOptions options)
    {
        _promises = DesignPromises.Of(options.Design);
        _check = new Invariants(options.Tally ?? new InvariantTally(), _promises);
        _options = new HypervisorBenchOptions(options.Design)
        {
            GuestSize = _promises.Contract.AllowsPaging ? TraceLayout.PageableSize : TraceLayout.PinnedSize,
            Cpus = 2,
            Functions = 2,
            HasNeighbour = true,
            HostRequiresRefresh = options.HostRequiresRefresh,
            Failures = _plan,
            FrameLimit = _promises.Contract.AllowsPaging ? TraceLayout.PageableFrames : null,
            MakeDesign = options.MakeDesign,
        };
        Replace();
    }

    /// <summary>How often a situation occurred, for the check that the traces reach all of them.</summary>
    public SortedDictionary<string, int> Situations { get; } = [];

    /// <summary>How often each invariant had something to judge, and what was violated.</summary>
    public InvariantTally Tally => _check.Tally;

    private Anchor Now => _anchors[_bench.Focus];

    private IoTranslationModel Tables => new(_bench.Memory, Now.Iota);

    private static PageRange Whole => new(TraceLayout.Pba, TraceLayout.Pal);

    /// <summary>Runs a trace to the end of its virtual machine, whose pins and frames must be gone then.</summary>
    /// <param name="trace">The commands.</param>
    /// <param name="seen">Sees what is there after each, and under which designs it must be the same.</param>
    public void Run(IEnumerable<TraceCommand> trace, Action<Observation, Certainty>? seen = null)
    {
        if (_isBroken) Replace();
        _check.Begin();
        _isBroken = true;
        Begin();
        foreach (var command in trace)
        {
            var now = Run(command);
            if (_bench.Machine.Design.HostFailure is not null) return;
            seen?.Invoke(now, !_anchors.All(a => a.IsExact) ? Certainty.None : _isDiverged ? Certainty.SamePins : Certainty.All);
        }
        End();
        _check.AnyInterleavingKeepsThePins();
        _isBroken = false;
    }

    [MemberNotNull(nameof(_bench), nameof(_observer), nameof(_now))]
    private void Replace()
    {
        if (_bench is not null) Abandon();
        _bench = new HypervisorBench(_options);
        _observer = new Observer(_bench, _promises);
        _bench.Stages.Listener = this;
        _now = Observe();
        _bench.Machine.Dispose();
        _isBroken = false;
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

    // A new virtual machine with empty tables.
    private void Begin()
    {
        Forget();
        _observer.Forget();
        _bench.Restart();
        TraceLayout.InitializeEmpty(_bench);
        _bench.Memory.SetSlot(TraceLayout.SlotId, TraceLayout.SlotOrigin, TraceLayout.SlotSize);
        RegisterInterruptions();
        _now = Observe();
    }

    private Observation Run(TraceCommand command)
    {
        var (before, focus) = (_now, _bench.Focus);
        _answer = null;
        Perform(command, before);
        if (_bench.Function.State == FunctionState.Error
            && command is not (Refresh { Recover: false } or Dma { Recover: false } or SwitchFunction or ResetError))
            _bench.Modify(7);
        _now = Observe();
        Check(before, _now);
        if (focus == _bench.Focus
            && command is not (EndMachine or SystemReset or ChangeSlot)) _check.OtherFunctionsAreUntouched(before, _now);
        return _now;
    }

    private void Perform(TraceCommand command, Observation before)
    {
        switch (command)
        {
            case Populate: TraceLayout.Populate(_bench); break;
            case SetRegion c: TraceLayout.Store(_bench, c); break;
            case SetSegment c: TraceLayout.Store(_bench, c); break;
            case SetPage c: TraceLayout.Store(_bench, c); break;
            case Refresh c: DoRefresh(before, c.Start, c.Length); break;
            case RefreshInTwo c: DoRefreshInTwo(before, c); break;
            case RefreshByTwo c: DoRefreshByTwo(before, c); break;
            case RefreshAndDeregister c: DoRefreshAndDeregister(before, c); break;
            case StoreDuring c: DoStoreDuring(before, c); break;
            case AccessDuring c: DoAccessDuring(before, c); break;
            case RefuseRefresh c: DoRefuse(before, c.Kind); break;
            case ForeignRefresh c: DoForeign(before, c.Kind); break;
            case MakeRoom: DoMakeRoom(before); break;
            case Register c: DoRegister(4, c.Root, c.Protect, before, before.IsRegistered); break;
            case Reregister c: DoRegister(6, c.Root, c.Protect, before, !before.IsRegistered); break;
            case Deregister: DoDeregister(before); break;
            case ResetError: _bench.Modify(7); break;
            case SystemReset: DoReset(); break;
            case SwitchFunction: _bench.Focus ^= 1; break;
            case Dma c: DoDma(c, before); break;
            default: PerformAsHost(command, before); break;
        }
    }

    private void PerformAsHost(TraceCommand command, Observation before)
    {
        switch (command)
        {
            case UseApi c: DoApi(c.Iova, before); break;
            case SetLimit c: _bench.Machine.Account.Limit = c.Pages; break;
            case SetTableLimit c: LimitTables(c.More); break;
            case FailPin c: FailPins(c.Number); break;
            case ChangeSlot c: DoChangeSlot(before, c.Remove); break;
            case Touch c: DoTouch(c); break;
            case EndMachine:
                End();
                Begin();
                break;
            default: throw new InvalidOperationException($"nobody performs {command}");
        }
    }

    private Observation Observe() => _observer.Observe() with { Answer = _answer };

    private RefreshResult? _answer;

    private void Check(Observation before, Observation after)
    {
        if (!_promises.InMachine) _check.HostIsAsTheModel(after, Now.Model.Pages);
        _check.NothingIsInvented(after, Now.Ever);
        _check.ProtectionIsKept(after, Now.Witnessed);
        _check.PinsAreTheUses(after, _bench.Frames);
        _check.WhatMayBeReachedIsPinned(after, _bench.Frames, TranslationsOf(after));
        _check.NothingIsLeft(after);
        _check.ChargeIsThePins(before, after);
        _check.RecalledDomainsAreEmpty(after);
        _check.TablesOnlyGrow(before, after);
        _check.TheHostGoesOn(_bench.Machine);
        if (Tally.GoesOn || _promises.InMachine) Accept(after);
    }

    // After a violation, what is there is what the next command begins with: so that it is not blamed for the one before.
    private void Accept(Observation after)
    {
        Now.Model.Adopt(after.H);
        foreach (var (i, h) in after.H)
        {
            Now.Ever.Add((i, h.Guest));
            if (!Now.Witnessed.Contains((i, h.Guest, true))) Now.Witnessed.Add((i, h.Guest, h.Writable));
        }
    }

    private Dictionary<uint, IReadOnlyDictionary<ulong, HostPage>> TranslationsOf(Observation now)
    {
        var translations = new Dictionary<uint, IReadOnlyDictionary<ulong, HostPage>> { [now.DeviceId] = now.H };
        translations[_bench.Functions[_bench.Focus ^ 1].DeviceId] = now.Others;
        translations[SharingDevice] = _bench.Focus == 0 ? now.H : now.Others;
        return translations;
    }

    private void Count(string situation) => Situations[situation] = Situations.GetValueOrDefault(situation) + 1;

    /// <inheritdoc/>
    public void Dispose() => Abandon();
}
