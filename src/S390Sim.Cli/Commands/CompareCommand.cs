using System.CommandLine;
using System.CommandLine.Parsing;
using S390Sim.Cli.Comparison;
using S390Sim.Cli.Output;
using S390Sim.Hypervisor;
using S390Sim.Machine;

namespace S390Sim.Cli.Commands;

/// <summary>
/// <c>s390sim compare</c>: the same program under one domain design after another. What its devices did must be the same; what
/// that cost the host is shown side by side.
/// </summary>
internal static class CompareCommand
{
    private const string All = "all";
    private const int MaxRepetitions = 1000;

    public static Command Create(ToolStreams streams)
    {
        var command = new Command("compare",
            "Run the same program under every IOMMU-domain design of the modelled KVM and compare what "
            + "its devices did, which must be the same, and what it cost.");
        var machine = new MachineOptions(command, "kvm", "dump");
        var designs = new Option<string>("--designs")
        {
            Description = $"what to compare, with commas: {string.Join(", ", DesignComparer.Known)}; {All} are the first "
                + $"{DomainDesigns.Names.Count} (default {All})",
            HelpName = "DESIGN,...",
            DefaultValueFactory = _ => All,
        };
        var json = new Option<bool>("--json") { Description = "one JSON object on standard output instead of a table" };
        var html = new Option<string?>("--html")
        {
            Description = "write a page with charts, which needs no other file",
            HelpName = "FILE",
        };
        var time = new Option<int>("--time")
        {
            Description = "measure what an intercepted RPCIT takes on this host, the best of N more runs; never the same twice",
            HelpName = "N",
            CustomParser = r => int.TryParse(r.Tokens[0].Value, out var n) && n is >= 1 and <= MaxRepetitions ? n : Refuse(r),
        };
        foreach (var option in new Option[] { designs, json, html, time }) command.Options.Add(option);
        command.SetAction(result =>
        {
            var names = Names(result.GetValue(designs)!);
            var configuration = machine.Configure(result, MachineConfigurationBuilder.DefaultKvmDesign);
            using var page = result.GetValue(html) is { } path ? Create(path) : null;
            var comparison = DesignComparer.Compare(configuration, names, result.GetValue(time));
            Write(comparison, result.GetValue(json), streams);
            if (page is not null) ComparisonPage.Write(page, comparison, Title(configuration));
            return comparison.Code;
        });
        return command;
    }

    private static int Refuse(ArgumentResult result)
    {
        result.AddError($"--time {result.Tokens[0].Value}: give a number of runs, 1 to {MaxRepetitions}");
        return 0;
    }

    private static List<string> Names(string text)
    {
        List<string> names = [];
        foreach (var word in text.Split(','))
        {
            IEnumerable<string> meant = word == All ? DomainDesigns.Names : [word];
            foreach (var name in meant)
            {
                if (!DesignComparer.Known.Contains(name))
                {
                    throw new ConfigurationException(
                        $"--designs {text}: no design \"{name}\"; known are {All}, {string.Join(", ", DesignComparer.Known)}");
                }
                if (names.Contains(name)) throw new ConfigurationException($"--designs {text}: {name} is there twice");
                names.Add(name);
            }
        }
        return names;
    }

    private static string Title(MachineConfiguration configuration)
        => configuration.Image is { } image ? Path.GetFileName(image) : "a program";

    private static void Write(DesignComparison comparison, bool isJson, ToolStreams streams)
    {
        if (isJson) ComparisonJson.Write(streams.Output, comparison);
        else
        {
            using var text = streams.OpenText();
            ComparisonTable.Write(text, comparison);
        }
        foreach (var difference in comparison.Differences) streams.Error.WriteLine($"s390sim: {difference}");
        foreach (var note in comparison.Notes) streams.Error.WriteLine($"s390sim: note: {note}");
    }

    // Before the runs: they may take long.
    private static FileStream Create(string path)
    {
        try
        {
            return File.Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConfigurationException($"--html {path}: cannot be written: {Reason(e)}", e);
        }
    }

    private static string Reason(Exception e) => e switch
    {
        DirectoryNotFoundException => "there is no such folder",
        UnauthorizedAccessException => "it is a folder, or not permitted",
        _ => e.Message,
    };
}
