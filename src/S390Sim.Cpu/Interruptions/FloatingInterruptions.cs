namespace S390Sim.Cpu;

/// <summary>An I/O interruption of an adapter, as stored at real 0xB8-0xC3.</summary>
/// <param name="Subsystem">Subsystem-identification word.</param>
/// <param name="Parameter">Interruption parameter.</param>
/// <param name="Identification">Identification word: bit 0 adapter, bit 1 directed to a CPU, bits 2-4 interruption subclass.</param>
public readonly record struct IoInterruption(uint Subsystem, uint Parameter, uint Identification)
{
    /// <summary>Interruption subclass, 0-7; CR6 bit 32 + ISC masks it.</summary>
    public int Subclass => (int)(Identification >> 27) & 7;

    /// <summary>Whether it is an adapter's, rather than a subchannel's.</summary>
    public bool IsAdapter => (Identification & 0x8000_0000) != 0;

    /// <summary>An adapter interruption of a subclass.</summary>
    public static IoInterruption Adapter(int subclass) => new(0, 0, 0x8000_0000u | ((uint)subclass << 27));

    /// <summary>The same with the word that tells a host what its guests' adapters want (zpci.md section 7.6).</summary>
    public static IoInterruption Adapter(int subclass, uint subsystem) => Adapter(subclass) with { Subsystem = subsystem };

    /// <summary>An adapter interruption of a subclass that is directed to the CPU that takes it.</summary>
    public static IoInterruption DirectedAdapter(int subclass) => new(0, 0, 0xC000_0000u | ((uint)subclass << 27));
}

/// <summary>
/// Interruption requests that any processor of a configuration may take: service signal, I/O, channel reports
/// (Principles of Operation, chapter 6, "Floating interruption conditions").
/// </summary>
public sealed class FloatingInterruptions
{
    private readonly Queue<uint> _serviceSignals = new();
    private readonly Queue<IoInterruption>[] _io = [.. Enumerable.Range(0, 8).Select(_ => new Queue<IoInterruption>())];

    /// <summary>Raised when a request arrives: processors look at their masks again.</summary>
    public event Action? Requested;

    /// <summary>
    /// Raised when an adapter interruption became pending in the GISA: who runs a guest with it takes it there; others may have to be
    /// woken.
    /// </summary>
    public event Action? AdapterRequested;

    /// <summary>Where a hypervisor keeps its guest's adapter interruptions for the machine to deliver; null without.</summary>
    public Gisa? Gisa { get; set; }

    /// <summary>Whether a channel report is pending (machine check).</summary>
    public bool ChannelReport { get; private set; }

    /// <summary>Whether a service signal is pending.</summary>
    public bool ServiceSignal => _serviceSignals.Count != 0;

    /// <summary>Subclasses with pending I/O interruptions: bit 7 - n for subclass n, as in CR6 bits 32-39.</summary>
    public byte IoSubclasses => (byte)(QueuedSubclasses | (Gisa?.Pending ?? 0));

    /// <summary>The same without those in the GISA, which the machine delivers itself.</summary>
    public byte QueuedSubclasses { get; private set; }

    /// <summary>Requests a service-signal external interruption with its parameter.</summary>
    public void RequestServiceSignal(uint parameter)
    {
        _serviceSignals.Enqueue(parameter);
        Requested?.Invoke();
    }

    /// <summary>Takes the oldest service signal.</summary>
    public uint TakeServiceSignal() => _serviceSignals.Dequeue();

    /// <summary>Requests an adapter interruption; one that is pending for the subclass already covers it.</summary>
    public void RequestAdapter(int subclass)
    {
        if (Gisa is { } gisa)
        {
            gisa.Request(subclass);
            AdapterRequested?.Invoke();
            return;
        }
        Request(IoInterruption.Adapter(subclass));
    }

    /// <summary>Requests an I/O interruption; an adapter's that is pending and says the same already covers it.</summary>
    /// <returns>False when there are <see cref="MaximumQueued"/> already.</returns>
    public bool Request(in IoInterruption interruption)
    {
        var queue = _io[interruption.Subclass];
        if (interruption.IsAdapter && queue.Contains(interruption)) return true;
        if (_queued == MaximumQueued) return false;
        _queued++;
        queue.Enqueue(interruption);
        QueuedSubclasses |= Cpu.Gisa.MaskOf(interruption.Subclass);
        Requested?.Invoke();
        return true;
    }

    /// <summary>Most I/O interruptions that are kept: one for each of 65,536 subchannels in each of 4 sets, and what adapters have.</summary>
    public const int MaximumQueued = 4 * 65_536 + 4096;

    private int _queued;

    /// <summary>Takes the oldest I/O interruption of the most significant subclass that a CR6 mask byte permits.</summary>
    public bool TryTakeIo(byte mask, out IoInterruption interruption)
    {
        for (var subclass = 0; subclass < 8; subclass++)
        {
            if ((mask & (0x80 >> subclass)) == 0) continue;
            if (_io[subclass].TryDequeue(out interruption))
            {
                _queued--;
                if (_io[subclass].Count == 0) QueuedSubclasses &= (byte)~(0x80 >> subclass);
                return true;
            }
            if (Gisa is not { } gisa || !gisa.TryTake(subclass)) continue;
            interruption = IoInterruption.Adapter(subclass);
            return true;
        }
        interruption = default;
        return false;
    }

    /// <summary>The interruption that <see cref="TryTakeIo"/> would take; it stays.</summary>
    public bool TryPeekIo(byte mask, out IoInterruption interruption)
    {
        for (var subclass = 0; subclass < 8; subclass++)
        {
            if ((mask & (0x80 >> subclass)) == 0) continue;
            if (_io[subclass].TryPeek(out interruption)) return true;
            if (Gisa is not { } gisa || (gisa.Pending & (0x80 >> subclass)) == 0) continue;
            interruption = IoInterruption.Adapter(subclass);
            return true;
        }
        interruption = default;
        return false;
    }

    /// <summary>Makes a channel report pending.</summary>
    public void RequestChannelReport()
    {
        ChannelReport = true;
        Requested?.Invoke();
    }

    /// <summary>Makes processors look at their masks again, for a request that is not one of these.</summary>
    internal void Announce() => Requested?.Invoke();

    /// <summary>Takes the channel report.</summary>
    public void TakeChannelReport() => ChannelReport = false;

    /// <summary>Drops all requests (subsystem reset).</summary>
    public void Clear()
    {
        _serviceSignals.Clear();
        foreach (var queue in _io) queue.Clear();
        QueuedSubclasses = 0;
        _queued = 0;
        Gisa?.Clear();
        ChannelReport = false;
    }
}
