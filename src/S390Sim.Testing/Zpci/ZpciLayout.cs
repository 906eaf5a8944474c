namespace S390Sim.Testing.Zpci;

/// <summary>Where a <see cref="ZpciGuest"/> has its things: absolute addresses, and addresses of its devices.</summary>
public static class ZpciLayout
{
    /// <summary>Bytes of storage.</summary>
    public const ulong StorageSize = 2 << 20;
    /// <summary>Images of the general and then of the control registers.</summary>
    public const ulong Registers = 0x3000, Controls = 0x3080;
    /// <summary>The PSW that the instruction is executed with.</summary>
    public const ulong TargetPsw = 0xFF0;
    /// <summary>Code that loads the registers and then that PSW; and the instruction itself.</summary>
    public const ulong Prologue = 0x4000, Code = 0x4100;
    /// <summary>Function information block.</summary>
    public const ulong Fib = 0x5000;
    /// <summary>Request and response of CALL LOGICAL PROCESSOR: 8 KB.</summary>
    public const ulong Block = 0x6000;
    /// <summary>Block of CHANNEL SUBSYSTEM CALL and of SERVICE CALL: 4 KB.</summary>
    public const ulong Channel = 0x8000;
    /// <summary>Block of CHANNEL SUBSYSTEM CALL when events are fetched for a test.</summary>
    public const ulong Events = 0x9000;
    /// <summary>Region-third, segment and page table of a device's address space.</summary>
    public const ulong RegionTable = 0x10000, SegmentTable = 0x14000, PageTable = 0x18000;
    /// <summary>The frame that page 0 of the address space maps, and page 1 read-only.</summary>
    public const ulong Frame = 0x20000;
    /// <summary>Interruption bits, summary bits and measurement block.</summary>
    public const ulong Vector = 0x30000, Summary = 0x31000, Measurement = 0x32000;
    /// <summary>Bytes for PCI STORE BLOCK and the like.</summary>
    public const ulong Data = 0x40000;
    /// <summary>The CPU's own tables, which map every page to itself but for <see cref="Hole"/>.</summary>
    public const ulong DatSegmentTable = 0x50000, DatPageTable = 0x51000;
    /// <summary>The page that they do not map.</summary>
    public const ulong Hole = 0x5F000;
    /// <summary>First DMA address, and the last one that a registration covers when nothing else is said.</summary>
    public const ulong FirstDma = 0x1_0000_0000, LastDma = 0x1_7FFF_FFFF;
    /// <summary>The anchor of those tables.</summary>
    public const ulong Anchor = RegionTable | 0x804;
    /// <summary>Where messages are written.</summary>
    public const ulong MessageAddress = 0xFE00_0000_0000_0000;
}
