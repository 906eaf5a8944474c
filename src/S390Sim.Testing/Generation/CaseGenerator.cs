using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>Makes cases of a plan. Equal dice give equal cases.</summary>
/// <param name="plan">What cases.</param>
public sealed class CaseGenerator(CasePlan plan)
{
    private const int Attempts = 20;

    /// <summary>The cases as FsCheck wants them: with a generator, and shrinking to the shortest program.</summary>
    public Arbitrary<MachineCase> Arbitrary => Arb.From(Gen, CaseShrinker.Shrink);

    /// <summary>The cases as a generator of FsCheck.</summary>
    public Gen<MachineCase> Gen => Dice.Draw(Next);

    /// <summary>A case.</summary>
    public MachineCase Next(Dice dice)
    {
        ArgumentNullException.ThrowIfNull(dice);
        return Next(dice, null);
    }

    /// <summary>A case whose first instruction, after what sets up its operands, is a certain one.</summary>
    public MachineCase Next(Dice dice, Op? first)
    {
        ArgumentNullException.ThrowIfNull(dice);
        var mode = plan.AnyMode is { } any ? any(dice) : plan.Modes[dice.Below(plan.Modes.Count)];
        var op = first ?? Draw(dice);
        var writer = new ProgramWriter(dice, (mode & Psw.ExtendedAddressing) == 0, plan.HighHalfOdds);
        var length = dice.Between(plan.MinLength, plan.MaxLength);
        for (var n = 0; n < length && writer.HasRoom; n++)
        {
            if (plan.MaxLength > 1 && dice.OneIn(12)) writer.Loop(count => Fill(writer, dice, count));
            else Add(writer, n == 0 ? op : Draw(dice), dice);
        }
        var test = writer.Finish(new MachineCase
        {
            Code = [],
            Layout = plan.Layouts[dice.Below(plan.Layouts.Count)],
            Data = plan.Data is { } kind ? DataBlocks.Of(kind, dice) : DataBlocks.Of(Suitable(op, dice), dice),
            Before = new MachineState
            {
                Psw = new Psw(Mask(mode, dice), TestLayout.Code),
                Fpc = OperandValues.FloatingControl(dice) & (plan.HasTraps ? uint.MaxValue : 0x07FF_FFFF),
            },
        });
        return plan.Setting is { } setting ? setting(test, dice) : test;
    }

    private void Fill(ProgramWriter writer, Dice dice, int count)
    {
        for (var n = 0; n < count; n++) Add(writer, Draw(dice), dice);
    }

    private Op Draw(Dice dice)
    {
        var chosen = plan.Favoured is { } favoured && dice.OneIn(2) ? favoured : plan.Instructions;
        return chosen[dice.Below(chosen.Count)];
    }

    private void Add(ProgramWriter writer, Op op, Dice dice)
    {
        if (op is Op.EX or Op.EXRL)
        {
            var target = Draw(dice);
            if (dice.OneIn(2))
                target = dice.Pick(Op.MVC, Op.CLC, Op.XC, Op.NC, Op.TR, Op.TRT, Op.MVCIN, Op.PACK, Op.UNPK, Op.MVI, Op.LHI);
            writer.Execute(op, target, plan.Allows);
            return;
        }
        for (var n = 0; n < Attempts; n++)
            if (writer.TryAdd(op, plan.Allows)) return;
    }

    private ulong Mask(ulong mode, Dice dice)
    {
        var mask = mode | (ulong)dice.Below(4) << 44;
        for (var bit = 40; bit < 44; bit++)
            if (dice.OneIn(plan.MaskOdds)) mask |= plan.Masks & 1UL << bit;
        return mask;
    }

    private static DataKind Suitable(Op op, Dice dice) => op switch
    {
        Op.CU12 or Op.CU14 => DataKind.Utf8,
        Op.CU21 or Op.CU24 => DataKind.Utf16,
        Op.CU41 or Op.CU42 => DataKind.Utf32,
        Op.CVB or Op.CVBY or Op.CVBG or Op.UNPK or Op.UNPKA or Op.UNPKU or Op.AP or Op.SP or Op.ZAP or Op.CP or Op.MP or Op.DP
            or Op.ED or Op.EDMK or Op.SRP or Op.TP => dice.OneIn(6) ? DataKind.Random : DataKind.Packed,
        Op.PACK or Op.PKA or Op.PKU => dice.OneIn(3) ? DataKind.Random : DataKind.Zoned,
        Op.MVST or Op.CLST or Op.SRST => dice.OneIn(2) ? DataKind.Text : (DataKind)dice.Below(10),
        Op.CUSE or Op.CLC or Op.CLCL or Op.CLCLE or Op.CLCLU
            => dice.Pick(DataKind.Random, DataKind.Zeros, DataKind.Sparse, DataKind.Periodic),
        Op.TRT or Op.TRTR or Op.TRTE or Op.TRTRE => dice.OneIn(3) ? DataKind.Random : DataKind.Sparse,
        _ when InstructionTable.Get(op).Family() is InstructionFamily.Bfp or InstructionFamily.FloatingPoint
            => dice.OneIn(4) ? DataKind.Random : DataKind.Ieee,
        _ => dice.Below(6) switch
        {
            0 => DataKind.Random,
            1 => DataKind.Packed,
            2 or 3 => DataKind.Boundaries,
            _ => (DataKind)dice.Below(12),
        },
    };
}
