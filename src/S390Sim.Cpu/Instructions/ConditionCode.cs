using System.Runtime.CompilerServices;

namespace S390Sim.Cpu.Instructions;

/// <summary>Condition codes as pure functions of operands and results (Principles of Operation, appendix C, "Condition-Code Settings").</summary>
internal static partial class ConditionCode
{
    /// <summary>0 zero, 1 less than zero, 2 greater than zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfSign(long value) => One(value < 0) + 2 * One(value > 0);

    // Without a branch, which a processor could only guess.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int One(bool condition) => Unsafe.BitCast<bool, byte>(condition);

    /// <summary>Signed sum: as <see cref="OfSign"/>, or 3 when it overflowed 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfSum(int a, int b, int sum) => ((a ^ sum) & (b ^ sum)) < 0 ? 3 : OfSign(sum);

    /// <summary>Signed sum: as <see cref="OfSign"/>, or 3 when it overflowed 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfSum(long a, long b, long sum) => ((a ^ sum) & (b ^ sum)) < 0 ? 3 : OfSign(sum);
}
