namespace S390Sim.Cpu;

/// <summary>
/// MOVE PAGE of a guest whose host has not provided a page of an operand: code 38 tells the host where the entries of both pages
/// are in its tables, and nothing was moved (sie.md section 8.3).
/// </summary>
internal static unsafe class MissingPages
{
    /// <summary>
    /// Leaves SIE when both operands are translated as far as the guest is concerned; else the host has its fault of now, and the
    /// guest executes the instruction anew when that is mended.
    /// </summary>
    public static Insn* Leave(CpuState* c, Insn* i)
    {
        var fault = c->HostFault;
        if (IsOfTables(fault.Code) && TryFind(c, i->R1, AccessKind.Store, out var destination)
            && TryFind(c, i->R2, AccessKind.Fetch, out var source))
        {
            var block = SieUnit.Block(c);
            (block.DestinationEntry, block.SourceEntry) = (destination, source);
            return Interceptions.PartialExecution(c, i);
        }
        (c->HostFault, c->Exit) = (fault, ExitKind.HostFault);
        return null;
    }

    private static bool IsOfTables(ProgramCode code) => code is ProgramCode.PageTranslation or ProgramCode.SegmentTranslation
        or ProgramCode.RegionThirdTranslation or ProgramCode.RegionSecondTranslation or ProgramCode.RegionFirstTranslation
        or ProgramCode.Protection;

    // Address and flags of the entry that maps an operand's page in the host's tables.
    private static bool TryFind(CpuState* c, int register, AccessKind kind, out ulong entry)
    {
        entry = 0;
        var address = c->Gr[register] & c->AddressMask & ~(ulong)(Storage.PageSize - 1);
        if (!c->TranslateBeyondStorage(address, register, kind, out var absolute) || absolute > c->GuestLimit) return false;
        entry = c->HostEntryPointer(absolute + c->MainStorageOrigin);
        return true;
    }
}
