using System.Buffers.Binary;

namespace S390Sim.Properties.Dma;

/// <summary>What the tables say of an address.</summary>
/// <param name="Error">0, or the event code: 7 invalid, 8 length or offset, 9 type, A not in storage.</param>
/// <param name="Frame">The page's frame.</param>
/// <param name="Writable">Whether nothing protects it.</param>
/// <param name="Span">Bytes that the entry which decided covers.</param>
internal readonly record struct Walked(int Error, ulong Frame, bool Writable, ulong Span);

/// <summary>A translation that a device may use.</summary>
internal readonly record struct Named(ulong Frame, bool Writable);

/// <summary>
/// Which translations are named, by nothing but the formats of zPCI: the tables as stored, the registered range, and what each
/// refresh found. Where a hypervisor shadows, its guest has what the last refresh of a page found; where the machine follows the
/// program's tables, it has what any walk could have found since then.
/// </summary>
internal sealed class DmaModel(bool isFollowed)
{
    private readonly byte[] _tables = new byte[DmaWorld.Frames - DmaWorld.First];
    private readonly Dictionary<ulong, HashSet<Named>> _named = [];

    private ulong _pba, _pal, _top;
    private int _type, _bits;

    /// <summary>Whether an address space is registered.</summary>
    public bool IsRegistered { get; private set; }
    /// <summary>Whether its anchor protects all of it.</summary>
    public bool IsProtected { get; private set; }

    /// <summary>What storage holds at the beginning.</summary>
    public void Load(ReadOnlySpan<byte> bytes) => bytes[.._tables.Length].CopyTo(_tables);

    /// <summary>A table entry is stored.</summary>
    public void Store(ulong address, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_tables.AsSpan((int)(address - DmaWorld.First)), value);
        Remember();
    }

    /// <summary>An address space is registered: nothing is named yet, but what the tables say on the bare machine.</summary>
    public void Register(int type, bool isProtected, ulong pba, ulong pal)
    {
        (_, _top, _bits) = DmaWorld.Types[type];
        (_type, IsProtected, IsRegistered) = (type, isProtected, true);
        (_pba, _pal) = (pba & ~0xFFFUL, pal | 0xFFF);
        _named.Clear();
        Remember();
    }

    /// <summary>It goes away.</summary>
    public void Deregister()
    {
        IsRegistered = false;
        _named.Clear();
    }

    /// <summary>Whether an address is in the range.</summary>
    public bool Contains(ulong iova) => iova >= _pba && iova <= _pal;

    /// <summary>Whether a refresh touches the range at all; one that ends where it begins does.</summary>
    public bool Touches(ulong start, ulong length)
    {
        var end = start + length < start ? ulong.MaxValue : start + length;
        return end >= _pba && start <= _pal;
    }

    /// <summary>What may be used for a page now.</summary>
    public IReadOnlyCollection<Named> At(ulong iova) => _named.TryGetValue(Key(iova), out var named) ? named : [];

    /// <summary>
    /// A refresh: pages are named anew in order of address, up to an entry that is malformed. Returns its event code and
    /// address, or zeros; and whether a frame is not in storage, so that a hypervisor cannot pin it.
    /// </summary>
    public (int Error, ulong At, bool IsShort) Refresh(ulong start, ulong length)
    {
        if (length == 0) return default;
        var last = start + (length - 1) < start ? ulong.MaxValue : start + (length - 1);
        var (first, end) = (Math.Max(start & ~0xFFFUL, _pba), Math.Min(last | 0xFFF, _pal));
        if (first > end) return default;
        if (_bits < 64 && end - first >= 1UL << _bits) end = first + (1UL << _bits) - 1;
        var (error, at, isShort) = Look(first, end);
        var stop = error != 0 && !isFollowed ? at - 1 : end;
        if (stop >= first && stop != ulong.MaxValue) Forget(first, stop);
        if (isFollowed) Remember();
        return (error, at, isShort);
    }

    /// <summary>The walk of one address.</summary>
    public Walked Walk(ulong iova)
    {
        var (table, writable) = (_top, !IsProtected);
        for (var level = _type + 1; ; level--)
        {
            var shift = level == 0 ? 12 : 20 + 11 * (level - 1);
            var span = 1UL << shift;
            var index = iova / span % (level == 0 ? 256UL : 2048);
            if (table + index * 8 >= DmaWorld.End) return new(0xA, 0, false, span);
            var entry = Read(table + index * 8);
            if ((entry & (level == 0 ? 0x400UL : 0x20)) != 0) return new(7, 0, false, span);
            writable &= (entry & 0x200) == 0;
            if (level == 0) return new(0, entry & ~0xFFFUL, writable, span);
            if (level > 1 && ((entry & 3) != 3 || (entry & 0xC0) != 0)) return new(8, 0, false, span);
            if ((entry >> 2) % 4 != (ulong)(level - 1)) return new(9, 0, false, span);
            if (level == 1 && (entry & 0x400) != 0) return new(0, (entry & ~0xF_FFFFUL) | (iova & 0xF_F000), writable, span);
            table = entry & (level == 1 ? ~0x7FFUL : ~0x3FFFUL);
        }
    }

    /// <summary>Whether a frame is in storage.</summary>
    public static bool Exists(ulong frame) => frame < DmaWorld.End;

    private (int Error, ulong At, bool IsShort) Look(ulong first, ulong end)
    {
        List<(ulong Key, Named Named)> found = [];
        var isShort = false;
        var result = (Error: 0, At: 0UL);
        for (var at = first; at <= end && at >= first;)
        {
            var walked = Walk(at);
            if (walked.Error is not (0 or 7))
            {
                result = (walked.Error, at);
                break;
            }
            if (walked.Error == 0) isShort |= !isFollowed && !Exists(walked.Frame);
            if (walked.Error == 0 && Exists(walked.Frame)) found.Add((Key(at), new(walked.Frame, walked.Writable)));
            at = walked.Error == 0 ? at + 0x1000 : (at / walked.Span + 1) * walked.Span;
        }
        _found = found;
        return (result.Error, result.At, isShort);
    }

    private List<(ulong Key, Named Named)> _found = [];

    // What was named in a range is not any more; what the refresh found there is.
    private void Forget(ulong first, ulong last)
    {
        var mask = _bits == 64 ? ulong.MaxValue : (1UL << _bits) - 1;
        foreach (var key in _named.Keys.Where(k => ((k - first) & mask) <= last - first).ToList()) _named.Remove(key);
        if (isFollowed) return;
        foreach (var (key, named) in _found) _named[key] = [named];
    }

    // Where tables are followed, a device may find at any time what the tables say.
    private void Remember()
    {
        if (!isFollowed || !IsRegistered) return;
        foreach (var page in DmaWorld.Pages)
        {
            // A transfer may cross into the next page.
            Remember(page);
            Remember(page + 0x1000);
        }
    }

    private void Remember(ulong page)
    {
        if (Walk(page) is not { Error: 0 } walked || !Exists(walked.Frame)) return;
        if (!_named.TryGetValue(Key(page), out var named)) _named[Key(page)] = named = [];
        named.Add(new(walked.Frame, walked.Writable));
    }

    private ulong Key(ulong iova) => (_bits == 64 ? iova : iova & ((1UL << _bits) - 1)) & ~0xFFFUL;

    private ulong Read(ulong address) => address >= DmaWorld.First && address < DmaWorld.Frames
        ? BinaryPrimitives.ReadUInt64BigEndian(_tables.AsSpan((int)(address - DmaWorld.First))) : 0;
}
