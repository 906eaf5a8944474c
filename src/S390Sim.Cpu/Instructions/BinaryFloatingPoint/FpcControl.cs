using System.Numerics;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>The instructions that look at and set the floating-point-control register (chapters 9 and 19).</summary>
internal static unsafe class FpcControl
{
    private const int DecimalFacility = 42;
    private const uint Flags = 0x00FF_0000;
    private const uint Unassigned = 0x0303_0088;
    private const uint QuantumBits = 0x0404_0000;
    private const uint DecimalRounding = 0x70;
    private const uint BinaryRounding = 7, LongRounding = 4;

    /// <summary>EXTRACT FPC.</summary>
    [Instruction(Op.EFPC)]
    public static Insn* Efpc(CpuState* c, Insn* i)
    {
        c->Low(i->R1) = c->Fpc;
        return i + 2;
    }

    /// <summary>STORE FPC.</summary>
    [Instruction(Op.STFPC)]
    public static Insn* Stfpc(CpuState* c, Insn* i) => c->Store32(i->Address2(c), i->B2, c->Fpc) ? i + 2 : null;

    /// <summary>SET FPC.</summary>
    [Instruction(Op.SFPC)]
    public static Insn* Sfpc(CpuState* c, Insn* i) => Set(c, i, c->Low(i->R1));

    /// <summary>LOAD FPC.</summary>
    [Instruction(Op.LFPC)]
    public static Insn* Lfpc(CpuState* c, Insn* i) => Operand.Word(c, i, out var value) ? Set(c, i, value) : null;

    /// <summary>SET BFP ROUNDING MODE (2 bit): from address bits 62-63.</summary>
    [Instruction(Op.SRNM)]
    public static Insn* Srnm(CpuState* c, Insn* i)
    {
        c->Fpc = (c->Fpc & ~BinaryRounding) | ((uint)i->Address2(c) & 3);
        return i + 2;
    }

    /// <summary>SET BFP ROUNDING MODE (3 bit): from address bits 56-63, which must be a valid mode.</summary>
    [Instruction(Op.SRNMB)]
    public static Insn* Srnmb(CpuState* c, Insn* i)
    {
        var mode = (uint)i->Address2(c) & 0xFF;
        if (mode is not (<= 3 or 7)) return c->Program(ProgramCode.Specification);
        c->Fpc = (c->Fpc & ~BinaryRounding) | mode;
        return i + 2;
    }

    /// <summary>SET FPC AND SIGNAL.</summary>
    [Instruction(Op.SFASR)]
    public static Insn* Sfasr(CpuState* c, Insn* i) => SetAndSignal(c, i, c->Low(i->R1));

    /// <summary>LOAD FPC AND SIGNAL.</summary>
    [Instruction(Op.LFAS)]
    public static Insn* Lfas(CpuState* c, Insn* i) => Operand.Word(c, i, out var value) ? SetAndSignal(c, i, value) : null;

    private static Insn* Set(CpuState* c, Insn* i, uint value)
    {
        if (!IsValid(c, value)) return c->Program(ProgramCode.Specification);
        c->Fpc = value;
        return i + 2;
    }

    // The flags that were set stay, and one whose mask the operand sets interrupts as if its exception had come just now; the
    // rightmost ones in the code tell that it is simulated.
    private static Insn* SetAndSignal(CpuState* c, Insn* i, uint value)
    {
        if (!IsValid(c, value)) return c->Program(ProgramCode.Specification);
        var signals = (byte)((c->Fpc >> 16) & (value >> 24));
        c->Fpc = value | (c->Fpc & Flags);
        if (signals == 0) return i + 2;
        const byte Simulated = 3;
        var first = (byte)(0x80 >> (BitOperations.LeadingZeroCount(signals) - 24));
        if (first is IeeeException.Overflow or IeeeException.Underflow) first |= (byte)(signals & IeeeException.Inexact);
        return Ieee.Interrupt(c, (byte)(first | Simulated));
    }

    // Bits that are unassigned, or belong to a facility that is not installed, must be zero, and the BFP rounding mode valid.
    private static bool IsValid(CpuState* c, uint value)
    {
        var facilities = c->Processor.Facilities;
        var unsupported = Unassigned;
        if (!Modifier.HasExtension(c)) unsupported |= QuantumBits | LongRounding;
        if (!facilities[DecimalFacility]) unsupported |= DecimalRounding;
        return (value & unsupported) == 0 && (value & BinaryRounding) is (<= 3 or 7);
    }
}
