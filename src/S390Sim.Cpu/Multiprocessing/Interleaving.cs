namespace S390Sim.Cpu;

/// <summary>How several CPUs take turns.</summary>
public enum InterleavingKind
{
    /// <summary>One after the other, <see cref="Interleaving.Quantum"/> instructions each.</summary>
    RoundRobin,
    /// <summary>Any of them next, for anything from one instruction on: as drawn from a seed.</summary>
    Random,
}

/// <summary>Whose turn it is and for how long; the same kind and seed give the same turns.</summary>
/// <param name="kind">How turns are taken.</param>
/// <param name="seed">What random turns are drawn from.</param>
public sealed class Interleaving(InterleavingKind kind, ulong seed = 0)
{
    /// <summary>Instructions of a turn in round-robin.</summary>
    public const ulong Quantum = 1000;

    // Turns are short as often as long: the bound is 2 to the power of 0 to 10.
    private const int PowersOfLength = 11;

    private ulong _state = seed;

    /// <summary>How many places on from the present CPU the search for the next one begins, 1 to the number of CPUs.</summary>
    public int NextStep(int cpus) => kind == InterleavingKind.RoundRobin ? 1 : 1 + (int)(Draw() % (uint)cpus);

    /// <summary>Instructions of the next turn, at least one.</summary>
    public ulong NextLength()
        => kind == InterleavingKind.RoundRobin ? Quantum : 1 + (Draw() & ((1UL << (int)(Draw() % PowersOfLength)) - 1));

    // splitmix64: every seed, zero too, gives a good sequence.
    private ulong Draw()
    {
        var z = _state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return (z ^ (z >> 31)) >> 16;
    }
}
