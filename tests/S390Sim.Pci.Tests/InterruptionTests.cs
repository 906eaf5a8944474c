using System.Buffers.Binary;

namespace S390Sim.Pci.Tests;

/// <summary>Indicator bits of floating interruptions: wherever they are, just they are set.</summary>
public sealed class InterruptionTests
{
    /// <summary>Against a model of storage that knows bits by their number from the left.</summary>
    [Fact]
    public void Any_place_of_the_bits()
    {
        using var b = new PciBench();
        var random = new Random(11);
        for (var n = 0; n < 500; n++)
        {
            var vector = 0x40000UL + (ulong)random.Next(0x4000);
            var summary = 0x50000UL + (ulong)random.Next(0x2000);
            var (offset, bit, subclass) = (random.Next(64), random.Next(64), random.Next(8));
            var count = random.Next(1, 4096);
            var (hasSummary, message) = (random.Next(4) != 0, random.Next(count));
            b.Storage.Write(0x40000, new byte[0x18000]);
            Assert.Equal("cc0", b.Modify(2, fib =>
            {
                fib.Interruption = (uint)(subclass << 28 | count << 16 | offset << 8 | (hasSummary ? 0x80 : 0) | bit);
                (fib.BitVector, fib.SummaryBit) = (vector, summary);
            }));
            b.Sink.Requests.Clear();
            Assert.True(b.Message((uint)message));
            var expected = new byte[0x18000];
            Set(expected, vector, offset + message);
            if (hasSummary) Set(expected, summary, bit);
            Assert.True(b.Storage.Read(0x40000, expected.Length).SequenceEqual(expected));
            Assert.Equal([subclass], b.Sink.Requests);
            b.Message((uint)message);
            Assert.Equal(hasSummary ? 1 : 2, b.Sink.Requests.Count);
            Assert.Equal("cc0", b.Modify(3));
        }

        static void Set(byte[] storage, ulong address, int bit)
            => storage[address - 0x40000 + (ulong)bit / 8] |= (byte)(0x80 >> bit % 8);
    }

    /// <summary>512 functions, each with a summary bit of its own in eight doublewords, and one interruption for all.</summary>
    [Fact]
    public void Five_hundred_and_twelve_functions_have_their_summary_bits()
    {
        using var b = new PciBench();
        List<PciFunction> functions = [b.Function];
        for (ushort n = 1; n < 512; n++)
        {
            var function = new PciFunction(n, n, new MemoryDevice());
            b.Configuration.Add(function);
            function.Enable();
            functions.Add(function);
        }
        for (var n = 0; n < 512; n++)
        {
            Assert.Equal("cc0", b.Modify(2, fib =>
            {
                fib.Interruption = 0x2002_0080 | (uint)n % 64;
                (fib.BitVector, fib.SummaryBit) = (0x40000UL + (ulong)n * 8, 0x50000UL + (ulong)(n / 64) * 8);
            }, handle: functions[n].Handle));
        }
        b.Configuration.Suppression.SetSingle(2);
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, 1);
        for (var n = 0; n < 512; n += 3) Assert.True(functions[n].Write(b.Function.Group.MessageAddress, data));
        for (var n = 0; n < 512; n++)
        {
            var expected = n % 3 == 0;
            Assert.Equal(expected ? 1UL << 62 : 0, b.Read64(0x40000UL + (ulong)n * 8));
            Assert.Equal(expected, (b.Read64(0x50000UL + (ulong)(n / 64) * 8) >> (63 - n % 64) & 1) != 0);
        }
        Assert.Equal([2], b.Sink.Requests);
    }

    [Theory]
    [InlineData(0xF_FFFFUL, 0, 8, "cc0")]
    [InlineData(0xF_FFFFUL, 0, 9, "cc1 st4")]
    [InlineData(0xF_FFFFUL, 1, 8, "cc1 st4")]
    [InlineData(0x10_0000UL, 0, 1, "cc1 st4")]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFUL, 8, 8, "cc1 st4")]
    public void Bits_must_be_in_storage(ulong vector, int offset, int count, string expected)
    {
        using var b = new PciBench();
        Assert.Equal(expected, b.Modify(2, fib =>
            (fib.Interruption, fib.BitVector) = ((uint)(count << 16 | offset << 8), vector)));
    }
}
