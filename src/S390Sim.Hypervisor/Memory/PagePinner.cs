using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// Pins guest pages for DMA: a count on the host frame and a charge to the memlock account for each pin (policy "counted").
/// A refused pin changes neither.
/// </summary>
public sealed class PagePinner(GuestMemory memory, HostFrames frames, MemlockAccount account, Storage storage, StageReporter stages,
    DesignCounters counters)
{
    /// <summary>The account that is charged.</summary>
    public MemlockAccount Account => account;

    /// <summary>Failures to inject; null for none.</summary>
    public FailureInjection? Failures { get; init; }

    /// <summary>Pins that are held.</summary>
    public ulong Held { get; private set; }

    /// <summary>Pins the frame behind a guest page.</summary>
    /// <param name="guest">Guest absolute address.</param>
    /// <param name="frame">Host absolute address of the frame.</param>
    /// <returns>False when the guest has no storage there, the limit is reached, or the frame's count is, or a pageable guest
    /// needs its last frames itself.</returns>
    public bool TryPin(ulong guest, out ulong frame)
    {
        frame = 0;
        if (Failures?.Next(InjectionPoint.Pin) is not null || !account.TryCharge()) return Refused(guest);
        if (memory.TryResolve(guest & ~0xFFFUL, out frame) && memory.AllowsPin(frame) && frames.TryPin(frame))
        {
            memory.Pinned(frame);
            Held++;
            counters.CountPin();
            if (stages.IsActive)
                stages.Report(HypervisorStages.PagePinned, guest, frame, (ulong)frames.Pins(frame), account.Charged);
            return true;
        }
        account.Uncharge();
        return Refused(guest);
    }

    private bool Refused(ulong guest)
    {
        if (stages.IsActive) stages.Report(HypervisorStages.PinRefused, guest, account.Charged, account.Limit);
        return false;
    }

    /// <summary>Takes a pin off a frame and its charge off the account.</summary>
    /// <param name="frame">Host absolute address.</param>
    /// <param name="isDirty">Whether the device may have stored there: the frame's change bit is set.</param>
    public void Unpin(ulong frame, bool isDirty)
    {
        if (isDirty) storage.Key(frame) |= 0x06;
        frames.Unpin(frame);
        memory.Unpinned(frame, isDirty);
        account.Uncharge();
        Held--;
        counters.CountUnpin();
        if (stages.IsActive) stages.Report(HypervisorStages.PageUnpinned, frame, (ulong)frames.Pins(frame), account.Charged);
    }
}
