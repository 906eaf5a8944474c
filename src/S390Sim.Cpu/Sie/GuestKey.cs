namespace S390Sim.Cpu;

/// <summary>
/// The storage key of one block as the level that runs sees it. On the bare machine, and of frames that the host's tables do not
/// designate by a page-table entry, it is the frame's own; else it is made of that and of the page's PGSTE (sie.md section 6.5).
/// </summary>
internal readonly unsafe struct GuestKey
{
    private const byte AccessBits = 0xF8, StatusBits = 0x06, Reference = 0x04;

    private readonly ulong _frame;
    private readonly ulong _status;
    private readonly bool _hasFrame;

    /// <summary>The key of a frame.</summary>
    public GuestKey(ulong frame) => (_frame, _hasFrame) = (frame, true);

    /// <summary>The key of a page that a page-table entry maps, or keeps without a frame.</summary>
    /// <param name="pageEntry">The page-table entry.</param>
    /// <param name="status">Host absolute address of the PGSTE.</param>
    public GuestKey(ulong pageEntry, ulong status)
        => (_frame, _status, _hasFrame) = (pageEntry & ~0xFFFUL, status, (pageEntry & Dat.PageInvalid) == 0);

    /// <summary>The key.</summary>
    public byte Read(Storage storage)
    {
        if (_status == 0) return storage.Key(_frame);
        var entry = storage.Read64(_status);
        return _hasFrame ? (byte)(storage.Key(_frame) | PageStatus.StatusOf(entry)) : PageStatus.KeyOf(entry);
    }

    /// <summary>Replaces the key. What the frame's own said of references and changes remains the host's to know.</summary>
    public void Write(Storage storage, byte key)
    {
        if (_status == 0)
        {
            storage.SetKey(_frame, key);
            return;
        }
        var entry = PageStatus.WithKey(storage.Read64(_status), key);
        if (_hasFrame)
        {
            entry = PageStatus.WithHostStatus(entry, storage.Key(_frame));
            storage.SetKey(_frame, (byte)(key & AccessBits));
        }
        storage.Write64(_status, entry);
    }

    /// <summary>Resets the reference bit.</summary>
    /// <returns>The reference and change bits as they were, where a key has them.</returns>
    public byte ResetReference(Storage storage)
    {
        var key = Read(storage);
        if (_status == 0)
        {
            storage.SetKey(_frame, (byte)(key & ~Reference));
            return (byte)(key & StatusBits);
        }
        var entry = PageStatus.WithoutReference(storage.Read64(_status));
        if (_hasFrame)
        {
            var own = storage.Key(_frame);
            entry = PageStatus.WithHostStatus(entry, (byte)(own & Reference));
            storage.SetKey(_frame, (byte)(own & ~Reference));
        }
        storage.Write64(_status, entry);
        return (byte)(key & StatusBits);
    }
}
