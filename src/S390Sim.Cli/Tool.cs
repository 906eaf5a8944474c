using System.CommandLine;
using System.Text;
using S390Sim.Cli.Commands;
using S390Sim.Cli.Output;
using S390Sim.Machine;

namespace S390Sim.Cli;

/// <summary>The tool: takes the command line apart, runs the command, and turns every kind of failure into its exit code.</summary>
public static class Tool
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">Command-line words.</param>
    /// <param name="output">Results and the guest's console, byte for byte.</param>
    /// <param name="error">The simulator's own words.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, Stream output, TextWriter error)
    {
        var streams = new ToolStreams(output, error);
        var root = new RootCommand("S390Sim: a z/Architecture machine with zPCI and a model of KVM.")
        {
            RunCommand.Create(streams),
            CompareCommand.Create(streams),
            DisassembleCommand.Create(streams),
            IsaCommand.Create(streams),
            CpusCommand.Create(streams),
        };
        try
        {
            var result = root.Parse(WithDefaults(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
            // The last error names the word; the first may only say that a command is missing.
            if (result.Errors.Count != 0) return streams.Refuse($"{result.Errors[^1].Message.TrimEnd('.')}; see s390sim --help");
            using var text = streams.OpenText();
            return result.Invoke(new InvocationConfiguration { Output = text, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (ConfigurationException e)
        {
            return streams.Refuse(e.Message);
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            // Whoever read our output went away, or the disk is full: neither is a bug.
            return streams.Refuse($"cannot write the output: {e.Message}");
        }
#pragma warning disable CA1031 // Whatever else comes out is a bug of ours, to be told as such.
        catch (Exception e)
        {
            return BugReport.Write(args, e, error);
        }
#pragma warning restore CA1031
    }

    // "--kvm IMAGE" must not take IMAGE for the design: options whose value may be left out get their default here.
    private static string[] WithDefaults(string[] args) => [.. args.Select(a => a switch
    {
        "--kvm" => $"--kvm={MachineConfigurationBuilder.DefaultKvmDesign}",
        "--kvm-nested" => $"--kvm-nested={MachineConfigurationBuilder.On}",
        "--show-rpcit" => "--show-rpcit=1",
        _ => a,
    })];
}

/// <summary>Where a command writes.</summary>
/// <param name="Output">Results, byte for byte.</param>
/// <param name="Error">The simulator's own words.</param>
public sealed record ToolStreams(Stream Output, TextWriter Error)
{
    /// <summary>A text writer on the results; it flushes when disposed and leaves the stream open.</summary>
    public StreamWriter OpenText() => new(Output, new UTF8Encoding(false), 4096, leaveOpen: true) { NewLine = "\n" };

    /// <summary>Says a user's mistake in one line.</summary>
    /// <returns>The exit code for it.</returns>
    public int Refuse(string message)
    {
        Error.WriteLine($"s390sim: {message.ReplaceLineEndings(" ")}");
        return ExitCode.Usage;
    }
}
