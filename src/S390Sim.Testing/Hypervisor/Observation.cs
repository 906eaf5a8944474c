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
    /// <summary>What the IOTLB holds.</summary>
    public required IReadOnlyList<IotlbTranslation> Iotlb { get; init; }
    /// <summary>Sum of the pins of all frames of the host.</summary>
    public required ulong TotalPins { get; init; }
    /// <summary>Pages charged to the memlock account.</summary>
    public required ulong Charged { get; init; }
    /// <summary>Limit of the memlock account.</summary>
    public required ulong Limit { get; init; }
    /// <summary>Pins that the virtual machine holds.</summary>
    public required ulong Held { get; init; }
    /// <summary>Entries that were ever stored into the domain's tables.</summary>
    public required ulong EntriesWritten { get; init; }
    /// <summary>Loan of the function's domain.</summary>
    public required LoanState Loan { get; init; }
    /// <summary>State of the function.</summary>
    public required FunctionState State { get; init; }
    /// <summary>Whether the function has an anchor.</summary>
    public required bool IsRegistered { get; init; }

    /// <summary>Looks at a bench.</summary>
    public static Observation Of(HypervisorBench bench, GuestFrames frames)
    {
        var h = new SortedDictionary<ulong, HostPage>();
        foreach (var mapping in bench.Domain?.Tables.Mappings() ?? [])
            h.Add(mapping.Iova, new(mapping.Frame, frames.GuestOf(mapping.Frame), mapping.Writable));
        return new Observation
        {
            H = h,
            Iotlb = [.. bench.Iommu.IotlbContents()],
            TotalPins = bench.Frames.TotalPins(),
            Charged = bench.Machine.Account.Charged,
            Limit = bench.Machine.Account.Limit,
            Held = bench.Machine.Pinner.Held,
            EntriesWritten = bench.Domain?.Tables.EntriesWritten ?? 0,
            Loan = bench.Domain?.Loan ?? LoanState.Normal,
            State = bench.Function.State,
            IsRegistered = bench.Function.AddressSpace is not null,
        };
    }
}

/// <summary>Which guest page a host frame backs: X the other way round, learnt from the guest's map as need be.</summary>
public sealed class GuestFrames(GuestMemory memory)
{
    private readonly Dictionary<ulong, ulong> _guest = [];

    /// <summary>The guest page; all ones when the frame backs none.</summary>
    public ulong GuestOf(ulong frame)
    {
        if (_guest.TryGetValue(frame, out var page)) return page;
        for (ulong guest = 0; guest < memory.Size; guest += 4096)
        {
            if (memory.Map.TryTranslate(guest, out var absolute)) _guest[absolute] = guest;
        }
        return _guest.GetValueOrDefault(frame, ulong.MaxValue);
    }
}
