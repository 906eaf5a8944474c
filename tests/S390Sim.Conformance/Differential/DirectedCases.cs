using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Conformance.Differential;

/// <summary>Faults of QEMU's that random operands seldom meet.</summary>
internal static class DirectedCases
{
    public static IEnumerable<MachineCase> All =>
    [
        Of(new CodeLine(Op.DR, new Operands { R1 = 2, R2 = 4 }), (2, 0x8000_0000), (4, uint.MaxValue)),
        Of(new CodeLine(Op.BCR, new Operands { M1 = 15, R2 = 4 }), (4, TestLayout.Data + 1)),
        Of(new CodeLine(Op.BCR, new Operands { M1 = 15, R2 = 4 }), (4, 0x1235)),
        Of(new CodeLine(Op.EX, new Operands { B2 = 4 }), (4, 0x1235)),
        Of(new CodeLine(Op.EX, new Operands { B2 = 4 }), (4, TestLayout.Data + 1)),
        Stored(new CodeLine(Op.MVC, new Operands { L1 = 255, B1 = 4, B2 = 5 }), (4, 0x1000), (5, TestLayout.Data)),
    ];

    private static MachineCase Of(CodeLine line, params (int Register, ulong Value)[] registers)
    {
        var before = new MachineState { Psw = new Psw(CasePlan.Mode(), TestLayout.Code) };
        foreach (var (register, value) in registers) before.Gr[register] = value;
        return new MachineCase { Code = [line], Before = before, Data = new byte[TestLayout.DataSize] };
    }

    private static MachineCase Stored(CodeLine target, params (int Register, ulong Value)[] registers)
        => Of(new CodeLine(Op.EXRL, default, ~0), registers) with { Targets = [target] };
}
