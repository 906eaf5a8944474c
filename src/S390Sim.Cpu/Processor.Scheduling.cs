namespace S390Sim.Cpu;

/// <summary>The processor as one of several that take turns.</summary>
public sealed unsafe partial class Processor : IScheduledCpu
{
    Processor IScheduledCpu.Processor => this;

    /// <inheritdoc/>
    public bool IsReady => !IsStopped
        && (IsStopping || (_state->PswMask & Psw.Wait) == 0 || _state->Psw.IsInvalid
            || (Sie.IsProgramHosted ? IsGuestReady(_state) : Pending.IsOpen(_state, GuestTod, CpuTimer)));
}
