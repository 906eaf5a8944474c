using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>A page of the host's tables.</summary>
/// <param name="Frame">Host absolute address.</param>
/// <param name="Guest">The guest page that the frame backs; all ones when it backs none.</param>
/// <param name="Writable">Whether the device may store.</param>
public readonly record struct HostPage(ulong Frame, ulong Guest, bool Writable);

/// <summary>Everything that the invariants speak of, at one moment.</summary>
public sealed record Observation
{
    /// <summary>
    /// H: the host's translations by I/O virtual address; where the machine follows the guest's tables, what the IOTLB holds.
    /// </summary>
    public required IReadOnlyDictionary<ulong, HostPage> H { get; init; }
    /// <summary>The translations of the function that the guest does not look at now.</summary>
    public required IReadOnlyDictionary<ulong, HostPage> Others { get; init; }
    /// <summary>The translations of the neighbour's function.</summary>
    public required IReadOnlyDictionary<ulong, HostPage> Neighbours { get; init; }
    /// <summary>The function at the IOMMU.</summary>
    public required uint DeviceId { get; init; }
    /// <summary>The function's domain.</summary>
    public required S390Domain? Domain { get; init; }
    /// <summary>Bytes of the domain's tables.</summary>
    public required ulong TableBytes { get; init; }
    /// <summary>Frames of guest tables that a handler caches, and pins for it.</summary>
    public required IReadOnlyList<ulong> CachedTables { get; init; }
    /// <summary>Frames that are pinned for being the guest's storage; none where each entry pins its own.</summary>
    public required IReadOnlyList<ulong> Parents { get; init; }
    /// <summary>Whether another function of the virtual machine has an anchor.</summary>
    public required bool IsOtherRegistered { get; init; }
    /// <summary>What the IOTLB holds.</summary>
    public required IReadOnlyList<IotlbTranslation> Iotlb { get; init; }
    /// <summary>Sum of the pins of all frames of the host.</summary>
    public required ulong TotalPins { get; init; }
    /// <summary>Those of them that are not the neighbour's.</summary>
    public required ulong OwnPins { get; init; }
    /// <summary>Pages charged to the memlock account.</summary>
    public required ulong Charged { get; init; }
    /// <summary>Limit of the memlock account.</summary>
    public required ulong Limit { get; init; }
    /// <summary>Pins that the virtual machine holds by its pinner.</summary>
    public required ulong Held { get; init; }
    /// <summary>Entries that were ever stored into the domain's tables.</summary>
    public required ulong EntriesWritten { get; init; }
    /// <summary>Loan of the function's domain.</summary>
    public required LoanState Loan { get; init; }
    /// <summary>State of the function.</summary>
    public required FunctionState State { get; init; }
    /// <summary>What the last RPCIT of the command before was answered; null for one without.</summary>
    public RefreshResult? Answer { get; init; }
    /// <summary>Whether the function has an anchor.</summary>
    public required bool IsRegistered { get; init; }

    /// <summary>
    /// How often a frame is used by the virtual machine: by an entry that pins, as a cached table, or as guest storage.
    /// </summary>
    public IReadOnlyDictionary<ulong, int> Uses => _uses ??= (Parents.Count != 0 ? Parents
        : CachedTables.Concat(H.Values.Concat(Others.Values).Select(h => h.Frame))).CountBy(f => f).ToDictionary();

    private Dictionary<ulong, int>? _uses;
}
