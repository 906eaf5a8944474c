namespace S390Sim.Cpu;

/// <summary>Instruction fetching.</summary>
public unsafe partial struct CpuState
{
    /// <summary>Fetches instruction bytes that lie in one page.</summary>
    internal bool FetchInstruction(ulong address, Span<byte> bytes)
    {
        if (!Translate(address, 0, AccessKind.Instruction, out var frame)) return false;
        new ReadOnlySpan<byte>(Processor.Storage.Base + frame, bytes.Length).CopyTo(bytes);
        return true;
    }

    /// <summary>Finds the slot of an instruction address, filling the fetch TLB; null after an access exception.</summary>
    internal Insn* Fetch(ulong address)
    {
        var page = address & ~0xFFFUL;
        var entry = FetchTlb + (int)((address >> 12) & (Cpu.Tlb.FetchEntries - 1));
        if (entry->Tag != (page | FetchTag))
        {
            if (!Translate(address, 0, AccessKind.Instruction, out var frame)) return null;
            var slots = Processor.Code.Find(frame);
            // Fetch-protection override ends in the middle of page 0: that one is looked at each time.
            entry->Tag = page == 0 && (Cr[0] & FetchProtectionOverride) != 0 ? 0 : page | FetchTag;
            entry->Slots = slots;
            HostStorage.MarkCached(frame);
        }
        FetchBase = page;
        PageSlots = entry->Slots;
        return PageSlots + (int)((address & 0xFFF) >> 1);
    }
}
