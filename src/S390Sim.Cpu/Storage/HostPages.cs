using System.Runtime.InteropServices;

namespace S390Sim.Cpu;

/// <summary>
/// The host's pages behind guest storage. A guest that works on more than a few megabytes at random spends much of its time in the
/// host's own translation unless the host maps storage with large pages, which Linux does where it is asked to.
/// </summary>
internal static unsafe partial class HostPages
{
    /// <summary>Bytes of a large page of the usual hosts, and its alignment.</summary>
    public const ulong HugeSize = 2 << 20;

    private const int MadvHugePage = 14;

    /// <summary>Asks for large pages; a host that has none, or will not, changes nothing but the speed.</summary>
    /// <param name="start">First byte, aligned to a host page.</param>
    /// <param name="length">Bytes.</param>
    public static void AdviseHuge(void* start, nuint length)
    {
        if (OperatingSystem.IsLinux() && length >= HugeSize) _ = Advise(start, length, MadvHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
