using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>What was asked to happen when the program has executed so many instructions.</summary>
internal sealed class InjectionSchedule
{
    private readonly (ulong At, Action Action)[] _actions;
    private int _next;

    /// <summary>Makes a schedule.</summary>
    /// <param name="injections">What to inject; what is counted is left alone.</param>
    /// <param name="pci">The functions that fail.</param>
    /// <param name="limit">Sets the memlock limit to so many bytes.</param>
    /// <exception cref="ConfigurationException">A function is named that is not there.</exception>
    public InjectionSchedule(IReadOnlyList<InjectionConfiguration> injections, PciConfiguration pci, Action<ulong> limit)
    {
        foreach (var injection in injections) injection.Validate(pci);
        _actions = injections.Count == 0 ? [] : [.. injections.Where(i => i.Scheduled is not null)
            .Select(i => (i.Scheduled!.At, ActionOf(i, pci, limit))).OrderBy(a => a.At)];
    }

    /// <summary>Runs to a limit, and does on the way what is due.</summary>
    public StopReason Run(ulong limit, Func<ulong> count, Func<ulong, StopReason> run)
    {
        while (_next < _actions.Length && _actions[_next].At <= limit)
        {
            var (at, action) = _actions[_next];
            if (count() < at)
            {
                var reason = run(at);
                if (count() < at) return reason;
            }
            action();
            _next++;
        }
        return run(limit);
    }

    private static Action ActionOf(InjectionConfiguration injection, PciConfiguration pci, Action<ulong> limit)
    {
        var failure = injection.Scheduled!;
        if (failure.Limit is { } bytes) return () => limit(bytes);
        return () =>
        {
            foreach (var function in pci.Functions.Where(f => injection.Fid is null || f.Fid == injection.Fid))
                Fail(function, failure.EventCode);
        };
    }

    private static void Fail(PciFunction function, ushort code)
    {
        switch (code)
        {
            case PciEventCode.PermanentError or PciEventCode.RecoveryFailed: function.FailPermanently(code); break;
            case PciEventCode.Recovered: function.EndRecovery(); break;
            default: function.Fail(code, 0); break;
        }
    }
}
