namespace S390Sim.Cpu.FloatingPoint;

/// <summary>Comparison, classes, and the ways between formats and to and from integers (chapter 19).</summary>
internal static partial class Bfp
{
    /// <summary>COMPARE, or COMPARE AND SIGNAL, for which a quiet NaN is invalid too: the condition code.</summary>
    public static int Compare<TFormat>(UInt128 first, UInt128 second, bool signal, ref BfpContext context)
        where TFormat : struct, IBfpFormat
    {
        var (a, b) = (BfpNumber.Decode<TFormat>(first), BfpNumber.Decode<TFormat>(second));
        if (a.IsNaN || b.IsNaN)
        {
            if (signal || a.Kind == BfpKind.SignalingNaN || b.Kind == BfpKind.SignalingNaN)
                context.Signal(IeeeException.Invalid);
            return 3;
        }
        if (a.Kind == BfpKind.Zero && b.Kind == BfpKind.Zero) return 0;
        if (first == second) return 0;
        // With unlike signs the negative one is low; else magnitudes compare as the data do.
        var isLow = a.Negative != b.Negative ? a.Negative : (first < second) != a.Negative;
        return isLow ? 1 : 2;
    }

    /// <summary>The condition code of a result: 0 zero, 1 less than zero, 2 greater than zero, 3 a NaN.</summary>
    public static int ConditionCode<TFormat>(UInt128 datum) where TFormat : struct, IBfpFormat
    {
        var number = BfpNumber.Decode<TFormat>(datum);
        return number.IsNaN ? 3 : number.Kind == BfpKind.Zero ? 0 : number.Negative ? 1 : 2;
    }

    /// <summary>The one bit that TEST DATA CLASS compares with its second-operand address: bit 52 is 800 hex.</summary>
    public static uint DataClass<TFormat>(UInt128 datum) where TFormat : struct, IBfpFormat
    {
        var number = BfpNumber.Decode<TFormat>(datum);
        var positive = number.Kind switch
        {
            BfpKind.Zero => 0x800U,
            BfpKind.Finite => number.Exponent > -TFormat.MaxExponent ? 0x200U : 0x80U,
            BfpKind.Infinity => 0x20U,
            BfpKind.QuietNaN => 8U,
            _ => 2U,
        };
        return number.Negative ? positive >> 1 : positive;
    }

    /// <summary>LOAD AND TEST: the operand, a signaling NaN made quiet.</summary>
    public static UInt128 Test<TFormat>(UInt128 operand, ref BfpContext context) where TFormat : struct, IBfpFormat
        => Lengthen<TFormat, TFormat>(operand, ref context);

    /// <summary>LOAD LENGTHENED.</summary>
    public static UInt128 Lengthen<TFormat, TResult>(UInt128 operand, ref BfpContext context)
        where TFormat : struct, IBfpFormat
        where TResult : struct, IBfpFormat
    {
        var a = BfpNumber.Decode<TFormat>(operand);
        if (a.IsNaN) return PropagateNaN<TResult>(a, a, ref context);
        if (a.Kind != BfpKind.Finite) return a.EncodeSpecial<TResult>();
        if (typeof(TFormat) == typeof(TResult)) return operand;
        return BfpNumber.Encode<TResult>(a.Negative, a.Exponent, a.Significand >> (128 - TResult.Precision));
    }

    /// <summary>LOAD ROUNDED; a scaled result is in the source's format.</summary>
    public static UInt128 Shorten<TFormat, TResult>(UInt128 operand, ref BfpContext context)
        where TFormat : struct, IBfpFormat
        where TResult : struct, IBfpFormat
    {
        var a = BfpNumber.Decode<TFormat>(operand);
        if (a.IsNaN) return PropagateNaN<TResult>(a, a, ref context);
        return a.Kind == BfpKind.Finite
            ? BfpRounding.Shorten<TResult, TFormat>(a, ref context)
            : a.EncodeSpecial<TResult>();
    }

    /// <summary>LOAD FP INTEGER.</summary>
    public static UInt128 RoundToInteger<TFormat>(UInt128 operand, ref BfpContext context) where TFormat : struct, IBfpFormat
    {
        var a = BfpNumber.Decode<TFormat>(operand);
        if (a.IsNaN) return PropagateNaN<TFormat>(a, a, ref context);
        if (a.Kind != BfpKind.Finite || a.Exponent >= TFormat.Precision - 1) return operand;
        var integer = Integer(a, context.Mode, out var inexact, out var incremented);
        if (inexact) context.SignalInexact(incremented);
        return FromInteger<TFormat>(a.Negative, integer);
    }

    /// <summary>CONVERT FROM FIXED and CONVERT FROM LOGICAL.</summary>
    public static UInt128 FromFixed<TFormat>(bool negative, ulong magnitude, ref BfpContext context)
        where TFormat : struct, IBfpFormat
        => magnitude == 0
            ? UInt128.Zero
            : BfpRounding.Round<TFormat>(BfpNumber.Normalize(negative, magnitude, 0), ref context);

    /// <summary>
    /// CONVERT TO FIXED and CONVERT TO LOGICAL. What does not fit is invalid, and inexact too, and gives the nearest number that
    /// fits; a NaN gives the least one.
    /// </summary>
    /// <param name="operand">Datum.</param>
    /// <param name="bits">Width of the result: 32 or 64.</param>
    /// <param name="isSigned">Fixed rather than logical.</param>
    /// <param name="cc">Condition code.</param>
    /// <param name="context">Rounding, and the exceptions.</param>
    public static ulong ToFixed<TFormat>(UInt128 operand, int bits, bool isSigned, out int cc, ref BfpContext context)
        where TFormat : struct, IBfpFormat
    {
        var a = BfpNumber.Decode<TFormat>(operand);
        cc = a.Kind == BfpKind.Zero ? 0 : a.Negative ? 1 : 2;
        if (a.Kind == BfpKind.Zero) return 0;
        var least = isSigned ? UInt128.One << (bits - 1) : UInt128.Zero;
        var greatest = (UInt128.One << (isSigned ? bits - 1 : bits)) - 1;
        var limit = a.Negative ? least : greatest;
        if (a.Kind == BfpKind.Finite && a.Exponent <= 64)
        {
            var integer = Integer(a, context.Mode, out var inexact, out var incremented);
            if (integer <= limit)
            {
                if (inexact) context.SignalInexact(incremented);
                return a.Negative ? (ulong)-(Int128)integer : (ulong)integer;
            }
        }
        cc = 3;
        context.Signal(IeeeException.Invalid);
        if (context.Dxc == 0) context.SignalInexact(incremented: false);
        return a.Negative || a.IsNaN ? (ulong)-(Int128)least : (ulong)greatest;
    }

    // A number below 2 to the 113th, rounded to an integer.
    private static UInt128 Integer(in BfpNumber a, RoundingMode mode, out bool inexact, out bool incremented)
        => BfpRounding.Drop(
            BfpRounding.ShiftRightJam(a.Significand, 125 - a.Exponent), 2, a.Negative, mode, out inexact, out incremented);

    private static UInt128 FromInteger<TFormat>(bool negative, UInt128 integer) where TFormat : struct, IBfpFormat
    {
        if (integer == 0) return BfpNumber.Zero(negative).EncodeSpecial<TFormat>();
        var number = BfpNumber.Normalize(negative, integer, 0);
        return BfpNumber.Encode<TFormat>(negative, number.Exponent, number.Significand >> (128 - TFormat.Precision));
    }
}
