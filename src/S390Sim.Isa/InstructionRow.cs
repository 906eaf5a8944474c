namespace S390Sim.Isa;

/// <summary>All that is known of one instruction without executing it.</summary>
/// <param name="Op">The instruction's number.</param>
/// <param name="Mnemonic">The assembler's mnemonic, lower case.</param>
/// <param name="Opcode">Opcode bits, left-justified in 64 bits.</param>
/// <param name="Mask">Ones where <paramref name="Opcode"/> is significant.</param>
/// <param name="Format">The format that places the operand fields.</param>
/// <param name="Syntax">The operands in the assembler's order, in the notation of Instructions.tsv.</param>
/// <param name="Facility">The facility that installs the instruction.</param>
/// <param name="Flags">Privilege, branching and register-control properties.</param>
/// <param name="Title">The instruction's name in the words of the Principles of Operation.</param>
/// <param name="Length">Length in bytes: 2, 4 or 6.</param>
public sealed record InstructionRow(
    Op Op,
    string Mnemonic,
    ulong Opcode,
    ulong Mask,
    Format Format,
    string Syntax,
    Facility Facility,
    InstructionFlags Flags,
    string Title,
    int Length);
