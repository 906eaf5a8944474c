using System.Buffers.Binary;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>A program, the registers and the storage it starts with: what the bench and the oracles run.</summary>
public sealed record MachineCase
{
    /// <summary>The program, executed from its first line.</summary>
    public required IReadOnlyList<CodeLine> Code { get; init; }
    /// <summary>Instructions out of line, for EXECUTE.</summary>
    public IReadOnlyList<CodeLine> Targets { get; init; } = [];
    /// <summary>The registers before.</summary>
    public required MachineState Before { get; init; }
    /// <summary>What is mapped where.</summary>
    public StorageLayout Layout { get; init; } = StorageLayout.Standard;
    /// <summary>More address spaces, whose tables are in storage for control registers to designate.</summary>
    public IReadOnlyList<StorageLayout> Spaces { get; init; } = [];
    /// <summary>The <see cref="TestLayout.DataSize"/> bytes at <see cref="TestLayout.Data"/>; never changed in place.</summary>
    public required byte[] Data { get; init; }

    /// <summary>Length of the program in bytes.</summary>
    public int CodeLength => Code.Sum(line => line.Length);

    /// <summary>Whether the program has an instruction that changes translation tables: then they are compared, too.</summary>
    public bool ChangesTables => Code.Concat(Targets).Any(l => l.Op is Op.IPTE or Op.IDTE or Op.CRDTE);

    /// <summary>Address after the last line, where a program that runs to its end is stopped.</summary>
    public ulong End => TestLayout.Code + (ulong)CodeLength;

    /// <summary>Address of a line of the program, or of a target, by its label.</summary>
    public ulong AddressOf(int label)
    {
        if (label < 0) return TestLayout.Code + TestLayout.TargetOffset + (ulong)(8 * ~label);
        var address = TestLayout.Code;
        for (var n = 0; n < label && n < Code.Count; n++) address += (ulong)Code[n].Length;
        return address;
    }

    /// <summary>The line at an address, or null.</summary>
    public CodeLine? LineAt(ulong address)
    {
        var at = TestLayout.Code;
        foreach (var line in Code)
        {
            if (at == address) return line;
            at += (ulong)line.Length;
        }
        return null;
    }

    /// <summary>The code area: after the program an operation code that is none ends it.</summary>
    public byte[] CodeBytes()
    {
        var bytes = new byte[TestLayout.CodeSize];
        var at = 0;
        foreach (var line in Code)
            at += Put(bytes, at, Text(line, TestLayout.Code + (ulong)at));
        for (var n = 0; n < Targets.Count; n++)
            Put(bytes, TestLayout.TargetOffset + 8 * n, Text(Targets[n], AddressOf(~n)));
        return bytes;
    }

    /// <summary>The text of a line that stands at an address.</summary>
    public ulong Text(CodeLine line, ulong address)
        => line.Label is { } label ? line.TextAt(address, AddressOf(label)) : line.Text;

    /// <inheritdoc/>
    public override string ToString() => CaseText.Of(this);

    private static int Put(byte[] bytes, int at, ulong text)
    {
        Span<byte> whole = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(whole, text);
        var length = Isa.Decoder.Length(whole[0]);
        whole[..length].CopyTo(bytes.AsSpan(at));
        return length;
    }
}
