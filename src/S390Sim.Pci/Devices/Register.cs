namespace S390Sim.Pci;

/// <summary>What a program may do with a register.</summary>
public enum RegisterAccess
{
    /// <summary>Stores are ignored.</summary>
    ReadOnly,
    /// <summary>Stores change its writable bits.</summary>
    ReadWrite,
    /// <summary>Ones stored clear their bits.</summary>
    WriteOneToClear,
    /// <summary>Stores are heard; loads give what the bank has where nothing is.</summary>
    WriteOnly,
}

/// <summary>A declared register of a device.</summary>
/// <param name="access">What a program may do with it.</param>
/// <param name="offset">Offset in its bank.</param>
/// <param name="width">Bytes, 1 to 8.</param>
/// <param name="name">Its name in accounts.</param>
public sealed class Register(RegisterAccess access, ulong offset, int width, string name)
{
    /// <summary>Its name in accounts.</summary>
    public string Name => name;
    /// <summary>Offset in its bank.</summary>
    public ulong Offset => offset;
    /// <summary>Bytes, 1 to 8.</summary>
    public int Width => width;
    /// <summary>What a program may do with it.</summary>
    public RegisterAccess Access => access;
    /// <summary>Value after a reset.</summary>
    public ulong ResetValue { get; init; }
    /// <summary>Bits that stores may change or clear.</summary>
    public ulong Writable { get; init; } = ulong.MaxValue;
    /// <summary>Gives the value to load in place of <see cref="Value"/>.</summary>
    public Func<ulong>? Read { get; init; }
    /// <summary>
    /// Takes a store: of a register to read and write, its whole new value, in place of setting <see cref="Value"/>; of one to
    /// clear, the ones stored, after the clearing; of one to write only, the value stored.
    /// </summary>
    public Action<ulong>? Write { get; init; }

    /// <summary>The present value.</summary>
    public ulong Value { get; set; }

    /// <summary>The value as a program sees it.</summary>
    internal ulong Load() => Read is { } read ? read() : Value;

    /// <summary>A store of the bits that a mask selects.</summary>
    internal void Store(ulong value, ulong mask)
    {
        var changing = mask & Writable;
        switch (Access)
        {
            case RegisterAccess.ReadWrite:
                value = (value & changing) | (changing == ulong.MaxValue ? 0 : Load() & ~changing);
                if (Write is { } write) write(value);
                else Value = value;
                break;
            case RegisterAccess.WriteOneToClear:
                Value &= ~(value & changing);
                Write?.Invoke(value & changing);
                break;
            case RegisterAccess.WriteOnly:
                Write?.Invoke(value & mask);
                break;
        }
    }

    internal void Reset() => Value = ResetValue;
}
