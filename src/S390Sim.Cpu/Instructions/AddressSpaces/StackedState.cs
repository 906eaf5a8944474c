using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>Instructions that make, look at and change the current state entry (chapter 10).</summary>
internal static unsafe class StackedState
{
    private const ulong Mode31 = 0x8000_0000;

    /// <summary>BRANCH AND STACK: the entry returns to R1, or behind this instruction; R2, if not zero, is branched to.</summary>
    [Instruction(Op.BAKR)]
    public static Insn* Bakr(CpuState* c, Insn* i)
    {
        if (!c->IsPrimaryOrAccessRegisterMode) return c->Program(ProgramCode.SpecialOperation);
        var next = c->NextAddress(i);
        var target = i->R2 == 0 ? next : c->Gr[i->R2] & c->AddressMask;
        var trace = i->R2 != 0 && TraceTable.IsOn(c, TraceTable.Branches) ? TraceEntry.Branch(target, c->PswMask) : default;
        if (!trace.TryReserve(c)) return null;
        if (!LinkageStack.TryFindSpace(c, LinkageStack.BranchEntry, out var place)) return null;
        var psw = i->R1 == 0 ? c->Psw with { Address = next } : ReturnTo(c->Psw, c->Gr[i->R1]);
        LinkageStack.Push(c, place, new(LinkageStack.BranchEntry, psw, target | ModeOf(c)));
        trace.Make(c);
        return i->R2 == 0 ? i + 2 : c->Branch(i, target);
    }

    // Bit 63 asks for the 64-bit mode, bit 32 for the 31-bit mode.
    private static Psw ReturnTo(Psw psw, ulong register)
    {
        var mask = psw.Mask & ~(Psw.ExtendedAddressing | Psw.BasicAddressing);
        if ((register & 1) != 0) return new(mask | Psw.ExtendedAddressing | Psw.BasicAddressing, register & ~1UL);
        return (register & Mode31) != 0
            ? new(mask | Psw.BasicAddressing, register & 0x7FFF_FFFF) : new(mask, register & 0xFF_FFFF);
    }

    private static ulong ModeOf(CpuState* c)
        => (c->PswMask & Psw.ExtendedAddressing) != 0 ? 1 : (c->PswMask & Psw.BasicAddressing) != 0 ? Mode31 : 0;

    /// <summary>Whether the linkage stack may be looked at: DAT on, and not secondary-space mode.</summary>
    private static bool IsAllowed(CpuState* c)
    {
        if ((c->PswMask & Psw.Dat) != 0 && c->Psw.Space != 2) return true;
        c->Program(ProgramCode.SpecialOperation);
        return false;
    }

    /// <summary>EXTRACT STACKED REGISTERS: R1 to R2, general (bits 32-63) and access registers.</summary>
    [Instruction(Op.EREG)]
    public static Insn* Ereg(CpuState* c, Insn* i)
    {
        if (!IsAllowed(c) || !LinkageStack.TryCurrent(c, unstacks: false, out var entry)) return null;
        for (var n = i->R1; ; n = (byte)((n + 1) & 15))
        {
            c->Low(n) = (uint)entry.Gr(n);
            c->Ar[n] = entry.Ar(n);
            if (n == i->R2) return i + 2;
        }
    }

    /// <summary>EXTRACT STACKED REGISTERS (64).</summary>
    [Instruction(Op.EREGG)]
    public static Insn* Eregg(CpuState* c, Insn* i)
    {
        if (!IsAllowed(c) || !LinkageStack.TryCurrent(c, unstacks: false, out var entry)) return null;
        for (var n = i->R1; ; n = (byte)((n + 1) & 15))
        {
            c->Gr[n] = entry.Gr(n);
            c->Ar[n] = entry.Ar(n);
            if (n == i->R2) return i + 2;
        }
    }

    /// <summary>EXTRACT STACKED STATE: the part that bits 56-63 of R2 name, into the pair R1.</summary>
    [Instruction(Op.ESTA)]
    public static Insn* Esta(CpuState* c, Insn* i)
    {
        if (!IsAllowed(c)) return null;
        var code = (int)c->Gr[i->R2] & 0xFF;
        if ((i->R1 & 1) != 0 || code > (c->Processor.Facilities[6] ? 5 : 4)) return c->Program(ProgramCode.Specification);
        if (!LinkageStack.TryCurrent(c, unstacks: false, out var entry)) return null;
        switch (code)
        {
            case 0: SetLow(c, i, entry.Authority); break;
            case 1: SetLow(c, i, ShortPsw(entry.Psw)); break;
            case 2: SetLow(c, i, entry.Called); break;
            case 3: SetLow(c, i, entry.Modifiable); break;
            case 4:
                c->Gr[i->R1] = entry.Psw.Mask;
                c->Gr[i->R1 + 1] = entry.Psw.Address;
                break;
            default:
                c->High(i->R1) = (uint)(entry.Instances >> 32);
                c->High(i->R1 + 1) = (uint)entry.Instances;
                break;
        }
        c->Cc = entry.Type == LinkageStack.CallEntry ? 1 : 0;
        return i + 2;
    }

    private static void SetLow(CpuState* c, Insn* i, ulong value)
    {
        c->Low(i->R1) = (uint)(value >> 32);
        c->Low(i->R1 + 1) = (uint)value;
    }

    // As ESA/390 has it; bit 63 is one when the address does not fit.
    private static ulong ShortPsw(Psw psw)
        => (psw.Mask & ~0x7FFF_FFFFUL) | Psw.ShortFormat | (psw.Address & 0x7FFF_FFFF) | (psw.Address > 0x7FFF_FFFF ? 1UL : 0);

    /// <summary>MODIFY STACKED STATE: bits 32-63 of the pair R1 into the modifiable area.</summary>
    [Instruction(Op.MSTA)]
    public static Insn* Msta(CpuState* c, Insn* i)
    {
        if (!IsAllowed(c)) return null;
        if ((i->R1 & 1) != 0) return c->Program(ProgramCode.Specification);
        if (!LinkageStack.TryCurrent(c, unstacks: false, out var entry)) return null;
        if (!LinkageStack.TryModifiable(c, entry, out var area)) return null;
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, c->Low(i->R1));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], c->Low(i->R1 + 1));
        area.CopyFrom(ref *c, bytes);
        return i + 2;
    }
}
