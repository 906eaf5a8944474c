using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Conformance.UserMode;

/// <summary>Runs cases on our own processor, with storage keys in the place of a process's page protection.</summary>
internal sealed unsafe class BenchRunner : IDisposable
{
    private const byte ForbiddenKey = 0x18;      // key 1, fetch protection
    private const byte ReadOnlyKey = 0x10;
    private const byte OpenKey = 0x20;
    private const ulong InstructionLimit = 20_000;
    private const ulong Mask = CpuBench.SupervisorMask | Psw.Problem | (2UL << 52);

    private readonly CpuBench _bench = new(16 << 20);
    private readonly byte[] _templates;

    public BenchRunner(byte[] templates, byte[] fixedPage)
    {
        _templates = templates;
        var storage = _bench.Storage;
        for (ulong block = 0; block < storage.Size; block += Storage.PageSize) storage.SetKey(block, ForbiddenKey);
        storage.SetKey(GuestCase.Pages, OpenKey);
        storage.SetKey(GuestCase.Pages + 4096, OpenKey);
        storage.SetKey(GuestCase.Pages + 8192, ReadOnlyKey);
        storage.SetKey(GuestCase.Slot, OpenKey);
        storage.Write(GuestCase.Pages + 8192, fixedPage);
    }

    public HandlerTable Handlers => _bench.Handlers;

    public GuestState Run(GuestCase guest)
    {
        var c = _bench.State;
        _bench.Storage.Write(GuestCase.Pages, _templates.AsSpan(guest.Template * 8192, 8192));
        _bench.Storage.Write(GuestCase.Slot, guest.CodeBytes());
        for (var n = 0; n < 16; n++)
        {
            c->Gr[n] = guest.Registers[n];
            c->Ar[n] = guest.AccessRegisters[n];
        }
        c->LoadPsw(new Psw(Mask | ((ulong)guest.ConditionCode << 44), GuestCase.Slot));
        var end = GuestCase.Slot + GuestCase.CodeSize;
        var limit = c->InstructionCount + InstructionLimit;
        while (c->PswAddress != end && _bench.Interruption == ProgramCode.None && c->InstructionCount < limit)
            _bench.Processor.Run(c->InstructionCount + 1);
        var failed = _bench.Interruption != ProgramCode.None;
        return new GuestState
        {
            Signal = failed ? Signal(_bench.Interruption) : c->PswAddress == end ? 0 : -1,
            ConditionCode = failed ? _bench.ProgramOld.ConditionCode : c->Cc,
            Registers = new ReadOnlySpan<ulong>(c->Gr, 16).ToArray(),
            AccessRegisters = new ReadOnlySpan<uint>(c->Ar, 16).ToArray(),
            Storage = _bench.Storage.Read(GuestCase.Pages, 8192).ToArray(),
        };
    }

    // Linux, arch/s390/kernel/traps.c.
    private static int Signal(ProgramCode code) => code switch
    {
        ProgramCode.Protection or ProgramCode.Addressing => 11,
        ProgramCode.Data or ProgramCode.FixedPointOverflow or ProgramCode.FixedPointDivide
            or ProgramCode.DecimalOverflow or ProgramCode.DecimalDivide => 8,
        _ => 4,
    };

    public void Dispose() => _bench.Dispose();
}
