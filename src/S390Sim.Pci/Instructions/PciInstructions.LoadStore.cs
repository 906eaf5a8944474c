using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>PCI LOAD, PCI STORE and PCI STORE BLOCK. Bytes move in order of address: a register shows them big-endian.</summary>
public static partial class PciInstructions<TContext>
{
    private const int ConfigurationAddressSpace = 15;
    private const int LastBar = 5;

    /// <summary>PCI LOAD: R1 receives the bytes, zero-extended; R2 is the request, R2 + 1 the offset.</summary>
    public static PciOutcome Pcilg(TContext c, PciConfiguration configuration, int r1, int r2)
    {
        if (!TryReach(c, configuration, r2, out var access, out var outcome)) return outcome;
        if (IsInjected(c, configuration, InjectionPoint.Load, access.Function, access.Request, r2, out outcome)) return outcome;
        var value = access.Region is { } region
            ? region.Load(access.Offset, access.Length)
            : access.Function.Device.Configuration.Load(access.Offset, access.Length);
        c[r1] = Reverse(value, access.Length);
        access.Function.Measurement.Loads++;
        return Complete(c, configuration, access.Request, 0);
    }

    /// <summary>PCI STORE: the rightmost bytes of R1 are stored; R2 is the request, R2 + 1 the offset.</summary>
    public static PciOutcome Pcistg(TContext c, PciConfiguration configuration, int r1, int r2)
    {
        if (!TryReach(c, configuration, r2, out var access, out var outcome)) return outcome;
        if (IsInjected(c, configuration, InjectionPoint.Store, access.Function, access.Request, r2, out outcome)) return outcome;
        var value = Reverse(c[r1], access.Length);
        access.Function.Measurement.Stores++;
        if (access.Region is { } region) region.Store(access.Offset, access.Length, value);
        else access.Function.Device.Configuration.Store(access.Offset, access.Length, (uint)value);
        return Complete(c, configuration, access.Request, 0);
    }

    /// <summary>PCI STORE BLOCK: R1 is the request, R3 the offset in the BAR; the operand is copied there.</summary>
    public static PciOutcome Pcistb(
        TContext c, PciConfiguration configuration, int r1, int r3, ulong address, int baseRegister)
    {
        if (c.ProblemState) return Program(c, ProgramCode.PrivilegedOperation);
        var request = new PciRequest(c[r1]);
        if (!TryFind(c, configuration, request, r1, out var function, out var outcome)) return outcome;
        if (request.AddressSpace > LastBar || function.Device.Bar(request.AddressSpace) is not { } region)
            return Refuse(c, configuration, request, r1, PciStatus.InvalidAddressSpace);
        var place = new Access { Request = request, Function = function, Region = region, Offset = c[r3] };
        return StoreBlock(c, configuration, place, r1, address, baseRegister);
    }

    private static PciOutcome StoreBlock(
        TContext c, PciConfiguration configuration, in Access place, int register, ulong address, int baseRegister)
    {
        var (function, region, offset) = (place.Function, place.Region!, place.Offset);
        var length = place.Request.BlockLength;
        if (!IsBlockAligned(function.Group, offset, length, address) || (offset & 0xFFF) + (ulong)length > Storage.PageSize)
            return Program(c, ProgramCode.Specification);
        if (!AcceptsBlock(region, offset, length)) return Program(c, ProgramCode.Operand);
        Span<byte> bytes = stackalloc byte[length];
        if (!c.TryFetch(address, baseRegister, bytes)) return PciOutcome.Interrupted;
        if (IsInjected(c, configuration, InjectionPoint.StoreBlock, function, place.Request, register, out var outcome))
            return outcome;
        StoreBlock(region, offset, bytes);
        function.Measurement.StoreBlocks++;
        return Complete(c, configuration, place.Request, 0);
    }

    private static bool AcceptsBlock(IPciRegion region, ulong offset, int length)
    {
        while (length > 0)
        {
            var piece = Piece(offset, length);
            if (!region.Accepts(offset, piece)) return false;
            offset += (ulong)piece;
            length -= piece;
        }
        return true;
    }

    private static void StoreBlock(IPciRegion region, ulong offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var length = Piece(offset, bytes.Length);
            ulong value = 0;
            for (var n = length - 1; n >= 0; n--) value = (value << 8) | bytes[n];
            region.Store(offset, length, value);
            offset += (ulong)length;
            bytes = bytes[length..];
        }
    }

    // Doublewords, and at the ends of a block that a relaxed group allows to be unaligned, what fits.
    private static int Piece(ulong offset, int length)
    {
        var piece = 8;
        while (piece > length || (offset & (ulong)(piece - 1)) != 0) piece >>= 1;
        return piece;
    }

    private static bool IsBlockAligned(PciGroup group, ulong offset, int length, ulong address)
        => (group.Flags & PciGroupFlags.RelaxedStoreBlock) != 0
            || (offset % 8 == 0 && length > 8 && length % 8 == 0 && length <= group.MaximumStoreBlock && address % 8 == 0);

    private readonly ref struct Access
    {
        public PciRequest Request { get; init; }
        public PciFunction Function { get; init; }
        /// <summary>The BAR's region; null for configuration space.</summary>
        public IPciRegion? Region { get; init; }
        public ulong Offset { get; init; }
        public int Length => Request.Length;
    }

    /// <summary>The checks that PCI LOAD and PCI STORE have in common, in order of priority.</summary>
    private static bool TryReach(TContext c, PciConfiguration configuration, int r2, out Access access, out PciOutcome outcome)
    {
        access = default;
        if (c.ProblemState) return Interrupt(c, ProgramCode.PrivilegedOperation, out outcome);
        if ((r2 & 1) != 0) return Interrupt(c, ProgramCode.Specification, out outcome);
        var request = new PciRequest(c[r2]);
        if (!TryFind(c, configuration, request, r2, out var function, out outcome)) return false;
        var space = request.AddressSpace;
        var region = space <= LastBar ? function.Device.Bar(space) : null;
        if (region is null && space != ConfigurationAddressSpace)
        {
            outcome = Refuse(c, configuration, request, r2, PciStatus.InvalidAddressSpace);
            return false;
        }
        access = new Access { Request = request, Function = function, Region = region, Offset = c[r2 + 1] };
        return IsAccepted(access) || Interrupt(c, ProgramCode.Operand, out outcome);
    }

    // Within a doubleword of a BAR, within a word of configuration space and of 1, 2 or 4 bytes there.
    private static bool IsAccepted(in Access access)
    {
        var length = access.Length;
        if (access.Region is null)
            return length is 1 or 2 or 4 && length <= 4 - (int)(access.Offset & 3);
        return length != 0 && length <= 8 - (int)(access.Offset & 7) && access.Region.Accepts(access.Offset, length);
    }

    /// <summary>Finds an enabled function that loads and stores may reach; else the condition code is set.</summary>
    private static bool TryFind(TContext c, PciConfiguration configuration, PciRequest request, int register,
        out PciFunction function, out PciOutcome outcome)
    {
        outcome = PciOutcome.Completed;
        function = configuration.Find(request.Handle)!;
        if (function is null || !function.IsEnabled)
        {
            outcome = Complete(c, configuration, request, 3);
            return false;
        }
        return IsReachable(c, configuration, request, register, function, out outcome);
    }

    private static bool IsReachable(TContext c, PciConfiguration configuration, PciRequest request, int register,
        PciFunction function, out PciOutcome outcome)
    {
        outcome = PciOutcome.Completed;
        if (function.State is not (FunctionState.Error or FunctionState.PermanentError)) return true;
        outcome = Refuse(c, configuration, request, register, PciStatus.Blocked);
        return false;
    }

    private static bool Interrupt(TContext c, ProgramCode code, out PciOutcome outcome)
    {
        outcome = Program(c, code);
        return false;
    }

    /// <summary>The bytes of a value of some length in the opposite order.</summary>
    private static ulong Reverse(ulong value, int length) => BinaryPrimitives.ReverseEndianness(value) >> (64 - 8 * length);
}
