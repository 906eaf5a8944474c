namespace S390Sim.Cpu;

/// <summary>Adapter interruptions that the guest takes out of its GISA without its host (sie.md section 9.4).</summary>
public sealed unsafe partial class SieUnit
{
    // The pending mask of the running guest's GISA; null without adapter-interruption virtualisation.
    private byte* _adapters;

    private void FindGisa(StateDescription sd)
        => _adapters = (sd.Eca & ExecutionControlsA.AdapterInterruptions) != 0
            && Gisa.TryFind(_processor.Storage, sd.Gisa, out var gisa) ? _processor.Storage.Base + gisa.Origin + GisaBlock.PendingOffset : null;

    /// <summary>Whether a guest with this GISA runs here.</summary>
    public bool Runs(uint designation)
        => _adapters != null && _processor.State->SieLevel != 0 && Block(_processor.State).Gisa == designation;

    /// <summary>Whether the guest that runs is enabled for adapter interruptions of a subclass.</summary>
    internal bool AdmitsAdapter(int subclass)
    {
        var c = _processor.State;
        return (c->PswMask & Psw.Io) != 0 && ((byte)(c->Cr[6] >> 24) & Gisa.MaskOf(subclass)) != 0;
    }

    /// <summary>
    /// Whether SIE executes a SET INTERRUPTION CONTROLS of the guest: with ECB3.AISI the operations that change the modes of its
    /// GISA.
    /// </summary>
    internal static bool InterpretsSuppression(CpuState* c, StateDescription sd, Insn* i)
        => (sd.Ecb3 & ExecutionControlsB3.Suppression) != 0 && (ushort)c->Gr[i->R1] <= SingleModeOperation
            && c->Processor.GuestFunctions is not null && Gisa.TryFind(c->Processor.Storage, sd.Gisa, out var gisa) && gisa.HasModes;

    private const ushort SingleModeOperation = 1;

    /// <summary>Sets the mode of a subclass in the GISA of the guest that runs: all interruptions, or a single one.</summary>
    public static void SetSuppression(CpuState* c, int subclass, bool isSingle)
    {
        if (!Gisa.TryFind(c->Processor.Storage, Block(c).Gisa, out var gisa)) return;
        var mask = Gisa.MaskOf(subclass);
        gisa.SetModes((byte)(isSingle ? gisa.SingleMode | mask : gisa.SingleMode & ~mask), (byte)(gisa.NoInterruptions & ~mask));
    }

    /// <summary>Whether an adapter interruption of the guest is open.</summary>
    internal bool IsAdapterOpen(CpuState* c)
        => _adapters != null && (c->PswMask & Psw.Io) != 0 && (*_adapters & (byte)(c->Cr[6] >> 24)) != 0;

    /// <summary>
    /// Takes the open adapter interruption of the most significant subclass; false when the prefix area is not mapped.
    /// </summary>
    internal bool TakeAdapter(CpuState* c)
    {
        var subclass = Gisa.FirstOf((byte)(*_adapters & (byte)(c->Cr[6] >> 24)));
        if (!c->IoInterruption(IoInterruption.Adapter(subclass))) return false;
        *_adapters &= (byte)~Gisa.MaskOf(subclass);
        _processor.Storage.Written((ulong)(_adapters - _processor.Storage.Base), 1);
        return true;
    }
}
