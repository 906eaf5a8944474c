using System.Runtime.CompilerServices;

namespace S390Sim.Cpu.Instructions;

/// <summary>Of fixed-point differences, logical results, comparisons and tests.</summary>
internal static partial class ConditionCode
{
    /// <summary>Signed difference: as <see cref="OfSign"/>, or 3 when it overflowed 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfDifference(int a, int b, int difference) => ((a ^ b) & (a ^ difference)) < 0 ? 3 : OfSign(difference);

    /// <summary>Signed difference: as <see cref="OfSign"/>, or 3 when it overflowed 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfDifference(long a, long b, long difference) => ((a ^ b) & (a ^ difference)) < 0 ? 3 : OfSign(difference);

    /// <summary>Logical sum or difference: bit 0 of the code is the carry out (no borrow), bit 1 a result that is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfCarry(bool carry, ulong result) => 2 * One(carry) + One(result != 0);

    /// <summary>0 zero, 1 not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfBits(ulong result) => One(result != 0);

    /// <summary>0 equal, 1 first operand low, 2 first operand high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfComparison(long a, long b) => One(a < b) + 2 * One(a > b);

    /// <summary>0 equal, 1 first operand low, 2 first operand high, as unsigned numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfLogicalComparison(ulong a, ulong b) => One(a < b) + 2 * One(a > b);

    /// <summary>TEST UNDER MASK of a byte: 0 selected bits all zeros or none selected, 1 mixed, 3 all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfTest(uint value, uint mask) => (value & mask) == 0 ? 0 : (value & mask) == mask ? 3 : 1;

    /// <summary>TEST UNDER MASK of a register's halfword: mixed is 1 or 2 as the leftmost selected bit is zero or one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfHalfwordTest(uint value, uint mask)
    {
        var code = OfTest(value, mask);
        return code == 1 && (value & (0x8000_0000u >> System.Numerics.BitOperations.LeadingZeroCount(mask))) != 0 ? 2 : code;
    }
}
