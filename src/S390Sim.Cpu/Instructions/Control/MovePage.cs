using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>MOVE PAGE (chapter 10).</summary>
internal static unsafe class MovePage
{
    // Register 0: bits 48-51 must be zero, 52 and 53 use the key in bits 56-59 for one operand, 54 is a hint, 55 the
    // condition-code option.
    private const uint Reserved = 0xF000, FirstKey = 0x800, SecondKey = 0x400, ConditionCodeOption = 0x100;

    /// <summary>
    /// Moves 4096 bytes between two pages. With the condition-code option a page-translation exception of an operand, the second
    /// first, becomes condition code 2 or 1.
    /// </summary>
    [Instruction(Op.MVPG)]
    public static Insn* Mvpg(CpuState* c, Insn* i)
    {
        var options = (uint)c->Gr[0];
        if ((options & Reserved) != 0 || (options & (FirstKey | SecondKey)) == (FirstKey | SecondKey))
            return c->Program(ProgramCode.Specification);
        var key = (int)(options >> 4) & 0xF;
        if ((options & (FirstKey | SecondKey)) != 0 && c->ProblemState && !LoadPsw.PermitsKey(c, key))
            return c->Program(ProgramCode.PrivilegedOperation);

        var second = c->Gr[i->R2] & c->AddressMask & ~0xFFFUL;
        var first = c->Gr[i->R1] & c->AddressMask & ~0xFFFUL;
        if (!Translate(c, second, i->R2, AccessKind.Fetch, (options & SecondKey) != 0 ? key : c->Psw.Key, out var source))
            return NotTranslated(c, i, options, 2);
        if (!Translate(c, first, i->R1, AccessKind.Store, (options & FirstKey) != 0 ? key : c->Psw.Key, out var destination))
            return NotTranslated(c, i, options, 1);
        if ((c->PswMask & Psw.Per) != 0)
        {
            c->NoteAccess(second, i->R2, Storage.PageSize, AccessKind.Fetch);
            c->NoteAccess(first, i->R1, Storage.PageSize, AccessKind.Store);
        }
        var storage = c->Processor.Storage;
        new Span<byte>(storage.Base + source, Storage.PageSize).CopyTo(new Span<byte>(storage.Base + destination, Storage.PageSize));
        storage.Written(destination, Storage.PageSize);
        c->Cc = 0;
        return i + 2;
    }

    private static Insn* NotTranslated(CpuState* c, Insn* i, uint options, int conditionCode)
    {
        if (c->Exit == ExitKind.HostFault) return Interceptions.MayLeave(c) ? MissingPages.Leave(c, i) : null;
        if (c->Exit != ExitKind.Program || c->Fault.Code != ProgramCode.PageTranslation) return null;
        if ((options & ConditionCodeOption) == 0)
        {
            c->Fault.OperandAccess = (byte)((i->R1 << 4) | i->R2);
            return null;
        }
        c->Cc = conditionCode;
        return i + 2;
    }

    // With a key of its own for the time of the check.
    private static bool Translate(CpuState* c, ulong address, int register, AccessKind kind, int key, out ulong frame)
    {
        var mask = c->PswMask;
        c->PswMask = (mask & ~Psw.KeyMask) | ((ulong)key << 52);
        c->RefreshAccessTags();
        var done = c->Translate(address, register, kind, out frame);
        c->PswMask = mask;
        c->RefreshAccessTags();
        return done;
    }
}
