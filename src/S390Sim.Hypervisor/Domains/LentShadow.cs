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
    private readonly ObjectPool<RefreshBatch> _batches =
        new DefaultObjectPool<RefreshBatch>(new DefaultPooledObjectPolicy<RefreshBatch>());

    internal LentShadow(VirtualMachine machine)
    {
        (_memory, _pinner, _stages) = (machine.Memory, machine.Pinner, machine.Stages);
        Walk = new RefreshWalk(machine.Memory, machine.Storage, machine.Stages, machine.Counters);
    }

    /// <summary>
    /// Pages, or ranges without pages, after which a refresh lets go of its domain: others may take it. What was released by then
    /// stays pinned until it is flushed, with the rest at the end or when a batch is full. As many as fill a batch.
    /// </summary>
    public const int Chunk = RefreshBatch.Capacity;

    /// <inheritdoc cref="LentDesign.BetweenChunks"/>
    public Action<S390Domain>? BetweenChunks { get; set; }

    /// <summary>Walks the guest's tables.</summary>
    internal RefreshWalk Walk { get; }

    /// <summary>Brings a range in step. On an error what was done stays consistent: pins are exactly the valid entries.</summary>
    /// <param name="domain">The domain that was lent.</param>
    /// <param name="space">The guest's anchor and range.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    public ShadowOutcome Refresh(S390Domain domain, IoAddressSpace space, ulong start, ulong length)
    {
        var work = new Work(this, domain);
        var outcome = Walk.Run(ref work, space, start, length);
        work.End();
        return work.IsRecalled ? ShadowOutcome.Busy : outcome;
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

    /// <summary>Takes out of a domain what leads to a range of guest storage, which is still mapped.</summary>
    public void Forget(S390Domain domain, ulong guest, ulong length)
    {
        var work = new Work(this, domain);
        foreach (var mapping in domain.Tables.Mappings())
        {
            if (_memory.TryFindGuest(mapping.Frame, out var page) && page - guest < length) work.Unmap(mapping.Iova,
                Storage.PageSize);
        }
        work.End();
    }

    /// <summary>One refresh or recall: the domain, and what was removed from it but is still pinned.</summary>
    private struct Work(LentShadow shadow, S390Domain domain) : IShadow
    {
        private readonly ulong _generation = domain.Generation;
        private RefreshBatch? _batch;       // taken with the first page that is released or flushed
        private int _untilPause = Chunk;

        public ulong Released { get; private set; }

        /// <summary>Whether the domain is not what it was when this began: it must not be touched any more.</summary>
        public readonly bool IsRecalled => domain.Generation != _generation;

        public void Unmap(ulong start, ulong length)
        {
            if (!MayGoOn()) return;
            if (length == Storage.PageSize)
            {
                if (domain.Tables.TryTake(start, out var frame, out var writable)) Release(start, frame, writable);
                return;
            }
            while (domain.Tables.TryFindNext(start, length, out var mapping))
            {
                Remove(mapping.Iova, mapping.Frame, mapping.Writable);
                if (!MayGoOn()) return;
                var done = mapping.Iova - start + Storage.PageSize;
                if (done >= length) return;
                start += done;
                length -= done;
            }
        }

        public bool TryMap(ulong iova, ulong guest, bool writable)
        {
            if (!MayGoOn()) return false;
            var isMapped = domain.Tables.TryGet(iova, out var oldFrame, out var wasWritable);
            if (isMapped && wasWritable == writable && shadow._memory.TryResolve(guest, out var same) && same == oldFrame) return true;
            // A store of one entry cannot be caught half-way: what it needs above it comes first.
            if (!isMapped && !domain.Tables.TryReserve(iova)) return false;
            var isPinned = shadow._pinner.TryPin(guest, out var frame);
            if (IsRecalled) return GiveUp(isPinned, frame);
            if (isMapped) Remove(iova, oldFrame, wasWritable);
            if (!isPinned)
            {
                // What waits for its flush may hold what the pin lacked.
                if (_batch is not { Count: > 0 }) return false;
                Complete();
                if (!shadow._pinner.TryPin(guest, out frame)) return false;
            }
            if (IsRecalled) return GiveUp(isPinned: true, frame);
            if (domain.Tables.TrySet(iova, frame, writable))
            {
                if (domain.RefreshesNew) Batch.Extend(iova);
                return true;
            }
            shadow._pinner.Unpin(frame, isDirty: false);
            return false;
        }

        private readonly bool GiveUp(bool isPinned, ulong frame)
        {
            if (isPinned) shadow._pinner.Unpin(frame, isDirty: false);
            return false;
        }

        // Whether the domain is still the one that this began with, after others had their turn if it is their turn.
        private bool MayGoOn()
        {
            if (--_untilPause > 0) return !IsRecalled;
            _untilPause = Chunk;
            if (!IsRecalled) shadow.BetweenChunks?.Invoke(domain);
            return !IsRecalled;
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
