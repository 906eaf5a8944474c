namespace S390Sim.Testing;

/// <summary>What an oracle can tell of an outcome.</summary>
public enum OracleKind
{
    /// <summary>A Linux process: registers, storage and a signal.</summary>
    User,
    /// <summary>A whole machine: also control registers, the old PSW and all parameters of the interruption.</summary>
    System,
}

/// <summary>Another implementation of the architecture, which says how cases end.</summary>
public interface IOracle : IDisposable
{
    /// <summary>What it tells.</summary>
    OracleKind Kind { get; }

    /// <summary>Whether it can be asked about a case that ends so here, without storing anywhere or dying.</summary>
    bool CanRun(MachineCase test, MachineOutcome ours);

    /// <summary>At most so many cases are run at once.</summary>
    int BatchSize { get; }

    /// <summary>Runs cases.</summary>
    /// <exception cref="OracleException">It died or does not answer.</exception>
    IReadOnlyList<MachineOutcome> Run(IReadOnlyList<MachineCase> tests);
}

/// <summary>An oracle failed in a case.</summary>
/// <param name="message">What happened.</param>
/// <param name="outcomes">The outcomes of the cases before the one it failed in.</param>
public sealed class OracleException(string message, IReadOnlyList<MachineOutcome> outcomes) : Exception(message)
{
    /// <summary>The outcomes of the cases before; their number is that of the case.</summary>
    public IReadOnlyList<MachineOutcome> Outcomes { get; } = outcomes;
}
