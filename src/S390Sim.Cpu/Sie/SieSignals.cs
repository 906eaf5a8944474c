namespace S390Sim.Cpu;

/// <summary>
/// The orders of SIGNAL PROCESSOR that SIE interprets (sie.md section 8.4): sense running status with ecb.SRSI, and external call
/// with eca.SIGPI. All others are the host's.
/// </summary>
internal static unsafe class SieSignals
{
    private const ulong ExternalCallMask = 1UL << 13;       // CR0 bit 50
    private const ushort ExternalCallCode = 0x1202;

    /// <summary>Whether the order goes to the host whatever the system control area holds.</summary>
    public static bool IsIntercepted(CpuState* c, Insn* i)
    {
        var block = SieUnit.Block(c);
        return (SignalOrder)(byte)i->Address2(c) switch
        {
            SignalOrder.SenseRunningStatus => (block.Ecb & ExecutionControlsB.SenseRunning) == 0,
            SignalOrder.ExternalCall => (block.Eca & ExecutionControlsA.SignalProcessor) == 0,
            _ => true,
        };
    }

    /// <summary>Interprets an order; without an area that has the CPU and its state description it is the host's after all.</summary>
    public static Insn* Interpret(CpuState* c, Insn* i)
    {
        if (!SystemControlArea.TryFind(c->Processor.Storage, SieUnit.Block(c), out var area))
            return Interceptions.Instruction(c, i);
        var address = (ushort)c->Gr[i->R3];
        return (SignalOrder)(byte)i->Address2(c) == SignalOrder.ExternalCall
            ? ExternalCall(c, i, area, address)
            : SenseRunning(c, i, area, address);
    }

    // Condition code 0 when the CPU is running, else 1 with the status bit.
    private static Insn* SenseRunning(CpuState* c, Insn* i, SystemControlArea area, ushort address)
    {
        if (!area.TryFindCpu(address, out var target)) return Interceptions.Instruction(c, i);
        var isRunning = (target.CpuFlags & SieFlags.Running) != 0;
        c->Cc = isRunning ? 0 : 1;
        if (!isRunning) c->Low(i->R1) = SignalStatus.NotRunning;
        return i + 2;
    }

    // A call that is pending already is the host's to answer. To wake a CPU that waits in its host is, too.
    private static Insn* ExternalCall(CpuState* c, Insn* i, SystemControlArea area, ushort address)
    {
        if (!area.TryFindCall(address, out var call) || !call.TryRequest(SieUnit.Block(c).CpuAddress))
            return Interceptions.Instruction(c, i);
        if ((call.Block.CpuFlags & SieFlags.Wait) != 0) return Interceptions.PartialExecution(c, i);
        c->Cc = 0;
        return c->ResumeAfter(i);       // the CPU may have called itself
    }

    /// <summary>The external call to the running guest that its masks admit.</summary>
    public static bool TryFindOpenCall(CpuState* c, uint flags, out ExternalCallCell call)
    {
        call = default;
        if ((flags & SieFlags.ExternalCallPending) == 0) return false;
        if ((c->PswMask & Psw.External) == 0 || (c->Cr[0] & ExternalCallMask) == 0) return false;
        var block = SieUnit.Block(c);
        return (block.Eca & ExecutionControlsA.SignalProcessor) != 0
            && SystemControlArea.TryFind(c->Processor.Storage, block, out var area)
            && area.TryFindOwnCall(block, out call) && call.IsPending;
    }

    /// <summary>
    /// Presents an external call to the guest, or, without eca.CEI, to its host with code 14; it is no longer pending then.
    /// </summary>
    /// <returns>Null when the guest took it, else what ends SIE.</returns>
    public static StopReason? Take(CpuState* c, in ExternalCallCell call)
    {
        var source = call.Source;
        if ((call.Block.Eca & ExecutionControlsA.ExternalInterruptions) == 0)
        {
            SieUnit.InterceptExternal(c, ExternalCallCode, source);
            call.Clear();
            return StopReason.Interception;
        }
        if (!c->ExternalInterruption(ExternalCallCode, source, null)) return StopReason.HostFault;
        call.Clear();
        return null;
    }
}
