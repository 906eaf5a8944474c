namespace S390Sim.Cpu;

/// <summary>Things that happen at a time of the TOD clock, such as a device that completes; in order of time, then of asking.</summary>
public sealed class TimedEvents
{
    private readonly PriorityQueue<Action, (ulong Tod, ulong Order)> _queue = new();
    private ulong _order;

    /// <summary>TOD of the next event; the maximum value when there is none.</summary>
    public ulong Next { get; private set; } = ulong.MaxValue;

    /// <summary>Raised when an event was added that may be earlier than any before.</summary>
    public event Action? Added;

    /// <summary>Asks for an action at a time.</summary>
    public void At(ulong tod, Action action)
    {
        _queue.Enqueue(action, (tod, _order++));
        Next = Math.Min(Next, tod);
        Added?.Invoke();
    }

    /// <summary>Does everything that is due.</summary>
    public void RunDue(ulong now)
    {
        while (Next <= now && _queue.Count != 0)
        {
            var action = _queue.Dequeue();
            Next = _queue.TryPeek(out _, out var due) ? due.Tod : ulong.MaxValue;
            action();
        }
    }

    /// <summary>Forgets all events (system reset).</summary>
    public void Clear()
    {
        _queue.Clear();
        Next = ulong.MaxValue;
    }
}
