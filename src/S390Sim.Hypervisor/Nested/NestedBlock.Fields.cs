using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>Which field of a shadow comes from where, and which go back (sie.md section 11).</summary>
internal sealed unsafe partial class NestedBlock
{
    private const uint Requests = SieFlags.StopRequest | SieFlags.IoRequest | SieFlags.ExternalRequest;
    private const ulong Megabytes = ~0xF_FFFFUL;
    private const byte NestedProgram = 5;
    private const byte BranchPredictionBlocking = 0x20;
    private const int ControlRegisters = 16 * 8;
    private const uint FacilityFormat = 0x7;        // what of the designation is no origin
    // What an intercepted interruption stores, and the two pointers of a partial execution.
    private const int Parameters = 0x0C0, ParametersEnd = 0x0F0, PointersEnd = 0x0D0;
    private const ushort SoftwareAtEntry = 0x1000;
    private const ushort DepthOfInterpretation = 0xF000;

    /// <summary>Makes the shadow anew from the guest's block.</summary>
    /// <param name="host">The virtual CPU that executes SIE.</param>
    /// <returns>None, or the reason of a validity interception.</returns>
    public ValidityReason Make(VirtualCpu host)
    {
        var (sd, original) = (Shadow, Original);
        var hostCpu = sd.HostCpu;
        sd.Bytes.Clear();
        sd.HostCpu = hostCpu == NeverRan ? hostCpu : original.HostCpu;
        CopyState(sd, original);
        RestoreParameters();
        var reason = MakeFlags(sd, original, host.Processor.Facilities);
        CopyControls(sd, original, host.Processor.Facilities);
        FollowHost(host);
        return reason;
    }

    private static void CopyState(StateDescription sd, StateDescription original)
    {
        sd.CpuTimer = original.CpuTimer;
        sd.ClockComparator = original.ClockComparator;
        sd.TodProgrammable = original.TodProgrammable;
        sd.PswMask = original.PswMask;
        sd.PswAddress = original.PswAddress;
        sd.Gr14 = original.Gr14;
        sd.Gr15 = original.Gr15;
        sd.ProgramParameter = original.ProgramParameter;
        sd.BreakingEvent = original.BreakingEvent;
        sd.Prefix = original.Prefix;
        sd.ControlProgramName = original.ControlProgramName;
        sd.Fpf = (byte)(original.Fpf & BranchPredictionBlocking);
        original.Bytes.Slice(StateDescription.Cr0Offset, ControlRegisters).CopyTo(sd.Bytes[StateDescription.Cr0Offset..]);
    }

    /// <summary>
    /// What an interception or interruption stores is as the guest's block has it: what is not stored goes back as it was.
    /// </summary>
    public void RestoreParameters()
    {
        var (sd, original) = (Shadow, Original);
        sd.InterceptionStatus = original.InterceptionStatus;
        sd.Ipa = original.Ipa;
        sd.Ipb = original.Ipb;
        original.Bytes[Parameters..ParametersEnd].CopyTo(sd.Bytes[Parameters..]);
    }

    private static ValidityReason MakeFlags(StateDescription sd, StateDescription original, FacilitySet facilities)
    {
        const uint Both = SieFlags.GuestEnhancedDat | SieFlags.GuestEnhancedDat2;
        const uint Copied = SieFlags.GuestPer | SieFlags.StorageLimitSuppression | SieFlags.BroadcastSuppression
            | SieFlags.KeylessSubset;
        var flags = original.CpuFlags;
        if ((flags & SieFlags.ZArchitecture) == 0) return ValidityReason.Mode;
        if ((flags & (SieFlags.RegionRelocate | SieFlags.MultipleDataSpaces)) != 0) return ValidityReason.Mode;
        if ((flags & SieFlags.InterpretedSie) != 0) return ValidityReason.InterpretedSieAbsent;
        if ((flags & Both) == Both && facilities.EnhancedDat2) return ValidityReason.Mode;
        var copied = Copied;
        if (facilities.EnhancedDat1) copied |= SieFlags.GuestEnhancedDat;
        if (facilities.EnhancedDat2) copied |= SieFlags.GuestEnhancedDat2;
        sd.CpuFlags = SieFlags.ZArchitecture | (flags & copied);
        return ValidityReason.None;
    }

    // What the host's host offers, and never its own assists: no SIGP interpretation, GISA, CBRL, extended SCA or PCI.
    private static void CopyControls(StateDescription sd, StateDescription original, FacilitySet facilities)
    {
        sd.CpuAddress = original.CpuAddress;
        sd.LoadControl = original.LoadControl;
        sd.SvcControl = original.SvcControl;
        var controls = (InterceptionControls)original.InterceptionControl;
        if ((sd.CpuFlags & SieFlags.KeylessSubset) == 0)
            controls |= InterceptionControls.Iske | InterceptionControls.Sske | InterceptionControls.Rrbe;
        sd.InterceptionControl = (uint)controls;
        sd.MainStorageOrigin = (sd.CpuFlags & SieFlags.StorageLimitSuppression) != 0 ? 0 : original.MainStorageOrigin & Megabytes;
        sd.MainStorageLimit = original.MainStorageLimit & Megabytes;
        sd.HostProgram = NestedProgram;

        var eca = ExecutionControlsA.MovePage | ExecutionControlsA.ProtectionExceptions | ExecutionControlsA.InvalidationInterlock
            | ExecutionControlsA.InterventionBypass | ExecutionControlsA.ExternalInterruptions;
        if (facilities[129]) eca |= ExecutionControlsA.Vector;
        sd.Eca = original.Eca & eca;

        var ecb = ExecutionControlsB.SpecificationExceptions;
        if (facilities[11]) ecb |= ExecutionControlsB.Topology;
        if (facilities[73]) ecb |= ExecutionControlsB.Transactions;
        if (facilities[133]) ecb |= ExecutionControlsB.GuardedStorage;
        // What this host protects for itself is never the nested guest's: NestedGuest tells it apart.
        sd.Ecb = (byte)((original.Ecb & ecb) | ExecutionControlsB.HostProtection);
        // The map has no PGSTEs; what is left of key instructions uses the frames' own keys.
        sd.Ecb2 = ExecutionControlsB2.BypassStatus;
        if (facilities.ExecutionProtection) sd.Ecb2 |= (byte)(original.Ecb2 & ExecutionControlsB2.ExecutionProtection);
        if (facilities[64]) sd.Ecb3 = (byte)(original.Ecb3 & ExecutionControlsB3.Instrumentation);

        var ecd = 0u;
        if (facilities[129] || facilities[133]) ecd |= ExecutionControlsD.HostRegisters;
        if (facilities[139]) ecd |= ExecutionControlsD.MultipleEpochs;
        if (facilities[156]) ecd |= ExecutionControlsD.EToken;
        sd.Ecd = original.Ecd & ecd;
    }

    /// <summary>Takes up what may change while the nested guest runs: requests for interception, and its host's clock.</summary>
    public void FollowHost(VirtualCpu host)
    {
        var (sd, original) = (Shadow, Original);
        sd.CpuFlags = (sd.CpuFlags & ~Requests) | (original.CpuFlags & Requests);
        var own = host.Block;
        sd.Epoch = original.Epoch + own.Epoch;
        if ((sd.Ecd & ExecutionControlsD.MultipleEpochs) != 0)
            sd.EpochIndex = (byte)(original.EpochIndex + own.EpochIndex + (sd.Epoch < own.Epoch ? 1 : 0));
    }

    /// <summary>Stores what the nested guest did into the guest's block.</summary>
    public void Unmake()
    {
        var (sd, original) = (Shadow, Original);
        original.InterceptionCode = sd.InterceptionCode;
        original.InterceptionStatus = sd.InterceptionStatus;
        original.Ipa = sd.Ipa;
        original.Ipb = sd.Ipb;
        original.BreakingEvent = sd.BreakingEvent;
        original.CpuTimer = sd.CpuTimer;
        original.ClockComparator = sd.ClockComparator;
        original.TodProgrammable = sd.TodProgrammable;
        original.PswMask = sd.PswMask;
        original.PswAddress = sd.PswAddress;
        original.Gr14 = sd.Gr14;
        original.Gr15 = sd.Gr15;
        original.ProgramParameter = sd.ProgramParameter;
        original.Fpf = (byte)((original.Fpf & ~BranchPredictionBlocking) | (sd.Fpf & BranchPredictionBlocking));
        sd.Bytes.Slice(StateDescription.Cr0Offset, ControlRegisters).CopyTo(original.Bytes[StateDescription.Cr0Offset..]);
        var end = (Interception)sd.InterceptionCode switch
        {
            Interception.Program or Interception.InstructionAndProgram or Interception.ExternalInterruption => ParametersEnd,
            Interception.PartialExecution => PointersEnd,
            _ => Parameters,
        };
        sd.Bytes[Parameters..end].CopyTo(original.Bytes[Parameters..]);
        if (sd.HostCpu != NeverRan) original.HostCpu = sd.HostCpu;
        _machine.Storage.Written(_original, (int)StateDescription.Size);
    }

    /// <summary>Leaves a validity interception, found by this software before the machine looked.</summary>
    public void SetValidity(ValidityReason reason)
    {
        var sd = Shadow;
        sd.InterceptionStatus = 0;
        sd.Ipa = SoftwareAtEntry;
        sd.Ipb = (uint)reason << 16;
        sd.InterceptionCode = (byte)Interception.Validity;
    }

    /// <summary>Counts the level at which a validity interception is passed on: 1 more than before, at most 15.</summary>
    public void DeepenValidity()
    {
        var sd = Shadow;
        if ((sd.Ipa & DepthOfInterpretation) != DepthOfInterpretation) sd.Ipa += SoftwareAtEntry;
    }

    /// <summary>
    /// Copies the facility list that the guest's block designates, which STFLE then reads; false where there is none.
    /// </summary>
    public bool TryCopyFacilities(VirtualCpu host)
    {
        var sd = Shadow;
        var from = Original.FacilityList & ~FacilityFormat;
        // In format 2 a doubleword with the length goes before the list.
        var size = (FacilitySet.DoublewordCount + ((Original.FacilityList & FacilityFormat) == 2 ? 1 : 0)) * sizeof(ulong);
        for (var done = 0; done < size;)
        {
            var piece = Math.Min(size - done, (int)(Storage.PageSize - (from & InPage)));
            var target = new Span<byte>(_machine.Storage.Base + Address + FacilityOffset + done, piece);
            if (!host.TryReadReal(from, target)) return false;
            (done, from) = (done + piece, from + (uint)piece);
        }
        sd.FacilityList = (uint)(Address + FacilityOffset) | (Original.FacilityList & FacilityFormat);
        return true;
    }
}
