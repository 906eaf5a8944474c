using System.Diagnostics;

namespace S390Sim.Hypervisor;

/// <summary>
/// Measures what intercepted RPCITs cost on the clock of the simulator's own host: from where the guest is left to where it goes
/// on, for those whose handling is not interrupted by anything else. Not part of what a run does: time is noise.
/// </summary>
public sealed class RefreshTimer
{
    /// <summary>RPCITs measured.</summary>
    public ulong Count { get; private set; }

    /// <summary>Time of all of them.</summary>
    public TimeSpan Total { get; private set; }

    private long _left;

    /// <summary>The guest is left.</summary>
    internal void Leave() => _left = Stopwatch.GetTimestamp();

    /// <summary>What the guest was left for: anything but an RPCIT is not measured.</summary>
    internal void Tell(bool isRefresh)
    {
        if (!isRefresh) _left = 0;
    }

    /// <summary>The guest goes on.</summary>
    internal void Enter()
    {
        if (_left == 0) return;
        Total += Stopwatch.GetElapsedTime(_left);
        Count++;
        _left = 0;
    }
}
