using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>The run loop of a nested guest: enter, and resolve what its host's tables and this host's map can.</summary>
internal sealed unsafe partial class NestedGuest
{
    /// <summary>
    /// So many faults without an instruction between them are not those of an instruction's pages but of pages that drive one
    /// another out: the host has not the storage. 44 pages are mapped anew after each page-out, of which there are at most as
    /// many as pages take part: 44 * <see cref="MinimumFrames"/> = 14080.
    /// </summary>
    private const int MaxFaultsInARow = 1 << 14;

    /// <summary>
    /// Fewest frames of a pageable host for its guest to come on: 44 pages of its guest (<see
    /// cref="GuestMemory.MinimumFrames"/>), each found through up to five tables of the host, 44 * 6 = 264; its prefix area, 2;
    /// the pins, 6; and as many spare as 48.
    /// </summary>
    public const ulong MinimumFrames = 320;

    private ulong _faultedAt;
    private int _faultsInARow;

    /// <summary>How the resolution of a fault ended.</summary>
    private enum Outcome
    {
        /// <summary>The page is mapped.</summary>
        Mapped,
        /// <summary>The host's tables refuse: it has a program interruption.</summary>
        Refused,
        /// <summary>The host has no storage where its tables lead, or for them.</summary>
        NoStorage,
        /// <summary>This host has no storage left; another time it may have.</summary>
        Exhausted,
    }

    /// <summary>Goes on with the nested guest; null to go on with the virtual CPU's loop.</summary>
    /// <param name="instructionLimit">Instruction count at which the run ends.</param>
    public StopReason? Run(ulong instructionLimit)
    {
        var c = _processor.State;
        CountTime();
        if (_host.LookForInterruption(out var nextTimer))
        {
            EndWithoutInterception();
            return null;
        }
        var limit = instructionLimit;
        if (nextTimer != ulong.MaxValue)
        {
            var instructions = _processor.Clock.InstructionsUntil(nextTimer, c->InstructionCount);
            limit = Math.Min(limit, c->InstructionCount + Math.Max(1, instructions));
        }
        _block!.FollowHost(_host);
        while (_block is { } block)
        {
            switch (Enter(block, limit))
            {
                case StopReason.Interception:
                    Exits.Count(block.Shadow.InterceptionCode);
                    if (Intercepted(block) is { } end) return end;
                    break;
                case StopReason.HostFault:
                    Exits.HostFaults++;
                    if (Faulted(block, c->HostFault) is { } broken) return broken;
                    break;
                case StopReason.Attention:
                    Exits.Interrupted++;
                    return null;
                case StopReason.InstructionLimit:
                    return c->InstructionCount >= instructionLimit ? StopReason.InstructionLimit : null;
                case StopReason.ProgramLoop:
                    return Loop(nextTimer);
                case var reason:
                    return reason;
            }
        }
        return null;
    }

    private StopReason Enter(NestedBlock block, ulong limit)
    {
        var c = _processor.State;
        var tables = new HostTables(_host);
        if (block.RefreshMap(tables, _pool.Purges)) _processor.Sie.Purge();
        var outcome = ProvidePrefixArea(block, tables);
        if (outcome == Outcome.Exhausted) return Exhausted(block);
        if (!block.Map.TryAsce(out c->Cr[1])) return Exhausted(block);
        var sd = block.Shadow;
        sd.InterceptionCode = 0;
        if (!_processor.Sie.Enter(c, block.Address))
        {
            if (outcome != Outcome.Mapped && sd.Ipb >> 16 == (uint)ValidityReason.PrefixAccess) block.SetValidity(ValidityReason.PrefixAccess);
            else block.DeepenValidity();
            return StopReason.Interception;
        }
        var purges = _processor.Sie.GuestPurges;
        var reason = _processor.Run(limit);
        _processor.Sie.Leave(c);
        _ownPurges += _processor.Sie.GuestPurges - purges;
        return reason;
    }

    // An interception with code 0: SIE ends without one, and its program executes it again.
    private static StopReason Exhausted(NestedBlock block)
    {
        var sd = block.Shadow;
        sd.InterceptionCode = (byte)Interception.None;
        return StopReason.Interception;
    }

    // Both blocks must be there at once. What providing one of them costs may be the other's tables, each of them once.
    private Outcome ProvidePrefixArea(NestedBlock block, in HostTables tables)
    {
        const int Pages = 2 * (1 + 5);      // a frame and five tables each
        var sd = block.Shadow;
        var prefix = sd.Prefix + sd.MainStorageOrigin;
        for (var tries = 0; tries <= Pages; tries++)
        {
            var isThere = true;
            for (var n = 0; n < 2; n++)
            {
                var page = prefix + (ulong)n * Storage.PageSize;
                if (_held[n] != Nobody && block.Map.Contains(page, store: true)) continue;
                isThere = false;
                var outcome = Resolve(block, tables, page, store: true, out _, out _held[n]);
                if (outcome == Outcome.Mapped) continue;
                _held[n] = Nobody;
                return outcome;
            }
            if (isThere) return Outcome.Mapped;
        }
        return Outcome.Exhausted;
    }

    private const ulong Nobody = ulong.MaxValue;
    // The host's pages that are the nested guest's prefix area.
    private readonly ulong[] _held = [Nobody, Nobody];

    bool IMemoryUser.Holds(ulong guest) => guest == _held[0] || guest == _held[1];

    private StopReason? Faulted(NestedBlock block, in HostFault fault)
    {
        if (IsThrashing()) return EndExhausted();
        switch (Resolve(block, new HostTables(_host), fault.Address, fault.IsStore, out var code))
        {
            case Outcome.Mapped: return null;
            case Outcome.Refused when code == ProgramCode.Protection && IsGuestsProtection(block):
                Suppress(block, code, NextLength(block), fault.Per);
                var sd = block.Shadow;
                Count(sd, 1);
                sd.TranslationException = (fault.Address - sd.MainStorageOrigin) & ~(ulong)(Storage.PageSize - 1);
                return End();
            case Outcome.Refused: return EndInFault(FaultOf(code, fault.Address, fault.IsStore));
            case Outcome.NoStorage:
                // The instruction's text may be what cannot be had: its length is taken to be 4, as KVM does.
                Suppress(block, ProgramCode.Addressing, 4, fault.Per);
                return End();
            default: return EndExhausted();
        }
    }

    private bool IsThrashing()
    {
        var count = _processor.State->InstructionCount;
        _faultsInARow = count == _faultedAt ? _faultsInARow + 1 : 0;
        _faultedAt = count;
        return _faultsInARow > MaxFaultsInARow;
    }

    private StopReason? EndExhausted()
    {
        _faultsInARow = 0;
        EndWithoutInterception();
        return null;
    }

    // An exception of the nested guest that suppresses; the fault left the PSW at the instruction.
    private static void Suppress(NestedBlock block, ProgramCode code, uint length, in PerReport per)
    {
        var sd = block.Shadow;
        sd.InterceptionCode = (byte)Interception.Program;
        (sd.InterceptionStatus, sd.Ipa, sd.Ipb) = (0, 0, 0);
        sd.Bytes[StateDescription.ProgramIlcOffset..(StateDescription.TranslationExceptionOffset + 8)].Clear();
        sd.ProgramIlc = (ushort)length;
        sd.ProgramCode = (ushort)code;
        if (per.Events != PerEvents.None)
        {
            sd.ProgramCode |= (ushort)ProgramCode.PerEvent;
            (sd.PerCode, sd.PerAddress, sd.PerAccess) = (per.Code, per.Address, per.Access);
        }
        sd.PswAddress = (sd.PswAddress + length) & Psw.AddressMask(sd.PswMask);
    }

    private static bool IsGuestsProtection(NestedBlock block) => (block.Original.Ecb & ExecutionControlsB.HostProtection) == 0;

    // Of the nested guest's next instruction, which it could fetch a moment ago.
    private uint NextLength(NestedBlock block)
    {
        var c = _processor.State;
        if (!block.Map.TryAsce(out c->Cr[1])) return 2;
        c->Exit = ExitKind.Resume;
        _processor.Sie.EnterView(c, block.Address);
        var done = c->Translate(c->PswAddress, 0, AccessKind.Instruction, out var frame);
        _processor.Sie.Leave(c);
        return done ? (uint)Isa.Decoder.Length(*(_processor.Storage.Base + frame)) : 2;
    }

    private ProgramFault FaultOf(ProgramCode code, ulong address, bool isStore) => new()
    {
        Code = code,
        TranslationException = code.StoresTranslationException()
            ? _processor.State->HostException(code, address, isStore) : 0,
    };

    // From the host's virtual address through its tables and the map of its storage to a frame.
    private Outcome Resolve(NestedBlock block, in HostTables tables, ulong address, bool store, out ProgramCode code)
        => Resolve(block, tables, address, store, out code, out _);

    // With the host's page that it is.
    private Outcome Resolve(NestedBlock block, in HostTables tables, ulong address, bool store, out ProgramCode code,
        out ulong page)
    {
        var found = tables.Translate(address);
        page = found.Frame & ~(ulong)(Storage.PageSize - 1);
        code = found.Exception == ProgramCode.None && store && found.IsProtected ? ProgramCode.Protection : found.Exception;
        if (code == ProgramCode.Addressing) return Outcome.NoStorage;
        if (code != ProgramCode.None) return Outcome.Refused;
        var memory = _host.Machine.Memory;
        if (!(store ? memory.TryResolveStore(found.Frame, out var frame) : memory.TryResolve(found.Frame, out frame)))
        {
            var isThere = store ? memory.IsWritable(found.Frame) : memory.IsInstalled(found.Frame, 1);
            return isThere ? Outcome.Exhausted : Outcome.NoStorage;
        }
        var isProtected = found.IsProtected || !memory.Map.TryTranslate(found.Frame, store: true, out _);
        if (block.Map.TryMap(address, frame, isProtected)) return Outcome.Mapped;
        block.Map.Clear();
        _processor.Sie.Purge();
        return block.Map.TryMap(address, frame, isProtected) ? Outcome.Mapped : Outcome.Exhausted;
    }

    // Interruptions of the nested guest that only lead to one another: nothing happens until its host is interrupted.
    private StopReason? Loop(ulong nextTimer)
    {
        var next = Math.Min(nextTimer, _processor.Events.Next);
        if (next == ulong.MaxValue) return StopReason.ProgramLoop;
        _processor.WaitUntil(next);
        return null;
    }
}
