using System.Buffers.Binary;

namespace S390Sim.Cpu.Instructions.Decimal;

/// <summary>A packed-decimal number of up to 31 digits (chapter 8, "Signed-Packed-Decimal Format").</summary>
/// <param name="Digits">Magnitude in BCD, its last digit in the rightmost four bits; a sum may have 32 digits.</param>
/// <param name="IsNegative">Whether the sign is minus; a zero has a sign too.</param>
internal readonly unsafe record struct Packed(UInt128 Digits, bool IsNegative)
{
    private const uint Plus = 0xC, Minus = 0xD;             // preferred sign codes
    private const uint AlternateMinus = 0xB;

    private static UInt128 Ones => new(0x1111_1111_1111_1111, 0x1111_1111_1111_1111);
    private static UInt128 Sixes => new(0x0666_6666_6666_6666, 0x6666_6666_6666_6666);
    private static UInt128 Nines => new(0x0999_9999_9999_9999, 0x9999_9999_9999_9999);

    /// <summary>Takes an operand from storage; false, after a data exception, when a digit or the sign is invalid.</summary>
    public static bool Take(CpuState* c, in StorageOperand operand, out Packed number)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        operand.CopyTo(bytes[(16 - operand.Length)..]);
        var packed = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        var sign = (uint)packed & 0xF;
        number = new(packed >> 4, sign is Minus or AlternateMinus);
        if (sign >= 0xA && AreValid(number.Digits)) return true;
        c->Data(0);
        return false;
    }

    /// <summary>Whether all digits are 0-9: none has bit 8 together with bit 4 or 2.</summary>
    private static bool AreValid(UInt128 digits) => ((digits >> 3) & ((digits >> 2) | (digits >> 1)) & Ones) == UInt128.Zero;

    /// <summary>Whether there is a nonzero digit that a field of so many bytes has no place for.</summary>
    public bool Exceeds(int length) => Digits >> (8 * length - 4) != UInt128.Zero;

    /// <summary>Writes the digits that a field has places for, and the preferred sign.</summary>
    public void Write(Span<byte> field)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, (Digits << 4) | (IsNegative ? Minus : Plus));
        bytes[(16 - field.Length)..].CopyTo(field);
    }

    /// <summary>Puts the number into storage.</summary>
    public void Put(CpuState* c, in StorageOperand operand)
    {
        Span<byte> bytes = stackalloc byte[16];
        Write(bytes);
        operand.CopyFrom(ref *c, bytes[(16 - operand.Length)..]);
    }

    /// <summary>
    /// Puts a result that sets the condition code. In the absence of overflow a zero is positive; after an overflow it has the
    /// sign that the correct result would have had.
    /// </summary>
    public Insn* PutResult(CpuState* c, Insn* i, in StorageOperand operand)
    {
        var isNegative = IsNegative && Digits != UInt128.Zero;
        new Packed(Digits, isNegative).Put(c, operand);
        if (Exceeds(operand.Length)) return Overflow(c, i);
        c->Cc = Digits == UInt128.Zero ? 0 : isNegative ? 1 : 2;
        return i + 3;
    }

    /// <summary>Completes an instruction whose result lost nonzero digits.</summary>
    public static Insn* Overflow(CpuState* c, Insn* i)
    {
        c->Cc = 3;
        return (c->PswMask & Psw.DecimalOverflow) == 0 ? i + 3 : c->Program(ProgramCode.DecimalOverflow);
    }

    public static Packed operator -(Packed number) => new(number.Digits, !number.IsNegative);

    /// <summary>The algebraic sum.</summary>
    public static Packed operator +(Packed a, Packed b)
    {
        if (a.IsNegative == b.IsNegative) return new(Sum(a.Digits, b.Digits, 0), a.IsNegative);
        return a.Digits >= b.Digits
            ? new(Difference(a.Digits, b.Digits), a.IsNegative)
            : new(Difference(b.Digits, a.Digits), b.IsNegative);
    }

    /// <summary>
    /// Sum of two magnitudes of up to 31 digits and a carry. Each digit is added with an excess of six, so that decimal carries
    /// are binary ones; where none came out of a digit the six is taken back.
    /// </summary>
    public static UInt128 Sum(UInt128 a, UInt128 b, uint carry)
    {
        var excess = a + Sixes;
        var sum = excess + b + carry;
        var missing = ~(excess ^ b ^ sum) & Ones << 4;
        return sum - ((missing >> 2) | (missing >> 3));
    }

    /// <summary>Difference of two magnitudes of which the first is not less, by the nines complement of the second.</summary>
    private static UInt128 Difference(UInt128 a, UInt128 b) => (Sum(a, Nines - b, 1) << 4) >> 4;

    /// <summary>Magnitude in binary.</summary>
    public UInt128 ToBinary() => (UInt128)ToBinary((ulong)(Digits >> 64)) * TenTo16 + ToBinary((ulong)Digits);

    /// <summary>A binary magnitude below 10^31 in BCD.</summary>
    public static UInt128 FromBinary(UInt128 value)
    {
        var (high, low) = UInt128.DivRem(value, TenTo16);
        return new(FromBinary((ulong)high), FromBinary((ulong)low));
    }

    private const ulong TenTo16 = 10_000_000_000_000_000;

    // Neighbours are joined, four times: each step takes away what the left one counts for too much.
    private static ulong ToBinary(ulong digits)
    {
        digits -= ((digits >> 4) & 0x0F0F_0F0F_0F0F_0F0F) * (0x10 - 10);
        digits -= ((digits >> 8) & 0x00FF_00FF_00FF_00FF) * (0x100 - 100);
        digits -= ((digits >> 16) & 0x0000_FFFF_0000_FFFF) * (0x1_0000 - 10_000);
        return digits - (digits >> 32) * (0x1_0000_0000 - 100_000_000);
    }

    private static ulong FromBinary(ulong value)
    {
        ulong digits = 0;
        for (var shift = 0; value != 0; shift += 4)
        {
            (value, var digit) = Math.DivRem(value, 10);
            digits |= digit << shift;
        }
        return digits;
    }
}
