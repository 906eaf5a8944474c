using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>How often SIE was left, by reason.</summary>
public sealed class ExitCounters
{
    private readonly ulong[] _byCode = new ulong[256];

    /// <summary>Exits with an interception code.</summary>
    public ulong this[Interception code] => _byCode[(byte)code];

    /// <summary>Exits because the host had not mapped a page of the guest's.</summary>
    public ulong HostFaults { get; internal set; }

    /// <summary>Exits without interception: a host interruption or a kick.</summary>
    public ulong Interrupted { get; internal set; }

    /// <summary>Exits that went on to user space.</summary>
    public ulong UserSpace { get; internal set; }

    /// <summary>Codes that occurred, with their counts, in order of code.</summary>
    public IEnumerable<(Interception Code, ulong Count)> All
        => _byCode.Select((count, code) => ((Interception)code, count)).Where(e => e.count != 0);

    /// <summary>The counts of several virtual CPUs together.</summary>
    public static ExitCounters Sum(IEnumerable<ExitCounters> counters)
    {
        var sum = new ExitCounters();
        foreach (var one in counters)
        {
            for (var code = 0; code < 256; code++) sum._byCode[code] += one._byCode[code];
            sum.HostFaults += one.HostFaults;
            sum.Interrupted += one.Interrupted;
            sum.UserSpace += one.UserSpace;
        }
        return sum;
    }

    internal void Count(byte code) => _byCode[code]++;
}
