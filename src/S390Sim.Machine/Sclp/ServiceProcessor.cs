using System.Numerics;
using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>How SERVICE CALL ended: a program exception, or else a condition code.</summary>
/// <param name="Exception">The exception, or None.</param>
/// <param name="ConditionCode">0 started, 2 busy.</param>
public readonly record struct ServiceCallResult(ProgramCode Exception, int ConditionCode);

/// <summary>
/// The service processor of one configuration: answers the commands of SERVICE CALL (linux-and-peers.md section 2). It
/// knows no CPU: the caller hands over the operands, whether an instruction handler or a hypervisor. A command is done
/// when the call returns; that it is done is told by a service signal, so that programs see it as asynchronous.
/// </summary>
/// <param name="storage">The configuration's absolute storage.</param>
/// <param name="floating">The configuration's interruption requests.</param>
/// <param name="console">Where event data goes.</param>
/// <param name="pci">The PCI functions, which it configures; null when the configuration has none.</param>
/// <param name="cpus">Number of CPUs in the configuration.</param>
public sealed unsafe class ServiceProcessor(
    IAbsoluteStorage storage, FloatingInterruptions floating, GuestConsole console, PciConfiguration? pci = null, int cpus = 1)
{
    private const int PageSize = 4096;
    private const int CpuEntrySize = 16;
    private const ulong AddressBits = 0x7FFF_FFF8;      // a doubleword below 2 GB
    private const ulong HasCpuInfo = 0x0800_0000_0000_0000;
    private const ulong HasAdapterConfiguration = 0x0000_0000_4000_0000;
    private const byte HasDirectedInterruptions = 0x80;
    private const ulong MaxIncrements = 1020;

    /// <summary>What a program of the configuration can use for guests of its own.</summary>
    public SieFacilities Interpretation { get; set; }

    private readonly EventFacility _events = new(console, pci);

    /// <summary>Executes a command.</summary>
    /// <param name="command">Command word: R1 bits 32-63.</param>
    /// <param name="sccb">Real address of the block: R2. Blocks that prefixing would move are refused, so that it is absolute.</param>
    /// <param name="prefix">The calling CPU's prefix.</param>
    public ServiceCallResult Call(uint command, ulong sccb, ulong prefix)
    {
        if (Check(sccb, prefix) is not ProgramCode.None and var exception) return new(exception, 0);
        if (floating.ServiceSignal) return new(ProgramCode.None, 2);
        var block = stackalloc byte[PageSize];
        var bytes = new Span<byte>(block, PageSize);
        storage.TryRead(sccb, bytes[..SccbHeader.Size]);
        var header = new SccbHeader(block);
        if (header.Length < SccbHeader.Size) return new(ProgramCode.Specification, 0);

        var inPage = PageSize - (int)(sccb & (PageSize - 1));
        var length = Math.Min(header.Length, inPage);
        if (!storage.TryRead(sccb, bytes[..length])) return new(ProgramCode.Addressing, 0);
        header.Response = Execute(command & SclpCommand.CodeMask, header, header.Length <= inPage);
        if (!storage.TryWrite(sccb, bytes[..length])) return new(ProgramCode.Addressing, 0);
        floating.RequestServiceSignal((uint)sccb);
        return default;
    }

    private ProgramCode Check(ulong sccb, ulong prefix)
    {
        if ((sccb & ~AddressBits) != 0) return ProgramCode.Specification;
        var block = sccb & ~0x1FFFUL;
        if (block == 0 || block == prefix) return ProgramCode.Specification;
        return sccb > storage.Size - SccbHeader.Size ? ProgramCode.Addressing : ProgramCode.None;
    }

    private ushort Execute(uint command, SccbHeader header, bool isInPage)
    {
        if (!IsKnown(command)) return SclpResponse.InvalidCommand;
        if (!isInPage) return SclpResponse.BoundaryViolation;
        return command switch
        {
            SclpCommand.ReadCpuInfo => ReadCpuInfo(header),
            SclpCommand.ReadScpInfo or SclpCommand.ReadScpInfoForced => ReadScpInfo(header),
            SclpCommand.ConfigureAdapter => Adapter(header, (type, fid) => pci!.ConfigureAdapter(type, fid)),
            SclpCommand.DeconfigureAdapter => Adapter(header, (type, fid) => pci!.DeconfigureAdapter(type, fid)),
            SclpCommand.WriteEventData => _events.Write(header),
            SclpCommand.ReadEventData => SclpResponse.NoEvents,
            _ => _events.SetMask(header),
        };
    }

    private bool IsKnown(uint command) => command switch
    {
        SclpCommand.ReadCpuInfo or SclpCommand.ReadScpInfo or SclpCommand.ReadScpInfoForced => true,
        SclpCommand.WriteEventData or SclpCommand.ReadEventData or SclpCommand.WriteEventMask => true,
        SclpCommand.ConfigureAdapter or SclpCommand.DeconfigureAdapter => pci is not null,
        _ => false,
    };

    private static ushort Adapter(SccbHeader header, Func<byte, uint, ushort> action)
    {
        if (header.Length < AdapterBlock.Size) return SclpResponse.InsufficientLength;
        var block = new AdapterBlock(header.Address);
        return action(block.AdapterType, block.Identifier);
    }

    private ushort ReadScpInfo(SccbHeader header)
    {
        if (header.Length < ScpInformationBlock.Size + cpus * CpuEntrySize) return SclpResponse.InsufficientLength;
        ClearAnswer(header);
        var info = new ScpInformationBlock(header.Address)
        {
            CpuCount = (ushort)cpus,
            CpuOffset = ScpInformationBlock.Size,
            HighestCpu = (ushort)(cpus - 1),
            Facilities = pci is null ? HasCpuInfo : HasCpuInfo | HasAdapterConfiguration,
            DirectedInterruptions = pci is { OffersDirectedInterruptions: true } ? HasDirectedInterruptions : (byte)0,
            StoragePower = (byte)(64 - BitOperations.LeadingZeroCount(storage.Size - 1)),
        };
        InterpretationBits.WriteInformation(Interpretation, new Span<byte>(header.Address, ScpInformationBlock.Size));
        Ebcdic.Write("", new Span<byte>(header.Address + 24, 8));     // LOADPARM: none
        SetIncrements(info);
        WriteCpus(header.Address + ScpInformationBlock.Size);
        return SclpResponse.Read;
    }

    // The smallest power of two of megabytes that keeps the number of increments small.
    private void SetIncrements(ScpInformationBlock info)
    {
        var megabytes = 1UL;
        while (storage.Size / (megabytes << 20) > MaxIncrements) megabytes <<= 1;
        var increments = storage.Size / (megabytes << 20);
        info.IncrementSize = megabytes <= byte.MaxValue ? (byte)megabytes : (byte)0;
        info.LargeIncrementSize = megabytes <= byte.MaxValue ? 0 : (uint)megabytes;
        info.Increments = (ushort)increments;
        info.LargeIncrements = 0;
    }

    private ushort ReadCpuInfo(SccbHeader header)
    {
        if (header.Length < CpuInformationBlock.Size + cpus * CpuEntrySize) return SclpResponse.InsufficientLength;
        ClearAnswer(header);
        _ = new CpuInformationBlock(header.Address)
        {
            Configured = (ushort)cpus,
            FirstConfigured = CpuInformationBlock.Size,
            Standby = 0,
            FirstStandby = (ushort)(CpuInformationBlock.Size + cpus * CpuEntrySize),
        };
        WriteCpus(header.Address + CpuInformationBlock.Size);
        return SclpResponse.Read;
    }

    // An entry begins with the CPU address; of its feature bits those are used that hypervisors look for.
    private void WriteCpus(byte* entries)
    {
        for (var n = 0; n < cpus; n++)
        {
            var entry = new Span<byte>(entries + n * CpuEntrySize, CpuEntrySize);
            entry[0] = (byte)n;
            InterpretationBits.WriteCpu(Interpretation, entry);
        }
    }

    private static void ClearAnswer(SccbHeader header)
        => new Span<byte>(header.Address + SccbHeader.Size, header.Length - SccbHeader.Size).Clear();
}
