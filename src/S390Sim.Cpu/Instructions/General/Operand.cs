using System.Runtime.CompilerServices;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// Second operands in storage, extended as the instructions want them. Each returns false after an access or specification
/// exception.
/// </summary>
internal static unsafe class Operand
{
    /// <summary>A byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Byte(CpuState* c, Insn* i, out byte value) => c->Load8(i->Address2(c), i->B2, out value);

    /// <summary>A halfword, signed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Halfword(CpuState* c, Insn* i, out int value)
    {
        var done = c->Load16(i->Address2(c), i->B2, out var operand);
        value = (short)operand;
        return done;
    }

    /// <summary>A halfword, unsigned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LogicalHalfword(CpuState* c, Insn* i, out ushort value) => c->Load16(i->Address2(c), i->B2, out value);

    /// <summary>A word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Word(CpuState* c, Insn* i, out uint value) => c->Load32(i->Address2(c), i->B2, out value);

    /// <summary>A doubleword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Doubleword(CpuState* c, Insn* i, out ulong value) => c->Load64(i->Address2(c), i->B2, out value);

    /// <summary>A signed halfword of a relative-long format; always on a halfword boundary.</summary>
    public static bool RelativeHalfword(CpuState* c, Insn* i, out int value)
    {
        var done = RelativeLogicalHalfword(c, i, out var operand);
        value = (short)operand;
        return done;
    }

    /// <summary>An unsigned halfword of a relative-long format.</summary>
    public static bool RelativeLogicalHalfword(CpuState* c, Insn* i, out ushort value)
        => c->Load16(c->Relative(i, i->RI2), CpuState.ZeroRegister, out value);

    /// <summary>A word of a relative-long format; a specification exception off a word boundary.</summary>
    public static bool RelativeWord(CpuState* c, Insn* i, out uint value)
    {
        value = 0;
        return Aligned(c, i, 3, out var address) && c->Load32(address, CpuState.ZeroRegister, out value);
    }

    /// <summary>A doubleword of a relative-long format; a specification exception off a doubleword boundary.</summary>
    public static bool RelativeDoubleword(CpuState* c, Insn* i, out ulong value)
    {
        value = 0;
        return Aligned(c, i, 7, out var address) && c->Load64(address, CpuState.ZeroRegister, out value);
    }

    /// <summary>The address of a relative-long operand; a specification exception when it has any of these bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Aligned(CpuState* c, Insn* i, ulong bits, out ulong address)
    {
        address = c->Relative(i, i->RI2);
        if ((address & bits) == 0) return true;
        c->Program(ProgramCode.Specification);
        return false;
    }

    /// <summary>Whether R1 designates an even-odd pair; else a specification exception was recognised.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool EvenPair(CpuState* c, Insn* i)
    {
        if ((i->R1 & 1) == 0) return true;
        c->Program(ProgramCode.Specification);
        return false;
    }
}
