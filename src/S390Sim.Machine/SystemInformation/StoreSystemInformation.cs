using S390Sim.Cpu;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Machine;

/// <summary>STORE SYSTEM INFORMATION (chapter 10).</summary>
internal static unsafe class StoreSystemInformation
{
    private const ulong ReservedOfSelector1 = 0x0FFF_FF00, ReservedOfSelector2 = 0xFFFF_0000;

    /// <summary>
    /// Function code in bits 32-35 of GR0 and selector 1 in bits 56-63, selector 2 in bits 48-63 of GR1. Function code 0 asks for
    /// the level of the configuration, which is then in bits 32-35 of GR0.
    /// </summary>
    [Instruction(Op.STSI)]
    public static Insn* Stsi(CpuState* c, Insn* i)
    {
        if ((c->Gr[0] & ReservedOfSelector1) != 0 || (c->Gr[1] & ReservedOfSelector2) != 0)
            return c->Program(ProgramCode.Specification);
        var level = c->SieLevel == 0 ? SystemInformation.PartitionLevel : SystemInformation.MachineLevel;
        var function = (int)(c->Gr[0] >> 28) & 0xF;
        if (function == 0)
        {
            c->Low(0) = (c->Low(0) & 0x0FFF_FFFF) | (uint)level << 28;
            c->Cc = 0;
            return i + 2;
        }
        var address = i->Address2(c);
        if ((address & (SystemInformation.BlockSize - 1)) != 0) return c->Program(ProgramCode.Specification);
        Span<byte> block = stackalloc byte[SystemInformation.BlockSize];
        block.Clear();
        var isVertical = c->SieLevel == 0 && c->Processor.Group.IsVertical;
        var information = c->Processor.Service<SystemInformation>();
        if (!information.TryFill(block, level, function, (byte)c->Gr[0], (ushort)c->Gr[1], isVertical))
        {
            c->Cc = 3;
            return i + 2;
        }
        if (!c->Store(address, i->B2, block)) return null;
        c->Cc = 0;
        return i + 2;
    }
}
