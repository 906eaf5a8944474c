namespace S390Sim.Cpu.FloatingPoint;

/// <summary>The one rounding step that all operations end with (chapter 9, "IEEE Exceptions"; chapter 19, "Rounding").</summary>
internal static class BfpRounding
{
    /// <summary>Right shift; ones that are lost leave a one in the rightmost bit.</summary>
    public static UInt128 ShiftRightJam(UInt128 value, int amount)
    {
        if (amount == 0) return value;
        if (amount >= 128) return value == 0 ? UInt128.Zero : UInt128.One;
        var shifted = value >> amount;
        return (shifted << amount) == value ? shifted : shifted | 1;
    }

    /// <summary>Drops bits at the right and rounds what is left.</summary>
    /// <param name="value">Magnitude.</param>
    /// <param name="drop">Number of bits to drop, 1-127.</param>
    /// <param name="negative">Sign of the number.</param>
    /// <param name="mode">Rounding method.</param>
    /// <param name="inexact">Whether ones were dropped.</param>
    /// <param name="incremented">Whether the magnitude became greater.</param>
    public static UInt128 Drop(
        UInt128 value, int drop, bool negative, RoundingMode mode, out bool inexact, out bool incremented)
    {
        var kept = value >> drop;
        var dropped = value - (kept << drop);
        var half = UInt128.One << (drop - 1);
        inexact = dropped != 0;
        incremented = inexact && mode switch
        {
            RoundingMode.NearestEven => dropped > half || (dropped == half && UInt128.IsOddInteger(kept)),
            RoundingMode.NearestAway => dropped >= half,
            RoundingMode.TowardPlusInfinity => !negative,
            RoundingMode.TowardMinusInfinity => negative,
            RoundingMode.PrepareForShorter => UInt128.IsEvenInteger(kept),
            _ => false,
        };
        return incremented ? kept + 1 : kept;
    }

    /// <summary>
    /// Rounds an intermediate result to a format: the datum to be delivered, with the flags or the data exception that go with
    /// it. A bit at the right end of the significand may stand for all that follow it.
    /// </summary>
    public static UInt128 Round<TFormat>(in BfpNumber number, ref BfpContext context) where TFormat : struct, IBfpFormat
        => Round<TFormat, TFormat>(number, TFormat.Scale, ref context);

    /// <summary>
    /// LOAD ROUNDED to a shorter format. A result that is scaled for an interruption has the target's precision but the
    /// source's format.
    /// </summary>
    public static UInt128 Shorten<TTarget, TSource>(in BfpNumber number, ref BfpContext context)
        where TTarget : struct, IBfpFormat
        where TSource : struct, IBfpFormat
        => Round<TTarget, TSource>(number, TSource.LoadRoundedScale, ref context);

    private static UInt128 Round<TFormat, TScaled>(in BfpNumber number, int scale, ref BfpContext context)
        where TFormat : struct, IBfpFormat
        where TScaled : struct, IBfpFormat
    {
        var minExponent = 1 - TFormat.MaxExponent;
        var exponent = number.Exponent;
        var significand = number.Significand;
        // Tininess is detected before rounding.
        var isTiny = exponent < minExponent;
        var interruptsTiny = isTiny && (context.Masks & IeeeException.Underflow) != 0;
        if (isTiny && !interruptsTiny)
        {
            significand = ShiftRightJam(significand, minExponent - exponent);
            exponent = minExponent;
        }
        var digits = Drop(
            significand, 128 - TFormat.Precision, number.Negative, context.Mode, out var inexact, out var incremented);
        if ((digits >> TFormat.Precision) != 0)
        {
            digits >>= 1;
            exponent++;
        }
        if (interruptsTiny)
        {
            context.Dxc = ScaledCode(IeeeException.Underflow, inexact, incremented);
            return Scaled<TFormat, TScaled>(number.Negative, exponent + scale, digits);
        }
        if (exponent > TFormat.MaxExponent)
        {
            if ((context.Masks & IeeeException.Overflow) == 0) return Overflow<TFormat>(number.Negative, ref context);
            context.Dxc = ScaledCode(IeeeException.Overflow, inexact, incremented);
            return Scaled<TFormat, TScaled>(number.Negative, exponent - scale, digits);
        }
        if (inexact)
        {
            if (isTiny) context.Flags |= IeeeException.Underflow;
            context.SignalInexact(incremented);
        }
        return BfpNumber.Encode<TFormat>(number.Negative, exponent, digits);
    }

    private static byte ScaledCode(byte exception, bool inexact, bool incremented)
        => (byte)(exception | (inexact ? IeeeException.Inexact : 0) | (incremented ? IeeeException.Incremented : 0));

    private static UInt128 Scaled<TFormat, TScaled>(bool negative, int exponent, UInt128 digits)
        where TFormat : struct, IBfpFormat
        where TScaled : struct, IBfpFormat
        => BfpNumber.Encode<TScaled>(negative, exponent, digits << (TScaled.Precision - TFormat.Precision));

    // Infinity, or the largest number for the methods that do not round away from zero.
    private static UInt128 Overflow<TFormat>(bool negative, ref BfpContext context) where TFormat : struct, IBfpFormat
    {
        var toInfinity = context.Mode switch
        {
            RoundingMode.NearestEven or RoundingMode.NearestAway => true,
            RoundingMode.TowardPlusInfinity => !negative,
            RoundingMode.TowardMinusInfinity => negative,
            _ => false,
        };
        context.Flags |= IeeeException.Overflow;
        context.SignalInexact(toInfinity);
        return toInfinity
            ? BfpNumber.Infinity(negative).EncodeSpecial<TFormat>()
            : BfpNumber.Encode<TFormat>(negative, TFormat.MaxExponent, (UInt128.One << TFormat.Precision) - 1);
    }
}
