using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>
/// Instructions that change translation tables and clear TLBs (chapter 10). Entries of tables have absolute addresses; neither
/// the addressing mode nor key-controlled or low-address protection applies to them.
/// </summary>
internal static unsafe class Invalidation
{
    private const int LocalClearing = 1;        // M4 bit 3

    /// <summary>PURGE TLB.</summary>
    [Instruction(Op.PTLB)]
    public static Insn* Ptlb(CpuState* c, Insn* i)
    {
        c->Processor.ForgetLevel(isLocal: true);
        return c->ResumeAfter(i);
    }

    /// <summary>
    /// INVALIDATE PAGE TABLE ENTRY: R1 holds the page-table origin as in a segment-table entry, R2 the virtual address, and R3,
    /// if it designates a register, the number of further entries.
    /// </summary>
    [Instruction(Op.IPTE)]
    public static Insn* Ipte(CpuState* c, Insn* i)
    {
        var first = (int)(c->Gr[i->R2] >> 12) & 0xFF;
        var more = i->R3 != 0 && c->Processor.Facilities[IpteRange] ? (int)(c->Gr[i->R3] & 0xFF) : 0;
        if (first + more > 0xFF) return c->Program(ProgramCode.Specification);
        // The table lies in one 4 KB block.
        var place = (c->Gr[i->R1] & Dat.PageTableOrigin) + (uint)first * 8;
        if (!TryEntry(c, place, out var frame)) return null;
        for (var n = 0; n <= more; n++) Invalidate(c, frame + (uint)n * 8, Dat.PageInvalid);
        c->Processor.ForgetPages(IsLocal(c, i), first, more + 1);
        return c->ResumeAfter(i);
    }

    private const int IpteRange = 13;           // STFLE bit
    private const ulong ClearByAsce = 0x800;    // R2 bit 52

    /// <summary>
    /// INVALIDATE DAT TABLE ENTRY: R1 is an ASCE-like designation of a segment or region table, R2 the virtual address with the
    /// number of further entries in bits 53-63. Only the entries' own translations are cleared, in every space (R3 allows to
    /// clear those of one only); clearing by ASCE clears all, since the TLB does not know of which space it is.
    /// </summary>
    [Instruction(Op.IDTE)]
    public static Insn* Idte(CpuState* c, Insn* i)
    {
        var address = c->Gr[i->R2];
        if ((address & 0xF_F000) != 0) return c->Program(ProgramCode.Specification);
        if ((address & ClearByAsce) != 0)
        {
            c->Processor.ForgetLevel(IsLocal(c, i));
            return c->ResumeAfter(i);
        }
        var level = (int)((c->Gr[i->R1] & Dat.TypeMask) >> 2);
        var first = (int)(address >> (20 + 11 * level)) & 0x7FF;
        var count = (int)(address & 0x7FF) + 1;
        var origin = c->Gr[i->R1] & Dat.TableOrigin;
        if (!AreInstalled(c, origin, first, count)) return null;
        for (var n = 0; n < count; n++)
        {
            if (!TryEntry(c, EntryPlace(origin, first + n), out var frame)) return null;
            Invalidate(c, frame, Dat.EntryInvalid);
        }
        c->Processor.ForgetRanges(IsLocal(c, i), level, first, count);
        return c->ResumeAfter(i);
    }

    // Index 2047 is followed by 0.
    private static ulong EntryPlace(ulong origin, int index) => origin + (uint)(index & 0x7FF) * 8;

    // All four blocks of a table that the range touches, before any entry is changed.
    private static bool AreInstalled(CpuState* c, ulong origin, int first, int count)
    {
        const int EntriesInBlock = Storage.PageSize / 8;
        for (var n = 0; n < count; n += EntriesInBlock - (first + n) % EntriesInBlock)
        {
            if (!TryEntry(c, EntryPlace(origin, first + n), out _)) return false;
        }
        return true;
    }

    /// <summary>COMPARE AND SWAP AND PURGE (32): R2 holds the address, and in bits 62-63 what to purge.</summary>
    [Instruction(Op.CSP)]
    public static Insn* Csp(CpuState* c, Insn* i)
    {
        if ((i->R1 & 1) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Locate(c->Gr[i->R2] & c->AddressMask & ~3UL, i->R2, 4, AccessKind.Store, out var operand)) return null;
        var word = (uint*)operand.First;
        var old = BinaryPrimitives.ReverseEndianness(*word);
        var equal = old == c->Low(i->R1);
        if (equal) *word = BinaryPrimitives.ReverseEndianness(c->Low(i->R1 + 1));
        else c->Low(i->R1) = old;
        return Swapped(c, i, equal, operand);
    }

    /// <summary>COMPARE AND SWAP AND PURGE (64).</summary>
    [Instruction(Op.CSPG)]
    public static Insn* Cspg(CpuState* c, Insn* i)
    {
        if ((i->R1 & 1) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Locate(c->Gr[i->R2] & c->AddressMask & ~7UL, i->R2, 8, AccessKind.Store, out var operand)) return null;
        var doubleword = (ulong*)operand.First;
        var old = BinaryPrimitives.ReverseEndianness(*doubleword);
        var equal = old == c->Gr[i->R1];
        if (equal) *doubleword = BinaryPrimitives.ReverseEndianness(c->Gr[i->R1 + 1]);
        else c->Gr[i->R1] = old;
        return Swapped(c, i, equal, operand);
    }

    private const ulong PurgeTlbs = 1, PurgeAlbs = 2;

    private static Insn* Swapped(CpuState* c, Insn* i, bool equal, in StorageOperand operand)
    {
        operand.Stored();
        c->Cc = equal ? 0 : 1;
        if (equal && (c->Gr[i->R2] & (PurgeTlbs | PurgeAlbs)) != 0) c->Processor.ForgetLevel(isLocal: false);
        return c->ResumeAfter(i);
    }

    /// <summary>
    /// COMPARE AND REPLACE DAT TABLE ENTRY: the even register of R2 designates a table, its origin with the type in bits 59-61,
    /// the odd one is the virtual address.
    /// </summary>
    [Instruction(Op.CRDTE)]
    public static Insn* Crdte(CpuState* c, Insn* i)
    {
        if (((i->R1 | i->R2) & 1) != 0) return c->Program(ProgramCode.Specification);
        var (table, address) = (c->Gr[i->R2], c->Gr[i->R2 + 1]);
        // 0 page table, 4 segment table, 5 to 7 third to first region table.
        var type = (int)(table >> 2) & 7;
        if (type is > 0 and < 4) return c->Program(ProgramCode.Specification);
        var level = type - 4;
        var index = type == 0 ? (int)(address >> 12) & 0xFF : (int)(address >> (20 + 11 * level)) & 0x7FF;
        var place = (table & (type == 0 ? Dat.PageTableOrigin : Dat.TableOrigin)) + (uint)index * 8;
        if (!TryEntry(c, place, out var frame)) return null;
        var storage = c->Processor.Storage;
        var old = storage.Read64(frame);
        c->Cc = old == c->Gr[i->R1] ? 0 : 1;
        if (c->Cc != 0)
        {
            c->Gr[i->R1] = old;
            return c->ResumeAfter(i);
        }
        storage.Write64(frame, c->Gr[i->R1 + 1]);
        storage.Key(frame) |= 0x06;
        if (type == 0) c->Processor.ForgetPages(IsLocal(c, i), index, 1);
        else c->Processor.ForgetRanges(IsLocal(c, i), level, index, 1);
        return c->ResumeAfter(i);
    }

    private static bool IsLocal(CpuState* c, Insn* i) => (i->M4 & LocalClearing) != 0 && c->Processor.Facilities.LocalTlbClearing;

    private static bool TryEntry(CpuState* c, ulong place, out ulong frame) => c->ResolveAbsolute(place, store: true, out frame);

    private static void Invalidate(CpuState* c, ulong frame, ulong bit)
    {
        var storage = c->Processor.Storage;
        storage.Write64(frame, storage.Read64(frame) | bit);
        storage.Key(frame) |= 0x06;
    }
}
