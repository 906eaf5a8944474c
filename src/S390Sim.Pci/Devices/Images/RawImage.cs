namespace S390Sim.Pci;

/// <summary>
/// A file (or block device) of the host whose bytes are the disk's. The host's page cache is the write-back cache; a flush is
/// fdatasync. The file is locked while it is open, against every other simulator if it may be changed, else against those
/// that would change it; the lock is the open file's and goes with the process.
/// </summary>
public sealed unsafe class RawImage : DiskImage
{
    private const int Chunk = 64 << 10;
    private static readonly byte[] s_zeroes = new byte[Chunk];

    private readonly int _file;
    private bool _isClosed, _hasLostData;

    private RawImage(int file, ulong length, bool isReadOnly) : base(length, isReadOnly) => _file = file;

    /// <summary>Opens a file that is there.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="isReadOnly">Whether it may not be changed.</param>
    /// <param name="blockSize">Bytes of which its length must be a multiple.</param>
    /// <param name="refusal">Without an image, why, in one line that begins with the path.</param>
    /// <returns>The image, or null.</returns>
    public static RawImage? Open(string path, bool isReadOnly, uint blockSize, out string refusal)
    {
        ulong length = 0;
        // Not blocking: to open a pipe would wait for its writer.
        var flags = (isReadOnly ? HostCalls.ReadOnly : HostCalls.ReadWrite) | HostCalls.NonBlocking | HostCalls.CloseOnExec;
        var file = HostCalls.Open(path, flags);
        if (file < 0)
        {
            refusal = $"{path}: {WhyNotOpened(isReadOnly)}";
            return null;
        }
        if ((WhyNotLocked(path, file, isReadOnly) ?? WhyNotSized(file, blockSize, out length)) is { } reason)
        {
            _ = HostCalls.Close(file);
            refusal = $"{path}: {reason}";
            return null;
        }
        refusal = "";
        return new RawImage(file, length, isReadOnly);
    }

    /// <inheritdoc/>
    public override ImageOutcome Flush()
    {
        if (_hasLostData) return ImageOutcome.IoError;
        while (HostCalls.SyncData(_file) != 0)
        {
            if (HostCalls.LastError == HostError.Interrupted) continue;
            _hasLostData = true;
            return Failure();
        }
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnRead(ulong offset, Span<byte> bytes)
    {
        fixed (byte* to = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var count = HostCalls.Read(_file, to + done, bytes.Length - done, (long)offset + done);
                if (count == 0) return ImageOutcome.IoError;        // somebody made the file shorter
                if (count > 0) done += count;
                else if (HostCalls.LastError != HostError.Interrupted) return Failure();
            }
        }
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnWrite(ulong offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var count = HostCalls.Write(_file, from + done, bytes.Length - done, (long)offset + done);
                if (count >= 0) done += count;
                else if (HostCalls.LastError != HostError.Interrupted) return Failure();
            }
        }
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnDiscard(ulong offset, ulong length)
    {
        var outcome = Allocate(HostCalls.PunchHole, offset, length, out var isSupported);
        return isSupported ? outcome : ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnWriteZeroes(ulong offset, ulong length, bool mayDiscard)
    {
        var mode = mayDiscard ? HostCalls.PunchHole : HostCalls.ZeroRange;
        var outcome = Allocate(mode, offset, length, out var isSupported);
        if (isSupported) return outcome;
        outcome = ImageOutcome.Done;
        for (ulong done = 0; done < length && outcome == ImageOutcome.Done; done += Chunk)
            outcome = OnWrite(offset + done, s_zeroes.AsSpan(0, (int)Math.Min(Chunk, length - done)));
        return outcome;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!_isClosed) _ = HostCalls.Close(_file);
        _isClosed = true;
        base.Dispose(disposing);
    }

    private ImageOutcome Allocate(int mode, ulong offset, ulong length, out bool isSupported)
    {
        isSupported = true;
        while (HostCalls.Allocate(_file, mode | HostCalls.KeepSize, (long)offset, (long)length) != 0)
        {
            if (HostCalls.LastError == HostError.Interrupted) continue;
            isSupported = HostCalls.LastError is not (HostError.NotSupported or HostError.NotImplemented);
            return Failure();
        }
        return ImageOutcome.Done;
    }

    private static ImageOutcome Failure() => HostCalls.LastError switch
    {
        HostError.NoSpace or HostError.FileTooBig or HostError.Quota => ImageOutcome.NoSpace,
        _ => ImageOutcome.IoError,
    };

    private static string WhyNotOpened(bool isReadOnly) => HostCalls.LastError switch
    {
        HostError.NotFound or HostError.NotADirectory => "no such file (disk image)",
        HostError.IsADirectory => "is a directory, not a disk image",
        HostError.AccessDenied or HostError.ReadOnlyFileSystem or HostError.TextBusy when !isReadOnly
            => $"the disk image cannot be written ({HostCalls.LastErrorText}); the device may have it with readonly",
        _ => $"cannot open the disk image: {HostCalls.LastErrorText}",
    };

    private static string? WhyNotLocked(string path, int file, bool isReadOnly)
    {
        if (Directory.Exists(path)) return "is a directory, not a disk image";
        var mode = (isReadOnly ? HostCalls.LockShared : HostCalls.LockExclusive) | HostCalls.LockNonBlocking;
        if (HostCalls.Lock(file, mode) == 0) return null;
        if (HostCalls.LastError != HostError.WouldBlock) return $"cannot lock the disk image: {HostCalls.LastErrorText}";
        return isReadOnly
            ? "the disk image is in use: another simulator has it for writing"
            : "the disk image is in use by another simulator; only readers, with readonly, may share it";
    }

    private static string? WhyNotSized(int file, uint blockSize, out ulong length)
    {
        var end = HostCalls.Seek(file, 0, HostCalls.SeekEnd);
        length = end < 0 ? 0 : (ulong)end;
        if (end < 0) return "is neither a file nor a disk";
        if (end == 0) return "the disk image is empty";
        return length % blockSize == 0 ? null
            : $"the disk image has {length} bytes, no multiple of the block size of {blockSize}: it is torn, or no disk image";
    }
}
