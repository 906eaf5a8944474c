using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing.Arithmetic;

/// <summary>Random cases of general instructions, shrinking towards zero registers.</summary>
public static class GeneralCases
{
    /// <summary>Cases of some instructions.</summary>
    public static Arbitrary<MachineCase> Of(IReadOnlyCollection<Op> ops)
        => Arb.From(from op in Gen.Elements(ops.ToArray()) from test in Of(op) select test, Shrink);

    /// <summary>Cases of one instruction.</summary>
    public static Gen<MachineCase> Of(Op op)
        => from operands in OperandsOf(op)
           from registers in Gen.ArrayOf(Dice.Draw(OperandValues.Doubleword), 16)
           from equal in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
           from cc in Gen.Choose(0, 3)
           from overflow in Gen.Elements(false, false, true)
           from first in Dice.Draw(OperandValues.Doubleword)
           from second in Dice.Draw(OperandValues.Doubleword)
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
        _ => Dice.Draw(dice => OperandValues.Number(dice, field.Width, field.Signed)),
    };

    private const int StorageOffset = (int)(GeneralModel.StorageAddress - TestLayout.Code) / 2;

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
    private static MachineCase Complete(
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
            registers[b] = GeneralModel.StorageAddress - rest;
        }
        var data = new byte[TestLayout.DataSize];
        var storage = data.AsSpan((int)(GeneralModel.StorageAddress - TestLayout.Data), GeneralModel.StorageSize);
        BinaryPrimitives.WriteUInt64BigEndian(storage, first);
        BinaryPrimitives.WriteUInt64BigEndian(storage[8..], second);
        if (equal) CopyRegister(op, operands, registers, storage);
        var mask = CasePlan.Mode() | (ulong)cc << 44 | (overflow ? Psw.FixedPointOverflow : 0);
        return new MachineCase
        {
            Code = [new CodeLine(op, operands)],
            Data = data,
            Before = new MachineState { Psw = new Psw(mask, TestLayout.Code), Gr = registers },
        };
    }

    // Equal operands matter to comparisons.
    private static void CopyRegister(Op op, Operands operands, ulong[] registers, Span<byte> storage)
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
    private static IEnumerable<MachineCase> Shrink(MachineCase test)
    {
        var o = test.Code[0].Operands;
        return CaseShrinker.Shrink(test).Where(simpler => simpler.Code.Count == 1 && simpler.Code[0] == test.Code[0]
            && new[] { o.B1, o.B2, o.X2 }.All(b => simpler.Before.Gr[b] == test.Before.Gr[b]));
    }
}
