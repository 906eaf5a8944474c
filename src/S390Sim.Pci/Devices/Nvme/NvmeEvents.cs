namespace S390Sim.Pci;

/// <summary>Types of asynchronous events.</summary>
internal enum NvmeEventType : byte
{
    /// <summary>An error that belongs to no command.</summary>
    Error,
    /// <summary>The health of the device.</summary>
    Health,
}

/// <summary>
/// Asynchronous events (NVMe 1.4, chapter 5.2): requests that wait for one, and events that wait for a request. Of a type that
/// was told no other is told until the host has read its log page.
/// </summary>
internal sealed class NvmeEvents
{
    /// <summary>Requests that may wait; AERL plus one.</summary>
    public const int Limit = 4;

    private readonly record struct Event(NvmeEventType Type, byte Information, byte Page);

    private readonly List<ushort> _requests = [];
    private readonly List<Event> _events = [];
    private readonly Queue<ushort> _aborted = new();
    private int _masked;

    /// <summary>Whether a request can be completed now.</summary>
    public bool HasNews => _aborted.Count != 0 || _requests.Count != 0 && _events.Exists(e => !IsMasked(e.Type));

    /// <summary>A request begins to wait; false when too many do.</summary>
    public bool TryRequest(ushort command)
    {
        if (_requests.Count + _aborted.Count >= Limit) return false;
        _requests.Add(command);
        return true;
    }

    /// <summary>A request waits no more; false when it did not.</summary>
    public bool TryAbort(ushort command)
    {
        if (!_requests.Remove(command)) return false;
        _aborted.Enqueue(command);
        return true;
    }

    /// <summary>Something happened. What is waiting to be told already is not repeated.</summary>
    public void Add(NvmeEventType type, byte information, byte page)
    {
        var item = new Event(type, information, page);
        if (!_events.Contains(item)) _events.Add(item);
    }

    /// <summary>Takes a request that can be completed: aborted, or with the oldest event to tell. There is one.</summary>
    /// <returns>The request's command identifier and how it ends.</returns>
    public (ushort Command, NvmeResult Result) Take()
    {
        if (_aborted.TryDequeue(out var aborted)) return (aborted, NvmeStatus.AbortRequested);
        var item = _events.Find(e => !IsMasked(e.Type));
        _events.Remove(item);
        _masked |= 1 << (int)item.Type;
        var command = _requests[0];
        _requests.RemoveAt(0);
        return (command, new(NvmeStatus.Success, ((uint)item.Page << 16) | ((uint)item.Information << 8) | (uint)item.Type));
    }

    /// <summary>The host has read a type's log page and asked not to retain the event.</summary>
    public void Acknowledge(NvmeEventType type) => _masked &= ~(1 << (int)type);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _requests.Clear();
        _aborted.Clear();
        _events.Clear();
        _masked = 0;
    }

    private bool IsMasked(NvmeEventType type) => (_masked & (1 << (int)type)) != 0;
}
