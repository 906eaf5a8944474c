using S390Sim.Hypervisor;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Cli.Comparison;

/// <summary>One image of a device at the end of a run.</summary>
/// <param name="Fid">The function that it belongs to.</param>
/// <param name="Number">Which of the device's images, from 1.</param>
/// <param name="Blocks">What it holds, or what of it was changed.</param>
internal sealed record ImageState(uint Fid, int Number, IReadOnlyList<ImageBlock> Blocks);

/// <summary>How the program ran under one design: what it cost, and what came of it.</summary>
internal sealed record DesignRun
{
    public required string Design { get; init; }
    public required RunOutcome Outcome { get; init; }
    public required string Console { get; init; }
    /// <summary>The design's counters by name, in the order of <see cref="DesignCounters.Figures"/>.</summary>
    public required IReadOnlyDictionary<string, ulong> Figures { get; init; }
    public required DmaRecord Dma { get; init; }
    public required IReadOnlyList<ImageState> Images { get; init; }
    /// <summary>Why the modelled host's kernel stopped; null when it did not.</summary>
    public string? HostFailure { get; init; }
    /// <summary>
    /// Nanoseconds for an intercepted RPCIT on the clock of this host: the best of the repetitions; null when not measured.
    /// </summary>
    public double? RefreshNanoseconds { get; init; }

    public ulong BytesRead => Dma.Streams.Aggregate(0UL, (sum, s) => sum + s.BytesRead);
    public ulong BytesWritten => Dma.Streams.Aggregate(0UL, (sum, s) => sum + s.BytesWritten);
    public ulong Accesses => Dma.Streams.Aggregate(0UL, (sum, s) => sum + s.Accesses);
    public ulong Refused => Dma.Streams.Aggregate(0UL, (sum, s) => sum + s.Refused);
}

/// <summary>The same program under several designs.</summary>
/// <param name="Runs">One for each design, in the order asked for; the first is what the others are compared with.</param>
/// <param name="Differences">What should be alike and is not: each names two designs and the place.</param>
/// <param name="Notes">What may differ and does.</param>
internal sealed record DesignComparison(IReadOnlyList<DesignRun> Runs, IReadOnlyList<string> Differences,
    IReadOnlyList<string> Notes)
{
    public bool IsSame => Differences.Count == 0;

    /// <summary>The program's own code when all runs came to the same.</summary>
    public int Code => IsSame ? Runs[0].Outcome.Code : ExitCode.Divergence;
}
