using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// States and resets of a virtual CPU, as SIGNAL PROCESSOR of its guest asks for them, and its turns among the others. What is
/// not running is at an instruction boundary, its guest's state in the state description.
/// </summary>
public sealed unsafe partial class VirtualCpu : IScheduledCpu
{
    private const ulong NotWaiting = ulong.MaxValue;

    private bool _storesStatus, _yields;
    private ulong _waitStart = NotWaiting;

    /// <summary>Whether the virtual CPU is not in the operating state.</summary>
    public bool IsStopped
    {
        get => (Block.CpuFlags & SieFlags.Stopped) != 0;
        internal set
        {
            EndWait();
            SetState(value ? SieFlags.Stopped : SieFlags.Running);
            var block = Block;
            block.CpuFlags &= ~SieFlags.StopRequest;
            IsStopping = IsCheckStopped = false;
        }
    }

    // What SIGP of the other CPUs finds: stopped, or waiting in the host, or else running.
    private void SetState(uint state)
    {
        var block = Block;
        block.CpuFlags = (block.CpuFlags & ~(SieFlags.Stopped | SieFlags.Wait | SieFlags.Running)) | state;
    }

    /// <summary>Whether the stop function was asked for and is not performed yet.</summary>
    public bool IsStopping { get; private set; }

    /// <inheritdoc/>
    public bool IsBusy => IsStopping || Pending.IsRestartPending;
    /// <summary>Whether nothing can be presented to the guest, since the host has no storage for its prefix area.</summary>
    public bool IsCheckStopped { get; private set; }
    /// <inheritdoc/>
    public ushort CpuAddress => Address;
    /// <inheritdoc/>
    public ulong ControlRegister(int number) => GetCr(number);
    /// <inheritdoc/>
    public bool IsInstalled(ulong absolute, ulong length)
        => Machine.Memory.IsInstalled(absolute, length);

    /// <inheritdoc/>
    public void Start() => IsStopped = false;

    /// <inheritdoc/>
    public void Stop(bool storesStatus)
    {
        if (IsStopped)
        {
            if (storesStatus) StoreStatus(StatusArea.Start);
            return;
        }
        (IsStopping, _storesStatus) = (true, storesStatus);
        var block = Block;
        block.CpuFlags |= SieFlags.StopRequest;
        if (_processor.State->SieLevel != 0) _processor.LookAgain();
    }

    /// <inheritdoc/>
    public void Restart()
    {
        Pending.RequestRestart(beforeOthers: IsStopped);
        IsStopped = false;
    }

    /// <inheritdoc/>
    public void CpuReset()
    {
        Nested?.Reset();
        Pending.Clear();
        _processor.Sie.Purge();
        _yields = false;
        PageFaultToken = null;
        IsStopped = true;
    }

    /// <inheritdoc/>
    public void InitialCpuReset()
    {
        CpuReset();
        var block = Block;
        Psw = default;
        block.Prefix = 0;
        block.CpuTimer = 0;
        block.ClockComparator = 0;
        block.TodProgrammable = 0;
        block.BreakingEvent = 1;
        SetInitialControlRegisters();
        _processor.State->Fpc = 0;
    }

    /// <inheritdoc/>
    public void ClearReset()
    {
        InitialCpuReset();
        var c = _processor.State;
        for (var n = 0; n < 16; n++)
        {
            SetGr(n, 0);
            c->Ar[n] = 0;
        }
        for (var n = 0; n < 64; n++) c->Vr[n] = 0;
    }

    /// <inheritdoc/>
    public void LoadPsw(Psw psw) => Psw = psw;

    /// <inheritdoc/>
    public void SetPrefix(ulong prefix)
    {
        var block = Block;
        block.Prefix = (uint)prefix;
        _processor.Sie.Purge();
        _processor.Sie.NoteGuestPurge();
    }

    /// <inheritdoc/>
    public void StoreStatus(ulong address)
    {
        Span<byte> area = stackalloc byte[StatusArea.Length];
        OpenView();
        StatusArea.Fill(_processor.State, area);
        _processor.Sie.Leave(_processor.State);
        StatusArea.Store(Machine.Memory, area, address);
    }

    private void SetInitialControlRegisters()
    {
        for (var n = 0; n < 16; n++) SetCr(n, 0);
        SetCr(0, 0xE0);
        SetCr(14, 0xC200_0000);
    }

    // Open interruptions come before the stopped state, where the guest's prefix area can be had.
    private void CompleteStop()
    {
        var c = _processor.State;
        EndWait();
        for (var tries = 0; tries < MaxFaultsPerAccess; tries++)
        {
            OpenView();
            var done = Deliver(c);
            _processor.Sie.Leave(c);
            if (done || !Machine.Memory.TryResolve(c->HostFault)) break;
        }
        IsStopped = true;
        if (_storesStatus) StoreStatus(StatusArea.Start);
    }

    /// <summary>Nothing can be presented to the guest, nor can it go on: the check-stop state.</summary>
    internal StopReason CheckStop()
    {
        IsStopped = true;
        IsCheckStopped = true;
        foreach (var other in Machine.Cpus)
        {
            if (other != this) other.Pending.RequestMalfunctionAlert(Address);
        }
        return StopReason.Wait;
    }

    /// <inheritdoc/>
    public bool IsReady
    {
        get
        {
            if (IsStopped) return false;
            var psw = Psw;
            if (IsStopping || (psw.Mask & Psw.Wait) == 0 || psw.IsInvalid) return true;
            var c = _processor.State;
            AccountWait();
            OpenView();
            var isOpen = IsOpenWhileWaiting(c);
            _processor.Sie.Leave(c);
            return isOpen;
        }
    }

    /// <inheritdoc/>
    public ulong NextTimer
    {
        get
        {
            AccountWait();
            OpenView();
            var next = _processor.NextTimer;
            _processor.Sie.Leave(_processor.State);
            return next;
        }
    }

    /// <inheritdoc/>
    public void RequestAttention() => RequestReturn();

    /// <summary>Lets the other virtual CPUs have their turn, when there are any.</summary>
    public void Yield() => _yields = _processor.SharesTime;

    private bool TakeYield()
    {
        var taken = _yields;
        _yields = false;
        return taken;
    }

    // Of a disabled wait the host makes no waiting CPU: it gives up.
    private StopReason BeginWait(bool isDisabled)
    {
        _waitStart = _processor.Tod;
        SetState(isDisabled ? 0 : SieFlags.Wait);
        if (!isDisabled) Sleep();
        return StopReason.Wait;
    }

    // The CPU timer runs in the wait state too, which SIE does not see.
    private void AccountWait()
    {
        if (_waitStart == NotWaiting) return;
        var block = Block;
        var now = _processor.Tod;
        block.CpuTimer -= now - _waitStart;
        _waitStart = now;
    }

    private void EndWait()
    {
        _isDeaf = false;
        if (_waitStart == NotWaiting) return;
        AccountWait();
        _waitStart = NotWaiting;
        SetState(SieFlags.Running);
    }
}
