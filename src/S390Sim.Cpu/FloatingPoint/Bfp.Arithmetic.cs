namespace S390Sim.Cpu.FloatingPoint;

/// <summary>
/// The operations of binary floating point as pure functions of data, exact up to one rounding step (chapter 19). They are the
/// reference: <see cref="HostArithmetic"/> is faster where it must give the same. Data are at the right end of 128 bits. When
/// the context says that the operation is suppressed, what is returned means nothing.
/// </summary>
internal static partial class Bfp
{
    /// <summary>ADD.</summary>
    public static UInt128 Add<TFormat>(UInt128 first, UInt128 second, ref BfpContext context) where TFormat : struct, IBfpFormat
        => Add<TFormat>(BfpNumber.Decode<TFormat>(first), BfpNumber.Decode<TFormat>(second), ref context);

    /// <summary>SUBTRACT: as ADD, with the sign of a second operand that is a number inverted.</summary>
    public static UInt128 Subtract<TFormat>(UInt128 first, UInt128 second, ref BfpContext context)
        where TFormat : struct, IBfpFormat
        => Add<TFormat>(BfpNumber.Decode<TFormat>(first), Negated(BfpNumber.Decode<TFormat>(second)), ref context);

    /// <summary>MULTIPLY, to the same format or a longer one.</summary>
    public static UInt128 Multiply<TFormat, TResult>(UInt128 first, UInt128 second, ref BfpContext context)
        where TFormat : struct, IBfpFormat
        where TResult : struct, IBfpFormat
    {
        var (a, b) = (BfpNumber.Decode<TFormat>(first), BfpNumber.Decode<TFormat>(second));
        if (a.IsNaN || b.IsNaN) return PropagateNaN<TResult>(a, b, ref context);
        if (!TryProduct(a, b, out var product)) return Invalid<TResult>(ref context);
        return Deliver<TResult>(product, ref context);
    }

    /// <summary>MULTIPLY AND ADD: third times second operand plus first, rounded once.</summary>
    public static UInt128 MultiplyAdd<TFormat>(UInt128 first, UInt128 second, UInt128 third, ref BfpContext context)
        where TFormat : struct, IBfpFormat
        => MultiplyAdd<TFormat>(BfpNumber.Decode<TFormat>(first), BfpNumber.Decode<TFormat>(second),
            BfpNumber.Decode<TFormat>(third), ref context);

    /// <summary>MULTIPLY AND SUBTRACT: third times second operand minus first.</summary>
    public static UInt128 MultiplySubtract<TFormat>(UInt128 first, UInt128 second, UInt128 third, ref BfpContext context)
        where TFormat : struct, IBfpFormat
        => MultiplyAdd<TFormat>(Negated(BfpNumber.Decode<TFormat>(first)), BfpNumber.Decode<TFormat>(second),
            BfpNumber.Decode<TFormat>(third), ref context);

    /// <summary>DIVIDE.</summary>
    public static UInt128 Divide<TFormat>(UInt128 first, UInt128 second, ref BfpContext context)
        where TFormat : struct, IBfpFormat
    {
        var (a, b) = (BfpNumber.Decode<TFormat>(first), BfpNumber.Decode<TFormat>(second));
        if (a.IsNaN || b.IsNaN) return PropagateNaN<TFormat>(a, b, ref context);
        if (a.Kind == b.Kind && a.Kind != BfpKind.Finite) return Invalid<TFormat>(ref context);
        var negative = a.Negative != b.Negative;
        if (a.Kind == BfpKind.Zero || b.Kind == BfpKind.Infinity) return BfpNumber.Zero(negative).EncodeSpecial<TFormat>();
        if (b.Kind == BfpKind.Zero && a.Kind == BfpKind.Finite) context.Signal(IeeeException.DivisionByZero);
        if (b.Kind == BfpKind.Zero || a.Kind == BfpKind.Infinity) return BfpNumber.Infinity(negative).EncodeSpecial<TFormat>();
        var quotient = Quotient(a, b, TFormat.Precision + 3, out var rest);
        if (rest != 0) quotient.Significand |= 1;
        return BfpRounding.Round<TFormat>(quotient, ref context);
    }

    /// <summary>SQUARE ROOT.</summary>
    public static UInt128 SquareRoot<TFormat>(UInt128 operand, ref BfpContext context) where TFormat : struct, IBfpFormat
    {
        var a = BfpNumber.Decode<TFormat>(operand);
        if (a.IsNaN) return PropagateNaN<TFormat>(a, a, ref context);
        if (a.Kind == BfpKind.Zero) return operand;
        if (a.Negative) return Invalid<TFormat>(ref context);
        return a.Kind == BfpKind.Infinity ? operand : BfpRounding.Round<TFormat>(Root(a, TFormat.Precision + 3), ref context);
    }

    private static UInt128 MultiplyAdd<TFormat>(in BfpNumber addend, in BfpNumber b, in BfpNumber c, ref BfpContext context)
        where TFormat : struct, IBfpFormat
    {
        if (b.IsNaN || c.IsNaN)
        {
            var isAddendFirst = addend.Kind == BfpKind.SignalingNaN
                && b.Kind != BfpKind.SignalingNaN && c.Kind != BfpKind.SignalingNaN;
            return isAddendFirst
                ? PropagateNaN<TFormat>(addend, addend, ref context)
                : PropagateNaN<TFormat>(b, c, ref context);
        }
        // Zero times infinity is invalid whatever is added.
        if (!TryProduct(b, c, out var product)) return Invalid<TFormat>(ref context);
        if (addend.IsNaN) return PropagateNaN<TFormat>(addend, addend, ref context);
        return Add<TFormat>(product, addend, ref context);
    }

    private static UInt128 Add<TFormat>(in BfpNumber a, in BfpNumber b, ref BfpContext context) where TFormat : struct, IBfpFormat
    {
        if (a.IsNaN || b.IsNaN) return PropagateNaN<TFormat>(a, b, ref context);
        if (a.Kind == BfpKind.Infinity || b.Kind == BfpKind.Infinity)
        {
            if (a.Kind == b.Kind && a.Negative != b.Negative) return Invalid<TFormat>(ref context);
            return (a.Kind == BfpKind.Infinity ? a : b).EncodeSpecial<TFormat>();
        }
        if (b.Kind == BfpKind.Finite)
            return Deliver<TFormat>(a.Kind == BfpKind.Finite ? Sum(a, b, context.Mode) : b, ref context);
        if (a.Kind == BfpKind.Finite) return BfpRounding.Round<TFormat>(a, ref context);
        return BfpNumber.Zero(a.Negative == b.Negative ? a.Negative : IsZeroNegative(context.Mode)).EncodeSpecial<TFormat>();
    }

    private static UInt128 Deliver<TFormat>(in BfpNumber number, ref BfpContext context) where TFormat : struct, IBfpFormat
        => number.Kind == BfpKind.Finite ? BfpRounding.Round<TFormat>(number, ref context) : number.EncodeSpecial<TFormat>();

    // The sum of two finite numbers, with a bit at the right end for all that follow. One bit of room at the left for the
    // carry leaves enough at the right: where ones are lost, at most one leading zero can come of the subtraction.
    private static BfpNumber Sum(in BfpNumber a, in BfpNumber b, RoundingMode mode)
    {
        ref readonly var large = ref a.Exponent >= b.Exponent ? ref a : ref b;
        ref readonly var small = ref a.Exponent >= b.Exponent ? ref b : ref a;
        var first = large.Significand >> 1;
        var second = BfpRounding.ShiftRightJam(small.Significand >> 1, large.Exponent - small.Exponent);
        var negative = large.Negative;
        UInt128 sum;
        if (a.Negative == b.Negative)
            sum = first + second;
        else if (first >= second)
            sum = first - second;
        else
        {
            sum = second - first;
            negative = !negative;
        }
        return sum == 0 ? BfpNumber.Zero(IsZeroNegative(mode)) : BfpNumber.Normalize(negative, sum, large.Exponent - 126);
    }

    // The sign of an exact zero sum of operands with unlike signs.
    private static bool IsZeroNegative(RoundingMode mode) => mode == RoundingMode.TowardMinusInfinity;

    // The product of two operands that are not NaNs; false for infinity times zero.
    private static bool TryProduct(in BfpNumber a, in BfpNumber b, out BfpNumber product)
    {
        var negative = a.Negative != b.Negative;
        product = BfpNumber.Zero(negative);
        if (a.Kind == BfpKind.Infinity || b.Kind == BfpKind.Infinity)
        {
            product.Kind = BfpKind.Infinity;
            return a.Kind != BfpKind.Zero && b.Kind != BfpKind.Zero;
        }
        if (a.Kind == BfpKind.Zero || b.Kind == BfpKind.Zero) return true;
        var high = HighProduct(a.Significand, b.Significand, out var low);
        var exponent = a.Exponent + b.Exponent + 1;
        if ((high & BfpNumber.Leftmost) == 0)
        {
            high = (high << 1) | (low >> 127);
            low <<= 1;
            exponent--;
        }
        product = new BfpNumber
        {
            Kind = BfpKind.Finite,
            Negative = negative,
            Exponent = exponent,
            Significand = low == 0 ? high : high | 1,
        };
        return true;
    }

    private static UInt128 HighProduct(UInt128 a, UInt128 b, out UInt128 low)
    {
        var (ah, al) = ((ulong)(a >> 64), (ulong)a);
        var (bh, bl) = ((ulong)(b >> 64), (ulong)b);
        var middle = Full(ah, bl) + (Full(al, bl) >> 64);
        var carry = Full(al, bh) + (ulong)middle;
        low = (carry << 64) | (ulong)(al * bl);
        return Full(ah, bh) + (middle >> 64) + (carry >> 64);
    }

    private static UInt128 Full(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return new UInt128(high, low);
    }

    // The first digits of a quotient, one by one; its first digit may be zero. What is left tells whether more would follow.
    private static BfpNumber Quotient(in BfpNumber a, in BfpNumber b, int digits, out UInt128 rest)
    {
        // Two bits of room at the left; no format reaches so far to the right.
        var (dividend, divisor) = (a.Significand >> 2, b.Significand >> 2);
        var quotient = UInt128.Zero;
        for (var n = 0; n < digits; n++)
        {
            quotient <<= 1;
            if (dividend >= divisor)
            {
                dividend -= divisor;
                quotient |= 1;
            }
            dividend <<= 1;
        }
        rest = dividend;
        return BfpNumber.Normalize(a.Negative != b.Negative, quotient, a.Exponent - b.Exponent - digits + 1);
    }

    // The square root digit by digit, two digits of the radicand for each.
    private static BfpNumber Root(in BfpNumber a, int digits)
    {
        var isOdd = (a.Exponent & 1) != 0;
        var radicand = isOdd ? a.Significand : a.Significand >> 1;
        var (root, rest) = (UInt128.Zero, UInt128.Zero);
        for (var n = 0; n < digits; n++)
        {
            rest = (rest << 2) | (radicand >> 126);
            radicand <<= 2;
            root <<= 1;
            var trial = (root << 1) | 1;
            if (rest < trial) continue;
            rest -= trial;
            root |= 1;
        }
        var result = BfpNumber.Normalize(negative: false, root, (a.Exponent >> 1) - digits + 1);
        if ((rest | radicand) != 0) result.Significand |= 1;
        return result;
    }

    private static BfpNumber Negated(BfpNumber number)
    {
        if (!number.IsNaN) number.Negative = !number.Negative;
        return number;
    }

    // A signaling NaN is invalid; it goes before a quiet one, and the first operand before the second.
    private static UInt128 PropagateNaN<TResult>(in BfpNumber a, in BfpNumber b, ref BfpContext context)
        where TResult : struct, IBfpFormat
    {
        if (a.Kind == BfpKind.SignalingNaN || b.Kind == BfpKind.SignalingNaN) context.Signal(IeeeException.Invalid);
        var first = a.Kind == BfpKind.SignalingNaN || (a.Kind == BfpKind.QuietNaN && b.Kind != BfpKind.SignalingNaN);
        return (first ? a : b).EncodeSpecial<TResult>();
    }

    private static UInt128 Invalid<TResult>(ref BfpContext context) where TResult : struct, IBfpFormat
    {
        context.Signal(IeeeException.Invalid);
        return BfpNumber.DefaultNaN.EncodeSpecial<TResult>();
    }
}
