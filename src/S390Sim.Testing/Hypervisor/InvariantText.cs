using System.Globalization;
using System.Runtime.CompilerServices;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What is said of an invariant that does not hold; nothing is formatted while it does.</summary>
[InterpolatedStringHandler]
public ref struct InvariantText
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Made by the compiler where an interpolated string is passed.</summary>
    public InvariantText(int literalLength, int formattedCount, bool holds, out bool isWanted)
    {
        isWanted = !holds;
        if (isWanted) _text = new(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    /// <summary>Appends text.</summary>
    public void AppendLiteral(string value) => _text.AppendLiteral(value);
    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);
    /// <summary>Appends a value in a format.</summary>
    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    /// <summary>The text.</summary>
    public string Take() => _text.ToStringAndClear();
}
