namespace S390Sim.Pci;

/// <summary>
/// A region made of declared registers. Accesses are naturally aligned and of the lengths that were declared; they reach the
/// bytes that they name, be that a part of a register or several registers.
/// </summary>
/// <param name="size">Bytes; of a bank that fills a BAR a power of two.</param>
public sealed class RegisterBank(ulong size) : IPciRegion
{
    private const int PowersOfTwo = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8;

    private readonly List<Register> _registers = [];
    private readonly List<(ulong From, int Lengths)> _zones = [];
    private Register?[] _byOffset = [];

    /// <inheritdoc/>
    public ulong Size => size;

    /// <summary>What loads give where nothing is declared; stores are ignored there.</summary>
    public ulong Unassigned { get; init; } = ulong.MaxValue;

    /// <summary>Whether an access is refused that touches a byte where nothing is declared.</summary>
    public bool RefusesHoles { get; init; }

    /// <summary>
    /// Whether a register answers at its own offset only, whatever the length of the access: a shorter one loads its low bytes
    /// and stores zeros above them.
    /// </summary>
    public bool DecodesOffsetsOnly { get; init; }

    /// <summary>The registers in the order of their declaration.</summary>
    public IReadOnlyList<Register> Registers => _registers;

    /// <summary>Declares which lengths may be accessed from an offset on, up to the next such declaration.</summary>
    public RegisterBank Lengths(ulong from, params ReadOnlySpan<int> lengths)
    {
        var mask = 0;
        foreach (var length in lengths) mask |= 1 << length;
        _zones.Add((from, mask));
        return this;
    }

    /// <summary>Declares a register that ignores stores.</summary>
    public Register ReadOnly(ulong offset, int width, string name, ulong reset = 0, Func<ulong>? read = null)
        => Add(new Register(RegisterAccess.ReadOnly, offset, width, name) { ResetValue = reset, Read = read });

    /// <summary>Declares a register that keeps what is stored, or hands it to the device.</summary>
    public Register ReadWrite(ulong offset, int width, string name, ulong reset = 0, ulong writable = ulong.MaxValue,
        Func<ulong>? read = null, Action<ulong>? write = null) => Add(new Register(RegisterAccess.ReadWrite, offset, width, name)
        {
            ResetValue = reset,
            Writable = writable,
            Read = read,
            Write = write,
        });

    /// <summary>Declares a register whose bits the device sets and a program clears by storing ones.</summary>
    public Register WriteOneToClear(
        ulong offset, int width, string name, ulong clearable = ulong.MaxValue, Action<ulong>? write = null)
        => Add(new Register(RegisterAccess.WriteOneToClear, offset, width, name) { Writable = clearable, Write = write });

    /// <summary>Declares a register that only takes stores.</summary>
    public Register WriteOnly(ulong offset, int width, string name, Action<ulong> write)
        => Add(new Register(RegisterAccess.WriteOnly, offset, width, name) { Write = write });

    /// <summary>Declares a register.</summary>
    /// <exception cref="ArgumentException">It leaves the bank or overlaps another one.</exception>
    public Register Add(Register register)
    {
        var end = register.Offset + (ulong)register.Width;
        if (register.Width is < 1 or > 8 || register.Offset >= size || end > size)
            throw new ArgumentException($"{register.Name} leaves the bank", nameof(register));
        if (end > (ulong)_byOffset.Length) Array.Resize(ref _byOffset, (int)end);
        var bytes = _byOffset.AsSpan((int)register.Offset, register.Width);
        if (bytes.ContainsAnyExcept((Register?)null))
            throw new ArgumentException($"{register.Name} overlaps another register", nameof(register));
        bytes.Fill(register);
        _registers.Add(register);
        register.Reset();
        return register;
    }

    /// <summary>The register that has the byte at an offset, or null.</summary>
    public Register? At(ulong offset) => offset < (ulong)_byOffset.Length ? _byOffset[offset] : null;

    /// <inheritdoc/>
    public bool Accepts(ulong offset, int length)
    {
        if (offset >= size || (ulong)length > size - offset || !PciAccess.IsAligned(offset, length)) return false;
        if ((LengthsAt(offset) & (1 << length)) == 0) return false;
        if (!RefusesHoles) return true;
        for (var n = 0; n < length; n++)
        {
            if (At(offset + (ulong)n) is null) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public ulong Load(ulong offset, int length)
    {
        var register = At(offset);
        if (DecodesOffsetsOnly || (register is not null && register.Offset == offset && register.Width == length))
            return (Readable(register, offset) is { } whole ? whole.Load() : Unassigned) & Ones(length);
        ulong value = 0;
        for (var n = 0; n < length;)
        {
            var part = Part(offset + (ulong)n, length - n, out register, out var shift);
            var bits = Readable(register, register?.Offset ?? 0) is { } found ? found.Load() >> shift : Unassigned;
            value |= (bits & Ones(part)) << (8 * n);
            n += part;
        }
        return value;
    }

    /// <inheritdoc/>
    public void Store(ulong offset, int length, ulong value)
    {
        var register = At(offset);
        if (DecodesOffsetsOnly || (register is not null && register.Offset == offset && register.Width == length))
        {
            if (register is not null && register.Offset == offset) register.Store(value & Ones(length), ulong.MaxValue);
            return;
        }
        for (var n = 0; n < length;)
        {
            var part = Part(offset + (ulong)n, length - n, out register, out var shift);
            register?.Store(value >> (8 * n) << shift, Ones(part) << shift);
            n += part;
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        foreach (var register in _registers) register.Reset();
    }

    private int LengthsAt(ulong offset)
    {
        for (var n = _zones.Count - 1; n >= 0; n--)
        {
            if (offset >= _zones[n].From) return _zones[n].Lengths;
        }
        return PowersOfTwo;
    }

    private static Register? Readable(Register? register, ulong offset)
        => register is not null && register.Offset == offset && register.Access != RegisterAccess.WriteOnly ? register : null;

    // How many bytes from an offset on belong to one register, or to none.
    private int Part(ulong offset, int length, out Register? register, out int shift)
    {
        register = At(offset);
        shift = 0;
        if (register is null) return 1;
        var skipped = (int)(offset - register.Offset);
        shift = 8 * skipped;
        return Math.Min(length, register.Width - skipped);
    }

    private static ulong Ones(int length) => ulong.MaxValue >> (64 - 8 * length);
}
