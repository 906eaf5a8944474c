using System.Buffers.Binary;
using System.Text;

namespace S390Sim.Machine.Tests;

/// <summary>STORE SYSTEM INFORMATION: which blocks there are, and what stands where in them.</summary>
public sealed class SystemInformationTests
{
    private static readonly SystemIdentity s_identity = new SystemIdentity()
        .With("manufacturer=ACME,model=M1,plant=XY,sequence=ABC")
        .With("lpar-name=PART,lpar-number=7,vm-name=Some guest,vm-uuid=01234567-89ab-cdef-0123-456789abcdef");

    private static byte[]? Fill(int level, int function, int selector1, int selector2, int cpus = 3, string model = "max")
    {
        var block = new byte[4096];
        var information = new SystemInformation(s_identity, CpuSelection.Parse(model), cpus);
        return information.TryFill(block, level, function, selector1, selector2) ? block : null;
    }

    private static string Text(byte[] block, int at, int length)
        => string.Concat(block.AsSpan(at, length).ToArray().Select(b => (char)Ebcdic.ToAscii(b)));

    private static int Half(byte[] block, int at) => BinaryPrimitives.ReadUInt16BigEndian(block.AsSpan(at));

    [Fact]
    public void Exactly_these_blocks_are_there()
    {
        var found = new List<string>();
        foreach (var level in new[] { 2, 3 })
        {
            for (var function = 1; function < 16; function++)
            {
                for (var one = 0; one < 6; one++)
                {
                    for (var two = 0; two < 8; two++)
                    {
                        if (Fill(level, function, one, two) is not null) found.Add($"{level}: {function}.{one}.{two}");
                    }
                }
            }
        }
        string[] partition = ["1.1.1", "1.2.1", "1.2.2", "2.2.1", "2.2.2"];
        var machine = partition.Append("3.2.2");
        Assert.Equal(
            [.. partition.Append("15.1.2").Select(b => $"2: {b}"), .. machine.Append("15.1.2").Select(b => $"3: {b}")], found);
        Assert.Null(Fill(2, 15, 1, 2, model: "z9"));
    }

    [Fact]
    public void The_machine()
    {
        var block = Fill(2, 1, 1, 1, model: "z13")!;
        Assert.Equal(("ACME            ", "2964", "0000000000000ABC", "XY  ", "M1              "),
            (Text(block, 32, 16), Text(block, 48, 4), Text(block, 80, 16), Text(block, 96, 4), Text(block, 100, 16)));
        block = Fill(2, 1, 2, 2)!;
        Assert.Equal((3, 3, 0, 0), (Half(block, 36), Half(block, 38), Half(block, 40), Half(block, 42)));
    }

    [Fact]
    public void The_partition()
    {
        var block = Fill(2, 2, 2, 2)!;
        Assert.Equal((7, 0x40, 3, 3, "PART    "),
            (Half(block, 32), block[35], Half(block, 36), Half(block, 38), Text(block, 44, 8)));
    }

    [Fact]
    public void The_virtual_machine()
    {
        var block = Fill(3, 3, 2, 2)!;
        Assert.Equal((1, 3, 3, "Some gue", 2), (block[31], Half(block, 36), Half(block, 38), Text(block, 44, 8), block[75]));
        Assert.StartsWith("KVM", Text(block, 56, 16), StringComparison.Ordinal);
        Assert.Equal("0123456789abcdef0123456789abcdef", Convert.ToHexStringLower(block.AsSpan(80, 16)));
        Assert.Equal("Some guest\0", Encoding.UTF8.GetString(block.AsSpan(2048, 11)));
    }

    [Fact]
    public void The_topology()
    {
        var block = Fill(2, 15, 1, 2)!;
        Assert.Equal((40, 1, 3, 2), (Half(block, 2), block[8], block[9], block[11]));
        Assert.Equal("01000000000000010000000000000000e000000000000000", Convert.ToHexStringLower(block.AsSpan(16, 24)));
    }

    [Theory]
    [InlineData("flux=1")]
    [InlineData("plant")]
    [InlineData("plant=TOOLONG")]
    [InlineData("model=")]
    [InlineData("lpar-number=0")]
    [InlineData("vm-uuid=7")]
    [InlineData("vm-name=\u00e4")]
    public void Mistakes_are_told(string settings)
        => Assert.Throws<ConfigurationException>(() => new SystemIdentity().With(settings));

    // GR0 and GR1, STSI 0x2000(0), IPM 2, STMG 0-2 to 0x3000; what GR0 and the condition code are then.
    private static string Stsi(uint gr0, uint gr1, string operand, string? kvm)
    {
        var code = $"a7292000 a7393000 c00f{gr0:x8} c01f{gr1:x8} b27d{operand} b2220020 eb0230000024 b2b20f00";
        var dump = CpuModelTests.Run(code, c => c with { KvmDesign = kvm, MemorySize = 1 << 20 }, 0x3000, 24);
        var isStored = CpuModelTests.Run(code, c => c with { KvmDesign = kvm }, 0x2000, 4096).Any(d => d != '0');
        return $"{dump[8..16]} cc {(Convert.ToByte(dump[40..42], 16) >> 4) & 3} {(isStored ? "stored" : "")}".TrimEnd();
    }

    [Theory]
    [InlineData(0u, 0u, "2000", null, "20000000 cc 0")]
    [InlineData(0x0000_0005u, 7u, "2001", null, "20000005 cc 0")]       // the operand does not matter
    [InlineData(0u, 0u, "2000", "lent", "30000000 cc 0")]
    [InlineData(0x1000_0001u, 1u, "2000", null, "10000001 cc 0 stored")]
    [InlineData(0x3000_0002u, 2u, "2000", null, "30000002 cc 3")]
    [InlineData(0x3000_0002u, 2u, "2000", "lent", "30000002 cc 0 stored")]
    [InlineData(0x2000_0002u, 2u, "2000", "type1", "20000002 cc 0 stored")]
    [InlineData(0x7000_0000u, 0u, "2000", null, "70000000 cc 3")]
    [InlineData(0x1000_0101u, 1u, "2000", null, "00000000 cc 0")]       // specification: the rest did not run
    [InlineData(0x1000_0001u, 0x1_0001u, "2000", null, "00000000 cc 0")]
    [InlineData(0x1000_0001u, 1u, "2800", null, "00000000 cc 0")]
    public void The_instruction(uint gr0, uint gr1, string operand, string? kvm, string outcome)
        => Assert.Equal(outcome, Stsi(gr0, gr1, operand, kvm));
}
