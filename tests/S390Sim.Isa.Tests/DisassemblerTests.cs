namespace S390Sim.Isa.Tests;

/// <summary>What the comparison with objdump does not reach: options, data, symbols, short spans.</summary>
public class DisassemblerTests
{
    [Theory]
    [InlineData("07fe", "br\t%r14")]
    [InlineData("a7740004", "jne\t0x1008")]
    [InlineData("c0e5ffffff80", "brasl\t%r14,0xf00")]
    [InlineData("c01000000010", "larl\t%r1,0x1020")]
    [InlineData("d20710002000", "mvc\t0(8,%r1),0(%r2)")]
    [InlineData("b9d30038", "rpcit\t%r3,%r8")]
    [InlineData("e335734512d0", "mpcifc\t%r3,74565(%r5,%r7)")]
    [InlineData("e71230002af3", "vaf\t%v17,%v2,%v19")]
    [InlineData("b9a08012", "clp\t%r1,%r2,8")]
    [InlineData("0000", ".short\t0x0000")]
    [InlineData("b9ff1234", ".long\t0xb9ff1234")]
    [InlineData("e30123456701", ".short\t0xe301,0x2345,0x6701")]
    public void Instructions_are_written_for_people(string bytes, string expected)
    {
        Assert.Equal(expected, Disassembler.Format(Text(bytes), 0x1000, out int length));
        Assert.Equal(bytes.Length / 2, length);
    }

    [Theory]
    [InlineData("a7740004", "brc\t7,0x1008")]
    [InlineData("07fe", "bcr\t15,%r14")]
    [InlineData("e71230002af3", "va\t%v17,%v2,%v19,2")]
    [InlineData("b9080012", "agr\t%r1,%r2")]
    public void Extended_mnemonics_can_be_turned_off(string bytes, string expected) =>
        Assert.Equal(expected, Disassembler.Format(Text(bytes), 0x1000, new DisassemblyOptions { ExtendedMnemonics = false }));

    [Fact]
    public void Unassigned_bits_are_ignored_as_by_the_machine_or_make_data_as_for_objdump()
    {
        Assert.Equal("agr\t%r1,%r2", Disassembler.Format(Text("b908ff12"), 0));
        var options = new DisassemblyOptions { DataAsObjdump = true };
        Assert.Equal(".long\t0xb908ff12", Disassembler.Format(Text("b908ff12"), 0, options));
    }

    [Fact]
    public void Targets_have_their_symbol()
    {
        var options = new DisassemblyOptions { SymbolName = a => a == 0x1008 ? "loop" : null };
        Assert.Equal("jne\t0x1008 <loop>", Disassembler.Format(Text("a7740004"), 0x1000, options));
        Assert.Equal("jne\t0x100a", Disassembler.Format(Text("a7740005"), 0x1000, options));
        var longName = new string('x', 500);
        options = options with { SymbolName = _ => longName };
        Assert.Equal($"jne\t0x1008 <{longName}>", Disassembler.Format(Text("a7740004"), 0x1000, options));
    }

    [Fact]
    public void A_span_that_is_too_short_is_an_answer_not_an_exception()
    {
        var whole = "mvc\t0(8,%r1),0(%r2)";
        for (int size = 0; size <= whole.Length; size++)
        {
            var buffer = new char[size];
            Assert.Equal(size == whole.Length, Disassembler.TryFormat(Text("d20710002000"), 0, buffer, out _, out _));
        }
    }

    [Fact]
    public void Extended_mnemonics_use_fields_of_their_instruction()
    {
        foreach (var row in InstructionTable.Rows)
        {
            var fields = InstructionTable.Fields(row.Op).ToArray().Select(f => f.Field).ToHashSet();
            foreach (var form in Form.Of(row.Op))
            {
                Assert.All(form.Conditions, c => Assert.Contains(c.Field, fields));
                Assert.All(form.Operands.SelectMany(o => o.Fields()), f => Assert.Contains(f, fields));
            }
        }
    }

    private static ulong Text(string bytes) => Convert.ToUInt64(bytes.PadRight(16, '0'), 16);
}
