using System.Buffers.Binary;
using S390Sim.Cpu.Instructions.AddressSpaces;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>Instructions that replace the PSW or its system mask, key or addressing mode (chapter 10).</summary>
internal static unsafe class LoadPsw
{
    /// <summary>LOAD PSW: bit 12 of the operand must be one and is inverted.</summary>
    [Instruction(Op.LPSW)]
    public static Insn* Lpsw(CpuState* c, Insn* i)
    {
        var address = i->Address1(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Load64(address, i->B1, out var psw)) return null;
        if ((psw & Psw.ShortFormat) == 0) return c->Program(ProgramCode.Specification);
        return Load(c, i, new Psw((psw ^ Psw.ShortFormat) & ~0x7FFF_FFFFUL, psw & 0x7FFF_FFFF));
    }

    /// <summary>LOAD PSW EXTENDED.</summary>
    [Instruction(Op.LPSWE)]
    public static Insn* Lpswe(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        Span<byte> bytes = stackalloc byte[16];
        if (!c->Fetch(address, i->B2, bytes)) return null;
        return Load(c, i, new Psw(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])));
    }

    private static Insn* Load(CpuState* c, Insn* i, Psw psw)
    {
        c->BreakingEvent = c->AddressOf(i);
        c->LoadPsw(psw);
        return c->Resume(psw.Address);
    }

    /// <summary>SET SYSTEM MASK.</summary>
    [Instruction(Op.SSM)]
    public static Insn* Ssm(CpuState* c, Insn* i)
    {
        if ((c->Cr[0] & SsmSuppression) != 0) return c->Program(ProgramCode.SpecialOperation);
        return c->Load8(i->Address1(c), i->B1, out var mask) ? SetSystemMask(c, i, mask) : null;
    }

    private const ulong SsmSuppression = 1UL << 30;     // CR0 bit 33

    /// <summary>STORE THEN AND SYSTEM MASK.</summary>
    [Instruction(Op.STNSM)]
    public static Insn* Stnsm(CpuState* c, Insn* i)
    {
        var old = (byte)(c->PswMask >> 56);
        return c->Store8(i->Address1(c), i->B1, old) ? SetSystemMask(c, i, (byte)(old & i->I2)) : null;
    }

    /// <summary>STORE THEN OR SYSTEM MASK.</summary>
    [Instruction(Op.STOSM)]
    public static Insn* Stosm(CpuState* c, Insn* i)
    {
        var old = (byte)(c->PswMask >> 56);
        return c->Store8(i->Address1(c), i->B1, old) ? SetSystemMask(c, i, (byte)(old | i->I2)) : null;
    }

    // A mask with ones in bits 0 or 2-4 is an early specification exception, whose ILC is this instruction's.
    private static Insn* SetSystemMask(CpuState* c, Insn* i, byte mask)
    {
        c->SetPswMask((c->Psw.Mask & ~(0xFFUL << 56)) | ((ulong)mask << 56));
        c->EarlyLength = c->Executing ? c->ExecuteLength : i->Length;
        return c->ResumeAfter(i);
    }

    /// <summary>SET PSW KEY FROM ADDRESS: in the problem state only to keys that the PSW-key mask permits.</summary>
    [Instruction(Op.SPKA)]
    public static Insn* Spka(CpuState* c, Insn* i)
    {
        var key = (int)(i->Address2(c) >> 4) & 0xF;
        if (c->ProblemState && !PermitsKey(c, key)) return c->Program(ProgramCode.PrivilegedOperation);
        c->SetPswMask((c->Psw.Mask & ~Psw.KeyMask) | ((ulong)key << 52));
        return c->ResumeAfter(i);       // the next instruction is fetched with the new key
    }

    /// <summary>Whether the PSW-key mask (CR3 bits 32-47) permits a key to a program in the problem state.</summary>
    internal static bool PermitsKey(CpuState* c, int key) => (c->Cr[3] & (0x8000_0000UL >> key)) != 0;

    /// <summary>INSERT PSW KEY: into GR2 bits 56-59, zeros into 60-63.</summary>
    [Instruction(Op.IPK)]
    public static Insn* Ipk(CpuState* c, Insn* i)
    {
        if (c->ProblemState && (c->Cr[0] & ExtractionAuthority) == 0) return c->Program(ProgramCode.PrivilegedOperation);
        c->Gr[2] = (c->Gr[2] & ~0xFFUL) | ((c->PswMask >> 48) & 0xF0);
        return i + 2;
    }

    private const ulong ExtractionAuthority = 1UL << 27;    // CR0 bit 36

    /// <summary>INSERT ADDRESS SPACE CONTROL: bits 16-17 of the PSW reversed into bits 54-55, which also are the condition code.</summary>
    [Instruction(Op.IAC)]
    public static Insn* Iac(CpuState* c, Insn* i)
    {
        if ((c->PswMask & Psw.Dat) == 0) return c->Program(ProgramCode.SpecialOperation);
        if (c->ProblemState && (c->Cr[0] & ExtractionAuthority) == 0) return c->Program(ProgramCode.PrivilegedOperation);
        var space = c->Psw.Space;
        c->Cc = ((space & 1) << 1) | (space >> 1);
        c->Gr[i->R1] = (c->Gr[i->R1] & ~0xFF00UL) | ((ulong)c->Cc << 8);
        return i + 2;
    }

    /// <summary>SET ADDRESS SPACE CONTROL and its FAST form, which differ in serialization only.</summary>
    [Instruction(Op.SAC), Instruction(Op.SACF)]
    public static Insn* Sac(CpuState* c, Insn* i)
    {
        if ((c->PswMask & Psw.Dat) == 0 || (c->Cr[0] & SecondarySpaceControl) == 0) return c->Program(ProgramCode.SpecialOperation);
        var code = (int)(i->Address2(c) >> 8) & 0xF;
        if (code == 3 && c->ProblemState) return c->Program(ProgramCode.PrivilegedOperation);
        if (code > 3) return c->Program(ProgramCode.Specification);
        // Codes are primary, secondary, access register, home; the PSW's order is primary, access register, secondary, home.
        var space = (ulong)(((code & 1) << 1) | (code >> 1));
        var old = c->Psw.Space;
        c->SetPswMask((c->Psw.Mask & ~Psw.SpaceMask) | (space << 46));
        if ((old == 3) == (code == 3)) return c->ResumeAfter(i);
        c->PswAddress = c->NextAddress(i);
        return PrimarySpace.HomeSwitched(c, left: old == 3);
    }

    private const ulong SecondarySpaceControl = 1UL << 26;  // CR0 bit 37

    /// <summary>SET ADDRESSING MODE (24).</summary>
    [Instruction(Op.SAM24)]
    public static Insn* Sam24(CpuState* c, Insn* i) => SetMode(c, i, 0, 0xFF_FFFF);

    /// <summary>SET ADDRESSING MODE (31).</summary>
    [Instruction(Op.SAM31)]
    public static Insn* Sam31(CpuState* c, Insn* i) => SetMode(c, i, Psw.BasicAddressing, 0x7FFF_FFFF);

    /// <summary>SET ADDRESSING MODE (64).</summary>
    [Instruction(Op.SAM64)]
    public static Insn* Sam64(CpuState* c, Insn* i)
        => SetMode(c, i, Psw.BasicAddressing | Psw.ExtendedAddressing, ulong.MaxValue);

    // The instruction itself must lie within the new mode's addresses.
    private static Insn* SetMode(CpuState* c, Insn* i, ulong mode, ulong limit)
    {
        if (c->AddressOf(i) > limit) return c->Program(ProgramCode.Specification);
        if (c->Cr[12] != 0 && !TraceMode(c, i, mode)) return null;
        var next = c->NextAddress(i) & limit;
        c->SetPswMask((c->Psw.Mask & ~(Psw.BasicAddressing | Psw.ExtendedAddressing)) | mode);
        return c->Resume(next);
    }

    private static bool TraceMode(CpuState* c, Insn* i, ulong mode)
    {
        if (!TraceTable.IsOn(c, TraceTable.Modes) || ((c->PswMask ^ mode) & Psw.ExtendedAddressing) == 0) return true;
        var entry = TraceEntry.ModeSwitch(c->NextAddress(i), c->PswMask);
        if (!entry.TryReserve(c)) return false;
        entry.Make(c);
        return true;
    }

    /// <summary>TEST ADDRESSING MODE: cc 0 for 24, 1 for 31, 3 for 64.</summary>
    [Instruction(Op.TAM)]
    public static Insn* Tam(CpuState* c, Insn* i)
    {
        c->Cc = (c->PswMask & (Psw.BasicAddressing | Psw.ExtendedAddressing)) switch { 0 => 0, Psw.BasicAddressing => 1, _ => 3 };
        return i + 1;
    }

    /// <summary>SUPERVISOR CALL.</summary>
    [Instruction(Op.SVC)]
    public static Insn* Svc(CpuState* c, Insn* i)
    {
        var next = c->NextAddress(i);
        c->PswAddress = next;
        if (!c->SupervisorCall((byte)i->I2, c->Executing ? c->ExecuteLength : i->Length)) return null;
        return c->Resume(c->PswAddress);
    }
}
