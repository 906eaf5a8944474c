using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>Kinds of instructions as the chapters of the Principles of Operation tell them apart.</summary>
public enum InstructionFamily
{
    /// <summary>General instructions that do not branch (chapter 7).</summary>
    General,
    /// <summary>Instructions that may branch (chapter 7).</summary>
    Branch,
    /// <summary>Decimal instructions (chapter 8).</summary>
    Decimal,
    /// <summary>Floating-point support and hexadecimal floating point (chapters 9 and 18).</summary>
    FloatingPoint,
    /// <summary>Binary floating point (chapter 19).</summary>
    Bfp,
    /// <summary>Decimal floating point (chapter 20).</summary>
    Dfp,
    /// <summary>Vector instructions (chapters 21 to 25).</summary>
    Vector,
    /// <summary>Semiprivileged instructions (chapter 10).</summary>
    SemiPrivileged,
    /// <summary>Privileged instructions (chapters 10 and 14).</summary>
    Privileged,
}

/// <summary>From a row to its family.</summary>
public static class InstructionFamilies
{
    private static readonly HashSet<Op> s_decimal =
    [
        Op.AP, Op.SP, Op.ZAP, Op.CP, Op.MP, Op.DP, Op.ED, Op.EDMK, Op.SRP, Op.TP,
    ];

    /// <summary>The family of an instruction.</summary>
    public static InstructionFamily Family(this InstructionRow row)
    {
        var flags = row.Flags;
        if ((flags & InstructionFlags.Privileged) != 0) return InstructionFamily.Privileged;
        if ((flags & InstructionFlags.SemiPrivileged) != 0) return InstructionFamily.SemiPrivileged;
        if ((flags & InstructionFlags.Vector) != 0) return InstructionFamily.Vector;
        if ((flags & InstructionFlags.Dfp) != 0) return InstructionFamily.Dfp;
        if ((flags & InstructionFlags.Bfp) != 0) return InstructionFamily.Bfp;
        if ((flags & InstructionFlags.AfpRegister) != 0) return InstructionFamily.FloatingPoint;
        if ((flags & InstructionFlags.Branch) != 0) return InstructionFamily.Branch;
        return s_decimal.Contains(row.Op) ? InstructionFamily.Decimal : InstructionFamily.General;
    }
}
