using S390Sim.Cpu;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>type1</c>, the user-space fallback: every RPCIT goes to the machine's user-space part, which walks the guest's tables,
/// compares with what it has mapped, and maps or unmaps page by page through vfio (kvm-pci-design.md section 8).
/// </summary>
public sealed class Type1Design : DomainDesign
{
    private readonly record struct Mapping(ulong Guest, bool Writable);

    private sealed class FunctionShadow(Type1Container container)
    {
        public readonly Type1Container Container = container;
        public readonly SortedDictionary<ulong, Mapping> Mappings = [];
    }

    private readonly Dictionary<uint, FunctionShadow> _shadows = [];
    private readonly List<ulong> _removed = [];
    private ulong _pagesWalked;

    internal Type1Design(VirtualMachine machine) : base(machine)
    {
    }

    /// <inheritdoc/>
    public override string Name => "type1";

    /// <inheritdoc/>
    public override ulong PagesWalked => _pagesWalked;

    /// <summary>Calls of the vfio ioctls, over all functions.</summary>
    public ulong Ioctls => _shadows.Values.Aggregate(0UL, (sum, s) => sum + s.Container.Ioctls);

    /// <inheritdoc/>
    public override bool HandlesInKernel(PciFunction function) => false;

    /// <inheritdoc/>
    public override RefreshOutcome Register(PciFunction function, in IoAddressSpace space)
    {
        DomainOf(function).Attach(function.DeviceId, space.Pba, space.Pal);
        return RefreshOutcome.Done;
    }

    /// <inheritdoc/>
    public override void Deregister(PciFunction function)
    {
        var shadow = ShadowOf(function);
        foreach (var iova in shadow.Mappings.Keys) shadow.Container.Unmap(iova);
        shadow.Mappings.Clear();
        DomainOf(function).Detach(function.DeviceId);
    }

    /// <inheritdoc/>
    public override RefreshOutcome Refresh(PciFunction function, ulong start, ulong length)
    {
        if (function.AddressSpace is not { } space) return RefreshOutcome.Busy;
        var shadow = ShadowOf(function);
        (start, length) = space.Clip(start, length);
        var tables = new GuestTables(Machine.Memory, Machine.Storage);
        var observer = new StageObserver(Machine.Stages);
        var walk = new IoRangeWalk(space, start, length);
        while (walk.MoveNext(ref tables, ref observer, out var span))
        {
            if (span.State == IoSpanState.Error) return RefreshOutcome.Failed(span.Error, span.Iova);
            if (span.State == IoSpanState.None) UnmapRange(shadow, span.Iova, span.Size);
            else if (!TryMapSpan(shadow, span)) return RefreshOutcome.Insufficient;
        }
        return RefreshOutcome.Done;
    }

    private void UnmapRange(FunctionShadow shadow, ulong start, ulong size)
    {
        _pagesWalked++;
        if (size == Storage.PageSize)
        {
            if (shadow.Mappings.Remove(start)) shadow.Container.Unmap(start);
            return;
        }
        _removed.Clear();
        foreach (var iova in shadow.Mappings.Keys)
        {
            if (iova - start < size) _removed.Add(iova);
        }
        foreach (var iova in _removed)
        {
            shadow.Mappings.Remove(iova);
            shadow.Container.Unmap(iova);
        }
    }

    private bool TryMapSpan(FunctionShadow shadow, in IoSpan span)
    {
        for (ulong done = 0; done < span.Size; done += Storage.PageSize)
        {
            _pagesWalked++;
            var iova = span.Iova + done;
            var wanted = new Mapping(span.Frame + done, span.Writable);
            if (shadow.Mappings.TryGetValue(iova, out var present))
            {
                if (present == wanted) continue;
                shadow.Mappings.Remove(iova);
                shadow.Container.Unmap(iova);
            }
            if (!shadow.Container.TryMap(iova, wanted.Guest, wanted.Writable)) return false;
            shadow.Mappings.Add(iova, wanted);
        }
        return true;
    }

    private FunctionShadow ShadowOf(PciFunction function)
    {
        if (_shadows.TryGetValue(function.DeviceId, out var shadow)) return shadow;
        shadow = new FunctionShadow(new Type1Container(DomainOf(function), Machine.Pinner));
        _shadows.Add(function.DeviceId, shadow);
        return shadow;
    }
}
