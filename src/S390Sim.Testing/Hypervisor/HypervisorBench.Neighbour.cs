using S390Sim.Hypervisor;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>The other virtual machine of the host: a guest that mapped two pages for its function, and does no more.</summary>
public sealed partial class HypervisorBench
{
    private const ulong NeighbourSize = 1 << 20;

    private (VirtualMachine Machine, PciFunction Function) StartNeighbour()
    {
        var options = new VirtualMachineOptions(NeighbourSize, _options.Design)
        {
            InterpretsPci = _options.InterpretsPci,
        };
        var machine = new VirtualMachine(Host(_processors[_options.Cpus..]), options);
        var function = Plug(machine, _options.NeighbourIndex);
        var memory = machine.Memory;
        PrepareGuest(memory);
        const ulong pba = TraceLayout.Pba;
        Write64(memory, TraceLayout.Root(0) + (pba >> 31) * 8, TraceLayout.Segment(0) | 0x7);
        Write64(memory, TraceLayout.Segment(0) + (pba >> 20) % 2048 * 8, TraceLayout.PageTable(0));
        for (var n = 0; n < 2; n++)
            Write64(memory, TraceLayout.PageTable(0) + ((pba >> 12) % 256 + (ulong)n) * 8, TraceLayout.Frame(n));
        Modify(machine, function.Handle, 4, TraceLayout.Iota(0, protect: false), pba, pba + 0x1FFF);
        Refresh(machine.Cpu, function.Handle, pba, 0x2000);
        return (machine, function);
    }
}
