using S390Sim.Generated;

namespace S390Sim.Machine;

/// <summary>Header of a service-call control block.</summary>
[Block(8)]
public readonly unsafe partial struct SccbHeader
{
    /// <summary>Bytes in the block, header included.</summary>
    [At(0)] public partial ushort Length { get; set; }
    /// <summary>Function code: 0x80 asks for a dump of a format, 0 is normal.</summary>
    [At(2)] public partial byte FunctionCode { get; set; }
    /// <summary>Response code; see <see cref="SclpResponse"/>.</summary>
    [At(6)] public partial ushort Response { get; set; }
}

/// <summary>Answer to Read SCP info: what the configuration is (linux-and-peers.md section 2).</summary>
[Block(144)]
public readonly unsafe partial struct ScpInformationBlock
{
    /// <summary>Number of storage increments; zero when <see cref="LargeIncrements"/> says it.</summary>
    [At(8)] public partial ushort Increments { get; set; }
    /// <summary>Megabytes in an increment; zero when <see cref="LargeIncrementSize"/> says it.</summary>
    [At(10)] public partial byte IncrementSize { get; set; }
    /// <summary>Number of CPU entries.</summary>
    [At(16)] public partial ushort CpuCount { get; set; }
    /// <summary>Offset of the CPU entries.</summary>
    [At(18)] public partial ushort CpuOffset { get; set; }
    /// <summary>SCLP facilities.</summary>
    [At(48)] public partial ulong Facilities { get; set; }
    /// <summary>Highest main-storage address as a power of two.</summary>
    [At(99)] public partial byte StoragePower { get; set; }
    /// <summary>Megabytes in an increment when they exceed a byte.</summary>
    [At(100)] public partial uint LargeIncrementSize { get; set; }
    /// <summary>Number of increments when they exceed a halfword.</summary>
    [At(104)] public partial ulong LargeIncrements { get; set; }
    /// <summary>Highest CPU address.</summary>
    [At(120)] public partial ushort HighestCpu { get; set; }
    /// <summary>0x80: PCI interruptions can be directed to CPUs.</summary>
    [At(135)] public partial byte DirectedInterruptions { get; set; }
}

/// <summary>Answer to Read CPU info.</summary>
[Block(16)]
public readonly unsafe partial struct CpuInformationBlock
{
    /// <summary>Configured CPUs.</summary>
    [At(8)] public partial ushort Configured { get; set; }
    /// <summary>Offset of their entries.</summary>
    [At(10)] public partial ushort FirstConfigured { get; set; }
    /// <summary>CPUs in standby.</summary>
    [At(12)] public partial ushort Standby { get; set; }
    /// <summary>Offset of their entries.</summary>
    [At(14)] public partial ushort FirstStandby { get; set; }
}

/// <summary>Block of the commands that configure and deconfigure I/O adapters.</summary>
[Block(16)]
public readonly unsafe partial struct AdapterBlock
{
    /// <summary>Type of the adapter; 2 for PCI.</summary>
    [At(8)] public partial byte AdapterType { get; set; }
    /// <summary>Identifier: the FID of a PCI function.</summary>
    [At(12)] public partial uint Identifier { get; set; }
}

/// <summary>Header of an event buffer.</summary>
[Block(6)]
public readonly unsafe partial struct EventBufferHeader
{
    /// <summary>Bytes, header included.</summary>
    [At(0)] public partial ushort Length { get; set; }
    /// <summary>Event type.</summary>
    [At(2)] public partial byte Type { get; set; }
    /// <summary>0x80: the service processor has accepted the buffer.</summary>
    [At(3)] public partial byte Flags { get; set; }
}

/// <summary>Event buffer of an adapter's error notification; data for the log follow.</summary>
[Block(16)]
public readonly unsafe partial struct AdapterErrorBuffer
{
    /// <summary>Action: the adapter shall be deconfigured and repaired.</summary>
    public const byte Repair = 1;

    /// <summary>Action: 0 reset, 1 deconfigure and repair, 2 information.</summary>
    [At(6)] public partial byte Action { get; set; }
    /// <summary>Type of the adapter; 2 for PCI.</summary>
    [At(7)] public partial byte AdapterType { get; set; }
    /// <summary>Function handle.</summary>
    [At(8)] public partial uint Handle { get; set; }
    /// <summary>Function identifier.</summary>
    [At(12)] public partial uint Fid { get; set; }
}

/// <summary>Service-call command words.</summary>
public static class SclpCommand
{
#pragma warning disable CS1591 // Named for what they do.
    public const uint ReadCpuInfo = 0x0001_0001;
    public const uint ReadScpInfo = 0x0002_0001;
    public const uint ReadScpInfoForced = 0x0012_0001;
    public const uint ConfigureAdapter = 0x001A_0001;
    public const uint DeconfigureAdapter = 0x001B_0001;
    public const uint WriteEventData = 0x0076_0005;
    public const uint ReadEventData = 0x0077_0005;
    public const uint WriteEventMask = 0x0078_0005;
#pragma warning restore CS1591

    /// <summary>The bits of a command word that select the function; the others qualify it.</summary>
    public const uint CodeMask = 0xFFFF_00FF;
}

/// <summary>Response codes in an SCCB.</summary>
public static class SclpResponse
{
    /// <summary>Information was read.</summary>
    public const ushort Read = 0x0010;
    /// <summary>Normal completion.</summary>
    public const ushort Normal = 0x0020;
    /// <summary>The block crosses a 4 KB boundary.</summary>
    public const ushort BoundaryViolation = 0x0100;
    /// <summary>The command word is not valid.</summary>
    public const ushort InvalidCommand = 0x01F0;
    /// <summary>The block is too short for the answer.</summary>
    public const ushort InsufficientLength = 0x0300;
    /// <summary>An event buffer has a type that is not taken.</summary>
    public const ushort InvalidFunction = 0x40F0;
    /// <summary>No event is there to be read.</summary>
    public const ushort NoEvents = 0x60F0;
    /// <summary>The lengths in the block contradict each other.</summary>
    public const ushort InconsistentLengths = 0x72F0;
    /// <summary>The event-mask length is none that is taken.</summary>
    public const ushort InvalidMaskLength = 0x74F0;
}
