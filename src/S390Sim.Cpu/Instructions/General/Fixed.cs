using System.Numerics;
using System.Runtime.CompilerServices;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>Operations on fixed-point and logical values as pure functions, with shift amounts of 0 to 63 as they are.</summary>
internal static class Fixed
{
    /// <summary>Logical left shift of a word; amounts above 31 leave nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ShiftLeft(uint value, int amount) => (uint)((ulong)value << amount);

    /// <summary>Logical right shift of a word; amounts above 31 leave nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ShiftRight(uint value, int amount) => (uint)((ulong)value >> amount);

    /// <summary>Left shift of the 31 numeric bits; the sign stays. Overflow when a bit unlike the sign is shifted out.</summary>
    public static int ShiftLeftSigned(int value, int amount, out bool overflow)
    {
        // As many bits as may be shifted out before one unlike the sign comes; the sign itself is not among them.
        var spare = BitOperations.LeadingZeroCount((uint)(value ^ (value >> 31))) - 1;
        overflow = amount > spare && (value != 0);
        return (value & int.MinValue) | (int)(((long)value << amount) & int.MaxValue);
    }

    /// <summary>Left shift of the 63 numeric bits; the sign stays. Overflow when a bit unlike the sign is shifted out.</summary>
    public static long ShiftLeftSigned(long value, int amount, out bool overflow)
    {
        var spare = BitOperations.LeadingZeroCount((ulong)(value ^ (value >> 63))) - 1;
        overflow = amount > spare && (value != 0);
        return (value & long.MinValue) | ((value << amount) & long.MaxValue);
    }

    /// <summary>Ones from bit start through bit end, bit 0 leftmost, wrapping around from 63 to 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SelectedBits(int start, int end)
    {
        var fromStart = ulong.MaxValue >> start;
        var throughEnd = ulong.MaxValue << (63 - end);
        return start <= end ? fromStart & throughEnd : fromStart | throughEnd;
    }

    /// <summary>The same within a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SelectedBitsOfWord(int start, int end)
    {
        var fromStart = uint.MaxValue >> start;
        var throughEnd = uint.MaxValue << (31 - end);
        return start <= end ? fromStart & throughEnd : fromStart | throughEnd;
    }

    /// <summary>Number of ones in each byte, in that byte.</summary>
    public static ulong OnesInBytes(ulong value)
    {
        value -= (value >> 1) & 0x5555_5555_5555_5555;
        value = (value & 0x3333_3333_3333_3333) + ((value >> 2) & 0x3333_3333_3333_3333);
        return (value + (value >> 4)) & 0x0F0F_0F0F_0F0F_0F0F;
    }
}
