using System.Numerics;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// The four-bit masks of INSERT, STORE and COMPARE LOGICAL CHARACTERS UNDER MASK: bit n selects byte n of a word, and the
/// selected bytes correspond to contiguous bytes of storage.
/// </summary>
internal static unsafe class CharacterMask
{
    /// <summary>Ones in the bytes that the mask selects.</summary>
    public static uint Bits(int mask)
    {
        uint bits = 0;
        if ((mask & 8) != 0) bits |= 0xFF00_0000;
        if ((mask & 4) != 0) bits |= 0x00FF_0000;
        if ((mask & 2) != 0) bits |= 0x0000_FF00;
        if ((mask & 1) != 0) bits |= 0x0000_00FF;
        return bits;
    }

    /// <summary>
    /// Fetches the second operand, each byte in its place under the mask and zeros elsewhere. A mask of zero still accesses one
    /// byte (chapter 7, "INSERT CHARACTERS UNDER MASK").
    /// </summary>
    public static bool Load(CpuState* c, Insn* i, out uint value)
    {
        var address = i->Address2(c);
        if (i->M3 == 15) return c->Load32(address, i->B2, out value);
        value = 0;
        Span<byte> bytes = stackalloc byte[4];
        if (!c->Fetch(address, i->B2, bytes[..Math.Max(1, BitOperations.PopCount(i->M3))])) return false;
        var next = 0;
        for (var n = 0; n < 4; n++)
        {
            if ((i->M3 & (8 >> n)) != 0) value |= (uint)bytes[next++] << (24 - 8 * n);
        }
        return true;
    }

    /// <summary>Stores the bytes of a word that the mask selects; none, and no access, when it is zero.</summary>
    public static bool Store(CpuState* c, Insn* i, uint value)
    {
        var address = i->Address2(c);
        if (i->M3 == 15) return c->Store32(address, i->B2, value);
        Span<byte> bytes = stackalloc byte[4];
        var length = 0;
        for (var n = 0; n < 4; n++)
        {
            if ((i->M3 & (8 >> n)) != 0) bytes[length++] = (byte)(value >> (24 - 8 * n));
        }
        return c->Store(address, i->B2, bytes[..length]);
    }
}

/// <summary>INSERT CHARACTER and INSERT CHARACTERS UNDER MASK (chapter 7).</summary>
internal static unsafe class InsertCharacters
{
    [Instruction(Op.IC)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ic(CpuState* c, Insn* i) => Operand.Byte(c, i, out var b) ? Insert(c, i, b, i + 2) : null;

    [Instruction(Op.ICY)]
    public static Insn* Icy(CpuState* c, Insn* i) => Operand.Byte(c, i, out var b) ? Insert(c, i, b, i + 3) : null;

    [Instruction(Op.ICM)]
    public static Insn* Icm(CpuState* c, Insn* i) => UnderMask(c, i, ref c->Low(i->R1), i + 2);

    [Instruction(Op.ICMY)]
    public static Insn* Icmy(CpuState* c, Insn* i) => UnderMask(c, i, ref c->Low(i->R1), i + 3);

    [Instruction(Op.ICMH)]
    public static Insn* Icmh(CpuState* c, Insn* i) => UnderMask(c, i, ref c->High(i->R1), i + 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Insert(CpuState* c, Insn* i, byte value, Insn* next)
    {
        c->Low(i->R1) = (c->Low(i->R1) & 0xFFFF_FF00) | value;
        return next;
    }

    // Condition code 1 when the leftmost inserted bit is one, 2 when it is zero but another is one.
    private static Insn* UnderMask(CpuState* c, Insn* i, ref uint register, Insn* next)
    {
        if (!CharacterMask.Load(c, i, out var operand)) return null;
        var bits = CharacterMask.Bits(i->M3);
        register = (register & ~bits) | operand;
        var leftmost = 0x8000_0000u >> BitOperations.LeadingZeroCount(bits);
        c->Cc = operand == 0 ? 0 : (operand & leftmost) != 0 ? 1 : 2;
        return next;
    }
}
