using System.Text;
using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Machine;

namespace S390Sim.Cli.Comparison;

/// <summary>Runs the same program under one design after another and compares what came of it.</summary>
internal static class DesignComparer
{
    /// <summary>The name that stands for the bare machine among the designs.</summary>
    public const string Bare = "bare";

    /// <summary>Every name that may be compared.</summary>
    public static IEnumerable<string> Known => [.. DomainDesigns.Names, .. DomainDesigns.Historic, Bare];

    /// <summary>Runs and compares.</summary>
    /// <param name="configuration">The machine; its design does not count, and files of its devices stay as they are.</param>
    /// <param name="designs">Names of <see cref="Known"/>.</param>
    /// <param name="repetitions">Runs of each design to take the time of RPCITs from; 0 to take none.</param>
    public static DesignComparison Compare(MachineConfiguration configuration, IReadOnlyList<string> designs, int repetitions)
    {
        List<DesignRun> runs = [];
        List<string> differences = [], notes = [];
        StorageImage? first = null;
        foreach (var design in designs)
        {
            var run = Run(Prepared(configuration, design), design, out var storage);
            if (repetitions > 0) run = run with { RefreshNanoseconds = Time(configuration, design, repetitions) };
            if (first is null) first = storage;
            else Differences.Add(new(runs[0], first), new(run, storage), differences, notes);
            runs.Add(run);
        }
        return new(runs, differences, notes);
    }

    private static MachineConfiguration Prepared(MachineConfiguration configuration, string design) => configuration with
    {
        KvmDesign = design == Bare ? null : design,
        KvmNested = configuration.KvmNested && design != Bare,
        Devices = [.. configuration.Devices.Select(d => d with { KeepsFiles = true })],
    };

    private static DesignRun Run(MachineConfiguration configuration, string design, out StorageImage storage)
    {
        using var console = new MemoryStream();
        using var machine = S390Machine.Create(configuration, console, new StageReporter());
        var host = machine.Host;
        var dma = new DmaRecorder(host);
        host.Pci.Iommu.Watcher = dma;
        var outcome = machine.Run();
        storage = StorageImage.Of(host, configuration.MemorySize);
        var counters = host.Counters;
        return new DesignRun
        {
            Design = design,
            Outcome = outcome,
            Console = Encoding.UTF8.GetString(console.ToArray()),
            Figures = DesignCounters.Figures.ToDictionary(f => f.Name, f => f.Of(counters)),
            Dma = dma.Record,
            Images = [.. host.Pci.Functions.SelectMany(f
                => f.Device.Images.Select((image, n) => new ImageState(f.Fid, n + 1, [.. image.Blocks()])))],
            HostFailure = host.HostFailure,
        };
    }

    // The best of several runs: what else the host does only ever adds.
    private static double? Time(MachineConfiguration configuration, string design, int repetitions)
    {
        double? best = null;
        var measured = Prepared(configuration, design) with { MeasuresRefreshes = true };
        for (var n = 0; n < repetitions; n++)
        {
            using var machine = S390Machine.Create(measured, Stream.Null, new StageReporter());
            machine.Run();
            var (count, total) = machine.Host.RefreshTime;
            if (count == 0) return null;
            var mean = total.TotalNanoseconds / count;
            best = best is { } other ? Math.Min(best.Value, mean) : mean;
        }
        return best;
    }
}
