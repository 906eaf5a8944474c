using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.InputOutput;

/// <summary>
/// Instructions about a subchannel (chapter 14). The channel subsystem of this machine has none: when the operands are in order
/// the condition code is 3, not operational.
/// </summary>
internal static unsafe class Subchannels
{
    private const int OrbSize = 12, SchibSize = 52, IrbSize = 64;
    private const int NotOperational = 3;

    /// <summary>CLEAR, HALT, RESUME and CANCEL SUBCHANNEL.</summary>
    [Instruction(Op.CSCH), Instruction(Op.HSCH), Instruction(Op.RSCH), Instruction(Op.XSCH)]
    public static Insn* Csch(CpuState* c, Insn* i) => Ends(c, i);

    /// <summary>START SUBCHANNEL: the operation-request block must be valid even so.</summary>
    [Instruction(Op.SSCH)]
    public static Insn* Ssch(CpuState* c, Insn* i)
    {
        Span<byte> block = stackalloc byte[OrbSize];
        if (!TryFetch(c, i, block)) return null;
        // Word 1 bits 13 (a transport-mode program) and 26-30, and the leftmost bit of the channel-program address.
        var isValid = (Word(block, 1) & 0x0004_003E) == 0 && (Word(block, 2) & 0x8000_0000) == 0;
        return isValid ? Ends(c, i) : c->Program(ProgramCode.Operand);
    }

    /// <summary>MODIFY SUBCHANNEL: likewise the path-management-control word.</summary>
    [Instruction(Op.MSCH)]
    public static Insn* Msch(CpuState* c, Insn* i)
    {
        Span<byte> block = stackalloc byte[SchibSize];
        if (!TryFetch(c, i, block)) return null;
        var flags = Word(block, 1);
        // Bits 0, 1 and 5-7 of word 1, both limit-mode bits, bits 0-28 of word 6.
        var isValid = (flags & 0xC700_0000) == 0 && (flags & LimitMode) != LimitMode && (Word(block, 6) & 0xFFFF_FFF8) == 0;
        return isValid ? Ends(c, i) : c->Program(ProgramCode.Operand);
    }

    private const uint LimitMode = 0x0060_0000;

    /// <summary>STORE SUBCHANNEL: access exceptions go before condition code 3.</summary>
    [Instruction(Op.STSCH)]
    public static Insn* Stsch(CpuState* c, Insn* i) => WouldStore(c, i, SchibSize);

    /// <summary>TEST SUBCHANNEL.</summary>
    [Instruction(Op.TSCH)]
    public static Insn* Tsch(CpuState* c, Insn* i) => WouldStore(c, i, IrbSize);

    private static Insn* WouldStore(CpuState* c, Insn* i, int length)
    {
        var address = i->Address2(c);
        if ((address & 3) != 0) return c->Program(ProgramCode.Specification);
        if (!IsIdentification(c)) return c->Program(ProgramCode.Operand);
        return c->Locate(address, i->B2, length, AccessKind.Store, out _) ? Ends(c, i) : null;
    }

    private static bool TryFetch(CpuState* c, Insn* i, Span<byte> block)
    {
        var address = i->Address2(c);
        if ((address & 3) == 0) return c->Fetch(address, i->B2, block);
        c->Program(ProgramCode.Specification);
        return false;
    }

    private static uint Word(ReadOnlySpan<byte> block, int number) => BinaryPrimitives.ReadUInt32BigEndian(block[(number * 4)..]);

    // Bits 32-47 of register 1 are 0001: one channel subsystem, one set of subchannels.
    private static bool IsIdentification(CpuState* c) => (c->Gr[1] & 0xFFFF_0000) == 0x1_0000;

    private static Insn* Ends(CpuState* c, Insn* i)
    {
        if (!IsIdentification(c)) return c->Program(ProgramCode.Operand);
        c->Cc = NotOperational;
        return i + 2;
    }
}
