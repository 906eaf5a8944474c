using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>Direct memory access: the bytes that devices move.</summary>
public sealed unsafe partial class HostIommu
{
    /// <summary>Who watches what devices do to storage; null for nobody.</summary>
    public IDmaWatcher? Watcher { get; set; }

    private const byte ReferenceBit = 0x04;
    private const byte ChangeBit = 0x02;

    /// <summary>Reads storage for a device. Nothing is read unless all of it may be.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="iova">First address.</param>
    /// <param name="bytes">Where to put the bytes.</param>
    /// <param name="failing">First address that was refused.</param>
    public IoError Read(uint deviceId, ulong iova, Span<byte> bytes, out ulong failing)
    {
        var error = Check(deviceId, iova, bytes.Length, IoAccess.Read, out failing);
        while (error == IoError.None && !bytes.IsEmpty)
        {
            var length = Piece(iova, bytes.Length);
            error = Translate(deviceId, failing = iova, length, IoAccess.Read, out var absolute);
            if (error != IoError.None) break;
            _storage.Key(absolute) |= ReferenceBit;
            new ReadOnlySpan<byte>(_storage.Base + absolute, length).CopyTo(bytes);
            Watcher?.Moved(deviceId, IoAccess.Read, absolute, bytes[..length]);
            bytes = bytes[length..];
            iova += (ulong)length;
        }
        if (error != IoError.None) Watcher?.Refused(deviceId, IoAccess.Read);
        return error;
    }

    /// <summary>Stores for a device. Nothing is stored unless all of it may be.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="iova">First address.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="failing">First address that was refused.</param>
    public IoError Write(uint deviceId, ulong iova, ReadOnlySpan<byte> bytes, out ulong failing)
    {
        var error = Check(deviceId, iova, bytes.Length, IoAccess.Write, out failing);
        while (error == IoError.None && !bytes.IsEmpty)
        {
            var length = Piece(iova, bytes.Length);
            error = Translate(deviceId, failing = iova, length, IoAccess.Write, out var absolute);
            if (error != IoError.None) break;
            _storage.Key(absolute) |= ReferenceBit | ChangeBit;
            bytes[..length].CopyTo(new Span<byte>(_storage.Base + absolute, length));
            _storage.Written(absolute, length);
            Watcher?.Moved(deviceId, IoAccess.Write, absolute, bytes[..length]);
            bytes = bytes[length..];
            iova += (ulong)length;
        }
        if (error != IoError.None) Watcher?.Refused(deviceId, IoAccess.Write);
        return error;
    }

    // A request of one page is checked by its own translation; a longer one is translated twice, so that it is all or nothing.
    private IoError Check(uint deviceId, ulong iova, int length, IoAccess access, out ulong failing)
    {
        failing = iova;
        if (length <= Piece(iova, length)) return IoError.None;
        while (length > 0)
        {
            var piece = Piece(iova, length);
            var error = Look(deviceId, failing = iova, piece, access, out _);
            if (error != IoError.None) return Translate(deviceId, iova, piece, access, out _);
            length -= piece;
            iova += (ulong)piece;
        }
        return IoError.None;
    }

    private static int Piece(ulong iova, int length) => Math.Min(length, Storage.PageSize - (int)(iova & 0xFFF));
}
