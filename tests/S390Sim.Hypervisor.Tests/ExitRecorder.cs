using S390Sim.Cpu;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>What the state description held when SIE was left.</summary>
public readonly record struct SieExit(Interception Code, byte Status, ushort Ipa, uint Ipb, ulong PswAddress);

/// <summary>Remembers every exit from SIE.</summary>
internal sealed class ExitRecorder : IStageListener
{
    private readonly HypervisorBench _bench;

    public ExitRecorder(HypervisorBench bench)
    {
        _bench = bench;
        bench.Stages.Listener = this;
    }

    public List<SieExit> Exits { get; } = [];

    /// <summary>Exits other than for storage that the host had not provided yet.</summary>
    public IEnumerable<SieExit> Interceptions => Exits.Where(e => e.Code != Interception.None);

    public void OnStage(in Stage stage)
    {
        if (stage.Kind != HypervisorStages.SieExit) return;
        var block = _bench.Cpu.Block;
        Exits.Add(new((Interception)block.InterceptionCode, block.InterceptionStatus, block.Ipa, block.Ipb, block.PswAddress));
    }
}
