using S390Sim.Cpu.FloatingPoint;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// CONVERT BFP TO HFP and CONVERT HFP TO BFP (chapter 9). Condition code 0 the source is zero, 1 less than zero, 2 greater than
/// zero, 3 it has no equivalent.
/// </summary>
internal static unsafe class ConvertHfp
{
    [Instruction(Op.THDER)]
    public static Insn* Thder(CpuState* c, Insn* i) => ToHfp<ShortFormat>(c, i);

    [Instruction(Op.THDR)]
    public static Insn* Thdr(CpuState* c, Insn* i) => ToHfp<LongFormat>(c, i);

    [Instruction(Op.TBEDR)]
    public static Insn* Tbedr(CpuState* c, Insn* i) => FromHfp<ShortFormat>(c, i);

    [Instruction(Op.TBDR)]
    public static Insn* Tbdr(CpuState* c, Insn* i) => FromHfp<LongFormat>(c, i);

    private static Insn* ToHfp<TFormat>(CpuState* c, Insn* i) where TFormat : struct, IBfpFormat
    {
        c->Fpr(i->R1) = HfpConversion.ToHfp<TFormat>(FprOperand.Read<TFormat>(c, i->R2), out var cc);
        c->Cc = cc;
        return i + 2;
    }

    // Here a modifier of zero means rounding toward zero, not as the FPC says.
    private static Insn* FromHfp<TFormat>(CpuState* c, Insn* i) where TFormat : struct, IBfpFormat
    {
        if (!Modifier.TryRounding(c, i->M3, out var mode)) return null;
        if (i->M3 == 0) mode = RoundingMode.TowardZero;
        FprOperand.Write<TFormat>(c, i->R1, HfpConversion.FromHfp<TFormat>(c->Fpr(i->R2), mode, out var cc));
        c->Cc = cc;
        return i + 2;
    }
}
