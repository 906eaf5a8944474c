namespace S390Sim.Isa;

/// <summary>From instruction text to the words of the GNU assembler, as objdump prints them for s390:64-bit.</summary>
public static class Disassembler
{
    private const int InlineLength = 128;

    /// <summary>
    /// The mnemonic, a tab and the operands of an instruction, or its bytes as <c>.long</c> or <c>.short</c> when it is none.
    /// The text is left-justified in 64 bits; the address, in bytes, is where it stands.
    /// </summary>
    public static string Format(ulong text, ulong address, DisassemblyOptions? options = null) =>
        Format(text, address, out _, options);

    /// <summary>The same, and how many bytes it stands for.</summary>
    public static string Format(ulong text, ulong address, out int length, DisassemblyOptions? options = null)
    {
        Span<char> buffer = stackalloc char[InlineLength];
        if (TryFormat(text, address, buffer, out int written, out length, options)) return buffer[..written].ToString();
        var larger = new char[4096];
        return TryFormat(text, address, larger, out written, out length, options) ? new string(larger, 0, written) : "";
    }

    /// <summary>
    /// Writes the same into a span, allocating nothing; false when the span is too short. 64 characters suffice without
    /// symbol names.
    /// </summary>
    public static bool TryFormat(
        ulong text, ulong address, Span<char> destination, out int written, out int length, DisassemblyOptions? options = null)
    {
        options ??= DisassemblyOptions.Default;
        var writer = new SpanWriter(destination);
        var op = Decoder.Decode(text);
        Decoder.Extract(op, text, out var operands);
        if (op != Op.Invalid && Choose(op, text, operands, options) is { } form)
        {
            length = InstructionTable.Get(op).Length;
            WriteInstruction(ref writer, form, operands, address, options);
        }
        else
        {
            length = WriteData(ref writer, text, options);
        }
        written = writer.Length;
        return !writer.Overflowed;
    }

    private static Form? Choose(Op op, ulong text, in Operands operands, DisassemblyOptions options)
    {
        var forms = Form.Of(op);
        if (!options.ExtendedMnemonics) forms = forms[^1..];
        foreach (var form in forms)
            if (form.Matches(operands) && (!options.DataAsObjdump || (text & form.Unassigned) == 0)) return form;
        return null;
    }

    private static int WriteData(ref SpanWriter writer, ulong text, DisassemblyOptions options)
    {
        int length = options.DataAsObjdump ? 4 : Decoder.Length((byte)(text >> 56));
        if (length == 4)
        {
            writer.Write(".long\t0x");
            writer.WriteHex(text >> 32, 8);
            return length;
        }
        for (int i = 0; i < length; i += 2)
        {
            writer.Write(i == 0 ? ".short\t0x" : ",0x");
            writer.WriteHex(text >> (48 - 8 * i) & 0xFFFF, 4);
        }
        return length;
    }

    private static void WriteInstruction(
        ref SpanWriter writer, Form form, in Operands operands, ulong address, DisassemblyOptions options)
    {
        writer.Write(form.Mnemonic);
        int count = CountWritten(form, operands);
        for (int i = 0; i < count; i++)
        {
            writer.Write(i == 0 ? '\t' : ',');
            ref readonly var operand = ref form.Operands[i];
            switch (operand.Kind)
            {
                case OperandKind.Register:
                    writer.WriteRegister(operand.RegisterClass, operands[operand.Field]);
                    break;
                case OperandKind.Number:
                    int number = form.Written(operands, operand.Field);
                    writer.WriteDecimal(operand.Signed ? number : (uint)number);
                    break;
                case OperandKind.Target:
                    WriteTarget(ref writer, address + (ulong)(2L * operands[operand.Field]), options);
                    break;
                default:
                    WriteAddress(ref writer, operand, operands);
                    break;
            }
        }
    }

    /// <summary>The operands without the optional ones at the end that are zero.</summary>
    private static int CountWritten(Form form, in Operands operands)
    {
        for (int count = form.Operands.Length; count > 0; count--)
        {
            ref readonly var last = ref form.Operands[count - 1];
            if (!last.Optional || form.Written(operands, last.Field) != 0) return count;
        }
        return 0;
    }

    private static void WriteTarget(ref SpanWriter writer, ulong target, DisassemblyOptions options)
    {
        writer.Write("0x");
        writer.WriteHex(target, 1);
        if (options.SymbolName?.Invoke(target) is not { } name) return;
        writer.Write(" <");
        writer.Write(name);
        writer.Write('>');
    }

    /// <summary>D(B), D(X,B), D(L,B) or D(R,B); a zero index is no operand, a zero base alone neither.</summary>
    private static void WriteAddress(ref SpanWriter writer, in OperandSyntax operand, in Operands operands)
    {
        writer.WriteDecimal(operands[operand.Field]);
        int register = operands[operand.Base];
        bool indexed = operand.Index is { } index && (index is not (Field.X2 or Field.V2) || operands[index] != 0);
        if (!indexed && register == 0) return;
        writer.Write('(');
        if (indexed)
        {
            WriteIndex(ref writer, operand.Index!.Value, operands);
            writer.Write(',');
        }
        writer.WriteRegister('r', register);
        writer.Write(')');
    }

    private static void WriteIndex(ref SpanWriter writer, Field index, in Operands operands)
    {
        if (index is Field.L1 or Field.L2) writer.WriteDecimal(operands[index] + 1);
        else writer.WriteRegister(index == Field.V2 ? 'v' : 'r', operands[index]);
    }
}
