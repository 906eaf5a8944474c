namespace S390Sim.Pci;

/// <summary>
/// A region made of declared registers. Where nothing is declared, loads give ones and stores are ignored. Accesses are
/// naturally aligned.
/// </summary>
public sealed class RegisterBank : IPciRegion
{
    private readonly record struct Register(string Name, Func<ulong>? Read, Action<ulong>? Write);

    private readonly Dictionary<ulong, Register> _registers = [];
    private readonly List<(ulong From, int Lengths)> _zones = [];

    /// <summary>Makes a bank.</summary>
    /// <param name="size">Bytes, a power of two.</param>
    public RegisterBank(ulong size) => Size = size;

    /// <inheritdoc/>
    public ulong Size { get; }

    /// <summary>Declares which lengths may be accessed from an offset on, up to the next such declaration.</summary>
    public RegisterBank Lengths(ulong from, params ReadOnlySpan<int> lengths)
    {
        var mask = 0;
        foreach (var length in lengths) mask |= 1 << length;
        _zones.Add((from, mask));
        return this;
    }

    /// <summary>Declares a register.</summary>
    /// <param name="offset">Where it is.</param>
    /// <param name="name">Its name in accounts.</param>
    /// <param name="read">Gives its value; null for one that reads as ones.</param>
    /// <param name="write">Takes a value; null for one that ignores stores.</param>
    public RegisterBank Add(ulong offset, string name, Func<ulong>? read = null, Action<ulong>? write = null)
    {
        _registers.Add(offset, new Register(name, read, write));
        return this;
    }

    /// <summary>Name of the register at an offset, or null.</summary>
    public string? NameAt(ulong offset) => _registers.TryGetValue(offset, out var register) ? register.Name : null;

    /// <inheritdoc/>
    public bool Accepts(ulong offset, int length)
    {
        if (offset >= Size || (ulong)length > Size - offset || offset % (ulong)length != 0) return false;
        for (var n = _zones.Count - 1; n >= 0; n--)
        {
            if (offset >= _zones[n].From) return (_zones[n].Lengths & (1 << length)) != 0;
        }
        return length is 1 or 2 or 4 or 8;
    }

    /// <inheritdoc/>
    public ulong Load(ulong offset, int length)
    {
        var value = _registers.TryGetValue(offset, out var register) && register.Read is { } read ? read() : ulong.MaxValue;
        return value & (ulong.MaxValue >> (64 - 8 * length));
    }

    /// <inheritdoc/>
    public void Store(ulong offset, int length, ulong value)
    {
        if (_registers.TryGetValue(offset, out var register)) register.Write?.Invoke(value);
    }
}
