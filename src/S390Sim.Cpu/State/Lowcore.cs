using S390Sim.Generated;

namespace S390Sim.Cpu;

/// <summary>
/// The assigned storage locations at real 0 to 0x1FFF that this machine uses (Principles of Operation, chapter 3,
/// "Assigned Storage Locations").
/// </summary>
[Block(0x2000)]
public readonly unsafe partial struct Lowcore
{
    /// <summary>External-interruption parameter.</summary>
    [At(0x80)] public partial uint ExternalParameter { get; set; }
    /// <summary>CPU address stored by external interruptions.</summary>
    [At(0x84)] public partial ushort ExternalCpuAddress { get; set; }
    /// <summary>External-interruption code.</summary>
    [At(0x86)] public partial ushort ExternalCode { get; set; }
    /// <summary>Supervisor-call ILC, in bits 5-6 of the second byte.</summary>
    [At(0x88)] public partial ushort SvcIlc { get; set; }
    /// <summary>Supervisor-call code.</summary>
    [At(0x8A)] public partial ushort SvcCode { get; set; }
    /// <summary>Program-interruption ILC, in bits 5-6 of the second byte.</summary>
    [At(0x8C)] public partial ushort ProgramIlc { get; set; }
    /// <summary>Program-interruption code.</summary>
    [At(0x8E)] public partial ushort ProgramInterruptionCode { get; set; }
    /// <summary>Data-exception code, in the last byte.</summary>
    [At(0x90)] public partial uint DataExceptionCode { get; set; }
    /// <summary>Monitor-class number.</summary>
    [At(0x94)] public partial ushort MonitorClass { get; set; }
    /// <summary>PER code and addressing/translation-mode identification.</summary>
    [At(0x96)] public partial ushort PerCode { get; set; }
    /// <summary>PER address.</summary>
    [At(0x98)] public partial ulong PerAddress { get; set; }
    /// <summary>Exception access identification.</summary>
    [At(0xA0)] public partial byte ExceptionAccess { get; set; }
    /// <summary>PER access identification.</summary>
    [At(0xA1)] public partial byte PerAccess { get; set; }
    /// <summary>Operand access identification.</summary>
    [At(0xA2)] public partial byte OperandAccess { get; set; }
    /// <summary>Translation-exception identification.</summary>
    [At(0xA8)] public partial ulong TranslationException { get; set; }
    /// <summary>Monitor code.</summary>
    [At(0xB0)] public partial ulong MonitorCode { get; set; }
    /// <summary>I/O-interruption subsystem-identification word.</summary>
    [At(0xB8)] public partial uint IoSubsystem { get; set; }
    /// <summary>I/O-interruption parameter.</summary>
    [At(0xBC)] public partial uint IoParameter { get; set; }
    /// <summary>I/O-interruption-identification word.</summary>
    [At(0xC0)] public partial uint IoIdentification { get; set; }
    /// <summary>Facility bits that STORE FACILITY LIST stores.</summary>
    [At(0xC8)] public partial uint StflList { get; set; }
    /// <summary>Machine-check-interruption code.</summary>
    [At(0xE8)] public partial ulong MachineCheckCode { get; set; }
    /// <summary>External-damage code.</summary>
    [At(0xF4)] public partial uint ExternalDamageCode { get; set; }
    /// <summary>Failing-storage address.</summary>
    [At(0xF8)] public partial ulong FailingStorageAddress { get; set; }
    /// <summary>Enhanced-monitor counter-array origin: a home virtual address.</summary>
    [At(0x100)] public partial ulong MonitorCounterOrigin { get; set; }
    /// <summary>Enhanced-monitor counter-array size: number of counters.</summary>
    [At(0x108)] public partial uint MonitorCounterSize { get; set; }
    /// <summary>Enhanced-monitor exception count: events that could not be counted.</summary>
    [At(0x10C)] public partial uint MonitorExceptionCount { get; set; }
    /// <summary>Breaking-event address of the last program interruption.</summary>
    [At(0x110)] public partial ulong BreakingEventAddress { get; set; }
    /// <summary>Restart old PSW.</summary>
    [At(0x120)] public partial ulong RestartOldMask { get; set; }
    /// <summary>External old PSW.</summary>
    [At(0x130)] public partial ulong ExternalOldMask { get; set; }
    /// <summary>Supervisor-call old PSW.</summary>
    [At(0x140)] public partial ulong SvcOldMask { get; set; }
    /// <summary>Program old PSW.</summary>
    [At(0x150)] public partial ulong ProgramOldMask { get; set; }
    /// <summary>Machine-check old PSW.</summary>
    [At(0x160)] public partial ulong MachineCheckOldMask { get; set; }
    /// <summary>Input/output old PSW.</summary>
    [At(0x170)] public partial ulong IoOldMask { get; set; }
    /// <summary>Restart new PSW.</summary>
    [At(0x1A0)] public partial ulong RestartNewMask { get; set; }
    /// <summary>External new PSW.</summary>
    [At(0x1B0)] public partial ulong ExternalNewMask { get; set; }
    /// <summary>Supervisor-call new PSW.</summary>
    [At(0x1C0)] public partial ulong SvcNewMask { get; set; }
    /// <summary>Program new PSW.</summary>
    [At(0x1D0)] public partial ulong ProgramNewMask { get; set; }
    /// <summary>Machine-check new PSW.</summary>
    [At(0x1E0)] public partial ulong MachineCheckNewMask { get; set; }
    /// <summary>Input/output new PSW.</summary>
    [At(0x1F0)] public partial ulong IoNewMask { get; set; }
}
