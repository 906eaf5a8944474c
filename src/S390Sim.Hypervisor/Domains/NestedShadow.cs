using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>
/// What keeps nested domains in step with their guest's tables (kvm-pci-design.md section 13, without its pins): both the tables
/// and the frames are found through the parent. A host entry is replaced by one store; what was cached is flushed at the end.
/// </summary>
internal sealed class NestedShadow
{
    private readonly ParentDomain _parent;
    private readonly GuestMemory _memory;
    private readonly Storage _storage;
    private readonly StageReporter _stages;
    private readonly RefreshWalk _walk;

    public NestedShadow(VirtualMachine machine, ParentDomain parent)
    {
        (_parent, _memory, _storage, _stages) = (parent, machine.Memory, machine.Storage, machine.Stages);
        _walk = new RefreshWalk(machine.Memory, machine.Storage, machine.Stages, machine.Counters);
    }

    /// <summary>Guest pages, and ranges without pages, that were looked at.</summary>
    public ulong PagesWalked => _walk.PagesWalked;

    /// <summary>Brings a range in step. A page that the parent has not, or not to be stored into, is unmapped: status 16.</summary>
    /// <param name="domain">The function's nested domain.</param>
    /// <param name="space">The guest's anchor and range.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    public ShadowOutcome Refresh(S390Domain domain, IoAddressSpace space, ulong start, ulong length)
    {
        var work = new Work(this, domain);
        var outcome = _walk.Run(ref work, new ParentTables(_parent, _storage), space, start, length);
        work.End();
        return outcome;
    }

    /// <summary>Takes out of a domain what leads to a range's frames.</summary>
    public void Withdraw(S390Domain domain, ParentRange range)
    {
        var work = new Work(this, domain);
        foreach (var mapping in domain.Tables.Mappings())
        {
            if (_memory.TryFindGuest(mapping.Frame, out var page) && page - range.Start < range.Size)
                work.Unmap(mapping.Iova, Storage.PageSize);
        }
        work.End();
    }

    /// <summary>One refresh: the domain, and the range of addresses whose entries changed.</summary>
    private struct Work(NestedShadow shadow, S390Domain domain) : IShadow
    {
        private ulong _first = ulong.MaxValue, _last;

        // Nothing that a page may lack is given back: a second pass would find the same.
        public readonly ulong Released => 0;

        public void Unmap(ulong start, ulong length)
        {
            if (length == Storage.PageSize)
            {
                if (domain.Tables.TryTake(start, out var frame, out _)) Changed(start, frame);
                return;
            }
            while (domain.Tables.TryFindNext(start, length, out var mapping))
            {
                domain.Tables.Clear(mapping.Iova);
                Changed(mapping.Iova, mapping.Frame);
                var done = mapping.Iova - start + Storage.PageSize;
                if (done >= length) return;
                start += done;
                length -= done;
            }
        }

        public bool TryMap(ulong iova, ulong guest, bool writable)
        {
            if (!shadow._parent.TryFind(guest, out var frame, out var isStorable) || (writable && !isStorable))
            {
                Unmap(iova, Storage.PageSize);
                return false;
            }
            if (!domain.Tables.TryUpdate(iova, frame, writable, out var before, out var isChanged)) return false;
            if (!isChanged) return true;
            if (!before.IsInvalid) Changed(iova, before.Frame);
            else if (domain.RefreshesNew) Extend(iova);
            return true;
        }

        public readonly void End()
        {
            if (_first <= _last) domain.Flush(_first, _last - _first + Storage.PageSize);
        }

        private void Changed(ulong iova, ulong frame)
        {
            if (shadow._stages.IsActive) shadow._stages.Report(HypervisorStages.HostEntryCleared, iova, frame);
            Extend(iova);
        }

        private void Extend(ulong iova)
        {
            _first = Math.Min(_first, iova);
            _last = Math.Max(_last, iova);
        }
    }
}
