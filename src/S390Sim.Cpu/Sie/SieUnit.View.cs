namespace S390Sim.Cpu;

/// <summary>How a hypervisor in the place of the host's software looks with its guest's eyes and acts in its name.</summary>
public sealed unsafe partial class SieUnit
{
    /// <summary>
    /// Lets a hypervisor look with its guest's eyes: takes up the guest's state without executing anything, so that logical
    /// addresses are the guest's and interruptions go to the guest. Ends with <see cref="Leave"/>, which stores the state back.
    /// </summary>
    public void EnterView(CpuState* c, ulong block)
    {
        var sd = new StateDescription(_processor.Storage.Base + block);
        SaveHost(c);
        BeGuest(c, sd, block);
    }

    /// <summary>
    /// Executes one instruction at the guest's level in a hypervisor's place: the instruction was intercepted, and its ordinary
    /// semantics are what the guest shall see. The view must be open, and the PSW designate the next instruction.
    /// </summary>
    /// <param name="c">The processor, in the guest's view.</param>
    /// <param name="text">Instruction text, left-justified.</param>
    /// <param name="length">Length by which the PSW is ahead: that of the instruction, or of the EXECUTE.</param>
    /// <param name="per">PER events of the instruction that were noted before it was intercepted.</param>
    /// <returns>False when the host must provide storage first; the PSW then designates the instruction again.</returns>
    public bool Emulate(CpuState* c, ulong text, uint length, in PerReport per = default)
    {
        var next = c->PswAddress;
        var address = (next - length) & c->AddressMask;
        CodePage.Fill(&c->Target, text, _processor.Handlers);
        c->TargetText = text;
        c->Target.Index = (ushort)((address & 0xFFF) >> 1);
        c->FetchBase = address & ~0xFFFUL;
        c->Executing = c->Target.Length != length;
        c->ExecuteLength = length;
        c->Exit = ExitKind.Resume;
        c->Per = default;
        var semantics = _processor.Handlers.Semantics(c->Target.Op);
        IsEmulating = true;
        var end = semantics == null ? c->Program(Cpu.ProgramCode.Operation) : semantics(c, &c->Target);
        IsEmulating = false;
        c->Executing = false;
        if (end != null) c->PswAddress = next;
        else if (c->Exit == ExitKind.HostFault) c->PswAddress = address;
        else if (c->Exit == ExitKind.Program)
        {
            c->Fault.Per = c->Fault.Code.Completes() ? WithAlterations(c, per) : per;
            return Inject(c, c->Fault, length, address, next);
        }
        if (end == null && c->Exit == ExitKind.HostFault) return false;
        var report = WithAlterations(c, per);
        return report.Events == PerEvents.None
            || c->ProgramInterruption(new ProgramFault { Code = Cpu.ProgramCode.PerEvent, Per = report }, length);
    }

    /// <summary>Whether a hypervisor has an instruction executed: nothing of it is intercepted once more.</summary>
    internal bool IsEmulating { get; private set; }

    private static PerReport WithAlterations(CpuState* c, PerReport per)
    {
        per.Events |= c->Per.Events;
        if ((per.Events & PerEvents.StorageAlteration) == 0) return per;
        per.Mode |= c->Per.Space;
        per.Access = c->Per.AccessRegister;
        return per;
    }

    /// <summary>
    /// Presents a program interruption to the guest, as a hypervisor does for an instruction that it handled.
    /// </summary>
    /// <param name="c">The processor, in the guest's view.</param>
    /// <param name="fault">The condition.</param>
    /// <param name="length">Instruction length for the ILC.</param>
    /// <param name="address">Address of the instruction: the old PSW's if the condition nullifies.</param>
    /// <param name="next">Address of the next instruction.</param>
    public static bool Inject(CpuState* c, in ProgramFault fault, uint length, ulong address, ulong next)
    {
        if (!fault.IsPswReplaced) c->PswAddress = fault.Code.Nullifies() ? address : next;
        if (c->ProgramInterruption(fault, length)) return true;
        c->PswAddress = address;
        return false;
    }
}
