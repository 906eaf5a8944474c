using System.Runtime.CompilerServices;

namespace S390Sim.Cpu.FloatingPoint;

/// <summary>
/// Short and long arithmetic with the host's IEEE instructions, where that must give the same as <see cref="Bfp"/>: rounding to
/// nearest with ties to even, and a normal result (or an exact zero), so that nothing but an inexact result can be recognised.
/// </summary>
/// <remarks>
/// A result is settled when inexactness does not matter: its flag is set already and its mask is zero. The smallest normal
/// numbers are left out, because tininess is detected before rounding. Otherwise the methods called Try find out exactly whether
/// digits were lost, set the flag, and return false to leave the operation to the reference.
/// </remarks>
internal static class HostArithmetic
{
    private const uint InexactMask = 0x0800_0000, InexactFlag = 0x0008_0000, Mode = 7;

    // Exponents between which a rounding error is itself a number that the host computes exactly.
    private const uint LowLong = 128, HighLong = 2040;

    /// <summary>Whether inexact results need no attention and are rounded as the host rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IgnoresInexact(uint fpc) => (fpc & (InexactMask | InexactFlag | Mode)) == InexactFlag;

    /// <summary>Whether results are rounded as the host rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool RoundsToNearest(uint fpc) => (fpc & Mode) == 0;

    /// <summary>Whether a result of an operation with the host's instructions stands, whatever the operands were.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSettled(uint fpc, double result) => IgnoresInexact(fpc) && IsNormal(result);

    /// <inheritdoc cref="IsSettled(uint, double)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSettled(uint fpc, float result) => IgnoresInexact(fpc) && IsNormal(result);

    /// <summary>A normal number other than the smallest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNormal(double value) => Exponent(value) - 2 <= 2046 - 2;

    /// <inheritdoc cref="IsNormal(double)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNormal(float value) => Exponent(value) - 2 <= 254 - 2;

    /// <summary>Neither an infinity nor a NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFinite(double value) => Exponent(value) != 2047;

    /// <inheritdoc cref="IsFinite(double)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFinite(float value) => Exponent(value) != 255;

    /// <summary>Accepts a result whose exactness is known, and sets the flag; not if that interrupts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Settle(ref uint fpc, bool isExact)
    {
        if (isExact) return true;
        if ((fpc & InexactMask) != 0) return false;
        fpc |= InexactFlag;
        return true;
    }

    /// <summary>The sum of two long numbers.</summary>
    public static bool TryAdd(ref uint fpc, double a, double b, out double sum)
    {
        sum = a + b;
        if (!RoundsToNearest(fpc)) return false;
        if (sum == 0) return true;
        return IsNormal(sum) && Exponent(a) <= HighLong && Exponent(b) <= HighLong && Settle(ref fpc, SumError(a, b, sum) == 0);
    }

    /// <summary>The sum of two short numbers.</summary>
    public static bool TryAdd(ref uint fpc, float a, float b, out float sum)
    {
        sum = a + b;
        if (!RoundsToNearest(fpc)) return false;
        if (sum == 0) return true;
        return IsNormal(sum) && Settle(ref fpc, SumError(a, b, sum) == 0);
    }

    /// <summary>The product of two long numbers.</summary>
    public static bool TryMultiply(ref uint fpc, double a, double b, out double product)
    {
        product = a * b;
        if (!RoundsToNearest(fpc)) return false;
        if (product == 0) return a == 0 || b == 0;
        return Exponent(product) >= LowLong && IsNormal(product)
            && Settle(ref fpc, Math.FusedMultiplyAdd(a, b, -product) == 0);
    }

    /// <summary>The product of two short numbers.</summary>
    public static bool TryMultiply(ref uint fpc, float a, float b, out float product)
    {
        product = a * b;
        if (!RoundsToNearest(fpc)) return false;
        if (product == 0) return a == 0 || b == 0;
        return IsNormal(product) && Settle(ref fpc, (double)a * b == product);
    }

    /// <summary>The quotient of two long numbers.</summary>
    public static bool TryDivide(ref uint fpc, double a, double b, out double quotient)
    {
        quotient = a / b;
        if (!RoundsToNearest(fpc)) return false;
        if (a == 0) return quotient == 0;
        return Exponent(a) >= LowLong && IsNormal(a) && IsNormal(quotient)
            && Settle(ref fpc, Math.FusedMultiplyAdd(quotient, b, -a) == 0);
    }

    /// <summary>The quotient of two short numbers.</summary>
    public static bool TryDivide(ref uint fpc, float a, float b, out float quotient)
    {
        quotient = a / b;
        if (!RoundsToNearest(fpc)) return false;
        if (a == 0) return quotient == 0;
        return IsNormal(quotient) && IsFinite(a) && Settle(ref fpc, (double)quotient * b == a);
    }

    /// <summary>The square root of a long number.</summary>
    public static bool TrySquareRoot(ref uint fpc, double a, out double root)
    {
        root = Math.Sqrt(a);
        if (!RoundsToNearest(fpc)) return false;
        if (a == 0) return true;
        return Exponent(a) >= LowLong && IsNormal(root) && Settle(ref fpc, Math.FusedMultiplyAdd(root, root, -a) == 0);
    }

    /// <summary>The square root of a short number.</summary>
    public static bool TrySquareRoot(ref uint fpc, float a, out float root)
    {
        root = MathF.Sqrt(a);
        if (!RoundsToNearest(fpc)) return false;
        if (a == 0) return true;
        return IsNormal(root) && Settle(ref fpc, (double)root * root == a);
    }

    /// <summary>A long product plus an addend, when it can be seen to be exact.</summary>
    public static bool TryMultiplyAdd(uint fpc, double a, double b, double addend, out double result)
    {
        result = Math.FusedMultiplyAdd(a, b, addend);
        if (!RoundsToNearest(fpc)) return false;
        if (IsSettled(fpc, result)) return true;
        var product = a * b;
        var isProductExact = product == 0
            ? a == 0 || b == 0
            : Exponent(product) >= LowLong && Exponent(product) <= HighLong && Math.FusedMultiplyAdd(a, b, -product) == 0;
        if (!isProductExact || Exponent(addend) > HighLong) return false;
        return (result == 0 || IsNormal(result)) && SumError(product, addend, product + addend) == 0;
    }

    /// <summary>A short product plus an addend, when its exactness can be seen.</summary>
    public static bool TryMultiplyAdd(ref uint fpc, float a, float b, float addend, out float result)
    {
        result = MathF.FusedMultiplyAdd(a, b, addend);
        if (!RoundsToNearest(fpc)) return false;
        if (IsSettled(fpc, result)) return true;
        var product = (double)a * b;
        var sum = product + addend;
        if (!(result == 0 ? sum == 0 : IsNormal(result)) || SumError(product, addend, sum) != 0) return false;
        return Settle(ref fpc, sum == result);
    }

    // What a rounded sum lacks.
    private static double SumError(double a, double b, double sum)
    {
        var second = sum - a;
        return (a - (sum - second)) + (b - second);
    }

    private static float SumError(float a, float b, float sum)
    {
        // Exact in the longer format unless the sum was, too.
        var error = SumError((double)a, b, (double)a + b);
        return error != 0 ? 1 : (double)a + b == sum ? 0 : 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Exponent(double value) => (uint)(BitConverter.DoubleToUInt64Bits(value) >> 52) & 2047;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Exponent(float value) => (BitConverter.SingleToUInt32Bits(value) >> 23) & 255;
}
