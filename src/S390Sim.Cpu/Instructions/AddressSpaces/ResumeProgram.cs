using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>RESUME PROGRAM (chapter 10): PSW fields, access and general register B2 all at once from a saved state.</summary>
internal static unsafe class ResumeProgram
{
    // Bits 0-15 of the parameter list: 0-12 are reserved, then P, R and D.
    private const ushort Reserved = 0xFFF8, LongPsw = 4, LongRegister = 2, Disjoint = 1;
    private const int RpLength = 4, ListLength = 8;

    // What a program may replace: space control, condition code, program mask and addressing mode.
    private const ulong Replaced = Psw.SpaceMask | Psw.ConditionCodeMask | ProgramMask | AddressingMode;
    private const ulong ProgramMask
        = Psw.FixedPointOverflow | Psw.DecimalOverflow | Psw.HfpExponentUnderflow | Psw.HfpSignificance;
    private const ulong AddressingMode = Psw.ExtendedAddressing | Psw.BasicAddressing;

    /// <summary>What the list and the saved state say.</summary>
    private struct Saved
    {
        public ushort Flags, PswOffset, ArOffset, GrOffset, HighOffset;
        public Psw Psw;
        public uint Ar;
        public ulong Gr;

        public readonly bool IsDisjoint => (Flags & (LongRegister | Disjoint)) == (LongRegister | Disjoint);
    }

    [Instruction(Op.RP)]
    public static Insn* Rp(CpuState* c, Insn* i)
    {
        if (!TryList(c, i, out var saved) || !TrySavedPsw(c, i, ref saved) || !TrySavedRegisters(c, i, ref saved)) return null;
        var old = c->Psw;
        var psw = new Psw((old.Mask & ~Replaced) | (saved.Psw.Mask & Replaced), saved.Psw.Address);
        var dat = (old.Mask & Psw.Dat) != 0;
        if (dat && psw.Space == 3 && c->ProblemState) return c->Program(ProgramCode.PrivilegedOperation);
        if (!IsValid(psw)) return c->Program(ProgramCode.Specification);
        var trace = Trace(c, i, psw);
        if (!trace.TryReserve(c)) return null;
        trace.Make(c);

        // As a base, register 0 is a zero, but it is replaced like any other.
        var register = i->B2 & 15;
        c->Ar[register] = saved.Ar;
        if ((saved.Flags & LongRegister) != 0) c->Gr[register] = saved.Gr;
        else c->Low(register) = (uint)saved.Gr;
        c->BreakingEvent = c->AddressOf(i);
        c->LoadPsw(psw);
        if (!dat || (old.Space == 3) == (psw.Space == 3)) return c->Resume(psw.Address);
        return PrimarySpace.HomeSwitched(c, left: old.Space == 3);
    }

    // The list follows the instruction itself, also when that is the target of an EXECUTE; it is fetched as instructions are.
    private static bool TryList(CpuState* c, Insn* i, out Saved saved)
    {
        saved = default;
        var address = (c->Executing ? c->TargetAddress : c->AddressOf(i)) + RpLength;
        Span<byte> list = stackalloc byte[ListLength + 2];
        list.Clear();
        if (!c->FetchInstruction(address & c->AddressMask, list[..2])) return false;
        saved.Flags = BinaryPrimitives.ReadUInt16BigEndian(list);
        if ((saved.Flags & Reserved) != 0)
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        var length = saved.IsDisjoint ? ListLength + 2 : ListLength;
        for (var n = 2; n < length; n += 2)
        {
            if (!c->FetchInstruction((address + (ulong)n) & c->AddressMask, list.Slice(n, 2))) return false;
        }
        saved.PswOffset = BinaryPrimitives.ReadUInt16BigEndian(list[2..]);
        saved.ArOffset = BinaryPrimitives.ReadUInt16BigEndian(list[4..]);
        saved.GrOffset = BinaryPrimitives.ReadUInt16BigEndian(list[6..]);
        saved.HighOffset = BinaryPrimitives.ReadUInt16BigEndian(list[8..]);
        return true;
    }

    private static ulong Place(CpuState* c, Insn* i, ushort offset) => (i->Address2(c) + offset) & c->AddressMask;

    // The short PSW has the mode, and an address of 31 bits, in its second word.
    private static bool TrySavedPsw(CpuState* c, Insn* i, ref Saved saved)
    {
        Span<byte> bytes = stackalloc byte[16];
        var isLong = (saved.Flags & LongPsw) != 0;
        if (!c->Fetch(Place(c, i, saved.PswOffset), i->B2, bytes[..(isLong ? 16 : 8)])) return false;
        var mask = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        saved.Psw = new Psw(mask, isLong ? BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) : mask & 0x7FFF_FFFF);
        return true;
    }

    // Of a disjoint register the field of the first offset is bits 32-63.
    private static bool TrySavedRegisters(CpuState* c, Insn* i, ref Saved saved)
    {
        if (!c->Load32(Place(c, i, saved.ArOffset), i->B2, out saved.Ar)) return false;
        var place = Place(c, i, saved.GrOffset);
        if ((saved.Flags & LongRegister) != 0 && !saved.IsDisjoint) return c->Load64(place, i->B2, out saved.Gr);
        if (!c->Load32(place, i->B2, out var low)) return false;
        uint high = 0;
        if (saved.IsDisjoint && !c->Load32(Place(c, i, saved.HighOffset), i->B2, out high)) return false;
        saved.Gr = ((ulong)high << 32) | low;
        return true;
    }

    private static bool IsValid(Psw psw)
        => (psw.Mask & AddressingMode) != Psw.ExtendedAddressing
            && (psw.Address & 1) == 0 && psw.Address <= Psw.AddressMask(psw.Mask);

    // It is a traced branch, and one that may switch the mode.
    private static TraceEntry Trace(CpuState* c, Insn* i, Psw to)
    {
        var isBranchTraced = TraceTable.IsOn(c, TraceTable.Branches);
        if (TraceTable.IsOn(c, TraceTable.Modes) && ((c->PswMask ^ to.Mask) & Psw.ExtendedAddressing) != 0)
        {
            return isBranchTraced ? TraceEntry.ModeSwitchingBranch(to.Address, to.Mask)
                : TraceEntry.ModeSwitch(c->NextAddress(i), c->PswMask);
        }
        return isBranchTraced ? TraceEntry.Branch(to.Address, to.Mask) : default;
    }
}
