using S390Sim.Debugging;

namespace S390Sim.Cli.Output;

/// <summary>The account of one RPCIT: from where the processor leaves the guest, or begins the instruction, to its end.</summary>
internal static class RpcitAccount
{
    private const ulong RpcitOpcode = 0xB9D3;

    /// <summary>Listens for the first RPCIT.</summary>
    public static StageAccount Create() => new(
        stage => stage.Kind.Name == "SieExit" && HasField(stage.Kind.Fields, "ipa") is var n and >= 0 && stage[n] == RpcitOpcode,
        stage => stage.Kind.Name == "SieEntered");

    /// <summary>Tells it.</summary>
    public static void Write(TextWriter writer, StageAccount account)
    {
        writer.WriteLine();
        if (account.Stages.Count == 0)
        {
            writer.WriteLine("no RPCIT was intercepted");
            return;
        }
        writer.WriteLine("the first RPCIT, stage by stage:");
        account.Write(writer);
    }

    private static int HasField(string[] fields, string name)
        => Array.FindIndex(fields, f => string.Equals(f, name, StringComparison.OrdinalIgnoreCase));
}
