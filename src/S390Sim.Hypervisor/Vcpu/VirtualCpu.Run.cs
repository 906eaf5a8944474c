using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>The run loop: deliver what is pending, enter SIE, handle the exit.</summary>
public sealed unsafe partial class VirtualCpu
{
    /// <summary>Runs the guest until something ends the run, at most up to an instruction count.</summary>
    public StopReason Run(ulong instructionLimit)
    {
        for (; ; )
        {
            if (IsStopped) return StopReason.Stopped;
            if (IsStopping)
            {
                Nested?.EndWithoutInterception();
                CompleteStop();
                continue;
            }
            if (TakeYield()) return StopReason.InstructionLimit;
            if (_returnRequested)
            {
                _returnRequested = false;
                RefreshTimer?.Tell(isRefresh: false);
                return StopReason.Attention;
            }
            if (_processor.Events.Next <= _processor.Tod) _processor.Events.RunDue(_processor.Tod);
            if (Nested is { IsActive: true } nested)
            {
                if (nested.Run(instructionLimit) is { } ended) return ended;
                continue;
            }
            EndWait();
            Machine.Adapters?.Settle();
            var reason = RunSie(instructionLimit);
            if (HandleExit(reason, instructionLimit) is { } end) return end;
            if (_processor.Loops.TakeFinding()) return StopReason.ProgramLoop;
        }
    }

    private static readonly ushort s_refresh = (ushort)(Isa.InstructionTable.Get(Isa.Op.RPCIT).Opcode >> 48);

    /// <summary>Measures intercepted RPCITs; null when nobody wants to know.</summary>
    public RefreshTimer? RefreshTimer { get; set; }

    private volatile bool _returnRequested;

    /// <summary>Makes <see cref="Run"/> return soon; may be called from another thread.</summary>
    public void RequestReturn()
    {
        _returnRequested = true;
        _processor.RequestAttention();
    }

    private StopReason RunSie(ulong instructionLimit)
    {
        var c = _processor.State;
        var block = Block;
        block.InterceptionCode = 0;
        ProvidePrefixArea(block.Prefix);
        c->Cr[1] = Machine.Memory.Map.Asce;
        if (!_processor.Sie.Enter(c, BlockAddress)) return StopReason.Interception;
        var reason = StopReason.HostFault;
        if (Deliver(c))
        {
            if (_processor.Stages.IsActive) _processor.Stages.Report(HypervisorStages.SieEntered, BlockAddress, c->PswAddress);
            RefreshTimer?.Enter();
            reason = _processor.Run(instructionLimit);
            RefreshTimer?.Leave();
        }
        _processor.Sie.Leave(c);
        RefreshTimer?.Tell(reason == StopReason.Interception
            && block.InterceptionCode == (byte)Interception.Instruction && block.Ipa == s_refresh);
        if (_processor.Stages.IsActive)
            _processor.Stages.Report(HypervisorStages.SieExit, block.InterceptionCode, block.Ipa, block.Ipb, block.PswAddress);
        return reason;
    }

    // SIE wants both blocks of the prefix area before the first instruction; where they cannot be had, it says validity 0037.
    private void ProvidePrefixArea(ulong prefix)
    {
        if (_providedPrefix == prefix) return;
        if (Machine.Memory.TryResolveStore(prefix, out _) && Machine.Memory.TryResolveStore(prefix + 4096, out _)) _providedPrefix = prefix;
    }

    private ulong _providedPrefix = ulong.MaxValue;

    // An external-new PSW that is enabled for a timer that stays due would never let the deliveries end.
    private const int MaxDeliveries = 64;

    // Takes all interruptions that are open; what stays pending is asked for when the guest opens its masks.
    private bool Deliver(CpuState* c)
    {
        for (var n = 0; n < MaxDeliveries && Pending.IsOpen(c, _processor.GuestTod, _processor.CpuTimer); n++)
        {
            if (!Pending.Take(c, _processor.GuestTod, _processor.CpuTimer)) return false;
        }
        Pending.AskForIntervention(c, Block);
        return true;
    }

    /// <summary>
    /// Whether an interruption of the guest is open, and if not, when one of its timers will be; neither runs the guest.
    /// </summary>
    internal bool LookForInterruption(out ulong nextTimer)
    {
        nextTimer = ulong.MaxValue;
        const ulong Masks = Cpu.Psw.External | Cpu.Psw.Io | Cpu.Psw.MachineCheck;
        if ((Block.PswMask & Masks) == 0 && !Pending.IsRestartPending) return false;
        var c = _processor.State;
        OpenView();
        var isOpen = Pending.IsOpen(c, _processor.GuestTod, _processor.CpuTimer);
        nextTimer = _processor.NextTimer;
        _processor.Sie.Leave(c);
        return isOpen;
    }

    private StopReason? HandleExit(StopReason reason, ulong instructionLimit)
    {
        switch (reason)
        {
            case StopReason.Interception:
                Machine.Counters.Exits++;
                Exits.Count(Block.InterceptionCode);
                return _handlers.Handle(this);
            case StopReason.HostFault:
                Machine.Counters.Exits++;
                Exits.HostFaults++;
                return Resolve() ? null : CheckStop();
            case StopReason.Attention:
                Machine.Counters.Exits++;
                Exits.Interrupted++;
                return null;
            default:
                return reason;
        }
    }

    /// <summary>
    /// Provides the frame that the last host fault asked for. Where the guest has no storage, it gets an addressing exception.
    /// </summary>
    internal bool Resolve()
    {
        var fault = _processor.State->HostFault;
        if (Machine.Memory.TryResolve(fault)) return true;
        // DAT faults left the PSW at the instruction, but addressing suppresses: it goes on behind it (sie.md section 6.3).
        Span<byte> text = stackalloc byte[1];
        var address = Psw.Address;
        var isFetched = TryReadText(address, text);
        var length = isFetched ? (uint)Isa.Decoder.Length(text[0]) : 2;
        Psw = Psw with { Address = (address + length) & Cpu.Psw.AddressMask(Psw.Mask) };
        return InjectAsStored(new ProgramFault { Code = ProgramCode.Addressing, Per = fault.Per }, length);
    }

    /// <summary>
    /// The guest is in the wait state: null when something will end it, with machine time moved on to that.
    /// </summary>
    internal StopReason? Wait()
    {
        var psw = Psw;
        if (psw.IsDisabledWait) return _processor.SharesTime ? BeginWait(isDisabled: true) : StopReason.Wait;
        var c = _processor.State;
        OpenView();
        var isOpen = Pending.IsOpen(c, _processor.GuestTod, _processor.CpuTimer);
        var next = Math.Min(_processor.Events.Next, _processor.NextTimer);
        _processor.Sie.Leave(c);
        if (isOpen) return null;
        if (_processor.SharesTime) return BeginWait(isDisabled: false);
        if (next == ulong.MaxValue) return StopReason.Wait;
        Machine.Adapters?.RestoreAlertMask();
        // The CPU timer runs in the wait state too, but SIE only counts what it sees.
        var start = _processor.Tod;
        _processor.WaitUntil(next);
        var block = Block;
        block.CpuTimer -= _processor.Tod - start;
        return null;
    }
}
