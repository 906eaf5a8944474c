using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>ADD and SUBTRACT NORMALIZED and UNNORMALIZED, COMPARE (chapter 18).</summary>
internal static unsafe class AddSubtract
{
    [Instruction(Op.AER)]
    public static Insn* Aer(CpuState* c, Insn* i) => Add<Short>(c, i, Short.Get(c, i->R2));

    [Instruction(Op.AE)]
    public static Insn* Ae(CpuState* c, Insn* i) => Short.Load(c, i, out var second) ? Add<Short>(c, i, second) : null;

    [Instruction(Op.ADR)]
    public static Insn* Adr(CpuState* c, Insn* i) => Add<Long>(c, i, Long.Get(c, i->R2));

    [Instruction(Op.AD)]
    public static Insn* Ad(CpuState* c, Insn* i) => Long.Load(c, i, out var second) ? Add<Long>(c, i, second) : null;

    [Instruction(Op.AXR)]
    public static Insn* Axr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1, i->R2) ? Add<Extended>(c, i, Extended.Get(c, i->R2)) : null;

    [Instruction(Op.SER)]
    public static Insn* Ser(CpuState* c, Insn* i) => Add<Short>(c, i, -Short.Get(c, i->R2));

    [Instruction(Op.SE)]
    public static Insn* Se(CpuState* c, Insn* i) => Short.Load(c, i, out var second) ? Add<Short>(c, i, -second) : null;

    [Instruction(Op.SDR)]
    public static Insn* Sdr(CpuState* c, Insn* i) => Add<Long>(c, i, -Long.Get(c, i->R2));

    [Instruction(Op.SD)]
    public static Insn* Sd(CpuState* c, Insn* i) => Long.Load(c, i, out var second) ? Add<Long>(c, i, -second) : null;

    [Instruction(Op.SXR)]
    public static Insn* Sxr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1, i->R2) ? Add<Extended>(c, i, -Extended.Get(c, i->R2)) : null;

    [Instruction(Op.AUR)]
    public static Insn* Aur(CpuState* c, Insn* i) => AddUnnormalized<Short>(c, i, Short.Get(c, i->R2));

    [Instruction(Op.AU)]
    public static Insn* Au(CpuState* c, Insn* i)
        => Short.Load(c, i, out var second) ? AddUnnormalized<Short>(c, i, second) : null;

    [Instruction(Op.AWR)]
    public static Insn* Awr(CpuState* c, Insn* i) => AddUnnormalized<Long>(c, i, Long.Get(c, i->R2));

    [Instruction(Op.AW)]
    public static Insn* Aw(CpuState* c, Insn* i) => Long.Load(c, i, out var second) ? AddUnnormalized<Long>(c, i, second) : null;

    [Instruction(Op.SUR)]
    public static Insn* Sur(CpuState* c, Insn* i) => AddUnnormalized<Short>(c, i, -Short.Get(c, i->R2));

    [Instruction(Op.SU)]
    public static Insn* Su(CpuState* c, Insn* i)
        => Short.Load(c, i, out var second) ? AddUnnormalized<Short>(c, i, -second) : null;

    [Instruction(Op.SWR)]
    public static Insn* Swr(CpuState* c, Insn* i) => AddUnnormalized<Long>(c, i, -Long.Get(c, i->R2));

    [Instruction(Op.SW)]
    public static Insn* Sw(CpuState* c, Insn* i) => Long.Load(c, i, out var second) ? AddUnnormalized<Long>(c, i, -second) : null;

    [Instruction(Op.CER)]
    public static Insn* Cer(CpuState* c, Insn* i) => Compare<Short>(c, i, Short.Get(c, i->R2));

    [Instruction(Op.CE)]
    public static Insn* Ce(CpuState* c, Insn* i) => Short.Load(c, i, out var second) ? Compare<Short>(c, i, second) : null;

    [Instruction(Op.CDR)]
    public static Insn* Cdr(CpuState* c, Insn* i) => Compare<Long>(c, i, Long.Get(c, i->R2));

    [Instruction(Op.CD)]
    public static Insn* Cd(CpuState* c, Insn* i) => Long.Load(c, i, out var second) ? Compare<Long>(c, i, second) : null;

    [Instruction(Op.CXR)]
    public static Insn* Cxr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1, i->R2) ? Compare<Extended>(c, i, Extended.Get(c, i->R2)) : null;

    /// <summary>The guard digit takes part in normalization, and is dropped by a carry.</summary>
    private static Insn* Add<T>(CpuState* c, Insn* i, Hfp second) where T : struct, IFormat
        => Result.PutSum<T>(c, i, Hfp.Sum(T.Get(c, i->R1), second, T.Digits).Normalized().Truncated(T.Digits));

    /// <summary>The guard digit is dropped, and does not save a result from being zero.</summary>
    private static Insn* AddUnnormalized<T>(CpuState* c, Insn* i, Hfp second) where T : struct, IFormat
        => Result.PutSum<T>(c, i, Hfp.Sum(T.Get(c, i->R1), second, T.Digits).WithoutCarry().Truncated(T.Digits));

    /// <summary>The operands are equal when their difference, with its guard digit, is zero.</summary>
    private static Insn* Compare<T>(CpuState* c, Insn* i, Hfp second) where T : struct, IFormat
    {
        c->Cc = Hfp.Sum(T.Get(c, i->R1), -second, T.Digits).ConditionCode;
        return i + (i->Length >> 1);
    }
}
