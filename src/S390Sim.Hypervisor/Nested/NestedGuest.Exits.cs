using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>Interceptions of a nested guest: nearly all are its host's.</summary>
internal sealed unsafe partial class NestedGuest
{
    private static readonly ushort s_storeFacilityList = FirstBytes(Op.STFLE), s_movePage = FirstBytes(Op.MVPG);
    private static readonly ushort s_testProtection = FirstBytes(Op.TPROT);

    // Of two bytes of operation code: what IPA has.
    private static ushort FirstBytes(Op op) => (ushort)(InstructionTable.Get(op).Opcode >> 48);

    // Null to go on: with the nested guest when it is still there.
    private StopReason? Intercepted(NestedBlock block)
    {
        var sd = block.Shadow;
        switch ((Interception)sd.InterceptionCode)
        {
            case Interception.StopRequest when (block.Original.CpuFlags & SieFlags.StopRequest) == 0:
            case Interception.None:
                return EndExhausted();
            case Interception.Instruction when sd.Ipa == s_storeFacilityList && WantsFacilities(block):
                Retry(sd);
                if (block.TryCopyFacilities(_host)) return null;
                block.SetValidity(ValidityReason.FacilityList);
                return End();
            case Interception.Instruction when sd.Ipa == s_testProtection && WantsProtectionTested(block):
                return TestedInVain(block, sd);
            case Interception.PartialExecution when sd.Ipa == s_movePage:
                return MovedInPart(block, sd);
            default:
                return End();
        }
    }

    // The list is copied with the first STFLE, and stays for this run.
    private static bool WantsFacilities(NestedBlock block) => block.Original.FacilityList != 0 && block.Shadow.FacilityList == 0
        && (block.Original.InterceptionControl & (uint)InterceptionControls.FacilityIndicating) == 0;

    // Takes back an instruction and its time, or counts one that the machine did not.
    private void Count(StateDescription sd, long executed)
    {
        var now = _processor.Tod;
        _processor.State->InstructionCount += (ulong)executed;
        sd.CpuTimer -= _processor.Tod - now;
    }

    // The instruction was not executed, and its interception never was.
    private void Retry(StateDescription sd)
    {
        Count(sd, -1);
        sd.PswAddress = (sd.PswAddress - sd.InstructionLength) & Psw.AddressMask(sd.PswMask);
        sd.InterceptionCode = (byte)Interception.None;
        _block!.RestoreParameters();
    }

    private static bool WantsProtectionTested(NestedBlock block)
        => (block.Original.InterceptionControl & (uint)InterceptionControls.Tprot) == 0;

    // TEST PROTECTION met a page that the shadow map has not: what the host's tables have not either, the host is asked about.
    private StopReason? TestedInVain(NestedBlock block, StateDescription sd)
    {
        var (b, displacement) = ((int)(sd.Ipb >> 28), sd.Ipb >> 16 & 0xFFF);
        if (IsThrashing()) return EndExhausted();
        var operand = (b == 0 ? 0 : GeneralRegister(sd, b)) + displacement;
        if (!TryLocate(block, b, operand, AccessKind.Fetch, out var address)) return End();
        switch (Resolve(block, new HostTables(_host), address, store: false, out _))
        {
            case Outcome.Mapped:
                Retry(sd);
                return null;
            case Outcome.Exhausted:
                Retry(sd);
                return EndExhausted();
            default:
                return End();
        }
    }

    private ulong GeneralRegister(StateDescription sd, int number)
        => number switch { 14 => sd.Gr14, 15 => sd.Gr15, _ => _processor.State->Gr[number] };

    // MOVE PAGE met a page that the shadow map has not: it may be one that the host's tables have (sie.md section 8.3).
    private StopReason? MovedInPart(NestedBlock block, StateDescription sd)
    {
        if (IsThrashing()) return EndExhausted();
        var psw = sd.PswAddress;
        var (r1, r2) = ((int)(sd.Ipb >> 20) & 0xF, (int)(sd.Ipb >> 16) & 0xF);
        // What the nested guest's own tables refuse is its exception, which the machine finds when it tries again.
        if (!TryLocate(block, r1, GeneralRegister(sd, r1), AccessKind.Store, out var destination)
            || !TryLocate(block, r2, GeneralRegister(sd, r2), AccessKind.Fetch, out var source))
        {
            Retry(sd);
            return null;
        }
        var tables = new HostTables(_host);
        var ends = (Destination: Resolve(block, tables, destination, store: true, out var destinationCode),
            Source: Resolve(block, tables, source, store: false, out var sourceCode));
        if (ends is { Destination: Outcome.Mapped, Source: Outcome.Mapped })
        {
            Retry(sd);
            return null;
        }
        if (ends.Destination == Outcome.NoStorage || ends.Source == Outcome.NoStorage)
        {
            Retry(sd);
            Suppress(block, ProgramCode.Addressing, 4, default);
            return End();
        }
        if (destinationCode == ProgramCode.TranslationSpecification || sourceCode == ProgramCode.TranslationSpecification)
            return EndInFault(new ProgramFault { Code = ProgramCode.TranslationSpecification });
        if (IsRefusedByHost(ends.Destination, destinationCode, tables))
            return RetryAfter(sd, FaultOf(destinationCode, destination, isStore: true));
        if (IsRefusedByHost(ends.Source, sourceCode, tables)) return RetryAfter(sd, FaultOf(sourceCode, source, isStore: false));
        if (ends.Destination != Outcome.Refused && ends.Source != Outcome.Refused)
        {
            Retry(sd);
            return EndExhausted();
        }
        sd.PswAddress = psw;
        sd.DestinationEntry = tables.LocateEntry(destination);
        sd.SourceEntry = tables.LocateEntry(source);
        return End();
    }

    private StopReason? RetryAfter(StateDescription sd, in ProgramFault fault)
    {
        Retry(sd);
        return EndInFault(fault);
    }

    // Missing and protected pages, and with enhanced DAT missing segments and regions, are told with code 38; the rest are DAT
    // exceptions.
    private static bool IsRefusedByHost(Outcome outcome, ProgramCode code, in HostTables tables) => outcome == Outcome.Refused
        && (code == ProgramCode.AsceType
            || (code is not (ProgramCode.PageTranslation or ProgramCode.Protection) && !tables.HasEnhancedDat));

    // The host's virtual address of an operand's page, through the nested guest's own translation.
    private bool TryLocate(NestedBlock block, int register, ulong operand, AccessKind kind, out ulong address)
    {
        address = 0;
        var c = _processor.State;
        while (!IsThrashing())
        {
            if (!block.Map.TryAsce(out c->Cr[1])) return false;
            c->Exit = ExitKind.Resume;
            _processor.Sie.EnterView(c, block.Address);
            var page = operand & c->AddressMask & ~(ulong)(Storage.PageSize - 1);
            var done = c->TranslateBeyondStorage(page, register, kind, out var absolute);
            var (exit, origin, limit) = (c->Exit, c->MainStorageOrigin, c->GuestLimit);
            _processor.Sie.Leave(c);
            address = absolute + origin;
            if (done) return absolute <= limit;
            var fault = c->HostFault;
            if (exit != ExitKind.HostFault) return false;
            if (Resolve(block, new HostTables(_host), fault.Address, fault.IsStore, out _) != Outcome.Mapped) return false;
        }
        return false;
    }
}
