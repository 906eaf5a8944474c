namespace S390Sim.Isa;

/// <summary>
/// Where an operand field lies in the instruction text and how it is read. Two kinds of field come in two parts: a vector
/// register has its leftmost bit in RXB (bits 36-39), a 20-bit displacement has its leftmost 8 bits (DH) in bits 32-39.
/// </summary>
/// <param name="Field">The field's name.</param>
/// <param name="Position">The bit of the instruction text, 0 leftmost, where the field (its low part if split) begins.</param>
/// <param name="Width">Width in bits, both parts together.</param>
/// <param name="Signed">Whether the field is a two's-complement number.</param>
public sealed record FieldDescription(Field Field, int Position, int Width, bool Signed)
{
    private const int DlWidth = 12;
    private const int DhPosition = 32;
    private const int VectorLowWidth = 4;

    /// <summary>Bits of the low part.</summary>
    private int LowWidth => Width == 5 ? VectorLowWidth : IsLongDisplacement ? DlWidth : Width;

    /// <summary>Whether this is a 20-bit displacement, which is split into DL and DH.</summary>
    private bool IsLongDisplacement => Width == 20;

    /// <summary>First bit of the high part: DH, or the RXB bit that belongs to the low part's position.</summary>
    private int HighPosition => IsLongDisplacement ? DhPosition : Position == DhPosition ? 39 : 36 + (Position - 8) / 4;

    /// <summary>Ones where the field lies in the left-justified instruction text.</summary>
    public ulong Mask => Insert(-1);

    /// <summary>The field's value in the left-justified instruction text, sign-extended when signed.</summary>
    public int Extract(ulong text)
    {
        int low = LowWidth;
        uint value = Bits(text, Position, low);
        if (low != Width) value |= Bits(text, HighPosition, Width - low) << low;
        return Signed ? (int)(value << (32 - Width)) >> (32 - Width) : (int)value;
    }

    /// <summary>The left-justified instruction text that has this value in the field and zeros elsewhere.</summary>
    public ulong Insert(int value)
    {
        int low = LowWidth;
        ulong text = Place((uint)value, Position, low);
        if (low != Width) text |= Place((uint)value >> low, HighPosition, Width - low);
        return text;
    }

    private static uint Bits(ulong text, int position, int width) => (uint)(text << position >> (64 - width));

    private static ulong Place(uint value, int position, int width) => (ulong)value << (64 - width) >> position;
}
