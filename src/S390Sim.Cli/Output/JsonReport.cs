using System.Text;
using System.Text.Json;
using S390Sim.Cpu;
using S390Sim.Debugging;
using S390Sim.Machine;

namespace S390Sim.Cli.Output;

/// <summary>A run as one JSON object on one line. Numbers that may need 64 bits are hexadecimal strings.</summary>
internal static class JsonReport
{
    public static void Write(Stream output, MachineConfiguration configuration, RunOutcome outcome, IConfigurationHost host,
        byte[] console, StageAccount? account)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("exitCode", outcome.Code);
            json.WriteString("end", EndName(outcome.End));
            json.WriteNumber("instructions", outcome.InstructionCount);
            WriteCpu(json, outcome.Cpu);
            if (host.Cpus.Count > 1) WriteCpus(json, outcome.CpuAddress, host);
            json.WriteString("console", Encoding.UTF8.GetString(console));
            WriteDumps(json, configuration, host.Storage);
            WriteInterruptions(json, host);
            WriteStatistics(json, host);
            if (account is not null) WriteStages(json, account);
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
        output.Flush();
    }

    internal static string EndName(RunEnd end) => end switch
    {
        RunEnd.OrderlyWait => "orderly-wait",
        RunEnd.ExpectedWait => "expected-wait",
        RunEnd.Stopped => "stopped",
        RunEnd.UnexpectedWait => "unexpected-wait",
        RunEnd.HopelessWait => "hopeless-wait",
        RunEnd.ProgramLoop => "program-loop",
        RunEnd.HostFailure => "host-failure",
        RunEnd.InstructionLimit => "instruction-limit",
        _ => "time-limit",
    };

    private static void WriteCpu(Utf8JsonWriter json, CpuSnapshot cpu)
    {
        json.WriteStartObject("psw");
        json.WriteString("mask", Hex(cpu.Psw.Mask));
        json.WriteString("address", Hex(cpu.Psw.Address));
        json.WriteEndObject();
        WriteRegisters(json, "gr", cpu.Gr.Select(Hex));
        WriteRegisters(json, "cr", cpu.Cr.Select(Hex));
        WriteRegisters(json, "ar", cpu.Ar.Select(r => $"0x{r:x8}"));
        WriteRegisters(json, "fpr", cpu.Fpr.Select(Hex));
        json.WriteString("fpc", $"0x{cpu.Fpc:x8}");
        json.WriteString("prefix", Hex(cpu.Prefix));
    }

    // The registers above are those of the CPU named here; of the others one learns where they stand.
    private static void WriteCpus(Utf8JsonWriter json, int cpu, IConfigurationHost host)
    {
        json.WriteNumber("cpu", cpu);
        json.WriteStartArray("cpus");
        foreach (var one in host.Cpus)
        {
            json.WriteStartObject();
            json.WriteNumber("address", one.CpuAddress);
            json.WriteString("state", StateName(one));
            json.WriteString("pswMask", Hex(one.Psw.Mask));
            json.WriteString("pswAddress", Hex(one.Psw.Address));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string StateName(IScheduledCpu cpu)
        => cpu.IsCheckStopped ? "check-stop" : cpu.IsStopped ? "stopped" : (cpu.Psw.Mask & Psw.Wait) != 0 ? "wait" : "operating";

    private static void WriteRegisters(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteDumps(Utf8JsonWriter json, MachineConfiguration configuration, IAbsoluteStorage storage)
    {
        json.WriteStartArray("dumps");
        foreach (var dump in configuration.Dumps)
        {
            json.WriteStartObject();
            json.WriteString("address", Hex(dump.Address));
            json.WriteNumber("length", dump.Length);
            json.WriteString("hex", Convert.ToHexStringLower(TextReport.Read(dump, storage)));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteInterruptions(Utf8JsonWriter json, IConfigurationHost host)
    {
        json.WriteStartArray("programInterruptions");
        foreach (var interruption in host.Interruptions)
        {
            json.WriteStartObject();
            json.WriteString("code", $"0x{(ushort)interruption.Fault.Code:x4}");
            json.WriteString("oldPswMask", Hex(interruption.OldPsw.Mask));
            json.WriteString("oldPswAddress", Hex(interruption.OldPsw.Address));
            json.WriteNumber("instruction", interruption.InstructionCount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteStatistics(Utf8JsonWriter json, IConfigurationHost host)
    {
        json.WriteStartObject("stats");
        foreach (var (name, value) in host.Statistics) json.WriteNumber(name, value);
        json.WriteEndObject();
    }

    private static void WriteStages(Utf8JsonWriter json, StageAccount account)
    {
        json.WriteStartArray("rpcit");
        foreach (var stage in account.Stages)
        {
            json.WriteStartObject();
            json.WriteString("stage", stage.Kind.Name);
            for (var n = 0; n < stage.Kind.Fields.Length; n++) json.WriteString(stage.Kind.Fields[n], $"0x{stage[n]:x}");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Hex(ulong value) => $"0x{value:x16}";
}
