using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>TEST BLOCK and PERFORM FRAME MANAGEMENT FUNCTION (chapter 10).</summary>
internal static unsafe class FrameManagement
{
    /// <summary>TEST BLOCK: clears the block at a real address; none is unusable.</summary>
    [Instruction(Op.TB)]
    public static Insn* Tb(CpuState* c, Insn* i)
    {
        var address = c->Gr[i->R2] & c->AddressMask & ~0xFFFUL;
        if (!c->AllowsRealStore(address) || !c->ResolveAbsolute(c->ToAbsolute(address), store: true, out var frame)) return null;
        ClearBlock(c, frame);
        if ((c->PswMask & Psw.ExtendedAddressing) != 0) c->Gr[0] = 0;
        else c->Low(0) = 0;
        c->Cc = 0;
        return i + 2;
    }

    /// <summary>R1 bit 46: the key is set.</summary>
    internal const ulong SetKey = 0x2_0000;

    // R1: bits 32-45, 55 and 63 must be zero.
    private const ulong ClearFrame = 0x1_0000, SizeCode = 0x7000, Nonquiescing = 0x800;
    private const ulong MaskReference = 0x400, MaskChange = 0x200, Reserved = 0xFFFC_0101;

    /// <summary>
    /// PERFORM FRAME MANAGEMENT FUNCTION: sets the keys of, or clears, a frame of 4 KB, 1 MB or 2 GB. A 4 KB frame has a real
    /// address; for others R2 advances to the next frame.
    /// </summary>
    [Instruction(Op.PFMF)]
    public static Insn* Pfmf(CpuState* c, Insn* i)
    {
        var control = c->Gr[i->R1];
        var facilities = c->Processor.Facilities;
        if ((control & Reserved) != 0) return c->Program(ProgramCode.Specification);
        if ((control & Nonquiescing) != 0 && !facilities.NonquiescingKeySetting) return c->Program(ProgramCode.Specification);
        var size = (control & SizeCode) >> 12;
        var is24 = (c->PswMask & Psw.BasicAddressing) == 0;
        if (size > 2 || (size == 2 && (!facilities.EnhancedDat2 || is24))) return c->Program(ProgramCode.Specification);
        var address = c->Gr[i->R2] & c->AddressMask & ~0xFFFUL;
        if ((control & ClearFrame) != 0 && !c->AllowsRealStore(address)) return null;
        if (size != 0) return ManageBlocks(c, i, control, address, size == 1 ? 0xF_FFFFUL : 0x7FFF_FFFFUL);
        return TryManage(c, i, control, c->ToAbsolute(address)) ? c->ResumeAfter(i) : null;
    }

    // Up to a boundary of the frame size. The instruction is interruptible, so not more than 1 MB is done at a time.
    private static Insn* ManageBlocks(CpuState* c, Insn* i, ulong control, ulong address, ulong boundary)
    {
        do
        {
            if (!TryManage(c, i, control, address)) return null;
            address = (address + Storage.PageSize) & c->AddressMask;
            if ((c->PswMask & Psw.ExtendedAddressing) != 0) c->Gr[i->R2] = address;
            else c->Low(i->R2) = (uint)address;
        }
        while ((address & 0xF_FFFF) != 0);
        return (address & boundary) == 0 ? c->ResumeAfter(i) : c->ResumeAt(i);
    }

    private static bool TryManage(CpuState* c, Insn* i, ulong control, ulong absolute)
    {
        var (clears, sets) = ((control & ClearFrame) != 0, (control & SetKey) != 0);
        var (frame, key) = (0UL, default(GuestKey));
        if ((clears || !sets) && !c->ResolveAbsolute(absolute, store: true, out frame)) return false;
        if (sets && !GuestKeys.TryFind(c, i, absolute, out key)) return false;
        if (clears) ClearBlock(c, frame);
        if (!sets) return true;
        var ignored = c->Processor.Facilities.ConditionalKeySetting
            ? StorageKeys.IgnoredBits((control & MaskReference) != 0, (control & MaskChange) != 0) : (byte)0;
        StorageKeys.Replace(c, key, (byte)(control & 0xFE), ignored);
        return true;
    }

    private static void ClearBlock(CpuState* c, ulong frame)
    {
        frame &= ~0xFFFUL;
        new Span<byte>(c->Processor.Storage.Base + frame, Storage.PageSize).Clear();
        c->Processor.Storage.Written(frame, Storage.PageSize);
    }
}
