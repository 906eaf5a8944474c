namespace S390Sim.Cpu;

/// <summary>
/// The resets of a whole configuration (chapter 4, "Resets"), the machine's or a guest's; those of one CPU are methods of
/// <see cref="ISignalTarget"/>.
/// </summary>
/// <param name="cpus">The CPUs.</param>
/// <param name="floating">The configuration's floating interruption requests.</param>
/// <param name="devices">Resets what hangs on the channel subsystem.</param>
public sealed class ConfigurationResets(IReadOnlyList<ISignalTarget> cpus, FloatingInterruptions floating, Action devices)
{
    /// <summary>Subsystem reset: floating interruption requests and the devices; no CPU notices.</summary>
    public void SubsystemReset()
    {
        floating.Clear();
        devices();
    }

    /// <summary>Clear reset of every CPU, and subsystem reset; storage stays. All CPUs are then stopped.</summary>
    public void ModifiedClearReset()
    {
        for (var n = 0; n < cpus.Count; n++) cpus[n].ClearReset();
        SubsystemReset();
    }

    /// <summary>Clear reset: every CPU, the subsystem, all storage and all storage keys. All CPUs are then stopped.</summary>
    public void ClearReset(Storage storage)
    {
        ModifiedClearReset();
        storage.Clear();
    }

    /// <summary>Power-on reset: clear reset, and the TOD clock starts at zero.</summary>
    public void PowerOnReset(Storage storage, TodClock clock)
    {
        ClearReset(storage);
        clock.Steering.EpochDifference -= clock.TimeOfDayNow;
        clock.ForgetUnique();
    }

    /// <summary>Load normal, up to the IPL: initial CPU reset here, CPU reset elsewhere, subsystem reset; storage stays.</summary>
    public void LoadNormal(ISignalTarget initiator)
    {
        for (var n = 0; n < cpus.Count; n++)
        {
            if (cpus[n] == initiator) initiator.InitialCpuReset();
            else cpus[n].CpuReset();
        }
        SubsystemReset();
    }

    /// <summary>Load clear, up to the IPL: clear reset.</summary>
    public void LoadClear(Storage storage) => ClearReset(storage);
}
