namespace S390Sim.Pci;

/// <summary>The admin commands (NVMe 1.4, chapter 5).</summary>
internal sealed partial class NvmeController
{
    private const uint AllNamespaces = 0xFFFF_FFFF;
    private const uint Contiguous = 1, InterruptsEnabled = 2;

    /// <summary>Opcodes that the admin queue knows.</summary>
    public static ReadOnlySpan<byte> AdminOpcodes =>
    [
        NvmeAdminOpcode.DeleteSubmissionQueue, NvmeAdminOpcode.CreateSubmissionQueue, NvmeAdminOpcode.GetLogPage,
        NvmeAdminOpcode.DeleteCompletionQueue, NvmeAdminOpcode.CreateCompletionQueue, NvmeAdminOpcode.Identify,
        NvmeAdminOpcode.Abort, NvmeAdminOpcode.SetFeatures, NvmeAdminOpcode.GetFeatures, NvmeAdminOpcode.AsynchronousEventRequest,
    ];

    // Null when the command does not complete yet.
    private NvmeResult? ExecuteAdmin(in NvmeCommand command) => command.Opcode switch
    {
        NvmeAdminOpcode.DeleteSubmissionQueue => DeleteSubmissionQueue(command),
        NvmeAdminOpcode.CreateSubmissionQueue => CreateSubmissionQueue(command),
        NvmeAdminOpcode.GetLogPage => GetLogPage(command),
        NvmeAdminOpcode.DeleteCompletionQueue => DeleteCompletionQueue(command),
        NvmeAdminOpcode.CreateCompletionQueue => CreateCompletionQueue(command),
        NvmeAdminOpcode.Identify => Identify(command),
        NvmeAdminOpcode.Abort => Abort(command),
        NvmeAdminOpcode.SetFeatures => SetFeatures(command),
        NvmeAdminOpcode.GetFeatures => _features.Get(command),
        NvmeAdminOpcode.AsynchronousEventRequest
            => _events.TryRequest(command.Id) ? null : NvmeStatus.EventRequestLimitExceeded,
        _ => NvmeStatus.InvalidOpcode,
    };

    // Word 10: identifier in bits 0-15, entries less one in bits 16-31. Word 11: bit 0 contiguous, the rest by kind.
    private NvmeResult CreateCompletionQueue(in NvmeCommand command)
    {
        var (id, entries, flags) = (command.Word(10) & 0xFFFF, command.Word(10) >> 16, command.Word(11));
        if (!IsAllowed(id) || _queues.Completion(id) is not null) return NvmeStatus.InvalidQueueIdentifier;
        var status = CheckQueue(command, entries, NvmeDevice.CompletionEntryShift);
        if (status != NvmeStatus.Success) return status;
        var vector = flags >> 16;
        if (vector > NvmeDevice.MaximumQueues) return NvmeStatus.InvalidInterruptVector;
        var signalled = (flags & InterruptsEnabled) != 0 ? (int)vector : -1;
        _queues.Add(new NvmeCompletionQueue((ushort)id, command.Prp1, (int)entries + 1, signalled));
        return NvmeStatus.Success;
    }

    private NvmeResult CreateSubmissionQueue(in NvmeCommand command)
    {
        var (id, entries, flags) = (command.Word(10) & 0xFFFF, command.Word(10) >> 16, command.Word(11));
        if (!IsAllowed(id) || _queues.Submission(id) is not null) return NvmeStatus.InvalidQueueIdentifier;
        var completions = flags >> 16;
        if (completions == 0 || _queues.Completion(completions) is not { } queue) return NvmeStatus.CompletionQueueInvalid;
        var status = CheckQueue(command, entries, NvmeDevice.SubmissionEntryShift);
        if (status != NvmeStatus.Success) return status;
        _queues.Add(new NvmeSubmissionQueue((ushort)id, command.Prp1, (int)entries + 1, queue));
        return NvmeStatus.Success;
    }

    private NvmeResult DeleteSubmissionQueue(in NvmeCommand command)
    {
        var id = command.Word(10) & 0xFFFF;
        if (id == 0 || _queues.Submission(id) is not { } queue) return NvmeStatus.InvalidQueueIdentifier;
        _queues.Remove(queue);
        return NvmeStatus.Success;
    }

    private NvmeResult DeleteCompletionQueue(in NvmeCommand command)
    {
        var id = command.Word(10) & 0xFFFF;
        if (id == 0 || _queues.Completion(id) is not { } queue) return NvmeStatus.InvalidQueueIdentifier;
        if (queue.Users != 0) return NvmeStatus.InvalidQueueDeletion;
        _queues.Remove(queue);
        return NvmeStatus.Success;
    }

    private bool IsAllowed(uint id) => id != 0 && id <= (uint)_features.Allocated;

    private NvmeStatus CheckQueue(in NvmeCommand command, uint entries, int entryShift)
    {
        if (entries == 0 || entries > NvmeDevice.MaximumEntries - 1) return NvmeStatus.InvalidQueueSize;
        var expected = entryShift == NvmeDevice.SubmissionEntryShift ? _device.SubmissionEntrySize : _device.CompletionEntrySize;
        if (expected != entryShift) return NvmeStatus.InvalidQueueSize;
        if ((command.Word(11) & Contiguous) == 0) return NvmeStatus.InvalidField;
        return (command.Prp1 & (ulong)(_transfer.PageSize - 1)) == 0 ? NvmeStatus.Success : NvmeStatus.PrpOffsetInvalid;
    }

    private NvmeResult Identify(in NvmeCommand command)
    {
        const byte ofNamespace = 0, ofController = 1, activeNamespaces = 2, descriptors = 3;
        var bytes = _transfer.Cleared(NvmeIdentify.Size);
        var what = (byte)command.Word(10);
        if (what is ofNamespace or descriptors && Namespace(command.Namespace) is null) return NvmeStatus.InvalidNamespace;
        switch (what)
        {
            case ofNamespace:
                Namespace(command.Namespace)!.Describe(bytes);
                break;
            case ofController:
                NvmeIdentify.Controller(bytes, NvmeDevice.Identity, _device.Serial, _namespaces.Count);
                break;
            case activeNamespaces:
                if (command.Namespace >= AllNamespaces - 1) return NvmeStatus.InvalidNamespace;
                NvmeIdentify.ActiveNamespaces(bytes, command.Namespace, _namespaces.Count);
                break;
            case descriptors:
                NvmeIdentify.Descriptors(bytes, _device.Serial, command.Namespace);
                break;
            default:
                return NvmeStatus.InvalidField;
        }
        return Deliver(command, NvmeIdentify.Size);
    }

    // Word 10: page in bits 0-7, bit 15 retains the event; words of the answer less one in 16 bits there and 16 of word 11.
    // Words 12 and 13: offset. Behind the page's end are zeros.
    private NvmeResult GetLogPage(in NvmeCommand command)
    {
        var page = (byte)command.Word(10);
        var size = NvmeLogs.SizeOf(page);
        if (size == 0) return NvmeStatus.InvalidLogPage;
        if (page != NvmeLogs.Health && command.Namespace is not (0 or AllNamespaces)) return NvmeStatus.InvalidField;
        if (page == NvmeLogs.Health && command.Namespace is not (0 or AllNamespaces) && Namespace(command.Namespace) is null)
            return NvmeStatus.InvalidNamespace;
        var length = 4 * ((((ulong)command.Word(11) & 0xFFFF) << 16 | command.Word(10) >> 16) + 1);
        var offset = ((ulong)command.Word(13) << 32) | command.Word(12);
        if (offset > (ulong)size || (offset & 3) != 0 || length > NvmeTransfer.Maximum) return NvmeStatus.InvalidField;
        Span<byte> whole = stackalloc byte[size];
        whole.Clear();
        _logs.Write(page, whole, _features.IsTemperatureCritical);
        var bytes = _transfer.Cleared((int)length);
        var part = whole[(int)offset..];
        part[..Math.Min(part.Length, bytes.Length)].CopyTo(bytes);
        var status = Deliver(command, (int)length);
        if (status == NvmeStatus.Success && (command.Word(10) & 0x8000) == 0) Acknowledge(page);
        return status;
    }

    private void Acknowledge(byte page)
    {
        if (page == NvmeLogs.Errors) _events.Acknowledge(NvmeEventType.Error);
        if (page == NvmeLogs.Health) _events.Acknowledge(NvmeEventType.Health);
    }

    // Commands complete as they are fetched: only a request for an event can be found waiting. Bit 0 of the answer: not aborted.
    private NvmeResult Abort(in NvmeCommand command)
    {
        var (queue, id) = (command.Word(10) & 0xFFFF, (ushort)(command.Word(10) >> 16));
        return new(NvmeStatus.Success, queue == 0 && _events.TryAbort(id) ? 0u : 1);
    }

    private NvmeResult SetFeatures(in NvmeCommand command)
    {
        const byte temperatureThreshold = 1, temperatureWarning = 2;
        var was = _features.IsTemperatureCritical;
        var result = _features.Set(command);
        if (!was && _features.IsTemperatureCritical && (_features.Events & temperatureWarning) != 0)
            _events.Add(NvmeEventType.Health, temperatureThreshold, NvmeLogs.Health);
        return result;
    }
}
