using System.Buffers.Binary;
using System.Text;

namespace S390Sim.Machine;

/// <summary>
/// The system-information blocks of STORE SYSTEM INFORMATION (chapter 10): 1 the machine, 2 the logical partition, 3 the virtual
/// machine, 15 the topology. Text is EBCDIC, filled with blanks; UTF-8 where the block says so.
/// </summary>
/// <param name="identity">Names and numbers.</param>
/// <param name="cpu">Machine type and facilities.</param>
/// <param name="cpus">Number of CPUs; all are configured.</param>
public sealed class SystemInformation(SystemIdentity identity, CpuSelection cpu, int cpus)
{
    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 4096;
    /// <summary>Configuration level of a logical partition.</summary>
    public const int PartitionLevel = 2;
    /// <summary>Configuration level of a virtual machine.</summary>
    public const int MachineLevel = 3;

    private const int TopologyFunction = 15, TopologyFacility = 11;
    private const uint Capability = 1000;       // a relative measure: less is faster
    private const ushort FullAdjustment = 0xFFFF;

    /// <summary>Fills a block, given as zeros; false where there is none of those numbers.</summary>
    /// <param name="block">4096 bytes.</param>
    /// <param name="level">Level of the configuration that asks.</param>
    /// <param name="function">Function code.</param>
    /// <param name="selector1">Selector 1.</param>
    /// <param name="selector2">Selector 2.</param>
    /// <param name="isVertical">Whether the CPUs are polarized vertically.</param>
    public bool TryFill(Span<byte> block, int level, int function, int selector1, int selector2, bool isVertical = false)
    {
        if (function > level && function != TopologyFunction) return false;
        switch (function, selector1, selector2)
        {
            case (1, 1, 1): Machine(block); return true;
            case (1, 2, 1): MachineCpu(block); return true;
            case (1, 2, 2): MachineCpus(block); return true;
            case (2, 2, 1): MachineCpu(block); PartitionCpu(block); return true;
            case (2, 2, 2): Partition(block); return true;
            case (3, 2, 2): VirtualMachines(block); return true;
            case (TopologyFunction, 1, 2) when cpu.Facilities[TopologyFacility]: Topology(block, isVertical); return true;
            default: return false;
        }
    }

    private void Machine(Span<byte> block)
    {
        Ebcdic.Write(identity.Manufacturer, block[32..48]);
        Ebcdic.Write(cpu.Model.MachineType, block[48..52]);
        Ebcdic.Write(identity.Model, block[64..80]);        // model-capacity identifier
        Ebcdic.Write(identity.Sequence.PadLeft(16, '0'), block[80..96]);
        Ebcdic.Write(identity.Plant, block[96..100]);
        Ebcdic.Write(identity.Model, block[100..116]);
    }

    private void MachineCpu(Span<byte> block)
    {
        Ebcdic.Write(identity.Sequence.PadLeft(16, '0'), block[80..96]);
        Ebcdic.Write(identity.Plant, block[96..100]);
    }

    private void PartitionCpu(Span<byte> block) => Half(block, 100, (ushort)identity.PartitionNumber);

    private void MachineCpus(Span<byte> block)
    {
        Word(block, 32, Capability);
        Counts(block[36..]);
        for (var n = 1; n < cpus; n++) Half(block, 44 + (n - 1) * 2, FullAdjustment);
    }

    private void Partition(Span<byte> block)
    {
        const byte Shared = 0x40;
        Half(block, 32, (ushort)identity.PartitionNumber);
        block[35] = Shared;
        Counts(block[36..]);
        Ebcdic.Write(identity.PartitionName, block[44..52]);
        Word(block, 52, Capability);        // capability-adjustment factor: no share is withheld
    }

    // One description: there is one level of virtual machines.
    private void VirtualMachines(Span<byte> block)
    {
        const byte Utf8 = 2;
        block[31] = 1;
        var machine = block[32..96];
        Counts(machine[4..]);
        Ebcdic.Write(identity.MachineName, machine[12..20]);
        Word(machine, 20, Capability);
        Ebcdic.Write("KVM/S390Sim", machine[24..40]);
        machine[43] = Utf8;
        identity.MachineUuid.TryWriteBytes(machine[48..64], bigEndian: true, out _);
        Encoding.UTF8.GetBytes(identity.MachineName, block[2048..2303]);
    }

    // Total, configured, standby, reserved.
    private void Counts(Span<byte> counts)
    {
        Half(counts, 0, (ushort)cpus);
        Half(counts, 2, (ushort)cpus);
    }

    // All CPUs are cores of one container: a topology of two levels.
    private void Topology(Span<byte> block, bool isVertical)
    {
        const int Container = 16, Core = 24, End = 40;
        const byte VerticalHigh = 3;
        Half(block, 2, End);
        block[8] = 1;               // magnitude of level 2
        block[9] = (byte)cpus;      // of level 1
        block[11] = 2;
        block[Container] = 1;       // nesting level of the container
        block[Container + 7] = 1;   // its identification
        block[Core + 4] = isVertical ? VerticalHigh : (byte)0;
        BinaryPrimitives.WriteUInt64BigEndian(block[(Core + 8)..], ulong.MaxValue << (64 - cpus));
    }

    private static void Half(Span<byte> block, int at, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(block[at..], value);

    private static void Word(Span<byte> block, int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(block[at..], value);
}
