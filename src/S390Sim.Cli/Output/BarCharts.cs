using System.Globalization;
using System.Xml;

namespace S390Sim.Cli.Output;

/// <summary>
/// Bar charts in SVG with a bar for each design; numbers stand beside the bars, so that colours tell nothing alone.
/// </summary>
/// <param name="xml">Where they are written.</param>
/// <param name="designs">Names of the bars.</param>
internal sealed class BarCharts(XmlWriter xml, IReadOnlyList<string> designs)
{
    /// <summary>Colours that the style sheet has; more designs begin again.</summary>
    public const int Colors = 8;

    private const int Width = 480, RowHeight = 26, BarHeight = 16, NameWidth = 78, ValueWidth = 92;
    private const int Longest = Width - NameWidth - ValueWidth;

    private int _number;

    /// <summary>Class of the colour of the Nth design.</summary>
    public static string Color(int n) => $"d{n % Colors}";

    /// <summary>A number with narrow spaces between thousands.</summary>
    public static string Grouped(double value)
        => value.ToString("#,0", new NumberFormatInfo { NumberGroupSeparator = "\u202f", NumberGroupSizes = [3] });

    /// <summary>Writes one chart.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="meaning">The same in a sentence.</param>
    /// <param name="values">A value for each design, null where there is none.</param>
    public void Write(string title, string meaning, IReadOnlyList<double?> values)
    {
        var id = $"chart{++_number}";
        using (xml.Open("figure"))
        {
            using (xml.Open("figcaption"))
            {
                xml.Text("strong", title, ("id", $"{id}-title"));
                xml.Text("span", meaning, ("id", $"{id}-text"));
            }
            var height = values.Count * RowHeight;
            using (xml.Open("svg", ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", $"0 0 {Width} {height}"), ("role", "img"),
                ("aria-labelledby", $"{id}-title"), ("aria-describedby", $"{id}-values")))
            {
                xml.Text("desc", string.Join(", ", values.Select((v, n) => $"{designs[n]} {Label(v)}")), ("id", $"{id}-values"));
                var most = values.Max() is > 0 and var max ? max : 1;
                for (var n = 0; n < values.Count; n++) WriteBar(n, values[n], most);
            }
        }
    }

    private void WriteBar(int n, double? value, double most)
    {
        var top = n * RowHeight + (RowHeight - BarHeight) / 2;
        var length = Math.Round((value ?? 0) / most * Longest, 1);
        var baseline = Number(top + BarHeight - 4);
        xml.Text("text", designs[n], ("x", Number(NameWidth - 8)), ("y", baseline), ("text-anchor", "end"), ("class", "name"));
        using (xml.Open("rect", ("x", Number(NameWidth)), ("y", Number(top)), ("width", Number(Math.Max(length, 1))),
            ("height", Number(BarHeight)), ("rx", "2"), ("class", value is > 0 ? Color(n) : "empty"))) { }
        xml.Text("text", Label(value), ("x", Number(NameWidth + Math.Max(length, 1) + 6)), ("y", baseline), ("class", "value"));
    }

    private static string Label(double? value) => value is { } number ? Grouped(number) : "none measured";

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
