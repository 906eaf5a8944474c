using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// SIE executed by a guest (vSIE): the virtual CPU then runs the guest's guest with a shadow state description until something
/// ends SIE for its host (sie.md section 11). A run may be cut anywhere; the next goes on in the nested guest.
/// </summary>
internal sealed unsafe partial class NestedGuest : IMemoryUser, IDisposable
{
    private readonly VirtualCpu _host;
    private readonly NestedPool _pool;
    private readonly Processor _processor;
    private NestedBlock? _block;
    // Of the SIE instruction, or of the EXECUTE whose target it is.
    private uint _length;
    // PER events of SIE, to be presented with its end.
    private PerReport _per;
    // Machine TOD up to which the host's CPU timer has been counted.
    private ulong _counted;
    // TLB purges that nested guests made for themselves.
    private ulong _ownPurges;

    /// <summary>Makes a virtual CPU one that can execute SIE.</summary>
    public NestedGuest(VirtualCpu host, NestedPool pool)
    {
        (_host, _pool, _processor) = (host, pool, host.Processor);
        host.Machine.Memory.AddUser(this);
    }

    /// <summary>Whether SIE of the virtual CPU has not ended.</summary>
    public bool IsActive => _block is not null;

    /// <summary>TLB purges that the virtual CPU made at its own level.</summary>
    public ulong HostPurges => _processor.Sie.GuestPurges - _ownPurges;

    /// <summary>Exits of nested guests.</summary>
    public ExitCounters Exits { get; } = new();

    /// <summary>Starts of nested guests: SIE instructions whose block was taken up.</summary>
    public ulong Starts { get; private set; }

    /// <summary>Handles SIE, intercepted; the nested guest is only made ready here.</summary>
    public static bool Handle(InterceptContext c)
    {
        if (c.Vcpu.Nested is not { } nested) return false;
        nested.Start(c);
        return true;
    }

    private void Start(InterceptContext c)
    {
        if ((c.Address2 & (StateDescription.Size - 1)) != 0)
        {
            c.Program(ProgramCode.Specification);
            return;
        }
        // The state description stays as it is: its program sees SIE end without an interception, and executes it again.
        if (_host.LookForInterruption(out _) || _pool.Take(_host.ToAbsolute(c.Address2)) is not { } block) return;
        var pinned = block.TryPinOriginal();
        if (pinned == NestedBlock.Pin.Done)
        {
            (_block, _length, _per) = (block, c.Length, c.Per);
            c.Per = default;
            Begin(block);
            return;
        }
        block.IsInUse = false;
        if (pinned == NestedBlock.Pin.NoStorage) c.Program(ProgramCode.Addressing);
    }

    private void Begin(NestedBlock block)
    {
        _counted = _processor.Tod;
        // An external call for the host is stored for it, and its sender comes out of SIE to wake it (sie.md section 8.4).
        var own = _host.Block;
        own.CpuFlags |= SieFlags.Wait;
        var reason = block.Make(_host);
        if (reason == ValidityReason.None) reason = block.PinAreas(_host.Block.Prefix);
        if (reason != ValidityReason.None)
        {
            block.SetValidity(reason);
            End();
            return;
        }
        Starts++;
        var stages = _processor.Stages;
        if (stages.IsActive) stages.Report(HypervisorStages.NestedEntered, block.Guest, block.Address, block.Shadow.PswAddress);
    }

    /// <summary>The host's time goes on while its guest runs.</summary>
    private void CountTime()
    {
        var block = _host.Block;
        var now = _processor.Tod;
        block.CpuTimer -= now - _counted;
        _counted = now;
    }

    /// <summary>Ends SIE with what the shadow holds.</summary>
    private StopReason? End()
    {
        var per = _per;
        Finish();
        if (per.Events == PerEvents.None) return null;
        var fault = new ProgramFault { Code = ProgramCode.PerEvent, Per = per };
        return _host.InjectAsStored(fault, _length) ? null : _host.CheckStop();
    }

    /// <summary>Ends SIE without an interception, as an interruption of the host does.</summary>
    public void EndWithoutInterception()
    {
        if (_block is not { } block) return;
        var sd = block.Shadow;
        sd.InterceptionCode = (byte)Interception.None;
        Finish();
    }

    // Ends SIE in a program interruption of the host, for which the nested guest's instruction was nullified.
    private StopReason? EndInFault(in ProgramFault fault)
    {
        var presented = fault with { Per = _per };
        EndWithoutInterception();
        return _host.InjectProgram(presented, _length, isAhead: true) ? null : _host.CheckStop();
    }

    private void Finish()
    {
        var block = _block!;
        CountTime();
        var stages = _processor.Stages;
        if (stages.IsActive)
        {
            var sd = block.Shadow;
            stages.Report(HypervisorStages.NestedExit, block.Guest, sd.InterceptionCode, sd.Ipa, sd.PswAddress);
        }
        block.Unmake();
        block.Unpin();
        block.IsInUse = false;
        (_block, _per) = (null, default);
        _held[0] = _held[1] = Nobody;
        var own = _host.Block;
        own.CpuFlags &= ~SieFlags.Wait;
    }

    /// <summary>The virtual CPU is reset: SIE ends, and the maps of its nested guests with the TLB.</summary>
    public void Reset()
    {
        EndWithoutInterception();
        _processor.Sie.NoteGuestPurge();
    }

    /// <summary>Ends SIE with the virtual machine.</summary>
    public void Dispose()
    {
        EndWithoutInterception();
        _host.Machine.Memory.RemoveUser(this);
    }
}
