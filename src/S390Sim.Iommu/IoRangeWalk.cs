using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>What a part of a range of addresses is.</summary>
public enum IoSpanState
{
    /// <summary>An invalid entry covers it: nothing is mapped.</summary>
    None,
    /// <summary>A frame is mapped.</summary>
    Frame,
    /// <summary>The tables are malformed or not in storage.</summary>
    Error,
}

/// <summary>A part of a range with one answer.</summary>
/// <param name="Iova">First address.</param>
/// <param name="Size">Bytes, at most to the end of the entry's range.</param>
/// <param name="State">What it is.</param>
/// <param name="Frame">Where the first address is mapped to; zero unless a frame is mapped.</param>
/// <param name="Writable">Whether no level protects it.</param>
/// <param name="Error">The event code; None unless the state is an error.</param>
/// <param name="Level">Level of the entry that decided.</param>
public readonly record struct IoSpan(
    ulong Iova, ulong Size, IoSpanState State, ulong Frame, bool Writable, IoError Error, IoTableLevel Level);

/// <summary>
/// Goes through a range of addresses entry by entry: what REFRESH PCI TRANSLATIONS asks for. An invalid region or segment is
/// one span that ends at the boundary of that region or segment, wherever the range began. May be left and gone on with.
/// </summary>
public struct IoRangeWalk
{
    /// <summary>
    /// Spans, and pages of large frames, after which a walk is given up: 64 GB in pages of 4 KB. Tables whose entries share lower
    /// tables could have one instruction go on for ever.
    /// </summary>
    public const int MaximumSpans = 1 << 24;

    private readonly IoAddressSpace _space;
    private readonly bool _hasTables;
    private IoCursor _cursor;
    private ulong _next;
    private ulong _remaining;

    /// <summary>Makes a walk over a range, which the caller has clipped to the space.</summary>
    /// <param name="space">The address space.</param>
    /// <param name="start">First address; rounded down to a page.</param>
    /// <param name="length">Bytes; the end is rounded up to a page.</param>
    public IoRangeWalk(IoAddressSpace space, ulong start, ulong length)
    {
        const ulong inPage = Storage.PageSize - 1;
        _space = space;
        _hasTables = space.IsAccepted && space.Iota.IsTranslated;
        if (_hasTables) _cursor = new IoCursor(space);
        _next = start & ~inPage;
        var last = length - 1 > ulong.MaxValue - start ? ulong.MaxValue : start + (length - 1);
        _remaining = length == 0 ? 0 : (last | inPage) - _next + 1;
        if (length != 0 && _remaining == 0) _remaining = ulong.MaxValue & ~inPage;
        // Beyond the bits that the tables look at, addresses alias: everything has been seen then.
        if (space.Iota.IsTranslated && _remaining > space.AddressMask) _remaining = space.AddressMask + 1;
    }

    /// <summary>Whether a range lies in one page of a space with tables: <see cref="LookAt"/> then says the same as a walk, for less.</summary>
    /// <param name="space">The address space.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOnePage(IoAddressSpace space, ulong start, ulong length)
        => length - 1 <= (~start & (Storage.PageSize - 1)) && space.IsAccepted && space.Iota.IsTranslated;

    /// <summary>The one span of the page that an address is in.</summary>
    public static IoSpan LookAt<TTables, TObserver>(
        ref TTables tables, ref TObserver observer, IoAddressSpace space, ulong address)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        var page = address & ~(ulong)(Storage.PageSize - 1);
        return Span(IoWalk.Find(ref tables, space, page, ref observer), page, Storage.PageSize);
    }

    /// <summary>The next span; false at the end of the range.</summary>
    public bool MoveNext<TTables, TObserver>(ref TTables tables, ref TObserver observer, out IoSpan span)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        if (_remaining == 0)
        {
            span = default;
            return false;
        }
        Look(ref tables, ref observer, out span);
        _next += span.Size;
        _remaining -= span.Size;
        if (_remaining != 0) _cursor.Climb(_next);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Look<TTables, TObserver>(ref TTables tables, ref TObserver observer, out IoSpan span)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        if (!_hasTables)
        {
            span = WithoutTables();
            return;
        }
        var result = _cursor.IsAtPages
            ? _cursor.LookPage(ref tables, _next, ref observer) : _cursor.Descend(ref tables, _next, ref observer);
        span = Span(result, _next, Math.Min(_remaining, result.FrameSize - (_next & (result.FrameSize - 1))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static IoSpan Span(in IoWalkResult result, ulong iova, ulong size) => result.Error switch
    {
        IoError.None => new(iova, size, IoSpanState.Frame, result.AddressOf(iova), result.Writable, default, result.Level),
        IoError.InvalidEntry => new(iova, size, IoSpanState.None, 0, false, IoError.None, result.Level),
        var error => new(iova, size, IoSpanState.Error, 0, false, error, result.Level),
    };

    private readonly IoSpan WithoutTables()
    {
        if (!_space.IsAccepted)
            return new(_next, _remaining, IoSpanState.Error, 0, false, IoError.AnchorFormat, IoTableLevel.Page);
        var direct = IoWalk.Direct(_space, _next);
        return new(_next, _remaining, IoSpanState.Frame, direct.Frame, direct.Writable, IoError.None, IoTableLevel.Page);
    }
}
