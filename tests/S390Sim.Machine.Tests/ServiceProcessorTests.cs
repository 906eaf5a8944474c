using System.Buffers.Binary;
using System.Text;
using S390Sim.Cpu;

namespace S390Sim.Machine.Tests;

public sealed class ServiceProcessorTests : IDisposable
{
    private const ulong Block = 0x20000;
    private const uint WriteData = 0x0076_0005, WriteMask = 0x0078_0005, ReadInfo = 0x0002_0001;

    private readonly Storage _storage = new(4 << 20);
    private readonly FloatingInterruptions _floating = new();
    private readonly MemoryStream _output = new();
    private readonly ServiceProcessor _services;

    public ServiceProcessorTests() => _services = new ServiceProcessor(_storage, _floating, new GuestConsole(_output));

    public void Dispose()
    {
        _storage.Dispose();
        _output.Dispose();
    }

    private string Output => Encoding.UTF8.GetString(_output.ToArray());

    /// <summary>Calls with a block of a length and contents after the header; the response code.</summary>
    private ushort Call(uint command, int length, byte[]? contents = null, ulong at = Block)
    {
        Span<byte> block = new byte[Math.Max(length, 8)];
        BinaryPrimitives.WriteUInt16BigEndian(block, (ushort)length);
        contents?.CopyTo(block[8..]);
        _storage.Write(at, block[..Math.Min(block.Length, (int)(_storage.Size - at))]);
        Assert.Equal(new ServiceCallResult(ProgramCode.None, 0), _services.Call(command, at, 0));
        Assert.Equal((uint)at, _floating.TakeServiceSignal());
        return BinaryPrimitives.ReadUInt16BigEndian(_storage.Read(at + 6, 2));
    }

    private static byte[] Event(byte type, byte[] data)
    {
        var buffer = new byte[6 + data.Length];
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)buffer.Length);
        buffer[2] = type;
        data.CopyTo(buffer, 6);
        return buffer;
    }

    private static byte[] Message(params string[] lines)
    {
        var objects = lines.SelectMany(line =>
        {
            var part = new byte[10 + line.Length];
            BinaryPrimitives.WriteUInt16BigEndian(part, (ushort)part.Length);
            part[3] = 4;
            Ebcdic.Write(line, part.AsSpan(10));
            return part;
        }).ToArray();
        var block = new byte[12 + objects.Length];
        BinaryPrimitives.WriteUInt16BigEndian(block, (ushort)block.Length);
        block[3] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(4), 0xD4C4C240);
        objects.CopyTo(block, 12);
        return Event(0x02, block);
    }

    private ushort Send(byte[] buffers) => Call(WriteData, 8 + buffers.Length, buffers);

    [Theory]
    [InlineData(0UL, ProgramCode.Specification)]                 // lowcore
    [InlineData(0x1FF8UL, ProgramCode.Specification)]
    [InlineData(0x8000UL, ProgramCode.Specification)]            // the prefix area
    [InlineData(0x9FF8UL, ProgramCode.Specification)]
    [InlineData(0x20004UL, ProgramCode.Specification)]           // no doubleword
    [InlineData(0x8000_0000UL, ProgramCode.Specification)]       // 2 GB
    [InlineData(0x1_0002_0000UL, ProgramCode.Specification)]
    [InlineData(0x40_0000UL, ProgramCode.Addressing)]
    [InlineData(0x7FFF_FFF8UL, ProgramCode.Addressing)]
    [InlineData(0x20000UL, ProgramCode.Specification)]           // length 0
    public void BlocksAreChecked(ulong block, ProgramCode exception)
    {
        Assert.Equal(exception, _services.Call(ReadInfo, block, 0x8000).Exception);
        Assert.False(_floating.ServiceSignal);
    }

    [Fact]
    public void BusyUntilTheSignalIsTaken()
    {
        _storage.Write(Block, [0, 8]);
        Assert.Equal(0, _services.Call(0x0077_0005, Block, 0).ConditionCode);
        Assert.Equal(new ServiceCallResult(ProgramCode.None, 2), _services.Call(0x0077_0005, Block, 0));
        _floating.TakeServiceSignal();
        Assert.Equal(0, _services.Call(0x0077_0005, Block, 0).ConditionCode);
    }

    [Fact]
    public void ResponsesInOrderOfTheChecks()
    {
        Assert.Equal(0x01F0, Call(0x0099_0001, 8));
        Assert.Equal(0x01F0, Call(0x0099_0001, 8192));
        Assert.Equal(0x0100, Call(ReadInfo, 4096, at: Block + 8));
        Assert.Equal(0x0300, Call(ReadInfo, 128));
        Assert.Equal(0x0300, Call(0x0001_0001, 16));
        Assert.Equal(0x60F0, Call(0x0077_0005, 4096));
        Assert.Equal(0x01F0, Call(0x001A_0001, 16));            // no PCI functions here
    }

    [Fact]
    public void ScpInformationTellsStorageAndCpus()
    {
        Assert.Equal(0x0010, Call(0x0012_0001, 4096));
        var info = _storage.Read(Block, 4096);
        Assert.Equal(4, BinaryPrimitives.ReadUInt16BigEndian(info[8..]));
        Assert.Equal(1, info[10]);
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(info[16..]));
        Assert.Equal(0, info[BinaryPrimitives.ReadUInt16BigEndian(info[18..])]);
        Assert.Equal(0x0010, Call(0x0001_0001, 4096));
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(_storage.Read(Block + 8, 2)));
    }

    [Fact]
    public void EventMaskOffersBothKindsOfText()
    {
        var mask = new byte[20];
        mask[3] = 4;
        Assert.Equal(0x0020, Call(WriteMask, 28, mask));
        Assert.Equal(0x40000040u, BinaryPrimitives.ReadUInt32BigEndian(_storage.Read(Block + 20, 4)));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(_storage.Read(Block + 24, 4)));
        Assert.Equal(0x0300, Call(WriteMask, 24, mask[..16]));
        mask[3] = 0;
        Assert.Equal(0x74F0, Call(WriteMask, 28, mask));
    }

    [Fact]
    public void AsciiTextIsExact()
    {
        Assert.Equal(0x0020, Send(Event(0x1A, [0x41, 0xC3, 0xA4, 0x0D, 0x0A])));
        Assert.Equal([0x41, 0xC3, 0xA4, 0x0D, 0x0A], _output.ToArray());
        Assert.Equal(0x80, _storage.Read(Block + 11, 1)[0]);
    }

    [Fact]
    public void MessagesAreLines()
    {
        Assert.Equal(0x0020, Send(Message("Hello [1] ^{}|", "again")));
        Assert.Equal("Hello [1] ^{}|\nagain\n", Output);
    }

    [Fact]
    public void TextSentBothWaysIsShownOnce()
    {
        Send(Event(0x1A, "PASS: "u8.ToArray()));
        Send(Event(0x1A, "a\n"u8.ToArray()));
        Send(Message("PASS: a"));
        Send(Message("only so"));
        Send(Event(0x1A, "only so\r\n"u8.ToArray()));
        Send(Event(0x1A, "b\n"u8.ToArray()));
        Send(Event(0x1A, "b\n"u8.ToArray()));
        Assert.Equal("PASS: a\nonly so\nb\nb\n", Output);
    }

    [Theory]
    [InlineData("000000")]
    [InlineData("000500000000")]
    [InlineData("00401A000000")]
    [InlineData("000802000000AABB")]
    [InlineData("001602000000 0010 0001 D4C4C240 00000001 0002 0004")]
    public void TornBuffersAreInconsistent(string hex)
        => Assert.Equal(0x72F0, Send(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void UnknownEventIsRefused() => Assert.Equal(0x40F0, Send(Event(0x0C, [1, 2])));

    [Fact]
    public void RandomBlocksDoNoHarm()
    {
        var random = new Random(7);
        uint[] commands = [ReadInfo, WriteData, WriteMask, 0x0077_0005, 0x0001_0001, 0x001A_0001];
        var block = new byte[4096];
        for (var n = 0; n < 20_000; n++)
        {
            random.NextBytes(block);
            if (random.Next(4) != 0) block[0] = 0;
            if (random.Next(2) != 0) (block[8], block[10]) = (0, random.Next(2) == 0 ? (byte)0x1A : (byte)2);
            _storage.Write(Block, block);
            var at = Block + (ulong)(random.Next(3) == 0 ? random.Next(4096) & ~7 : 0);
            _services.Call(commands[random.Next(commands.Length)], at, 0);
            _floating.Clear();
        }
    }
}
