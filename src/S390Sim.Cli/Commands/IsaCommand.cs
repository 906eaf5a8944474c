using System.CommandLine;
using System.Text.Json;
using S390Sim.Cli.Output;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Machine;

namespace S390Sim.Cli.Commands;

/// <summary><c>s390sim isa</c>: every instruction, and whether this machine executes it.</summary>
internal static class IsaCommand
{
    public static Command Create(ToolStreams streams)
    {
        var command = new Command("isa", "Show every instruction of the architecture and whether this machine executes it.");
        var json = new Option<bool>("--json") { Description = "a JSON array instead of a table" };
        var cpu = new Option<string?>("--cpu")
        {
            Description = "what a CPU model with these facilities has: MODEL[,+FACILITY][,-FACILITY]...",
            HelpName = "MODEL",
        };
        var markdown = new Option<bool>("--markdown") { Description = "the document docs/isa.md" };
        command.Options.Add(json);
        command.Options.Add(cpu);
        command.Options.Add(markdown);
        command.SetAction(result =>
        {
            var facilities = result.GetValue(cpu) is { } text ? CpuSelection.Parse(text).Facilities : null;
            var handlers = MachineHandlers.Create(FacilitySet.Default);
            if (result.GetValue(json)) WriteJson(streams.Output, handlers, facilities);
            else if (result.GetValue(markdown)) WriteDocument(streams, handlers);
            else WriteTable(streams, handlers, facilities);
            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteDocument(ToolStreams streams, HandlerTable handlers)
    {
        using var text = streams.OpenText();
        IsaDocument.Write(text, handlers);
    }

    private static void WriteTable(ToolStreams streams, HandlerTable handlers, FacilitySet? model)
    {
        using var text = streams.OpenText();
        text.WriteLine($"{"mnemonic",-10}{"opcode",-10}{"format",-8}{"implemented",-13}facility");
        var implemented = 0;
        foreach (var row in InstructionTable.Rows)
        {
            var isBound = handlers.IsBound(row.Op);
            var isPresent = model is null || MachineHandlers.IsInstalled(row, model);
            if (isBound && isPresent) implemented++;
            var state = !isPresent ? "absent" : isBound ? "yes" : "-";
            text.WriteLine($"{row.Mnemonic,-10}{OpcodeText(row),-10}{FormatText(row),-8}{state,-13}{row.Facility}");
        }
        var which = model is null ? "are implemented" : "are implemented and in the model";
        text.WriteLine($"{implemented} of {InstructionTable.Rows.Length} instructions {which}");
    }

    private static void WriteJson(Stream output, HandlerTable handlers, FacilitySet? model)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartArray();
            foreach (var row in InstructionTable.Rows)
            {
                json.WriteStartObject();
                json.WriteString("mnemonic", row.Mnemonic);
                json.WriteString("opcode", OpcodeText(row));
                json.WriteString("format", FormatText(row));
                json.WriteString("facility", row.Facility.ToString());
                json.WriteBoolean("implemented", handlers.IsBound(row.Op));
                if (model is not null) json.WriteBoolean("installed", MachineHandlers.IsInstalled(row, model));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        output.WriteByte((byte)'\n');
        output.Flush();
    }

    // The manual's writing: the first byte, then the bits that select further, e.g. 1A, B9D3, A7.4, E304.
    internal static string OpcodeText(InstructionRow row)
    {
        var first = $"{row.Opcode >> 56:X2}";
        return (row.Mask << 8) switch
        {
            0 => first,
            0xFFUL << 56 => $"{first}{row.Opcode >> 48 & 0xFF:X2}",
            0x0FUL << 56 => $"{first}{row.Opcode >> 48 & 0xF:X1}",
            _ => $"{first}{row.Opcode >> 16 & 0xFF:X2}",
        };
    }

    internal static string FormatText(InstructionRow row) => row.Format.ToString().Replace('_', '-');
}
