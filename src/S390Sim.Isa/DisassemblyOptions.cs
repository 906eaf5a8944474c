namespace S390Sim.Isa;

/// <summary>Choices of the disassembler; the default is what is most useful beside a running machine.</summary>
public sealed record DisassemblyOptions
{
    /// <summary>The options used when none are given.</summary>
    public static DisassemblyOptions Default { get; } = new();

    /// <summary>Whether extended mnemonics are used (jne, vab) instead of the row's own (brc 7, va with a 0).</summary>
    public bool ExtendedMnemonics { get; init; } = true;

    /// <summary>
    /// Whether to be blind as objdump is: text with ones in bits that no operand uses, which the machine ignores, is data,
    /// and data comes in pieces of four bytes whatever the instruction's length.
    /// </summary>
    public bool DataAsObjdump { get; init; }

    /// <summary>Gives the name of a branch target's address, which is then written after the address; null for no name.</summary>
    public Func<ulong, string?>? SymbolName { get; init; }
}
