using System.Runtime.CompilerServices;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>One of the three HFP formats in floating-point registers.</summary>
internal unsafe interface IFormat
{
    /// <summary>Hexadecimal digits in the fraction.</summary>
    static abstract int Digits { get; }

    /// <summary>The number in a register, or in the pair that it names.</summary>
    static abstract Hfp Get(CpuState* c, int register);

    /// <summary>Puts a number; the characteristic loses what is to the left of seven bits.</summary>
    static abstract void Put(CpuState* c, int register, Hfp number);

    /// <summary>Puts a true zero: nothing but a sign.</summary>
    static abstract void PutZero(CpuState* c, int register, bool isNegative);
}

/// <summary>Six digits in bits 0-31 of a register, whose rest stays.</summary>
internal readonly unsafe struct Short : IFormat
{
    public static int Digits => 6;

    public static Hfp Get(CpuState* c, int register) => Long.Unpack(c->Fpr(register) & 0xFFFF_FFFF_0000_0000);

    public static void Put(CpuState* c, int register, Hfp number)
        => c->Fpr(register) = (Long.Pack(number) & 0xFFFF_FFFF_0000_0000) | (uint)c->Fpr(register);

    public static void PutZero(CpuState* c, int register, bool isNegative)
        => Put(c, register, new(isNegative, 0, UInt128.Zero));

    /// <summary>Fetches the second operand.</summary>
    public static bool Load(CpuState* c, Insn* i, out Hfp number)
    {
        var done = c->Load32(i->Address2(c), i->B2, out var bits);
        number = Long.Unpack((ulong)bits << 32);
        return done;
    }
}

/// <summary>Fourteen digits in a register.</summary>
internal readonly unsafe struct Long : IFormat
{
    public const int FractionBits = 56;
    public const ulong FractionMask = (1UL << FractionBits) - 1;

    public static int Digits => 14;

    public static Hfp Get(CpuState* c, int register) => Unpack(c->Fpr(register));

    public static void Put(CpuState* c, int register, Hfp number) => c->Fpr(register) = Pack(number);

    public static void PutZero(CpuState* c, int register, bool isNegative)
        => Put(c, register, new(isNegative, 0, UInt128.Zero));

    /// <summary>Fetches the second operand.</summary>
    public static bool Load(CpuState* c, Insn* i, out Hfp number)
    {
        var done = c->Load64(i->Address2(c), i->B2, out var bits);
        number = Unpack(bits);
        return done;
    }

    public static Hfp Unpack(ulong bits)
        => new((bits >> 63) != 0, (int)(bits >> FractionBits) & 0x7F,
            (UInt128)(bits & FractionMask) << (Hfp.Point - FractionBits));

    public static ulong Pack(Hfp number)
        => Word(number.IsNegative, number.Characteristic, (ulong)(number.Fraction >> (Hfp.Point - FractionBits)));

    public static ulong Word(bool isNegative, int characteristic, ulong fraction)
        => (isNegative ? 1UL << 63 : 0) | ((ulong)(characteristic & 0x7F) << FractionBits) | (fraction & FractionMask);
}

/// <summary>
/// Twenty-eight digits in registers n and n + 2. The low-order part repeats the sign, and its characteristic is 14 less; both
/// are ignored in an operand.
/// </summary>
internal readonly unsafe struct Extended : IFormat
{
    public static int Digits => 28;

    public static Hfp Get(CpuState* c, int register)
    {
        var high = Long.Unpack(c->Fpr(register));
        var low = c->Fpr(register + 2) & Long.FractionMask;
        return high with { Fraction = high.Fraction | (UInt128)low << (Hfp.Point - 2 * Long.FractionBits) };
    }

    public static void Put(CpuState* c, int register, Hfp number)
    {
        c->Fpr(register) = Long.Pack(number);
        c->Fpr(register + 2) = LowPart(number);
    }

    public static void PutZero(CpuState* c, int register, bool isNegative)
        => c->Fpr(register) = c->Fpr(register + 2) = Long.Word(isNegative, 0, 0);

    /// <summary>The low-order part: digits 15 to 28.</summary>
    public static ulong LowPart(Hfp number) => Long.Word(
        number.IsNegative, number.Characteristic - 14, (ulong)(number.Fraction >> (Hfp.Point - 2 * Long.FractionBits)));

    /// <summary>Whether both registers name a pair; else a specification exception was recognised.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ArePairs(CpuState* c, int r1, int r2 = 0)
    {
        if (((r1 | r2) & 2) == 0) return true;
        c->Program(ProgramCode.Specification);
        return false;
    }
}
