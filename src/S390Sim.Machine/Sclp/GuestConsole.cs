using System.Globalization;
using System.Text;

namespace S390Sim.Machine;

/// <summary>
/// The one display of a configuration. ASCII text is passed on byte for byte; messages become lines. Programs such as
/// kvm-unit-tests send every line both ways: what one way repeats of the other is shown once.
/// </summary>
/// <param name="output">Where the bytes go; flushed after every event.</param>
public sealed class GuestConsole(Stream output)
{
    /// <summary>Text that one way has shown and the other may still repeat, at most.</summary>
    private const int MaxEcho = 16 << 10;

    private readonly List<byte> _line = [];
    private readonly List<byte> _textEcho = [];
    private readonly List<byte> _messageEcho = [];

    private static ReadOnlySpan<byte> StatusPrefix => "EXIT: STATUS="u8;

    /// <summary>The number in the last line <c>EXIT: STATUS=n</c> (kvm-unit-tests' way to tell a verdict), or null.</summary>
    public int? Status { get; private set; }

    /// <summary>Shows ASCII text.</summary>
    public void WriteText(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || IsEcho(_messageEcho, text)) return;
        Remember(_textEcho, text);
        Show(text);
    }

    /// <summary>Shows a message in EBCDIC as a line of its own.</summary>
    public void WriteMessage(ReadOnlySpan<byte> ebcdic)
    {
        var text = new StringBuilder(ebcdic.Length + 1);
        foreach (var code in ebcdic)
        {
            if (code != 0) text.Append((char)Ebcdic.ToAscii(code));
        }
        if (text.Length == 0 || text[^1] != '\n') text.Append('\n');
        var line = Encoding.UTF8.GetBytes(text.ToString());
        if (IsEcho(_textEcho, line)) return;
        Remember(_messageEcho, line);
        Show(line);
    }

    private void Show(ReadOnlySpan<byte> text)
    {
        output.Write(text);
        output.Flush();
        foreach (var character in text)
        {
            if (character is not ((byte)'\n' or (byte)'\r'))
            {
                if (_line.Count < 256) _line.Add(character);
                continue;
            }
            EndLine();
        }
    }

    private void EndLine()
    {
        var line = _line.ToArray();
        _line.Clear();
        if (line.AsSpan().StartsWith(StatusPrefix)
            && int.TryParse(line.AsSpan(StatusPrefix.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var status))
            Status = status;
    }

    // Whether text is what the other way showed next; then that much is no longer awaited. Other text ends the waiting.
    private static bool IsEcho(List<byte> shown, ReadOnlySpan<byte> text)
    {
        if (shown.Count == 0) return false;
        var count = Matching(shown, text);
        if (count == 0) shown.Clear();
        else shown.RemoveRange(0, count);
        return count != 0;
    }

    // Carriage returns do not count, and an empty line may have gone lost on the way to a message.
    private static int Matching(List<byte> shown, ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < shown.Count && shown[at] == '\n' && text[0] != '\n') at++;
        foreach (var character in text)
        {
            if (character == '\r') continue;
            if (at == shown.Count || shown[at] != character) return 0;
            at++;
        }
        return at;
    }

    private static void Remember(List<byte> echo, ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
        {
            if (character is not ((byte)'\r' or 0)) echo.Add(character);
        }
        if (echo.Count > MaxEcho) echo.RemoveRange(0, echo.Count - MaxEcho);
    }
}
