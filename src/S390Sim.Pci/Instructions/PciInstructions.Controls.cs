using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Pci;

/// <summary>MODIFY PCI FUNCTION CONTROLS and STORE PCI FUNCTION CONTROLS.</summary>
public static unsafe partial class PciInstructions<TContext>
{
    private enum ControlOperation
    {
        RegisterInterruptions = 2,
        DeregisterInterruptions = 3,
        RegisterTranslation = 4,
        DeregisterTranslation = 5,
        ReregisterTranslation = 6,
        ResetError = 7,
        ResetLoadStoreBlock = 9,
        SetMeasurement = 10,
        RegisterDirected = 16,
        DeregisterDirected = 17,
    }

    /// <summary>What an operation control ended in; a status other than None means condition code 1.</summary>
    private readonly record struct ControlResult(PciStatus Status, int ConditionCode, ProgramCode Exception)
    {
        public static ControlResult Done => default;
        public static ControlResult Operand => new(PciStatus.None, 0, ProgramCode.Operand);
        public static ControlResult Refused(PciStatus status) => new(status, 1, ProgramCode.None);
        public static ControlResult From(bool done, PciStatus otherwise) => done ? Done : Refused(otherwise);
    }

    /// <summary>MODIFY PCI FUNCTION CONTROLS: R1 is the request, the operand a function information block.</summary>
    public static PciOutcome Mpcifc(TContext c, PciConfiguration configuration, int r1, ulong address, int baseRegister)
    {
        if (c.ProblemState) return Program(c, ProgramCode.PrivilegedOperation);
        if (address % 8 != 0) return Program(c, ProgramCode.Specification);
        var request = new PciRequest(c[r1]);
        var function = configuration.Find(request.Handle);
        if (function is null || !function.IsEnabled || function.State == FunctionState.PermanentError)
            return Complete(c, configuration, request, 3);
        var bytes = stackalloc byte[FunctionInformationBlock.Size];
        var fib = new FunctionInformationBlock(bytes);
        if (!c.TryFetch(address, baseRegister, fib.Bytes)) return PciOutcome.Interrupted;
        if (fib.Format != FormatOf(configuration, request)) return Program(c, ProgramCode.Operand);
        // A host names the guest that it enabled the function for; a guest's own word has no meaning.
        if (configuration.Notification is not null && fib.GuestDesignation != function.GuestDesignation)
            return Program(c, ProgramCode.Operand);
        if (IsInjected(c, configuration, InjectionPoint.ModifyControls, function, request, r1, out var injected)) return injected;
        var result = Modify(function, request, fib);
        if (result.Exception != ProgramCode.None) return Program(c, result.Exception);
        return result.Status == PciStatus.None
            ? Complete(c, configuration, request, result.ConditionCode)
            : Refuse(c, configuration, request, r1, result.Status);
    }

    // Directed interruptions have a format of their own; where they are not offered, nothing has it.
    private static byte FormatOf(PciConfiguration configuration, PciRequest request)
    {
        var isDirected = (ControlOperation)request.Operation is ControlOperation.RegisterDirected or ControlOperation.DeregisterDirected;
        return isDirected && configuration.OffersDirectedInterruptions ? (byte)1 : (byte)0;
    }

    private static ControlResult Modify(PciFunction function, PciRequest request, FunctionInformationBlock fib)
        => (ControlOperation)request.Operation switch
        {
            ControlOperation.RegisterInterruptions => RegisterInterruptions(function, fib),
            ControlOperation.DeregisterInterruptions => DeregisterInterruptions(function),
            ControlOperation.RegisterTranslation => RegisterTranslation(function, request, fib, isRegistered: false),
            ControlOperation.DeregisterTranslation => DeregisterTranslation(function, request),
            ControlOperation.ReregisterTranslation => RegisterTranslation(function, request, fib, isRegistered: true),
            ControlOperation.ResetError => ControlResult.From(function.ResetError(), PciStatus.Sequence),
            ControlOperation.ResetLoadStoreBlock => ControlResult.From(function.ResetLoadStoreBlock(), PciStatus.Sequence),
            ControlOperation.SetMeasurement => SetMeasurement(function, fib),
            ControlOperation.RegisterDirected when fib.Format == 1 => RegisterDirected(function, fib),
            ControlOperation.DeregisterDirected when fib.Format == 1 => DeregisterDirected(function),
            _ => ControlResult.Operand,
        };

    private static ControlResult RegisterInterruptions(PciFunction function, FunctionInformationBlock fib)
    {
        if (HasInterruptions(function)) return ControlResult.Refused(PciStatus.Sequence);
        var parameters = InterruptionParameters.From(fib);
        if (!HasIndicators(function.Configuration!.Storage, parameters))
            return ControlResult.Refused(PciStatus.ResourcesUnavailable);
        function.SetInterruptions(parameters);
        return ControlResult.Done;
    }

    private static bool HasIndicators(IAbsoluteStorage storage, in InterruptionParameters parameters)
    {
        Span<byte> probe = stackalloc byte[1];
        var lastBit = (ulong)(parameters.VectorOffset + Math.Max(0, parameters.Count - 1));
        return storage.TryRead(parameters.BitVector, probe)
            && storage.TryRead(parameters.BitVector + lastBit / 8, probe)
            && (!parameters.HasSummary
                || storage.TryRead(parameters.SummaryAddress + ((ulong)parameters.SummaryOffset / 8), probe));
    }

    private static ControlResult DeregisterInterruptions(PciFunction function)
    {
        if (function.Interruptions is null) return ControlResult.Refused(PciStatus.Sequence);
        function.SetInterruptions((InterruptionParameters?)null);
        return ControlResult.Done;
    }

    private static bool HasInterruptions(PciFunction function)
        => function.Interruptions is not null || function.DirectedInterruptions is not null;

    // The program has told where the CPUs' bits are before (SET INTERRUPTION CONTROLS).
    private static ControlResult RegisterDirected(PciFunction function, FunctionInformationBlock fib)
    {
        if (HasInterruptions(function)) return ControlResult.Refused(PciStatus.Sequence);
        if (!function.Configuration!.Directed!.IsRegistered) return ControlResult.Refused(PciStatus.ResourcesUnavailable);
        function.SetInterruptions(DirectedParameters.From(fib));
        return ControlResult.Done;
    }

    private static ControlResult DeregisterDirected(PciFunction function)
    {
        if (function.DirectedInterruptions is null) return ControlResult.Refused(PciStatus.Sequence);
        function.SetInterruptions((DirectedParameters?)null);
        return ControlResult.Done;
    }

    // A new registration is checked before an old one is given up: what ends in an exception has changed nothing.
    private static ControlResult RegisterTranslation(
        PciFunction function, PciRequest request, FunctionInformationBlock fib, bool isRegistered)
    {
        if (request.DmaAddressSpace != 0) return ControlResult.Refused(PciStatus.InvalidDmaAddressSpace);
        if (function.State == FunctionState.Error) return ControlResult.Refused(PciStatus.RecoveryInProgress);
        if (function.AddressSpace is not null != isRegistered) return ControlResult.Refused(PciStatus.Sequence);
        var space = new IoAddressSpace(new Iota(fib.Iota), fib.BaseAddress, fib.AddressLimit, function.Capabilities);
        if (space.Pba > space.Pal || space.Pba < function.FirstDmaAddress || space.Pal > function.LastDmaAddress
            || !space.Capabilities.Accept(space.Iota))
            return ControlResult.Operand;
        function.DeregisterAddressSpace();
        var outcome = function.RegisterAddressSpace(space);
        return new(outcome.Status, outcome.ConditionCode, ProgramCode.None);
    }

    private static ControlResult DeregisterTranslation(PciFunction function, PciRequest request)
    {
        if (request.DmaAddressSpace != 0) return ControlResult.Refused(PciStatus.InvalidDmaAddressSpace);
        if (function.AddressSpace is null) return ControlResult.Refused(PciStatus.Sequence);
        function.DeregisterAddressSpace();
        return ControlResult.Done;
    }

    // An access key that does not permit to store the block gives condition code 1 without a status, and an event.
    private static ControlResult SetMeasurement(PciFunction function, FunctionInformationBlock fib)
    {
        var address = fib.MeasurementBlock;
        if (address == 0) function.Measurement.Stop();
        else if (!function.Measurement.TryStart(address))
        {
            function.Report(PciEventCode.MeasurementProtection, address);
            return new(PciStatus.None, 1, ProgramCode.None);
        }
        return ControlResult.Done;
    }

    /// <summary>STORE PCI FUNCTION CONTROLS: R1 is the request, the operand receives a function information block.</summary>
    public static PciOutcome Stpcifc(TContext c, PciConfiguration configuration, int r1, ulong address, int baseRegister)
    {
        if (c.ProblemState) return Program(c, ProgramCode.PrivilegedOperation);
        var request = new PciRequest(c[r1]);
        if (request.DmaAddressSpace != 0) return Refuse(c, configuration, request, r1, PciStatus.InvalidDmaAddressSpace);
        if (address % 8 != 0) return Program(c, ProgramCode.Specification);
        var function = configuration.FindByIndex((ushort)request.Handle);
        var isEnabledHandle = (request.Handle & FunctionHandle.Enabled) != 0;
        switch (function?.State)
        {
            case null or FunctionState.Reserved or FunctionState.Standby:
            case FunctionState.Disabled when isEnabledHandle:
                return Complete(c, configuration, request, 3);
            case FunctionState.PermanentError:
                return Refuse(c, configuration, request, r1, PciStatus.InError);
        }
        if (IsInjected(c, configuration, InjectionPoint.StoreControls, function, request, r1, out var injected)) return injected;
        var bytes = stackalloc byte[FunctionInformationBlock.Size];
        new Span<byte>(bytes, FunctionInformationBlock.Size).Clear();
        var fib = new FunctionInformationBlock(bytes);
        if (function.IsEnabled) Describe(function, ref fib);
        if (!c.TryStore(address, baseRegister, fib.Bytes)) return PciOutcome.Interrupted;
        if (function.IsEnabled && !isEnabledHandle) c[r1] = request.Value | ((ulong)FunctionHandle.Enabled << 32);
        return Complete(c, configuration, request, 0);
    }

    private static void Describe(PciFunction function, ref FunctionInformationBlock fib)
    {
        var controls = FunctionControls.Enabled;
        if (function.State is FunctionState.Blocked or FunctionState.Error) controls |= FunctionControls.Error;
        if (function.State == FunctionState.Error) controls |= FunctionControls.LoadStoreBlocked;
        if (function.AddressSpace is { } space)
        {
            controls |= FunctionControls.TranslationRegistered;
            fib.BaseAddress = space.Pba;
            fib.AddressLimit = space.Pal;
            fib.Iota = space.Iota.Value;
        }
        if (function.Interruptions is { } interruptions)
        {
            fib.Interruption = interruptions.Word;
            fib.BitVector = interruptions.BitVector;
            fib.SummaryBit = interruptions.SummaryAddress;
        }
        if (function.DirectedInterruptions is { } directed)
        {
            fib.Format = 1;
            fib.Interruption = (uint)directed.Count << 16;
            fib.DirectedOffset = (uint)directed.VectorOffset << 16;
        }
        if (function.Configuration!.Notification is not null) fib.GuestDesignation = function.GuestDesignation;
        fib.MeasurementBlock = function.Measurement.Address;
        fib.Controls = (byte)controls;
    }
}
