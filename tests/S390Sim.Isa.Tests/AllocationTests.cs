namespace S390Sim.Isa.Tests;

/// <summary>Decoding, extraction, encoding and writing into a span allocate nothing.</summary>
public class AllocationTests
{
    [Fact]
    public void Hot_paths_allocate_nothing()
    {
        var texts = Enumerable.Range(0, 1000).Select(i => (ulong)new Random(i).NextInt64() << 1).ToArray();
        Use(texts);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ulong sum = Use(texts);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0UL, sum);
    }

    private static ulong Use(ulong[] texts)
    {
        Span<char> buffer = stackalloc char[64];
        ulong sum = 0;
        foreach (var text in texts)
        {
            var op = Decoder.Decode(text);
            Decoder.Extract(op, text, out var operands);
            sum += Encoder.Encode(op, operands) + (ulong)InstructionTable.Get(op).Length;
            Assert.True(Disassembler.TryFormat(text, 0x1000, buffer, out int written, out _));
            sum += (ulong)written;
        }
        return sum;
    }
}
