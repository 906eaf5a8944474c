using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>
/// LOAD AND TEST, LOAD COMPLEMENT, LOAD NEGATIVE, LOAD POSITIVE (chapter 18). The sign is made what it is to be even if the
/// fraction is zero; nothing is normalized.
/// </summary>
internal static unsafe class LoadSigned
{
    [Instruction(Op.LTER)]
    public static Insn* Lter(CpuState* c, Insn* i) => Load<Short>(c, i, Short.Get(c, i->R2));

    [Instruction(Op.LCER)]
    public static Insn* Lcer(CpuState* c, Insn* i) => Load<Short>(c, i, -Short.Get(c, i->R2));

    [Instruction(Op.LNER)]
    public static Insn* Lner(CpuState* c, Insn* i) => Load<Short>(c, i, Short.Get(c, i->R2) with { IsNegative = true });

    [Instruction(Op.LPER)]
    public static Insn* Lper(CpuState* c, Insn* i) => Load<Short>(c, i, Short.Get(c, i->R2) with { IsNegative = false });

    [Instruction(Op.LTDR)]
    public static Insn* Ltdr(CpuState* c, Insn* i) => Load<Long>(c, i, Long.Get(c, i->R2));

    [Instruction(Op.LCDR)]
    public static Insn* Lcdr(CpuState* c, Insn* i) => Load<Long>(c, i, -Long.Get(c, i->R2));

    [Instruction(Op.LNDR)]
    public static Insn* Lndr(CpuState* c, Insn* i) => Load<Long>(c, i, Long.Get(c, i->R2) with { IsNegative = true });

    [Instruction(Op.LPDR)]
    public static Insn* Lpdr(CpuState* c, Insn* i) => Load<Long>(c, i, Long.Get(c, i->R2) with { IsNegative = false });

    [Instruction(Op.LTXR)]
    public static Insn* Ltxr(CpuState* c, Insn* i)
        => Second(c, i, out var number) ? LoadExtended(c, i, number) : null;

    [Instruction(Op.LCXR)]
    public static Insn* Lcxr(CpuState* c, Insn* i)
        => Second(c, i, out var number) ? LoadExtended(c, i, -number) : null;

    [Instruction(Op.LNXR)]
    public static Insn* Lnxr(CpuState* c, Insn* i)
        => Second(c, i, out var number) ? LoadExtended(c, i, number with { IsNegative = true }) : null;

    [Instruction(Op.LPXR)]
    public static Insn* Lpxr(CpuState* c, Insn* i)
        => Second(c, i, out var number) ? LoadExtended(c, i, number with { IsNegative = false }) : null;

    private static bool Second(CpuState* c, Insn* i, out Hfp number)
    {
        number = default;
        if (!Extended.ArePairs(c, i->R1, i->R2)) return false;
        number = Extended.Get(c, i->R2);
        return true;
    }

    /// <summary>A zero fraction becomes a true zero.</summary>
    private static Insn* LoadExtended(CpuState* c, Insn* i, Hfp number)
    {
        if (!number.IsZero) return Load<Extended>(c, i, number);
        Extended.PutZero(c, i->R1, number.IsNegative);
        c->Cc = 0;
        return i + (i->Length >> 1);
    }

    private static Insn* Load<T>(CpuState* c, Insn* i, Hfp number) where T : struct, IFormat
    {
        T.Put(c, i->R1, number);
        c->Cc = number.ConditionCode;
        return i + (i->Length >> 1);
    }
}
