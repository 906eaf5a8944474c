using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// Data in floating-point registers (chapter 9, "Registers"): short ones are bits 0-31 of a register, whose rest stays; extended
/// ones are a pair, register n and n + 2, of which n names one when it has no bit of value 2.
/// </summary>
internal static unsafe class FprOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Long(CpuState* c, int register) => BitConverter.UInt64BitsToDouble(c->Fpr(register));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Short(CpuState* c, int register) => BitConverter.UInt32BitsToSingle((uint)(c->Fpr(register) >> 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetLong(CpuState* c, int register, double value)
        => c->Fpr(register) = BitConverter.DoubleToUInt64Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetShort(CpuState* c, int register, float value)
        => Unsafe.Add(ref Unsafe.As<ulong, uint>(ref c->Fpr(register)), 1) = BitConverter.SingleToUInt32Bits(value);

    /// <summary>A datum of any format, at the right end.</summary>
    public static UInt128 Read<TFormat>(CpuState* c, int register) where TFormat : struct, IBfpFormat
        => typeof(TFormat) == typeof(ShortFormat) ? (uint)(c->Fpr(register) >> 32)
            : typeof(TFormat) == typeof(LongFormat) ? c->Fpr(register)
            : new UInt128(c->Fpr(register), c->Fpr(register + 2));

    /// <summary>Replaces a datum of any format.</summary>
    public static void Write<TFormat>(CpuState* c, int register, UInt128 datum) where TFormat : struct, IBfpFormat
    {
        if (typeof(TFormat) == typeof(ShortFormat))
        {
            c->Fpr(register) = (c->Fpr(register) & 0xFFFF_FFFF) | ((ulong)datum << 32);
        }
        else if (typeof(TFormat) == typeof(LongFormat))
        {
            c->Fpr(register) = (ulong)datum;
        }
        else
        {
            c->Fpr(register) = (ulong)(datum >> 64);
            c->Fpr(register + 2) = (ulong)datum;
        }
    }

    /// <summary>Whether registers name pairs; else a specification exception was recognised.</summary>
    /// <param name="c">Processor.</param>
    /// <param name="registers">Register numbers, or-ed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ArePairs(CpuState* c, int registers)
    {
        if ((registers & 2) == 0) return true;
        c->Program(ProgramCode.Specification);
        return false;
    }
}
