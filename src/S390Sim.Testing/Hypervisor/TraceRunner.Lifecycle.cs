using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Isa;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What comes and goes: anchors, resets, storage, means of the host, the virtual machine.</summary>
public sealed partial class TraceRunner
{
    /// <summary>A second device in the domain of the guest's first function, which nobody but the tests knows.</summary>
    private const uint SharingDevice = 77;

    private const ulong Vector = 0x5000, Summary = 0x5008;

    private S390Domain? _sharedDomain;
    private InjectionRule? _armed;
    private bool _isLimited;
    // Designs of other kinds cannot be where this one is any more.
    private bool _isDiverged;

    private void ShareDomain()
    {
        _sharedDomain = _bench.Domain;
        _sharedDomain?.Attach(SharingDevice, TraceLayout.Pba, TraceLayout.Pal);
    }

    private void RegisterInterruptions()
    {
        const uint word = (3U << 28) | (1 << 16) | 0x80;        // subclass 3, one interruption, with a summary bit
        foreach (var function in _bench.Functions)
            function.SetInterruptions(new InterruptionParameters(word, Vector, Summary));
        _bench.Write64(Vector, 0x8000_0000_0000_0001);
        _bench.Write64(Summary, 0x8000_0000_0000_0000);
    }

    private (ulong Vector, ulong Summary, InterruptionParameters? Parameters) Indicators()
        => (_bench.Read64(Vector), _bench.Read64(Summary), _bench.Function.Interruptions);

    private void DoRegister(int operation, int root, bool protect, Observation before, bool isOutOfSequence)
    {
        var iota = TraceLayout.Iota(root, protect);
        var isRefused = _bench.Function.State == FunctionState.Error || isOutOfSequence;
        var conditionCode = _bench.Modify(operation, iota, TraceLayout.Pba, TraceLayout.Pal);
        // Where the tables of the host are limited, there may be no room for a domain's first one.
        if (!_isLimited) _check.OneAnchorAtATime(conditionCode, isRefused);
        if (isRefused) return;
        var after = Observe();
        if (before.IsRegistered) _check.NothingOfTheOldAnchor(after);
        Now.Clear();
        Now.Iota = iota;
        if (_bench.Focus == 0 && _sharedDomain != _bench.Domain) ShareDomain();
    }

    private void DoDeregister(Observation before)
    {
        var conditionCode = _bench.Modify(5);
        _check.OneAnchorAtATime(conditionCode, !before.IsRegistered);
        if (!before.IsRegistered) _check.TwiceIsHarmless(before, Observe());
        Now.Clear();
    }

    private void DoReset()
    {
        _bench.Machine.Pci.Reset();
        var once = Observe();
        _check.NothingIsLeft(once);
        _bench.Machine.Pci.Reset();
        _check.TwiceIsHarmless(once, Observe());
        foreach (var function in _bench.Functions) function.Enable();
        foreach (var anchor in _anchors) anchor.Clear();
        RegisterInterruptions();
    }

    // Whatever the API was allowed to do is undone, so that a trace is the same under every design.
    private void DoApi(ulong iova, Observation before)
    {
        if (_bench.Machine.Design is ParentedDesign { Parent: var parent }) DoParent(parent, before);
        if (_bench.Domain is not { } domain || !(_promises.Lends || _promises.IsHistoric)) return;
        _bench.Memory.TryResolve(TraceLayout.Frame(0), out var frame);
        if (before.IsRegistered)
        {
            if (before.H.ContainsKey(iova) && _promises.IsHistoric) return;
            var map = domain.Map(iova, frame, writable: true);
            _check.ApiIsBusyWhileLent(before, Observe(), map, domain.Unmap(iova));
            if (_promises.Lends) _check.NoSecondLoan(before, domain.Lend(this));
            return;
        }
        if (!_promises.Lends) return;
        _isForApi = true;
        if (domain.Map(iova, frame, writable: true) == DomainStatus.Ok)
        {
            _check.OnlyEmptyDomainsAreLent(domain.Lend(this));
            domain.Unmap(iova);
        }
        _isForApi = false;
    }

    private void DoParent(ParentDomain parent, Observation before)
    {
        if (_bench.Domain is { } domain)
        {
            _bench.Memory.TryResolve(TraceLayout.Frame(0), out var frame);
            var (map, unmap, lend)
                = (domain.Map(TraceLayout.Pba, frame, writable: true), domain.Unmap(TraceLayout.Pba), domain.Lend(this));
            _check.NestedDomainsStayNested(before, Observe(), map, unmap, lend);
        }
        var isRefused = false;
        try
        {
            parent.Dispose();
        }
        catch (InvalidOperationException)
        {
            isRefused = true;
        }
        _check.ParentsOutliveTheirUsers(isRefused, before, Observe());
    }

    private void LimitTables(ulong more)
    {
        var tables = _bench.Machine.Tables;
        tables.Limit = more > ulong.MaxValue - tables.Used ? ulong.MaxValue : tables.Used + more;
        _isLimited = tables.Limit != ulong.MaxValue;
    }

    private void FailPins(int number)
    {
        Disarm();
        _armed = new InjectionRule(InjectionPoint.Pin, (ulong)number, Repeats: false);
        _plan.Add(_armed);
    }

    private void Disarm()
    {
        if (_armed is not null) _plan.Remove(_armed);
        _armed = null;
    }

    // Whether the last RPCIT may have lacked what the model knows nothing of.
    private bool IsShortOfMeans()
    {
        var isShort = _isLimited || (_armed is not null && _refused != 0);
        if (_refused != 0) Disarm();
        return isShort;
    }

    private void DoMakeRoom(Observation before)
    {
        var wasInsufficient = Now.IsInsufficient;
        if (before.State == FunctionState.Error) _bench.Modify(7);
        Disarm();
        LimitTables(ulong.MaxValue);
        _bench.Machine.Account.Limit = ulong.MaxValue;
        TraceLayout.Mend(_bench);
        before = Observe();
        var guest = Tables;
        DoRefresh(before, Whole.First, Whole.Last - Whole.First + 1);
        if (!before.IsRegistered || !wasInsufficient) return;
        var again = _bench.Refresh(Whole.First, Whole.Last - Whole.First + 1);
        _check.RoomMakesItConverge(again, Observe(), guest, Whole with { Last = Whole.Last | 0xFFF });
        Now.IsInsufficient = false;
    }

    private void DoChangeSlot(Observation before, bool remove)
    {
        var status = _bench.Memory.SetSlot(TraceLayout.SlotId, TraceLayout.SlotOrigin, remove ? 0 : TraceLayout.SlotSize);
        // What is pinned whole cannot always have more.
        _isDiverged |= !remove && status == SlotStatus.NoMemory;
        if (!remove || status != SlotStatus.Ok) return;
        Count("slot removed");
        var after = Observe();
        if (_promises.PinsEach) _check.LostStorageIsKeptByPins(before, after, _bench.Frames);
        else _check.EntriesDieWithTheParents(before, after);
        _anchors[_bench.Focus].Model.LoseStorage(TraceLayout.SlotOrigin, TraceLayout.SlotSize, after.H);
        _anchors[_bench.Focus ^ 1].Model.LoseStorage(TraceLayout.SlotOrigin, TraceLayout.SlotSize, after.Others);
        foreach (var anchor in _anchors)
        {
            anchor.IsExact = false;
            anchor.Promised.Clear();
        }
    }

    private void DoTouch(Touch c)
    {
        for (var n = 0; n < c.Pages; n++)
            _bench.Write64(TraceLayout.SpareOrigin + (ulong)((c.First + n) % TraceLayout.SparePages) * 4096, 1);
        if (_bench.Memory.Paged.Out != 0) Count("pages without a frame");
    }

    private void End()
    {
        var (before, domain) = (Observe(), _bench.Domain);
        _bench.Machine.Dispose();
        var after = Observe();
        _check.NobodyReachesAnEndedMachine(_bench.Iommu, [.. _bench.Functions.Select(f => f.DeviceId), SharingDevice],
            isRecalled: domain is null or { Loan: LoanState.Normal });
        _check.TheNeighbourGoesOn(before, after);
        _check.TablesAreFreed(_bench.Machine.Tables.Used);
        _check.AllIsGivenBack(_bench.Frames, _bench.FramesBefore, _bench.PinsBefore);
    }

    private void DoRefuse(Observation before, WrongRefresh kind)
    {
        var isProblem = kind == WrongRefresh.ProblemState;
        var cpu = _bench.Cpu;
        HypervisorBench.LoadRefresh(cpu, _bench.Function.Handle, TraceLayout.Pba, 0x2000);
        var registers = Enumerable.Range(0, 16).Select(cpu.GetGr).ToArray();
        _bench.Execute(Op.RPCIT, new Operands { R1 = 4, R2 = (byte)(isProblem ? 6 : 7) },
            HypervisorBench.SupervisorMask | (isProblem ? Psw.Problem : 0));
        _check.ProgramErrorsAreRefused(isProblem ? ProgramCode.PrivilegedOperation : ProgramCode.Specification,
            _bench.Interruption,
            registers.SequenceEqual(Enumerable.Range(0, 16).Select(cpu.GetGr)), before, Observe());
    }

    private void DoForeign(Observation before, ForeignHandle kind)
    {
        var handle = kind switch
        {
            ForeignHandle.Stale => _bench.Function.Handle ^ (1U << 24),
            ForeignHandle.Neighbour => _bench.NeighbourFunction!.Handle,
            ForeignHandle.Simulated => _bench.Function.Handle | FunctionHandle.Intercepted,
            _ => (_bench.Function.Handle & ~FunctionHandle.IndexMask) | 0x777,
        };
        var result = default(RefreshResult);
        var way = Watch(() => _bench.Refresh(handle, TraceLayout.Pba, 0x2000), out result);
        _check.ForeignHandlesAreUnknown(result, before, Observe());
        if (kind == ForeignHandle.Simulated)
            _check.SimulatedFunctionsAreUserSpaces(way, result.OtherBitsKept, _text == HypervisorBench.RefreshInstruction);
    }
}
