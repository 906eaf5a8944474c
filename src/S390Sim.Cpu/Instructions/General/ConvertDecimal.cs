using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>CONVERT TO BINARY and CONVERT TO DECIMAL (chapter 7).</summary>
internal static unsafe class ConvertDecimal
{
    [Instruction(Op.CVB)]
    public static Insn* Cvb(CpuState* c, Insn* i) => ToWord(c, i) ? i + 2 : null;

    [Instruction(Op.CVBY)]
    public static Insn* Cvby(CpuState* c, Insn* i) => ToWord(c, i) ? i + 3 : null;

    [Instruction(Op.CVBG)]
    public static Insn* Cvbg(CpuState* c, Insn* i)
    {
        Span<byte> packed = stackalloc byte[16];
        if (!c->Fetch(i->Address2(c), i->B2, packed)) return null;
        if (!TryParse(packed, out var value)) return c->Data(0);
        if (value < long.MinValue || value > long.MaxValue) return c->Program(ProgramCode.FixedPointDivide);
        c->Gr[i->R1] = (ulong)(long)value;
        return i + 3;
    }

    [Instruction(Op.CVD)]
    public static Insn* Cvd(CpuState* c, Insn* i)
        => c->Store64(i->Address2(c), i->B2, (ulong)Packed((int)c->Low(i->R1))) ? i + 2 : null;

    [Instruction(Op.CVDY)]
    public static Insn* Cvdy(CpuState* c, Insn* i)
        => c->Store64(i->Address2(c), i->B2, (ulong)Packed((int)c->Low(i->R1))) ? i + 3 : null;

    [Instruction(Op.CVDG)]
    public static Insn* Cvdg(CpuState* c, Insn* i)
    {
        Span<byte> packed = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(packed, Packed((long)c->Gr[i->R1]));
        return c->Store(i->Address2(c), i->B2, packed) ? i + 3 : null;
    }

    // A value of more than 32 bits loses its leftmost ones; the instruction is complete, but for a fixed-point-divide exception.
    private static bool ToWord(CpuState* c, Insn* i)
    {
        Span<byte> packed = stackalloc byte[8];
        if (!c->Fetch(i->Address2(c), i->B2, packed)) return false;
        if (!TryParse(packed, out var value))
        {
            c->Data(0);
            return false;
        }
        c->Low(i->R1) = (uint)(long)value;
        if (value >= int.MinValue && value <= int.MaxValue) return true;
        c->Program(ProgramCode.FixedPointDivide);
        return false;
    }

    /// <summary>The value of a packed decimal number; false when a digit or the sign is not valid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryParse(ReadOnlySpan<byte> packed, out Int128 value)
    {
        value = 0;
        for (var n = 0; n < packed.Length * 2 - 1; n++)
        {
            var digit = (n & 1) == 0 ? packed[n / 2] >> 4 : packed[n / 2] & 0x0F;
            if (digit > 9) return false;
            value = value * 10 + digit;
        }
        var sign = packed[^1] & 0x0F;
        if (sign is 0xB or 0xD) value = -value;
        return sign > 9;
    }

    // The digits and the preferred sign: C for plus, D for minus.
    private static UInt128 Packed(long value)
    {
        UInt128 packed = value < 0 ? 0xDu : 0xCu;
        var rest = value < 0 ? 0 - (ulong)value : (ulong)value;
        for (var shift = 4; rest != 0; shift += 4, rest /= 10) packed |= (UInt128)(rest % 10) << shift;
        return packed;
    }
}
