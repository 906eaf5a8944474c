using System.Text;
using System.Text.Json;

namespace S390Sim.Cli.Tests;

/// <summary>One command of the tool, run in this process.</summary>
internal sealed record ToolRun(int Code, byte[] Bytes, string Error)
{
    /// <summary>The configurations in which a guest's mistake must be told alike.</summary>
    public static TheoryData<string> Configurations => ["bare", .. Machine.MachineConfigurationBuilder.KvmDesigns];

    /// <summary>Standard output as text.</summary>
    public string Output => Encoding.UTF8.GetString(Bytes);

    /// <summary>Standard output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    public static ToolRun Of(params string[] words)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter { NewLine = "\n" };
        var code = Tool.Run(words, output, error);
        return new ToolRun(code, output.ToArray(), error.ToString());
    }

    /// <summary>Runs instructions at 0x1000 in a megabyte of storage; more words follow.</summary>
    public static ToolRun Snippet(string configuration, string text, params string[] words) => Of([
        "run", "--memory", "1M", "--psw", "180000000,1000", "--store", $"1000={text}",
        .. configuration == "bare" ? [] : new[] { $"--kvm={configuration}" }, .. words]);

    /// <summary>Demands a user's mistake: one line that says something, nothing else, exit code 2.</summary>
    public void IsRefused(string says)
    {
        Assert.Contains(says, Error, StringComparison.Ordinal);
        Assert.StartsWith("s390sim: ", Error, StringComparison.Ordinal);
        Assert.Equal(1, Error.Count(c => c == '\n'));
        Assert.EndsWith("\n", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
        Assert.Empty(Bytes);
        Assert.Equal(2, Code);
    }
}
