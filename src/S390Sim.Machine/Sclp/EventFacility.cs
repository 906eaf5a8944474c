using System.Buffers.Binary;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>
/// The event facility of a service processor: masks, and event data that the program sends. Two types of data are text for
/// the console: ASCII (0x1A) and operating-system messages in EBCDIC (0x02). With PCI functions there is a third, error
/// notifications of adapters (0x18).
/// </summary>
internal sealed unsafe class EventFacility(GuestConsole console, PciConfiguration? pci)
{
    private const byte AdapterErrorType = 0x18;
    private const byte MessageType = 0x02;
    private const byte AsciiType = 0x1A;
    private const byte Accepted = 0x80;
    private const int MaskLengthOffset = 10;
    private const int MasksOffset = 12;
    private const int MaxMaskLength = 1021;

    // Mask bit n - 1 stands for type n.
    private const uint Text = 1u << (32 - MessageType) | 1u << (32 - AsciiType);
    private const uint AdapterErrors = 1u << (32 - AdapterErrorType);
    private readonly uint _received = pci is null ? Text : Text | AdapterErrors;

    private const int MessageHeader = 12;               // length, type, tag, revision
    private const uint MessageTag = 0xD4C4C240;         // "MDB "
    private const ushort TextObject = 4;
    private const int TextObjectHeader = 10;

    /// <summary>Write event mask: the program says what it sends and receives, and learns the same of the service processor.</summary>
    public ushort SetMask(SccbHeader header)
    {
        if (header.Length < MasksOffset) return SclpResponse.InsufficientLength;
        var length = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(header.Address + MaskLengthOffset, 2));
        if (length is 0 or > MaxMaskLength) return SclpResponse.InvalidMaskLength;
        if (header.Length < MasksOffset + 4 * length) return SclpResponse.InsufficientLength;
        WriteMask(new Span<byte>(header.Address + MasksOffset + 2 * length, length), _received);
        WriteMask(new Span<byte>(header.Address + MasksOffset + 3 * length, length), 0);
        return SclpResponse.Normal;
    }

    /// <summary>Write event data: takes the buffers one after the other up to the first that is wrong.</summary>
    public ushort Write(SccbHeader header)
    {
        int offset = SccbHeader.Size;
        while (offset < header.Length)
        {
            if (header.Length - offset < EventBufferHeader.Size) return SclpResponse.InconsistentLengths;
            var buffer = new EventBufferHeader(header.Address + offset);
            if (buffer.Length < EventBufferHeader.Size || buffer.Length > header.Length - offset) return SclpResponse.InconsistentLengths;
            var data = new ReadOnlySpan<byte>(buffer.Address + EventBufferHeader.Size, buffer.Length - EventBufferHeader.Size);
            var response = buffer.Type switch
            {
                AsciiType => WriteAscii(data),
                MessageType => WriteMessage(data),
                AdapterErrorType when pci is not null => NotifyError(buffer),
                _ => SclpResponse.InvalidFunction,
            };
            if (response != SclpResponse.Normal) return response;
            buffer.Flags |= Accepted;
            offset += buffer.Length;
        }
        return SclpResponse.Normal;
    }

    // A program that gives a function up for repair is asked to deconfigure it; the other actions are for a log.
    private ushort NotifyError(EventBufferHeader header)
    {
        if (header.Length < AdapterErrorBuffer.Size) return SclpResponse.InconsistentLengths;
        var buffer = new AdapterErrorBuffer(header.Address);
        if (buffer.AdapterType != Pci.SclpResponse.PciAdapter || pci!.FindByFid(buffer.Fid) is not { } function)
            return SclpResponse.InvalidFunction;
        if (buffer.Action == AdapterErrorBuffer.Repair && function.State >= FunctionState.Disabled)
            pci.Announce(function, PciEventCode.DeconfigurationRequested);
        return SclpResponse.Normal;
    }

    private ushort WriteAscii(ReadOnlySpan<byte> text)
    {
        console.WriteText(text);
        return SclpResponse.Normal;
    }

    // A message data block: a header, then objects; each text object is a line.
    private ushort WriteMessage(ReadOnlySpan<byte> data)
    {
        if (data.Length < MessageHeader || BinaryPrimitives.ReadUInt32BigEndian(data[4..]) != MessageTag)
            return SclpResponse.InconsistentLengths;
        var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(data), data.Length);
        for (var offset = MessageHeader; offset + 4 <= length;)
        {
            var part = data[offset..length];
            var size = BinaryPrimitives.ReadUInt16BigEndian(part);
            if (size < 4 || size > part.Length) return SclpResponse.InconsistentLengths;
            if (BinaryPrimitives.ReadUInt16BigEndian(part[2..]) == TextObject && size >= TextObjectHeader)
                console.WriteMessage(part[TextObjectHeader..size]);
            offset += size;
        }
        return SclpResponse.Normal;
    }

    private static void WriteMask(Span<byte> mask, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        mask.Clear();
        bytes[..Math.Min(4, mask.Length)].CopyTo(mask);
    }
}
