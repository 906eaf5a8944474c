namespace S390Sim.Hypervisor;

/// <summary>Properties of a memory slot (KVM_MEM_*).</summary>
[Flags]
public enum SlotFlags
{
    /// <summary>Ordinary storage.</summary>
    None = 0,
    /// <summary>KVM_MEM_LOG_DIRTY_PAGES: stores are noted.</summary>
    DirtyLog = 1,
    /// <summary>KVM_MEM_READONLY: the guest and its devices cannot store.</summary>
    ReadOnly = 2,
}

/// <summary>What changing the memory slots ended in; the errno that Linux would return is in the summary.</summary>
public enum SlotStatus
{
    /// <summary>Done.</summary>
    Ok,
    /// <summary>-EINVAL: misaligned, wrapping, beyond the map, an unknown flag, or another size for a slot that is there.</summary>
    Invalid,
    /// <summary>-EEXIST: some of the storage belongs to another slot.</summary>
    Overlap,
    /// <summary>-ENOENT: there is no such slot, or it has no log.</summary>
    NoSlot,
    /// <summary>-EBUSY: somebody who uses the storage does not let it go.</summary>
    Busy,
    /// <summary>-ENOMEM: somebody who must have all storage pinned, or mapped, cannot.</summary>
    NoMemory,
}

/// <summary>A range of guest absolute storage that is there.</summary>
public sealed class MemorySlot
{
    internal MemorySlot(int id, ulong start, ulong size, SlotFlags flags)
    {
        (Id, Start, Size) = (id, start, size);
        Flags = flags;
    }

    /// <summary>Number, chosen by who added it.</summary>
    public int Id { get; }
    /// <summary>First guest absolute address.</summary>
    public ulong Start { get; }
    /// <summary>Bytes.</summary>
    public ulong Size { get; }
    /// <summary>First address behind it.</summary>
    public ulong End => Start + Size;

    /// <summary>Its properties.</summary>
    public SlotFlags Flags
    {
        get => _flags;
        internal set
        {
            _flags = value;
            Dirty = (value & SlotFlags.DirtyLog) == 0 ? null : Dirty ?? new ulong[LogWords(Size)];
        }
    }

    private SlotFlags _flags;

    /// <summary>The log, a bit for each page, least significant first as in KVM_GET_DIRTY_LOG; null when there is none.</summary>
    internal ulong[]? Dirty { get; private set; }

    /// <summary>Words of 64 bits in the log of a slot.</summary>
    public static int LogWords(ulong size) => (int)((size / Cpu.Storage.PageSize + 63) / 64);

    internal bool IsReadOnly => (_flags & SlotFlags.ReadOnly) != 0;

    internal void Mark(ulong guest)
    {
        if (Dirty is not { } log) return;
        var page = (int)((guest - Start) / Cpu.Storage.PageSize);
        log[page >> 6] |= 1UL << (page & 63);
    }
}
