using System.Runtime.InteropServices;

namespace S390Sim.Pci;

/// <summary>
/// The host's system calls on files. They are called directly because their failures are values here, and because the
/// class library has neither locks that exclude other processes reliably nor holes.
/// </summary>
internal static unsafe partial class HostCalls
{
    public const int ReadOnly = 0, ReadWrite = 2, NonBlocking = 0x800, CloseOnExec = 0x80000;
    public const int SeekEnd = 2;
    public const int LockShared = 1, LockExclusive = 2, LockNonBlocking = 4;
    public const int KeepSize = 1, PunchHole = 2, ZeroRange = 0x10;

    private const int FileSizeSignal = 25, Ignore = 1;

    // A write beyond the limit on file sizes (ulimit -f) shall fail, not end the process.
    static HostCalls() => _ = Signal(FileSizeSignal, Ignore);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int file, int operation);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(int file, byte* bytes, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(int file, byte* bytes, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(int file);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(int file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);

    /// <summary>Why the last call failed.</summary>
    public static HostError LastError => (HostError)Marshal.GetLastPInvokeError();

    /// <summary>The same in words.</summary>
    public static string LastErrorText => Marshal.GetLastPInvokeErrorMessage();
}

/// <summary>Error numbers of Linux that are told apart.</summary>
internal enum HostError
{
    NotFound = 2,
    Interrupted = 4,
    WouldBlock = 11,
    AccessDenied = 13,
    NotADirectory = 20,
    IsADirectory = 21,
    TextBusy = 26,
    FileTooBig = 27,
    NoSpace = 28,
    ReadOnlyFileSystem = 30,
    NotImplemented = 38,
    NotSupported = 95,
    Quota = 122,
}
