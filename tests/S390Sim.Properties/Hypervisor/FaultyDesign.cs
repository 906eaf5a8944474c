using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Properties.Hypervisor;

/// <summary>What a design that promises what <c>lent</c> does can get wrong.</summary>
internal enum ShadowFault
{
    /// <summary>Nothing: so that what is found comes from the fault.</summary>
    None,
    /// <summary>Pages are unpinned before the host refreshes.</summary>
    UnpinsBeforeFlush,
    /// <summary>The host never refreshes.</summary>
    NeverFlushes,
    /// <summary>The host refreshes the first page of those that changed.</summary>
    FlushesTooLittle,
    /// <summary>No pin is ever taken off.</summary>
    NeverUnpins,
    /// <summary>Pages are mapped without a pin.</summary>
    NeverPins,
    /// <summary>What the guest protects is mapped to be stored into.</summary>
    IgnoresProtection,
    /// <summary>A page that is mapped stays what it is.</summary>
    KeepsReplaced,
    /// <summary>Nothing is taken away below an entry that became invalid.</summary>
    KeepsWhatIsCutOff,
    /// <summary>The page behind a range is taken away with it.</summary>
    UnmapsOneMore,
    /// <summary>A pin that was refused is not told.</summary>
    LosesRefusals,
    /// <summary>Nothing is marked dirty.</summary>
    MarksNothing,
    /// <summary>Pages are left when the anchor goes.</summary>
    KeepsAfterRecall,
    /// <summary>The loan is not taken back with the anchor.</summary>
    IsNeverLent,
}

/// <summary>A design as <c>lent</c>, written once more to have faults.</summary>
internal sealed class FaultyDesign(VirtualMachine machine, ShadowFault fault) : DomainDesign(machine)
{
    private readonly RefreshWalk _walk = new(machine.Memory, machine.Storage, machine.Stages, machine.Counters);

    public override string Name => "lent";

    public override ulong PagesWalked => _walk.PagesWalked;

    public override uint SimulationBits => 0;

    public override bool HandlesInKernel(PciFunction function) => function.AddressSpace is not null;

    public override RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        if (!TryProvideDomain(function, space.Iota, out var domain)) return RefreshOutcome.Insufficient;
        if (fault != ShadowFault.IsNeverLent && domain.Lend(this) != DomainStatus.Ok) return RefreshOutcome.Insufficient;
        domain.Attach(function.DeviceId, space.Pba, space.Pal);
        return RefreshOutcome.Done;
    }

    public override void Deregister(PciFunction function)
    {
        if (FindDomain(function) is not { } domain) return;
        domain.StartRecall();
        if (fault != ShadowFault.KeepsAfterRecall)
        {
            var shadow = new Shadows(Machine, domain, fault);
            shadow.Unmap(0, domain.Tables.Span);
            shadow.End();
            if (domain.Loan == LoanState.Draining) domain.FinishRecall();
        }
        domain.Detach(function.DeviceId);
    }

    private protected override bool IsReady(PciFunction function) => FindDomain(function) is not null;

    private protected override ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length)
    {
        var shadow = new Shadows(Machine, FindDomain(function)!, fault);
        var outcome = _walk.Run(ref shadow, space, start, length);
        shadow.End();
        return outcome;
    }

    /// <summary>One refresh or recall.</summary>
    private sealed class Shadows(VirtualMachine machine, S390Domain domain, ShadowFault fault) : IShadow
    {
        private const ulong Page = 4096;

        private readonly List<IoMapping> _removed = [];
        private readonly List<ulong> _changed = [];

        public ulong Released { get; private set; }

        public void Unmap(ulong start, ulong length)
        {
            if (fault == ShadowFault.KeepsWhatIsCutOff && length is > Page and < 1UL << 40) return;
            if (fault == ShadowFault.UnmapsOneMore && length == Page) length += Page;
            while (domain.Tables.TryFindNext(start, length, out var mapping))
            {
                Remove(mapping);
                var done = mapping.Iova - start + Page;
                if (done >= length) return;
                (start, length) = (start + done, length - done);
            }
        }

        public bool TryMap(ulong iova, ulong guest, bool writable)
        {
            writable |= fault == ShadowFault.IgnoresProtection;
            var isMapped = domain.Tables.TryGet(iova, out var old, out var wasWritable);
            if (isMapped && wasWritable == writable && machine.Memory.TryResolve(guest, out var same) && same == old) return true;
            if (isMapped && fault == ShadowFault.KeepsReplaced) return true;
            var isPinned = TryPin(guest, out var frame);
            if (isMapped) Remove(new(iova, old, wasWritable));
            if (!isPinned)
            {
                End();
                if (!TryPin(guest, out frame)) return fault == ShadowFault.LosesRefusals;
            }
            if (domain.Tables.TrySet(iova, frame, writable))
            {
                if (domain.RefreshesNew) _changed.Add(iova);
                return true;
            }
            Unpin(frame, isDirty: false);
            return false;
        }

        public void End()
        {
            if (fault == ShadowFault.UnpinsBeforeFlush) UnpinAll();
            if (_changed.Count != 0 && fault != ShadowFault.NeverFlushes)
            {
                var last = fault == ShadowFault.FlushesTooLittle ? _changed.Min() : _changed.Max();
                domain.Flush(_changed.Min(), last - _changed.Min() + Page);
            }
            _changed.Clear();
            UnpinAll();
        }

        private void UnpinAll()
        {
            foreach (var mapping in _removed) Unpin(mapping.Frame, mapping.Writable && fault != ShadowFault.MarksNothing);
            _removed.Clear();
        }

        private void Remove(IoMapping mapping)
        {
            domain.Tables.Clear(mapping.Iova);
            _removed.Add(mapping);
            _changed.Add(mapping.Iova);
            // With this fault every pass gives something up again, and the walk would never end.
            if (fault != ShadowFault.UnmapsOneMore) Released++;
        }

        private bool TryPin(ulong guest, out ulong frame)
            => fault == ShadowFault.NeverPins ? machine.Memory.TryResolve(guest, out frame)
                : machine.Pinner.TryPin(guest, out frame);

        private void Unpin(ulong frame, bool isDirty)
        {
            if (fault is not (ShadowFault.NeverPins or ShadowFault.NeverUnpins)) machine.Pinner.Unpin(frame, isDirty);
        }
    }
}

/// <summary>What a design that promises what <c>nested</c> does can get wrong.</summary>
internal enum NestedFault
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Entries stay when the parent's storage goes.</summary>
    KeepsWithdrawn,
    /// <summary>The second half of a range is not looked at.</summary>
    RefreshesHalf,
    /// <summary>A little more than the range is brought in step.</summary>
    RefreshesMore,
    /// <summary>The nested domain outlives its anchor.</summary>
    KeepsDomain,
}

/// <summary><c>nested</c> with a fault.</summary>
internal sealed class FaultyNestedDesign(VirtualMachine machine, NestedFault fault) : NestedDesign(machine)
{
    public override void Deregister(PciFunction function)
    {
        if (fault != NestedFault.KeepsDomain) base.Deregister(function);
    }

    private protected override ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length)
    {
        if (fault == NestedFault.RefreshesHalf) length /= 2;
        if (fault == NestedFault.RefreshesMore && length <= ulong.MaxValue - 0x2000) length += 0x2000;
        return base.Shadow(function, space, start, length);
    }

    private protected override void Withdraw(ParentRange range)
    {
        if (fault != NestedFault.KeepsWithdrawn) base.Withdraw(range);
    }
}
