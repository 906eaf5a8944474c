namespace S390Sim.Cpu;

/// <summary>
/// The external call of one CPU of a guest: the SIGP control of its entry in the SCA, and the flag in its state description that
/// says that there is one. SIE and its host use it alike, so that one that is pending keeps out both (sie.md section 8.4).
/// </summary>
public readonly unsafe struct ExternalCallCell
{
    private const byte BasicPending = 0x80, BasicSource = 0x3F;
    private const ushort ExtendedPending = 0x8000, ExtendedSource = 0xFF;

    private readonly byte* _entry;
    private readonly byte* _block;
    private readonly bool _isExtended;

    internal ExternalCallCell(byte* entry, byte* block, bool isExtended)
    {
        _entry = entry;
        _block = block;
        _isExtended = isExtended;
    }

    /// <summary>Whether there is a cell at all.</summary>
    public bool Exists => _entry != null;

    /// <summary>The state description of the CPU.</summary>
    public StateDescription Block => new(_block);

    /// <summary>Whether a call is pending: both the flag and the control say so.</summary>
    public bool IsPending => (Block.CpuFlags & SieFlags.ExternalCallPending) != 0 && IsTaken;

    /// <summary>CPU that the call is from.</summary>
    public ushort Source => _isExtended
        ? (ushort)(Entry.ExtendedSignal & ExtendedSource)
        : (ushort)(Entry.BasicSignal & BasicSource);

    /// <summary>Makes a call pending; false when one is, or when the format has no room for the number of the source.</summary>
    public bool TryRequest(ushort source)
    {
        if (IsTaken || source > (_isExtended ? ExtendedSource : BasicSource)) return false;
        var entry = Entry;
        if (_isExtended) entry.ExtendedSignal = (ushort)(ExtendedPending | source);
        else entry.BasicSignal = (byte)(BasicPending | source);
        var block = Block;
        block.CpuFlags |= SieFlags.ExternalCallPending;
        return true;
    }

    /// <summary>No call is pending any more: first the flag goes, then all of the control.</summary>
    public void Clear()
    {
        var block = Block;
        block.CpuFlags &= ~SieFlags.ExternalCallPending;
        var entry = Entry;
        if (_isExtended) entry.ExtendedSignal = 0;
        else entry.BasicSignal = 0;
    }

    private ScaEntry Entry => new(_entry);

    private bool IsTaken => _isExtended ? (Entry.ExtendedSignal & ExtendedPending) != 0 : (Entry.BasicSignal & BasicPending) != 0;
}
