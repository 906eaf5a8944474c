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
    private const ulong DirectedCpuMask = 0x00FF_FF00;

    /// <inheritdoc/>
    public bool Read(ulong iova, Span<byte> bytes)
    {
        if (State != FunctionState.Enabled || Configuration is null || IsInjected(iova)) return false;
        var error = Configuration.Iommu.Read(DeviceId, iova, bytes, out var failing);
        if (error == IoError.None) Measurement.BytesRead += (ulong)bytes.Length;
        return Admit(error, failing);
    }

    /// <inheritdoc/>
    public bool Write(ulong iova, ReadOnlySpan<byte> bytes)
    {
        if (State != FunctionState.Enabled || Configuration is null) return false;
        if (IsMessage(iova)) return Message(iova, bytes);
        if (IsInjected(iova)) return false;
        var error = Configuration.Iommu.Write(DeviceId, iova, bytes, out var failing);
        if (error == IoError.None) Measurement.BytesWritten += (ulong)bytes.Length;
        return Admit(error, failing);
    }

    private bool IsInjected(ulong iova)
    {
        if (Configuration!.Failures?.Next(InjectionPoint.Dma, Fid) is not { } rule) return false;
        Fail(rule.EventCode, iova);
        return true;
    }

    private bool Admit(IoError error, ulong failing)
    {
        if (error == IoError.None) return true;
        if (error != IoError.Blocked) Fail((ushort)error, failing);
        return false;
    }

    // Bits 40-55 of a directed message's address are the address of the CPU.
    private bool IsMessage(ulong iova)
        => iova - Group.MessageAddress < MessageWindow
            || (DirectedInterruptions is not null && ((iova ^ Group.MessageAddress) & ~DirectedCpuMask) == 0);

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
        if (State != FunctionState.Enabled || Configuration is not { } configuration) return;
        var details = (vector & 0xFFF) << 16;
        if (DirectedInterruptions is { } directed)
        {
            Signal(configuration, directed, vector, address, details);
            return;
        }
        if (Interruptions is not { } to) return;
        if (vector >= (uint)to.Count)
        {
            Fail(PciEventCode.InvalidVector, address, details);
            return;
        }
        if (Forwarded is { } forwarded)
        {
            Notify(forwarded, to, vector, details);
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

    // The program is told of its own addresses, whatever the host's are.
    private void Notify(ForwardedInterruptions forwarded, in InterruptionParameters to, uint vector, uint details)
    {
        switch (forwarded.Notification.Notify(this, forwarded.Host, vector))
        {
            case NotificationOutcome.NoVector:
                Fail(PciEventCode.VectorStore, to.BitVector + ((ulong)to.VectorOffset + vector) / 8, details);
                break;
            case NotificationOutcome.NoSummary:
                Fail(PciEventCode.SummaryStore, to.SummaryAddress + (ulong)to.SummaryOffset / 8, details);
                break;
        }
    }

    private void Signal(PciConfiguration configuration, DirectedParameters to, uint vector, ulong address, uint details)
    {
        var directed = configuration.Directed!;
        var cpu = (ushort)(address >> 8);
        var bit = (ulong)to.VectorOffset + vector;
        if (vector >= (uint)to.Count)
        {
            Fail(PciEventCode.InvalidVector, address, details);
            return;
        }
        var hasVector = directed.TryGetVector(cpu, out var bits);
        if (!hasVector || !configuration.Storage.TryOr(bits + bit / 8, BitOf(bit), out _))
        {
            Fail(PciEventCode.VectorStore, hasVector ? bits + bit / 8 : address, details);
            return;
        }
        if (configuration.Stages is { IsActive: true } stages) stages.Report(PciStages.VectorSignalled, Fid, vector, 0);
        if (!directed.TryPresent(cpu, out var failing)) Fail(PciEventCode.SummaryStore, failing, details);
    }

    private static byte BitOf(ulong bit) => (byte)(0x80 >> (int)(bit % 8));
}
