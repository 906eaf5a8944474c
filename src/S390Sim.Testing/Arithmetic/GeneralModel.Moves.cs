using System.Numerics;

namespace S390Sim.Testing.Arithmetic;

/// <summary>Loads and stores, shifts, rotations and branches.</summary>
public static partial class GeneralModel
{
    private static bool Loads(GeneralStep s, string family)
    {
        var met = (s.Operands.M3 >> 3 - s.Cc & 1) == 1;
        switch (family)
        {
            case "Load": s.Result(s.B(true)); return true;
            case "LoadLogical": s.Result(s.B(false)); return true;
            case "LoadLogicalAt16": s.Result(s.B(false) << 16); return true;
            case "LoadLogicalAt32": s.Result(s.B(false) << 32); return true;
            case "LoadLogicalAt48": s.Result(s.B(false) << 48); return true;
            case "LoadThirtyOneBits": s.Result(GeneralStep.Wrap(s.B(false), 31)); return true;
            case "LoadZeroByte": s.Result(s.B(false) / 256 * 256); return true;
            case "LoadReversed": s.Result(Reversed(s.B(false), s.Width)); return true;
            case "LoadAddress": s.Result(s.Address); return true;
            case "Store": s.Result(s.Stored); return true;
            case "StoreReversed": s.Result(Reversed(s.Stored, s.Width)); return true;
            case "StoreOnCondition":
                if (met) s.Result(s.Stored);
                return true;
            case "LoadOnCondition":
                if (met) s.Result(s.B(true));
                return true;
            case "Select":
                s.Result((s.Operands.M4 >> 3 - s.Cc & 1) == 1 ? s.A(false) : s.B(false));
                return true;
            case "RelativeLoad":
                if (IsAligned(s)) s.Result(s.B(true));
                return true;
            case "RelativeLoadLogical":
                if (IsAligned(s)) s.Result(s.B(false));
                return true;
            case "RelativeStore":
                if (IsAligned(s)) s.Result(s.Stored);
                return true;
            case "LoadAndTrap": LoadAndTrap(s, s.B(false)); return true;
            case "LoadThirtyOneBitsAndTrap": LoadAndTrap(s, GeneralStep.Wrap(s.B(false), 31)); return true;
            case "InsertUnderMask": InsertUnderMask(s); return true;
            case "StoreUnderMask":
                var bytes = Selected(s).Select(n => (byte)GeneralStep.Wrap(s.Old >> 24 - 8 * n, 8)).ToArray();
                bytes.CopyTo(s.Storage, 0);
                return true;
            case "InsertProgramMask":
                s.Piece(s.Operands.R1, 24, 8, s.Cc * 16 + (s.Input.OverflowMask ? 8 : 0));
                return true;
            case "SetProgramMask":
                var bits = (int)GeneralStep.Wrap(s.Old >> 24, 8);
                s.Cc = bits / 16 % 4;
                s.ProgramMask = bits % 16;
                return true;
            default: return false;
        }
    }

    private static void LoadAndTrap(GeneralStep s, BigInteger value)
    {
        s.Result(value);
        if (value.IsZero) s.Trap();
    }

    private static void InsertUnderMask(GeneralStep s)
    {
        var selected = Selected(s).ToArray();
        var result = s.Old;
        for (var k = 0; k < selected.Length; k++)
        {
            var shift = 24 - 8 * selected[k];
            result += ((BigInteger)s.Input.Storage[k] << shift) - (GeneralStep.Wrap(s.Old >> shift, 8) << shift);
        }
        s.Result(result);
        var inserted = s.Input.Storage[..selected.Length];
        s.Cc = inserted.All(b => b == 0) ? 0 : inserted[0] >= 128 ? 1 : 2;
    }

    private static BigInteger Reversed(BigInteger value, int width)
    {
        BigInteger result = 0;
        for (var n = 0; n < width; n += 8)
            result = result << 8 | GeneralStep.Wrap(value >> n, 8);
        return result;
    }

    private static bool Shifts(GeneralStep s, string family)
    {
        var amount = (int)(s.Address % 64);
        // The pair of a double shift is one 64-bit number.
        var width = s.Width;
        switch (family)
        {
            case "ShiftLeft":
                var exact = s.A(true) << amount;
                var sign = s.A(true).Sign < 0 ? BigInteger.One << width - 1 : 0;
                s.Result(sign + GeneralStep.Wrap(exact, width - 1));
                s.SignedCode(exact);
                return true;
            case "ShiftRight":
                var quotient = s.A(true) >> amount;
                s.Result(quotient);
                s.Cc = GeneralStep.Sign(quotient);
                return true;
            case "LogicalShiftLeft": s.Result(s.A(false) << amount); return true;
            case "LogicalShiftRight": s.Result(s.A(false) >> amount); return true;
            case "Rotate": s.Result(RotatedLeft(s.A(false), width, amount)); return true;
            default: return false;
        }
    }

    private static BigInteger RotatedLeft(BigInteger value, int width, int amount)
        => (value << amount % width) + (value >> width - amount % width);

    private static bool Rotations(GeneralStep s, string family)
    {
        if (!family.StartsWith("Rotate", StringComparison.Ordinal)) return false;
        var old = s.Old;
        var rotated = GeneralStep.Wrap(RotatedLeft(s.B(false), 64, s.Operands.I5 % 64), 64);
        if (Describe(s.Input.Op).Destination == "h") rotated >>= 32;
        var zeroes = s.Operands.I4 >= 128 && family.StartsWith("RotateInsert", StringComparison.Ordinal);
        BigInteger result = 0, selected = 0;
        // Bit by bit from I3 to I4, going round at the end of the operand.
        var chosen = new HashSet<int>();
        for (var bit = s.Operands.I3 % s.Width; ; bit = (bit + 1) % s.Width)
        {
            chosen.Add(bit);
            if (bit == s.Operands.I4 % s.Width) break;
        }
        for (var bit = 0; bit < s.Width; bit++)
        {
            var a = old >> s.Width - 1 - bit & 1;
            var b = rotated >> s.Width - 1 - bit & 1;
            var value = family switch { "RotateAnd" => a & b, "RotateOr" => a | b, "RotateExclusiveOr" => a ^ b, _ => b };
            result = result * 2 + (chosen.Contains(bit) ? value : zeroes ? 0 : a);
            selected = selected * 2 + (chosen.Contains(bit) ? value : 0);
        }
        if (family.StartsWith("RotateInsert", StringComparison.Ordinal))
        {
            s.Result(result);
            if (family == "RotateInsert") s.Cc = GeneralStep.Sign(GeneralStep.Interpret(result, 64, true));
            return true;
        }
        if (s.Operands.I3 < 128) s.Result(result);
        s.Cc = selected.IsZero ? 0 : 1;
        return true;
    }

    private static bool Branches(GeneralStep s, string family)
    {
        var taken = false;
        var target = s.Target;
        switch (family)
        {
            case "BranchOnCondition": taken = (s.Operands.M1 >> 3 - s.Cc & 1) == 1; break;
            case "BranchOnCount":
                s.Result(s.A(false) - 1);
                taken = GeneralStep.Wrap(s.A(false), s.Width) != 1;
                break;
            case "BranchOnIndexHigh": taken = Index(s) > 0; break;
            case "BranchOnIndexLow": taken = Index(s) <= 0; break;
            case "BranchAndSave":
                s.Result(s.Next);
                taken = true;
                break;
            default: return false;
        }
        if (taken && s.HasTarget) s.Next = target;
        return true;
    }

    private static int Index(GeneralStep s)
    {
        BigInteger Value(int register)
            => GeneralStep.Interpret(GeneralStep.Wrap(s.Input.Registers[register], s.Width), s.Width, true);
        var sum = Value(s.Operands.R1) + Value(s.Operands.R3);
        s.Result(sum);
        var limit = Value(s.Operands.R3 % 2 == 0 ? s.Operands.R3 + 1 : s.Operands.R3);
        return GeneralStep.Interpret(GeneralStep.Wrap(sum, s.Width), s.Width, true).CompareTo(limit);
    }
}
