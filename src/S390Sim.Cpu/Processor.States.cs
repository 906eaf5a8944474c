namespace S390Sim.Cpu;

/// <summary>
/// CPU states and resets of one processor (chapter 4, "Stopped, Operating, Load, and Check-Stop States" and "Resets"). What a
/// reset does to the rest of the configuration is with <see cref="ConfigurationResets"/>.
/// </summary>
public sealed unsafe partial class Processor : ISignalTarget
{
    private bool _stopped, _stopping, _storesStatus, _yields;

    /// <summary>Whether the processor is stopped or in the check-stop state; its CPU timer then stands still.</summary>
    public bool IsStopped
    {
        get => _stopped;
        set
        {
            if (!value) IsCheckStopped = _stopping = false;
            if (value == _stopped) return;
            if (value) _state->CpuTimer = CpuTimer;
            else _state->CpuTimerBase = Tod;
            _stopped = value;
        }
    }

    /// <summary>Whether the processor is in the check-stop state; only resets end it.</summary>
    public bool IsCheckStopped { get; private set; }

    /// <summary>Whether the stop function was asked for and waits for the end of the unit of operation.</summary>
    public bool IsStopping => _stopping;

    /// <summary>Whether a wait is handed to a <see cref="CpuScheduler"/>, since others may have something to do.</summary>
    public bool SharesTime { get; internal set; }

    /// <inheritdoc/>
    public bool IsBusy => _stopping || Pending.IsRestartPending;
    /// <inheritdoc/>
    public Psw Psw => _state->Psw;
    /// <inheritdoc/>
    public ulong ControlRegister(int number) => _state->Cr[number];

    /// <summary>Enters the operating state.</summary>
    public void Start() => IsStopped = false;

    /// <summary>Asks for the stop function: it is performed when the interruptions that are open have been taken.</summary>
    public void Stop(bool storesStatus = false)
    {
        if (IsStopped)
        {
            if (storesStatus) StoreStatus(StatusArea.Start);
            return;
        }
        (_stopping, _storesStatus) = (true, storesStatus);
        RequestLook();
    }

    private StopReason CompleteStop()
    {
        if (Sie.IsProgramHosted) Sie.EndInterrupted(_state);
        IsStopped = true;
        _stopping = false;
        if (_storesStatus) StoreStatus(StatusArea.Start);
        return StopReason.Stopped;
    }

    /// <inheritdoc/>
    public void Restart()
    {
        Pending.RequestRestart(beforeOthers: IsStopped);
        IsStopped = false;
        RequestLook();
    }

    /// <summary>Enters the check-stop state: nothing can be executed until a reset.</summary>
    public void CheckStop()
    {
        IsStopped = true;
        IsCheckStopped = true;
        RequestLook();
    }

    /// <summary>Lets the other processors have their turn, when there are any (voluntary time-slice end).</summary>
    public void Yield()
    {
        if (!SharesTime) return;
        _yields = true;
        RequestLook();
    }

    private bool TakeYield()
    {
        var taken = _yields;
        _yields = false;
        return taken;
    }

    /// <summary>CPU reset: local interruptions, check-stop state and translations go, registers stay; it is stopped.</summary>
    public void CpuReset()
    {
        if (Sie.IsProgramHosted) Sie.EndInterrupted(_state);
        IsCheckStopped = _stopping = _yields = false;
        Pending.Clear();
        PurgeAll();
        IsStopped = true;
        RequestLook();
    }

    /// <summary>Initial CPU reset: CPU reset, and initial values of PSW, prefix, timers, control registers and FPC.</summary>
    public void InitialCpuReset()
    {
        CpuReset();
        var c = _state;
        for (var n = 0; n < 16; n++) c->Cr[n] = 0;
        c->Cr[0] = 0xE0;
        c->Cr[14] = 0xC200_0000;
        c->Prefix = 0;
        c->Fpc = 0;
        c->TodProgrammable = 0;
        c->ClockComparator = 0;
        c->CpuTimer = 0;
        c->CpuTimerBase = Tod;
        c->BreakingEvent = 1;
        c->EarlyLength = 0;
        c->LoadPsw(default);
    }

    /// <summary>The processor's part of a clear reset: initial CPU reset, and zeros in all other registers.</summary>
    public void ClearReset()
    {
        InitialCpuReset();
        var c = _state;
        for (var n = 0; n < 16; n++)
        {
            c->Gr[n] = 0;
            c->Ar[n] = 0;
        }
        for (var n = 0; n < 64; n++) c->Vr[n] = 0;
    }

    /// <summary>The state after power-on: as after clear reset, and in the operating state, so that a loaded PSW runs.</summary>
    private void PowerOnReset()
    {
        _state->SieLevel = 0;
        _state->Tlb = _tlb;
        _state->FetchTlb = _fetchTlb;
        ClearReset();
        IsStopped = false;
    }

    /// <inheritdoc/>
    public bool IsInstalled(ulong absolute, ulong length) => Storage.Contains(absolute, length);

    /// <inheritdoc/>
    public void LoadPsw(Psw psw) => _state->LoadPsw(psw);

    /// <inheritdoc/>
    public void SetPrefix(ulong prefix)
    {
        _state->Prefix = prefix;
        PurgeAll();
    }

    /// <inheritdoc/>
    public void StoreStatus(ulong address)
    {
        Span<byte> area = stackalloc byte[StatusArea.Length];
        StatusArea.Fill(_state, area);
        StatusArea.Store(Storage, area, address);
    }
}
