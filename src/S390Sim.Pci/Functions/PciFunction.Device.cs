using System.Buffers.Binary;
using S390Sim.Iommu;

namespace S390Sim.Pci;

/// <summary>What a device does to storage.</summary>
public interface IDma
{
    /// <summary>Reads storage; false, with nothing read, when some of it may not be.</summary>
    bool Read(ulong iova, Span<byte> bytes);

    /// <summary>Stores; false, with nothing stored, when some of it may not be.</summary>
    bool Write(ulong iova, ReadOnlySpan<byte> bytes);
}

/// <summary>The function's face towards its device: direct memory access and message interruptions.</summary>
public sealed partial class PciFunction : IDma
{
    private const ulong MessageWindow = 4096;

    /// <inheritdoc/>
    public bool Read(ulong iova, Span<byte> bytes)
    {
        if (State != FunctionState.Enabled || Configuration is null) return false;
        var error = Configuration.Iommu.Read(DeviceId, iova, bytes, out var failing);
        return Admit(error, failing);
    }

    /// <inheritdoc/>
    public bool Write(ulong iova, ReadOnlySpan<byte> bytes)
    {
        if (State != FunctionState.Enabled || Configuration is null) return false;
        if (iova - Group.MessageAddress < MessageWindow) return Message(iova, bytes);
        var error = Configuration.Iommu.Write(DeviceId, iova, bytes, out var failing);
        return Admit(error, failing);
    }

    private bool Admit(IoError error, ulong failing)
    {
        if (error == IoError.None) return true;
        if (error != IoError.Blocked) Fail((ushort)error, failing);
        return false;
    }

    // A message is four bytes of little-endian data; the address says only that it is one.
    private bool Message(ulong iova, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 4) return false;
        Signal(BinaryPrimitives.ReadUInt32LittleEndian(bytes), iova);
        return true;
    }

    /// <summary>Turns a message into indicator bits and, with the summary bit newly one, an adapter interruption.</summary>
    /// <param name="vector">Vector number.</param>
    /// <param name="address">Where the message was written.</param>
    public void Signal(uint vector, ulong address)
    {
        if (State != FunctionState.Enabled || Configuration is not { } configuration || Interruptions is not { } to) return;
        var details = (vector & 0xFFF) << 16;
        if (vector >= (uint)to.Count)
        {
            Fail(PciEventCode.InvalidVector, address, details);
            return;
        }
        var bit = (ulong)to.VectorOffset + vector;
        if (!configuration.Storage.TryOr(to.BitVector + bit / 8, BitOf(bit), out _))
        {
            Fail(PciEventCode.VectorStore, to.BitVector + bit / 8, details);
            return;
        }
        byte before = 0;
        var summary = (ulong)to.SummaryOffset;
        if (to.HasSummary && !configuration.Storage.TryOr(to.SummaryAddress + summary / 8, BitOf(summary), out before))
        {
            Fail(PciEventCode.SummaryStore, to.SummaryAddress + summary / 8, details);
            return;
        }
        var wasOne = (before & BitOf(summary)) != 0;
        if (configuration.Stages is { IsActive: true } stages)
            stages.Report(PciStages.VectorSignalled, Fid, vector, wasOne ? 1UL : 0);
        if (!wasOne) configuration.RequestInterruption(to.Subclass);
    }

    private static byte BitOf(ulong bit) => (byte)(0x80 >> (int)(bit % 8));
}
