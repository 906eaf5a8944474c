using System.Buffers.Binary;

namespace S390Sim.Conformance.BinaryFloatingPoint;

/// <summary>What is in the registers before: FPC, condition code, F0/F2, F4/F6 (and storage), F1, and R1 and R2.</summary>
internal readonly record struct BfpCase(uint Fpc, byte Cc, UInt128 First, UInt128 Second, ulong Third, ulong General)
{
    public const int Size = 56;

    /// <summary>Where the second operand lies in a case's bytes.</summary>
    public const int SecondOffset = 24;

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Fpc);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)Cc << 28);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[8..], First);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[SecondOffset..], Second);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[40..], Third);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[48..], General);
    }

    public override string ToString()
        => $"fpc {Fpc:x8} cc {Cc} f0 {First:x32} f4 {Second:x32} f1 {Third:x16} r2 {General:x16}";
}

/// <summary>What is there afterwards: FPC, Linux' signal or zero, condition code, F0/F2, F1 and R1.</summary>
internal readonly record struct BfpOutcome(uint Fpc, int Signal, int Cc, UInt128 First, ulong Third, ulong General)
{
    public const int Size = 40;

    /// <summary>The data-exception code that the FPC holds.</summary>
    public byte Dxc => (byte)(Fpc >> 8);

    public static BfpOutcome Read(ReadOnlySpan<byte> bytes)
    {
        var code = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        return new BfpOutcome(BinaryPrimitives.ReadUInt32BigEndian(bytes), (int)(code & 0xFF), (int)(code >> 28) & 3,
            BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[32..]));
    }

    public override string ToString()
        => $"signal {Signal} fpc {Fpc:x8} cc {Cc} f0 {First:x32} f1 {Third:x16} r1 {General:x16}";
}

/// <summary>Cases of one variant.</summary>
internal sealed record BfpGroup(int Variant, BfpCase[] Cases);
