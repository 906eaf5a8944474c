using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>STORE FACILITY LIST EXTENDED, EXTRACT CPU ATTRIBUTE, EXTRACT PSW (chapter 7).</summary>
internal static unsafe class Information
{
    /// <summary>Bits 56-63 of register 0: one less than the number of doublewords, of the operand and then of the list.</summary>
    [Instruction(Op.STFLE)]
    public static Insn* Stfle(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        var room = (int)(c->Gr[0] & 0xFF) + 1;
        Span<byte> bytes = stackalloc byte[FacilityLists.MaximumLength * 8];
        var needed = FacilityLists.Copy(c, bytes);
        if (!c->Store(address, i->B2, bytes[..(Math.Min(room, needed) * 8)])) return null;
        c->Gr[0] = (c->Gr[0] & ~0xFFUL) | (uint)(needed - 1);
        c->Cc = room >= needed ? 0 : 3;
        return i + 2;
    }

    /// <summary>
    /// The caches of a zEC12 core: bits 56-59 of the second-operand address ask for the topology, the line size, the size or the
    /// associativity, bits 60-62 name the level, bit 63 the instruction cache. All ones answer what is not defined.
    /// </summary>
    [Instruction(Op.ECAG)]
    public static Insn* Ecag(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        var level = (int)(address >> 1) & 7;
        var isInstruction = (address & 1) != 0;
        var defined = (address & 0xFF_FF00) == 0 && level < 2;
        c->Gr[i->R1] = ((address >> 4) & 0xF) switch
        {
            0 when (address & 0xFF_FFFF) == 0 => 0x0404_0000_0000_0000UL,       // two levels, private, separate
            1 when defined => 256,
            2 when defined => level == 0 ? isInstruction ? 64UL << 10 : 96UL << 10 : 1UL << 20,
            3 when defined => level == 0 ? isInstruction ? 4UL : 6UL : 8UL,
            _ => ulong.MaxValue,
        };
        return i + 3;
    }

    [Instruction(Op.EPSW)]
    public static Insn* Epsw(CpuState* c, Insn* i)
    {
        var mask = c->Psw.Mask;
        c->Low(i->R1) = (uint)(mask >> 32);
        if (i->R2 != 0) c->Low(i->R2) = (uint)mask;
        return i + 2;
    }
}
