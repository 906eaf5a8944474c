using S390Sim.Cpu.FloatingPoint;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// TEST DATA CLASS (chapter 19): condition code 1 when the second-operand address has the bit of the operand's class and sign.
/// </summary>
internal static unsafe class TestDataClass
{
    [Instruction(Op.TCEB)]
    public static Insn* Tceb(CpuState* c, Insn* i) => Test<ShortFormat>(c, i);

    [Instruction(Op.TCDB)]
    public static Insn* Tcdb(CpuState* c, Insn* i) => Test<LongFormat>(c, i);

    [Instruction(Op.TCXB)]
    public static Insn* Tcxb(CpuState* c, Insn* i) => FprOperand.ArePairs(c, i->R1) ? Test<ExtendedFormat>(c, i) : null;

    private static Insn* Test<TFormat>(CpuState* c, Insn* i) where TFormat : struct, IBfpFormat
    {
        c->Cc = ((uint)i->Address2(c) & Bfp.DataClass<TFormat>(FprOperand.Read<TFormat>(c, i->R1))) != 0 ? 1 : 0;
        return i + 3;
    }
}
