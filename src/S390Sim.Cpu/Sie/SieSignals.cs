namespace S390Sim.Cpu;

/// <summary>
/// The order of SIGNAL PROCESSOR that SIE interprets: sense running status, with ecb.SRSI (sie.md section 8.4). All others are
/// the host's.
/// </summary>
internal static unsafe class SieSignals
{
    /// <summary>Whether the order goes to the host.</summary>
    public static bool IsIntercepted(CpuState* c, Insn* i) => !TryFindSensed(c, i, out _);

    /// <summary>Condition code 0 when the CPU is running, else 1 with the status bit.</summary>
    public static Insn* SenseRunning(CpuState* c, Insn* i)
    {
        if (!TryFindSensed(c, i, out var target)) return Interceptions.Instruction(c, i);
        var isRunning = (target.CpuFlags & SieFlags.Running) != 0;
        c->Cc = isRunning ? 0 : 1;
        if (!isRunning) c->Low(i->R1) = SignalStatus.NotRunning;
        return i + 2;
    }

    private static bool TryFindSensed(CpuState* c, Insn* i, out StateDescription target)
    {
        target = default;
        var block = SieUnit.Block(c);
        return (block.Ecb & ExecutionControlsB.SenseRunning) != 0
            && (SignalOrder)(byte)i->Address2(c) == SignalOrder.SenseRunningStatus
            && SystemControlArea.TryFind(c->Processor.Storage, block, out var area)
            && area.TryFindCpu((ushort)c->Gr[i->R3], out target);
    }
}
