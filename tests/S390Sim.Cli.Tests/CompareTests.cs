using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using S390Sim.Hypervisor;

namespace S390Sim.Cli.Tests;

/// <summary>
/// <c>s390sim compare</c>: the table, the JSON object and the page; what they say of programs with devices is in the
/// conformance tests.
/// </summary>
public sealed class CompareTests(BadFiles files) : IClassFixture<BadFiles>
{
    // LGHI 1,100; BRCTG 1,itself; LPSWE: counts down, then waits in the orderly way.
    private static readonly string[] s_program =
    [
        "compare", "--memory", "1M", "--psw", "180000000,1000", "--store", "1000=a7190064a7170000b2b20f00",
        "--store", "f00=00020001800000000000000000000fff",
    ];

    private static ToolRun Compare(params string[] words) => ToolRun.Of([.. s_program, .. words]);

    [Fact]
    public void ShowsEveryDesign()
    {
        var run = Compare();
        Assert.Equal((0, ""), (run.Code, run.Error));
        var lines = run.Output.Split('\n');
        Assert.Equal(DomainDesigns.Names, lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(DesignCounters.Figures, f
            => Assert.Contains(lines, l => Regex.IsMatch(l, $@"^{f.Name}( +\d+){{{DomainDesigns.Names.Count}}}$")));
        var names = string.Join(", ", DomainDesigns.Names);
        Assert.Equal($"the same DMA result under {names}: 0 accesses, 0 bytes read, 0 bytes stored", lines[^2]);
    }

    [Theory]
    [InlineData("lent", "lent")]
    [InlineData("bare,lent,v4", "bare lent v4")]
    public void ShowsWhatWasAskedFor(string designs, string columns)
    {
        var run = Compare("--designs", designs);
        Assert.Equal(columns, string.Join(' ', run.Output.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>The program's own code, when all agree on it.</summary>
    [Fact]
    public void EndsAsTheProgramDoes()
    {
        Assert.Equal(3, ToolRun.Of("compare", "--memory", "1M", "--psw", "180000000,1000", "--store", "1000=0000",
            "--store", "1d0=00020001800000000000000000002000").Code);
        var limit = Compare("--store", "1000=a7f40000", "--max-instructions", "1000");
        Assert.Equal((124, ""), (limit.Code, limit.Error));
    }

    [Fact]
    public void JsonIsTheSameEveryTime()
    {
        var run = Compare("--json", "--designs", "all,bare");
        Assert.Equal(run.Bytes, Compare("--json", "--designs", "all,bare").Bytes);
        Assert.True(run.Json.GetProperty("same").GetBoolean());
        Assert.Empty(run.Json.GetProperty("differences").EnumerateArray());
        var designs = run.Json.GetProperty("designs").EnumerateArray().ToList();
        Assert.Equal([.. DomainDesigns.Names, "bare"], designs.Select(d => d.GetProperty("design").GetString()));
        Assert.All(designs, d => Assert.All(DesignCounters.Figures, f => d.GetProperty("stats").GetProperty(f.Name).GetUInt64()));
        Assert.DoesNotContain("Nanoseconds", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TimeIsOnlyShownWhenAskedFor()
    {
        Assert.DoesNotContain("ns of host time", Compare().Output, StringComparison.Ordinal);
        // No RPCIT, no time of one.
        Assert.DoesNotContain("ns of host time", Compare("--time", "1").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePageIsWellFormedAndStandsAlone()
    {
        var page = Page(out var again);
        Assert.Equal(page, again);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"(src|href|url\(|@import|@font-face)", page);
        var text = Regex.Replace(page, "xmlns=\"[^\"]*\"", "");
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        XNamespace html = "http://www.w3.org/1999/xhtml", svg = "http://www.w3.org/2000/svg";
        var document = XDocument.Parse(page);
        Assert.Equal("en", document.Root!.Attribute("lang")!.Value);
        Assert.Single(document.Descendants(html + "h1"));
        var ids = document.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
        var charts = document.Descendants(svg + "svg").ToList();
        Assert.NotEmpty(charts);
        Assert.All(charts, chart =>
        {
            Assert.Equal("img", chart.Attribute("role")!.Value);
            Assert.Contains(chart.Attribute("aria-labelledby")!.Value, ids);
            Assert.Contains(chart.Attribute("aria-describedby")!.Value, ids);
            Assert.Equal(DomainDesigns.Names.Count, chart.Elements(svg + "rect").Count());
        });
        Assert.Equal(DomainDesigns.Names,
            document.Descendants(html + "thead").Descendants(html + "th").Skip(1).Select(h => h.Value));
        // An empty element that HTML does not know as one would swallow what follows.
        Assert.DoesNotMatch(@"<(?!meta)[a-z]+[^>]*/>", page);
    }

    /// <summary>Bars and text can be made out on both grounds (WCAG: 3 to 1 for shapes, 4.5 to 1 for text).</summary>
    [Fact]
    public void ThePagesColoursHaveContrast()
    {
        var page = Page(out _);
        var themes = Regex.Matches(page, @":root \{(?<colors>[^}]*)\}")
            .Select(m => Regex.Matches(m.Groups["colors"].Value, @"--(\w+): #(\w{6})")
            .ToDictionary(c => c.Groups[1].Value, c => c.Groups[2].Value)).ToList();
        Assert.Equal(2, themes.Count);
        foreach (var theme in themes)
        {
            foreach (var ground in new[] { "ground", "card" })
            {
                Assert.All(Enumerable.Range(0, 8), n
                    => Assert.True(Contrast(theme[$"c{n}"], theme[ground]) >= 3, $"c{n} on {ground}"));
                Assert.All(["ink", "soft", "good", "bad"], c
                    => Assert.True(Contrast(theme[c], theme[ground]) >= 4.5, $"{c} on {ground}"));
            }
        }
    }

    [Theory]
    [InlineData("compare", "nothing to run")]
    [InlineData("compare :missing.elf", "missing.elf: no such file")]
    [InlineData("compare :good.elf --kvm=lent", "--kvm=lent")]
    [InlineData("compare :good.elf --dump 0,8", "0,8")]
    [InlineData("compare :good.elf --designs", "--designs")]
    [InlineData("compare :good.elf --designs type1,toaster", "no design \"toaster\"; known are all, type1, lent")]
    [InlineData("compare :good.elf --designs type1,", "no design \"\"")]
    [InlineData("compare :good.elf --designs lent,all", "lent is there twice")]
    [InlineData("compare :good.elf --time 0", "--time 0: give a number of runs")]
    [InlineData("compare :good.elf --time 1001", "--time 1001: give a number of runs")]
    [InlineData("compare :good.elf --time soon", "--time soon: give a number of runs")]
    [InlineData("compare :good.elf --html :no/such/page.html", "there is no such folder")]
    [InlineData("compare :good.elf --html :.", "it is a folder, or not permitted")]
    [InlineData("compare :good.elf --device toaster", "known are edu")]
    public void Mistakes(string command, string says) => ToolRun.Of(files.Words(command)).IsRefused(says);

    private static string Page(out string again)
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, Compare("--html", file).Code);
            var page = File.ReadAllText(file);
            Compare("--html", file);
            again = File.ReadAllText(file);
            return page;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string color)
    {
        double Channel(int at)
        {
            var value = int.Parse(color.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return 0.2126 * Channel(0) + 0.7152 * Channel(2) + 0.0722 * Channel(4);
    }
}
