using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>COMPARE AND FORM CODEWORD. The vectors are what Hercules 3.13 answers; the model is written after chapter 7.</summary>
public sealed unsafe class CodewordTests : IDisposable
{
    private const ulong A = 0x200000, B = 0x210000, High = 0xAABB_CCDD_0000_0000;
    private const int Limit = 6;

    private readonly StorageBench _bench = new();

    public static TheoryData<int> Modes => [24, 31, 64];

    internal static ulong Mask(int mode) => mode switch { 24 => 0, 31 => Psw.BasicAddressing, _ => CpuBench.SupervisorMask };

    private void Run(int mode, ulong limit = 1)
        => _bench.Run(Op.CFC, new() { B2 = Limit }, limit, Mask(mode));

    private void Registers(ulong first, ulong index, ulong third, ulong limit)
    {
        _bench.C->Gr[1] = first;
        _bench.C->Gr[2] = index;
        _bench.C->Gr[3] = third;
        _bench.C->Gr[Limit] = limit;
    }

    /// <summary>From Hercules 3.13, keys that differ in the third halfword.</summary>
    [Theory]
    [InlineData(24, "0003", "0013", 4, 0x0006_FFEC, 1)]
    [InlineData(24, "0003", "0013", 5, 0x0006_0003, 2)]
    [InlineData(24, "1003", "0003", 12, 0x0006_EFFC, 2)]
    [InlineData(24, "1003", "0003", 13, 0x0006_0003, 1)]
    [InlineData(24, "1003", "0003", 1, 0x8021_0000, 0)]
    [InlineData(31, "0003", "0013", 12, 0x0006_FFEC, 1)]
    [InlineData(31, "0003", "0013", 5, 0x0006_0003, 2)]
    [InlineData(31, "1003", "0003", 4, 0x0006_EFFC, 2)]
    [InlineData(31, "1003", "0003", 13, 0x0006_0003, 1)]
    [InlineData(31, "1003", "0003", 0, 0x8021_0000, 0)]
    [InlineData(64, "0003", "0013", 0, 0x0006_FFFE_FFFD_FFEC, 1)]
    [InlineData(64, "0003", "0013", 5, 0x0006_0001_0002_0003, 2)]
    [InlineData(64, "1003", "0003", 4, 0x0006_FFFE_FFFD_EFFC, 2)]
    [InlineData(64, "1003", "0003", 13, 0x0006_0001_0002_0003, 1)]
    [InlineData(64, "0003", "0003", 13, 0x8000_0000_0021_0000, 0)]
    public void Cfc_agrees_with_hercules(int mode, string first, string third, int limit, ulong codeword, int conditionCode)
    {
        var high = mode == 64 ? 0 : High;
        var tail = mode == 64 && first == third ? "000000000000000000000000" : "000400050006000700080009";
        _bench.Storage.Write(A, Convert.FromHexString("00010002" + first + tail));
        _bench.Storage.Write(B, Convert.FromHexString("00010002" + third + tail));
        Registers(high | A, high, high | B, (uint)limit);
        Run(mode);
        Assert.Equal(conditionCode, _bench.C->Cc);
        Assert.Equal(high | codeword, _bench.C->Gr[2]);
        Assert.Equal(high | (conditionCode == 2 ? B : A), _bench.C->Gr[1]);
        Assert.Equal(high | (conditionCode == 2 ? A : B), _bench.C->Gr[3]);
        Assert.Equal(CpuBench.CodeAddress + 4, _bench.C->PswAddress);
    }

    /// <summary>Bits 0-31 stay where they are in registers 1 and 3 when bits 32-63 change places.</summary>
    [Theory]
    [MemberData(nameof(Modes))]
    public void Cfc_agrees_with_a_model(int mode)
    {
        var random = new Random(mode);
        var size = mode == 64 ? 6 : 2;
        for (var n = 0; n < 2000; n++)
        {
            var a = new byte[96];
            random.NextBytes(a);
            var b = a.ToArray();
            if (random.Next(5) != 0) b[random.Next(64)] ^= (byte)(1 << random.Next(8));
            _bench.Storage.Write(A, a);
            _bench.Storage.Write(B, b);
            var upper = mode == 64 ? 0UL : ~0UL << (mode == 24 ? 24 : 31);
            var first = A | ((ulong)random.NextInt64() & upper);
            var third = B | ((ulong)random.NextInt64() & upper);
            var start = random.Next(8) * 2;
            var limit = random.Next(32) * 2;
            var low = random.Next(2) == 1;
            var second = ((ulong)random.NextInt64() << 16) | (uint)start;
            Registers(first, second, third, ((ulong)random.NextInt64() << 15) | (uint)limit | (low ? 1u : 0));
            Run(mode);

            var at = start;
            while (at <= limit && a.AsSpan(at, size).SequenceEqual(b.AsSpan(at, size))) at += size;
            var order = at > limit ? 0 : a.AsSpan(at, size).SequenceCompareTo(b.AsSpan(at, size));
            var low64 = mode == 64 ? ulong.MaxValue : uint.MaxValue;
            var conditionCode = order == 0 ? 0 : (order < 0) == low ? 2 : 1;
            ulong codeword;
            if (order == 0) codeword = (third & low64) | (mode == 64 ? 1UL << 63 : 1UL << 31);
            else
            {
                codeword = (ulong)(at + size);
                foreach (var one in ((order < 0) == low ? a : b).AsSpan(at, size))
                    codeword = (codeword << 8) | (low ? one : (byte)~one);
            }
            if (conditionCode == 2)
                (first, third) = ((first & ~low64) | (third & low64), (third & ~low64) | (first & low64));
            Assert.Equal(conditionCode, _bench.C->Cc);
            Assert.Equal((second & ~low64) | codeword, _bench.C->Gr[2]);
            Assert.Equal(first, _bench.C->Gr[1]);
            Assert.Equal(third, _bench.C->Gr[3]);
        }
    }

    [Theory]
    [InlineData(24, 1), InlineData(24, 2), InlineData(24, 3)]
    [InlineData(31, 1), InlineData(31, 2), InlineData(31, 3)]
    [InlineData(64, 1), InlineData(64, 2), InlineData(64, 3)]
    public void Odd_registers_are_a_specification_exception(int mode, int odd)
    {
        Registers(A, 0x8000, B, 0);
        _bench.C->Gr[odd] |= 1;
        Run(mode);
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
    }

    /// <summary>The index limit ends at 7FFE; the index after the last unit may have its leftmost bit one.</summary>
    [Fact]
    public void The_index_limit_has_fifteen_bits()
    {
        _bench.Storage.Write(B + 0x7FFE, [0, 1]);
        Registers(A, 0x7FFE, B, ulong.MaxValue - 1);
        Run(31);
        Assert.Equal(0x8000_FFFEu, _bench.C->Gr[2]);
        Assert.Equal(1, _bench.C->Cc);
        Registers(A, 0x8000, B, ulong.MaxValue - 1);
        Run(31);
        Assert.Equal(0x8000_0000 | B, _bench.C->Gr[2]);
        Assert.Equal(0, _bench.C->Cc);
    }

    [Theory]
    [InlineData(24, 0x00FF_FFFEUL)]
    [InlineData(31, 0x7FFF_FFFEUL)]
    [InlineData(64, 0xFFFF_FFFF_FFFF_FFFEUL)]
    public void Addresses_wrap(int mode, ulong first)
    {
        // The index takes the first operand to 0x0FFE; the third is elsewhere.
        _bench.Storage.Write(0x0FFE, [1, 2, 3, 4, 5, 6]);
        _bench.Storage.Write(B + 0x1000, [1, 2, 3, 4, 5, 7]);
        Registers(first, 0x1000, B, 0x1004);
        Run(mode);
        Assert.Equal(1, _bench.C->Cc);
        Assert.Equal(mode == 64 ? 0x1006_FEFD_FCFB_FAF8UL : 0x1006_FAF8UL, _bench.C->Gr[2]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void An_exception_leaves_the_index_where_it_came_to(int mode)
    {
        _bench.OpenAll();
        _bench.Protect(B + 4096, fetchToo: true);
        Registers(A, 0x1234_0000, B, 0x7FFE);
        _bench.Run(Op.CFC, new() { B2 = Limit }, 100, Mask(mode) | (2UL << 52));
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        // 682 units of six bytes lie before the boundary, and the next one crosses it.
        Assert.Equal(0x1234_0000u + (mode == 64 ? 682u * 6 : 4096), _bench.C->Gr[2]);
        Assert.Equal(A, _bench.C->Gr[1]);
        Assert.Equal(B, _bench.C->Gr[3]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Long_keys_are_interruptible(int mode)
    {
        Registers(A, 0, B, 0x7FFE);
        Run(mode);
        Assert.Equal(CpuBench.CodeAddress, _bench.C->PswAddress);
        var reached = _bench.C->Gr[2];
        Assert.InRange(reached, 2u, 0x7FFEu);
        Assert.Equal(A, _bench.C->Gr[1]);
        _bench.Processor.Run(_bench.C->InstructionCount + 1);
        Assert.Equal(2 * reached, _bench.C->Gr[2]);
        for (var n = 0; n < 100 && _bench.C->PswAddress == CpuBench.CodeAddress; n++)
            _bench.Processor.Run(_bench.C->InstructionCount + 1);
        Assert.Equal(CpuBench.CodeAddress + 4, _bench.C->PswAddress);
        Assert.Equal((mode == 64 ? 1UL << 63 : 1UL << 31) | B, _bench.C->Gr[2]);
        Assert.Equal(0, _bench.C->Cc);
    }

    public void Dispose() => _bench.Dispose();
}
