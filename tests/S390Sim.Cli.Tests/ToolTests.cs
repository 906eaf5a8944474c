using System.Text;
using System.Text.Json;

namespace S390Sim.Cli.Tests;

/// <summary>The tool as a user meets it: words in; output, words and exit code out.</summary>
public class ToolTests
{
    private const string Orderly = "--store=1000=b2b20f00 --store=f00=00020001800000000000000000000fff --psw=180000000,1000 --memory=1M";

    internal static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new MemoryStream();
        var error = new StringWriter();
        var code = Tool.Run(args, output, error);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private static (int Code, string Output, string Error) Words(string line) => Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("")]
    [InlineData("fly")]
    [InlineData("run")]
    [InlineData("run /nonexistent/file")]
    [InlineData("run /")]
    [InlineData("run --nonsense")]
    [InlineData("run x --nonsense")]
    [InlineData("run x y")]
    [InlineData("run x --memory")]
    [InlineData("run x --memory 12Q")]
    [InlineData("run x --memory 1M --memory 2M")]
    [InlineData("run x --kvm=type9")]
    [InlineData("run x --device floppy")]
    [InlineData("run x --device edu,colour=red")]
    [InlineData("run x --machine /nonexistent.json")]
    [InlineData("run --load /nonexistent@1000 --psw restart")]
    [InlineData("run --store 1000=00 --psw 1")]
    [InlineData("run --psw 1,1000 --dump 20000000,1")]
    [InlineData("run --psw 1,1000 --append words")]
    [InlineData("dis xyz")]
    [InlineData("dis 123")]
    [InlineData("dis 0700 --address q")]
    [InlineData("dis")]
    public void MistakesAreOneLineAndExit2(string line)
    {
        var (code, output, error) = Words(line);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.StartsWith("s390sim: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void EveryForeignFileIsRefused()
    {
        var path = Path.GetTempFileName();
        try
        {
            foreach (var bytes in new byte[][] { [], [0x7f, (byte)'E', (byte)'L', (byte)'F'], [1, 2, 3], File.ReadAllBytes("/proc/self/exe")[..4096] })
            {
                File.WriteAllBytes(path, bytes);
                var (code, _, error) = Run("run", path);
                Assert.Equal(2, code);
                Assert.StartsWith($"s390sim: {path}: ", error, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void DumpFollowsTheEnd()
    {
        var (code, output, error) = Words($"run {Orderly} --dump f00,40 --dump 1000,4");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal("""
            0000000000000f00: 00020001800000000000000000000fff00000000000000000000000000000000
            0000000000000f20: 0000000000000000
            0000000000001000: b2b20f00

            """, output);
    }

    [Fact]
    public void LoadAndStoreTakeEffectInOrder()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [1, 2, 3, 4]);
            var tail = $"run {Orderly} --dump 2000,4";
            Assert.EndsWith("ff020304\n", Words($"{tail} --load {path}@2000 --store 2000=ff").Output, StringComparison.Ordinal);
            Assert.EndsWith("01020304\n", Words($"{tail} --store 2000=ff --load {path}@2000").Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void JsonHoldsEverything()
    {
        var (code, output, _) = Words($"run {Orderly} --dump 1000,4 --json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        var root = json.RootElement;
        Assert.Equal("orderly-wait", root.GetProperty("end").GetString());
        Assert.Equal("0x0000000000000fff", root.GetProperty("psw").GetProperty("address").GetString());
        Assert.Equal("0x0002000180000000", root.GetProperty("psw").GetProperty("mask").GetString());
        Assert.Equal(16, root.GetProperty("gr").GetArrayLength());
        Assert.Equal("b2b20f00", root.GetProperty("dumps")[0].GetProperty("hex").GetString());
        Assert.Equal(1, root.GetProperty("stats").GetProperty("instructions").GetInt32());
    }

    [Fact]
    public void ExpectedWaitDecides()
    {
        Assert.Equal(0, Words($"run {Orderly} --expect-wait fff").Code);
        var (code, _, error) = Words($"run {Orderly} --expect-wait 0x123");
        Assert.Equal(3, code);
        Assert.Contains("PSW     0002000180000000 0000000000000fff", error, StringComparison.Ordinal);
    }

    [Fact]
    public void InstructionLimitIs124()
    {
        var (code, _, error) = Words("run --store 1000=a7f40000 --psw 180000000,1000 --max-instructions 500");
        Assert.Equal(124, code);
        Assert.Contains("500 instructions", error, StringComparison.Ordinal);
    }

    [Fact]
    public void RestartPsw()
        => Assert.Equal(0, Words($"run {Orderly} --psw restart --store 1a0=00000001800000000000000000001000".Replace("--psw=180000000,1000 ", "", StringComparison.Ordinal)).Code);

    [Theory]
    [InlineData("b9d30012", "       0:\tb9 d3 00 12      \trpcit\t%r1,%r2\n")]
    [InlineData("0707 --address 0x1000", "    1000:\t07 07            \tnopr\t%r7\n")]
    public void Disassembles(string words, string text) => Assert.Equal((0, text, ""), Words($"dis {words}"));

    [Fact]
    public void IsaAsJsonHasFiveFields()
    {
        using var json = JsonDocument.Parse(Words("isa --json").Output);
        var rows = json.RootElement.EnumerateArray().ToList();
        Assert.True(rows.Count > 1000);
        Assert.All(rows, r => Assert.Equal(["mnemonic", "opcode", "format", "facility", "implemented"], r.EnumerateObject().Select(p => p.Name)));
        var rpcit = rows.Single(r => r.GetProperty("mnemonic").GetString() == "rpcit");
        Assert.Equal("B9D3", rpcit.GetProperty("opcode").GetString());
        Assert.Equal("RRE", rpcit.GetProperty("format").GetString());
        Assert.True(rpcit.GetProperty("implemented").GetBoolean());
        var counted = rows.Count(r => r.GetProperty("implemented").GetBoolean());
        Assert.EndsWith($"{counted} of {rows.Count} instructions are implemented\n", Words("isa").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void HelpIsNoMistake()
    {
        Assert.Equal(0, Words("--help").Code);
        Assert.Equal(0, Words("run --help").Code);
        Assert.Contains("--expect-wait", Words("run --help").Output, StringComparison.Ordinal);
    }
}
