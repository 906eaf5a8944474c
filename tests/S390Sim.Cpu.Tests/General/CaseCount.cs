using FsCheck;

namespace S390Sim.Tests.General;

/// <summary>How many cases properties try: S390SIM_CASES times as many as usual, then from a seed of their own.</summary>
internal static class CaseCount
{
    private static readonly int s_factor =
        int.TryParse(Environment.GetEnvironmentVariable("S390SIM_CASES"), out var factor) ? factor : 1;

    /// <summary>A configuration that throws on failure.</summary>
    /// <param name="cases">The usual number.</param>
    /// <param name="seed">Seed of the usual cases.</param>
    /// <param name="gamma">The same; odd.</param>
    public static Config Usually(int cases, ulong seed, ulong gamma)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(cases * s_factor);
        return s_factor == 1 ? config.WithReplay(seed, gamma) : config;
    }
}
