using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>How the notification of an event ended.</summary>
public enum NotificationOutcome
{
    /// <summary>The indicators are set, and whoever is concerned was told.</summary>
    Done,
    /// <summary>The interruption bit is not in storage.</summary>
    NoVector,
    /// <summary>The summary bit is not in storage.</summary>
    NoSummary,
}

/// <summary>
/// The machine's adapter-event-notification interpretation: an event of a function that a guest has goes to the guest while it
/// runs, through the table that its host provides, and else to the host (zpci.md section 9.3).
/// </summary>
/// <param name="storage">Host absolute storage.</param>
/// <param name="guests">How guests are interrupted.</param>
public sealed unsafe class EventNotification(Storage storage, GuestAdapterInterruptions guests)
{
    /// <summary>Bit of the host's subsystem word: forwarding summary bits are to be looked at.</summary>
    public const uint Forwarded = 1;
    /// <summary>Bit of the host's subsystem word: so they are, and something about the guest's entry was wrong.</summary>
    public const uint InError = 2;

    private ulong _summaries, _table;
    private uint _entries;

    /// <summary>Raised to interrupt the host: subclass and subsystem word.</summary>
    public event Action<int, uint>? HostInterrupted;

    /// <summary>Whether the controls are set.</summary>
    public bool IsSet => _entries != 0;
    /// <summary>Interruption subclass of the host for what is forwarded.</summary>
    public int Subclass { get; private set; }
    /// <summary>How guests are interrupted.</summary>
    public GuestAdapterInterruptions Guests => guests;

    /// <summary>Sets the controls, once; false when they are set already or their areas are not in storage.</summary>
    public bool TrySet(AdapterInformationBlock controls)
    {
        uint entries = controls.Entries;
        if (IsSet || entries == 0 || (controls.SummaryBits & 7) != 0 || (controls.Table & 7) != 0
            || !storage.Contains(controls.SummaryBits, (entries + 63) / 64 * 8)
            || !storage.Contains(controls.Table, entries * GuestAdapterEntry.Size)) return false;
        (_summaries, _table, _entries, Subclass) = (controls.SummaryBits, controls.Table, entries, controls.Subclass & 7);
        return true;
    }

    /// <summary>Forgets the controls (system reset).</summary>
    public void Reset() => (_summaries, _table, _entries, Subclass) = (0, 0, 0, 0);

    /// <summary>Notifies of an event of a function that a guest has.</summary>
    /// <param name="function">The function, with interruptions registered by the host.</param>
    /// <param name="to">The host's registration: indicators at absolute addresses, the summary bit among the forwarding ones.</param>
    /// <param name="vector">Vector number, checked.</param>
    public NotificationOutcome Notify(PciFunction function, in InterruptionParameters to, uint vector)
    {
        var bit = (ulong)to.VectorOffset + vector;
        if (!storage.TryOr(to.BitVector + bit / 8, BitOf(bit), out _)) return NotificationOutcome.NoVector;
        if (!TryFindEntry(to, out var index)) return NotifyHost(function, to, to.Subclass, 0);
        var entry = new GuestAdapterEntry(storage.Base + _table + index * GuestAdapterEntry.Size);
        if (entry.Gisa == 0) return NotifyHost(function, to, Subclass, Forwarded);
        if (!Gisa.TryFind(storage, entry.Gisa, out var gisa)) return NotifyHost(function, to, Subclass, Forwarded | InError);
        if (!guests.IsRunning(entry.Gisa)) return NotifyHost(function, to, Subclass, Forwarded);
        return TrySignalSummary(entry.SummaryAddress, entry.SummaryOffset, out var isNew)
            ? Present(function, gisa, entry.Subclass & 7, vector, isNew)
            : NotifyHost(function, to, Subclass, Forwarded | InError);
    }

    /// <summary>Sets a guest's summary bit; false when it is not in storage.</summary>
    /// <param name="address">Absolute address of the doubleword; zero for a guest that has none.</param>
    /// <param name="offset">Offset of the bit.</param>
    /// <param name="isNew">Whether it was zero: only then is the guest interrupted.</param>
    public bool TrySignalSummary(ulong address, int offset, out bool isNew)
    {
        isNew = true;
        if (address == 0) return true;
        var bit = (ulong)(uint)offset & 0x3F;
        if (!storage.TryOr(address + bit / 8, BitOf(bit), out var before)) return false;
        isNew = (before & BitOf(bit)) == 0;
        return true;
    }

    private NotificationOutcome Present(PciFunction function, Gisa gisa, int subclass, uint vector, bool isNew)
    {
        Report(function, vector, isNew);
        if (isNew && gisa.Admit(subclass)) function.Configuration!.PresentToGuest(guests, gisa, subclass);
        return NotificationOutcome.Done;
    }

    private NotificationOutcome NotifyHost(PciFunction function, in InterruptionParameters to, int subclass, uint word)
    {
        byte before = 0;
        var bit = (ulong)(uint)to.SummaryOffset;
        if (to.HasSummary && !storage.TryOr(to.SummaryAddress + bit / 8, BitOf(bit), out before))
            return NotificationOutcome.NoSummary;
        var isNew = (before & BitOf(bit)) == 0;
        if (function.Configuration?.Stages is { IsActive: true } stages)
            stages.Report(PciStages.EventForwarded, function.Fid, (ulong)subclass, word);
        if (isNew) HostInterrupted?.Invoke(subclass, word);
        return NotificationOutcome.Done;
    }

    private static void Report(PciFunction function, uint vector, bool isNew)
    {
        if (function.Configuration?.Stages is { IsActive: true } stages)
            stages.Report(PciStages.VectorSignalled, function.Fid, vector, isNew ? 0UL : 1);
    }

    // The number of a host's summary bit among the forwarding ones is that of the entry.
    private bool TryFindEntry(in InterruptionParameters to, out uint index)
    {
        var number = (to.SummaryAddress - _summaries) * 8 + (uint)to.SummaryOffset;
        index = (uint)number;
        return to.HasSummary && to.SummaryAddress >= _summaries && number < _entries;
    }

    private static byte BitOf(ulong bit) => (byte)(0x80 >> (int)(bit % 8));
}
