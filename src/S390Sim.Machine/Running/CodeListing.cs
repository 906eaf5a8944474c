using S390Sim.Isa;

namespace S390Sim.Machine;

/// <summary>Reads instruction text at an address; false where there is none.</summary>
public delegate bool FetchText(ulong address, Span<byte> text);

/// <summary>One instruction of a listing.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Op">Which it is.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Text">Mnemonic and operands, separated by a tab.</param>
public readonly record struct ListedInstruction(ulong Address, Op Op, byte[] Bytes, string Text);

/// <summary>Disassembles storage, forwards and around an address.</summary>
public static class CodeListing
{
    private const int FarthestBack = 24;

    /// <summary>The instruction at an address; null where the text cannot be read.</summary>
    public static ListedInstruction? At(ulong address, FetchText fetch)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        if (!fetch(address, bytes[..2])) return null;
        var length = Decoder.Length(bytes[0]);
        for (var done = 2; done < length; done += 2)
        {
            if (!fetch(address + (ulong)done, bytes.Slice(done, 2))) return null;
        }
        var text = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
        return new ListedInstruction(address, Decoder.Decode(text), bytes[..length].ToArray(), Disassembler.Format(text, address));
    }

    /// <summary>Up to so many instructions from an address on.</summary>
    public static IEnumerable<ListedInstruction> From(ulong address, int count, FetchText fetch)
    {
        for (var n = 0; n < count; n++)
        {
            if (At(address, fetch) is not { } instruction) yield break;
            yield return instruction;
            address += (ulong)instruction.Bytes.Length;
        }
    }

    /// <summary>Instructions before an address, as far back as the text makes sense, and from it on.</summary>
    public static IReadOnlyList<ListedInstruction> Around(ulong address, int before, int after, FetchText fetch)
    {
        // What stands right before may be invalid: an operation exception leaves the PSW behind it.
        var head = Before(address, before, lastMayBeInvalid: false, fetch);
        if (head.Count == 0) head = Before(address, before, lastMayBeInvalid: true, fetch);
        head.AddRange(From(address, after, fetch));
        return head;
    }

    private static List<ListedInstruction> Before(ulong address, int count, bool lastMayBeInvalid, FetchText fetch)
    {
        var longest = new List<ListedInstruction>();
        for (var back = 2; back <= FarthestBack && (ulong)back <= address; back += 2)
        {
            var run = Run(address - (ulong)back, address, lastMayBeInvalid, fetch);
            if (run is not null && run.Count <= count && run.Count > longest.Count) longest = run;
        }
        return longest;
    }

    // Valid instructions that fill the range exactly, or null.
    private static List<ListedInstruction>? Run(ulong start, ulong end, bool lastMayBeInvalid, FetchText fetch)
    {
        var run = new List<ListedInstruction>();
        for (var at = start; at != end;)
        {
            if (at > end || At(at, fetch) is not { } instruction) return null;
            run.Add(instruction);
            at += (ulong)instruction.Bytes.Length;
            if (instruction.Op == Op.Invalid && !(lastMayBeInvalid && at == end)) return null;
        }
        return run;
    }
}
