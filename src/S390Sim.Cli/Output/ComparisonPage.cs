using System.Globalization;
using System.Text;
using System.Xml;
using S390Sim.Cli.Comparison;
using S390Sim.Hypervisor;

namespace S390Sim.Cli.Output;

/// <summary>
/// A comparison as one page of HTML, well-formed as XML too: charts in SVG, the table, and what each number means. It refers to
/// nothing outside itself, and is the same every time unless the time of RPCITs was measured.
/// </summary>
internal static class ComparisonPage
{
    private static readonly (string Heading, string Text, string[] Figures)[] s_groups =
    [
        ("Leaving the guest",
            "Each exit costs the guest a trip out of interpretive execution and back; one to user space, another out of the kernel.",
            ["exits", "exits to user space", "ioctls"]),
        ("RPCIT", "The guest tells of changed translations with this instruction. Who answers it is the heart of a design.",
            ["rpcits in the kernel", "rpcits in user space", "rpcits in the machine", "rpcits short of resources"]),
        ("Tables", "What the host's software reads of the guest's tables, and writes to its own.",
            ["guest entries read", "host entries written", "host entries cleared", "host refreshes"]),
        ("Memory", "A pinned page of 4 KB cannot be moved or paged out; those that are charged count against the process's limit.",
            ["pins made", "pins at peak", "pages of the parent", "pages locked at peak"]),
    ];

    public static void Write(Stream output, DesignComparison comparison, string title)
    {
        var settings = new XmlWriterSettings
        {
            OmitXmlDeclaration = true,
            Encoding = new UTF8Encoding(false),
            Indent = true,
            IndentChars = " ",
            NewLineChars = "\n",
            CloseOutput = false,
        };
        using var xml = XmlWriter.Create(output, settings);
        xml.WriteDocType("html", null, null, null);
        using (xml.Open("html", ("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", "en")))
        {
            WriteHead(xml, title);
            using (xml.Open("body"))
            using (xml.Open("main"))
            {
                WriteTop(xml, comparison, title);
                var charts = new BarCharts(xml, [.. comparison.Runs.Select(r => r.Design)]);
                foreach (var (heading, text, figures) in s_groups) WriteGroup(xml, charts, comparison, heading, text, figures);
                if (ComparisonRows.IsTimed(comparison)) WriteTime(xml, charts, comparison);
                WriteTable(xml, comparison);
            }
        }
    }

    private static void WriteHead(XmlWriter xml, string title)
    {
        using (xml.Open("head"))
        {
            xml.Void("meta", ("charset", "utf-8"));
            xml.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            xml.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
            xml.Text("title", $"{title}: designs compared");
            xml.Text("style", PageStyle.Text);
        }
    }

    private static void WriteTop(XmlWriter xml, DesignComparison comparison, string title)
    {
        using (xml.Open("header"))
        {
            xml.Text("p", "s390sim compare", ("class", "kicker"));
            xml.Text("h1", title);
            xml.Text("p", Sentence(ComparisonRows.Verdict(comparison)),
                ("class", comparison.IsSame ? "verdict same" : "verdict differs"));
            WriteLines(xml, "Differences", comparison.Differences);
            WriteLines(xml, "Notes", comparison.Notes);
        }
        using (xml.Open("dl", ("class", "legend")))
        {
            for (var n = 0; n < comparison.Runs.Count; n++)
            {
                var design = comparison.Runs[n].Design;
                using (xml.Open("div"))
                {
                    using (xml.Open("dt"))
                    {
                        xml.Text("span", "", ("class", $"swatch {BarCharts.Color(n)}"));
                        xml.WriteString(design);
                    }
                    xml.Text("dd", DesignWords.Of(design));
                }
            }
        }
    }

    private static void WriteLines(XmlWriter xml, string heading, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return;
        xml.Text("h2", heading);
        using (xml.Open("ul"))
        {
            foreach (var line in lines) xml.Text("li", line);
        }
    }

    private static void WriteGroup(XmlWriter xml, BarCharts charts, DesignComparison comparison, string heading, string text,
        string[] names)
    {
        using (xml.Open("section"))
        {
            xml.Text("h2", heading);
            xml.Text("p", text);
            var figures = DesignCounters.Figures.Where(f => names.Contains(f.Name)).ToList();
            using (xml.Open("div", ("class", "cards")))
            {
                foreach (var figure in figures)
                {
                    var values = comparison.Runs.Select(r => (double?)r.Figures[figure.Name]).ToList();
                    if (values.Any(v => v != 0)) charts.Write(Sentence(figure.Name, isEnded: false), figure.Meaning, values);
                }
            }
            var zero = figures.Where(f => comparison.Runs.All(r => r.Figures[f.Name] == 0)).Select(f => f.Name).ToList();
            if (zero.Count != 0) xml.Text("p", $"Zero under all: {string.Join(", ", zero)}.", ("class", "zero"));
        }
    }

    private static void WriteTime(XmlWriter xml, BarCharts charts, DesignComparison comparison)
    {
        using (xml.Open("section"))
        {
            xml.Text("h2", "Time");
            xml.Text("p", "Measured on the clock of the host that ran this: noise, unlike everything else on this page.");
            using (xml.Open("div", ("class", "cards")))
            {
                charts.Write(Sentence(ComparisonRows.Time, isEnded: false),
                    "From where the guest is left for an RPCIT to where it goes on: the mean of a run, of the best run.",
                    [.. comparison.Runs.Select(r => r.RefreshNanoseconds)]);
            }
        }
    }

    private static void WriteTable(XmlWriter xml, DesignComparison comparison)
    {
        using (xml.Open("section"))
        {
            xml.Text("h2", "All numbers");
            using (xml.Open("div", ("class", "scroll"), ("role", "region"), ("aria-label", "All numbers"), ("tabindex", "0")))
            using (xml.Open("table"))
            {
                xml.Text("caption", "What was counted, by design");
                using (xml.Open("thead"))
                using (xml.Open("tr"))
                {
                    xml.Text("th", "count", ("scope", "col"));
                    foreach (var run in comparison.Runs) xml.Text("th", run.Design, ("scope", "col"));
                }
                using (xml.Open("tbody"))
                {
                    foreach (var (name, values) in ComparisonRows.Of(comparison))
                    {
                        using (xml.Open("tr"))
                        {
                            xml.Text("th", name, ("scope", "row"));
                            foreach (var value in values) xml.Text("td", Grouped(value));
                        }
                    }
                }
            }
        }
    }

    private static string Grouped(string value)
        => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? BarCharts.Grouped(number)
            : value;

    private static string Sentence(string text) => Sentence(text, isEnded: true);

    private static string Sentence(string text, bool isEnded)
        => char.ToUpperInvariant(text[0]) + text[1..] + (isEnded && !text.EndsWith('.') ? "." : "");
}
