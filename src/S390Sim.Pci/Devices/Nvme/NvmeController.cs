using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>
/// What executes commands: queues, features, logs and events, and the namespaces. It runs from when the host enables the
/// controller until it disables it, or until something is wrong with the queues themselves: then it is fatal.
/// </summary>
internal sealed partial class NvmeController
{
    private const int CommandsPerTurn = 64;
    private const int BytesPerTurn = 1 << 20;
    private const byte InvalidDoorbell = 0, InvalidDoorbellValue = 1;
    private const ushort NoCommand = 0xFFFF;

    private readonly NvmeDevice _device;
    private readonly IReadOnlyList<NvmeNamespace> _namespaces;
    private readonly NvmeQueues _queues;
    private readonly NvmeFeatures _features;
    private readonly NvmeEvents _events = new();
    private readonly NvmeLogs _logs = new();
    private readonly NvmeTransfer _transfer;
    private readonly Action<int> _send;
    private int _bytes;

    /// <summary>Makes the controller of a device.</summary>
    public NvmeController(NvmeDevice device, IReadOnlyList<NvmeNamespace> namespaces, IMessages messages)
    {
        _device = device;
        _namespaces = namespaces;
        _queues = new NvmeQueues(NvmeDevice.MaximumQueues);
        _features = new NvmeFeatures(_queues, NvmeDevice.MaximumQueues + 1, namespaces.Count);
        _transfer = new NvmeTransfer(device);
        _send = vector => messages.Send(vector);
    }

    /// <summary>Whether something was wrong with the queues themselves, until the next reset.</summary>
    public bool IsFatal { get; private set; }

    /// <summary>Whether there is something to do.</summary>
    public bool HasWork => !IsFatal && (_queues.HasReady || CanTell);

    /// <summary>Begins, with the admin queues.</summary>
    public void Start(int pageSize, ulong submissions, int submissionEntries, ulong completions, int completionEntries)
    {
        _transfer.PageSize = pageSize;
        var queue = new NvmeCompletionQueue(0, completions, completionEntries, vector: 0);
        _queues.Add(queue);
        _queues.Add(new NvmeSubmissionQueue(0, submissions, submissionEntries, queue));
    }

    /// <summary>Ends: nothing that the host asked for is remembered.</summary>
    public void Reset()
    {
        IsFatal = false;
        _queues.Clear();
        _features.Reset();
        _events.Clear();
        _logs.ClearErrors();
    }

    /// <summary>Makes everything durable.</summary>
    public void Flush()
    {
        foreach (var ns in _namespaces) ns.Image.Flush();
    }

    /// <summary>The host cannot be served any more.</summary>
    public void Fail()
    {
        IsFatal = true;
        _queues.Clear();
    }

    /// <summary>
    /// The host stored into a doorbell: an even one has a submission queue's tail, an odd one a completion queue's head.
    /// </summary>
    public void Ring(int doorbell, uint value)
    {
        var id = (uint)doorbell / 2;
        var done = (doorbell & 1) == 0 ? _queues.Submission(id)?.TryAdd(value) : _queues.Completion(id)?.TryConsume(value);
        if (done == true) return;
        _logs.AddError(NoCommand, NoCommand, 0);
        _events.Add(NvmeEventType.Error, done is null ? InvalidDoorbell : InvalidDoorbellValue, NvmeLogs.Errors);
    }

    /// <summary>Executes commands, up to a limit of their number and of the bytes they move.</summary>
    public void Work()
    {
        _bytes = 0;
        for (var left = CommandsPerTurn; left > 0 && _bytes < BytesPerTurn && _queues.NextReady() is { } queue; left--)
            Execute(queue);
        while (CanTell)
        {
            var (command, result) = _events.Take();
            Complete(_queues.Submission(0)!, command, result);
        }
        _queues.Tell(_send);
    }

    private bool CanTell => _events.HasNews && _queues.Completion(0) is { IsFull: false };

    private void Execute(NvmeSubmissionQueue queue)
    {
        Span<byte> bytes = stackalloc byte[NvmeCommand.Size];
        if (!_device.ReadMemory(queue.HeadAddress, bytes))
        {
            Fail();
            return;
        }
        queue.Advance();
        var command = new NvmeCommand(bytes);
        var result = command.IsFusedOrScatterGather ? NvmeStatus.InvalidField
            : queue.Id == 0 ? ExecuteAdmin(command) : ExecuteIo(command);
        if (result is not { } ended) return;
        if (ended.Status != NvmeStatus.Success) Enter(queue, command, ended.Status);
        Complete(queue, command.Id, ended);
    }

    private void Enter(NvmeSubmissionQueue queue, in NvmeCommand command, NvmeStatus status)
    {
        var hasBlock = queue.Id != 0 && command.Opcode != NvmeIoOpcode.DatasetManagement;
        _logs.AddError(queue.Id, command.Id, NvmeResult.Field(status),
            block: hasBlock ? command.StartingBlock : 0, ns: command.Namespace);
    }

    private void Complete(NvmeSubmissionQueue queue, ushort command, NvmeResult result)
    {
        var completions = queue.Completions;
        Span<byte> entry = stackalloc byte[NvmeCompletionQueue.EntrySize];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, result.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 0);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)queue.Head);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[10..], queue.Id);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[12..], command);
        var status = (NvmeResult.Field(result.Status) << 1) | (completions.Phase ? 1 : 0);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[14..], (ushort)status);
        if (_device.WriteMemory(completions.TailAddress, entry)) completions.Advance();
        else Fail();
    }

    private NvmeNamespace? Namespace(uint id) => id - 1 < (uint)_namespaces.Count ? _namespaces[(int)id - 1] : null;

    /// <summary>Stores the transfer's first bytes at the command's PRPs.</summary>
    private NvmeStatus Deliver(in NvmeCommand command, int length)
    {
        var status = _transfer.Locate(command, length);
        if (status != NvmeStatus.Success) return status;
        _bytes += length;
        return _transfer.Deliver() ? NvmeStatus.Success : NvmeStatus.DataTransferError;
    }

    /// <summary>Fetches the command's data from its PRPs.</summary>
    private NvmeStatus Collect(in NvmeCommand command, int length)
    {
        var status = _transfer.Locate(command, length);
        if (status != NvmeStatus.Success) return status;
        _bytes += length;
        return _transfer.Collect() ? NvmeStatus.Success : NvmeStatus.DataTransferError;
    }
}
