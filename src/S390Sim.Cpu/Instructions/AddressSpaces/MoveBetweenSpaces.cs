using S390Sim.Cpu.Instructions.Control;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>Moves whose operands have spaces and access keys of their own (chapter 10).</summary>
internal static unsafe class MoveBetweenSpaces
{
    private const ulong SecondarySpaceControl = 1UL << 26;  // CR0 bit 37
    private const int Primary = 0, Secondary = 2, Home = 3;
    private const int LongestMove = 256, LongestOptionalMove = 4096;

    /// <summary>How an operand is accessed.</summary>
    private readonly record struct Access(int Space, int Key);

    /// <summary>MOVE TO PRIMARY: the key in R3 is for the second operand, in the secondary space.</summary>
    [Instruction(Op.MVCP)]
    public static Insn* Mvcp(CpuState* c, Insn* i)
        => MayMoveBetween(c, i, out var key)
            ? MoveUpTo256(c, i, new Access(Primary, c->Psw.Key), new Access(Secondary, key)) : null;

    /// <summary>MOVE TO SECONDARY: the key in R3 is for the first operand, in the secondary space.</summary>
    [Instruction(Op.MVCS)]
    public static Insn* Mvcs(CpuState* c, Insn* i)
        => MayMoveBetween(c, i, out var key)
            ? MoveUpTo256(c, i, new Access(Secondary, key), new Access(Primary, c->Psw.Key)) : null;

    private static bool MayMoveBetween(CpuState* c, Insn* i, out int key)
    {
        key = 0;
        if ((c->PswMask & Psw.Dat) != 0 && (c->Cr[0] & SecondarySpaceControl) != 0 && c->Psw.Space is Primary or Secondary)
            return IsPermitted(c, c->Gr[i->R3], out key);
        c->Program(ProgramCode.SpecialOperation);
        return false;
    }

    // The key in bits 56-59; in the problem state the PSW-key mask must have its bit.
    private static bool IsPermitted(CpuState* c, ulong register, out int key)
    {
        key = (int)(register >> 4) & 0xF;
        if (!c->ProblemState || LoadPsw.PermitsKey(c, key)) return true;
        c->Program(ProgramCode.PrivilegedOperation);
        return false;
    }

    /// <summary>MOVE WITH KEY: the key in R3 is for the second operand.</summary>
    [Instruction(Op.MVCK)]
    public static Insn* Mvck(CpuState* c, Insn* i)
        => IsPermitted(c, c->Gr[i->R3], out var key)
            ? MoveUpTo256(c, i, new Access(c->Psw.Space, c->Psw.Key), new Access(c->Psw.Space, key)) : null;

    // cc 3 when the true length in R1 exceeds 256; the rest is the program's to move.
    private static Insn* MoveUpTo256(CpuState* c, Insn* i, Access to, Access from)
    {
        var length = LongOperand.Length(c, i->R1);
        if (!Move(c, i, to, from, (int)Math.Min(length, LongestMove))) return null;
        c->Cc = length > LongestMove ? 3 : 0;
        return i + 3;
    }

    /// <summary>MOVE WITH SOURCE KEY: the key in GR1 is for the second operand; GR0 has the length less one.</summary>
    [Instruction(Op.MVCSK)]
    public static Insn* Mvcsk(CpuState* c, Insn* i)
        => IsPermitted(c, c->Gr[1], out var key)
            ? MoveByRegister(c, i, new Access(c->Psw.Space, c->Psw.Key), new Access(c->Psw.Space, key)) : null;

    /// <summary>MOVE WITH DESTINATION KEY: the key in GR1 is for the first operand.</summary>
    [Instruction(Op.MVCDK)]
    public static Insn* Mvcdk(CpuState* c, Insn* i)
        => IsPermitted(c, c->Gr[1], out var key)
            ? MoveByRegister(c, i, new Access(c->Psw.Space, key), new Access(c->Psw.Space, c->Psw.Key)) : null;

    private static Insn* MoveByRegister(CpuState* c, Insn* i, Access to, Access from)
        => Move(c, i, to, from, (int)(c->Gr[0] & 0xFF) + 1) ? i + 3 : null;

    /// <summary>
    /// MOVE WITH OPTIONAL SPECIFICATIONS: GR0 has an operand-access control for each operand; cc 3 when the length in R3
    /// exceeds 4096.
    /// </summary>
    [Instruction(Op.MVCOS)]
    public static Insn* Mvcos(CpuState* c, Insn* i)
    {
        if ((c->PswMask & Psw.Dat) == 0) return c->Program(ProgramCode.SpecialOperation);
        var (first, second) = ((uint)c->Gr[0] >> 16, (uint)c->Gr[0] & 0xFFFF);
        if (!MaySpecifySpace(c, first, out var toSpace) || !MaySpecifySpace(c, second, out var fromSpace)) return null;
        if (!MaySpecifyKey(c, first, out var toKey) || !MaySpecifyKey(c, second, out var fromKey)) return null;
        var length = LongOperand.Length(c, i->R3);
        var moved = (int)Math.Min(length, LongestOptionalMove);
        if (!Move(c, i, new Access(toSpace, toKey), new Access(fromSpace, fromKey), moved)) return null;
        c->Cc = length > LongestOptionalMove ? 3 : 0;
        return i + 3;
    }

    // Operand-access control: bits 0-3 key, 8-9 address-space control, 14 key valid, 15 address-space control valid.
    private static bool MaySpecifySpace(CpuState* c, uint control, out int space)
    {
        var specified = (control & 1) != 0;
        space = specified ? (int)(control >> 6) & 3 : c->Psw.Space;
        if ((space == Home && specified && c->ProblemState) || (space == Secondary && (c->Cr[0] & SecondarySpaceControl) == 0))
        {
            c->Program(ProgramCode.SpecialOperation);
            return false;
        }
        return true;
    }

    private static bool MaySpecifyKey(CpuState* c, uint control, out int key)
    {
        key = c->Psw.Key;
        return (control & 2) == 0 || IsPermitted(c, control >> 8, out key);
    }

    // Left to right, a byte at a time as far as overlapping operands can tell.
    private static bool Move(CpuState* c, Insn* i, Access to, Access from, int length)
    {
        if (length == 0) return true;
        if (!TryLocate(c, i->Address2(c), i->B2, from, length, AccessKind.Fetch, out var source)) return false;
        if (!TryLocate(c, i->Address1(c), i->B1, to, length, AccessKind.Store, out var destination)) return false;
        if (source.SecondLength == 0 && destination.SecondLength == 0)
            General.Move.LeftToRight(destination.First, source.First, length);
        else
            for (var n = 0; n < length; n++) destination[n] = source[n];
        destination.Stored();
        return true;
    }

    private static bool TryLocate(
        CpuState* c, ulong address, int b, Access access, int length, AccessKind kind, out StorageOperand operand)
    {
        var mode = c->AccessAs(access.Space, access.Key);
        var done = c->Locate(address, b, length, kind, out operand);
        c->EndAccess(mode);
        return done;
    }
}
