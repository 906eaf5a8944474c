using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>The commands of I/O queues (NVMe 1.4, chapter 6).</summary>
internal sealed partial class NvmeController
{
    private const uint ForceUnitAccess = 1 << 30, Deallocate = 1 << 25;

    private byte[]? _stored;

    /// <summary>Opcodes that I/O queues know.</summary>
    public static ReadOnlySpan<byte> IoOpcodes =>
    [
        NvmeIoOpcode.Flush, NvmeIoOpcode.Write, NvmeIoOpcode.Read, NvmeIoOpcode.Compare, NvmeIoOpcode.WriteZeroes,
        NvmeIoOpcode.DatasetManagement,
    ];

    private NvmeResult ExecuteIo(in NvmeCommand command)
    {
        if (!IoOpcodes.Contains(command.Opcode)) return NvmeStatus.InvalidOpcode;
        if (command is { Opcode: NvmeIoOpcode.Flush, Namespace: AllNamespaces }) return FlushAll();
        if (Namespace(command.Namespace) is not { } ns)
            return command.Namespace == AllNamespaces ? NvmeStatus.InvalidField : NvmeStatus.InvalidNamespace;
        return command.Opcode switch
        {
            NvmeIoOpcode.Flush => Status(ns.Image.Flush(), NvmeStatus.WriteFault),
            NvmeIoOpcode.Write => Write(command, ns),
            NvmeIoOpcode.Read => Read(command, ns),
            NvmeIoOpcode.Compare => Compare(command, ns),
            NvmeIoOpcode.WriteZeroes => WriteZeroes(command, ns),
            _ => ManageDataset(command, ns),
        };
    }

    private NvmeStatus FlushAll()
    {
        var status = NvmeStatus.Success;
        foreach (var ns in _namespaces)
        {
            var one = Status(ns.Image.Flush(), NvmeStatus.WriteFault);
            if (status == NvmeStatus.Success) status = one;
        }
        return status;
    }

    private NvmeStatus Read(in NvmeCommand command, NvmeNamespace ns)
    {
        var status = CheckTransfer(command, ns, out var length);
        if (status != NvmeStatus.Success) return status;
        status = Fetch(command, ns, length);
        if (status != NvmeStatus.Success) return status;
        _logs.CountRead(length);
        return Deliver(command, length);
    }

    private NvmeStatus Write(in NvmeCommand command, NvmeNamespace ns)
    {
        var status = CheckTransfer(command, ns, out var length);
        if (status != NvmeStatus.Success) return status;
        if (ns.Image.IsReadOnly) return NvmeStatus.WriteProtected;
        status = Collect(command, length);
        if (status != NvmeStatus.Success) return status;
        status = Status(ns.Image.Write(ns.OffsetOf(command.StartingBlock), _transfer.Buffer(length)), NvmeStatus.WriteFault);
        if (status != NvmeStatus.Success) return status;
        _logs.CountWrite(length);
        return Settle(command, ns);
    }

    private NvmeStatus Compare(in NvmeCommand command, NvmeNamespace ns)
    {
        var status = CheckTransfer(command, ns, out var length);
        if (status != NvmeStatus.Success) return status;
        status = Fetch(command, ns, length);
        if (status != NvmeStatus.Success) return status;
        _stored ??= new byte[NvmeTransfer.Maximum];
        _transfer.Buffer(length).CopyTo(_stored);
        status = Collect(command, length);
        if (status != NvmeStatus.Success) return status;
        _logs.CountRead(length);
        return _transfer.Buffer(length).SequenceEqual(_stored.AsSpan(0, length)) ? NvmeStatus.Success : NvmeStatus.CompareFailure;
    }

    private NvmeStatus WriteZeroes(in NvmeCommand command, NvmeNamespace ns)
    {
        if (!ns.Contains(command.StartingBlock, command.Blocks)) return NvmeStatus.BlockOutOfRange;
        if (ns.Image.IsReadOnly) return NvmeStatus.WriteProtected;
        var outcome = ns.Image.WriteZeroes(ns.OffsetOf(command.StartingBlock), ns.OffsetOf(command.Blocks),
            (command.Word(12) & Deallocate) != 0);
        var status = Status(outcome, NvmeStatus.WriteFault);
        return status == NvmeStatus.Success ? Settle(command, ns) : status;
    }

    // Word 10: ranges less one. Word 11 bit 2: deallocate; the other attributes are hints. A range has 16 bytes: attributes,
    // blocks, first block. All of them are looked at before the first one is deallocated.
    private NvmeStatus ManageDataset(in NvmeCommand command, NvmeNamespace ns)
    {
        const int rangeSize = 16;
        const uint deallocate = 4;
        var length = (int)((command.Word(10) & 0xFF) + 1) * rangeSize;
        var status = Collect(command, length);
        if (status != NvmeStatus.Success) return status;
        var ranges = _transfer.Buffer(length);
        for (var at = 0; at < length; at += rangeSize)
        {
            var (start, blocks) = RangeAt(ranges[at..]);
            if (!ns.Contains(start, blocks)) return NvmeStatus.BlockOutOfRange;
        }
        if ((command.Word(11) & deallocate) == 0) return NvmeStatus.Success;
        if (ns.Image.IsReadOnly) return NvmeStatus.WriteProtected;
        for (var at = 0; at < length && status == NvmeStatus.Success; at += rangeSize)
        {
            var (start, blocks) = RangeAt(ranges[at..]);
            status = Status(ns.Image.Discard(ns.OffsetOf(start), ns.OffsetOf(blocks)), NvmeStatus.WriteFault);
        }
        return status;
    }

    private static (ulong Start, ulong Blocks) RangeAt(ReadOnlySpan<byte> range)
        => (BinaryPrimitives.ReadUInt64LittleEndian(range[8..]), BinaryPrimitives.ReadUInt32LittleEndian(range[4..]));

    private static NvmeStatus CheckTransfer(in NvmeCommand command, NvmeNamespace ns, out int length)
    {
        var bytes = ns.OffsetOf(command.Blocks);
        length = (int)Math.Min(bytes, NvmeTransfer.Maximum);
        if (bytes > NvmeTransfer.Maximum) return NvmeStatus.InvalidField;
        return ns.Contains(command.StartingBlock, command.Blocks) ? NvmeStatus.Success : NvmeStatus.BlockOutOfRange;
    }

    private NvmeStatus Fetch(in NvmeCommand command, NvmeNamespace ns, int length)
        => Status(ns.Image.Read(ns.OffsetOf(command.StartingBlock), _transfer.Buffer(length)), NvmeStatus.UnrecoveredReadError);

    // What was written is durable when the host asked for it, or has the cache switched off.
    private NvmeStatus Settle(in NvmeCommand command, NvmeNamespace ns)
        => _features.CachesWrites && (command.Word(12) & ForceUnitAccess) == 0
            ? NvmeStatus.Success : Status(ns.Image.Flush(), NvmeStatus.WriteFault);

    private NvmeStatus Status(ImageOutcome outcome, NvmeStatus failure)
    {
        switch (outcome)
        {
            case ImageOutcome.Done: return NvmeStatus.Success;
            case ImageOutcome.OutOfRange: return NvmeStatus.BlockOutOfRange;
            case ImageOutcome.ReadOnly: return NvmeStatus.WriteProtected;
            case ImageOutcome.NoSpace: return NvmeStatus.CapacityExceeded;
            default:
                _logs.CountMediaError();
                return failure;
        }
    }
}
