using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Conformance.Differential;

/// <summary>Faults of QEMU's that random operands seldom meet.</summary>
internal static class DirectedCases
{
    public static IEnumerable<MachineCase> Of(OracleKind kind) => kind == OracleKind.System ? [.. All, .. System] : All;

    private static IEnumerable<MachineCase> System =>
    [
        InMode(31, Of(new CodeLine(Op.BCR, new Operands { M1 = 15, R2 = 4 }), (4, 0x40_0000_0000_0000))),
        InMode(31, Of(new CodeLine(Op.IDTE, new Operands { R1 = 4, R2 = 6 }), (4, 0xFFFF_FFFF_0042_4003), (6, 0x50_0000)),
            problem: false),
        InMode(64, Of(new CodeLine(Op.EXRL, new Operands { R1 = 5 }, ~0), (4, TestLayout.Data), (5, 0x17)) with
        {
            Targets = [new CodeLine(Op.SSM, new Operands { B1 = 4 })],
        }, problem: false),
        InMode(31, Of(new CodeLine(Op.TRE, new Operands { R1 = 2, R2 = 4 }), (2, 0x8000_0000_0030_0000), (4, TestLayout.Data))),
        InMode(64, Of(new CodeLine(Op.LPSW, new Operands { B1 = 4 }), (4, TestLayout.Data)), problem: false),
        InMode(31, Of(new CodeLine(Op.CKSM, new Operands { R1 = 2, R2 = 4 }), (4, TestLayout.Data), (5, 0x1_0000_0008))),
        InMode(64, Program(
            [
                new(Op.LGFI, new Operands { R1 = 14, I2 = 0x424003 }), new(Op.IDTE, new Operands { R1 = 14, R2 = 6 }),
                new(Op.LGFI, new Operands { R1 = 14 }),
            ], 0, (6, 0x1000)), problem: false),
        WithAllKeys(Of(new CodeLine(Op.MVCOS, new Operands { B1 = 4, B2 = 6, R3 = 2 }), (2, 8), (4, TestLayout.Data),
            (6, TestLayout.Data + 64))),
    ];

    private static IEnumerable<MachineCase> All =>
    [
        Of(new CodeLine(Op.DR, new Operands { R1 = 2, R2 = 4 }), (2, 0x8000_0000), (4, uint.MaxValue)),
        Of(new CodeLine(Op.BCR, new Operands { M1 = 15, R2 = 4 }), (4, TestLayout.Data + 1)),
        Of(new CodeLine(Op.BCR, new Operands { M1 = 15, R2 = 4 }), (4, 0x1235)),
        Of(new CodeLine(Op.EX, new Operands { B2 = 4 }), (4, 0x1235)),
        Of(new CodeLine(Op.EX, new Operands { B2 = 4 }), (4, TestLayout.Data + 1)),
        Stored(new CodeLine(Op.MVC, new Operands { L1 = 255, B1 = 4, B2 = 5 }), (4, 0x1000), (5, TestLayout.Data)),
        Program([new(Op.SFASR, new Operands { R1 = 4 })], 0x00800000, (4, 0x8000_0000)),
        WithFpr(0, 0xFFBC_D800_0000_0000, Program([new(Op.CFEBRA, new Operands { R1 = 10, M3 = 7, M4 = 3 })], 0x3800_0000)),
        Program([new(Op.LAM, new Operands { R1 = 2, R3 = 14, B2 = 4 })], 0, (4, TestLayout.ReadOnly + 0xFF0)),
        .. from op in new[] { Op.ALR, Op.SLR, Op.ALGR, Op.SLGR, Op.ALCR, Op.SLBR, Op.ALHHHR, Op.SLHHHR }
           from store in new[] { Op.STG, Op.STOC }
           from mask in new byte[] { 4, 7, 14 }
           select Forgotten(op, store, mask),
    ];

    // A condition code that nothing asks for before the next is set; between them an access exception.
    private static MachineCase Forgotten(Op op, Op store, byte mask) => Program(
        [
            new(Op.AGR, new Operands { R1 = 6, R2 = 7 }), new(Op.BRC, new Operands { M1 = 15 }, 3),
            new(Op.LGR, default), new(op, new Operands { R1 = 8, R2 = 8, R3 = 0 }),
            new(store, new Operands { R1 = 8, M3 = mask, B2 = 4 }), new(Op.LTGR, new Operands { R1 = 9, R2 = 9 }),
        ],
        0, (4, TestLayout.ReadOnly), (6, 0x1234_5678_9ABC_DEF0), (7, 0x0FED_CBA9_8765_4321), (8, 0x5_0000_0005));

    private static MachineCase Of(CodeLine line, params (int Register, ulong Value)[] registers) => Program([line], 0, registers);

    private static MachineCase Program(CodeLine[] code, uint fpc, params (int Register, ulong Value)[] registers)
    {
        var before = new MachineState { Psw = new Psw(CasePlan.Mode(), TestLayout.Code), Fpc = fpc };
        foreach (var (register, value) in registers) before.Gr[register] = value;
        return new MachineCase { Code = code, Before = before, Data = new byte[TestLayout.DataSize] };
    }

    private static MachineCase WithFpr(int register, ulong value, MachineCase test)
    {
        test.Before.Fpr[register] = value;
        return test;
    }

    private static MachineCase InMode(int addressing, MachineCase test, bool problem = true)
        => test with { Before = test.Before with { Psw = new Psw(CasePlan.Mode(addressing, problem: problem), TestLayout.Code) } };

    // In the problem state the PSW-key mask permits all.
    private static MachineCase WithAllKeys(MachineCase test)
    {
        test.Before.Cr[0] = CaseBench.ControlZero | 3UL << 26;      // secondary-space control, extraction authority
        test.Before.Cr[3] = 0xFFFF_0000;
        return test;
    }

    private static MachineCase Stored(CodeLine target, params (int Register, ulong Value)[] registers)
        => Of(new CodeLine(Op.EXRL, default, ~0), registers) with { Targets = [target] };
}
