namespace S390Sim.Cpu;

/// <summary>Adapter interruptions that the guest takes out of its GISA without its host (sie.md section 9.4).</summary>
public sealed unsafe partial class SieUnit
{
    // The pending mask of the running guest's GISA; null without adapter-interruption virtualisation.
    private byte* _adapters;

    private void FindGisa(StateDescription sd)
        => _adapters = (sd.Eca & ExecutionControlsA.AdapterInterruptions) != 0 && Gisa.TryFind(_processor.Storage, sd.Gisa, out var gisa)
            ? _processor.Storage.Base + gisa.Origin + GisaBlock.PendingOffset : null;

    /// <summary>Whether a guest with this GISA runs here.</summary>
    internal bool Runs(uint designation)
        => _adapters != null && _processor.State->SieLevel != 0 && Block(_processor.State).Gisa == designation;

    /// <summary>Whether the guest that runs is enabled for adapter interruptions of a subclass.</summary>
    internal bool AdmitsAdapter(int subclass)
    {
        var c = _processor.State;
        return (c->PswMask & Psw.Io) != 0 && ((byte)(c->Cr[6] >> 24) & Gisa.MaskOf(subclass)) != 0;
    }

    /// <summary>Whether an adapter interruption of the guest is open.</summary>
    internal bool IsAdapterOpen(CpuState* c)
        => _adapters != null && (c->PswMask & Psw.Io) != 0 && (*_adapters & (byte)(c->Cr[6] >> 24)) != 0;

    /// <summary>Takes the open adapter interruption of the most significant subclass; false when the prefix area is not mapped.</summary>
    internal bool TakeAdapter(CpuState* c)
    {
        var subclass = Gisa.FirstOf((byte)(*_adapters & (byte)(c->Cr[6] >> 24)));
        if (!c->IoInterruption(IoInterruption.Adapter(subclass))) return false;
        *_adapters &= (byte)~Gisa.MaskOf(subclass);
        return true;
    }
}
