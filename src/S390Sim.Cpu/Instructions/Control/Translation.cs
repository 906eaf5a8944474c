using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>Instructions about address translation and real addresses (chapter 10).</summary>
internal static unsafe class Translation
{
    /// <summary>LOAD REAL ADDRESS: in the 24- and 31-bit modes bits 32-63 only; a real address above 2 GB is an exception.</summary>
    [Instruction(Op.LRA), Instruction(Op.LRAY)]
    public static Insn* Lra(CpuState* c, Insn* i)
    {
        if (!TryLoadReal(c, i, out var code, out var value)) return null;
        if ((c->PswMask & Psw.ExtendedAddressing) != 0) return LoadReal(c, i, code, value);
        if (code == 0 && value > 0x7FFF_FFFF) return c->Program(ProgramCode.SpecialOperation);
        if (code is 1 or 2 && value > 0x7FFF_FFFF)
        {
            var exception = code == 1 ? ProgramCode.SegmentTranslation : ProgramCode.PageTranslation;
            (code, value) = (3, ExceptionMark | (ulong)exception);
        }
        c->Cc = code;
        c->Low(i->R1) = (uint)value;
        return i + (i->Length >> 1);
    }

    /// <summary>LOAD REAL ADDRESS (64).</summary>
    [Instruction(Op.LRAG)]
    public static Insn* Lrag(CpuState* c, Insn* i)
    {
        return TryLoadReal(c, i, out var code, out var value) ? LoadReal(c, i, code, value) : null;
    }

    private static Insn* LoadReal(CpuState* c, Insn* i, int code, ulong value)
    {
        c->Cc = code;
        if (code == 3) c->Low(i->R1) = (uint)value;
        else c->Gr[i->R1] = value;
        return i + (i->Length >> 1);
    }

    private const ulong ExceptionMark = 0x8000_0000;    // bit 32

    // cc 0: real address; 1, 2: address of the invalid segment- or page-table entry; 3: bit 32 one and the exception's code.
    private static bool TryLoadReal(CpuState* c, Insn* i, out int code, out ulong value)
    {
        (code, value) = (0, 0);
        if (!c->TryTranslateReal(i->Address2(c), i->B2, out var result)) return false;
        if (result.Exception is ProgramCode.TranslationSpecification or ProgramCode.Addressing)
        {
            c->Program(result.Exception);
            return false;
        }
        (code, value) = result.Exception switch
        {
            ProgramCode.None => (0, ToReal(c, result)),
            ProgramCode.SegmentTranslation when result.Place != Dat.NoEntry => (1, result.Place),
            ProgramCode.PageTranslation => (2, result.Place),
            _ => (3, ExceptionMark | (ulong)result.Exception),
        };
        return true;
    }

    // The address of a large frame is absolute; prefixing exchanges two areas, so it undoes itself.
    private static ulong ToReal(CpuState* c, in Dat.Result result) => result.IsLarge ? c->ToAbsolute(result.Frame) : result.Frame;

    /// <summary>
    /// LOAD PAGE-TABLE-ENTRY ADDRESS in the space that M4 says: 0 primary, 1 by access register R2, 2 secondary, 3 home, 4 the
    /// current one.
    /// </summary>
    [Instruction(Op.LPTEA)]
    public static Insn* Lptea(CpuState* c, Insn* i)
    {
        if (i->M4 > 4) return c->Program(ProgramCode.Specification);
        if (!c->TrySelectSpace(i->M4 == 4 ? c->Psw.Space : i->M4, i->R2, dat: true, out var selected))
            return NoSpace(c, i);
        var asce = selected.Asce;
        if ((asce & Dat.AsceRealSpace) != 0) return c->Program(ProgramCode.SpecialOperation);
        if (!c->TryLocatePageEntry(c->Gr[i->R2] & c->AddressMask, asce, out var found)) return null;
        if (found.Code < 0) return c->Program((ProgramCode)found.Value);
        c->Gr[i->R1] = found.Value;
        c->Cc = found.Code;
        return i + 2;
    }

    // cc 3 for the exceptions of access-register translation; a table outside storage is an exception of its own.
    private static Insn* NoSpace(CpuState* c, Insn* i)
    {
        if (c->Exit != ExitKind.Program || c->Fault.Code == ProgramCode.Addressing) return null;
        c->Gr[i->R1] = (ulong)c->Fault.Code;
        c->Cc = 3;
        return i + 2;
    }

    /// <summary>STORE REAL ADDRESS: where LOAD REAL ADDRESS sets a condition code, this is interrupted.</summary>
    [Instruction(Op.STRAG)]
    public static Insn* Strag(CpuState* c, Insn* i)
    {
        var address = i->Address1(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        if (!c->TryTranslateReal(i->Address2(c), i->B2, out var result)) return null;
        if (result.Exception != ProgramCode.None) return c->TranslationFault(result.Exception, i->Address2(c), i->B2);
        return c->Store64(address, i->B1, ToReal(c, result)) ? i + 3 : null;
    }

    /// <summary>LOAD USING REAL ADDRESS.</summary>
    [Instruction(Op.LURA)]
    public static Insn* Lura(CpuState* c, Insn* i)
    {
        if (!TryReal(c, i, 4, store: false, out var p)) return null;
        c->Low(i->R1) = BinaryPrimitives.ReverseEndianness(*(uint*)p);
        return i + 2;
    }

    /// <summary>LOAD USING REAL ADDRESS (64).</summary>
    [Instruction(Op.LURAG)]
    public static Insn* Lurag(CpuState* c, Insn* i)
    {
        if (!TryReal(c, i, 8, store: false, out var p)) return null;
        c->Gr[i->R1] = BinaryPrimitives.ReverseEndianness(*(ulong*)p);
        return i + 2;
    }

    /// <summary>STORE USING REAL ADDRESS.</summary>
    [Instruction(Op.STURA)]
    public static Insn* Stura(CpuState* c, Insn* i)
    {
        if (!TryReal(c, i, 4, store: true, out var p)) return null;
        *(uint*)p = BinaryPrimitives.ReverseEndianness(c->Low(i->R1));
        c->StoredAt(p, 4);
        return i + 2;
    }

    /// <summary>STORE USING REAL ADDRESS (64).</summary>
    [Instruction(Op.STURG)]
    public static Insn* Sturg(CpuState* c, Insn* i)
    {
        if (!TryReal(c, i, 8, store: true, out var p)) return null;
        *(ulong*)p = BinaryPrimitives.ReverseEndianness(c->Gr[i->R1]);
        c->StoredAt(p, 8);
        return i + 2;
    }

    // Aligned, so it lies in one block; key-controlled and low-address protection apply to stores.
    private static bool TryReal(CpuState* c, Insn* i, uint length, bool store, out byte* p)
    {
        p = null;
        var address = c->Gr[i->R2] & c->AddressMask;
        if ((address & (length - 1)) != 0)
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        if (!c->TranslateReal(address, store ? AccessKind.Store : AccessKind.Fetch, out var frame)) return false;
        if ((c->PswMask & Psw.Per) != 0) c->NoteRealAccess(i->R2, store);
        p = c->Processor.Storage.Base + frame;
        return true;
    }

    /// <summary>
    /// TEST PROTECTION with the key in bits 56-59 of the second-operand address: 0 fetch and store, 1 fetch only, 2 neither,
    /// 3 no translation.
    /// </summary>
    [Instruction(Op.TPROT)]
    public static Insn* Tprot(CpuState* c, Insn* i)
    {
        var key = (int)(i->Address2(c) >> 4) & 0xF;
        var code = c->TestProtection(i->Address1(c), i->B1, key);
        // A page that the host has not provided is for the host to say (sie.md section 5).
        if (code < 0) return c->Exit == ExitKind.HostFault && Interceptions.MayLeave(c) ? Interceptions.Instruction(c, i) : null;
        c->Cc = code;
        return i + 3;
    }
}
