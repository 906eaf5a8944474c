namespace S390Sim.Pci;

/// <summary>A completion queue in storage.</summary>
/// <param name="id">Its identifier; 0 is the admin queue.</param>
/// <param name="address">Address of its first entry.</param>
/// <param name="size">Entries.</param>
/// <param name="vector">Interruption vector, or -1 for none.</param>
internal sealed class NvmeCompletionQueue(ushort id, ulong address, int size, int vector)
{
    /// <summary>Bytes of an entry.</summary>
    public const int EntrySize = 16;

    /// <summary>Its identifier.</summary>
    public ushort Id => id;
    /// <summary>Interruption vector, or -1 for none.</summary>
    public int Vector => vector;
    /// <summary>First entry that the host has not consumed.</summary>
    public int Head { get; private set; }
    /// <summary>Where the next entry goes.</summary>
    public int Tail { get; private set; }
    /// <summary>The phase of entries written on this pass through the queue.</summary>
    public bool Phase { get; private set; } = true;
    /// <summary>Whether entries were added since the last message.</summary>
    public bool HasNews { get; set; }
    /// <summary>Submission queues that complete here.</summary>
    public int Users { get; set; }

    /// <summary>Whether another entry would look like an empty queue.</summary>
    public bool IsFull => Next(Tail) == Head;
    /// <summary>Address of the next entry.</summary>
    public ulong TailAddress => address + (ulong)(Tail * EntrySize);

    /// <summary>An entry was written.</summary>
    public void Advance()
    {
        Tail = Next(Tail);
        if (Tail == 0) Phase = !Phase;
        HasNews = true;
    }

    /// <summary>The host consumed entries up to one; false when there are not so many.</summary>
    public bool TryConsume(uint head)
    {
        if (head >= (uint)size) return false;
        if ((head - Head + size) % size > (Tail - Head + size) % size) return false;
        Head = (int)head;
        return true;
    }

    private int Next(int entry) => entry + 1 == size ? 0 : entry + 1;
}

/// <summary>A submission queue in storage.</summary>
/// <param name="id">Its identifier; 0 is the admin queue.</param>
/// <param name="address">Address of its first entry.</param>
/// <param name="size">Entries.</param>
/// <param name="completions">Where its commands complete.</param>
internal sealed class NvmeSubmissionQueue(ushort id, ulong address, int size, NvmeCompletionQueue completions)
{
    /// <summary>Its identifier.</summary>
    public ushort Id => id;
    /// <summary>Where its commands complete.</summary>
    public NvmeCompletionQueue Completions => completions;
    /// <summary>The next command to fetch.</summary>
    public int Head { get; private set; }
    /// <summary>Behind the last command.</summary>
    public int Tail { get; private set; }

    /// <summary>Whether a command is there, and room for its completion.</summary>
    public bool IsReady => Head != Tail && !completions.IsFull;
    /// <summary>Address of the next command.</summary>
    public ulong HeadAddress => address + (ulong)(Head * NvmeCommand.Size);

    /// <summary>A command was fetched.</summary>
    public void Advance() => Head = Head + 1 == size ? 0 : Head + 1;

    /// <summary>The host added commands up to before an entry; false when the queue has not the room.</summary>
    public bool TryAdd(uint tail)
    {
        if (tail >= (uint)size) return false;
        var waiting = (Tail - Head + size) % size;
        var added = (tail - Tail + size) % size;
        if (waiting + added > size - 1) return false;
        Tail = (int)tail;
        return true;
    }
}

/// <summary>The queues of a controller by identifier, with turns among submission queues.</summary>
/// <param name="limit">Most I/O queues of either kind.</param>
internal sealed class NvmeQueues(int limit)
{
    private readonly NvmeSubmissionQueue?[] _submissions = new NvmeSubmissionQueue?[limit + 1];
    private readonly NvmeCompletionQueue?[] _completions = new NvmeCompletionQueue?[limit + 1];
    private int _turn;

    /// <summary>Most I/O queues of either kind.</summary>
    public int Limit => limit;
    /// <summary>Whether there were queues besides the admin queues at any time.</summary>
    public bool HadIoQueues { get; private set; }

    /// <summary>The submission queue of an identifier, or null.</summary>
    public NvmeSubmissionQueue? Submission(uint id) => id <= (uint)limit ? _submissions[id] : null;

    /// <summary>The completion queue of an identifier, or null.</summary>
    public NvmeCompletionQueue? Completion(uint id) => id <= (uint)limit ? _completions[id] : null;

    /// <summary>Adds a queue.</summary>
    public void Add(NvmeCompletionQueue queue)
    {
        _completions[queue.Id] = queue;
        HadIoQueues |= queue.Id != 0;
    }

    /// <summary>Adds a queue.</summary>
    public void Add(NvmeSubmissionQueue queue)
    {
        _submissions[queue.Id] = queue;
        queue.Completions.Users++;
    }

    /// <summary>Takes a queue away; commands not fetched yet are dropped.</summary>
    public void Remove(NvmeSubmissionQueue queue)
    {
        _submissions[queue.Id] = null;
        queue.Completions.Users--;
    }

    /// <summary>Takes a queue away that no submission queue uses.</summary>
    public void Remove(NvmeCompletionQueue queue) => _completions[queue.Id] = null;

    /// <summary>Whether some submission queue has a command that can be executed.</summary>
    public bool HasReady => Array.Exists(_submissions, q => q is { IsReady: true });

    /// <summary>The next submission queue, round-robin, that has a command which can be executed; null when none has.</summary>
    public NvmeSubmissionQueue? NextReady()
    {
        for (var n = 0; n <= limit; n++)
        {
            _turn = _turn == limit ? 0 : _turn + 1;
            if (_submissions[_turn] is { IsReady: true } queue) return queue;
        }
        return null;
    }

    /// <summary>Completion queues with entries that no message told of yet; they count as told from now on.</summary>
    public void Tell(Action<int> send)
    {
        foreach (var queue in _completions)
        {
            if (queue is not { HasNews: true }) continue;
            queue.HasNews = false;
            if (queue.Vector >= 0) send(queue.Vector);
        }
    }

    /// <summary>Takes all queues away.</summary>
    public void Clear()
    {
        Array.Clear(_submissions);
        Array.Clear(_completions);
        HadIoQueues = false;
        _turn = 0;
    }
}
