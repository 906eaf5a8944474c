using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// How operations end that may recognise IEEE exceptions (chapter 9, "IEEE Exceptions"), when the host's arithmetic cannot do
/// them: with the reference, a result or none, flags, and a data exception whose code goes to the FPC too.
/// </summary>
internal static unsafe class Ieee
{
    /// <summary>Completes: flags are set, and an overflow, underflow or inexact result may still interrupt.</summary>
    public static Insn* Complete(CpuState* c, Insn* i, in BfpContext context)
    {
        c->Fpc |= (uint)context.Flags << 16;
        return context.Dxc == 0 ? i + (i->Length >> 1) : Interrupt(c, context.Dxc);
    }

    /// <summary>Ends in a data exception; with the AFP-register control one its code goes to FPC byte 2.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Insn* Interrupt(CpuState* c, byte dataExceptionCode)
    {
        c->Fpc = (c->Fpc & 0xFFFF_00FF) | ((uint)dataExceptionCode << 8);
        return c->Data(dataExceptionCode);
    }

    /// <summary>Completes with a result in register R1, unless suppressed.</summary>
    public static Insn* Deliver<TFormat>(CpuState* c, Insn* i, UInt128 result, in BfpContext context)
        where TFormat : struct, IBfpFormat
    {
        if (context.IsSuppressed) return Interrupt(c, context.Dxc);
        FprOperand.Write<TFormat>(c, i->R1, result);
        return Complete(c, i, context);
    }

    /// <summary>The same with the condition code of the result.</summary>
    public static Insn* DeliverWithCode<TFormat>(CpuState* c, Insn* i, UInt128 result, in BfpContext context)
        where TFormat : struct, IBfpFormat
    {
        if (context.IsSuppressed) return Interrupt(c, context.Dxc);
        c->Cc = Bfp.ConditionCode<TFormat>(result);
        FprOperand.Write<TFormat>(c, i->R1, result);
        return Complete(c, i, context);
    }
}
