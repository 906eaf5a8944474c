using System.CommandLine;
using S390Sim.Cli.Output;
using S390Sim.Machine;

namespace S390Sim.Cli.Commands;

/// <summary><c>s390sim cpus</c>: the CPU models and facilities that <c>--cpu</c> takes.</summary>
internal static class CpusCommand
{
    public static Command Create(ToolStreams streams)
    {
        var command = new Command("cpus", "Show the CPU models and facilities that run --cpu takes.");
        var markdown = new Option<bool>("--markdown") { Description = "the document docs/cpu-models.md" };
        command.Options.Add(markdown);
        command.SetAction(result =>
        {
            using var text = streams.OpenText();
            if (result.GetValue(markdown)) CpuModelsDocument.Write(text);
            else WriteTable(text);
            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteTable(TextWriter text)
    {
        text.WriteLine($"{"model",-8}{"type",-6}facilities");
        foreach (var model in CpuModel.All)
        {
            var isDefault = model == CpuModel.Default ? " (default)" : "";
            text.WriteLine($"{model.Name,-8}{model.MachineType,-6}{model.Present.Count()}{isDefault}");
            text.WriteLine($"{"",-14}{string.Join(' ', model.Present)}");
            if (model.Missing.Any()) text.WriteLine($"{"",-14}not implemented: {string.Join(' ', model.Missing)}");
        }
        text.WriteLine();
        text.WriteLine($"{"bit",5}  {"facility",-15}{"since",-8}{"implemented",-13}what");
        foreach (var facility in FacilityCatalog.Entries)
        {
            var since = CpuModel.First(facility)?.Name ?? "-";
            var implemented = CpuModel.Implemented.Contains(facility.Bit) ? "yes" : "-";
            text.WriteLine($"{facility.Bit,5}  {facility.Name,-15}{since,-8}{implemented,-13}{facility.Title}");
        }
    }
}
