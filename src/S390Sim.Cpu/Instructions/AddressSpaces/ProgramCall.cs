using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>PROGRAM CALL (chapter 10; chapter 5, "PC-Number Translation").</summary>
internal static unsafe class ProgramCall
{
    private const uint LongNumber = 0x8_0000;       // bit 44 of the second-operand address

    /// <summary>What the call will do.</summary>
    private struct Call
    {
        public uint Number, Origin;
        public bool IsLongNumber, SwitchesSpace;
        public EntryTableEntry Entry;
        public Aste Space;
        public ulong Asce;
        public Psw Psw;

        public readonly bool Has(ushort option) => (Entry.Options & option) != 0;
    }

    [Instruction(Op.PC)]
    public static Insn* Pc(CpuState* c, Insn* i)
    {
        if (!c->IsPrimaryOrAccessRegisterMode) return c->Program(ProgramCode.SpecialOperation);
        var call = new Call { Number = (uint)i->Address2(c) };
        call.IsLongNumber = c->ReuseEnabled && (call.Number & LongNumber) != 0;
        if (!call.IsLongNumber) call.Number &= 0xF_FFFF;
        if (!TryFindEntry(c, call.Number, call.IsLongNumber, out call.Entry)) return null;
        if (!TryPermit(c, ref call) || !TrySwitchSpace(c, ref call)) return null;
        var next = c->NextAddress(i);
        SetPsw(c, ref call);
        var trace = Trace(c, call, next);
        if (!trace.TryReserve(c)) return null;
        LinkageStack.Place place = default;
        if (call.Has(EntryTableEntry.Stacking) && !LinkageStack.TryFindSpace(c, LinkageStack.CallEntry, out place)) return null;
        trace.Make(c);
        if (call.Has(EntryTableEntry.Stacking)) Stack(c, call, place, next);
        else Link(c, call, next);
        return Enter(c, i, call);
    }

    // A basic call stays in its addressing mode as far as 64-bit is concerned, and is made in the primary-space mode only.
    private static bool TryPermit(CpuState* c, ref Call call)
    {
        var entry = call.Entry;
        var extended = call.Has(EntryTableEntry.Extended);
        if (!call.Has(EntryTableEntry.Stacking)
            && (c->Psw.Space == 1 || extended != ((c->PswMask & Psw.ExtendedAddressing) != 0)))
            return Fail(c, ProgramCode.SpecialOperation);
        if (!extended && (entry.EntryAddress & 0x8000_0000) == 0 && (entry.EntryAddress & 0x7F00_0000) != 0)
            return Fail(c, ProgramCode.PcTranslationSpecification);
        if (c->ProblemState && (c->PswKeyMask & entry.AuthorizationKeyMask) == 0)
            return Fail(c, ProgramCode.PrivilegedOperation);
        return true;
    }

    private static bool Fail(CpuState* c, ProgramCode code)
    {
        c->Program(code);
        return false;
    }

    private static bool TrySwitchSpace(CpuState* c, ref Call call)
    {
        call.Asce = c->Cr[1];
        call.SwitchesSpace = call.Entry.Asn != 0;
        if (!call.SwitchesSpace) return true;
        if (!c->AsnTranslationEnabled) return Fail(c, ProgramCode.SpecialOperation);
        call.Origin = call.Entry.AsteAddress & 0x7FFF_FFC0;
        if (!c->TryReal(call.Origin, store: false, out var place)) return false;
        call.Space = new Aste(place);
        if (call.Space.IsInvalid) return c->IdentifiedException(ProgramCode.AsxTranslation, call.Entry.Asn);
        return c->TryReplaceBySubspace(call.Space, call.Origin, out call.Asce);
    }

    private static bool TryFindEntry(CpuState* c, uint number, bool isLongNumber, out EntryTableEntry entry)
    {
        entry = default;
        if (!c->TryRealWord(c->PrimaryAsteOrigin + 0x18, out var designation)) return false;
        if ((designation & 0x8000_0000) == 0) return Fail(c, ProgramCode.SpecialOperation);
        uint table;
        if (c->ReuseEnabled)
        {
            if (!TryLinkageSecondTable(c, number, isLongNumber, designation, out table)) return false;
        }
        else
        {
            if (number >> 13 > (designation & 0x7F)) return c->IdentifiedException(ProgramCode.LxTranslation, number);
            var place = ((designation & 0x7FFF_FF80) + (number >> 8) * 4) & 0x7FFF_FFFF;
            if (!c->TryRealWord(place, out table)) return false;
            if ((table & 0x8000_0000) != 0) return c->IdentifiedException(ProgramCode.LxTranslation, number);
        }
        var index = number & 0xFF;
        if (index >> 2 > (table & 0x3F)) return c->IdentifiedException(ProgramCode.ExTranslation, number);
        if (!c->TryReal(((table & 0x7FFF_FFC0) + index * 32) & 0x7FFF_FFFF, store: false, out var host)) return false;
        entry = new EntryTableEntry(host);
        return true;
    }

    // LFX1 is bits 32-43 of a long number, else zero; LFX2 bits 45-50, LSX bits 51-55.
    private static bool TryLinkageSecondTable(CpuState* c, uint number, bool isLongNumber, uint designation, out uint table)
    {
        table = 0;
        var lfx1 = isLongNumber ? number >> 20 : 0;
        if (lfx1 > (designation & 0xFF)) return c->IdentifiedException(ProgramCode.LfxTranslation, number);
        var place = (designation & 0x7FFF_FF00) + lfx1 * 256 + ((number >> 13) & 0x3F) * 4;
        if (!c->TryRealWord(place & 0x7FFF_FFFF, out var first)) return false;
        if ((first & 0x8000_0000) != 0) return c->IdentifiedException(ProgramCode.LfxTranslation, number);
        place = (first & 0x7FFF_FF00) + ((number >> 8) & 0x1F) * 8;
        if (!c->TryRealWord(place & 0x7FFF_FFFF, out table)) return false;
        if ((table & 0x8000_0000) != 0) return c->IdentifiedException(ProgramCode.LsxTranslation, number);
        if (!c->TryRealWord((place + 4) & 0x7FFF_FFFF, out var sequence)) return false;
        return sequence == 0 || sequence == c->High(15) || c->IdentifiedException(ProgramCode.LsteSequence, number);
    }

    private static void SetPsw(CpuState* c, ref Call call)
    {
        var entry = call.Entry;
        var mask = c->Psw.Mask & ~(Psw.Problem | Psw.BasicAddressing);
        if ((entry.EntryAddress & 1) != 0) mask |= Psw.Problem;
        var address = entry.EntryAddress & ~1UL;
        if (call.Has(EntryTableEntry.Extended))
        {
            mask |= Psw.BasicAddressing | Psw.ExtendedAddressing;
        }
        else
        {
            mask &= ~Psw.ExtendedAddressing;
            if ((address & 0x8000_0000) != 0) mask |= Psw.BasicAddressing;
            address &= 0x7FFF_FFFE;
        }
        if (call.Has(EntryTableEntry.Stacking))
        {
            mask &= ~Psw.SpaceMask;
            if (call.Has(EntryTableEntry.AccessRegisterMode)) mask |= 1UL << 46;
            if (call.Has(EntryTableEntry.ReplaceKey)) mask = (mask & ~Psw.KeyMask) | ((ulong)(entry.Options & 0xF0) << 48);
        }
        call.Psw = new Psw(mask, address);
    }

    private static TraceEntry Trace(CpuState* c, in Call call, ulong next)
    {
        var toExtended = (call.Psw.Mask & Psw.ExtendedAddressing) != 0;
        if (TraceTable.IsOn(c, TraceTable.Asns))
            return TraceEntry.ProgramCall(call.Number, call.IsLongNumber, next, c->PswMask, toExtended);
        return TraceTable.IsOn(c, TraceTable.Modes) && toExtended != ((c->PswMask & Psw.ExtendedAddressing) != 0)
            ? TraceEntry.ModeSwitch(next, c->PswMask) : default;
    }

    /// <summary>Stacking: the caller's state goes into the linkage stack.</summary>
    private static void Stack(CpuState* c, in Call call, in LinkageStack.Place place, ulong next)
    {
        var entry = call.Entry;
        var sequence = !call.SwitchesSpace ? 0 : c->ReuseEnabled ? call.Space.InstanceNumber : call.Space.SequenceNumber;
        var number = call.IsLongNumber ? ((call.Number >> 1) & 0x7FF8_0000) | (call.Number & 0x7_FFFF) : call.Number;
        var called = ((ulong)entry.Asn << 48) | ((ulong)(ushort)sequence << 32) | number
            | (call.Has(EntryTableEntry.Extended) ? 0x8000_0000UL : 0);
        LinkageStack.Push(c, place, new(LinkageStack.CallEntry, c->Psw with { Address = next }, called));
        var keys = call.Has(EntryTableEntry.ReplaceKeyMask) ? entry.EntryKeyMask : (ushort)(c->PswKeyMask | entry.EntryKeyMask);
        c->Cr[3] = (c->Cr[3] & ~0xFFFF_0000UL) | ((ulong)keys << 16);
        if (call.Has(EntryTableEntry.ReplaceAuthorizationIndex))
        {
            c->Cr[8] = (c->Cr[8] & ~0xFFFF_0000UL) | ((ulong)entry.AuthorizationIndex << 16);
            c->PurgeAlb();
        }
        if (call.Has(EntryTableEntry.Extended)) c->Gr[4] = entry.Parameter;
        else c->Low(4) = (uint)entry.Parameter;
    }

    /// <summary>Basic: the caller's state goes into general registers 3 and 14.</summary>
    private static void Link(CpuState* c, in Call call, ulong next)
    {
        var entry = call.Entry;
        var link = next | (c->ProblemState ? 1UL : 0);
        if (call.Has(EntryTableEntry.Extended))
        {
            c->Gr[14] = link;
            c->Gr[4] = entry.Parameter;
        }
        else
        {
            c->Low(14) = (uint)link | ((c->PswMask & Psw.BasicAddressing) != 0 ? 0x8000_0000 : 0);
            c->Low(4) = (uint)entry.Parameter;
        }
        c->Low(3) = ((uint)c->PswKeyMask << 16) | c->Pasn;
        if (c->ReuseEnabled) c->High(3) = (uint)(c->Cr[4] >> 32);
        c->Cr[3] |= (ulong)entry.EntryKeyMask << 16;
    }

    private static Insn* Enter(CpuState* c, Insn* i, in Call call)
    {
        var (oldAsn, oldAsce) = (c->Pasn, c->Cr[1]);
        PrimarySpace.SecondaryIsPrimary(c, c->ReuseEnabled);
        var secondary = oldAsce;
        if (call.SwitchesSpace)
        {
            PrimarySpace.Set(c, call.Entry.Asn, call.Space, call.Origin, c->ReuseEnabled);
            if (call.Has(EntryTableEntry.Stacking) && call.Has(EntryTableEntry.SecondaryIsNew))
            {
                PrimarySpace.SecondaryIsPrimary(c, c->ReuseEnabled);
                secondary = call.Asce;
            }
        }
        c->SetAsces(call.Asce, secondary);
        c->BreakingEvent = c->AddressOf(i);
        c->LoadPsw(call.Psw);
        return call.SwitchesSpace ? PrimarySpace.Switched(c, oldAsn, oldAsce, call.Space.Asce) : c->Resume(call.Psw.Address);
    }
}
