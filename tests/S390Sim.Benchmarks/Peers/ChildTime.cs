using System.Runtime.InteropServices;

namespace S390Sim.Benchmarks.Peers;

/// <summary>Processor time of the processes that this one has started and waited for.</summary>
internal static partial class ChildTime
{
    private const int Children = -1;

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Usage
    {
        public long UserSeconds, UserMicroseconds, SystemSeconds, SystemMicroseconds;
        public fixed long Rest[14];
    }

    /// <summary>User and system time so far, in seconds (getrusage of RUSAGE_CHILDREN).</summary>
    public static double Seconds
    {
        get
        {
            if (GetUsage(Children, out var usage) != 0) throw new InvalidOperationException("getrusage failed");
            return usage.UserSeconds + usage.SystemSeconds + (usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, out Usage usage);
}
