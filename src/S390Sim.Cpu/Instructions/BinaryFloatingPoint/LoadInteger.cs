using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>LOAD FP INTEGER: rounded to an integer of the same format, as M3 says (chapter 19).</summary>
internal static unsafe class LoadInteger
{
    [Instruction(Op.FIEBRA)]
    public static Insn* Fiebra(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Short(c, i->R2);
        if (!TryRound(c, i, operand, out var integer) || !HostArithmetic.IsFinite(operand)
            || !HostArithmetic.Settle(ref c->Fpc, integer == operand))
        {
            return Round<ShortFormat>(c, i);
        }
        FprOperand.SetShort(c, i->R1, (float)integer);
        return i + 2;
    }

    [Instruction(Op.FIDBRA)]
    public static Insn* Fidbra(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Long(c, i->R2);
        if (!TryRound(c, i, operand, out var integer) || !HostArithmetic.IsFinite(operand)
            || !HostArithmetic.Settle(ref c->Fpc, integer == operand))
        {
            return Round<LongFormat>(c, i);
        }
        FprOperand.SetLong(c, i->R1, integer);
        return i + 2;
    }

    [Instruction(Op.FIXBRA)]
    public static Insn* Fixbra(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1 | i->R2) ? Round<ExtendedFormat>(c, i) : null;

    // The methods that the host has too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRound(CpuState* c, Insn* i, double operand, out double integer)
    {
        integer = 0;
        if (i->M4 != 0) return false;
        switch (i->M3)
        {
            case 0 when HostArithmetic.RoundsToNearest(c->Fpc):
            case 4:
                integer = Math.Round(operand);
                return true;
            case 5:
                integer = Math.Truncate(operand);
                return true;
            case 6:
                integer = Math.Ceiling(operand);
                return true;
            case 7:
                integer = Math.Floor(operand);
                return true;
            default:
                return false;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* Round<TFormat>(CpuState* c, Insn* i) where TFormat : struct, IBfpFormat
    {
        if (!Modifier.TryContext(c, i, hasAlwaysM3: true, out var context)) return null;
        var result = Bfp.RoundToInteger<TFormat>(FprOperand.Read<TFormat>(c, i->R2), ref context);
        return Ieee.Deliver<TFormat>(c, i, result, context);
    }
}
