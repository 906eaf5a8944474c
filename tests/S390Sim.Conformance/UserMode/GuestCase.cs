using System.Buffers.Binary;
using S390Sim.Isa;

namespace S390Sim.Conformance.UserMode;

/// <summary>Registers, a template of storage, and code to be executed on both machines.</summary>
internal sealed class GuestCase
{
    public const int Size = 336;
    public const int CodeSize = 128;

    /// <summary>Where the code of every case stands.</summary>
    public const ulong Slot = 0x80_0000;

    /// <summary>Two pages that may be stored into; then one that may only be fetched; nothing around them is mapped.</summary>
    public const ulong Pages = 0x50_1000;

    public required Op Op { get; init; }

    public ulong[] Registers { get; } = new ulong[16];

    public uint[] AccessRegisters { get; } = new uint[16];

    public int ConditionCode { get; set; }

    public int Template { get; set; }

    /// <summary>Operands may overlap, where that makes the result unpredictable.</summary>
    public bool Overlaps { get; set; }

    public List<ulong> Code { get; } = [];

    /// <summary>Code at an offset from the slot: what EXECUTE executes.</summary>
    public (int Offset, ulong Text)? Distant { get; set; }

    public byte[] CodeBytes()
    {
        var bytes = new byte[CodeSize];
        for (var n = 0; n < CodeSize; n++) bytes[n] = 0x07;
        var at = 0;
        foreach (var text in Code) at += Put(bytes, at, text);
        if (Distant is not { } distant) return bytes;
        // Over the target to the end of the slot.
        Put(bytes, at, 0xA7F4_0000_0000_0000UL | ((ulong)((CodeSize - at) / 2) << 32));
        Put(bytes, distant.Offset, distant.Text);
        return bytes;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        for (var n = 0; n < 16; n++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(n * 8), Registers[n]);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(144 + n * 4), AccessRegisters[n]);
        }
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(128), (ulong)ConditionCode << 28);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(136), (ulong)Template);
        CodeBytes().CopyTo(bytes.AsSpan(208));
        return bytes;
    }

    public string Listing()
    {
        var lines = Code.Select(Line).ToList();
        if (Distant is { } distant) lines.Add($"at +{distant.Offset}: {Line(distant.Text)}");
        return string.Join("; ", lines);
    }

    private static string Line(ulong text) => Disassembler.Format(text, 0);

    private static int Put(byte[] bytes, int at, ulong text)
    {
        var length = Decoder.Length((byte)(text >> 56));
        for (var n = 0; n < length; n++) bytes[at + n] = (byte)(text >> (56 - n * 8));
        return length;
    }
}

/// <summary>The state a case leaves behind.</summary>
internal sealed class GuestState
{
    public const int HeaderSize = 208;
    public const int Size = HeaderSize + 8192;

    /// <summary>The signal that Linux sends for the program interruption, or zero.</summary>
    public int Signal { get; init; }

    public int ConditionCode { get; init; }

    public ulong[] Registers { get; init; } = [];

    public uint[] AccessRegisters { get; init; } = [];

    public byte[] Storage { get; init; } = [];

    public static GuestState Parse(ReadOnlySpan<byte> bytes)
    {
        var registers = new ulong[16];
        var accessRegisters = new uint[16];
        for (var n = 0; n < 16; n++)
        {
            registers[n] = BinaryPrimitives.ReadUInt64BigEndian(bytes[(16 + n * 8)..]);
            accessRegisters[n] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(144 + n * 4)..]);
        }
        return new GuestState
        {
            Signal = (int)BinaryPrimitives.ReadUInt64BigEndian(bytes),
            ConditionCode = (int)(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) >> 28) & 3,
            Registers = registers,
            AccessRegisters = accessRegisters,
            Storage = bytes.Slice(HeaderSize, 8192).ToArray(),
        };
    }

    /// <summary>What differs, as text; empty when nothing does.</summary>
    public static string Difference(GuestState ours, GuestState qemu)
    {
        var lines = new List<string>();
        if (ours.Signal != qemu.Signal) lines.Add($"signal {ours.Signal}, qemu {qemu.Signal}");
        if (ours.ConditionCode != qemu.ConditionCode) lines.Add($"cc {ours.ConditionCode}, qemu {qemu.ConditionCode}");
        for (var n = 0; n < 16; n++)
        {
            if (ours.Registers[n] != qemu.Registers[n])
                lines.Add($"r{n} {ours.Registers[n]:x16}, qemu {qemu.Registers[n]:x16}");
            if (ours.AccessRegisters[n] != qemu.AccessRegisters[n])
                lines.Add($"a{n} {ours.AccessRegisters[n]:x8}, qemu {qemu.AccessRegisters[n]:x8}");
        }
        var at = ours.Storage.AsSpan().CommonPrefixLength(qemu.Storage);
        if (at == ours.Storage.Length) return string.Join(Environment.NewLine, lines);
        var length = Math.Min(32, ours.Storage.Length - at);
        lines.Add($"storage at {GuestCase.Pages + (ulong)at:x}: {Convert.ToHexString(ours.Storage, at, length)}");
        lines.Add($"                 qemu: {Convert.ToHexString(qemu.Storage, at, length)}");
        return string.Join(Environment.NewLine, lines);
    }
}
