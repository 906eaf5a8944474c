using System.Runtime.InteropServices;

namespace S390Sim.Cpu;

/// <summary>
/// Interpretive execution: takes a guest's state out of a real state description in host storage, and puts it back
/// (sie.md sections 1 to 4). One unit serves whoever the host is: software outside the machine, or a program that executes SIE.
/// </summary>
public sealed unsafe partial class SieUnit : IDisposable
{
    private readonly Processor _processor;
    private readonly TlbEntry* _guestTlb;
    private readonly FetchTlbEntry* _guestFetchTlb;
    private Regime? _last;
    // Nothing is in the guest's TLBs, and no guest runs that could put something there.
    private bool _isForgotten;
    // Both blocks of the prefix area were accessible, and nothing that could have changed it happened since.
    private bool _isPrefixKnown;

    /// <summary>
    /// What the guest's translations depend on and their tags do not name: with any change they are forgotten.
    /// </summary>
    private readonly record struct Regime(
        ulong Block, LevelFacilities Facilities, ulong Prefix, ulong Cr0, ulong Cr1, ulong Cr2, ulong Cr5, ulong Cr7, ulong Cr8, ulong Cr13,
        ulong HostAsce, ulong HostCr0, ulong Origin, ulong Limit);

    internal SieUnit(Processor processor)
    {
        _processor = processor;
        _guestTlb = (TlbEntry*)NativeMemory.AlignedAlloc((nuint)(Tlb.Entries * sizeof(TlbEntry)), 64);
        _guestFetchTlb = (FetchTlbEntry*)NativeMemory.AlignedAlloc((nuint)(Tlb.FetchEntries * sizeof(FetchTlbEntry)), 64);
        _hostView = (CpuState*)NativeMemory.AllocZeroed((nuint)sizeof(CpuState));
        Purge();
    }

    /// <summary>TLB of the guest that runs or ran last.</summary>
    internal TlbEntry* GuestTlb => _guestTlb;
    /// <summary>Fetch TLB of that guest.</summary>
    internal FetchTlbEntry* GuestFetchTlb => _guestFetchTlb;

    /// <summary>Entries into SIE since the processor was made.</summary>
    public ulong Entries { get; private set; }

    /// <summary>Times that guests of this processor ordered translations to be forgotten: their hypervisors keep more of them.</summary>
    public ulong GuestPurges { get; private set; }

    /// <summary>Counts one more.</summary>
    public void NoteGuestPurge() => GuestPurges++;

    /// <summary>The state description in use, or last in use.</summary>
    internal static StateDescription Block(CpuState* c) => new(c->Processor.Storage.Base + c->StateDescription);

    /// <summary>Forgets the guest's translations: the host's tables changed.</summary>
    public void Purge()
    {
        _processor.State->PurgeAllAlbs();
        if (_isForgotten) return;
        Tlb.Purge(_guestTlb, _guestFetchTlb);
        _last = null;
        _isPrefixKnown = false;
        _isForgotten = _processor.State->SieLevel == 0;
    }

    /// <summary>
    /// Enters SIE. The processor then runs the guest until <see cref="Leave"/>; general registers 0-13 and the floating-point
    /// and access registers are the host's current ones.
    /// </summary>
    /// <param name="c">The processor, at host level, its CR 1 mapping the guest.</param>
    /// <param name="block">Host absolute address of the state description: 512-byte aligned and installed.</param>
    /// <returns>False after a validity interception, whose reason the block holds; the host level was not left then.</returns>
    public bool Enter(CpuState* c, ulong block)
    {
        var sd = new StateDescription(_processor.Storage.Base + block);
        var reason = Validity(c, sd);
        if (reason != ValidityReason.None) return Invalid(sd, reason);
        SaveHost(c);
        BeGuest(c, sd, block);
        if (sd.HostCpu != _processor.CpuAddress)
        {
            c->PurgeTlb();
            sd.HostCpu = _processor.CpuAddress;
        }
        _isPrefixKnown = _isPrefixKnown || PrefixAccessible(c);
        if (!_isPrefixKnown)
        {
            Leave(c);
            return Invalid(sd, ValidityReason.PrefixAccess);
        }
        FindGisa(sd);
        Entries++;
        return true;
    }

    private void BeGuest(CpuState* c, StateDescription sd, ulong block)
    {
        c->SieLevel = 1;
        _isForgotten = false;
        c->StateDescription = block;
        var unlimited = (sd.CpuFlags & SieFlags.StorageLimitSuppression) != 0;
        c->MainStorageOrigin = unlimited ? 0 : sd.MainStorageOrigin & ~(Megabyte - 1);
        c->GuestLimit = unlimited ? ulong.MaxValue : (sd.MainStorageLimit | (Megabyte - 1)) - c->MainStorageOrigin;
        c->HostAsce = _host.Cr[1];
        c->HostCr0 = _host.Cr[0];
        c->LevelFacilities = FacilitiesOf(sd);
        c->AfpControl = _host.Cr[0] & Gate.AfpControl;
        LoadGuest(c, sd);
        if (_last == RegimeOf(c)) return;
        c->PurgeTlb();
        _isPrefixKnown = false;
    }

    // Enhanced DAT 2 includes 1; the sign of the clock comparator needs no leave (sie.md section 7).
    private LevelFacilities FacilitiesOf(StateDescription sd)
    {
        var own = LevelFacilities.SignedClockComparator;
        if ((sd.CpuFlags & (SieFlags.GuestEnhancedDat | SieFlags.GuestEnhancedDat2)) != 0) own |= LevelFacilities.EnhancedDat1;
        if ((sd.CpuFlags & SieFlags.GuestEnhancedDat2) != 0) own |= LevelFacilities.EnhancedDat2;
        if ((sd.Ecb2 & ExecutionControlsB2.ExecutionProtection) != 0) own |= LevelFacilities.ExecutionProtection;
        return own & (_processor.Facilities.OfBareMachine | LevelFacilities.SignedClockComparator);
    }

    private static Regime RegimeOf(CpuState* c) => new(
        c->StateDescription, c->LevelFacilities, c->Prefix, c->Cr[0], c->Cr[1], c->Cr[2], c->Cr[5], c->Cr[7], c->Cr[8], c->Cr[13],
        c->HostAsce, c->HostCr0, c->MainStorageOrigin, c->GuestLimit);

    /// <summary>Ends SIE: the guest's state goes back into the block, the host's into the processor.</summary>
    public void Leave(CpuState* c)
    {
        var sd = Block(c);
        StoreGuest(c, sd);
        _last = RegimeOf(c);
        _adapters = null;
        c->SieLevel = 0;
        c->LevelFacilities = _processor.Facilities.OfBareMachine;
        c->AfpControl = Gate.AfpControl;
        RestoreHost(c);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_guestTlb);
        NativeMemory.AlignedFree(_guestFetchTlb);
        NativeMemory.Free(_hostView);
    }
}
