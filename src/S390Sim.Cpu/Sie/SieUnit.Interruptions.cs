namespace S390Sim.Cpu;

/// <summary>What of the guest's interruptions and of the host's requests leads out of SIE.</summary>
public sealed unsafe partial class SieUnit
{
    /// <summary>Leaves an interception in the block, without instruction text; the caller ends SIE.</summary>
    internal static void Intercept(CpuState* c, Interception code)
    {
        var sd = Block(c);
        sd.InterceptionStatus = 0;
        sd.Ipa = 0;
        sd.Ipb = 0;
        sd.InterceptionCode = (byte)code;
        c->Exit = ExitKind.Interception;
    }

    /// <summary>The request of the host that the guest's masks now admit (sie.md section 4.2).</summary>
    /// <param name="c">The processor.</param>
    /// <param name="flags">The guest's status and mode flags.</param>
    internal static Interception OpenRequest(CpuState* c, out uint flags)
    {
        flags = Block(c).CpuFlags;
        if ((flags & (SieFlags.ExternalRequest | SieFlags.IoRequest | SieFlags.StopRequest)) == 0) return Interception.None;
        if ((flags & SieFlags.ExternalRequest) != 0 && (c->PswMask & Psw.External) != 0) return Interception.ExternalRequest;
        if ((flags & SieFlags.IoRequest) != 0 && (c->PswMask & Psw.Io) != 0) return Interception.IoRequest;
        return (flags & SieFlags.StopRequest) != 0 ? Interception.StopRequest : Interception.None;
    }

    /// <summary>
    /// Whether a program interruption of the guest goes to the host with code 08 (sie.md section 4.5), and if so, its data. The
    /// guest's PSW is already what the old PSW would be.
    /// </summary>
    internal static bool InterceptsProgram(CpuState* c, uint length)
    {
        var sd = Block(c);
        var code = c->Fault.Code;
        var controls = (InterceptionControls)sd.InterceptionControl;
        var intercepted = (controls & InterceptionControls.Program) != 0
            || (c->Fault.Per.Events != PerEvents.None && (sd.CpuFlags & SieFlags.GuestPer) != 0)
            || code is ProgramCode.Addressing or ProgramCode.SpecialOperation
            || (code == ProgramCode.Specification && ((sd.Ecb & ExecutionControlsB.SpecificationExceptions) == 0 || IsProgramNewPswInvalid(c)))
            || (code == ProgramCode.Protection && (sd.Eca & ExecutionControlsA.ProtectionExceptions) == 0)
            || (code == ProgramCode.PrivilegedOperation && (controls & InterceptionControls.PrivilegedOperation) != 0);
        if (!intercepted) return false;
        Intercept(c, Interception.Program);
        sd.ProgramIlc = (ushort)length;
        sd.ProgramCode = c->Fault.InterruptionCode;
        sd.PerCode = c->Fault.Per.Code;
        sd.PerAddress = c->Fault.Per.Address;
        sd.PerAccess = c->Fault.Per.Access;
        sd.DataExceptionCode = c->Fault.DataExceptionCode;
        sd.MonitorClass = c->Fault.MonitorClass;
        sd.ExceptionAccess = c->Fault.ExceptionAccess;
        sd.OperandAccess = c->Fault.OperandAccess;
        sd.TranslationException = code == Cpu.ProgramCode.MonitorEvent ? c->Fault.MonitorCode : c->Fault.TranslationException;
        return true;
    }


    // A second specification exception, from the guest's own program-new PSW, would never end.
    private static bool IsProgramNewPswInvalid(CpuState* c)
    {
        if (!c->TryLowcore(out var lowcore)) return false;
        var psw = (ulong*)(lowcore.Address + Lowcore.ProgramNewMaskOffset);
        return new Psw(Swap(psw[0]), Swap(psw[1])).IsInvalid;
    }
}
