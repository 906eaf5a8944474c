namespace S390Sim.Cpu;

/// <summary>
/// The resets of a whole configuration (chapter 4, "Resets"); those of one CPU are <see cref="Processor.CpuReset"/>,
/// <see cref="Processor.InitialCpuReset"/> and <see cref="Processor.ClearReset"/>.
/// </summary>
/// <param name="group">The processors.</param>
/// <param name="floating">The configuration's floating interruption requests.</param>
/// <param name="devices">Resets what hangs on the channel subsystem.</param>
public sealed class ConfigurationResets(ProcessorGroup group, FloatingInterruptions floating, Action devices)
{
    /// <summary>Subsystem reset: floating interruption requests and the devices; no CPU notices.</summary>
    public void SubsystemReset()
    {
        floating.Clear();
        devices();
    }

    /// <summary>Clear reset: every CPU, the subsystem, all storage and all storage keys. All CPUs are then stopped.</summary>
    public void ClearReset()
    {
        foreach (var processor in group.Processors) processor.ClearReset();
        SubsystemReset();
        group.Processors[0].Storage.Clear();
    }

    /// <summary>Power-on reset: clear reset, and the TOD clock starts at zero.</summary>
    public void PowerOnReset()
    {
        ClearReset();
        var processor = group.Processors[0];
        processor.Clock.Steering.EpochDifference -= processor.GuestTod;
        processor.Clock.ForgetUnique();
    }

    /// <summary>Load normal, up to the IPL: initial CPU reset here, CPU reset of the others, subsystem reset; storage stays.</summary>
    public void LoadNormal(Processor initiator)
    {
        foreach (var processor in group.Processors)
        {
            if (processor == initiator) processor.InitialCpuReset();
            else processor.CpuReset();
        }
        SubsystemReset();
    }

    /// <summary>Load clear, up to the IPL: clear reset.</summary>
    public void LoadClear() => ClearReset();
}
