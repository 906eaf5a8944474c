using System.Globalization;

namespace S390Sim.Isa;

/// <summary>Appends to a span of characters; what does not fit sets <see cref="Overflowed"/>.</summary>
internal ref struct SpanWriter(Span<char> destination)
{
    private readonly Span<char> _destination = destination;

    /// <summary>Characters written.</summary>
    public int Length { get; private set; }

    /// <summary>Whether something did not fit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Appends one character.</summary>
    public void Write(char value)
    {
        if (Length < _destination.Length) _destination[Length++] = value;
        else Overflowed = true;
    }

    /// <summary>Appends a text.</summary>
    public void Write(ReadOnlySpan<char> value)
    {
        if (value.TryCopyTo(_destination[Length..])) Length += value.Length;
        else Overflowed = true;
    }

    /// <summary>Appends a signed decimal number.</summary>
    public void WriteDecimal(long value)
    {
        if (value.TryFormat(_destination[Length..], out int written, default, CultureInfo.InvariantCulture)) Length += written;
        else Overflowed = true;
    }

    /// <summary>Appends a register: percent sign, letter of its class, number.</summary>
    public void WriteRegister(char registerClass, int number)
    {
        Write('%');
        Write(registerClass);
        WriteDecimal(number);
    }

    /// <summary>Appends lower-case hexadecimal digits, at least as many as asked for.</summary>
    public void WriteHex(ulong value, int digits)
    {
        int count = Math.Max(digits, (67 - System.Numerics.BitOperations.LeadingZeroCount(value)) / 4);
        for (int shift = 4 * (count - 1); shift >= 0; shift -= 4)
            Write("0123456789abcdef"[(int)(value >> shift) & 0xF]);
    }
}
