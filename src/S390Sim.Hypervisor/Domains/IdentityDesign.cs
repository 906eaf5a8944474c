using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>identity</c>: functions are offered anchors without translation, behind which the whole guest is mapped at a fixed distance
/// (kvm-pci-design.md section 10). The guest has no tables then, and nothing to refresh. A function with an ordinary anchor is
/// served as under <c>nested</c>.
/// </summary>
public sealed class IdentityDesign : NestedDesign
{
    private readonly List<DirectMapping> _mappings = [];
    private readonly Dictionary<uint, DirectMapping> _direct = [];

    internal IdentityDesign(VirtualMachine machine) : base(machine, "identity") { }

    /// <inheritdoc/>
    public override IEnumerable<S390Domain> Domains => base.Domains.Concat(_mappings.Select(m => m.Domain));

    /// <inheritdoc/>
    public override S390Domain? FindDomain(PciFunction function)
        => _direct.TryGetValue(function.DeviceId, out var mapping) ? mapping.Domain : base.FindDomain(function);

    /// <summary>Attaches the function to the domain that has all storage, or makes a nested domain for its tables.</summary>
    public override RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        if (space.Iota.IsTranslated) return base.Register(function, space);
        Counters.Ioctls++;
        if (Find(space) is not { } mapping) return RefreshOutcome.Insufficient;
        _direct.Add(function.DeviceId, mapping);
        mapping.Domain.Attach(function.DeviceId, space.Pba, space.Pal);
        if (Machine.Stages.IsActive) Machine.Stages.Report(HypervisorStages.DomainNested, space.Iota.Value);
        return RefreshOutcome.Done;
    }

    /// <summary>Detaches the function; with the last one the domain ends.</summary>
    public override void Deregister(PciFunction function)
    {
        if (!_direct.Remove(function.DeviceId, out var mapping))
        {
            base.Deregister(function);
            return;
        }
        Counters.Ioctls++;
        mapping.Domain.Detach(function.DeviceId);
        if (mapping.Domain.Devices == 0 && _mappings.Remove(mapping)) mapping.Dispose();
    }

    /// <summary>All storage is mapped already where there are no tables.</summary>
    public override RefreshOutcome Refresh(PciFunction function, ulong start, ulong length)
        => _direct.ContainsKey(function.DeviceId) ? RefreshOutcome.Done : base.Refresh(function, start, length);

    private DirectMapping? Find(IoAddressSpace space)
    {
        var (origin, isProtected) = (space.Capabilities.DirectOrigin, space.Iota.IsProtected);
        if (_mappings.Find(m => m.Matches(origin, isProtected)) is { } present) return present;
        if (!S390Domain.TryCreate(Machine.Storage, Machine.Tables, Machine.Iommu, Machine.Stages, out var domain,
            IoDesignation.RegionFirstTable, Machine.Counters, Parent)) return null;
        domain.RefreshesNew = Machine.HostRequiresRefresh;
        var mapping = new DirectMapping(domain, origin, isProtected);
        if (Parent.Ranges.All(mapping.TryMap))
        {
            _mappings.Add(mapping);
            return mapping;
        }
        mapping.Dispose();
        return null;
    }

    private protected override bool TryExtend(ParentRange range) => _mappings.TrueForAll(m => m.TryMap(range));

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var mapping in _mappings) mapping.Dispose();
        _mappings.Clear();
        _direct.Clear();
        base.Dispose();
    }
}
