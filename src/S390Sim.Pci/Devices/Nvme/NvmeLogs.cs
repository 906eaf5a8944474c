using System.Buffers.Binary;
using System.Text;

namespace S390Sim.Pci;

/// <summary>What the controller keeps account of, and its log pages (NVMe 1.4, chapter 5.14.1).</summary>
internal sealed class NvmeLogs
{
    /// <summary>Composite temperature in kelvins.</summary>
    public const int Temperature = 310;
    /// <summary>Entries of the error log; ELPE plus one.</summary>
    public const int ErrorEntries = 64;

    /// <summary>Log page identifiers.</summary>
    public const byte Errors = 0x01, Health = 0x02, Firmware = 0x03, Effects = 0x05;

    private const int ErrorSize = 64;

    private readonly record struct Error(
        ulong Number, ushort Queue, ushort Command, ushort Status, ushort Location, ulong Block, uint Namespace);

    private readonly Queue<Error> _errors = new();
    private ulong _errorCount, _readUnits, _writtenUnits, _reads, _writes, _mediaErrors;

    /// <summary>Bytes of a page; 0 when there is no such page.</summary>
    public static int SizeOf(byte page) => page switch
    {
        Errors => ErrorEntries * ErrorSize,
        Health or Firmware => 512,
        Effects => 4096,
        _ => 0,
    };

    /// <summary>Forgets the errors, which a controller reset clears; the counts stay.</summary>
    public void ClearErrors() => _errors.Clear();

    /// <summary>Enters an error.</summary>
    /// <param name="queue">Submission queue; all ones when it belongs to no command.</param>
    /// <param name="command">Command identifier, likewise.</param>
    /// <param name="status">Status field without the phase.</param>
    /// <param name="location">Byte in bits 0-7 and bit in bits 8-10 of the field at fault; all ones when not known.</param>
    /// <param name="block">First block concerned.</param>
    /// <param name="ns">Namespace concerned.</param>
    public void AddError(ushort queue, ushort command, ushort status, ushort location = 0xFFFF, ulong block = 0, uint ns = 0)
    {
        if (_errors.Count == ErrorEntries) _errors.Dequeue();
        _errors.Enqueue(new Error(++_errorCount, queue, command, status, location, block, ns));
    }

    /// <summary>Counts a read of so many bytes.</summary>
    public void CountRead(int bytes)
    {
        _reads++;
        _readUnits += (ulong)bytes / 512;
    }

    /// <summary>Counts a write of so many bytes.</summary>
    public void CountWrite(int bytes)
    {
        _writes++;
        _writtenUnits += (ulong)bytes / 512;
    }

    /// <summary>Counts an error of the medium.</summary>
    public void CountMediaError() => _mediaErrors++;

    /// <summary>Writes a page into bytes that are zero.</summary>
    public void Write(byte page, Span<byte> bytes, bool isTemperatureCritical)
    {
        switch (page)
        {
            case Errors: WriteErrors(bytes); break;
            case Health: WriteHealth(bytes, isTemperatureCritical); break;
            case Firmware:
                bytes[0] = 1;                                   // slot 1 is active
                Encoding.ASCII.GetBytes(NvmeIdentify.FirmwareRevision, bytes[8..]);
                break;
            case Effects: WriteEffects(bytes); break;
        }
    }

    // Newest first.
    private void WriteErrors(Span<byte> bytes)
    {
        var at = _errors.Count;
        foreach (var error in _errors)
        {
            var entry = bytes.Slice(--at * ErrorSize, ErrorSize);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, error.Number);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], error.Queue);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[10..], error.Command);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[12..], (ushort)(error.Status << 1));
            BinaryPrimitives.WriteUInt16LittleEndian(entry[14..], error.Location);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], error.Block);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[24..], error.Namespace);
        }
    }

    // Data units are thousands of 512 bytes, rounded up.
    private void WriteHealth(Span<byte> bytes, bool isTemperatureCritical)
    {
        bytes[0] = isTemperatureCritical ? (byte)2 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[1..], Temperature);
        bytes[3] = 100;                                         // available spare, and its threshold
        bytes[4] = 10;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], (_readUnits + 999) / 1000);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], (_writtenUnits + 999) / 1000);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[64..], _reads);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[80..], _writes);
        bytes[112] = 1;                                         // power cycles
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[160..], _mediaErrors);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[176..], _errorCount);
    }

    // Bit 0: the command is supported; bit 1: it may change the contents of a namespace.
    private static void WriteEffects(Span<byte> bytes)
    {
        foreach (var opcode in NvmeController.AdminOpcodes) bytes[4 * opcode] = 1;
        foreach (var opcode in NvmeController.IoOpcodes)
        {
            var changes = opcode is NvmeIoOpcode.Write or NvmeIoOpcode.WriteZeroes or NvmeIoOpcode.DatasetManagement;
            bytes[1024 + 4 * opcode] = (byte)(changes ? 3 : 1);
        }
    }
}
