using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>Adapter interruptions that SIE delivers from the GISA, and how a virtual CPU that sleeps hears of them.</summary>
public sealed unsafe partial class VirtualCpu
{
    // Who sleeps looks at the GISA only when it is woken: by an alert, or by a request of the host's own.
    private bool _isDeaf;

    /// <summary>Has SIE deliver what is pending in the GISA.</summary>
    internal void Use(GuestAdapters adapters)
    {
        var block = Block;
        block.Gisa = adapters.Designation;
        block.Eca |= ExecutionControlsA.AdapterInterruptions;
    }

    /// <summary>Has SIE interpret PCI loads and stores, and suppression.</summary>
    internal void InterpretPci()
    {
        var block = Block;
        block.Ecb2 |= ExecutionControlsB2.PciLoadStore;
        block.Ecb3 |= ExecutionControlsB3.Suppression | ExecutionControlsB3.SourceIdentification;
    }

    /// <summary>Has the virtual CPU look at the GISA, wherever it is.</summary>
    internal void Wake()
    {
        _isDeaf = false;
        if (_processor.State->SieLevel == 0) return;
        if (_processor.Sie.Runs(Block.Gisa)) _processor.LookAgain();
        else _processor.RequestAttention();
    }

    /// <summary>Wakes the virtual CPU if it sleeps and is enabled for one of these subclasses; false when it is not the one.</summary>
    internal bool TryWake(byte subclasses)
    {
        if (!_isDeaf || (Psw.Mask & Psw.Io) == 0 || ((byte)(GetCr(6) >> 24) & subclasses) == 0) return false;
        Wake();
        return true;
    }

    // From now on it is an alert that tells of adapter interruptions.
    private void Sleep()
    {
        if (Machine.Adapters is not { } adapters) return;
        _isDeaf = true;
        adapters.RestoreAlertMask();
    }

    private bool IsOpenWhileWaiting(CpuState* c)
    {
        if (_isDeaf) return Pending.IsOpenOutsideGisa(c, _processor.GuestTod, _processor.CpuTimer);
        if (Pending.IsOpen(c, _processor.GuestTod, _processor.CpuTimer)) return true;
        Sleep();
        return false;
    }
}
