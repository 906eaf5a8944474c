using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// A guest's I/O translation tables for the time of one walk, read through its parent domain: the page is looked up when it is
/// entered, an entry is one eight-byte load. Nothing is pinned for it, and no storage comes or goes during a walk.
/// </summary>
/// <param name="parent">The guest's storage.</param>
/// <param name="storage">Host absolute storage behind it.</param>
internal struct ParentTables(ParentDomain parent, Storage storage) : IGuestTables
{
    private const ulong InPage = Storage.PageSize - 1;

    private ulong _page = ulong.MaxValue, _frame;

    /// <inheritdoc/>
    public ulong Reads { get; private set; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(ulong address, out ulong entry)
    {
        entry = 0;
        if ((address & 7) != 0) return false;
        if ((address & ~InPage) != _page && !TryEnter(address & ~InPage)) return false;
        Reads++;
        entry = storage.Read64(_frame | (address & InPage));
        return true;
    }

    private bool TryEnter(ulong page)
    {
        if (!parent.TryFind(page, out var frame, out _)) return false;
        (_page, _frame) = (page, frame);
        return true;
    }
}
