using S390Sim.Cpu;
using S390Sim.Machine;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>
/// A bare processor whose SIE unit runs one guest of 1 MB, without any hypervisor: a test fills the state description and reads
/// it when the guest came out. Each kind of interruption leads the guest to a DIAGNOSE of its own.
/// </summary>
internal sealed unsafe class SieBench : IDisposable
{
    /// <summary>Host absolute addresses: the host's tables, the state description, its satellites, and the guest's storage.</summary>
    public const ulong SegmentTable = 0x4_0000, PageTable = 0x5_0000, Block = 0x6_0000, Area = 0x7_0000, Other = 0x7_8000,
        Facilities = 0x8_0000, Satellites = 0x9_0000, Origin = 0x10_0000;
    /// <summary>Guest addresses: code, what EXECUTE can reach without a base, data, a page table.</summary>
    public const ulong Code = 0x2000, Target = 0xF00, Data = 0x3000;
    /// <summary>Guest address of what the new PSWs designate, DIAGNOSE each.</summary>
    public const ulong ProgramNew = 0xE000, SvcNew = 0xE100, ExternalNew = 0xE200, IoNew = 0xE300;
    /// <summary>PSW mask of 64-bit supervisor state, DAT off, everything masked.</summary>
    public const ulong SupervisorMask = Psw.ExtendedAddressing | Psw.BasicAddressing;
    /// <summary>Entry bits of the host's page table.</summary>
    public const ulong Invalid = 0x400;
    /// <summary>DIAGNOSE 44, which ends every program.</summary>
    public const string End = "83000044";

    private static readonly FacilitySet s_facilities
        = new([.. Enumerable.Range(0, 256).Where(n => FacilitySet.Default[n]), .. FacilitySet.OnRequest]);

    private readonly CodeCache _code;

    public SieBench()
    {
        Storage = new Storage(4 << 20);
        _code = new CodeCache(Storage);
        Processor = new Processor(Storage, _code, MachineHandlers.Create(s_facilities), s_facilities, new TodClock(1UL << 40),
            new TimedEvents(), new FloatingInterruptions());
        for (var n = 0UL; n < 512; n++) Storage.Write64(SegmentTable + n * 8, n == 1 ? PageTable : 0x20);
        for (var n = 0UL; n < 256; n++) Storage.Write64(PageTable + n * 8, Origin + (n << 12));
        Processor.State->Cr[1] = SegmentTable;
        var sd = Description;
        sd.CpuFlags = SieFlags.ZArchitecture;
        sd.HostCpu = 0xFFFF;
        sd.MainStorageOrigin = Origin;
        sd.MainStorageLimit = Origin;
        sd.Ecb = ExecutionControlsB.SpecificationExceptions | ExecutionControlsB.HostProtection;
        sd.Eca = ExecutionControlsA.ProtectionExceptions | ExecutionControlsA.ExternalInterruptions;
        sd.Cr0 = 0xE0;
        // What facilities that a line permits want of their host.
        sd.CryptoBlock = (uint)Satellites;
        sd.TransactionBlock = Satellites + 0x1000;
        sd.Extension = Satellites + 0x2000 + 8;
        sd.InstrumentationBlock = Satellites + 0x3000;
        NewPsw((ulong)Lowcore.ProgramNewMaskOffset, ProgramNew);
        NewPsw((ulong)Lowcore.SvcNewMaskOffset, SvcNew);
        NewPsw((ulong)Lowcore.ExternalNewMaskOffset, ExternalNew);
        NewPsw((ulong)Lowcore.IoNewMaskOffset, IoNew);
    }

    public Storage Storage { get; }
    public Processor Processor { get; }
    public CpuState* State => Processor.State;
    public StateDescription Description => new(Storage.Base + Block);
    /// <summary>The guest's assigned storage, prefix zero.</summary>
    public Lowcore Lowcore => new(Storage.Base + Origin);

    public ulong this[ulong guest]
    {
        get => Storage.Read64(Origin + guest);
        set => Storage.Write64(Origin + guest, value);
    }

    public ulong GetCr(int register) => Storage.Read64(Block + StateDescription.Cr0Offset + (ulong)register * 8);

    public void SetCr(int register, ulong value) => Storage.Write64(Block + StateDescription.Cr0Offset + (ulong)register * 8, value);

    private void NewPsw(ulong at, ulong address)
    {
        this[at] = SupervisorMask;
        this[at + 8] = address;
        Put(address, "83000000");
    }

    public void Put(ulong guest, string hex) => Storage.Write(Origin + guest, Convert.FromHexString(hex));

    /// <summary>Runs the guest's program, which DIAGNOSE 44 ends, until it comes out.</summary>
    public StopReason Run(string program, ulong mask = SupervisorMask)
    {
        Put(Code, program + End);
        var sd = Description;
        (sd.PswMask, sd.PswAddress) = (mask, Code);
        return Continue();
    }

    /// <summary>Enters SIE once more, where the guest is.</summary>
    public StopReason Continue(ulong limit = 10_000)
    {
        var sd = Description;
        sd.InterceptionCode = 0;
        if (!Processor.Sie.Enter(State, Block)) return StopReason.Interception;
        var reason = Processor.Run(State->InstructionCount + limit);
        Processor.Sie.Leave(State);
        return reason;
    }

    public void Dispose()
    {
        _code.Dispose();
        Processor.Dispose();
        Storage.Dispose();
    }
}
