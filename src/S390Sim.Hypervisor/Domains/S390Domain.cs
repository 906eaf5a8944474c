using System.Diagnostics.CodeAnalysis;
using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>What the IOMMU API answers; the errno that Linux would return is in the summary.</summary>
public enum DomainStatus
{
    /// <summary>Done.</summary>
    Ok,
    /// <summary>-EBUSY: the domain is lent, nothing was modified.</summary>
    Busy,
    /// <summary>-ENOMEM: no storage for a table.</summary>
    NoMemory,
    /// <summary>-EINVAL: there is nothing of the kind.</summary>
    Invalid,
    /// <summary>-EOPNOTSUPP: a nested domain follows a guest's tables, and is not mapped by anybody.</summary>
    NotSupported,
}

/// <summary>Who may write a domain's tables (kvm-pci-design.md section 11, "Loan state machine").</summary>
public enum LoanState
{
    /// <summary>The IOMMU API.</summary>
    Normal,
    /// <summary>KVM, for one virtual machine and one guest anchor.</summary>
    Lent,
    /// <summary>Nobody: the loan is being recalled.</summary>
    Draining,
}

/// <summary>
/// A host IOMMU domain: one set of real-format tables and the functions attached to it. It can be lent to KVM; while it is,
/// map and unmap through the API fail and change nothing.
/// </summary>
public sealed class S390Domain : IDisposable
{
    private readonly HostIommu _iommu;
    private readonly List<uint> _devices = [];

    private S390Domain(HostIommu iommu, IoPageTables tables, DesignCounters counters, ParentDomain? parent)
    {
        _iommu = iommu;
        Counters = counters;
        Parent = parent;
        Tables = tables;
    }

    /// <summary>Makes an empty domain; false when there is no storage for its root table.</summary>
    /// <param name="storage">Host storage.</param>
    /// <param name="memory">Gives the tables room.</param>
    /// <param name="iommu">The IOMMU that reads them.</param>
    /// <param name="stages">Where stages are reported.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="designation">The root table.</param>
    /// <param name="counters">Where the domain's work is counted; null for counters of its own.</param>
    /// <param name="parent">The parent of a nested domain; null for an ordinary one.</param>
    public static bool TryCreate(Storage storage, ITableMemory memory, HostIommu iommu, StageReporter stages,
        [NotNullWhen(true)] out S390Domain? domain, IoDesignation designation = IoDesignation.RegionThirdTable,
        DesignCounters? counters = null, ParentDomain? parent = null)
    {
        counters ??= new DesignCounters();
        domain = IoPageTables.TryCreate(storage, memory, stages, out var tables, designation, counters.HostTables)
            ? new S390Domain(iommu, tables, counters, parent) : null;
        return domain is not null;
    }

    /// <summary>Where the domain's work is counted.</summary>
    public DesignCounters Counters { get; }
    /// <summary>The tables. Only who holds the domain may write them.</summary>
    public IoPageTables Tables { get; }
    /// <summary>The parent of a nested domain, which stays one all its life; null for an ordinary domain.</summary>
    public ParentDomain? Parent { get; }
    /// <summary>Who may write the tables.</summary>
    public LoanState Loan { get; private set; }
    /// <summary>Whom the domain is lent to.</summary>
    public object? Borrower { get; private set; }
    /// <summary>Increases with every loan and recall: a handler that let go in between sees that it must not go on.</summary>
    public ulong Generation { get; private set; }
    /// <summary>Whether new mappings are announced by a flush too: the host is a guest itself (tlb_refresh).</summary>
    public bool RefreshesNew { get; set; }
    /// <summary>Functions that are attached.</summary>
    public int Devices => _devices.Count;
    /// <summary>Calls of map and unmap.</summary>
    public ulong ApiCalls { get; private set; }

    /// <summary>Attaches a function: its DMA is translated by this domain from now on.</summary>
    /// <param name="deviceId">The function at the IOMMU.</param>
    /// <param name="pba">First usable address.</param>
    /// <param name="pal">Last usable address.</param>
    public void Attach(uint deviceId, ulong pba, ulong pal)
    {
        _iommu.Register(deviceId, new IoAddressSpace(Tables.Iota, pba, pal, new IoCapabilities(IoCapabilities.Tables)));
        if (!_devices.Contains(deviceId)) _devices.Add(deviceId);
    }

    /// <summary>Detaches a function: it reaches nothing any more. A loan is recalled before the last one goes.</summary>
    public void Detach(uint deviceId)
    {
        if (_devices.Count == 1 && _devices[0] == deviceId) RecallFromBorrower();
        _iommu.Deregister(deviceId);
        _devices.Remove(deviceId);
    }

    /// <summary>IOMMU API: maps a page to a host frame.</summary>
    public DomainStatus Map(ulong iova, ulong frame, bool writable)
    {
        ApiCalls++;
        if (Parent is not null) return DomainStatus.NotSupported;
        if (Loan != LoanState.Normal) return DomainStatus.Busy;
        if (!Tables.TrySet(iova, frame, writable)) return DomainStatus.NoMemory;
        if (RefreshesNew) Flush(iova, Storage.PageSize);
        return DomainStatus.Ok;
    }

    /// <summary>IOMMU API: unmaps a page and flushes; the frame may be released when this returns.</summary>
    public DomainStatus Unmap(ulong iova)
    {
        ApiCalls++;
        if (Parent is not null) return DomainStatus.NotSupported;
        if (Loan != LoanState.Normal) return DomainStatus.Busy;
        if (!Tables.Clear(iova)) return DomainStatus.Invalid;
        Flush(iova, Storage.PageSize);
        return DomainStatus.Ok;
    }

    /// <summary>IOMMU API: what a page is mapped to; allowed at any time.</summary>
    public bool TryIovaToPhys(ulong iova, out ulong frame) => Tables.TryGet(iova, out frame, out _);

    /// <summary>Lends the domain to KVM; only an empty one that is not lent already.</summary>
    public DomainStatus Lend(object borrower)
    {
        if (Parent is not null) return DomainStatus.NotSupported;
        if (Loan != LoanState.Normal || Tables.ValidEntries != 0) return DomainStatus.Busy;
        Loan = LoanState.Lent;
        Borrower = borrower;
        Generation++;
        return DomainStatus.Ok;
    }

    /// <summary>Whether somebody may write the tables by a loan.</summary>
    public bool IsLentTo(object borrower) => Loan == LoanState.Lent && ReferenceEquals(Borrower, borrower);

    /// <summary>
    /// Takes the domain back: the borrower empties it while nobody maps, and when this returns it is an ordinary empty domain.
    /// Without a loan, or when it is being recalled already, nothing happens.
    /// </summary>
    public DomainStatus Recall()
    {
        var status = StartRecall();
        if (status != DomainStatus.Ok) return status;
        (Borrower as IDomainBorrower)?.Drain(this);
        FinishRecall();
        return DomainStatus.Ok;
    }

    private void RecallFromBorrower()
    {
        if (Borrower is IDomainBorrower) Recall();
    }

    /// <summary>Starts taking the domain back: from here on nobody maps, until <see cref="FinishRecall"/>.</summary>
    public DomainStatus StartRecall()
    {
        if (Loan != LoanState.Lent) return DomainStatus.Invalid;
        Loan = LoanState.Draining;
        Generation++;
        return DomainStatus.Ok;
    }

    /// <summary>Ends the recall; the borrower has cleared the tables, flushed, and unpinned.</summary>
    /// <exception cref="InvalidOperationException">Entries are left: their frames would be leaked.</exception>
    public void FinishRecall()
    {
        if (Loan != LoanState.Draining || Tables.ValidEntries != 0)
            throw new InvalidOperationException($"recall ends in state {Loan} with {Tables.ValidEntries} entries left");
        Loan = LoanState.Normal;
        Borrower = null;
    }

    /// <summary>Drops cached translations of a range for every attached function: the host's own RPCIT.</summary>
    public void Flush(ulong start, ulong length)
    {
        for (var n = 0; n < _devices.Count; n++)
        {
            Counters.Flushes++;
            _iommu.Flush(_devices[n], start, length);
        }
    }

    /// <summary>Recalls a loan, detaches every function and frees the tables.</summary>
    public void Dispose()
    {
        RecallFromBorrower();
        for (var n = _devices.Count - 1; n >= 0; n--) Detach(_devices[n]);
        Tables.Dispose();
    }
}
