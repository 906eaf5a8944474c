using System.CommandLine;
using System.Text.Json;
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
        command.Options.Add(json);
        command.SetAction(result =>
        {
            var handlers = MachineHandlers.Create(FacilitySet.Default);
            if (result.GetValue(json)) WriteJson(streams.Output, handlers);
            else WriteTable(streams, handlers);
            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteTable(ToolStreams streams, HandlerTable handlers)
    {
        using var text = streams.OpenText();
        text.WriteLine($"{"mnemonic",-10}{"opcode",-10}{"format",-8}{"implemented",-13}facility");
        var implemented = 0;
        foreach (ref readonly var row in InstructionTable.Rows)
        {
            var isBound = handlers.IsBound(row.Op);
            if (isBound) implemented++;
            text.WriteLine($"{row.Mnemonic,-10}{OpcodeText(row),-10}{FormatText(row),-8}{(isBound ? "yes" : "-"),-13}{row.Facility}");
        }
        text.WriteLine($"{implemented} of {InstructionTable.Rows.Length} instructions are implemented");
    }

    private static void WriteJson(Stream output, HandlerTable handlers)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartArray();
            foreach (ref readonly var row in InstructionTable.Rows)
            {
                json.WriteStartObject();
                json.WriteString("mnemonic", row.Mnemonic);
                json.WriteString("opcode", OpcodeText(row));
                json.WriteString("format", FormatText(row));
                json.WriteString("facility", row.Facility.ToString());
                json.WriteBoolean("implemented", handlers.IsBound(row.Op));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        output.WriteByte((byte)'\n');
        output.Flush();
    }

    // The manual's writing: the first byte, then the bits that select further, e.g. 1A, B9D3, A7.4, E304.
    private static string OpcodeText(in InstructionRow row)
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

    private static string FormatText(in InstructionRow row) => row.Format.ToString().Replace('_', '-');
}
