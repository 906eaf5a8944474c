using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>LOAD CONTROL and STORE CONTROL (chapter 10): registers R1 to R3, wrapping from 15 to 0.</summary>
internal static unsafe class ControlRegisters
{
    /// <summary>LOAD CONTROL: words into bits 32-63.</summary>
    [Instruction(Op.LCTL)]
    public static Insn* Lctl(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 3) != 0) return c->Program(ProgramCode.Specification);
        Span<byte> bytes = stackalloc byte[64];
        var count = Count(i);
        if (!c->Fetch(address, i->B2, bytes[..(count * 4)])) return null;
        for (var n = 0; n < count; n++)
        {
            var number = (i->R1 + n) & 15;
            Load(c, number, (c->Cr[number] & ~0xFFFF_FFFFUL) | BinaryPrimitives.ReadUInt32BigEndian(bytes[(n * 4)..]));
        }
        return c->ResumeAfter(i);
    }

    /// <summary>LOAD CONTROL (64).</summary>
    [Instruction(Op.LCTLG)]
    public static Insn* Lctlg(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        Span<byte> bytes = stackalloc byte[128];
        var count = Count(i);
        if (!c->Fetch(address, i->B2, bytes[..(count * 8)])) return null;
        for (var n = 0; n < count; n++)
            Load(c, (i->R1 + n) & 15, BinaryPrimitives.ReadUInt64BigEndian(bytes[(n * 8)..]));
        return c->ResumeAfter(i);
    }

    /// <summary>STORE CONTROL: bits 32-63.</summary>
    [Instruction(Op.STCTL)]
    public static Insn* Stctl(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 3) != 0) return c->Program(ProgramCode.Specification);
        Span<byte> bytes = stackalloc byte[64];
        var count = Count(i);
        for (var n = 0; n < count; n++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes[(n * 4)..], (uint)c->Cr[(i->R1 + n) & 15]);
        return c->Store(address, i->B2, bytes[..(count * 4)]) ? i + (i->Length >> 1) : null;
    }

    /// <summary>STORE CONTROL (64).</summary>
    [Instruction(Op.STCTG)]
    public static Insn* Stctg(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        Span<byte> bytes = stackalloc byte[128];
        var count = Count(i);
        for (var n = 0; n < count; n++)
            BinaryPrimitives.WriteUInt64BigEndian(bytes[(n * 8)..], c->Cr[(i->R1 + n) & 15]);
        return c->Store(address, i->B2, bytes[..(count * 8)]) ? i + (i->Length >> 1) : null;
    }

    private static int Count(Insn* i) => ((i->R3 - i->R1) & 15) + 1;

    // TLB tags do not name the ASCE or CR0's controls of translation and protection, so a change of these starts
    // afresh; the ALB does not name its tables and authority (CR2, CR5, CR8).
    private static void Load(CpuState* c, int number, ulong value)
    {
        var changed = c->Cr[number] ^ value;
        if (changed == 0) return;
        c->Cr[number] = value;
        if (number is 1 or 7 or 13 || (number == 0 && (changed & CpuState.AccessControls) != 0)) c->PurgeTlb();
        else if (number is 2 or 5 or 8) c->PurgeAlb();
    }
}
