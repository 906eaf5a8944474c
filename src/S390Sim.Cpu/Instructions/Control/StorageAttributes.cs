using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>
/// EXTRACT AND SET STORAGE ATTRIBUTES: a guest tells which of its pages it needs (sie.md sections 6.5 and 8.5). There is none on
/// the bare machine.
/// </summary>
internal static unsafe class StorageAttributes
{
    private enum Order : byte
    {
        Extract, SetStable, SetUnused, SetVolatile, SetPotentiallyVolatile,
        SetStableAndResident, SetStableIfResident, SetStableNoDat,
    }

    // What R1 gets: the usage state in bits 60-61, the content in bits 62-63 (0 resident, 2 preserved by the host, 3 zeros).
    private const int UsagePlace = 2;
    private const ulong Preserved = 2, Zeros = 1, NoDat = 0x20;

    private const int NoDatFacility = 147;      // STFLE bit

    /// <summary>
    /// R1 gets the state of the 4 KB block at the real address in R2, and M3 says which it gets. A block that the guest does not
    /// need and that has no frame goes onto the list for its host to discard what it keeps.
    /// </summary>
    [Instruction(Op.ESSA)]
    public static Insn* Essa(CpuState* c, Insn* i)
    {
        if (c->SieLevel == 0) return c->Program(ProgramCode.Operation);
        var order = (Order)i->M3;
        if (order > Order.SetStableNoDat || (order == Order.SetStableNoDat && !c->Processor.Facilities[NoDatFacility]))
            return c->Program(ProgramCode.Specification);
        var absolute = c->ToAbsolute(c->Gr[i->R2] & c->AddressMask & ~0xFFFUL);
        switch (GuestKeys.FindEntry(c, i, absolute, out var place))
        {
            case GuestKeys.Finding.Ended: return null;
            case GuestKeys.Finding.None:
                return c->ResolveAbsolute(absolute, store: false, out _) ? Interceptions.Instruction(c, i) : null;
        }
        var storage = c->Processor.Storage;
        var hasFrame = (storage.Read64(place) & Dat.PageInvalid) == 0;
        var status = storage.Read64(place + PageStatus.Offset);
        c->Gr[i->R1] = StateOf(status, hasFrame);
        var after = Apply(order, status, hasFrame, out var isDiscarded);
        if (isDiscarded)
        {
            after |= PageStatus.Zero;
            ReleasedPages.Add(c, absolute);
        }
        storage.Write64(place + PageStatus.Offset, after);
        return i + 2;
    }

    private static ulong StateOf(ulong status, bool hasFrame)
    {
        var state = (status & PageStatus.UsageMask) >> PageStatus.UsageShift << UsagePlace;
        if (!hasFrame) state |= (status & PageStatus.Zero) != 0 ? Preserved | Zeros : Preserved;
        return (status & PageStatus.NoDat) != 0 ? state | NoDat : state;
    }

    // The new PGSTE, and whether the host may discard content that it keeps without a frame.
    private static ulong Apply(Order order, ulong status, bool hasFrame, out bool isDiscarded)
    {
        isDiscarded = false;
        switch (order)
        {
            case Order.SetStable: return With(status, PageUsage.Stable) & ~PageStatus.NoDat;
            // That it be resident as well is no promise: the host may take the frame away right behind.
            case Order.SetStableAndResident: return With(status, PageUsage.Stable);
            case Order.SetStableNoDat: return With(status, PageUsage.Stable) | PageStatus.NoDat;
            case Order.SetStableIfResident: return hasFrame ? With(status, PageUsage.Stable) : status;
            case Order.SetUnused or Order.SetVolatile:
                isDiscarded = !hasFrame;
                return With(status, order == Order.SetUnused ? PageUsage.Unused : PageUsage.Volatile);
            case Order.SetPotentiallyVolatile when hasFrame: return With(status, PageUsage.PotentiallyVolatile);
            case Order.SetPotentiallyVolatile:
                // Without a frame it is decided here and now: what was changed is kept.
                var isZero = (status & PageStatus.Zero) != 0;
                if (!isZero && (status & PageStatus.GuestChange) != 0) return With(status, PageUsage.Stable);
                isDiscarded = !isZero;
                return With(status, PageUsage.Volatile);
            default: return status;
        }
    }

    private static ulong With(ulong status, PageUsage usage)
        => (status & ~PageStatus.UsageMask) | (ulong)usage << PageStatus.UsageShift;
}
