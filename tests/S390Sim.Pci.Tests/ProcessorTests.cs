using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Pci.Tests;

/// <summary>The instructions as a processor fetches and executes them, with the interruptions they lead to.</summary>
public sealed unsafe class ProcessorTests : IDisposable
{
    private const ulong Code = 0x8000, Fib = 0x9000, Clp = 0xA000, ProgramNew = 0xDEAD0, IoNew = 0xC000, CheckNew = 0xC100;
    private const ulong Supervisor = Psw.ExtendedAddressing | Psw.BasicAddressing;

    private readonly Storage _storage = new(1 << 20);
    private readonly CodeCache _code;
    private readonly FloatingInterruptions _floating = new();
    private readonly Processor _processor;
    private readonly PciConfiguration _pci;
    private readonly PciFunction _function = new(0, 0, new MemoryDevice());

    public ProcessorTests()
    {
        _code = new CodeCache(_storage);
        var handlers = new HandlerTable();
        InstructionBindings.Bind(handlers);
        _processor = new Processor(_storage, _code, handlers, FacilitySet.Default, new TodClock(1), new TimedEvents(), _floating);
        var iommu = new HostIommu(_storage);
        _pci = new PciConfiguration(
            iommu, _storage, new HardwareTranslation(iommu, _storage), new FloatingAdapterInterruptions(_floating));
        _pci.Add(_function);
        ProcessorContext.Attach(_processor, _pci);
        NewPsw(Lowcore.ProgramNewMaskOffset, ProgramNew);
        NewPsw(Lowcore.IoNewMaskOffset, IoNew);
        NewPsw(Lowcore.MachineCheckNewMaskOffset, CheckNew);
    }

    private CpuState* State => _processor.State;

    public void Dispose()
    {
        _processor.Dispose();
        _code.Dispose();
        _storage.Dispose();
    }

    [Fact]
    public void Clp_enables_a_function()
    {
        _storage.Write(Clp, Convert.FromHexString("0020000500000000000000000000000000020000000000010000000000000000" + "00A0"));
        State->Gr[2] = Clp;
        Assert.Equal(0, Execute("B9A00212"));
        Assert.Equal(0x8002_0000UL, _storage.Read64(Clp + 0x30) >> 32);
        Assert.Equal(0x0010UL, _storage.Read64(Clp + 0x20) >> 32 & 0xFFFF);
    }

    [Fact]
    public void Clp_tells_the_logical_processors_at_once()
    {
        State->Gr[2] = 1;
        Assert.Equal(0, Execute("B9A08012"));
        Assert.Equal(0xA000_0000_0000_0000UL, State->Gr[1]);
    }

    [Fact]
    public void Loads_stores_and_refreshes()
    {
        _function.Enable();
        (State->Gr[8], State->Gr[9]) = (0x8002_0000_000F_0004, 0);
        Assert.Equal(0, Execute("B9D20038"));
        Assert.Equal(0xF41A_4110UL, State->Gr[3]);
        (State->Gr[8], State->Gr[9]) = (0x8002_0000_0000_0002, 0x10);
        Assert.Equal(0, Execute("B9D00038"));
        Assert.Equal([0x41, 0x10], ((MemoryDevice)_function.Device).Memory.Bytes[0x10..0x12]);
        (State->Gr[3], State->Gr[8], State->Gr[9]) = (0x8002_0000_0000_0000, 0x1_0000_0000, 0x1000);
        Assert.Equal(1, Execute("B9D30038"));
        Assert.Equal(0x8002_0000_0800_0000UL, State->Gr[3]);
        _storage.Write(0x7FF8, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        _function.ResetError();
        (State->Gr[3], State->Gr[8], State->Gr[7]) = (0x8002_0000_0000_0010, 0, 0x7FF8 + 4);
        Assert.Equal(0, Execute("EB387FFCFFD0"));       // PCISTB 3,8,-4(7): the operand lies in two pages
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], ((MemoryDevice)_function.Device).Memory.Bytes[..8]);
    }

    [Fact]
    public void Controls_are_registered_and_stored()
    {
        _function.Enable();
        _storage.Write64(Fib + 0x28, 0x2003_0085UL << 32);
        _storage.Write64(Fib + 0x30, 0x30000);
        _storage.Write64(Fib + 0x38, 0x31000);
        (State->Gr[1], State->Gr[7]) = (0x8002_0000_0000_0002, Fib);
        Assert.Equal(0, Execute("E310700000D0"));
        _storage.Write(Fib, new byte[0x50]);
        Assert.Equal(0, Execute("E310700000D4"));
        Assert.Equal((0x80UL << 56, 0x2003_0085UL << 32), (_storage.Read64(Fib + 8), _storage.Read64(Fib + 0x28)));
        Assert.Equal(0x04, _storage.Key(Fib) & 0x04);
    }

    [Fact]
    public void A_message_becomes_an_interruption_of_the_program()
    {
        _function.Enable();
        _function.SetInterruptions(new InterruptionParameters(0x2003_0085, 0x30000, 0x31000));
        State->Cr[6] = 0x2000_0000;
        _function.Signal(1, 0);
        Execute("B9D20038", mask: Supervisor | Psw.Io);
        Assert.Equal(IoNew, State->PswAddress);
        Assert.Equal((0UL, 0x9000_0000UL), (_storage.Read64(0xB8), _storage.Read64(0xC0) >> 32));
    }

    [Fact]
    public void An_event_is_reported_by_machine_check_and_fetched()
    {
        _function.Enable();
        State->Cr[14] |= 1UL << 28;
        _function.Fail(5, 0x1_0000_0000);
        Execute("B9D20038", mask: Supervisor | Psw.MachineCheck);
        Assert.Equal(CheckNew, State->PswAddress);
        State->Gr[7] = Fib;
        Assert.Equal(0, Execute("B2397000"));
        Assert.Equal(0x0B00_0000UL, _storage.Read64(Fib) >> 32);
        Assert.Equal(1, Execute("B2397000"));
        _storage.Write64(Clp, 0x0010_000E_0000_0000);
        _storage.Write64(Clp + 8, 0x2000_0000_0000_0000);
        State->Gr[5] = Clp;
        Assert.Equal(0, Execute("B25F0050"));
        Assert.Equal(0x0005UL, _storage.Read64(Clp + 0x68) & 0xFFFF);
    }

    [Theory]
    [InlineData("B9D20039", ProgramCode.Specification)]
    [InlineData("EB46000000D1", ProgramCode.Operand)]
    [InlineData("E310700400D0", ProgramCode.Specification)]
    public void Refusals_interrupt(string code, ProgramCode expected)
    {
        State->Gr[4] = 9;
        Execute(code);
        Assert.Equal((ProgramNew, expected), (State->PswAddress, (ProgramCode)new Lowcore(_storage.Base).ProgramInterruptionCode));
    }

    [Fact]
    public void In_the_problem_state_they_are_privileged()
    {
        Execute("B9D30038", mask: Supervisor | Psw.Problem);
        Assert.Equal(ProgramCode.PrivilegedOperation, (ProgramCode)new Lowcore(_storage.Base).ProgramInterruptionCode);
    }

    [Fact]
    public void A_refresh_by_a_processor_allocates_nothing()
    {
        _function.Enable();
        _function.RegisterAddressSpace(new IoAddressSpace(new Iota(0x30804), 0x1_0000_0000, 0x1_FFFF_FFFF));
        for (var n = 0UL; n < 2048; n++) _storage.Write64(0x30000 + n * 8, 0x20);
        (State->Gr[3], State->Gr[8], State->Gr[9]) = (0x8002_0000_0000_0000, 0x1_0000_0000, 0x1000);
        Assert.Equal(0, Execute("B9D30038"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 100; n++)
        {
            State->LoadPsw(new Psw(Supervisor, Code));
            _processor.Run(State->InstructionCount + 1);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101UL, _function.Measurement.Refreshes);
    }

    private void NewPsw(int at, ulong address)
    {
        _storage.Write64((ulong)at, Supervisor | Psw.Wait);
        _storage.Write64((ulong)at + 8, address);
    }

    // One instruction at Code; gives the condition code.
    private int Execute(string code, ulong mask = Supervisor)
    {
        _storage.Write(Code, Convert.FromHexString(code));
        State->LoadPsw(new Psw(mask, Code));
        _processor.Run(State->InstructionCount + 1);
        return State->Cc;
    }
}
