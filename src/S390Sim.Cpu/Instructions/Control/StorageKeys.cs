using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>Storage keys (chapter 10). Unless said otherwise the second operand is a real address of a 4 KB block.</summary>
internal static unsafe class StorageKeys
{
    private const byte Reference = 0x04, Change = 0x02;
    private const int MaskReference = 4, MaskChange = 2, MultipleBlock = 1;     // M3; bit 0, nonquiescing, changes nothing here

    /// <summary>SET STORAGE KEY EXTENDED, with the conditional and multiple-block options.</summary>
    [Instruction(Op.SSKE)]
    public static Insn* Sske(CpuState* c, Insn* i)
    {
        var facilities = c->Processor.Facilities;
        var ignored = facilities.ConditionalKeySetting
            ? IgnoredBits((i->M3 & MaskReference) != 0, (i->M3 & MaskChange) != 0) : (byte)0;
        if ((i->M3 & MultipleBlock) != 0 && facilities.EnhancedDat1) return SetMultiple(c, i, ignored);
        if (!TryBlock(c, i, c->Gr[i->R2], out var key)) return null;
        SetKey(c, i, key, ignored);
        return c->ResumeAfter(i);
    }

    // Up to the end of the 1 MB block; the addresses are absolute, and R2 advances with each key, but for its bits 52-63.
    private static Insn* SetMultiple(CpuState* c, Insn* i, byte ignored)
    {
        var replaced = ((c->PswMask & Psw.ExtendedAddressing) != 0 ? ulong.MaxValue : uint.MaxValue) & ~0xFFFUL;
        var address = c->Gr[i->R2] & c->AddressMask & ~0xFFFUL;
        do
        {
            if (!GuestKeys.TryFind(c, i, address, out var key)) return null;
            SetKey(c, i, key, ignored);
            address = (address + Storage.PageSize) & c->AddressMask;
            c->Gr[i->R2] = (c->Gr[i->R2] & ~replaced) | address;
        }
        while ((address & 0xF_FFFF) != 0);
        return c->ResumeAfter(i);
    }

    // With the conditional options R1 gets the key as it was, and the condition code tells whether it was replaced.
    private static void SetKey(CpuState* c, Insn* i, GuestKey place, byte ignored)
    {
        var key = (byte)(c->Gr[i->R1] & 0xFE);
        var old = place.Read(c->Processor.Storage);
        var replaced = Replace(c, place, key, ignored);
        if (ignored == 0) return;
        c->Gr[i->R1] = (c->Gr[i->R1] & ~0xFF00UL) | ((ulong)old << 8);
        c->Cc = replaced ? 1 : 0;
    }

    /// <summary>The reference and change bits that the conditional options leave out of the comparison.</summary>
    internal static byte IgnoredBits(bool reference, bool change) => (byte)((reference ? Reference : 0) | (change ? Change : 0));

    /// <summary>
    /// Replaces a key; with bits to ignore, only when another bit of it differs, and then all of it.
    /// </summary>
    internal static bool Replace(CpuState* c, GuestKey place, byte key, byte ignored)
    {
        var storage = c->Processor.Storage;
        if (ignored != 0 && ((place.Read(storage) ^ key) & ~ignored) == 0) return false;
        place.Write(storage, key);
        return true;
    }

    /// <summary>INSERT STORAGE KEY EXTENDED.</summary>
    [Instruction(Op.ISKE)]
    public static Insn* Iske(CpuState* c, Insn* i)
    {
        if (!TryBlock(c, i, c->Gr[i->R2], out var key)) return null;
        c->Gr[i->R1] = (c->Gr[i->R1] & ~0xFFUL) | key.Read(c->Processor.Storage);
        return i + 2;
    }

    /// <summary>INSERT VIRTUAL STORAGE KEY: access-control and fetch-protection bits, of a virtual address.</summary>
    [Instruction(Op.IVSK)]
    public static Insn* Ivsk(CpuState* c, Insn* i)
    {
        if ((c->PswMask & Psw.Dat) == 0) return c->Program(ProgramCode.SpecialOperation);
        if (c->ProblemState && (c->Cr[0] & ExtractionAuthority) == 0) return c->Program(ProgramCode.PrivilegedOperation);
        var address = c->Gr[i->R2] & c->AddressMask;
        if (!c->TryTranslateReal(address, i->R2, out var result)) return null;
        if (result.Exception != ProgramCode.None) return c->TranslationFault(result.Exception, address, i->R2);
        if (!c->ResolveAbsolute(c->ToAbsolute(result), store: false, out var frame)) return null;
        var key = CpuState.EffectiveKey(c->Processor.Storage.Key(frame), result);
        c->Gr[i->R1] = (c->Gr[i->R1] & ~0xFFUL) | (key & 0xF8U);
        return i + 2;
    }

    private const ulong ExtractionAuthority = 1UL << 27;    // CR0 bit 36

    /// <summary>RESET REFERENCE BIT EXTENDED: cc is 2 * reference + change, as they were.</summary>
    [Instruction(Op.RRBE)]
    public static Insn* Rrbe(CpuState* c, Insn* i)
    {
        if (!TryBlock(c, i, c->Gr[i->R2], out var key)) return null;
        c->Cc = key.ResetReference(c->Processor.Storage) >> 1;
        return c->ResumeAfter(i);       // fetching goes through the key again, and refers to it
    }

    /// <summary>
    /// RESET REFERENCE BITS MULTIPLE: of the 64 blocks of a 256 KB block of absolute storage; R1 gets them as they were.
    /// </summary>
    [Instruction(Op.RRBM)]
    public static Insn* Rrbm(CpuState* c, Insn* i)
    {
        var keys = stackalloc GuestKey[64];
        var address = c->Gr[i->R2] & c->AddressMask & ~0x3_FFFFUL;
        for (var n = 0U; n < 64; n++)
        {
            if (!GuestKeys.TryFind(c, i, address + n * Storage.PageSize, out keys[n])) return null;
        }
        var storage = c->Processor.Storage;
        var bits = 0UL;
        for (var n = 0; n < 64; n++)
        {
            if ((keys[n].Read(storage) & Reference) == 0) continue;
            bits |= 1UL << (63 - n);
            keys[n].ResetReference(storage);
        }
        c->Gr[i->R1] = bits;
        return c->ResumeAfter(i);
    }

    private static bool TryBlock(CpuState* c, Insn* i, ulong address, out GuestKey key)
        => GuestKeys.TryFind(c, i, c->ToAbsolute(address & c->AddressMask & ~0xFFFUL), out key);
}
