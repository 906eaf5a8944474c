using System.Text.Json;
using S390Sim.Cli.Comparison;
using S390Sim.Hypervisor;

namespace S390Sim.Cli.Output;

/// <summary>A comparison as one JSON object on one line; the same every time unless the time of RPCITs was measured.</summary>
internal static class ComparisonJson
{
    public static void Write(Stream output, DesignComparison comparison)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteBoolean("same", comparison.IsSame);
            json.WriteNumber("exitCode", comparison.Code);
            json.WriteStartArray("designs");
            foreach (var run in comparison.Runs) WriteRun(json, run);
            json.WriteEndArray();
            WriteLines(json, "differences", comparison.Differences);
            WriteLines(json, "notes", comparison.Notes);
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
        output.Flush();
    }

    private static void WriteRun(Utf8JsonWriter json, DesignRun run)
    {
        json.WriteStartObject();
        json.WriteString("design", run.Design);
        json.WriteNumber("exitCode", run.Outcome.Code);
        json.WriteString("end", JsonReport.EndName(run.Outcome.End));
        if (run.HostFailure is { } failure) json.WriteString("hostFailure", failure);
        json.WriteNumber("instructions", run.Outcome.InstructionCount);
        json.WriteStartObject("stats");
        foreach (var figure in DesignCounters.Figures) json.WriteNumber(figure.Name, run.Figures[figure.Name]);
        json.WriteEndObject();
        json.WriteStartArray("dma");
        foreach (var stream in run.Dma.Streams) WriteStream(json, stream);
        json.WriteEndArray();
        if (run.RefreshNanoseconds is { } nanoseconds) json.WriteNumber("rpcitNanoseconds", Math.Round(nanoseconds));
        json.WriteEndObject();
    }

    private static void WriteStream(Utf8JsonWriter json, DmaStream stream)
    {
        json.WriteStartObject();
        json.WriteString("fid", $"0x{stream.Fid:x}");
        json.WriteNumber("accesses", stream.Accesses);
        json.WriteNumber("bytesRead", stream.BytesRead);
        json.WriteNumber("bytesWritten", stream.BytesWritten);
        json.WriteNumber("refused", stream.Refused);
        json.WriteString("digest", $"0x{stream.Digest:x16}");
        json.WriteEndObject();
    }

    private static void WriteLines(Utf8JsonWriter json, string name, IReadOnlyList<string> lines)
    {
        json.WriteStartArray(name);
        foreach (var line in lines) json.WriteStringValue(line);
        json.WriteEndArray();
    }
}
