using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// The shadow of one state description that a guest executes SIE with: what is really run, in a page of the host, and the map
/// that it runs in. It outlives the run, so that the next SIE with the same block finds its map.
/// </summary>
internal sealed unsafe partial class NestedBlock : IDisposable
{
    /// <summary>Size of the page: the state description, and the facility list in its second half.</summary>
    public const ulong Size = 4096;
    private const ulong FacilityOffset = 0x800;
    private const ulong Nobody = ulong.MaxValue;
    private const ushort NeverRan = 0xFFFF;

    private readonly VirtualMachine _machine;
    // The address space, and the purges of its translations, that the map was made for.
    private (ulong Asce, bool HasEnhancedDat, ulong Purges) _mapKey;

    /// <summary>Makes an unused shadow.</summary>
    /// <exception cref="ConfigurationLimitException">The host has no frame for it.</exception>
    public NestedBlock(VirtualMachine machine)
    {
        _machine = machine;
        Map = new ShadowMap(machine.Storage, machine.Frames);
        // The facility list is designated by 31 bits.
        var isThere = machine.Frames.TryAllocate(Size, Size, out var address);
        if (isThere && address >= 1UL << 31)
        {
            machine.Frames.Free(address, Size);
            isThere = false;
        }
        if (!isThere)
            throw new ConfigurationLimitException("the host has no storage left for a nested guest's state description");
        Address = address;
    }

    /// <summary>Host absolute address of the state description that is run.</summary>
    public ulong Address { get; }
    /// <summary>The state description that is run.</summary>
    public StateDescription Shadow => new(_machine.Storage.Base + Address);
    /// <summary>Absolute address, in the guest that executes SIE, of the block that this is the shadow of.</summary>
    public ulong Guest { get; private set; } = Nobody;
    /// <summary>The guest's block; only while it is pinned.</summary>
    public StateDescription Original => new(_machine.Storage.Base + _original);
    /// <summary>What the nested guest's addresses go through.</summary>
    public ShadowMap Map { get; }
    /// <summary>Whether a virtual CPU runs it.</summary>
    public bool IsInUse { get; set; }

    /// <summary>Becomes the shadow of a block, anew unless it was that already.</summary>
    public void Assign(ulong guest)
    {
        IsInUse = true;
        if (Guest == guest) return;
        Guest = guest;
        Map.Release();
        var sd = Shadow;
        sd.Bytes.Clear();
        sd.HostCpu = NeverRan;
    }

    /// <summary>Has the map fit its host's address space; it starts empty when that is another, or purged its TLB.</summary>
    /// <param name="tables">The host's tables.</param>
    /// <param name="purges">Purges of that TLB up to now.</param>
    /// <returns>Whether something was forgotten: translations through the map must be, too.</returns>
    public bool RefreshMap(in HostTables tables, ulong purges)
    {
        var key = (tables.Asce, tables.HasEnhancedDat, purges);
        if (key == _mapKey) return false;
        var forgot = !Map.IsEmpty;
        Map.Clear();
        Map.SetExtent(tables.Asce);
        _mapKey = key;
        return forgot;
    }

    /// <summary>Returns its storage to the host; nothing may be pinned for it.</summary>
    public void Dispose()
    {
        Map.Release();
        _machine.Frames.Free(Address, Size);
    }
}
