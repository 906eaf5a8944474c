using System.CommandLine;
using S390Sim.Machine;

namespace S390Sim.Cli.Commands;

/// <summary><c>s390sim dis</c>: instruction text to assembler language.</summary>
internal static class DisassembleCommand
{
    public static Command Create(ToolStreams streams)
    {
        var command = new Command("dis", "Disassemble an ELF file, a raw file or hexadecimal digits.");
        var what = new Argument<string[]>("FILE|HEX") { Description = "a file, or instruction text in hexadecimal", Arity = ArgumentArity.OneOrMore };
        var address = new Option<string?>("--address") { Description = "hexadecimal address of the first byte (default 0)", HelpName = "ADDR" };
        command.Arguments.Add(what);
        command.Options.Add(address);
        command.SetAction(result =>
        {
            var start = 0UL;
            if (result.GetValue(address) is { } text && !Quantity.TryHex(text, out start))
                throw new ConfigurationException($"--address {text}: not a hexadecimal address");
            using var writer = streams.OpenText();
            Disassemble(writer, result.GetValue(what)!, start);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Disassemble(TextWriter writer, string[] words, ulong start)
    {
        if (words.Length == 1 && (File.Exists(words[0]) || Directory.Exists(words[0])))
        {
            var file = HostFile.Read(words[0], "file to disassemble");
            if (ElfImage.IsElf(file)) WriteElf(writer, ElfImage.Parse(words[0], file));
            else Write(writer, file, start);
            return;
        }
        var digits = string.Concat(words);
        if (!Quantity.TryBytes(digits, out var bytes) || bytes.Length % 2 != 0)
            throw new ConfigurationException($"{string.Join(' ', words)}: neither a file nor whole halfwords in hexadecimal");
        Write(writer, bytes, start);
    }

    private static void WriteElf(TextWriter writer, ElfImage elf)
    {
        foreach (var segment in elf.Segments)
        {
            if (segment.IsExecutable) Write(writer, elf.Bytes(segment).ToArray(), segment.Address);
        }
    }

    private static void Write(TextWriter writer, byte[] bytes, ulong start)
    {
        bool Fetch(ulong at, Span<byte> text)
        {
            var offset = at - start;
            if (offset >= (ulong)bytes.Length || (ulong)text.Length > (ulong)bytes.Length - offset) return false;
            bytes.AsSpan((int)offset, text.Length).CopyTo(text);
            return true;
        }

        var at = start;
        foreach (var instruction in CodeListing.From(start, int.MaxValue, Fetch))
        {
            writer.WriteLine($"{instruction.Address,8:x}:\t{Grouped(instruction.Bytes)}\t{instruction.Text}");
            at = instruction.Address + (ulong)instruction.Bytes.Length;
        }
        var rest = bytes.AsSpan((int)(at - start));
        if (!rest.IsEmpty) writer.WriteLine($"{at,8:x}:\t{Grouped(rest),-17}\t.byte\t{string.Join(',', rest.ToArray().Select(b => $"0x{b:x2}"))}");
    }

    private static string Grouped(ReadOnlySpan<byte> bytes) => string.Join(' ', bytes.ToArray().Select(b => $"{b:x2}")).PadRight(17);
}
