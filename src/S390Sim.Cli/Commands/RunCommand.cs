using System.CommandLine;
using S390Sim.Cli.Output;
using S390Sim.Cpu;
using S390Sim.Debugging;
using S390Sim.Machine;

namespace S390Sim.Cli.Commands;

/// <summary><c>s390sim run</c>: switches a machine on and lets the program run to its end.</summary>
internal static class RunCommand
{
    public static Command Create(ToolStreams streams)
    {
        var command = new Command("run", "Run an ELF file, a raw image or a kernel; its console goes to standard output.");
        var machine = new MachineOptions(command);
        var stats = new Option<bool>("--stats") { Description = "say what was done, in numbers" };
        var json = new Option<bool>("--json") { Description = "one JSON object on standard output instead of text; it holds the console" };
        var showRpcit = new Option<int>("--show-rpcit")
        {
            Description = "tell the way of one intercepted RPCIT, stage by stage: the first, or the Nth",
            HelpName = "N",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = r => r.Tokens.Count == 0 ? 1 : int.TryParse(r.Tokens[0].Value, out var n) && n > 0 ? n : Refuse(r),
        };
        command.Options.Add(stats);
        command.Options.Add(json);
        command.Options.Add(showRpcit);
        command.SetAction(result =>
        {
            var configuration = machine.Configure(result);
            var account = result.GetValue(showRpcit) is > 0 and var number ? RpcitAccount.Create(number) : null;
            return result.GetValue(json)
                ? RunJson(configuration, account, streams)
                : RunText(configuration, account, result.GetValue(stats), streams);
        });
        return command;
    }

    private static int Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--show-rpcit {result.Tokens[0].Value}: give the number of an RPCIT, from 1");
        return 0;
    }

    private static int RunText(MachineConfiguration configuration, StageAccount? account, bool stats, ToolStreams streams)
    {
        using var machine = S390Machine.Create(configuration, streams.Output, new StageReporter { Listener = account });
        var outcome = machine.Run();
        streams.Output.Flush();
        if (MachineConfigurationBuilder.HistoricKvmDesigns.Contains(configuration.KvmDesign))
        {
            streams.Error.WriteLine(
                $"s390sim: --kvm={configuration.KvmDesign} is a historic RPCIT handler with its faults; it shows them and is for nothing else");
        }
        if (outcome.IsCrash)
        {
            streams.Error.Write("s390sim: ");
            CrashReport.Write(streams.Error, outcome, machine.Host);
        }
        else if (outcome.Code == ExitCode.Limit) streams.Error.WriteLine($"s390sim: {LimitText(outcome)}");
        using (var text = streams.OpenText())
        {
            foreach (var dump in configuration.Dumps) TextReport.WriteDump(text, dump, machine.Host.Storage);
            if (account is not null) RpcitAccount.Write(text, account);
            if (stats) TextReport.WriteStatistics(text, machine.Host.Statistics);
        }
        return outcome.Code;
    }

    private static int RunJson(MachineConfiguration configuration, StageAccount? account, ToolStreams streams)
    {
        using var console = new MemoryStream();
        using var machine = S390Machine.Create(configuration, console, new StageReporter { Listener = account });
        var outcome = machine.Run();
        JsonReport.Write(streams.Output, configuration, outcome, machine.Host, console.ToArray(), account);
        return outcome.Code;
    }

    private static string LimitText(RunOutcome outcome)
    {
        var limit = outcome.End == RunEnd.TimeLimit ? "the time limit" : "the instruction limit";
        return $"{limit} ended the run after {outcome.InstructionCount} instructions, PSW {outcome.Cpu.Psw}";
    }
}
