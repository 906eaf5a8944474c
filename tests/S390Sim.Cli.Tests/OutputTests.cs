using System.Text.Json;

namespace S390Sim.Cli.Tests;

/// <summary>What follows the console of a run: dumps, JSON, statistics.</summary>
public sealed class OutputTests
{
    // LGHI 1,-2; STG 1,0x300; LPSWE 0x200, an orderly disabled wait.
    private const string Program = "a719fffee31003000024b2b20200";
    private static readonly string[] s_wait = ["--store", "200=00020001800000000000000000000fff"];

    public static TheoryData<string> Configurations => ToolRun.Configurations;

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Dumps(string configuration)
    {
        var run = ToolRun.Snippet(configuration, Program, [.. s_wait, "--dump", "300,8", "--dump", "0x1000,33"]);
        Assert.Equal(0, run.Code);
        Assert.Equal(
            "0000000000000300: fffffffffffffffe\n"
            + $"0000000000001000: {Program}{new string('0', 64 - Program.Length)}\n"
            + "0000000000001020: 00\n", run.Output);
        Assert.Empty(run.Error);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Json(string configuration)
    {
        var run = ToolRun.Snippet(configuration, Program, [.. s_wait, "--dump", "300,8", "--json"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(1, run.Output.Count(c => c == '\n'));
        var json = run.Json;
        Assert.Equal(0, json.GetProperty("exitCode").GetInt32());
        Assert.Equal("orderly-wait", json.GetProperty("end").GetString());
        Assert.Equal(3, json.GetProperty("instructions").GetInt32());
        Assert.Equal("0x0002000180000000", json.GetProperty("psw").GetProperty("mask").GetString());
        Assert.Equal("0x0000000000000fff", json.GetProperty("psw").GetProperty("address").GetString());
        foreach (var name in new[] { "gr", "cr", "ar", "fpr" }) Assert.Equal(16, json.GetProperty(name).GetArrayLength());
        Assert.Equal("0xfffffffffffffffe", json.GetProperty("gr")[1].GetString());
        Assert.Equal("0x0000000000000000", json.GetProperty("prefix").GetString());
        Assert.Equal("", json.GetProperty("console").GetString());
        var dump = Assert.Single(json.GetProperty("dumps").EnumerateArray());
        Assert.Equal(("0x0000000000000300", 8, "fffffffffffffffe"), (dump.GetProperty("address").GetString(),
            dump.GetProperty("length").GetInt32(), dump.GetProperty("hex").GetString()));
        Assert.Empty(json.GetProperty("programInterruptions").EnumerateArray());
        Assert.Equal(3, json.GetProperty("stats").GetProperty("instructions").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void JsonOfACrash(string configuration)
    {
        var run = ToolRun.Snippet(configuration, "0000", "--json", "--store", "1d0=00020001800000000000000000002000");
        Assert.Equal((3, ""), (run.Code, run.Error));
        Assert.Equal(3, run.Json.GetProperty("exitCode").GetInt32());
        Assert.Equal("unexpected-wait", run.Json.GetProperty("end").GetString());
        var interruption = Assert.Single(run.Json.GetProperty("programInterruptions").EnumerateArray());
        Assert.Equal("0x0001", interruption.GetProperty("code").GetString());
        Assert.Equal("0x0000000000001002", interruption.GetProperty("oldPswAddress").GetString());
    }

    [Fact]
    public void Statistics()
    {
        var bare = ToolRun.Snippet("bare", Program, [.. s_wait, "--stats"]);
        Assert.Matches(@"(?m)^instructions +3$", bare.Output);
        var guest = ToolRun.Snippet("lent", Program, [.. s_wait, "--stats"]);
        Assert.All(["sie entries", "rpcits", "pages walked", "pins held", "host entries written", "iotlb flushes"],
            name => Assert.Matches($@"(?m)^{name} +\d+$", guest.Output));
    }

    [Fact]
    public void ContentsAreStoredInTheOrderGiven()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [1, 2, 3, 4]);
            string Dump(params string[] contents)
                => ToolRun.Snippet("bare", "b2b20200", [.. s_wait, .. contents, "--dump", "300,4"]).Output;
            Assert.Equal("0000000000000300: ff020304\n", Dump("--load", $"{file}@300", "--store", "300=ff"));
            Assert.Equal("0000000000000300: 01020304\n", Dump("--store", "300=ff", "--load", $"{file}@300"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void RestartPsw()
    {
        var run = ToolRun.Of(["run", "--memory", "1M", "--psw", "restart", "--store", $"1000={Program}",
            "--store", "1a0=00000001800000000000000000001000", .. s_wait, "--json"]);
        Assert.Equal(0, run.Code);
        Assert.Equal("0xfffffffffffffffe", run.Json.GetProperty("gr")[1].GetString());
    }

    [Fact]
    public void HelpNamesEveryOption()
    {
        Assert.Equal(0, ToolRun.Of("--help").Code);
        var help = ToolRun.Of("run", "--help");
        Assert.Equal(0, help.Code);
        foreach (var option in new[] { "--memory", "--device", "--kvm", "--machine", "--load", "--store", "--psw", "--dump",
            "--expect-wait", "--max-instructions", "--timeout", "--stats", "--json", "--show-rpcit" })
            Assert.Contains(option, help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void CoverageAsJson()
    {
        var isa = ToolRun.Of("isa", "--json");
        Assert.Equal((0, ""), (isa.Code, isa.Error));
        var rows = isa.Json.EnumerateArray().ToList();
        Assert.True(rows.Count > 1000, $"only {rows.Count} instructions");
        Assert.All(rows, row =>
        {
            Assert.Equal(["mnemonic", "opcode", "format", "facility", "implemented"], row.EnumerateObject().Select(m => m.Name));
            Assert.Matches("^[a-z0-9]+$", row.GetProperty("mnemonic").GetString());
            Assert.Matches("^[0-9A-F]{2,4}$", row.GetProperty("opcode").GetString());
            Assert.Matches("^[A-Z]+(-[a-z0-9]+)?$", row.GetProperty("format").GetString());
            Assert.NotEqual("", row.GetProperty("facility").GetString());
            Assert.Contains(row.GetProperty("implemented").ValueKind, new[] { JsonValueKind.True, JsonValueKind.False });
        });
        Assert.Distinct(rows.Select(r => r.GetProperty("mnemonic").GetString()));
        var rpcit = rows.Single(r => r.GetProperty("mnemonic").GetString() == "rpcit");
        Assert.Equal(("B9D3", "RRE", true), (rpcit.GetProperty("opcode").GetString(), rpcit.GetProperty("format").GetString(),
            rpcit.GetProperty("implemented").GetBoolean()));
    }

    [Fact]
    public void CoverageAsTable()
    {
        var lines = ToolRun.Of("isa").Output.TrimEnd().Split('\n');
        var implemented = lines[1..^1].Count(l => l.Contains(" yes ", StringComparison.Ordinal));
        Assert.Equal($"{implemented} of {lines.Length - 2} instructions are implemented", lines[^1]);
        Assert.Contains(lines, l => l.StartsWith("rpcit     B9D3      RRE     yes", StringComparison.Ordinal));
    }

    [Fact]
    public void Disassembly()
    {
        const string listing = "   10000:\t18 12            \tlr\t%r1,%r2\n   10002:\tb9 d3 00 24      \trpcit\t%r2,%r4\n"
            + "   10006:\ta7 f4 ff fd      \tj\t0x10000\n";
        Assert.Equal(listing, ToolRun.Of("dis", "1812b9d30024", "a7f4fffd", "--address", "10000").Output);
        var file = Path.GetTempFileName();
        try
        {
            byte[] text = [0x18, 0x12, 0xB9, 0xD3, 0x00, 0x24, 0xA7, 0xF4, 0xFF, 0xFD];
            File.WriteAllBytes(file, text);
            Assert.Equal(listing, ToolRun.Of("dis", file, "--address", "10000").Output);
            File.WriteAllBytes(file, S390Sim.Machine.Tests.Elf.Make(0x10000, (0x10000, text, (ulong)text.Length)));
            Assert.Equal(listing, ToolRun.Of("dis", file).Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void JsonOfSeveralCpus(string configuration)
    {
        var json = ToolRun.Snippet(configuration, Program, [.. s_wait, "--cpus", "3", "--json"]).Json;
        Assert.Equal((0, 0), (json.GetProperty("exitCode").GetInt32(), json.GetProperty("cpu").GetInt32()));
        var cpus = json.GetProperty("cpus").EnumerateArray().Select(c => c.GetProperty("state").GetString());
        Assert.Equal(["wait", "stopped", "stopped"], cpus);
    }

    [Fact]
    public void TheTableOfAModelSaysWhatIsAbsent()
    {
        using var output = new MemoryStream();
        Assert.Equal(0, Tool.Run(["isa", "--cpu", "z10"], output, TextWriter.Null));
        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n');
        string Of(string mnemonic) => lines.Single(l => l.StartsWith($"{mnemonic} ", StringComparison.Ordinal));
        Assert.Contains(" absent ", Of("ark"), StringComparison.Ordinal);
        Assert.Contains(" yes ", Of("agsi"), StringComparison.Ordinal);
    }
}
