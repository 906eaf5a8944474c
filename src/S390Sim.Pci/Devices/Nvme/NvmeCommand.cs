using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>A command as it lies in a submission queue: 64 bytes, little-endian.</summary>
/// <param name="bytes">The entry.</param>
internal readonly ref struct NvmeCommand(ReadOnlySpan<byte> bytes)
{
    /// <summary>Bytes of an entry.</summary>
    public const int Size = 64;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Opcode.</summary>
    public byte Opcode => _bytes[0];
    /// <summary>Command identifier.</summary>
    public ushort Id => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[2..]);
    /// <summary>Whether it asks for what this controller has not: fused commands, or lists other than PRPs.</summary>
    public bool IsFusedOrScatterGather => (_bytes[1] & 0xC3) != 0;
    /// <summary>Namespace identifier.</summary>
    public uint Namespace => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);
    /// <summary>PRP entry 1.</summary>
    public ulong Prp1 => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[24..]);
    /// <summary>PRP entry 2.</summary>
    public ulong Prp2 => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[32..]);
    /// <summary>Command words 10 to 15.</summary>
    public uint Word(int number) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[(4 * number)..]);
    /// <summary>Command words 10 and 11: starting block of a transfer.</summary>
    public ulong StartingBlock => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[40..]);
    /// <summary>Bits 0-15 of command word 12, which count from zero: blocks of a transfer.</summary>
    public uint Blocks => (Word(12) & 0xFFFF) + 1;
}

/// <summary>Opcodes of the admin queue.</summary>
internal static class NvmeAdminOpcode
{
#pragma warning disable CS1591 // Named as the specification names the commands.
    public const byte DeleteSubmissionQueue = 0x00, CreateSubmissionQueue = 0x01, GetLogPage = 0x02, DeleteCompletionQueue = 0x04,
        CreateCompletionQueue = 0x05, Identify = 0x06, Abort = 0x08, SetFeatures = 0x09, GetFeatures = 0x0A,
        AsynchronousEventRequest = 0x0C;
#pragma warning restore CS1591
}

/// <summary>Opcodes of I/O queues.</summary>
internal static class NvmeIoOpcode
{
#pragma warning disable CS1591 // Named as the specification names the commands.
    public const byte Flush = 0x00, Write = 0x01, Read = 0x02, Compare = 0x05, WriteZeroes = 0x08, DatasetManagement = 0x09;
#pragma warning restore CS1591
}

/// <summary>Status code type in bits 8-10, status code in bits 0-7.</summary>
internal enum NvmeStatus : ushort
{
#pragma warning disable CS1591 // Named as the specification names the conditions.
    Success = 0x000,
    InvalidOpcode = 0x001,
    InvalidField = 0x002,
    DataTransferError = 0x004,
    InternalError = 0x006,
    AbortRequested = 0x007,
    InvalidNamespace = 0x00B,
    CommandSequenceError = 0x00C,
    PrpOffsetInvalid = 0x013,
    WriteProtected = 0x020,
    BlockOutOfRange = 0x080,
    CapacityExceeded = 0x081,
    CompletionQueueInvalid = 0x100,
    InvalidQueueIdentifier = 0x101,
    InvalidQueueSize = 0x102,
    EventRequestLimitExceeded = 0x105,
    InvalidInterruptVector = 0x108,
    InvalidLogPage = 0x109,
    InvalidQueueDeletion = 0x10C,
    FeatureNotSaveable = 0x10D,
    FeatureNotChangeable = 0x10E,
    WriteFault = 0x280,
    UnrecoveredReadError = 0x281,
    CompareFailure = 0x285,
#pragma warning restore CS1591
}

/// <summary>How a command ended.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Value">Word 0 of the completion.</param>
internal readonly record struct NvmeResult(NvmeStatus Status, uint Value = 0)
{
    public static implicit operator NvmeResult(NvmeStatus status) => new(status);

    /// <summary>The status field as a completion has it, but for the phase: more (bit 13) and do not retry (bit 14).</summary>
    public static ushort Field(NvmeStatus status) => (ushort)((ushort)status | (status == NvmeStatus.Success ? 0 : 0x2000)
        | (IsFinal(status) ? 0x4000 : 0));

    // Whether the same command would end the same way again.
    private static bool IsFinal(NvmeStatus status) => status is not (NvmeStatus.Success or NvmeStatus.DataTransferError
        or NvmeStatus.InternalError or NvmeStatus.AbortRequested or NvmeStatus.CapacityExceeded or NvmeStatus.WriteFault
        or NvmeStatus.UnrecoveredReadError or NvmeStatus.CompareFailure or NvmeStatus.InvalidQueueDeletion);
}
