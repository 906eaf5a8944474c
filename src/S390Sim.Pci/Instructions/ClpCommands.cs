namespace S390Sim.Pci;

/// <summary>The CLP commands of logical processor 2: PCI functions.</summary>
public static unsafe partial class PciInstructions
{
    private const int RequestSize = 0x20;
    private const uint FormatMask = 0xF000_0000;
    private const uint ListedAsConfigured = 0x8000_0000;
    private const byte UidsAreUnique = 0x01;

    // The block has room for any response behind its request; what goes beyond the response's length is not stored.
    private static int CallPci(PciConfiguration configuration, byte* block, int length, int space)
    {
        var response = new ClpHeader(block + length);
        if (length != RequestSize)
        {
            response.Code = (ushort)ClpResponse.InvalidLength;
            return 0;
        }
        var command = (ClpCommand)new ClpHeader(block).Code;
        if (command == ClpCommand.ListFunctions) return List(configuration, block, space);
        response.Code = (ushort)(command switch
        {
            ClpCommand.QueryFunction => Query(configuration, block),
            ClpCommand.QueryGroup => QueryGroup(configuration, block),
            ClpCommand.SetFunction => SetFunction(configuration, block),
            _ => ClpResponse.UnknownCommand,
        });
        return 0;
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
        response.GroupId = function.Group.Id;
        response.Fid = function.Fid;
        response.FunctionType = function.FunctionType;
        response.FirstDmaAddress = function.FirstDmaAddress;
        response.LastDmaAddress = function.LastDmaAddress;
        response.Uid = function.Uid;
        for (var bar = 0; bar <= LastBar; bar++)
            response.Bytes[ClpQueryResponse.BarSizeOffset + bar] = function.Device.BarSize(bar);
        function.Device.Configuration.Bytes.Slice(0x10, 24).CopyTo(response.Bytes[ClpQueryResponse.BarOffset..]);
        return ClpResponse.Ok;
    }

    private static ClpResponse QueryGroup(PciConfiguration configuration, byte* block)
    {
        if (configuration.FindGroup(new ClpGroupRequest(block).GroupId) is not { } group) return ClpResponse.UnknownGroup;
        var response = new ClpGroupResponse(block + RequestSize);
        response.Bytes[HeaderSize..].Clear();
        response.Interruptions = group.Interruptions;
        response.Version = group.Version;
        response.Flags = (byte)(group.Flags | (configuration.RequiresRefresh ? PciGroupFlags.Refresh : 0));
        response.MaximumStoreBlock = group.MaximumStoreBlock;
        response.MeasurementInterval = group.MeasurementInterval;
        response.Designations = group.Designations;
        response.MessageAddress = group.MessageAddress;
        return ClpResponse.Ok;
    }

    private static ClpResponse SetFunction(PciConfiguration configuration, byte* block)
    {
        var request = new ClpSetRequest(block);
        var function = configuration.Find(request.Handle);
        if (function is null || function.State == FunctionState.Reserved) return ClpResponse.InvalidHandle;
        var code = request.Operation switch
        {
            0 => Enable(function, request.DmaAddressSpaces),
            1 => Disable(function),
            _ => ClpResponse.HandleNotValidForOperation,
        };
        if (code != ClpResponse.Ok) return code;
        var response = new ClpSetResponse(block + RequestSize);
        response.Bytes[HeaderSize..].Clear();
        response.Handle = function.Handle;
        return code;
    }

    private static ClpResponse Enable(PciFunction function, byte dmaAddressSpaces)
    {
        if (function.State == FunctionState.PermanentError) return ClpResponse.PermanentError;
        if (function.State == FunctionState.Standby) return ClpResponse.HandleNotValidForOperation;
        if (dmaAddressSpaces == 0) return ClpResponse.InvalidAddressSpaceCount;
        if (dmaAddressSpaces > 1) return ClpResponse.InsufficientResources;
        if (function.IsEnabled) return ClpResponse.AlreadyInState;
        function.Enable();
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
