namespace S390Sim.Pci;

/// <summary>An event that STORE EVENT INFORMATION tells a program.</summary>
/// <param name="ContentCode">1 error, 2 availability.</param>
/// <param name="Handle">Function handle at the time.</param>
/// <param name="Fid">Function identifier.</param>
/// <param name="Code">PEC.</param>
/// <param name="Address">Failing address of an error.</param>
/// <param name="Details">Vector number in bits 4-15 of an error.</param>
public readonly record struct PciEvent(byte ContentCode, uint Handle, uint Fid, ushort Code, ulong Address = 0, uint Details = 0)
{
    /// <summary>Content code of errors.</summary>
    public const byte Error = 1;
    /// <summary>Content code of changed availability.</summary>
    public const byte Availability = 2;
}

/// <summary>
/// Events of a configuration, oldest first. The first one makes a channel report pending; no other is made until the program
/// has drained the events.
/// </summary>
/// <param name="interruptions">Where the channel report is requested.</param>
public sealed class PciEvents(IAdapterInterruptions interruptions)
{
    /// <summary>Channel-report word: reporting source channel subsystem, error-recovery code event information pending.</summary>
    public const uint ChannelReportWord = 0x0B00_0000;

    /// <summary>Events kept for a program that does not fetch them; newer ones are lost and reported so.</summary>
    public const int Capacity = 1024;

    private readonly Queue<PciEvent> _queue = new();
    private bool _isAnnounced;

    /// <summary>Events waiting.</summary>
    public int Count => _queue.Count;

    /// <summary>Whether events were lost since the last one was taken.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>Adds an event, and reports that there is one if nothing says so yet.</summary>
    public void Add(in PciEvent item)
    {
        if (_queue.Count == Capacity)
        {
            HasOverflowed = true;
            return;
        }
        _queue.Enqueue(item);
        if (_isAnnounced) return;
        _isAnnounced = HasReport = true;
        interruptions.RequestChannelReport();
    }

    /// <summary>The oldest event; it stays.</summary>
    public bool TryPeek(out PciEvent item) => _queue.TryPeek(out item);

    /// <summary>Drops the oldest event: it was stored.</summary>
    public void Take()
    {
        if (_queue.TryDequeue(out _)) HasOverflowed = false;
        if (_queue.Count == 0) _isAnnounced = false;
    }

    /// <summary>Whether a channel-report word is there for STORE CHANNEL REPORT WORD.</summary>
    public bool HasReport { get; private set; }

    /// <summary>Drops the channel-report word: it was stored.</summary>
    public void TakeReport() => HasReport = false;

    /// <summary>Forgets everything (system reset).</summary>
    public void Clear()
    {
        _queue.Clear();
        _isAnnounced = HasReport = HasOverflowed = false;
    }
}
