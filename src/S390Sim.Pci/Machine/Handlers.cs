using S390Sim.Cpu;
using S390Sim.Generated;
using S390Sim.Isa;
using PciInstructions = S390Sim.Pci.PciInstructions<S390Sim.Pci.ProcessorContext>;

namespace S390Sim.Pci;

/// <summary>The PCI instructions of a processor: operands out of the slot, the rest is <see cref="PciInstructions"/>.</summary>
internal static unsafe class Handlers
{
    [Instruction(Op.PCILG)]
    public static Insn* Pcilg(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Pcilg(context, context.Configuration, i->R1, i->R2), i + 2);
    }

    [Instruction(Op.PCISTG)]
    public static Insn* Pcistg(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Pcistg(context, context.Configuration, i->R1, i->R2), i + 2);
    }

    [Instruction(Op.PCISTB)]
    public static Insn* Pcistb(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Pcistb(context, context.Configuration, i->R1, i->R3, i->Address2(c), i->B2), i + 3);
    }

    [Instruction(Op.RPCIT)]
    public static Insn* Rpcit(CpuState* c, Insn* i)
    {
        if (c->SieLevel != 0) c->Processor.Service<GuestFunctions>().Refreshing();
        var context = Context(c);
        return End(PciInstructions.Rpcit(context, context.Configuration, i->R1, i->R2), i + 2);
    }

    [Instruction(Op.MPCIFC)]
    public static Insn* Mpcifc(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Mpcifc(context, context.Configuration, i->R1, i->Address2(c), i->B2), i + 3);
    }

    [Instruction(Op.STPCIFC)]
    public static Insn* Stpcifc(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Stpcifc(context, context.Configuration, i->R1, i->Address2(c), i->B2), i + 3);
    }

    [Instruction(Op.SIC)]
    public static Insn* Sic(CpuState* c, Insn* i)
    {
        if (c->SieLevel != 0)
        {
            // What is not about the modes of the guest's GISA was intercepted.
            if (Context(c).Configuration.Failures?.Next(InjectionPoint.SetInterruptionControls, operation: (ushort)c->Gr[i->R1]) is not null)
                return c->Program(ProgramCode.Operand);
            SieUnit.SetSuppression(c, (int)(c->Gr[i->R3] >> 27) & 7, isSingle: (ushort)c->Gr[i->R1] != 0);
            return i + 3;
        }
        var context = Context(c);
        return End(PciInstructions.Sic(context, context.Configuration, i->R1, i->R3, i->Address2(c), i->B2), i + 3);
    }

    [Instruction(Op.CLP)]
    public static Insn* Clp(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Clp(context, context.Configuration, i->R1, i->R2, i->M3, i->M4), i + 2);
    }

    [Instruction(Op.CHSC)]
    public static Insn* Chsc(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Chsc(context, context.Configuration, c->Gr[i->R1] & c->AddressMask, i->R1), i + 2);
    }

    [Instruction(Op.STCRW)]
    public static Insn* Stcrw(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Stcrw(context, context.Configuration, i->Address2(c), i->B2), i + 2);
    }

    [Instruction(Op.PCILGI)]
    public static Insn* Pcilgi(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Pcilgi(context, context.Configuration, i->R1, i->R2), i + 2);
    }

    [Instruction(Op.PCISTGI)]
    public static Insn* Pcistgi(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Pcistgi(context, context.Configuration, i->R1, i->R2), i + 2);
    }

    [Instruction(Op.PCISTBI)]
    public static Insn* Pcistbi(CpuState* c, Insn* i)
    {
        var context = Context(c);
        return End(PciInstructions.Pcistbi(context, context.Configuration, i->R1, i->R3, i->Address2(c), i->B2), i + 3);
    }

    [Instruction(Op.PCIWB)]
    public static Insn* Pciwb(CpuState* c, Insn* i) => End(PciInstructions.Pciwb(Context(c)), i + 2);

    private static ProcessorContext Context(CpuState* c) => new(c);

    private static Insn* End(PciOutcome outcome, Insn* next) => outcome == PciOutcome.Completed ? next : null;
}
