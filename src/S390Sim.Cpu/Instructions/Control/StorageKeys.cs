using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>Storage keys and frame management (chapter 10). The second operand is a real address of a 4 KB block.</summary>
internal static unsafe class StorageKeys
{
    private const int NonQuiescing = 8, MaskReference = 4, MaskChange = 2, MultipleBlock = 1;

    /// <summary>SET STORAGE KEY EXTENDED, with the conditional and multiple-block options.</summary>
    [Instruction(Op.SSKE)]
    public static Insn* Sske(CpuState* c, Insn* i)
    {
        if ((i->M3 & MultipleBlock) != 0) return SetMultiple(c, i);
        if (!TryBlock(c, c->Gr[i->R2], out var frame)) return null;
        SetKey(c, i, frame);
        return c->ResumeAfter(i);
    }

    // Up to the end of the 1 MB segment; the addresses are absolute, and R2 advances.
    private static Insn* SetMultiple(CpuState* c, Insn* i)
    {
        var address = c->Gr[i->R2] & c->AddressMask & ~0xFFFUL;
        do
        {
            if (!c->ResolveAbsolute(address, store: false, out var frame)) return null;
            SetKey(c, i, frame);
            address += Storage.PageSize;
        }
        while ((address & 0xF_FFFF) != 0);
        c->Gr[i->R2] = (c->Gr[i->R2] & ~c->AddressMask) | (address & c->AddressMask);
        return c->ResumeAfter(i);
    }

    private static void SetKey(CpuState* c, Insn* i, ulong frame)
    {
        var storage = c->Processor.Storage;
        var key = (byte)(c->Gr[i->R1] & 0xFE);
        var old = storage.Key(frame);
        if ((i->M3 & (MaskReference | MaskChange)) != 0)
        {
            // Bits that the options mask do not count in the comparison, and the key is set only when something else differs.
            var ignored = (byte)(((i->M3 & MaskReference) != 0 ? 0x04 : 0) | ((i->M3 & MaskChange) != 0 ? 0x02 : 0));
            c->Gr[i->R1] = (c->Gr[i->R1] & ~0xFF00UL) | ((ulong)old << 8);
            c->Cc = ((old ^ key) & ~ignored) == 0 ? 0 : 1;
            if (c->Cc == 0) return;
        }
        storage.SetKey(frame, key);
    }

    /// <summary>INSERT STORAGE KEY EXTENDED.</summary>
    [Instruction(Op.ISKE)]
    public static Insn* Iske(CpuState* c, Insn* i)
    {
        if (!TryBlock(c, c->Gr[i->R2], out var frame)) return null;
        c->Gr[i->R1] = (c->Gr[i->R1] & ~0xFFUL) | c->Processor.Storage.Key(frame);
        return i + 2;
    }

    /// <summary>RESET REFERENCE BIT EXTENDED: cc is 2 * reference + change, as they were.</summary>
    [Instruction(Op.RRBE)]
    public static Insn* Rrbe(CpuState* c, Insn* i)
    {
        if (!TryBlock(c, c->Gr[i->R2], out var frame)) return null;
        var key = c->Processor.Storage.Key(frame);
        c->Cc = (key >> 1) & 3;
        c->Processor.Storage.SetKey(frame, (byte)(key & ~0x04));
        return c->ResumeAfter(i);       // fetching goes through the key again, and refers to it
    }

    /// <summary>TEST BLOCK: clears the block; none is unusable.</summary>
    [Instruction(Op.TB)]
    public static Insn* Tb(CpuState* c, Insn* i)
    {
        var address = c->Gr[i->R2] & c->AddressMask & ~0xFFFUL;
        if (!TryLowAddress(c, address) || !c->ResolveAbsolute(c->ToAbsolute(address), store: true, out var frame)) return null;
        ClearBlock(c, frame);
        c->Gr[0] = 0;
        c->Cc = 0;
        return i + 2;
    }

    private const ulong FmfSetKey = 0x2_0000, FmfClear = 0x1_0000, FmfSizeCode = 0x7000, FmfMaskReference = 0x400, FmfMaskChange = 0x200;
    private const ulong FmfReserved = 0xFFFC_0001 | 0x0100;

    /// <summary>PERFORM FRAME MANAGEMENT FUNCTION: sets the keys of, or clears, a 4 KB or 1 MB frame.</summary>
    [Instruction(Op.PFMF)]
    public static Insn* Pfmf(CpuState* c, Insn* i)
    {
        var control = c->Gr[i->R1];
        var size = (control & FmfSizeCode) >> 12;
        if ((control & FmfReserved) != 0 || size > 1) return c->Program(ProgramCode.Specification);
        var address = c->Gr[i->R2] & c->AddressMask & ~0xFFFUL;
        if (size == 0)
        {
            // A single frame is designated by a real address, and low-address protection guards it from being cleared.
            if ((control & FmfClear) != 0 && !TryLowAddress(c, address)) return null;
            if (!c->ResolveAbsolute(c->ToAbsolute(address), store: true, out var frame)) return null;
            ManageFrame(c, control, frame);
            return c->ResumeAfter(i);
        }
        do
        {
            if (!c->ResolveAbsolute(address, store: true, out var frame)) return null;
            ManageFrame(c, control, frame);
            address += Storage.PageSize;
        }
        while ((address & 0xF_FFFF) != 0);
        c->Gr[i->R2] = (c->Gr[i->R2] & ~c->AddressMask) | (address & c->AddressMask);
        return c->ResumeAfter(i);
    }

    // Blocks 0 and 1 hold the protected ranges.
    private static bool TryLowAddress(CpuState* c, ulong address)
    {
        if (address >= 0x2000 || (c->Cr[0] & (1UL << 28)) == 0) return true;
        c->Fault = new ProgramFault { Code = ProgramCode.Protection, TranslationException = address };
        c->Exit = ExitKind.Program;
        return false;
    }

    private static void ManageFrame(CpuState* c, ulong control, ulong frame)
    {
        if ((control & FmfClear) != 0) ClearBlock(c, frame);
        if ((control & FmfSetKey) == 0) return;
        var old = c->Processor.Storage.Key(frame);
        var kept = (byte)(((control & FmfMaskReference) != 0 ? 0x04 : 0) | ((control & FmfMaskChange) != 0 ? 0x02 : 0));
        c->Processor.Storage.SetKey(frame, (byte)((control & 0xFE & ~(ulong)kept) | (uint)(old & kept)));
    }

    private static void ClearBlock(CpuState* c, ulong frame)
    {
        frame &= ~0xFFFUL;
        new Span<byte>(c->Processor.Storage.Base + frame, Storage.PageSize).Clear();
        c->Processor.Storage.Written(frame, Storage.PageSize);
    }

    private static bool TryBlock(CpuState* c, ulong address, out ulong frame)
        => c->ResolveAbsolute(c->ToAbsolute(address & c->AddressMask & ~0xFFFUL), store: false, out frame);
}
