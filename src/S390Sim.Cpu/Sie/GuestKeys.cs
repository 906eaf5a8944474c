namespace S390Sim.Cpu;

/// <summary>Finds storage keys for the instructions about them, at whatever level they are executed (sie.md section 6.5).</summary>
internal static unsafe class GuestKeys
{
    /// <summary>What looking for a page's entry ended in.</summary>
    public enum Finding
    {
        /// <summary>There is a page-table entry, valid or not, with a PGSTE that nobody holds.</summary>
        Found,
        /// <summary>No page-table entry maps the block: it is for the translation of the block to say why.</summary>
        None,
        /// <summary>The instruction ends here: with an exception or an interception, or to be tried again.</summary>
        Ended,
    }

    /// <summary>
    /// Finds the key of the block at an absolute address. A page that the host's tables have without a frame has its key in the
    /// PGSTE alone, which is for the host to see to.
    /// </summary>
    /// <returns>False when the instruction ends here: with an exception, a fault, an interception, or to be tried again.</returns>
    public static bool TryFind(CpuState* c, Insn* i, ulong absolute, out GuestKey key)
    {
        key = default;
        var (finding, place) = (Finding.None, 0UL);
        if (c->SieLevel != 0) finding = FindEntry(c, i, absolute, out place);
        if (finding == Finding.Ended) return false;
        var page = finding == Finding.Found ? c->Processor.Storage.Read64(place) : 0;
        if ((page & Dat.PageInvalid) != 0)
        {
            key = new GuestKey(page, place + PageStatus.Offset);
            if (!Interceptions.MayLeave(c)) return true;
            Interceptions.Instruction(c, i);
            return false;
        }
        if (!c->ResolveAbsolute(absolute, store: false, out var frame)) return false;
        key = finding == Finding.Found ? new GuestKey(page, place + PageStatus.Offset) : new GuestKey(frame);
        return true;
    }

    /// <summary>Finds the host's page-table entry of a block of the guest, and sees to it that it has a PGSTE.</summary>
    /// <param name="c">The processor, at the guest's level.</param>
    /// <param name="i">The instruction.</param>
    /// <param name="absolute">Guest absolute address.</param>
    /// <param name="place">Host absolute address of the page-table entry.</param>
    public static Finding FindEntry(CpuState* c, Insn* i, ulong absolute, out ulong place)
    {
        place = 0;
        if (!HasStatus(c) || absolute > c->GuestLimit) return Finding.None;
        (var code, place) = c->LocateHostEntry(absolute + c->MainStorageOrigin);
        var storage = c->Processor.Storage;
        if (code is not (0 or 1) || !storage.Contains(place, 8)) return Finding.None;
        if (!storage.Contains(place + PageStatus.Offset, 8))
        {
            c->PswAddress = c->AddressOf(i);
            SieUnit.InvalidateRunning(c, ValidityReason.StatusAddress);
            return Finding.Ended;
        }
        // Whoever holds the lock needs the turn of another CPU to let go.
        if ((storage.Read64(place + PageStatus.Offset) & PageStatus.Lock) == 0 || !Interceptions.MayLeave(c)) return Finding.Found;
        c->ResumeAt(i);
        return Finding.Ended;
    }

    private static bool HasStatus(CpuState* c) => (c->HostAsce & Dat.AsceRealSpace) == 0
        && (SieUnit.Block(c).Ecb2 & ExecutionControlsB2.BypassStatus) == 0;
}
