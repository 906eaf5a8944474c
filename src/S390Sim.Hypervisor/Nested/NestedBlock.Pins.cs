using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>What stays in place while a nested guest runs: its state description, and the areas that it designates.</summary>
internal sealed unsafe partial class NestedBlock
{
    private const ulong Lowest = 0x2000;        // no area lies in the first 8 KB
    private const ulong InPage = Storage.PageSize - 1;
    private const int MinimumExtension = 6, MaximumExtension = 12;

    /// <summary>
    /// The state description and its five areas: system control, transactions, vectors, instrumentation, extension.
    /// </summary>
    public const int MaxPins = 6;

    private const byte Referenced = 0x04, Changed = 0x02;
    private readonly ulong[] _pins = new ulong[MaxPins];
    private int _pinned;
    private ulong _original;

    /// <summary>How the pinning of the guest's storage ended.</summary>
    public enum Pin
    {
        /// <summary>It is pinned.</summary>
        Done,
        /// <summary>The guest has no storage there that can be stored into.</summary>
        NoStorage,
        /// <summary>The host has no storage for it, or the frame is pinned as often as can be counted.</summary>
        Refused,
    }

    /// <summary>Pins the guest's state description.</summary>
    public Pin TryPinOriginal() => TryPin(Guest, out _original);

    /// <summary>Takes all pins off: what is pinned may have been stored into.</summary>
    public void Unpin()
    {
        while (_pinned > 0)
        {
            var frame = _pins[--_pinned];
            _machine.Storage.Key(frame) |= Referenced | Changed;
            _machine.Frames.Unpin(frame);
            _machine.Memory.Unpinned(frame, isDirty: true);
        }
    }

    /// <summary>Pins the areas that the controls in effect need; none of them crosses a page.</summary>
    /// <param name="prefix">Prefix of the virtual CPU that executes SIE.</param>
    /// <returns>None, or the reason of the validity interception.</returns>
    public ValidityReason PinAreas(ulong prefix)
    {
        var (sd, original) = (Shadow, Original);
        if (PinSca(sd, original, prefix) is not ValidityReason.None and var invalid) return invalid;
        if ((sd.Ecb & ExecutionControlsB.Transactions) != 0 && (original.TransactionBlock & ~0xFFUL) is not 0 and var block)
        {
            if (!TryPinArea(block, out block)) return ValidityReason.TransactionBlock;
            sd.TransactionBlock = block;
        }
        var managesVectors = (sd.Ecd & ExecutionControlsD.HostRegisters) == 0;
        if (managesVectors && (sd.Eca & ExecutionControlsA.Vector) != 0
            && (original.VectorArea & ~0x1FFUL) is not 0 and var vectors)
        {
            if (!TryPinArea(vectors, out vectors)) return ValidityReason.VectorArea;
            sd.VectorArea = vectors;
        }
        if ((sd.Ecb3 & ExecutionControlsB3.Instrumentation) != 0
            && (original.InstrumentationBlock & ~0x3FUL) is not 0 and var controls)
        {
            if (!TryPinArea(controls, out controls)) return ValidityReason.Instrumentation;
            // Bits of the designation tell that it is valid.
            sd.InstrumentationBlock = controls | (original.InstrumentationBlock & 0x3F);
        }
        return PinExtension(sd, original, managesVectors);
    }

    private ValidityReason PinSca(StateDescription sd, StateDescription original, ulong prefix)
    {
        var origin = SystemControlArea.OriginOf(original, isExtended: false);
        if (origin == 0) return ValidityReason.None;
        if (origin < Lowest) return ValidityReason.ControlAreaLow;
        if ((origin & ~0x1FFFUL) == prefix) return ValidityReason.ControlAreaInPrefix;
        if ((origin & InPage) + BasicSca.Length > Storage.PageSize) return ValidityReason.ControlAreaCrossing;
        if (TryPin(origin, out var sca) != Pin.Done) return ValidityReason.ControlAreaAddress;
        (sd.ScaOriginHigh, sd.ScaOriginLow) = ((uint)(sca >> 32), (uint)sca);
        return ValidityReason.None;
    }

    private ValidityReason PinExtension(StateDescription sd, StateDescription original, bool managesVectors)
    {
        var isUsed = (managesVectors && (sd.Ecb & ExecutionControlsB.GuardedStorage) != 0)
            || (sd.Ecd & ExecutionControlsD.EToken) != 0;
        if (!isUsed) return ValidityReason.None;
        var (origin, size) = (original.Extension & ~0xFUL, (int)(original.Extension & 0xF));
        if (origin < Lowest) return ValidityReason.ExtensionOrigin;
        if (size is < MinimumExtension or > MaximumExtension) return ValidityReason.ExtensionSize;
        if ((origin & ((1UL << size) - 1)) != 0) return ValidityReason.ExtensionAlignment;
        if (TryPin(origin, out var extension) != Pin.Done) return ValidityReason.ExtensionOrigin;
        sd.Extension = extension | (uint)size;
        return ValidityReason.None;
    }

    private bool TryPinArea(ulong guest, out ulong absolute)
    {
        absolute = 0;
        return guest >= Lowest && TryPin(guest, out absolute) == Pin.Done;
    }

    // Not charged to the account that DMA is: it is a page or two for each CPU, and only while it runs.
    private Pin TryPin(ulong guest, out ulong absolute)
    {
        var memory = _machine.Memory;
        if (!memory.TryResolveStore(guest, out absolute)) return memory.IsWritable(guest) ? Pin.Refused : Pin.NoStorage;
        if (!_machine.Frames.TryPin(absolute)) return Pin.Refused;
        memory.Pinned(absolute & ~InPage);
        _pins[_pinned++] = absolute & ~InPage;
        return Pin.Done;
    }
}
