namespace S390Sim.Pci;

/// <summary>
/// The features of a controller (NVMe 1.4, chapter 5.21): their values, none of which outlives a controller reset.
/// </summary>
internal sealed class NvmeFeatures
{
    /// <summary>Volatile write cache, in command word 10.</summary>
    public const byte WriteCache = 0x06;
    /// <summary>Number of queues.</summary>
    public const byte QueueCount = 0x07;

    private const byte Arbitration = 0x01, PowerManagement = 0x02, TemperatureThreshold = 0x04, ErrorRecovery = 0x05,
        InterruptCoalescing = 0x08, VectorConfiguration = 0x09, WriteAtomicity = 0x0A, EventConfiguration = 0x0B;
    private const uint Changeable = 4, NamespaceSpecific = 2;
    private const uint AllNamespaces = 0xFFFF_FFFF;
    private const uint CoalescingDisabled = 1 << 16;
    private const int DefaultOver = 343, DefaultUnder = 0;

    private readonly NvmeQueues _queues;
    private readonly uint[] _vectors;
    private readonly uint[] _errorRecovery;
    private uint _arbitration, _coalescing, _atomicity;
    private uint _over, _under;

    /// <summary>Makes the features of a controller with so many interruption vectors and namespaces.</summary>
    public NvmeFeatures(NvmeQueues queues, int vectors, int namespaces)
    {
        _queues = queues;
        _errorRecovery = new uint[namespaces];
        _vectors = new uint[vectors];
        Reset();
    }

    /// <summary>Whether writes may stay in the cache until a flush.</summary>
    public bool CachesWrites { get; private set; }
    /// <summary>Asynchronous event configuration: bits 0-7 which critical warnings are told.</summary>
    public uint Events { get; private set; }
    /// <summary>I/O queues of either kind that the host may create.</summary>
    public int Allocated { get; private set; }
    /// <summary>Whether the composite temperature is beyond a threshold.</summary>
    public bool IsTemperatureCritical => NvmeLogs.Temperature >= _over || NvmeLogs.Temperature <= _under;

    /// <summary>Back to the defaults.</summary>
    public void Reset()
    {
        Array.Clear(_errorRecovery);
        _arbitration = _coalescing = _atomicity = Events = 0;
        (_over, _under) = (DefaultOver, DefaultUnder);
        CachesWrites = true;
        Allocated = _queues.Limit;
        for (var vector = 0; vector < _vectors.Length; vector++) _vectors[vector] = DefaultVector(vector);
    }

    /// <summary>Get Features: bits 8-10 of word 10 ask for the current, default or saved value, or what can be done.</summary>
    public NvmeResult Get(in NvmeCommand command)
    {
        var (id, select, word) = ((byte)command.Word(10), (command.Word(10) >> 8) & 7, command.Word(11));
        if (!IsKnown(id) || select > 3 || (id == VectorConfiguration && (word & 0xFFFF) >= _vectors.Length))
            return NvmeStatus.InvalidField;
        if (id == ErrorRecovery && !IsNamespace(command.Namespace)) return NvmeStatus.InvalidNamespace;
        if (select == 3) return new(NvmeStatus.Success, Changeable | (id == ErrorRecovery ? NamespaceSpecific : 0));
        if (select != 0) return new(NvmeStatus.Success, Default(id, word));
        return new(NvmeStatus.Success, id switch
        {
            Arbitration => _arbitration,
            TemperatureThreshold => IsUnder(word) ? _under : _over,
            ErrorRecovery => _errorRecovery[command.Namespace - 1],
            WriteCache => CachesWrites ? 1u : 0,
            QueueCount => QueueCounts(Allocated),
            InterruptCoalescing => _coalescing,
            VectorConfiguration => _vectors[word & 0xFFFF],
            WriteAtomicity => _atomicity,
            EventConfiguration => Events,
            _ => 0,
        });
    }

    /// <summary>Set Features, the value in word 11.</summary>
    public NvmeResult Set(in NvmeCommand command)
    {
        var (id, word) = ((byte)command.Word(10), command.Word(11));
        if (!IsKnown(id)) return NvmeStatus.InvalidField;
        if ((command.Word(10) & 0x8000_0000) != 0) return NvmeStatus.FeatureNotSaveable;
        switch (id)
        {
            case Arbitration: _arbitration = word; break;
            case PowerManagement: return (word & 0x1F) == 0 ? NvmeStatus.Success : NvmeStatus.InvalidField;
            case TemperatureThreshold: return SetThreshold(word);
            case ErrorRecovery: return SetErrorRecovery(command.Namespace, word & 0xFFFF);
            case WriteCache: CachesWrites = (word & 1) != 0; break;
            case QueueCount: return SetQueueCount(word);
            case InterruptCoalescing: _coalescing = word & 0xFFFF; break;
            case VectorConfiguration:
                if ((word & 0xFFFF) >= _vectors.Length) return NvmeStatus.InvalidField;
                _vectors[word & 0xFFFF] = word & 0x1FFFF;
                break;
            case WriteAtomicity: _atomicity = word & 1; break;
            case EventConfiguration: Events = word; break;
        }
        return NvmeStatus.Success;
    }

    private static bool IsKnown(byte id) => id is Arbitration or PowerManagement or TemperatureThreshold or ErrorRecovery
        or WriteCache or QueueCount or InterruptCoalescing or VectorConfiguration or WriteAtomicity or EventConfiguration;

    private uint Default(byte id, uint word) => id switch
    {
        TemperatureThreshold => IsUnder(word) ? DefaultUnder : (uint)DefaultOver,
        WriteCache => 1,
        QueueCount => QueueCounts(_queues.Limit),
        VectorConfiguration => DefaultVector((int)word & 0xFFFF),
        _ => 0,
    };

    // The admin queue's vector is never coalesced.
    private static uint DefaultVector(int vector) => (uint)vector | (vector == 0 ? CoalescingDisabled : 0);

    private static uint QueueCounts(int queues) => ((uint)(queues - 1) << 16) | (uint)(queues - 1);

    // Bits 20-21 say which threshold it is, bits 16-19 of which sensor; 0 is the composite temperature, 15 all of them.
    private static bool IsUnder(uint word) => ((word >> 20) & 3) == 1;

    private NvmeResult SetThreshold(uint word)
    {
        if (((word >> 20) & 3) > 1) return NvmeStatus.InvalidField;
        if (((word >> 16) & 15) is not (0 or 15)) return NvmeStatus.InvalidField;
        if (IsUnder(word)) _under = word & 0xFFFF;
        else _over = word & 0xFFFF;
        return NvmeStatus.Success;
    }

    // The only feature of each namespace by itself.
    private NvmeResult SetErrorRecovery(uint ns, uint value)
    {
        if (ns == AllNamespaces) Array.Fill(_errorRecovery, value);
        else if (IsNamespace(ns)) _errorRecovery[ns - 1] = value;
        else return NvmeStatus.InvalidNamespace;
        return NvmeStatus.Success;
    }

    private bool IsNamespace(uint ns) => ns - 1 < (uint)_errorRecovery.Length;

    private NvmeResult SetQueueCount(uint word)
    {
        var (submission, completion) = (word & 0xFFFF, word >> 16);
        if (_queues.HadIoQueues) return NvmeStatus.CommandSequenceError;
        if (submission == 0xFFFF || completion == 0xFFFF) return NvmeStatus.InvalidField;
        Allocated = (int)Math.Min((uint)_queues.Limit, Math.Max(submission, completion) + 1);
        return new(NvmeStatus.Success, QueueCounts(Allocated));
    }
}
