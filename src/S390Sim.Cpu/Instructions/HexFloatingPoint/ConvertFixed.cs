using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>CONVERT FROM FIXED and CONVERT TO FIXED (chapter 18).</summary>
internal static unsafe class ConvertFixed
{
    [Instruction(Op.CEFR)]
    public static Insn* Cefr(CpuState* c, Insn* i) => From<Short>(c, i, (int)c->Low(i->R2));

    [Instruction(Op.CDFR)]
    public static Insn* Cdfr(CpuState* c, Insn* i) => From<Long>(c, i, (int)c->Low(i->R2));

    [Instruction(Op.CXFR)]
    public static Insn* Cxfr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) ? From<Extended>(c, i, (int)c->Low(i->R2)) : null;

    [Instruction(Op.CEGR)]
    public static Insn* Cegr(CpuState* c, Insn* i) => From<Short>(c, i, (long)c->Gr[i->R2]);

    [Instruction(Op.CDGR)]
    public static Insn* Cdgr(CpuState* c, Insn* i) => From<Long>(c, i, (long)c->Gr[i->R2]);

    [Instruction(Op.CXGR)]
    public static Insn* Cxgr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) ? From<Extended>(c, i, (long)c->Gr[i->R2]) : null;

    [Instruction(Op.CFER)]
    public static Insn* Cfer(CpuState* c, Insn* i) => ToWord(c, i, Short.Get(c, i->R2));

    [Instruction(Op.CFDR)]
    public static Insn* Cfdr(CpuState* c, Insn* i) => ToWord(c, i, Long.Get(c, i->R2));

    [Instruction(Op.CFXR)]
    public static Insn* Cfxr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R2) ? ToWord(c, i, Extended.Get(c, i->R2)) : null;

    [Instruction(Op.CGER)]
    public static Insn* Cger(CpuState* c, Insn* i) => ToDoubleword(c, i, Short.Get(c, i->R2));

    [Instruction(Op.CGDR)]
    public static Insn* Cgdr(CpuState* c, Insn* i) => ToDoubleword(c, i, Long.Get(c, i->R2));

    [Instruction(Op.CGXR)]
    public static Insn* Cgxr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R2) ? ToDoubleword(c, i, Extended.Get(c, i->R2)) : null;

    /// <summary>The result is normalized and truncated.</summary>
    private static Insn* From<T>(CpuState* c, Insn* i, long value) where T : struct, IFormat
    {
        var magnitude = value < 0 ? 0 - (ulong)value : (ulong)value;
        return Result.PutNormalized<T>(c, i, new(value < 0, 64 + 16, (UInt128)magnitude << (Hfp.Point - 64)));
    }

    private static Insn* ToWord(CpuState* c, Insn* i, Hfp source)
    {
        if (!To(c, i, source, int.MaxValue, out var result)) return null;
        c->Low(i->R1) = (uint)result;
        return i + 2;
    }

    private static Insn* ToDoubleword(CpuState* c, Insn* i, Hfp source)
    {
        if (!To(c, i, source, long.MaxValue, out var result)) return null;
        c->Gr[i->R1] = result;
        return i + 2;
    }

    /// <summary>
    /// The rounded value in two's complement. Condition code 0-2 is the source's sign; 3 a value beyond the range, for which the
    /// result is the greatest of its sign. False after the specification exception of a rounding method that does not exist.
    /// </summary>
    private static bool To(CpuState* c, Insn* i, Hfp source, ulong maximum, out ulong result)
    {
        result = 0;
        if (i->M3 is 2 or 3 or > 7)
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        var limit = source.IsNegative ? maximum + 1 : maximum;
        var magnitude = Rounded(source.Normalized(), i->M3);
        c->Cc = source.ConditionCode;
        if (magnitude > limit)
        {
            magnitude = limit;
            c->Cc = 3;
        }
        result = source.IsNegative ? 0 - (ulong)magnitude : (ulong)magnitude;
        return true;
    }

    private static UInt128 Rounded(Hfp number, int method)
    {
        var exponent = number.Characteristic - 64;
        if (number.IsZero) return UInt128.Zero;
        if (exponent > 16) return UInt128.MaxValue;
        // Below one sixteenth only being nonzero matters.
        var shift = Hfp.Point - 4 * Math.Max(exponent, 0);
        var fraction = exponent < 0 ? UInt128.One : number.Fraction;
        var integer = fraction >> shift;
        var rest = fraction - (integer << shift);
        var half = UInt128.One << (shift - 1);
        var increments = method switch
        {
            1 => rest >= half,
            4 => rest > half || (rest == half && (integer & UInt128.One) != UInt128.Zero),
            6 => rest != UInt128.Zero && !number.IsNegative,
            7 => rest != UInt128.Zero && number.IsNegative,
            _ => false,
        };
        return increments ? integer + UInt128.One : integer;
    }
}
