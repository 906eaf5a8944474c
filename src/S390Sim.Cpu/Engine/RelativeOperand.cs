using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>Which field of a slot holds an operand that is relative to the instruction.</summary>
internal enum RelativeField : byte
{
    /// <summary>None.</summary>
    None,
    /// <summary><see cref="Insn.RI2"/>.</summary>
    RI2,
    /// <summary><see cref="Insn.RI4"/>.</summary>
    RI4,
}

/// <summary>The relative operand of each row, by its format. Formats with one have no base register.</summary>
internal static unsafe class RelativeOperand
{
    private static readonly RelativeField[] s_fields = Build();

    /// <summary>The field of a row.</summary>
    public static RelativeField Of(Op op) => s_fields[(int)op];

    /// <summary>The operand itself: halfwords from the instruction.</summary>
    public static ref int In(Insn* i) => ref Of(i->Op) == RelativeField.RI4 ? ref i->RI4 : ref i->RI2;

    private static RelativeField[] Build()
    {
        var fields = new RelativeField[InstructionTable.Count + 1];
        foreach (var row in InstructionTable.Rows)
        {
            fields[(int)row.Op] = row.Format switch
            {
                Format.RI_b or Format.RI_c or Format.RIE_e or Format.RIL_b or Format.RIL_c or Format.RSI => RelativeField.RI2,
                Format.RIE_b or Format.RIE_c => RelativeField.RI4,
                _ => RelativeField.None,
            };
        }
        return fields;
    }
}
