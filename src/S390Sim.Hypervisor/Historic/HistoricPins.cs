namespace S390Sim.Hypervisor;

/// <summary>
/// Page references as v3 and v4 took them: a count on the frame and nothing else; no account is charged and no limit asked,
/// and every release marks the frame dirty (kvm-pci-design.md sections 4.7 and 6).
/// </summary>
internal sealed class HistoricPins(VirtualMachine machine)
{
    private readonly List<ulong> _lost = [];

    /// <summary>Pins that nobody will ever take back.</summary>
    public int Lost => _lost.Count;

    /// <summary>Takes a reference on the frame behind a guest page.</summary>
    public bool TryGet(ulong guest, out ulong frame)
    {
        if (!machine.Memory.TryResolve(guest & ~0xFFFUL, out frame) || !machine.Frames.TryPin(frame))
        {
            frame = 0;
            return false;
        }
        machine.Memory.Pinned(frame);
        machine.Counters.CountPin();
        if (machine.Stages.IsActive)
            machine.Stages.Report(HypervisorStages.PagePinned, guest, frame, (ulong)machine.Frames.Pins(frame), machine.Account.Charged);
        return true;
    }

    /// <summary>Gives a reference back. One that was never taken is not given back: the host would report a bad page.</summary>
    public void Put(ulong frame)
    {
        frame &= ~0xFFFUL;
        if (machine.Frames.Pins(frame) == 0) return;
        machine.Storage.Key(frame) |= 0x06;
        machine.Frames.Unpin(frame);
        machine.Counters.CountUnpin();
        machine.Memory.Unpinned(frame, isDirty: true);
        if (machine.Stages.IsActive)
            machine.Stages.Report(HypervisorStages.PageUnpinned, frame, (ulong)machine.Frames.Pins(frame), machine.Account.Charged);
    }

    /// <summary>Forgets references without giving them back.</summary>
    public void Lose(IEnumerable<ulong> frames) => _lost.AddRange(frames);

    /// <summary>What a restart of the host does: the modelled host goes on without its lost frames' references.</summary>
    public void Restart()
    {
        foreach (var frame in _lost) Put(frame);
        _lost.Clear();
    }
}
