using FsCheck;
using FsCheck.Fluent;

namespace S390Sim.Testing.Arithmetic;

/// <summary>Operand values that find mistakes: ends of number ranges, powers of two and their neighbours, bit patterns.</summary>
public static class BoundaryValues
{
    private static readonly ulong[] s_fixed =
    [
        0, 1, ulong.MaxValue, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0x8000_0000_0000_0001,
        0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_7FFF_FFFF,
        0x7FFF, 0x8000, 0xFFFF, 0x7F, 0x80, 0xFF, 0x5555_5555_5555_5555, 0xAAAA_AAAA_AAAA_AAAA,
        0x8000_0000_8000_0000, 0x7FFF_FFFF_7FFF_FFFF, 0xFFFF_FFFF_0000_0000, 0x8000_0000_0000_0000 >> 31,
    ];

    /// <summary>A doubleword: mostly a boundary, else a power of two more or less one, or any bits.</summary>
    public static Gen<ulong> Doubleword { get; } = Gen.Frequency(
        (4, Gen.Elements(s_fixed)),
        (2, from shift in Gen.Choose(0, 63) from delta in Gen.Choose(-1, 1) select (1UL << shift) + (ulong)delta),
        (1, from word in Any select word & 0xFFFF_FFFF),
        (1, from small in Gen.Choose(-70, 70) select (ulong)small),
        (3, Any));

    /// <summary>A signed number of so many bits.</summary>
    public static Gen<int> Signed(int bits) => Doubleword.Select(v => (int)((long)(v << (64 - bits)) >> (64 - bits)));

    /// <summary>An unsigned number of so many bits; of 32, as the int of the same bits.</summary>
    public static Gen<int> Unsigned(int bits) => Doubleword.Select(v => (int)(uint)(v & (ulong.MaxValue >> (64 - bits))));

    private static Gen<ulong> Any
        => from high in Gen.Choose(int.MinValue, int.MaxValue)
           from low in Gen.Choose(int.MinValue, int.MaxValue)
           select ((ulong)(uint)high << 32) | (uint)low;
}
