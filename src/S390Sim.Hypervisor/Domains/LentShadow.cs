using Microsoft.Extensions.ObjectPool;
using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>
/// KVM's side of lent domains: keeps the host's tables in step with the guest's (kvm-pci-design.md section 13). A page is
/// pinned before its host entry is stored, and unpinned only after the flush that follows the entry's removal.
/// </summary>
public sealed class LentShadow
{
    private readonly GuestMemory _memory;
    private readonly PagePinner _pinner;
    private readonly StageReporter _stages;
    private readonly RefreshWalk _walk;
    private readonly ObjectPool<RefreshBatch> _batches =
        new DefaultObjectPool<RefreshBatch>(new DefaultPooledObjectPolicy<RefreshBatch>());

    internal LentShadow(VirtualMachine machine)
    {
        (_memory, _pinner, _stages) = (machine.Memory, machine.Pinner, machine.Stages);
        _walk = new RefreshWalk(machine.Memory, machine.Storage, machine.Stages, machine.Counters);
    }

    /// <summary>Guest pages, and ranges without pages, that were looked at.</summary>
    public ulong PagesWalked => _walk.PagesWalked;

    /// <summary>Brings a range in step. On an error what was done stays consistent: pins are exactly the valid entries.</summary>
    /// <param name="domain">The domain that was lent.</param>
    /// <param name="space">The guest's anchor and range.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    public ShadowOutcome Refresh(S390Domain domain, IoAddressSpace space, ulong start, ulong length)
    {
        var work = new Work(this, domain);
        var outcome = _walk.Run(ref work, space, start, length);
        work.End();
        return outcome;
    }

    /// <summary>Takes everything out of a domain that is being recalled.</summary>
    /// <returns>Number of entries cleared.</returns>
    public ulong Clear(S390Domain domain)
    {
        var entries = domain.Tables.ValidEntries;
        var work = new Work(this, domain);
        work.Unmap(0, domain.Tables.Span);
        work.End();
        return entries;
    }

    /// <summary>One refresh or recall: the domain, and what was removed from it but is still pinned.</summary>
    private struct Work(LentShadow shadow, S390Domain domain) : IShadow
    {
        private RefreshBatch? _batch;       // taken with the first page that is released or flushed

        public ulong Released { get; private set; }

        public void Unmap(ulong start, ulong length)
        {
            if (length == Storage.PageSize)
            {
                if (domain.Tables.TryTake(start, out var frame, out var writable)) Release(start, frame, writable);
                return;
            }
            while (domain.Tables.TryFindNext(start, length, out var mapping))
            {
                Remove(mapping.Iova, mapping.Frame, mapping.Writable);
                var done = mapping.Iova - start + Storage.PageSize;
                if (done >= length) return;
                start += done;
                length -= done;
            }
        }

        public bool TryMap(ulong iova, ulong guest, bool writable)
        {
            var isMapped = domain.Tables.TryGet(iova, out var oldFrame, out var wasWritable);
            if (isMapped && wasWritable == writable && shadow._memory.TryResolve(guest, out var same) && same == oldFrame) return true;
            var isPinned = shadow._pinner.TryPin(guest, out var frame);
            if (isMapped) Remove(iova, oldFrame, wasWritable);
            if (!isPinned)
            {
                // What waits for its flush may hold what the pin lacked.
                if (_batch is not { Count: > 0 }) return false;
                Complete();
                if (!shadow._pinner.TryPin(guest, out frame)) return false;
            }
            if (domain.Tables.TrySet(iova, frame, writable))
            {
                if (domain.RefreshesNew) Batch.Extend(iova);
                return true;
            }
            shadow._pinner.Unpin(frame, isDirty: false);
            return false;
        }

        public void End()
        {
            if (_batch is null) return;
            Complete();
            shadow._batches.Return(_batch);
        }

        private RefreshBatch Batch => _batch ??= shadow._batches.Get();

        private void Remove(ulong iova, ulong frame, bool writable)
        {
            domain.Tables.Clear(iova);
            Release(iova, frame, writable);
        }

        // Its host entry is gone already.
        private void Release(ulong iova, ulong frame, bool writable)
        {
            if (shadow._stages.IsActive) shadow._stages.Report(HypervisorStages.HostEntryCleared, iova, frame);
            Batch.Add(iova, frame, writable);
            Released++;
            if (Batch.IsFull) Complete();
        }

        // First the flush, then the unpins: no translation of a released frame survives anywhere.
        private void Complete()
        {
            var batch = Batch;
            if (!batch.HasRange) return;
            domain.Flush(batch.Start, batch.Length);
            for (var n = 0; n < batch.Count; n++) shadow._pinner.Unpin(batch.Frame(n), batch.IsDirty(n));
            batch.Reset();
        }
    }
}
