namespace S390Sim.Cpu;

/// <summary>The blocks of facilities that few guests have on (sie.md section 3, steps 11 and 12).</summary>
public sealed unsafe partial class SieUnit
{
    private const uint UsingEca = ExecutionControlsA.Vector | ExecutionControlsA.Crypto;
    private const byte UsingEcb = ExecutionControlsB.Transactions | ExecutionControlsB.GuardedStorage;
    private const byte UsingEcb3 = ExecutionControlsB3.Instrumentation | WrappedKeys;
    private const byte WrappedKeys = ExecutionControlsB3.DeaKeys | ExecutionControlsB3.AesKeys;

    private const uint CryptoOrigin = 0x7FFF_FFF8;
    private const uint CryptoFormatMask = 3, CryptoUndefinedFormat = 2, CryptoLargeFormat = 3;
    private const ulong CryptoSize = 0x80, CryptoLargeSize = 0x100;
    private const ulong ExtensionSizeMask = 0xF;
    private const int SmallestExtension = 6, LargestExtension = 12;

    /// <summary>A block that may be absent, and that must otherwise be in storage above the lowcores.</summary>
    private readonly record struct Designation(int Offset, ulong Length, ValidityReason Reason);

    private static readonly Designation s_transactions
        = new(StateDescription.TransactionBlockOffset, 0x100, ValidityReason.TransactionBlock);
    private static readonly Designation s_vectors = new(StateDescription.VectorAreaOffset, 0x200, ValidityReason.VectorArea);
    private static readonly Designation s_instrumentation
        = new(StateDescription.InstrumentationBlockOffset, 0x40, ValidityReason.Instrumentation);

    private static bool UsesDesignations(StateDescription sd)
        => (sd.Eca & UsingEca | (uint)(sd.Ecb & UsingEcb) | (uint)(sd.Ecb3 & UsingEcb3) | sd.Ecd & ExecutionControlsD.EToken) != 0;

    private ValidityReason Designations(StateDescription sd)
    {
        var isHostManaged = (sd.Ecd & ExecutionControlsD.HostRegisters) != 0;
        var reason = Crypto(sd);
        if (reason == ValidityReason.None && (sd.Ecb & ExecutionControlsB.Transactions) != 0) reason = Check(sd, s_transactions);
        if (reason == ValidityReason.None && (sd.Eca & ExecutionControlsA.Vector) != 0 && !isHostManaged)
            reason = Check(sd, s_vectors);
        if (reason == ValidityReason.None && (sd.Ecb3 & ExecutionControlsB3.Instrumentation) != 0)
            reason = Check(sd, s_instrumentation);
        var usesExtension = (sd.Ecb & ExecutionControlsB.GuardedStorage) != 0 && !isHostManaged
            || (sd.Ecd & ExecutionControlsD.EToken) != 0;
        return reason == ValidityReason.None && usesExtension ? Extension(sd) : reason;
    }

    private ValidityReason Check(StateDescription sd, in Designation designation)
    {
        var origin = Swap(*(ulong*)(sd.Address + designation.Offset)) & ~(designation.Length - 1);
        return origin == 0 || IsInStorage(origin, designation.Length) ? ValidityReason.None : designation.Reason;
    }

    private ValidityReason Crypto(StateDescription sd)
    {
        if ((sd.Eca & ExecutionControlsA.Crypto) == 0 && (sd.Ecb3 & WrappedKeys) == 0) return ValidityReason.None;
        if (sd.CryptoBlock == 0) return ValidityReason.CryptoMissing;
        var origin = sd.CryptoBlock & CryptoOrigin;
        var format = sd.CryptoBlock & CryptoFormatMask;
        if (format == CryptoUndefinedFormat) return ValidityReason.CryptoFormat;
        var length = format == CryptoLargeFormat ? CryptoLargeSize : CryptoSize;
        if (!IsInStorage(origin, length)) return ValidityReason.CryptoAddress;
        return CrossesPage(origin, length) ? ValidityReason.CryptoCrossing : ValidityReason.None;
    }

    private ValidityReason Extension(StateDescription sd)
    {
        var origin = sd.Extension & ~ExtensionSizeMask;
        var power = (int)(sd.Extension & ExtensionSizeMask);
        if (origin < LowestDesignation) return ValidityReason.ExtensionOrigin;
        if (power is < SmallestExtension or > LargestExtension) return ValidityReason.ExtensionSize;
        var length = 1UL << power;
        if ((origin & (length - 1)) != 0) return ValidityReason.ExtensionAlignment;
        return IsInStorage(origin, length) ? ValidityReason.None : ValidityReason.ExtensionOrigin;
    }

    private bool IsInStorage(ulong origin, ulong length)
        => origin >= LowestDesignation && _processor.Storage.Contains(origin, length);
}
