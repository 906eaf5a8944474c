using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// A guest's I/O translation tables, read through its memory map and never through a pointer that was kept: an entry is one
/// eight-byte load each time it is asked for.
/// </summary>
/// <param name="memory">The guest's absolute storage.</param>
/// <param name="storage">Host absolute storage behind it.</param>
public readonly struct GuestTables(GuestMemory memory, Storage storage) : ITableReader
{
    /// <inheritdoc/>
    public bool TryRead(ulong address, out ulong entry)
    {
        entry = 0;
        if ((address & 7) != 0 || !memory.TryResolve(address, out var absolute)) return false;
        entry = storage.Read64(absolute);
        return true;
    }
}
