using System.Numerics;
using S390Sim.Cpu;

namespace S390Sim.Testing.Arithmetic;

/// <summary>
/// What the general instructions do, said a second time with integers of unlimited size and bit by bit, for tests to compare
/// the processor with.
/// </summary>
public static partial class GeneralModel
{
    /// <summary>Where the storage operand lies.</summary>
    public const ulong StorageAddress = TestLayout.Data + 0x400;
    /// <summary>Bytes from there that an instruction may use.</summary>
    public const int StorageSize = 16;

    /// <summary>Predicts an execution of the only line of a case in the 64-bit addressing mode.</summary>
    public static GeneralPrediction Predict(MachineCase test)
    {
        var s = new GeneralStep(test);
        var family = Family(s.Input.Op);
        if (s.IsPair && (s.Operands.R1 & 1) != 0)
            s.Suppress(ProgramCode.Specification);
        else if (!(Arithmetic(s, family) || Logical(s, family) || Loads(s, family) || Comparisons(s, family)
            || Shifts(s, family) || Rotations(s, family) || Branches(s, family)))
            throw new InvalidOperationException($"no model of {family}");
        return s.Outcome;
    }

    private static bool Arithmetic(GeneralStep s, string family)
    {
        var modulus = BigInteger.One << s.Width;
        var carry = s.Cc >> 1;
        switch (family)
        {
            case "Sum": Signed(s, s.A(true) + s.B(true)); return true;
            case "Difference": Signed(s, s.A(true) - s.B(true)); return true;
            case "LoadComplement": Signed(s, -s.B(true)); return true;
            case "LoadPositive": Signed(s, BigInteger.Abs(s.B(true))); return true;
            case "LoadNegative": Signed(s, -BigInteger.Abs(s.B(true))); return true;
            case "LoadAndTest": Signed(s, s.B(true)); return true;
            case "MultiplySingleWithCode": Signed(s, s.A(true) * s.B(true)); return true;
            case "MultiplySingle": s.Result(s.A(true) * s.B(true)); return true;
            case "SilentSum": s.Result(s.A(false) + s.B(false)); return true;
            case "LogicalSum": Carry(s, s.A(false) + GeneralStep.Wrap(s.B(false), s.Width)); return true;
            case "SumWithCarry": Carry(s, s.A(false) + s.B(false) + carry); return true;
            case "LogicalDifference": Carry(s, modulus + s.A(false) - s.B(false)); return true;
            case "DifferenceWithBorrow": Carry(s, modulus + s.A(false) - s.B(false) - (1 - carry)); return true;
            case "Multiply": Multiply(s, true); return true;
            case "LogicalMultiply": Multiply(s, false); return true;
            case "Divide": Divide(s, s.A(true), s.B(true), true); return true;
            case "DivideSingle":
                Divide(s, GeneralStep.Interpret(GeneralStep.Wrap(s.Old, 64), 64, true), s.B(true), true);
                return true;
            case "LogicalDivide": Divide(s, s.A(false), s.B(false), false); return true;
            default: return false;
        }
    }

    private static void Signed(GeneralStep s, BigInteger exact)
    {
        s.Result(exact);
        s.SignedCode(exact);
    }

    private static void Carry(GeneralStep s, BigInteger exact)
    {
        s.Result(exact);
        s.Cc = (exact >> s.Width != 0 ? 2 : 0) + (GeneralStep.Wrap(exact, s.Width).IsZero ? 0 : 1);
    }

    // The multiplicand is the right half of the pair; only MGRK names it separately.
    private static void Multiply(GeneralStep s, bool signed)
    {
        var half = s.Width / 2;
        var a = s.Input.Op == Isa.Op.MGRK
            ? GeneralStep.Interpret(s.Input.Registers[s.Operands.R2], 64, true)
            : GeneralStep.Interpret(GeneralStep.Wrap(s.Old, half), half, signed);
        s.Result(a * s.B(signed));
    }

    private static void Divide(GeneralStep s, BigInteger dividend, BigInteger divisor, bool signed)
    {
        var half = s.Width / 2;
        if (divisor.IsZero)
        {
            s.Suppress(ProgramCode.FixedPointDivide);
            return;
        }
        var quotient = BigInteger.DivRem(dividend, divisor, out var remainder);
        if (GeneralStep.Interpret(GeneralStep.Wrap(quotient, half), half, signed) != quotient)
            s.Suppress(ProgramCode.FixedPointDivide);
        else
            s.Result(GeneralStep.Wrap(remainder, half) << half | GeneralStep.Wrap(quotient, half));
    }

    private static bool Logical(GeneralStep s, string family)
    {
        var ones = (BigInteger.One << s.Width) - 1;
        switch (family)
        {
            case "And": Bits(s, s.A(false) & s.B(false)); return true;
            case "Or": Bits(s, s.A(false) | s.B(false)); return true;
            case "ExclusiveOr": Bits(s, s.A(false) ^ s.B(false)); return true;
            case "Nand": Bits(s, ones - (s.A(false) & s.B(false))); return true;
            case "Nor": Bits(s, ones - (s.A(false) | s.B(false))); return true;
            case "NotExclusiveOr": Bits(s, ones - (s.A(false) ^ s.B(false))); return true;
            case "AndComplement": Bits(s, s.A(false) & ones - s.B(false)); return true;
            case "OrComplement": Bits(s, s.A(false) | ones - s.B(false)); return true;
            case "PopulationCount": Bits(s, PopulationCount(s)); return true;
            case "FindLeftmostOne": FindLeftmostOne(s); return true;
            case "Test":
            case "TestRegister": Test(s, family == "TestRegister"); return true;
            default: return false;
        }
    }

    private static void Bits(GeneralStep s, BigInteger result)
    {
        s.Result(result);
        s.Cc = result.IsZero ? 0 : 1;
    }

    private static BigInteger PopulationCount(GeneralStep s)
    {
        BigInteger result = 0;
        var whole = s.Operands.M3 >= 8;
        for (var bit = 0; bit < 64; bit++)
            if ((s.B(false) >> bit & 1) == 1) result += BigInteger.One << (whole ? 0 : bit / 8 * 8);
        return result;
    }

    private static void FindLeftmostOne(GeneralStep s)
    {
        var value = s.B(false);
        var position = 0;
        while (position < 64 && (value >> 63 - position & 1) == 0) position++;
        var rest = position == 64 ? 0 : value - (BigInteger.One << 63 - position);
        s.Result((BigInteger)position << 64 | rest);
        s.Cc = position == 64 ? 0 : 2;
    }

    private static void Test(GeneralStep s, bool leftmostCounts)
    {
        var mask = GeneralStep.Wrap(s.Immediate, s.Width);
        var selected = Enumerable.Range(0, s.Width).Reverse().Where(n => (mask >> n & 1) == 1)
            .Select(n => (s.A(false) >> n & 1) == 1).ToArray();
        s.Cc = !selected.Contains(true) ? 0 : !selected.Contains(false) ? 3 : leftmostCounts && selected[0] ? 2 : 1;
    }

    private static bool Comparisons(GeneralStep s, string family)
    {
        var signed = !family.Contains("Logical", StringComparison.Ordinal);
        switch (family.Replace("Logical", "", StringComparison.Ordinal))
        {
            case "Compare": s.Cc = Compared(s, signed); return true;
            case "RelativeCompare":
                if (IsAligned(s)) s.Cc = Compared(s, signed);
                return true;
            case "CompareAndBranch":
                if ((s.Operands.M3 >> 3 - Compared(s, signed) & 1) == 1) s.Next = s.Target;
                return true;
            case "CompareAndTrap":
                if ((s.Operands.M3 >> 3 - Compared(s, signed) & 1) == 1) s.Trap();
                return true;
            case "CompareUnderMask":
                var bytes = Selected(s).Select(n => GeneralStep.Wrap(s.Old >> 24 - 8 * n, 8)).ToArray();
                var difference = bytes.Select((b, n) => (int)b - s.Input.Storage[n]).FirstOrDefault(d => d != 0);
                s.Cc = difference == 0 ? 0 : difference < 0 ? 1 : 2;
                return true;
            default: return false;
        }
    }

    private static int Compared(GeneralStep s, bool signed)
    {
        var order = s.A(signed).CompareTo(s.B(signed));
        return order == 0 ? 0 : order < 0 ? 1 : 2;
    }

    // Bytes of a word that M3 selects, leftmost first.
    private static IEnumerable<int> Selected(GeneralStep s)
    {
        var mask = s.Operands.M3;
        return Enumerable.Range(0, 4).Where(n => (mask >> 3 - n & 1) == 1);
    }

    private static bool IsAligned(GeneralStep s)
    {
        var width = Math.Min(s.Width, s.SourceWidth);
        if (Describe(s.Input.Op).Source.StartsWith('m')) width = s.SourceWidth;
        if (Describe(s.Input.Op).Destination.StartsWith('m')) width = s.Width;
        if (s.Target % (ulong)(width / 8) == 0) return true;
        s.Suppress(ProgramCode.Specification);
        return false;
    }
}
