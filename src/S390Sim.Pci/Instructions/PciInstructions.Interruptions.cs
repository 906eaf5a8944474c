using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>SET INTERRUPTION CONTROLS, STORE CHANNEL REPORT WORD and the events of CHANNEL SUBSYSTEM CALL.</summary>
public static unsafe partial class PciInstructions<TContext>
{
    private const ushort StoreEventCommand = 0x000E, SetGuestInformationCommand = 0x0021;
    private const ushort Done = 0x0001, InvalidRequest = 0x0003;
    private const ushort EventStored = 0x0001, CommandUnknown = 0x0004, NothingToStore = 0x0005;
    private const ushort EmptyResponseLength = 8, EventResponseLength = 4080;
    private const ulong PciNotification = 0x2000_0000_0000_0000;
    private const byte PciNotificationType = 2;
    private const byte MoreEvents = 0x80, EventsLost = 0x40;

    /// <summary>
    /// SET INTERRUPTION CONTROLS: R1 bits 48-63 the operation, R3 bits 34-36 the interruption subclass. The operand, an
    /// information block, is fetched by the operations that have something in it. The condition code does not change.
    /// </summary>
    public static PciOutcome Sic(TContext c, PciConfiguration configuration, int r1, int r3, ulong address, int baseRegister)
    {
        if (c.ProblemState) return Program(c, ProgramCode.PrivilegedOperation);
        var subclass = (int)(c[r3] >> 27) & 7;
        var operation = (SuppressionOperation)(c[r1] & 0xFFFF);
        if (IsInjected(configuration, operation)) return Program(c, ProgramCode.Operand);
        switch (operation)
        {
            case SuppressionOperation.All: configuration.Suppression.SetAll(subclass); break;
            case SuppressionOperation.Single: configuration.Suppression.SetSingle(subclass); break;
            case SuppressionOperation.SetNotification when configuration.Notification is { } notification:
                return SetNotification(c, notification, address, baseRegister);
            default:
                return configuration.Directed is { } directed
                    ? SetDirected(c, directed, operation, subclass, address, baseRegister)
                    : Program(c, ProgramCode.Operand);
        }
        return PciOutcome.Completed;
    }

    // It sets no condition code: an operand exception is all that it can answer.
    private static bool IsInjected(PciConfiguration configuration, SuppressionOperation operation)
        => configuration.Failures is { } failures && IsOffered(configuration, operation)
            && failures.Next(InjectionPoint.SetInterruptionControls, operation: (int)operation) is not null;

    private static bool IsOffered(PciConfiguration configuration, SuppressionOperation operation) => operation switch
    {
        SuppressionOperation.All or SuppressionOperation.Single => true,
        SuppressionOperation.SetNotification => configuration.Notification is not null,
        _ => configuration.Directed is not null && Enum.IsDefined(operation),
    };

    private enum SuppressionOperation
    {
        All = 0,
        Single = 1,
        SetNotification = 2,
        SetDirected = 4,
        DirectedAll = 16,
        DirectedSingle = 17,
        SetDirectedVector = 18,
    }

    private static PciOutcome SetNotification(TContext c, EventNotification notification, ulong address, int baseRegister)
    {
        var bytes = stackalloc byte[AdapterInformationBlock.Size];
        var block = new AdapterInformationBlock(bytes);
        if (!c.TryFetch(address, baseRegister, block.Bytes)) return PciOutcome.Interrupted;
        return Take(c, notification.TrySet(block));
    }

    private static PciOutcome SetDirected(TContext c, DirectedInterruptions directed, SuppressionOperation operation,
        int subclass, ulong address, int baseRegister)
    {
        var bytes = stackalloc byte[CpuDirectedInformationBlock.Size];
        switch (operation)
        {
            case SuppressionOperation.SetDirected:
                var all = new DirectedInformationBlock(bytes);
                if (!c.TryFetch(address, baseRegister, all.Bytes)) return PciOutcome.Interrupted;
                return Take(c, directed.TryRegister((int)(all.Subclass >> 28) & 7, all.Cpus, all.SummaryBits));
            case SuppressionOperation.SetDirectedVector:
                var one = new CpuDirectedInformationBlock(bytes);
                if (!c.TryFetch(address, baseRegister, one.Bytes)) return PciOutcome.Interrupted;
                return Take(c, directed.TrySetVector(c.CpuAddress, one.BitVector));
            case SuppressionOperation.DirectedAll or SuppressionOperation.DirectedSingle
                when directed.SuppressionOf(c.CpuAddress) is { } suppression:
                if (operation == SuppressionOperation.DirectedAll) suppression.SetAll(subclass);
                else suppression.SetSingle(subclass);
                return PciOutcome.Completed;
            default:
                return Program(c, ProgramCode.Operand);
        }
    }

    private static PciOutcome Take(TContext c, bool isAccepted)
        => isAccepted ? PciOutcome.Completed : Program(c, ProgramCode.Operand);

    /// <summary>STORE CHANNEL REPORT WORD: the operand receives the word, or zeros with condition code 1.</summary>
    public static PciOutcome Stcrw(TContext c, PciConfiguration configuration, ulong address, int baseRegister)
    {
        if (c.ProblemState) return Program(c, ProgramCode.PrivilegedOperation);
        if (address % 4 != 0) return Program(c, ProgramCode.Specification);
        var hasReport = configuration.Events.HasReport;
        Span<byte> bytes = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, hasReport ? PciEvents.ChannelReportWord : 0);
        if (!c.TryStore(address, baseRegister, bytes)) return PciOutcome.Interrupted;
        configuration.Events.TakeReport();
        c.SetConditionCode(hasReport ? 0 : 1);
        return PciOutcome.Completed;
    }

    /// <summary>
    /// CHANNEL SUBSYSTEM CALL: R1 designates a 4 KB block with the request; the response follows it. The commands are STORE EVENT
    /// INFORMATION and, for a host, SET GUEST INFORMATION BLOCK; others are answered as unknown.
    /// </summary>
    public static PciOutcome Chsc(TContext c, PciConfiguration configuration, ulong address, int baseRegister)
    {
        if (c.ProblemState) return Program(c, ProgramCode.PrivilegedOperation);
        if (address % Storage.PageSize != 0) return Program(c, ProgramCode.Specification);
        var bytes = stackalloc byte[Storage.PageSize];
        var block = new Span<byte>(bytes, Storage.PageSize);
        if (!c.TryFetch(address, baseRegister, block)) return PciOutcome.Interrupted;
        var request = new StoreEventRequest(bytes);
        if (request.Length is < StoreEventRequest.Size or > Storage.PageSize - EmptyResponseLength || request.Length % 8 != 0)
            return Program(c, ProgramCode.Operand);
        var at = request.Length;
        block[at..].Clear();
        var response = new StoreEventResponse(bytes + at) { Length = EmptyResponseLength, Code = CommandUnknown };
        if (request.Command == StoreEventCommand)
            StoreEvent(configuration.Events, request, response, Storage.PageSize - at);
        else if (request.Command == SetGuestInformationCommand && configuration.Notification is { } notification)
            response.Code = SetGuestInformation(notification.Guests, bytes, at);
        if (!c.TryStore(address + at, baseRegister, block.Slice(at, response.Length))) return PciOutcome.Interrupted;
        if (request.Command == StoreEventCommand && response.Code == EventStored) configuration.Events.Take();
        c.SetConditionCode(0);
        return PciOutcome.Completed;
    }

    private static ushort SetGuestInformation(GuestAdapterInterruptions guests, byte* bytes, int length)
    {
        if (length < SetGuestInformationRequest.Size) return InvalidRequest;
        var request = new SetGuestInformationRequest(bytes);
        var isValid = request is { Operation: SetGuestInformationRequest.SetOrigin, Format: 0 } && guests.TrySetBlock(request.Origin);
        return isValid ? Done : InvalidRequest;
    }

    private static void StoreEvent(PciEvents events, StoreEventRequest request, StoreEventResponse response, int space)
    {
        response.Code = NothingToStore;
        if ((request.Types & PciNotification) == 0 || space < StoreEventResponse.Size || !events.TryPeek(out var item)) return;
        response.Length = (ushort)Math.Min(space, EventResponseLength);
        response.Code = EventStored;
        response.NotificationType = PciNotificationType;
        response.Flags = (byte)((events.Count > 1 ? MoreEvents : 0) | (events.HasOverflowed ? EventsLost : 0));
        response.ContentCode = item.ContentCode;
        response.Handle = item.Handle;
        response.Fid = item.Fid;
        response.Details = item.Details;
        response.FailingAddress = item.Address;
        response.EventCode = item.Code;
    }
}
