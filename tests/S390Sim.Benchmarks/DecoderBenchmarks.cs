using BenchmarkDotNet.Attributes;
using S390Sim.Isa;

namespace S390Sim.Benchmarks;

/// <summary>From instruction text to a row, and to its operands.</summary>
[MemoryDiagnoser]
public class DecoderBenchmarks
{
    private const int Count = 1024;
    private readonly ulong[] _texts = new ulong[Count];

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (var n = 0; n < Count; n++)
            _texts[n] = InstructionTable.Rows[random.Next(InstructionTable.Rows.Length)].Opcode | (ulong)random.Next(1 << 16) << 32;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int Decode()
    {
        var sum = 0;
        foreach (var text in _texts) sum += (int)Decoder.Decode(text);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int DecodeAndExtract()
    {
        var sum = 0;
        foreach (var text in _texts)
        {
            Decoder.Extract(Decoder.Decode(text), text, out var operands);
            sum += operands.R1;
        }
        return sum;
    }
}
