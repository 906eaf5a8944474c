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
    /// <summary>H: the host's translations by I/O virtual address.</summary>
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
    /// <summary>Whether the function has an anchor.</summary>
    public required bool IsRegistered { get; init; }

    /// <summary>How often a frame is used: by an entry, or as a cached table.</summary>
    public IReadOnlyDictionary<ulong, int> Uses => _uses ??= CachedTables
        .Concat(H.Values.Concat(Others.Values).Concat(Neighbours.Values).Select(h => h.Frame)).CountBy(f => f).ToDictionary();

    private Dictionary<ulong, int>? _uses;

    /// <summary>Looks at a bench.</summary>
    public static Observation Of(HypervisorBench bench)
    {
        var frames = new GuestFrames(bench.Memory);
        var other = bench.Functions.FirstOrDefault(f => f != bench.Function);
        var neighbours = Translations(bench.Neighbour?.Design.FindDomain(bench.NeighbourFunction!), frames);
        var (tables, neighboursTables) = (Cached(bench.Machine), Cached(bench.Neighbour));
        var pins = bench.Frames.TotalPins();
        return new Observation
        {
            H = Translations(bench.Domain, frames),
            Others = Translations(other is null ? null : bench.Machine.Design.FindDomain(other), frames),
            Neighbours = neighbours,
            DeviceId = bench.Function.DeviceId,
            Domain = bench.Domain,
            TableBytes = bench.Domain?.Tables.TableBytes ?? 0,
            CachedTables = [.. tables, .. neighboursTables],
            IsOtherRegistered = other?.AddressSpace is not null,
            Iotlb = [.. bench.Iommu.IotlbContents()],
            TotalPins = pins,
            OwnPins = pins - (ulong)(neighbours.Count + neighboursTables.Count),
            Charged = bench.Machine.Account.Charged,
            Limit = bench.Machine.Account.Limit,
            Held = bench.Machine.Pinner.Held,
            EntriesWritten = bench.Domain?.Tables.EntriesWritten ?? 0,
            Loan = bench.Domain?.Loan ?? LoanState.Normal,
            State = bench.Function.State,
            IsRegistered = bench.Function.AddressSpace is not null,
        };
    }

    private static List<ulong> Cached(VirtualMachine? machine) => [.. (machine?.Design as HistoricDesign)?.CachedTableFrames ?? []];

    private static SortedDictionary<ulong, HostPage> Translations(S390Domain? domain, GuestFrames frames)
    {
        var h = new SortedDictionary<ulong, HostPage>();
        foreach (var mapping in domain?.Tables.Mappings() ?? [])
            h.Add(mapping.Iova, new(mapping.Frame, frames.GuestOf(mapping.Frame), mapping.Writable));
        return h;
    }
}

/// <summary>Which guest page a host frame backs: X the other way round, as the guest's map is when it is made.</summary>
public sealed class GuestFrames
{
    private readonly Dictionary<ulong, ulong> _guest = [];

    /// <summary>Looks at a guest's map.</summary>
    public GuestFrames(GuestMemory memory)
    {
        for (ulong guest = 0; guest < memory.Size; guest += 4096)
        {
            if (memory.Map.TryTranslate(guest, out var absolute)) _guest[absolute] = guest;
        }
    }

    /// <summary>The guest page; all ones when the frame backs none.</summary>
    public ulong GuestOf(ulong frame) => _guest.GetValueOrDefault(frame, ulong.MaxValue);
}
