namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>How results end: exponent overflow, exponent underflow and lost significance (chapter 18).</summary>
internal static unsafe class Result
{
    /// <summary>Normalizes a result, truncates it and puts it, with a true zero for a zero fraction.</summary>
    public static Insn* PutNormalized<T>(CpuState* c, Insn* i, Hfp number) where T : struct, IFormat
        => Put<T>(c, i, number.Normalized().Truncated(T.Digits), out _);

    /// <summary>
    /// Puts a result. A characteristic that does not fit is wrapped by 128 and an exception completes the instruction, except
    /// that an underflow whose mask is zero leaves a true zero.
    /// </summary>
    public static Insn* Put<T>(CpuState* c, Insn* i, Hfp number, out bool isZero) where T : struct, IFormat
    {
        var underflows = number.Characteristic < 0;
        isZero = number.IsZero || (underflows && (c->PswMask & Psw.HfpExponentUnderflow) == 0);
        if (isZero) T.PutZero(c, i->R1, false);
        else T.Put(c, i->R1, number);
        if (isZero || (uint)number.Characteristic <= 127) return i + (i->Length >> 1);
        return c->Program(underflows ? ProgramCode.HfpExponentUnderflow : ProgramCode.HfpExponentOverflow);
    }

    /// <summary>
    /// Puts a sum and sets the condition code. A zero fraction is a true zero, or keeps the intermediate sum's characteristic when
    /// the significance mask is one; the exception completes the instruction.
    /// </summary>
    public static Insn* PutSum<T>(CpuState* c, Insn* i, Hfp sum) where T : struct, IFormat
    {
        if (sum.IsZero && (c->PswMask & Psw.HfpSignificance) != 0)
        {
            T.Put(c, i->R1, sum with { IsNegative = false });
            c->Cc = 0;
            return c->Program(ProgramCode.HfpSignificance);
        }
        var next = Put<T>(c, i, sum, out var isZero);
        c->Cc = isZero ? 0 : sum.ConditionCode;
        return next;
    }
}
