using S390Sim.Generated;

namespace S390Sim.Cpu;

/// <summary>The basic system control area, for up to 64 CPUs of a guest, without its entries (sie.md section 8.1).</summary>
[Block(0x40)]
public readonly unsafe partial struct BasicSca
{
    /// <summary>Bytes of the area with its 64 entries of 32 bytes; they may not cross a page.</summary>
    public const int Length = Size + Cpus * EntrySize;
    /// <summary>CPUs that it has entries for.</summary>
    public const int Cpus = 64;
    /// <summary>Bytes of an entry.</summary>
    public const int EntrySize = 32;

    /// <summary>Bit 0 the host holds the interlock (k), bits 1-31 its holders (kh), bits 32-63 CPUs that invalidate (kg).</summary>
    [At(0x00)] public partial ulong InvalidationControl { get; set; }
    /// <summary>Bit n is one when the guest has CPU n.</summary>
    [At(0x30)] public partial ulong Configured { get; set; }
    /// <summary>Bit 0: a change of the topology is to be reported (mtcr).</summary>
    [At(0x38)] public partial ushort Utility { get; set; }
}

/// <summary>The extended system control area, for up to 248 CPUs of a guest, without its entries (sie.md section 8.1).</summary>
[Block(0x100)]
public readonly unsafe partial struct ExtendedSca
{
    /// <summary>Bytes of the area with its 248 entries of 64 bytes.</summary>
    public const int Length = Size + Cpus * EntrySize;
    /// <summary>CPUs that it has entries for.</summary>
    public const int Cpus = 248;
    /// <summary>Bytes of an entry.</summary>
    public const int EntrySize = 64;

    /// <summary>As <see cref="BasicSca.InvalidationControl"/>.</summary>
    [At(0x00)] public partial ulong InvalidationControl { get; set; }
    /// <summary>As <see cref="BasicSca.Utility"/>.</summary>
    [At(0x38)] public partial ushort Utility { get; set; }
    /// <summary>Bits of CPUs 0-63; those of the next 64 each follow, eight bytes each.</summary>
    [At(0x40)] public partial ulong Configured { get; set; }
}

/// <summary>What both formats' entries have in common: where the state description of one CPU is.</summary>
[Block(0x20)]
public readonly unsafe partial struct ScaEntry
{
    /// <summary>Host real address of the state description; zero for none.</summary>
    [At(0x08)] public partial ulong StateDescription { get; set; }
    /// <summary>SIGP control of the basic format: bit 0 an external call is pending (c), bits 2-7 the CPU it is from (scn).</summary>
    [At(0x01)] public partial byte BasicSignal { get; set; }
    /// <summary>SIGP control of the extended format: bit 0 as above, bits 8-15 the CPU it is from.</summary>
    [At(0x00)] public partial ushort ExtendedSignal { get; set; }
}

/// <summary>The system control area that a state description designates, in either format.</summary>
public readonly unsafe ref struct SystemControlArea
{
    private const ulong HeldByHost = 1UL << 63;

    private readonly Storage _storage;
    private readonly byte* _area;
    private readonly bool _isExtended;

    private SystemControlArea(Storage storage, ulong origin, bool isExtended)
    {
        _storage = storage;
        _area = storage.Base + origin;
        _isExtended = isExtended;
    }

    /// <summary>The area; false when none is designated, or none that is wholly in storage.</summary>
    public static bool TryFind(Storage storage, StateDescription block, out SystemControlArea area)
    {
        area = default;
        var isExtended = (block.Ecb2 & ExecutionControlsB2.ExtendedSca) != 0;
        var origin = OriginOf(block, isExtended);
        if (origin == 0 || !storage.Contains(origin, (ulong)(isExtended ? ExtendedSca.Length : BasicSca.Length))) return false;
        area = new(storage, origin, isExtended);
        return true;
    }

    /// <summary>Address of the area that a block designates; zero for none.</summary>
    public static ulong OriginOf(StateDescription block, bool isExtended)
        => ((ulong)block.ScaOriginHigh << 32 | block.ScaOriginLow) & (isExtended ? ~0x3FUL : ~0xFUL);

    /// <summary>Whether the host holds the interlock (k): its guest's CPUs may not invalidate translations.</summary>
    public bool IsHeldByHost => (new BasicSca(_area).InvalidationControl & HeldByHost) != 0;

    private const ushort TopologyChange = 0x8000;

    /// <summary>Whether a change of the topology is to be reported; it is no more then.</summary>
    public bool TakeTopologyChange()
    {
        var area = new BasicSca(_area);     // the same place in both formats
        var isPending = (area.Utility & TopologyChange) != 0;
        area.Utility = (ushort)(area.Utility & ~TopologyChange);
        return isPending;
    }

    /// <summary>The state description of a CPU; false when the guest has no such CPU or the host gave no block for it.</summary>
    public bool TryFindCpu(ushort address, out StateDescription block)
    {
        block = default;
        if (address >= Cpus) return false;
        if ((Mask[address / 8] & 0x80 >> (address % 8)) == 0) return false;
        var designation = Entry(address).StateDescription;
        if (designation == 0 || !_storage.Contains(designation, Cpu.StateDescription.Size)) return false;
        block = new(_storage.Base + designation);
        return true;
    }

    /// <summary>Gives the guest a CPU, for which the area has an entry.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="stateDescription">Host real address of its state description.</param>
    public void Configure(ushort address, ulong stateDescription)
    {
        var entry = Entry(address);
        entry.StateDescription = stateDescription;
        Mask[address / 8] |= (byte)(0x80 >> (address % 8));
    }

    // Numbered from the left: CPU n in byte n/8, whichever doubleword that is in.
    private byte* Mask => _area + (_isExtended ? ExtendedSca.ConfiguredOffset : BasicSca.ConfiguredOffset);

    /// <summary>Where external calls to a CPU are kept; false when the guest has no such CPU.</summary>
    public bool TryFindCall(ushort address, out ExternalCallCell call)
    {
        call = TryFindCpu(address, out var block) ? new(Entry(address).Address, block.Address, _isExtended) : default;
        return call.Exists;
    }

    /// <summary>
    /// Where external calls to the CPU of a state description are kept, which need not be configured; false when the area has no
    /// entry for its address.
    /// </summary>
    public bool TryFindOwnCall(StateDescription block, out ExternalCallCell call)
    {
        call = block.CpuAddress < Cpus ? new(Entry(block.CpuAddress).Address, block.Address, _isExtended) : default;
        return call.Exists;
    }

    private int Cpus => _isExtended ? ExtendedSca.Cpus : BasicSca.Cpus;

    private ScaEntry Entry(ushort address) => new(_area + (_isExtended
        ? ExtendedSca.Size + address * ExtendedSca.EntrySize : BasicSca.Size + address * BasicSca.EntrySize));
}
