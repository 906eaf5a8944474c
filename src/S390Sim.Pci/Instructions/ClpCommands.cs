namespace S390Sim.Pci;

/// <summary>The CLP commands: those of PCI functions, and the characteristics of both logical processors.</summary>
public static unsafe partial class PciInstructions<TContext>
{
    private const int RequestSize = 0x20;
    private const int UtilityStringSize = 64;
    private const uint FormatMask = 0xF000_0000;
    private const uint ListedAsConfigured = 0x8000_0000;
    private const byte UidsAreUnique = 0x01;
    private const ulong BaseCommands = 0x4000_0000_0000_0000, PciCommands = 0x7C00_0000_0000_0000;    // bit n for command n
    private const byte WriteBackIsValid = 0x80;

    // The block has room for any response behind its request; what goes beyond the response's length is not stored.
    private static int Call(PciConfiguration configuration, int processor, byte* block, int length, int space)
    {
        var response = new ClpHeader(block + length);
        var command = (ClpCommand)new ClpHeader(block).Code;
        if (length != (command == ClpCommand.StoreCharacteristics ? HeaderSize : RequestSize))
        {
            response.Code = (ushort)ClpResponse.InvalidLength;
            return 0;
        }
        if (command == ClpCommand.StoreCharacteristics)
        {
            response.Code = (ushort)StoreCharacteristics(configuration, processor, block + length);
            return 0;
        }
        if (processor == PciProcessor && command == ClpCommand.ListFunctions) return List(configuration, block, space);
        response.Code = (ushort)(command switch
        {
            _ when processor != PciProcessor => ClpResponse.UnknownCommand,
            ClpCommand.QueryFunction => Query(configuration, block),
            ClpCommand.QueryGroup => QueryGroup(configuration, block),
            ClpCommand.SetFunction => SetFunction(configuration, block),
            _ => ClpResponse.UnknownCommand,
        });
        return 0;
    }

    private static ClpResponse StoreCharacteristics(PciConfiguration configuration, int processor, byte* block)
    {
        var response = new ClpCharacteristicsResponse(block);
        response.Bytes[HeaderSize..].Clear();
        response.Installed = processor == PciProcessor ? PciCommands : BaseCommands;
        if (processor == PciProcessor && configuration.OffersMemoryIo)
            response.WriteBack = WriteBackIsValid | MemoryIoMap.WriteBackBit;
        return ClpResponse.Ok;
    }

    private static int List(PciConfiguration configuration, byte* block, int space)
    {
        var header = new ClpHeader(block + RequestSize);
        var code = CheckList(configuration, block, space, out var first);
        header.Code = (ushort)code;
        if (code != ClpResponse.Ok) return code == ClpResponse.InvalidLength ? 3 : 0;
        var functions = configuration.Functions;
        var entry = block + RequestSize + ClpListResponse.Size;
        var end = block + RequestSize + space;
        var at = first;
        for (; at < functions.Count && entry < end; at++)
        {
            if (functions[at].State == FunctionState.Reserved) continue;
            Describe(functions[at], new ClpListEntry(entry));
            entry += ClpListEntry.Size;
        }
        while (at < functions.Count && functions[at].State == FunctionState.Reserved) at++;
        header.Length = (ushort)(entry - (block + RequestSize));
        _ = new ClpListResponse(block + RequestSize)
        {
            ResumeToken = at < functions.Count ? functions[at].Index : 0UL,
            SimulationMask = configuration.SimulationMask,
            MaximumFunctions = configuration.MaximumFunctions,
            Flags = configuration.ChecksUids ? UidsAreUnique : (byte)0,
            EntrySize = ClpListEntry.Size,
        };
        return 0;
    }

    private static ClpResponse CheckList(PciConfiguration configuration, byte* block, int space, out int first)
    {
        first = 0;
        var request = new ClpListRequest(block);
        var header = new ClpHeader(block);
        if ((header.Format & FormatMask) != 0) return ClpResponse.InvalidFormat;
        if (header.Format != 0 || header.Reserved != 0 || request.Reserved != 0) return ClpResponse.ReservedNotZero;
        if (request.ResumeToken != 0 && !TryFindToken(configuration, request.ResumeToken, out first))
            return ClpResponse.UnknownResumeToken;
        if (space < ClpListResponse.Size + ClpListEntry.Size) return ClpResponse.BlockTooSmall;
        return (space - ClpListResponse.Size) % ClpListEntry.Size != 0 ? ClpResponse.InvalidLength : ClpResponse.Ok;
    }

    // A token is the index of the function to go on with.
    private static bool TryFindToken(PciConfiguration configuration, ulong token, out int position)
    {
        var functions = configuration.Functions;
        for (position = 0; position < functions.Count; position++)
        {
            if (functions[position].Index == token && functions[position].State != FunctionState.Reserved) return true;
        }
        return false;
    }

    private static void Describe(PciFunction function, ClpListEntry entry)
    {
        entry.DeviceId = function.Device.Configuration.Device;
        entry.VendorId = function.Device.Configuration.Vendor;
        entry.Configured = function.State == FunctionState.Standby ? 0 : ListedAsConfigured;
        entry.Fid = function.Fid;
        entry.Handle = function.Handle;
    }

    private static ClpResponse Query(PciConfiguration configuration, byte* block)
    {
        var function = configuration.Find(new ClpQueryRequest(block).Handle);
        if (function is null || function.State == FunctionState.Reserved) return ClpResponse.InvalidHandle;
        var response = new ClpQueryResponse(block + RequestSize);
        response.Bytes[HeaderSize..].Clear();
        response.Flags = (byte)FlagsOf(configuration, function);
        response.VirtualFunction = function.VirtualFunction;
        response.GroupId = function.Group.Id;
        response.Fid = function.Fid;
        response.ChannelId = function.ChannelId;
        response.PathSegments = function.PathSegments;
        response.Parameter = function.Parameter;
        response.Port = (byte)(function.Port & 0xF);
        response.RequesterId = function.RequesterId ?? 0;
        response.TopologyId = function.TopologyId ?? 0;
        response.MeasurementWords = (byte)(MeasurementBlock.SizeOf(function.MeasurementFormat) / 4);
        response.FunctionType = function.FunctionType;
        response.FirstDmaAddress = function.FirstDmaAddress;
        response.LastDmaAddress = function.LastDmaAddress;
        response.Uid = function.Uid;
        for (var bar = 0; bar <= LastBar; bar++)
            response.Bytes[ClpQueryResponse.BarSizeOffset + bar] = function.Device.BarSize(bar);
        function.Device.Configuration.Bytes.Slice(0x10, 24).CopyTo(response.Bytes[ClpQueryResponse.BarOffset..]);
        var utility = response.Bytes.Slice(ClpQueryResponse.UtilityStringOffset, UtilityStringSize);
        var text = function.UtilityString.Span;
        text[..Math.Min(text.Length, UtilityStringSize)].CopyTo(utility);
        FillMemoryIo(configuration, function, new ClpMemoryIo(response.Address + ClpQueryResponse.MemoryIoOffset));
        return ClpResponse.Ok;
    }

    private static ClpQueryFlags FlagsOf(PciConfiguration configuration, PciFunction function)
        => (function.UtilityString.IsEmpty ? 0 : ClpQueryFlags.UtilityString)
            | (configuration.OffersMemoryIo ? ClpQueryFlags.MemoryIo : 0)
            | (function.IsPhysical ? ClpQueryFlags.PhysicalFunction : 0)
            | (function.RequesterId is null ? 0 : ClpQueryFlags.RequesterId)
            | (function.TopologyId is null ? 0 : ClpQueryFlags.TopologyId);

    private static void FillMemoryIo(PciConfiguration configuration, PciFunction function, ClpMemoryIo block)
    {
        if (configuration.MemoryIo is not { } map) return;
        for (var bar = 0; bar <= LastBar; bar++)
        {
            if (!map.TryGetAddress(function, bar, out var address)) continue;
            block.Valid |= 0x8000_0000u >> bar;
            _ = new ClpMemoryIoAddresses(block.Address + ClpMemoryIo.AddressesOffset + bar * ClpMemoryIoAddresses.Size)
            {
                WriteBack = address | MemoryIoMap.WriteBack,
                WriteThrough = address,
            };
        }
    }

    private static ClpResponse QueryGroup(PciConfiguration configuration, byte* block)
    {
        if (configuration.FindGroup(new ClpGroupRequest(block).GroupId) is not { } group) return ClpResponse.UnknownGroup;
        var response = new ClpGroupResponse(block + RequestSize);
        response.Bytes[HeaderSize..].Clear();
        response.Interruptions = group.Interruptions;
        response.Version = group.Version;
        response.Flags = (byte)(group.Flags | (configuration.RequiresRefresh ? PciGroupFlags.Refresh : 0)
            | (configuration.RelaxesTranslation ? PciGroupFlags.RelaxedTranslation : 0));
        response.MaximumStoreBlock = group.MaximumStoreBlock;
        response.MeasurementInterval = group.MeasurementInterval;
        response.Designations = (byte)(group.Designations & configuration.Designations);
        if (configuration.OffersDirectedInterruptions)
        {
            response.DirectedInterruptions = group.DirectedInterruptions;
            response.MaximumCpus = DirectedInterruptions.MaximumCpus;
        }
        response.MessageAddress = group.MessageAddress;
        return ClpResponse.Ok;
    }

    private static ClpResponse SetFunction(PciConfiguration configuration, byte* block)
    {
        var request = new ClpSetRequest(block);
        var operation = (SetOperation)request.Operation;
        var function = configuration.Find(request.Handle);
        if (function is null && operation == SetOperation.EnableMemoryIo && configuration.OffersMemoryIo)
            function = FindByDisabledHandle(configuration, request.Handle);
        if (function is null || function.State == FunctionState.Reserved) return ClpResponse.InvalidHandle;
        var code = operation switch
        {
            SetOperation.Enable => Enable(configuration, function, request),
            SetOperation.Disable => Disable(function),
            SetOperation.EnableMemoryIo => SetMemoryIo(configuration, function, isEnabled: true),
            SetOperation.DisableMemoryIo => SetMemoryIo(configuration, function, isEnabled: false),
            _ => ClpResponse.HandleNotValidForOperation,
        };
        if (code != ClpResponse.Ok) return code;
        var response = new ClpSetResponse(block + RequestSize);
        response.Bytes[HeaderSize..].Clear();
        response.Handle = function.Handle;
        FillMemoryIo(configuration, function, new ClpMemoryIo(response.Address + ClpSetResponse.MemoryIoOffset));
        return code;
    }

    private enum SetOperation : byte
    {
        Enable,
        Disable,
        EnableMemoryIo,
        DisableMemoryIo,
    }

    // A program enables a function for memory I/O with the handle that it had before it enabled the function.
    private static PciFunction? FindByDisabledHandle(PciConfiguration configuration, uint handle)
        => configuration.FindByIndex((ushort)handle) is { IsEnabled: true } function
            && handle == (function.Handle & ~FunctionHandle.Enabled) ? function : null;

    private static ClpResponse SetMemoryIo(PciConfiguration configuration, PciFunction function, bool isEnabled)
    {
        if (!configuration.OffersMemoryIo) return ClpResponse.HandleNotValidForOperation;
        if (function.State == FunctionState.PermanentError) return ClpResponse.PermanentError;
        if (!function.IsEnabled) return ClpResponse.HandleNotValidForOperation;
        if (function.IsMemoryIoEnabled == isEnabled) return ClpResponse.AlreadyInState;
        function.SetMemoryIo(isEnabled);
        return ClpResponse.Ok;
    }

    private static ClpResponse Enable(PciConfiguration configuration, PciFunction function, ClpSetRequest request)
    {
        if (function.State == FunctionState.PermanentError) return ClpResponse.PermanentError;
        if (function.State == FunctionState.Standby) return ClpResponse.HandleNotValidForOperation;
        if (request.DmaAddressSpaces == 0) return ClpResponse.InvalidAddressSpaceCount;
        if (request.DmaAddressSpaces > 1) return ClpResponse.InsufficientResources;
        if (function.IsEnabled) return ClpResponse.AlreadyInState;
        // Only a host can enable a function for a guest of its own.
        function.Enable(configuration.Notification is null ? 0 : request.GuestDesignation);
        return ClpResponse.Ok;
    }

    private static ClpResponse Disable(PciFunction function)
    {
        if (function.State == FunctionState.PermanentError) return ClpResponse.PermanentError;
        if (function.State == FunctionState.Standby) return ClpResponse.HandleNotValidForOperation;
        if (!function.IsEnabled) return ClpResponse.AlreadyInState;
        function.Disable();
        return ClpResponse.Ok;
    }
}
