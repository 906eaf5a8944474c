using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>
/// UPDATE TREE. The vectors are what Hercules 3.13 answers; the model is written after chapter 7. Where a node cannot be stored
/// into Hercules has moved register 5 on already, and the unit of operation would be lost: there chapter 5 is followed.
/// </summary>
public sealed unsafe class UpdateTreeTests : IDisposable
{
    private const ulong Tree = 0x200000, High = 0xAABB_CCDD_0000_0000;

    private readonly StorageBench _bench = new();

    public static TheoryData<int> Modes => CodewordTests.Modes;

    private static int Size(int mode) => mode == 64 ? 16 : 8;
    private static ulong Sign(int mode) => mode == 64 ? 1UL << 63 : 1UL << 31;

    private void Write(int mode, int node, ulong codeword, ulong other, ulong tree = Tree)
    {
        var address = tree + (uint)(node * Size(mode));
        if (mode == 64)
        {
            _bench.Storage.Write64(address, codeword);
            _bench.Storage.Write64(address + 8, other);
        }
        else _bench.Storage.Write64(address, codeword << 32 | other);
    }

    private (ulong Codeword, ulong Other) Read(int mode, int node)
    {
        var address = Tree + (uint)(node * Size(mode));
        var left = _bench.Storage.Read64(address);
        return mode == 64 ? (left, _bench.Storage.Read64(address + 8)) : (left >> 32, (uint)left);
    }

    private void Registers(int mode, ulong codeword, int node, ulong tree = Tree)
    {
        var high = mode == 64 ? 0 : High;
        ulong[] values = [codeword, 0x111, 0x222, 0x333, tree, (uint)(node * Size(mode))];
        for (var n = 0; n < values.Length; n++) _bench.C->Gr[n] = high | values[n];
    }

    private void Run(int mode, ulong key = 0) => _bench.Run(Op.UPT, default, 1, CodewordTests.Mask(mode) | (key << 52));

    /// <summary>
    /// From Hercules 3.13 (the same in all modes), with nodes 1 to 4: 30, 20, 10 and 7, or those given; "-" stands for the
    /// leftmost bit. The rows with 20E0F are also known from hardware (mvsforums.com, topic 11996).
    /// </summary>
    [Theory]
    [InlineData("5", 0, "", "5", "111", 0, 1)]
    [InlineData("-5", 0, "", "-5", "111", 0, 1)]
    [InlineData("5", 1, "", "5", "111", 0, 1)]
    [InlineData("-5", 1, "", "-5", "111", 0, 1)]
    [InlineData("5", 8, "", "30", "A1", 0, 1)]
    [InlineData("25", 6, "", "30", "A1", 0, 1)]
    [InlineData("55", 7, "", "55", "111", 0, 1)]
    [InlineData("20", 8, "", "20", "111", 2, 0)]
    [InlineData("10", 8, "30 20 10 20", "20", "A4", 2, 0)]
    [InlineData("-5", 8, "", "-5", "111", 4, 3)]
    [InlineData("5", 8, "66 6 0 -7", "-7", "A4", 2, 3)]
    [InlineData("5", 2, "-7 0 0 0", "-7", "A1", 0, 1)]
    [InlineData("-7", 2, "-7 0 0 0", "-7", "111", 1, 3)]
    [InlineData("20E0F", 2, "20E0F 20E0F 0 0", "20E0F", "111", 1, 0)]
    [InlineData("20E0F", 3, "20E0F 20E0F 0 0", "20E0F", "111", 1, 0)]
    public void Upt_agrees_with_hercules(string codeword, int from, string nodes, string result, string other, int index,
        int conditionCode)
    {
        foreach (var mode in (int[])[24, 31, 64])
        {
            var high = mode == 64 ? 0 : High;
            ulong Value(string text) => text[0] == '-' ? Sign(mode) | Value(text[1..]) : Convert.ToUInt64(text, 16);
            var values = (nodes.Length == 0 ? "30 20 10 7" : nodes).Split(' ').Select(Value).ToArray();
            for (var n = 0; n < values.Length; n++) Write(mode, n + 1, values[n], 0xA1 + (ulong)n);
            Registers(mode, Value(codeword), from);
            Run(mode);
            Assert.Equal(conditionCode, _bench.C->Cc);
            Assert.Equal(high | Value(result), _bench.C->Gr[0]);
            Assert.Equal(high | Value(other), _bench.C->Gr[1]);
            Assert.Equal(high | (conditionCode == 0 ? Value(result) : 0x222), _bench.C->Gr[2]);
            Assert.Equal(high | (conditionCode == 0 ? 0xA0 + (ulong)index : 0x333), _bench.C->Gr[3]);
            Assert.Equal(high | Tree, _bench.C->Gr[4]);
            Assert.Equal(high | (uint)(index * Size(mode)), _bench.C->Gr[5]);
            Assert.Equal(CpuBench.CodeAddress + 2, _bench.C->PswAddress);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Upt_agrees_with_a_model(int mode)
    {
        const int Nodes = 64;
        var random = new Random(mode);
        for (var n = 0; n < 1000; n++)
        {
            ulong Codeword() => ((ulong)(uint)random.Next(16) << (random.Next(3) * 12)) | (random.Next(40) == 0 ? Sign(mode) : 0);
            ulong Other() => (ulong)random.NextInt64() & (mode == 64 ? ulong.MaxValue : uint.MaxValue);
            var tree = new (ulong Codeword, ulong Other)[Nodes];
            for (var k = 0; k < Nodes; k++)
            {
                var codeword = mode == 64 ? Codeword() : (uint)Codeword();
                Write(mode, k, codeword, Other());
                tree[k] = Read(mode, k);
            }
            var mine = (Codeword: mode == 64 ? Codeword() : (uint)Codeword(), Other: 0x111UL);
            var equal = (Codeword: 0x222UL, Other: 0x333UL);
            var node = random.Next(2 * Nodes);
            Registers(mode, mine.Codeword, node);
            Run(mode);

            var conditionCode = -1;
            while (conditionCode < 0)
            {
                node /= 2;
                if (node == 0) conditionCode = 1;
                else if (mine.Codeword >= Sign(mode)) conditionCode = 3;
                else if (tree[node].Codeword == mine.Codeword) (conditionCode, equal) = (0, tree[node]);
                else if (tree[node].Codeword > mine.Codeword) (mine, tree[node]) = (tree[node], mine);
            }
            var high = mode == 64 ? 0 : High;
            Assert.Equal(conditionCode, _bench.C->Cc);
            ulong[] expected = [mine.Codeword, mine.Other, equal.Codeword, equal.Other, Tree, (uint)(node * Size(mode))];
            for (var k = 0; k < expected.Length; k++) Assert.Equal(high | expected[k], _bench.C->Gr[k]);
            for (var k = 0; k < Nodes; k++) Assert.Equal(tree[k], Read(mode, k));
        }
    }

    [Theory]
    [InlineData(24, 4, 4), InlineData(24, 5, 1), InlineData(31, 4, 1), InlineData(31, 5, 4)]
    [InlineData(64, 4, 8), InlineData(64, 5, 8), InlineData(64, 5, 1)]
    public void Registers_off_the_boundary_are_a_specification_exception(int mode, int register, int off)
    {
        Registers(mode, 5, 0);
        _bench.C->Gr[register] |= (uint)off;
        Run(mode);
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
        Assert.Equal(5u, (uint)_bench.C->Gr[0]);
    }

    /// <summary>Only an exchange stores: a lower node, or an equal one, may be protected.</summary>
    [Theory]
    [MemberData(nameof(Modes))]
    public void Only_an_exchange_needs_to_store(int mode)
    {
        const ulong Protected = 0x300000;
        _bench.OpenAll();
        _bench.Protect(Protected);
        Write(mode, 1, 0x20, 0xA1, Protected);
        Registers(mode, 0x30, 3, Protected);
        Run(mode, 2);
        Assert.Equal(ProgramCode.None, _bench.Interruption);
        Assert.Equal(1, _bench.C->Cc);
        Registers(mode, 0x20, 3, Protected);
        Run(mode, 2);
        Assert.Equal(0, _bench.C->Cc);
        Registers(mode, 0x10, 3, Protected);
        Run(mode, 2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(0x10u, (uint)_bench.C->Gr[0]);
        Assert.Equal((uint)(3 * Size(mode)), (uint)_bench.C->Gr[5]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void An_exception_keeps_the_units_done(int mode)
    {
        _bench.OpenAll();
        // Node 32 is the first of an open block; its parents lie before it.
        var tree = 0x301000 - 32UL * (ulong)Size(mode);
        _bench.Protect(0x300000, fetchToo: true);
        Write(mode, 32, 6, 0x66, tree);
        Registers(mode, 5, 64, tree);
        Run(mode, 2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(6u, (uint)_bench.C->Gr[0]);
        Assert.Equal(0x66u, (uint)_bench.C->Gr[1]);
        Assert.Equal((uint)(32 * Size(mode)), (uint)_bench.C->Gr[5]);
        // Once the access is allowed the instruction goes on where it stopped.
        for (var n = 1; n <= 16; n *= 2) Write(mode, n, 0, 0, tree);
        Run(mode);
        Assert.Equal(1, _bench.C->Cc);
        Assert.Equal(6u, (uint)_bench.C->Gr[0]);
        Assert.Equal(0u, (uint)_bench.C->Gr[5]);
    }

    [Fact]
    public void A_node_outside_storage_is_an_addressing_exception()
    {
        Registers(31, 5, 0);
        _bench.C->Gr[5] = High | 0x8000_0010;
        Run(31);
        Assert.Equal(ProgramCode.Addressing, _bench.Interruption);
        Assert.Equal(High | 0x8000_0010, _bench.C->Gr[5]);
    }

    public void Dispose() => _bench.Dispose();
}
