using System.Globalization;
using System.Reflection;

namespace S390Sim.Testing.Hypervisor;

/// <summary>
/// Traces as text, one command a line: its name and its operands in the order of the record, numbers in decimal or with 0x. An
/// empty line and what follows a # count for nothing.
/// </summary>
public static class TraceScript
{
    private static readonly Dictionary<string, ConstructorInfo> s_commands = typeof(TraceCommand).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(TraceCommand)))
        .ToDictionary(t => t.Name, t => t.GetConstructors().MaxBy(c => c.GetParameters().Length)!);

    /// <summary>The names of all commands.</summary>
    public static IEnumerable<string> Commands => s_commands.Keys.Order(StringComparer.Ordinal);

    /// <summary>The text of a trace.</summary>
    public static string Format(IEnumerable<TraceCommand> trace) => string.Join('\n', trace.Select(Line));

    /// <summary>The trace that a text is.</summary>
    /// <exception cref="FormatException">A line is no command.</exception>
    public static TraceCommand[] Parse(string text)
    {
        List<TraceCommand> trace = [];
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 0) trace.Add(Command(words));
        }
        return [.. trace];
    }

    private static string Line(TraceCommand command)
    {
        var type = command.GetType();
        var operands = s_commands[type.Name].GetParameters().Select(p => type.GetProperty(p.Name!)!.GetValue(command) switch
        {
            ulong number => $"0x{number:x}",
            bool value => value ? "true" : "false",
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var value => $"{value}",
        });
        return string.Join(' ', operands.Prepend(type.Name));
    }

    private static TraceCommand Command(string[] words)
    {
        if (!s_commands.TryGetValue(words[0], out var constructor) || constructor.GetParameters().Length != words.Length - 1)
            throw new FormatException($"'{string.Join(' ', words)}' is no command of a trace");
        return (TraceCommand)constructor.Invoke([.. constructor.GetParameters().Zip(words.Skip(1), (p, word)
            => Value(p.ParameterType, word))]);
    }

    private static object Value(Type type, string word)
    {
        if (type.IsEnum) return Enum.TryParse(type, word, out var value) ? value
            : throw new FormatException($"'{word}' is no {type.Name}");
        if (type == typeof(bool)) return bool.Parse(word);
        var number = word.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.Parse(word.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : ulong.Parse(word, CultureInfo.InvariantCulture);
        return type == typeof(int) ? checked((int)number) : number;
    }
}

/// <summary>A sequence of commands, which is printed as the text that <see cref="TraceScript.Parse"/> reads.</summary>
/// <param name="commands">The commands.</param>
public sealed class Trace(IReadOnlyList<TraceCommand> commands)
{
    /// <summary>The commands.</summary>
    public IReadOnlyList<TraceCommand> Commands => commands;

    /// <inheritdoc/>
    public override string ToString() => $"\n{TraceScript.Format(commands)}\n";
}
