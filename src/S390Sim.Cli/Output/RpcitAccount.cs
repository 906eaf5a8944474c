using S390Sim.Debugging;
using S390Sim.Hypervisor;

namespace S390Sim.Cli.Output;

/// <summary>The account of one RPCIT: from where the processor leaves the guest, or begins the instruction, to its end.</summary>
internal static class RpcitAccount
{
    private const ulong RpcitOpcode = 0xB9D3;

    /// <summary>Listens for the Nth RPCIT, from 1.</summary>
    public static StageAccount Create(int number) => new(
        stage => stage.Kind == HypervisorStages.SieExit && stage.B == RpcitOpcode,
        stage => stage.Kind == HypervisorStages.SieEntered,
        number);

    /// <summary>Tells it.</summary>
    public static void Write(TextWriter writer, StageAccount account)
    {
        writer.WriteLine();
        if (account.Stages.Count == 0)
        {
            writer.WriteLine("that RPCIT was not intercepted: it needs --kvm with a design other than hardware, and a guest that gets so far");
            return;
        }
        writer.WriteLine("an RPCIT, stage by stage:");
        account.Write(writer);
    }
}
