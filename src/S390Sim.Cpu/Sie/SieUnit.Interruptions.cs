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

    /// <summary>Leaves an external interruption to the host, with code 14; nothing of it was presented.</summary>
    internal static void InterceptExternal(CpuState* c, ushort code, ushort source)
    {
        Intercept(c, Interception.ExternalInterruption);
        var sd = Block(c);
        (sd.ExternalParameter, sd.ExternalCpuAddress, sd.ExternalCode) = (0, source, code);
    }

    /// <summary>
    /// Whether a program interruption of the guest goes to the host with code 08 (sie.md section 4.5), and if so, its data. The
    /// guest's PSW is already what the old PSW would be.
    /// </summary>
    internal static bool InterceptsProgram(CpuState* c, uint length)
    {
        if (!IsProgramIntercepted(c)) return false;
        Intercept(c, Interception.Program);
        StoreProgram(c, length);
        return true;
    }

    private static bool IsProgramIntercepted(CpuState* c)
    {
        var sd = Block(c);
        var code = c->Fault.Code;
        var controls = (InterceptionControls)sd.InterceptionControl;
        return (controls & InterceptionControls.Program) != 0
            || (c->Fault.Per.Events != PerEvents.None && (sd.CpuFlags & SieFlags.GuestPer) != 0)
            || code is ProgramCode.Addressing or ProgramCode.SpecialOperation
            || (code == ProgramCode.Data && IsForHostsRegisters(c))
            || (code == ProgramCode.Specification && ((sd.Ecb & ExecutionControlsB.SpecificationExceptions) == 0 || IsOfProgramNewPsw(c)))
            || (code == ProgramCode.Protection && (sd.Eca & ExecutionControlsA.ProtectionExceptions) == 0)
            || (code == ProgramCode.PrivilegedOperation && (controls & InterceptionControls.PrivilegedOperation) != 0);
    }

    // The guest has the AFP-register control on, so that it is the host's that is off.
    private static bool IsForHostsRegisters(CpuState* c)
        => c->Fault.DataExceptionCode is Gate.AfpRegisterData or Gate.BfpData or Gate.DfpData && (c->Cr[0] & Gate.AfpControl) != 0;

    /// <summary>Stores the data of the program interruption in <see cref="CpuState.Fault"/> into the block.</summary>
    internal static void StoreProgram(CpuState* c, uint length)
    {
        var sd = Block(c);
        sd.ProgramIlc = (ushort)length;
        sd.ProgramCode = c->Fault.InterruptionCode;
        sd.PerCode = c->Fault.Per.Code;
        sd.PerAddress = c->Fault.Per.Address;
        sd.PerAccess = c->Fault.Per.Access;
        sd.DataExceptionCode = c->Fault.DataExceptionCode;
        sd.MonitorClass = c->Fault.MonitorClass;
        sd.ExceptionAccess = c->Fault.ExceptionAccess;
        sd.OperandAccess = c->Fault.OperandAccess;
        sd.TranslationException = c->Fault.Code == Cpu.ProgramCode.MonitorEvent ? c->Fault.MonitorCode : c->Fault.TranslationException;
    }

    // The second specification exception, from the guest's own program-new PSW: it would never end.
    private static bool IsOfProgramNewPsw(CpuState* c)
    {
        if (!c->Psw.IsInvalid || !c->TryLowcore(out var lowcore)) return false;
        var psw = (ulong*)(lowcore.Address + Lowcore.ProgramNewMaskOffset);
        return c->Psw == new Psw(Swap(psw[0]), Swap(psw[1]));
    }

    /// <summary>Whether the host's fault is protection that is to be the guest's.</summary>
    internal static bool IsGuestsProtection(CpuState* c)
        => c->HostFault.Code == Cpu.ProgramCode.Protection && (Block(c).Ecb & ExecutionControlsB.HostProtection) == 0;

    /// <summary>Intercepts protection by the host's tables as a program interruption of the guest, which was suppressed.</summary>
    internal static void InterceptProtection(CpuState* c, uint length)
    {
        c->Fault = new ProgramFault
        {
            Code = Cpu.ProgramCode.Protection,
            TranslationException = (c->HostFault.Address - c->MainStorageOrigin) & ~(ulong)(Storage.PageSize - 1),
            Per = c->HostFault.Per,
        };
        Intercept(c, Interception.Program);
        StoreProgram(c, length);
    }
}
