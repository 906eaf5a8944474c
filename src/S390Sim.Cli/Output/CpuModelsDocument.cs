using S390Sim.Machine;

namespace S390Sim.Cli.Output;

/// <summary>The text of docs/cpu-models.md: what cannot go out of date in it comes from the tables themselves.</summary>
internal static class CpuModelsDocument
{
    private const string Head = """
        # CPU models

        This file is written by `make docs` (`s390sim cpus --markdown`); a test compares it.

            s390sim run --cpu MODEL[,+FACILITY][,-FACILITY]...     a facility by name or by number
            s390sim cpus                                           models and facilities
            s390sim isa --cpu MODEL                                the instructions that a model has

        A model is the facility bits that a generation of machines announces, as far as they are implemented here; what is left
        out is listed below. `max`, the default, has everything that is implemented, but for facility 153, and calls itself a
        zEC12 (machine type 2827), the newest generation that is nearly whole. STFLE, STFL, STIDP, STSI and what the
        instructions do follow from the same set: an instruction of an absent facility is an operation exception, on the bare machine and under the modelled KVM. The DFP
        instructions of the floating-point-extension facility (37) need DFP (42) too.

        A facility that is unknown or not implemented, one that is named twice, and one without another that it needs are refused
        in one line, with exit code 2. Bits 0, 1 and 2 cannot be taken away: there is no architectural mode but z/Architecture,
        from the start, whatever the model; SIGP set architecture answers that the parameter is invalid.

        `--system KEY=VALUE[,KEY=VALUE]...` (repeatable) sets what STSI says: manufacturer, model, plant, sequence, lpar-name,
        lpar-number, vm-name, vm-uuid. Blocks 1.1.1, 1.2.1, 1.2.2, 2.2.1, 2.2.2 are there on the bare machine, which is a logical
        partition; a guest of the modelled KVM has 3.2.2 as well; 15.1.2 is there with the configuration-topology facility (11).
        STIDP of a guest has all ones in the version code.

        ## Models

        """;

    public static void Write(TextWriter text)
    {
        text.Write(Head.ReplaceLineEndings("\n"));
        text.WriteLine("\n| model | type | facilities here | not implemented |");
        text.WriteLine("|---|---|---|---|");
        foreach (var model in CpuModel.All)
            text.WriteLine($"| {model.Name} | {model.MachineType} | {Ranges(model.Present)} | {Ranges(model.Missing)} |");
        WriteFacilities(text);
        WriteDependencies(text);
    }

    private static void WriteFacilities(TextWriter text)
    {
        text.WriteLine("\n## Facilities\n");
        text.WriteLine("| bit | name | since | here | what |");
        text.WriteLine("|---|---|---|---|---|");
        foreach (var facility in FacilityCatalog.Entries)
        {
            var since = CpuModel.First(facility)?.Name ?? "–";
            var here = CpuModel.Implemented.Contains(facility.Bit) ? "yes" : "–";
            text.WriteLine($"| {facility.Bit} | {facility.Name} | {since} | {here} | {facility.Title} |");
        }
    }

    private static void WriteDependencies(TextWriter text)
    {
        text.WriteLine("\n## What needs what\n");
        text.WriteLine("| facility | needs | because |");
        text.WriteLine("|---|---|---|");
        foreach (var (bit, needs, reason) in FacilityCatalog.Dependencies)
        {
            var (one, other) = (FacilityCatalog.Find(bit)!.Name, FacilityCatalog.Find(needs)!.Name);
            text.WriteLine($"| {one} ({bit}) | {other} ({needs}) | {reason} |");
        }
    }

    /// <summary>Numbers in order, runs of three and more as from–to.</summary>
    public static string Ranges(IEnumerable<int> numbers)
    {
        var sorted = numbers.Order().ToList();
        var words = new List<string>();
        for (var n = 0; n < sorted.Count;)
        {
            var first = n;
            while (n + 1 < sorted.Count && sorted[n + 1] == sorted[n] + 1) n++;
            var run = sorted[first..(n + 1)];
            words.Add(run.Count > 2 ? $"{run[0]}–{run[^1]}" : string.Join(", ", run));
            n++;
        }
        return words.Count == 0 ? "–" : string.Join(", ", words);
    }
}
