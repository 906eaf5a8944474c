using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Benchmarks;

/// <summary>
/// RPCIT as a guest executes it under SIE: exit, handler, re-entry. The range is mapped and unchanged, or of length zero; time
/// is per RPCIT.
/// </summary>
[MemoryDiagnoser]
public class RefreshBenchmarks : IVirtualMachineServices
{
    private const int Refreshes = 1024;
    private const ulong Sdma = 0x1_0000_0000;
    private const ulong Root = 0x10_0000, Segments = 0x10_4000, Pages = 0x10_8000, Frames = 0x20_0000;

    private Storage _storage = null!;
    private CodeCache _code = null!;
    private Processor _processor = null!;
    private VirtualMachine _machine = null!;

    [ParamsSource(nameof(Designs))]
    public string Design { get; set; } = "lent";

    public static IEnumerable<string> Designs => DomainDesigns.Names;

    [Params(0, 1, 256)]
    public int PagesPerRefresh { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _storage = new Storage(128 << 20);
        _code = new CodeCache(_storage);
        var facilities = FacilitySet.Default;
        var events = new TimedEvents();
        _processor = new Processor(_storage, _code, MachineHandlers.Create(facilities), facilities, new TodClock(1UL << 40), events,
            new FloatingInterruptions());
        var host = new VirtualMachineHost(_processor, new HostFrames(_storage, 1 << 20), new HostIommu(_storage),
            new PciClock(() => _processor.Tod, events), this);
        _machine = new VirtualMachine(host, new VirtualMachineOptions(16 << 20, Design));
        var function = new PciFunction(0, 1, new EduDevice()) { SimulationBits = _machine.Design.SimulationBits };
        _machine.Pci.Add(function);
        function.Enable();
        BuildTables();
        function.RegisterAddressSpace(new IoAddressSpace(new Iota(Root | 0x804), Sdma, Sdma + 0xFFFFF));
        // rpcit %r1,%r2 ; j .-4
        _machine.Memory.TryWrite(0x10000, Convert.FromHexString("B9D30012A7F4FFFE"));
        _machine.Cpu.SetGr(1, (ulong)function.Handle << 32);
        _machine.Cpu.SetGr(2, Sdma);
        _machine.Cpu.SetGr(3, (ulong)PagesPerRefresh * 4096);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _machine.Dispose();
        _code.Dispose();
        _processor.Dispose();
        _storage.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Refreshes)]
    public void Refresh()
    {
        _machine.Cpu.Psw = new Psw(Psw.ExtendedAddressing | Psw.BasicAddressing, 0x10000);
        _machine.Cpu.Run(_machine.InstructionCount + Refreshes * 2);
    }

    private void BuildTables()
    {
        for (ulong n = 0; n < 2048; n++)
        {
            Store(Root + n * 8, 0x20);
            Store(Segments + n * 8, 0x20);
        }
        Store(Root + 2 * 8, Segments | 7);
        Store(Segments, Pages);
        for (ulong n = 0; n < 256; n++) Store(Pages + n * 8, Frames + n * 4096);
    }

    private void Store(ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        _machine.Memory.TryWrite(address, bytes);
    }

    ProgramCode IVirtualMachineServices.ServiceCall(VirtualMachine machine, uint command, ulong blockAddress, ulong prefix, out int conditionCode)
    {
        conditionCode = 3;
        return ProgramCode.None;
    }

    ProgramCode IVirtualMachineServices.Diagnose(InterceptContext context, uint code) => ProgramCode.Specification;
}
