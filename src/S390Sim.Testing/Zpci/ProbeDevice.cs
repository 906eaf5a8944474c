using S390Sim.Pci;

namespace S390Sim.Testing.Zpci;

/// <summary>
/// A device for tests, with the identity of a modern virtio device: BAR 0 is 16 KB of memory for any access, BAR 2 32 bytes, and
/// BAR 4 the registers of a DMA engine between BAR 0 and storage that is done at once. BARs 1, 3 and 5 are absent.
/// </summary>
public sealed class ProbeDevice : PciDevice
{
    /// <summary>Registers in BAR 4, little-endian doublewords: where in storage, where in BAR 0, how much, and what.</summary>
    public const ulong AddressRegister = 0x00, OffsetRegister = 0x08, LengthRegister = 0x10, CommandRegister = 0x18;
    /// <summary>Commands: BAR 0 to storage; storage to BAR 0; the address register's low word as a message.</summary>
    public const ulong ToStorage = 1, FromStorage = 2, SendMessage = 3;

    private readonly Register _address, _offset, _length;

    /// <summary>Makes a device.</summary>
    public ProbeDevice() : base(new PciIdentity(0x1AF4, 0x1041, 0x020000))
    {
        AddBar(0, Memory = new ProbeMemory(0x4000), is64Bit: true, isPrefetchable: true);
        AddBar(2, new ProbeMemory(32));
        var engine = new RegisterBank(32).Lengths(0, 8);
        _address = engine.ReadWrite(AddressRegister, 8, "address");
        _offset = engine.ReadWrite(OffsetRegister, 8, "offset");
        _length = engine.ReadWrite(LengthRegister, 8, "length");
        engine.WriteOnly(CommandRegister, 8, "command", Execute);
        AddBar(4, engine);
    }

    /// <summary>What is behind BAR 0.</summary>
    public ProbeMemory Memory { get; }

    /// <summary>Whether the last command was done, and not refused.</summary>
    public bool IsDone { get; private set; }

    private void Execute(ulong command)
    {
        var (address, offset, length) = (_address.Value, _offset.Value, _length.Value);
        if (offset > Memory.Size || length > Memory.Size - offset) return;
        var bytes = Memory.Bytes.AsSpan((int)offset, (int)length);
        IsDone = command switch
        {
            ToStorage => WriteMemory(address, bytes),
            FromStorage => ReadMemory(address, bytes),
            SendMessage => WriteMemory(ZpciLayout.MessageAddress, BitConverter.GetBytes((uint)address)),
            _ => false,
        };
    }
}

/// <summary>A BAR of plain memory, for accesses of any length and alignment.</summary>
/// <param name="size">Bytes, a power of two.</param>
public sealed class ProbeMemory(int size) : IPciRegion
{
    /// <summary>The bytes.</summary>
    public byte[] Bytes { get; } = new byte[size];

    /// <inheritdoc/>
    public ulong Size => (ulong)Bytes.Length;

    /// <inheritdoc/>
    public bool Accepts(ulong offset, int length) => offset <= Size && (ulong)length <= Size - offset;

    /// <inheritdoc/>
    public ulong Load(ulong offset, int length)
    {
        var value = 0UL;
        for (var n = length - 1; n >= 0; n--) value = (value << 8) | Bytes[(int)offset + n];
        return value;
    }

    /// <inheritdoc/>
    public void Store(ulong offset, int length, ulong value)
    {
        for (var n = 0; n < length; n++) Bytes[(int)offset + n] = (byte)(value >> (8 * n));
    }
}
