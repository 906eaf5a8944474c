using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>TRAP (chapter 10): to the trap program of the dispatchable unit, with the state in its trap save area.</summary>
internal static unsafe class Trap
{
    // Trap-control block: bits 13 and 14 of its first word, save-area and program addresses.
    private const uint LongPsw = 0x0004_0000, LongRegisters = 0x0002_0000;
    private const int ControlBlockSize = 24, SaveAreaOffset = 12, ProgramOffset = 20;
    private const uint ExecuteTarget = 0x8000_0000, IsTrap4 = 0x4000_0000;
    private const int LongSaveArea = 160, ShortSaveArea = 96;

    [Instruction(Op.TRAP2)]
    public static Insn* Trap2(CpuState* c, Insn* i) => To(c, i, 0, 0);

    [Instruction(Op.TRAP4)]
    public static Insn* Trap4(CpuState* c, Insn* i) => To(c, i, IsTrap4, (uint)i->Address2(c) & 0x7FFF_FFFF);

    private static Insn* To(CpuState* c, Insn* i, uint flags, uint operand)
    {
        if (!c->IsPrimaryOrAccessRegisterMode) return c->Program(ProgramCode.SpecialOperation);
        if (!c->TryRealWord(c->DispatchableUnitOrigin + 0x2C, out var trap)) return null;
        if ((trap & 1) == 0) return c->Program(ProgramCode.SpecialOperation);
        var block = trap & 0x7FFF_FFF8;

        Span<byte> control = stackalloc byte[ControlBlockSize];
        if (!TryFind(c, block, control, out var area)) return null;
        var options = BinaryPrimitives.ReadUInt32BigEndian(control);
        if ((options & LongPsw) == 0 && (c->PswMask & Psw.ExtendedAddressing) != 0)
            return c->Program(ProgramCode.SpecialOperation);
        var target = BinaryPrimitives.ReadUInt32BigEndian(control[ProgramOffset..]) & 0x7FFF_FFFF;
        var mask = (c->Psw.Mask & ~(Psw.SpaceMask | Psw.ExtendedAddressing)) | Psw.BasicAddressing;
        var trace = TraceTable.IsOn(c, TraceTable.Branches) ? TraceEntry.Branch(target, mask) : default;
        if (!trace.TryReserve(c)) return null;
        trace.Make(c);

        Save(c, i, options, flags, operand, area);
        if ((c->PswMask & Psw.ExtendedAddressing) != 0) c->Gr[15] = block;
        else c->Low(15) = block;
        c->BreakingEvent = c->AddressOf(i);
        c->LoadPsw(new Psw(mask, target));
        return c->Resume(target);
    }

    // The control block and the save area are in the home space; the PSW key applies.
    private static bool TryFind(CpuState* c, ulong block, Span<byte> control, out StorageOperand area)
    {
        var mode = c->AccessAs(3, c->Psw.Key);
        area = default;
        var done = c->Fetch(block, CpuState.ZeroRegister, control);
        if (done)
        {
            var length = (BinaryPrimitives.ReadUInt32BigEndian(control) & LongRegisters) != 0 ? LongSaveArea : ShortSaveArea;
            var address = BinaryPrimitives.ReadUInt32BigEndian(control[SaveAreaOffset..]) & 0x7FFF_FFF8;
            done = c->Locate(address, CpuState.ZeroRegister, length, AccessKind.Store, out area);
        }
        c->EndAccess(mode);
        return done;
    }

    private static void Save(CpuState* c, Insn* i, uint options, uint flags, uint operand, in StorageOperand area)
    {
        Span<byte> bytes = stackalloc byte[LongSaveArea];
        bytes.Clear();
        var length = c->Executing ? c->ExecuteLength : i->Length;
        flags |= (length << 16) | (c->Executing ? ExecuteTarget : 0);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, flags);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], operand);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], c->Ar[15]);
        var next = c->NextAddress(i);
        if ((options & LongPsw) != 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], c->Psw.Mask);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], next);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], c->Psw.Mask | Psw.ShortFormat | next);
        }
        for (var n = 0; n < 16; n++)
        {
            if (area.Length == LongSaveArea) BinaryPrimitives.WriteUInt64BigEndian(bytes[(32 + n * 8)..], c->Gr[n]);
            else BinaryPrimitives.WriteUInt32BigEndian(bytes[(32 + n * 4)..], c->Low(n));
        }
        area.CopyFrom(ref *c, bytes[..area.Length]);
    }
}
