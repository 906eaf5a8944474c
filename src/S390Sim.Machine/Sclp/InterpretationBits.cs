using S390Sim.Cpu;

namespace S390Sim.Machine;

/// <summary>Where service calls announce the facilities of interpretive execution (sie.md section 2.5).</summary>
internal static class InterpretationBits
{
    private readonly record struct Place(SieFacilities Facility, int Byte, byte Mask);

    /// <summary>Bytes of the answer to Read SCP info.</summary>
    private static readonly Place[] s_information =
    [
        new(SieFacilities.StorageLimitSuppression, 85, 0x80),
        new(SieFacilities.HostProtection, 85, 0x02),
        new(SieFacilities.KeylessSubset, 98, 0x01),
        new(SieFacilities.WideControlArea, 116, 0x80),
        new(SieFacilities.CollaborativeMemory, 116, 0x40),
        new(SieFacilities.ExtendedControlArea, 116, 0x08),
        new(SieFacilities.FrameManagement, 117, 0x40),
        new(SieFacilities.BroadcastSuppression, 117, 0x20),
        new(SieFacilities.SourceIdentification, 118, 0x40),
        new(SieFacilities.EventNotification, 118, 0x20),
        new(SieFacilities.InterruptionSuppression, 118, 0x10),
        new(SieFacilities.LargeGisa, 118, 0x08),
        new(SieFacilities.PciLoadStore, 118, 0x01),
    ];

    /// <summary>Bytes of a CPU entry.</summary>
    private static readonly Place[] s_cpu =
    [
        new(SieFacilities.Interpretation, 2, 0x08),
        new(SieFacilities.StorageKeys, 2, 0x04),
        new(SieFacilities.GuestPer, 3, 0x20),
        new(SieFacilities.InvalidationInterlock, 3, 0x10),
        new(SieFacilities.ExternalCalls, 3, 0x08),
        new(SieFacilities.InterventionBypass, 7, 0x20),
        new(SieFacilities.ExternalInterruptions, 7, 0x10),
    ];

    /// <summary>Sets the bits of an answer to Read SCP info.</summary>
    public static void WriteInformation(SieFacilities facilities, Span<byte> block) => Write(s_information, facilities, block);

    /// <summary>Sets the bits of a CPU entry.</summary>
    public static void WriteCpu(SieFacilities facilities, Span<byte> entry) => Write(s_cpu, facilities, entry);

    private static void Write(ReadOnlySpan<Place> places, SieFacilities facilities, Span<byte> bytes)
    {
        foreach (var (facility, at, mask) in places)
        {
            if ((facilities & facility) != 0) bytes[at] |= mask;
        }
    }
}
