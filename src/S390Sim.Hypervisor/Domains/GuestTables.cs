using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// A guest's I/O translation tables for the time of one walk, read through its memory map: an entry is one eight-byte load each
/// time it is asked for. Where the guest's page is stays as it was found until the host takes some page away.
/// </summary>
/// <param name="memory">The guest's absolute storage.</param>
/// <param name="storage">Host absolute storage behind it.</param>
public struct GuestTables(GuestMemory memory, Storage storage) : IGuestTables
{
    private const ulong InPage = Storage.PageSize - 1;

    /// <summary>Entries loaded so far.</summary>
    public ulong Reads { get; private set; }

    private ulong _page = ulong.MaxValue, _frame, _generation;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(ulong address, out ulong entry)
    {
        entry = 0;
        if ((address & 7) != 0) return false;
        if (((address & ~InPage) != _page || memory.Generation != _generation) && !TryEnter(address & ~InPage)) return false;
        Reads++;
        entry = storage.Read64(_frame | (address & InPage));
        return true;
    }

    private bool TryEnter(ulong page)
    {
        if (!memory.TryResolve(page, out _frame)) return false;
        _page = page;
        _generation = memory.Generation;
        return true;
    }
}
