namespace S390Sim.Cpu;

/// <summary>What hypervisors of the machine may use.</summary>
public sealed unsafe partial class SieUnit
{
    /// <summary>What this unit does for a program that executes SIE: nothing is announced that is not there.</summary>
    public const SieFacilities Facilities = SieFacilities.Interpretation | SieFacilities.StorageLimitSuppression
        | SieFacilities.HostProtection | SieFacilities.WideControlArea | SieFacilities.ExtendedControlArea
        | SieFacilities.FrameManagement | SieFacilities.BroadcastSuppression | SieFacilities.KeylessSubset | SieFacilities.GuestPer
        | SieFacilities.InvalidationInterlock | SieFacilities.StorageKeys | SieFacilities.CollaborativeMemory
        | SieFacilities.ExternalCalls | SieFacilities.ExternalInterruptions | SieFacilities.LargeGisa;

    /// <summary>What it does besides for a program whose functions can be enabled for guests.</summary>
    public const SieFacilities PciFacilities = SieFacilities.EventNotification | SieFacilities.InterruptionSuppression
        | SieFacilities.SourceIdentification | SieFacilities.PciLoadStore;
}
