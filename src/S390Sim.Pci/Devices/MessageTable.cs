using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>
/// The MSI-X capability: a table of messages and an array of pending bits, both regions of some BAR. A vector that is masked,
/// by its entry or with the whole function, becomes pending and is sent when it is unmasked.
/// </summary>
public sealed class MessageTable : IMessages
{
    private const byte Id = 0x11;
    private const int Control = 2, TablePlace = 4, PendingPlace = 8, EntrySize = 16, VectorControl = 12;
    private const ushort Enable = 0x8000, FunctionMask = 0x4000;

    private readonly PciDevice _device;
    private readonly int _offset;
    private readonly byte[] _table;
    private readonly ulong[] _pending;

    /// <summary>Adds the capability to a device, which has to place <see cref="Table"/> and <see cref="Pending"/>.</summary>
    /// <param name="device">The device.</param>
    /// <param name="vectors">Number of vectors, 1 to 2048.</param>
    /// <param name="bar">BAR of table and pending bits.</param>
    /// <param name="table">Offset of the table there, a multiple of 8.</param>
    /// <param name="pending">Offset of the pending bits there, a multiple of 8.</param>
    public MessageTable(PciDevice device, int vectors, int bar, uint table, uint pending)
    {
        _device = device;
        _table = new byte[vectors * EntrySize];
        _pending = new ulong[(vectors + 63) / 64];
        Table = new TableRegion(this);
        Pending = new PendingRegion(this);
        var space = device.Configuration;
        _offset = space.AddCapability(Id, 12);
        space.Declare(_offset + Control, 2, (uint)vectors - 1, Enable | FunctionMask);
        space.Declare(_offset + TablePlace, 4, table | (uint)bar);
        space.Declare(_offset + PendingPlace, 4, pending | (uint)bar);
        space.OnAccess(_offset + Control, 2, afterStore: SendUnmasked);
        Table.Reset();
    }

    /// <summary>Number of vectors.</summary>
    public int Vectors => _table.Length / EntrySize;

    /// <summary>The table.</summary>
    public IPciRegion Table { get; }

    /// <summary>The pending bits.</summary>
    public IPciRegion Pending { get; }

    /// <inheritdoc/>
    public bool IsEnabled => (ControlField & Enable) != 0;

    /// <inheritdoc/>
    public bool Send(int vector)
    {
        if (!IsEnabled || vector >= Vectors) return false;
        if (IsMasked(vector))
        {
            _pending[vector / 64] |= 1UL << (vector % 64);
            return true;
        }
        var entry = _table.AsSpan(vector * EntrySize);
        return _device.WriteMemory(BinaryPrimitives.ReadUInt64LittleEndian(entry) & ~3UL, entry.Slice(8, 4));
    }

    private uint ControlField => _device.Configuration.Peek(_offset + Control, 2);

    private bool IsMasked(int vector)
        => (ControlField & FunctionMask) != 0 || (_table[vector * EntrySize + VectorControl] & 1) != 0;

    private void SendUnmasked()
    {
        if (!IsEnabled) return;
        for (var word = 0; word < _pending.Length; word++)
        {
            for (var left = _pending[word]; left != 0; left &= left - 1)
                SendIfUnmasked(64 * word + System.Numerics.BitOperations.TrailingZeroCount(left));
        }
    }

    private void SendIfUnmasked(int vector)
    {
        var bit = 1UL << (vector % 64);
        if ((_pending[vector / 64] & bit) == 0 || !IsEnabled || IsMasked(vector)) return;
        _pending[vector / 64] &= ~bit;
        Send(vector);
    }

    // Words and doublewords; of the vector control only the mask bit can be changed.
    private sealed class TableRegion(MessageTable owner) : IPciRegion
    {
        public ulong Size => (ulong)owner._table.Length;

        public bool Accepts(ulong offset, int length) => length is 4 or 8 && PciAccess.IsAligned(offset, length);

        public ulong Load(ulong offset, int length)
        {
            var at = owner._table.AsSpan((int)offset);
            return length == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);
        }

        public void Store(ulong offset, int length, ulong value)
        {
            for (var n = 0; n < length; n += 4)
            {
                var word = (uint)(value >> (8 * n));
                var at = (int)offset + n;
                if (at % EntrySize == VectorControl) word &= 1;
                BinaryPrimitives.WriteUInt32LittleEndian(owner._table.AsSpan(at), word);
            }
            owner.SendIfUnmasked((int)offset / EntrySize);
        }

        public void Reset()
        {
            Array.Clear(owner._table);
            Array.Clear(owner._pending);
            for (var at = VectorControl; at < owner._table.Length; at += EntrySize) owner._table[at] = 1;
        }
    }

    private sealed class PendingRegion(MessageTable owner) : IPciRegion
    {
        public ulong Size => 8 * (ulong)owner._pending.Length;

        public bool Accepts(ulong offset, int length) => length is 4 or 8 && PciAccess.IsAligned(offset, length);

        public ulong Load(ulong offset, int length)
        {
            var word = owner._pending[offset / 8];
            return length == 8 ? word : (uint)(word >> (int)(8 * (offset & 4)));
        }

        public void Store(ulong offset, int length, ulong value)
        {
        }
    }
}
