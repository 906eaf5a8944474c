using System.Xml;

namespace S390Sim.Cli.Output;

/// <summary>Elements of HTML and SVG by <see cref="XmlWriter"/>.</summary>
internal static class HtmlElements
{
    /// <summary>Begins an element that ends with the <c>using</c>.</summary>
    public static Element Open(this XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Begin(xml, name, attributes);
        return new Element(xml);
    }

    /// <summary>An element with text; one without keeps its end tag, which HTML wants.</summary>
    public static void Text(this XmlWriter xml, string name, string text,
        params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Begin(xml, name, attributes);
        xml.WriteString(text);
        xml.WriteFullEndElement();
    }

    /// <summary>An element that has no content in HTML.</summary>
    public static void Void(this XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Begin(xml, name, attributes);
        xml.WriteEndElement();
    }

    private static void Begin(XmlWriter xml, string name, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        // A first attribute xmlns is the element's own namespace; without one it is that of what is around it.
        var isOwn = !attributes.IsEmpty && attributes[0].Name == "xmlns";
        if (isOwn) xml.WriteStartElement(name, attributes[0].Value);
        else xml.WriteStartElement(name);
        foreach (var (key, value) in isOwn ? attributes[1..] : attributes) xml.WriteAttributeString(key, value);
    }

    /// <summary>An element that is open.</summary>
    public readonly struct Element(XmlWriter xml) : IDisposable
    {
        public void Dispose() => xml.WriteFullEndElement();
    }
}
