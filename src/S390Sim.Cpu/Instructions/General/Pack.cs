using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// PACK, UNPACK, MOVE WITH OFFSET and the ASCII and Unicode forms (chapter 7). Results are formed byte by byte, right to left,
/// each stored as soon as its digits were fetched: that is what overlapping operands see.
/// </summary>
internal static unsafe class Pack
{
    [Instruction(Op.PACK)]
    public static Insn* PackZoned(CpuState* c, Insn* i)
    {
        if (!Operands(c, i, i->L1 + 1, i->L2 + 1, out var to, out var from)) return null;
        var s = (int)i->L2;
        to[i->L1] = SwapDigits(from[s--]);
        for (var d = i->L1 - 1; d >= 0; d--)
        {
            var low = s >= 0 ? from[s--] & 0x0F : 0;
            var high = s >= 0 ? from[s--] << 4 : 0;
            to[d] = (byte)(high | low);
        }
        to.Stored();
        return i + 3;
    }

    [Instruction(Op.UNPK)]
    public static Insn* UnpackZoned(CpuState* c, Insn* i)
    {
        if (!Operands(c, i, i->L1 + 1, i->L2 + 1, out var to, out var from)) return null;
        var s = (int)i->L2;
        to[i->L1] = SwapDigits(from[s--]);
        for (var d = i->L1 - 1; d >= 0; d--)
        {
            var digits = s >= 0 ? from[s--] : (byte)0;
            to[d] = (byte)(0xF0 | digits);
            if (--d >= 0) to[d] = (byte)(0xF0 | digits >> 4);
        }
        to.Stored();
        return i + 3;
    }

    [Instruction(Op.MVO)]
    public static Insn* Mvo(CpuState* c, Insn* i)
    {
        if (!Operands(c, i, i->L1 + 1, i->L2 + 1, out var to, out var from)) return null;
        var s = (int)i->L2;
        var carried = from[s--];
        to[i->L1] = (byte)((to[i->L1] & 0x0F) | (carried << 4));
        for (var d = i->L1 - 1; d >= 0; d--)
        {
            var high = carried >> 4;
            carried = s >= 0 ? from[s--] : (byte)0;
            to[d] = (byte)(high | (carried << 4));
        }
        to.Stored();
        return i + 3;
    }

    [Instruction(Op.PKA)]
    public static Insn* Pka(CpuState* c, Insn* i)
        => i->L2 > 31 ? c->Program(ProgramCode.Specification) : PackCharacters(c, i, 1);

    [Instruction(Op.PKU)]
    public static Insn* Pku(CpuState* c, Insn* i)
        => i->L2 > 63 || (i->L2 & 1) == 0 ? c->Program(ProgramCode.Specification) : PackCharacters(c, i, 2);

    [Instruction(Op.UNPKA)]
    public static Insn* Unpka(CpuState* c, Insn* i)
        => i->L1 > 31 ? c->Program(ProgramCode.Specification) : UnpackCharacters(c, i, 1);

    [Instruction(Op.UNPKU)]
    public static Insn* Unpku(CpuState* c, Insn* i)
        => i->L1 > 63 || (i->L1 & 1) == 0 ? c->Program(ProgramCode.Specification) : UnpackCharacters(c, i, 2);

    // The rightmost digits of up to 32 characters, and a plus sign, into 16 bytes.
    private static Insn* PackCharacters(CpuState* c, Insn* i, int size)
    {
        if (!Operands(c, i, 16, i->L2 + 1, out var to, out var from)) return null;
        Span<byte> result = stackalloc byte[16];
        result.Clear();
        result[15] = 0x0C;
        for (int n = 1, s = i->L2; s >= 0 && n < 32; n++, s -= size)
        {
            var digit = from[s] & 0x0F;
            result[15 - n / 2] |= (byte)((n & 1) != 0 ? digit << 4 : digit);
        }
        to.CopyFrom(ref *c, result);
        return i + 3;
    }

    // 31 digits become characters 30-39 hex; the sign gives the condition code.
    private static Insn* UnpackCharacters(CpuState* c, Insn* i, int size)
    {
        var length = i->L1 + 1;
        if (!Operands(c, i, length, 16, out var to, out var from)) return null;
        Span<byte> packed = stackalloc byte[16];
        from.CopyTo(packed);
        for (int n = 1, d = length - size; d >= 0; n++, d -= size)
        {
            var digits = n < 32 ? packed[15 - n / 2] : 0;
            var character = 0x30 | ((n & 1) != 0 ? digits >> 4 : digits & 0x0F);
            if (size == 2) to[d] = 0;
            to[d + size - 1] = (byte)character;
        }
        to.Stored();
        c->Cc = (packed[15] & 0x0F) switch
        {
            0xA or 0xC or 0xE or 0xF => 0,
            0xB or 0xD => 1,
            _ => 3,
        };
        return i + 3;
    }

    private static bool Operands(CpuState* c, Insn* i, int length1, int length2, out StorageOperand to, out StorageOperand from)
    {
        to = default;
        return c->Locate(i->Address2(c), i->B2, length2, AccessKind.Fetch, out from)
            && c->Locate(i->Address1(c), i->B1, length1, AccessKind.Store, out to);
    }

    private static byte SwapDigits(byte value) => (byte)((value >> 4) | (value << 4));
}
