using Microsoft.Extensions.ObjectPool;
using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>
/// KVM's side of a lent domain: brings the host's tables in step with the guest's for the range of an RPCIT
/// (kvm-pci-design.md section 13). Each guest entry is loaded once; a page is pinned before its host entry is stored, and
/// unpinned only after the flush that follows the entry's removal.
/// </summary>
public sealed class LentShadow
{
    private readonly GuestMemory _memory;
    private readonly Storage _storage;
    private readonly PagePinner _pinner;
    private readonly StageReporter _stages;
    private readonly ObjectPool<RefreshBatch> _batches;

    internal LentShadow(GuestMemory memory, Storage storage, PagePinner pinner, StageReporter stages, ObjectPool<RefreshBatch> batches)
        => (_memory, _storage, _pinner, _stages, _batches) = (memory, storage, pinner, stages, batches);

    /// <summary>Guest pages and absent tables looked at.</summary>
    public ulong PagesWalked { get; private set; }

    /// <summary>Brings a range in step. On an error what was done stays consistent: pins are exactly the valid entries.</summary>
    /// <param name="domain">The domain that was lent.</param>
    /// <param name="space">The guest's anchor and range.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    public ShadowOutcome Refresh(S390Domain domain, in IoAddressSpace space, ulong start, ulong length)
    {
        (start, length) = space.Clip(start, length);
        var batch = _batches.Get();
        var tables = new GuestTables(_memory, _storage);
        var observer = new StageObserver(_stages);
        var walk = new IoRangeWalk(space, start, length);
        var outcome = ShadowOutcome.Ok;
        while (outcome.IsOk && walk.MoveNext(ref tables, ref observer, out var span))
        {
            outcome = span.State switch
            {
                IoSpanState.None => Unmap(domain, span.Iova, span.Size, batch),
                IoSpanState.Frame => Map(domain, span, batch),
                _ => new ShadowOutcome(0, span.Error, span.Iova),
            };
        }
        Complete(domain, batch);
        _batches.Return(batch);
        return outcome;
    }

    /// <summary>Takes everything out of a domain that is being recalled.</summary>
    /// <returns>Number of entries cleared.</returns>
    public ulong Clear(S390Domain domain)
    {
        var entries = domain.Tables.ValidEntries;
        var batch = _batches.Get();
        Unmap(domain, 0, 1UL << 42, batch);
        Complete(domain, batch);
        _batches.Return(batch);
        return entries;
    }

    private ShadowOutcome Unmap(S390Domain domain, ulong start, ulong length, RefreshBatch batch)
    {
        PagesWalked++;
        while (domain.Tables.TryFindNext(start, length, out var mapping))
        {
            Remove(domain, mapping.Iova, mapping.Frame, mapping.Writable, batch);
            if (batch.IsFull) Complete(domain, batch);
            var done = mapping.Iova + Storage.PageSize - start;
            start += done;
            length -= Math.Min(length, done);
        }
        return ShadowOutcome.Ok;
    }

    // A large frame is as many pages; each is pinned by itself.
    private ShadowOutcome Map(S390Domain domain, in IoSpan span, RefreshBatch batch)
    {
        for (ulong done = 0; done < span.Size; done += Storage.PageSize)
        {
            PagesWalked++;
            if (!TryMapPage(domain, span.Iova + done, span.Frame + done, span.Writable, batch)) return ShadowOutcome.NoResources;
            if (batch.IsFull) Complete(domain, batch);
        }
        return ShadowOutcome.Ok;
    }

    private bool TryMapPage(S390Domain domain, ulong iova, ulong guest, bool writable, RefreshBatch batch)
    {
        var isMapped = domain.Tables.TryGet(iova, out var oldFrame, out var oldWritable);
        if (isMapped && oldWritable == writable && _memory.TryResolve(guest, out var same) && same == oldFrame) return true;
        if (!_pinner.TryPin(guest, out var frame)) return false;
        if (isMapped) Remove(domain, iova, oldFrame, oldWritable, batch);
        if (domain.Tables.TrySet(iova, frame, writable)) return true;
        _pinner.Unpin(frame, isDirty: false);
        return false;
    }

    private void Remove(S390Domain domain, ulong iova, ulong frame, bool writable, RefreshBatch batch)
    {
        domain.Tables.Clear(iova);
        if (_stages.IsActive) _stages.Report(HypervisorStages.HostEntryCleared, iova, frame);
        batch.Add(iova, frame, writable);
    }

    // First the flush, then the unpins: no translation of a released frame survives anywhere.
    private void Complete(S390Domain domain, RefreshBatch batch)
    {
        if (batch.Count == 0) return;
        domain.Flush(batch.Start, batch.Length);
        for (var n = 0; n < batch.Count; n++) _pinner.Unpin(batch.Frame(n), batch.IsDirty(n));
        batch.Reset();
    }
}
