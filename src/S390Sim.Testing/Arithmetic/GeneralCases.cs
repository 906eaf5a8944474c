using FsCheck;
using FsCheck.Fluent;
using S390Sim.Isa;

namespace S390Sim.Testing.Arithmetic;

/// <summary>Random cases of general instructions, shrinking towards zero registers.</summary>
public static class GeneralCases
{
    /// <summary>Cases of some instructions.</summary>
    public static Arbitrary<GeneralCase> Of(IReadOnlyCollection<Op> ops)
        => Arb.From(from op in Gen.Elements(ops.ToArray()) from test in Of(op) select test, Shrink);

    /// <summary>Cases of one instruction.</summary>
    public static Gen<GeneralCase> Of(Op op)
        => from operands in OperandsOf(op)
           from registers in Gen.ArrayOf(BoundaryValues.Doubleword, 16)
           from equal in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
           from cc in Gen.Choose(0, 3)
           from overflow in Gen.Elements(false, false, true)
           from first in BoundaryValues.Doubleword
           from second in BoundaryValues.Doubleword
           select Complete(op, operands, registers, equal, cc, overflow, first, second);

    private static Gen<Operands> OperandsOf(Op op)
    {
        var gen = Gen.Constant(default(Operands));
        foreach (var field in InstructionTable.Fields(op).ToArray())
            gen = from operands in gen from value in ValueOf(op, field) select With(operands, field.Field, value);
        return gen;
    }

    private static Operands With(Operands operands, Field field, int value)
    {
        operands[field] = value;
        return operands;
    }

    private static Gen<int> ValueOf(Op op, FieldDescription field) => field.Field switch
    {
        // Even registers more often: pairs must be even.
        Field.R1 => Gen.Frequency((3, Gen.Choose(0, 7).Select(n => n * 2)), (1, Gen.Choose(0, 15))),
        Field.X2 or Field.B1 or Field.B2 or Field.B4 or Field.R2 or Field.R3 => Gen.Choose(0, 15),
        Field.RI2 when IsRelativeStorage(op) => Gen.Choose(0, 7).Select(n => n + StorageOffset),
        Field.RI2 or Field.RI4 => Gen.Choose(-0x7000, 0x7000),
        Field.D1 or Field.D2 or Field.D4 when field.Width == 12 => Gen.Choose(0, 4095),
        Field.D1 or Field.D2 or Field.D4 => Gen.Choose(-0x80000, 0x7FFFF),
        _ => field.Signed ? BoundaryValues.Signed(field.Width) : BoundaryValues.Unsigned(field.Width),
    };

    private const int StorageOffset = (int)(GeneralCase.StorageAddress - CpuBench.CodeAddress) / 2;

    private static bool IsRelativeStorage(Op op)
        => GeneralModel.Family(op).StartsWith("Relative", StringComparison.Ordinal);

    /// <summary>Whether the instruction accesses storage through B1 or B2.</summary>
    private static bool AccessesStorage(Op op)
    {
        var row = GeneralModel.Describe(op);
        return !IsRelativeStorage(op)
            && (row.Destination.StartsWith('m') || row.Source.StartsWith('m') || GeneralModel.Family(op).EndsWith("UnderMask"));
    }

    // Makes the storage operand lie at its address, whatever registers were drawn.
    private static GeneralCase Complete(
        Op op, Operands operands, ulong[] registers, bool equal, int cc, bool overflow, ulong first, ulong second)
    {
        if (equal) registers[operands.R2] = registers[operands.R1];
        if (AccessesStorage(op))
        {
            var toFirst = HasField(op, Field.B1);
            var b = toFirst ? operands.B1 : operands.B2;
            if (b == 0) b = 1;
            operands[toFirst ? Field.B1 : Field.B2] = b;
            if (operands.X2 == b) operands.X2 = 0;
            var rest = (ulong)(toFirst ? operands.D1 : operands.D2) + (operands.X2 == 0 ? 0 : registers[operands.X2]);
            registers[b] = GeneralCase.StorageAddress - rest;
        }
        var storage = new byte[16];
        for (var n = 0; n < 8; n++)
        {
            storage[n] = (byte)(first >> (56 - n * 8));
            storage[n + 8] = (byte)(second >> (56 - n * 8));
        }
        if (equal) CopyRegister(op, operands, registers, storage);
        return new GeneralCase(op, operands, registers, cc, overflow, storage);
    }

    // Equal operands matter to comparisons.
    private static void CopyRegister(Op op, Operands operands, ulong[] registers, byte[] storage)
    {
        var size = GeneralModel.Describe(op).Source is ['m', var digit] ? digit - '0' : 0;
        for (var n = 0; n < size; n++) storage[n] = (byte)(registers[operands.R1] >> ((size - 1 - n) * 8));
    }

    private static bool HasField(Op op, Field name)
    {
        foreach (var field in InstructionTable.Fields(op))
            if (field.Field == name) return true;
        return false;
    }

    // A base register of a storage operand stays; every other register may become simpler.
    private static IEnumerable<GeneralCase> Shrink(GeneralCase test)
    {
        for (var n = 0; n < 16; n++)
        {
            var isBase = n == test.Operands.B1 || n == test.Operands.B2 || n == test.Operands.X2;
            if (isBase || test.Registers[n] == 0) continue;
            var value = test.Registers[n];
            foreach (var simpler in new ulong[] { 0, value & 0xFFFF_FFFF, value & (value - 1) })
            {
                if (simpler == value) continue;
                ulong[] registers = [.. test.Registers];
                registers[n] = simpler;
                yield return test with { Registers = registers };
            }
        }
    }
}
