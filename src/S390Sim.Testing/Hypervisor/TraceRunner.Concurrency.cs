using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What happens at the same time: on two virtual CPUs, or between the steps of a handler.</summary>
public sealed partial class TraceRunner
{
    private const ulong OtherCode = HypervisorBench.CodeAddress + 0x800;
    // Two programs of three instructions each, and what an interception takes.
    private const int MostTurns = 64;

    private void DoRefreshByTwo(Observation before, RefreshByTwo c)
    {
        var (one, other) = (_bench.Machine.Cpus[0], _bench.Machine.Cpus[1]);
        var handle = _bench.Function.Handle;
        var (oneFirst, otherFirst) = (Now.Model.Clone(), Now.Model.Clone());
        Serial(oneFirst, before, (c.Start, c.Length), (c.OtherStart, c.OtherLength));
        Serial(otherFirst, before, (c.OtherStart, c.OtherLength), (c.Start, c.Length));
        HypervisorBench.LoadRefresh(one, handle, c.Start, c.Length);
        HypervisorBench.LoadRefresh(other, handle, c.OtherStart, c.OtherLength);
        Interleave(HypervisorBench.RefreshText, HypervisorBench.RefreshText, c.Seed);
        var (answer, otherAnswer) = (HypervisorBench.AnswerOf(one, handle, c.Start, c.Length),
            HypervisorBench.AnswerOf(other, handle, c.OtherStart, c.OtherLength));
        if (answer.ConditionCode == 2) _bench.Refresh(c.Start, c.Length);
        if (otherAnswer.ConditionCode == 2) _bench.Refresh(c.OtherStart, c.OtherLength);
        var after = Observe();
        if (IsShortOfMeans()) Now.IsExact = false;
        else if (!Tally.GoesOn && !_promises.InMachine) _check.SomeSerialOrder(after, oneFirst, otherFirst);
        // Where the order tells, it may tell otherwise under another design.
        if (!oneFirst.IsAs(after.H) || !otherFirst.IsAs(after.H)) Now.IsExact = false;
        Now.Model.Adopt(after.H);
        NoteEntries(after, Tables);
        Now.Promised.Clear();
    }

    private void Serial(ShadowModel model, Observation before, params ReadOnlySpan<(ulong Start, ulong Length)> refreshes)
    {
        var state = before;
        foreach (var (start, length) in refreshes)
        {
            var answer = Expect(model, Tables, state, start, length, out var range);
            Witness(Tables, range);
            if (answer == (1, 8)) state = state with { State = FunctionState.Error };
        }
    }

    private void DoRefreshAndDeregister(Observation before, RefreshAndDeregister c)
    {
        var (one, other) = (_bench.Machine.Cpus[0], _bench.Machine.Cpus[1]);
        Witness(Tables, Whole);
        HypervisorBench.LoadModify(other, _bench.Function.Handle, 5);
        HypervisorBench.LoadRefresh(one, _bench.Function.Handle, c.Start, c.Length);
        Interleave(HypervisorBench.RefreshText, HypervisorBench.ModifyText, c.Seed, isDeregistering: true);
        if (before.IsRegistered) _check.NothingAppearsAfterDeregistration(Observe(), _isAppearing);
        (_isDeregistered, _isAppearing) = (false, false);
        Now.Clear();
    }

    // One instruction of either CPU after the other, as the seed says, until both have ended.
    private void Interleave(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, int seed, bool isDeregistering = false)
    {
        var cpus = _bench.Machine.Cpus;
        cpus[1].Start();
        HypervisorBench.Prepare(cpus[0], one, HypervisorBench.CodeAddress);
        HypervisorBench.Prepare(cpus[1], other, OtherCode);
        for (var turn = 0; turn < MostTurns; turn++)
        {
            var cpu = cpus[(seed >> (turn % 8)) & 1];
            if (cpu.Psw.IsDisabledWait) cpu = cpus[cpu.Address ^ 1];
            if (cpu.Psw.IsDisabledWait) return;
            HypervisorBench.Step(cpu);
            _isDeregistered = isDeregistering && _bench.Function.AddressSpace is null;
        }
        throw new InvalidOperationException("programs of three instructions do not end");
    }

    private void DoStoreDuring(Observation before, StoreDuring c)
    {
        if (before is not { IsRegistered: true, State: FunctionState.Enabled })
        {
            DoRefresh(before, Whole.First, Whole.Last - Whole.First + 1);
            return;
        }
        var old = Tables;
        Witness(old, Whole);        // looks at all of them, so that they are known as they were
        void Store() => TraceLayout.Store(_bench, new SetPage(c.Table, c.Place, c.Kind, c.Frame, Protect: false));
        _during = (c.Point, c.Number, Store);
        _bench.Memory.TryResolve(TraceLayout.PageEntry(c.Table, c.Place), out _entry);
        Watch(() => _bench.Refresh(Whole.First, Whole.Last - Whole.First + 1), out var result);
        // Where the moment did not come the store comes afterwards, so that the guest's tables are the same under every design.
        if (_during is null) Count("store during a refresh");
        else Store();
        _during = null;
        var (after, changed) = (Observe(), Tables);
        Witness(changed, Whole);
        if (!_promises.InMachine) _check.NothingIsTorn(before, after, old, changed);
        JudgePins(before, after, result);
        IsShortOfMeans();
        Now.Model.Adopt(after.H);
        Now.IsExact = false;
        Now.Promised.Clear();
        NoteEntries(after, changed);
    }

    private void DoAccessDuring(Observation before, AccessDuring c)
    {
        var device = _bench.Function.DeviceId;
        if (_promises.InMachine) Witness(Tables, Whole);
        _during = (c.Point, c.Number, () => _bench.Iommu.Translate(device, c.Iova, 1, IoAccess.Read, out _));
        DoRefresh(before, Whole.First, Whole.Last - Whole.First + 1);
        if (_during is null) Count("access during a refresh");
        _during = null;
    }
}
