using System.Diagnostics.CodeAnalysis;
using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>Work that an IOMMU did since it was made.</summary>
public struct IommuCounters
{
    /// <summary>Walks through tables.</summary>
    public ulong Walks;
    /// <summary>Accesses that the IOTLB answered.</summary>
    public ulong Hits;
    /// <summary>Accesses that it did not answer.</summary>
    public ulong Misses;
    /// <summary>Flush operations.</summary>
    public ulong Flushes;
    /// <summary>IOTLB entries that flushes dropped.</summary>
    public ulong FlushedEntries;
    /// <summary>Accesses refused.</summary>
    public ulong Refusals;
}

/// <summary>
/// The machine's I/O memory management unit: translates the addresses of devices through real-format tables in storage, with
/// an IOTLB. A device without a registered address space reaches nothing. Callers serialise; the machine runs one at a time.
/// </summary>
public sealed partial class HostIommu
{
    private sealed class Device
    {
        public IoAddressSpace? Space;       // null when none is registered
        public IStageTwo? Parent;
        public bool IsBlocked;
    }

    private readonly Storage _storage;
    private readonly Iotlb _iotlb;
    private readonly Dictionary<uint, Device> _devices = [];
    private Device? _last;
    private uint _lastId;
    private uint _nextId;
    private IommuCounters _counters;

    /// <summary>Makes an IOMMU for a storage.</summary>
    /// <param name="storage">Host absolute storage.</param>
    /// <param name="iotlbEntries">Capacity of the IOTLB, a power of two of at least four.</param>
    public HostIommu(Storage storage, int iotlbEntries = 1024)
    {
        _storage = storage;
        _iotlb = new Iotlb(iotlbEntries);
    }

    /// <summary>Where stages are reported.</summary>
    public StageReporter? Stages { get; init; }

    /// <summary>Work done so far.</summary>
    public IommuCounters Counters => _counters;

    /// <summary>
    /// Connects a device: what it is called here from now on. Whoever is behind this IOMMU asks for its devices' identifiers,
    /// so that those of two configurations never are the same; none is given twice.
    /// </summary>
    public uint Connect() => _nextId++;

    /// <summary>Registers a device's address space, in place of any before.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="space">Anchor and range.</param>
    /// <param name="parent">When given, table origins and frames are guest absolute and go through it (two dimensions).</param>
    public void Register(uint deviceId, IoAddressSpace space, IStageTwo? parent = null)
    {
        Deregister(deviceId);
        var device = Ensure(deviceId);
        device.Space = space;
        device.Parent = parent;
    }

    /// <summary>Takes the address space away and drops all its translations; without effect when there is none.</summary>
    public void Deregister(uint deviceId)
    {
        if (Find(deviceId) is not { Space: not null } device) return;
        device.Space = null;
        device.Parent = null;
        Flushed(deviceId, 0, ulong.MaxValue, _iotlb.RemoveAll(deviceId));
    }

    /// <summary>The registered address space of a device.</summary>
    public bool TryGetSpace(uint deviceId, [NotNullWhen(true)] out IoAddressSpace? space)
    {
        space = Find(deviceId)?.Space;
        return space is not null;
    }

    /// <summary>Whether a device's registered address space is translated in two dimensions.</summary>
    public bool IsNested(uint deviceId) => Find(deviceId) is { Parent: not null };

    /// <summary>Isolates a device, or admits it again: its accesses then fail with <see cref="IoError.Blocked"/>.</summary>
    public void SetBlocked(uint deviceId, bool isBlocked) => Ensure(deviceId).IsBlocked = isBlocked;

    /// <summary>Drops a device's translations of a range of addresses.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>Number of IOTLB entries dropped.</returns>
    public int Flush(uint deviceId, ulong start, ulong length)
    {
        var dropped = 0;
        if (length != 0 && Find(deviceId)?.Space is { } space)
        {
            var last = length - 1 > ulong.MaxValue - start ? ulong.MaxValue : start + (length - 1);
            dropped = _iotlb.Remove(deviceId, start >> 12, (last >> 12) - (start >> 12) + 1, space.AddressMask);
        }
        Flushed(deviceId, start, length, dropped);
        return dropped;
    }

    /// <summary>Whether the IOTLB holds a translation of a device's address.</summary>
    public bool IotlbContains(uint deviceId, ulong iova)
        => TryGetSpace(deviceId, out var space) && _iotlb.TryFind(deviceId, Page(space, iova), out _, out _);

    /// <summary>Every translation that the IOTLB holds, in no meaningful order.</summary>
    public IEnumerable<IotlbTranslation> IotlbContents() => _iotlb.Contents();

    /// <summary>Translates an access that stays within one page.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="iova">First address.</param>
    /// <param name="length">Bytes, up to the end of the page.</param>
    /// <param name="access">What the device does.</param>
    /// <param name="hostAbsolute">Where the first byte is.</param>
    public IoError Translate(uint deviceId, ulong iova, int length, IoAccess access, out ulong hostAbsolute)
    {
        var error = Look(deviceId, iova, length, access, out hostAbsolute);
        if (error != IoError.None) _counters.Refusals++;
        if (Stages is { IsActive: true } stages)
        {
            var kind = error == IoError.None ? IommuStages.DmaTranslated : IommuStages.DmaRefused;
            stages.Report(kind, deviceId, iova, error == IoError.None ? hostAbsolute : (ulong)error, (ulong)access);
        }
        return error;
    }

    private IoError Look(uint deviceId, ulong iova, int length, IoAccess access, out ulong hostAbsolute)
    {
        hostAbsolute = 0;
        if (Find(deviceId) is not { } device) return IoError.NoTranslation;
        if (device.IsBlocked) return IoError.Blocked;
        if (device.Space is not { } space) return IoError.NoTranslation;
        if (!space.Contains(iova, (ulong)length)) return IoError.OutOfRange;
        var page = Page(space, iova);
        if (_iotlb.TryFind(deviceId, page, out var frame, out var writable) && (writable || access == IoAccess.Read))
        {
            _counters.Hits++;
        }
        else
        {
            _counters.Misses++;
            var error = Walk(device, space, iova, access, out frame, out writable);
            if (error != IoError.None) return error;
            _iotlb.Insert(deviceId, page, frame, writable);
        }
        hostAbsolute = frame | (iova & 0xFFF);
        return IoError.None;
    }

    private IoError Walk(Device device, IoAddressSpace space, ulong iova, IoAccess access, out ulong frame, out bool writable)
    {
        _counters.Walks++;
        var observer = new StageObserver(Stages);
        IoWalkResult result;
        if (device.Parent is { } parent)
        {
            var tables = new NestedTables(_storage, parent);
            result = IoWalk.Translate(ref tables, space, iova, access, ref observer);
        }
        else
        {
            var tables = new AbsoluteTables(_storage);
            result = IoWalk.Translate(ref tables, space, iova, access, ref observer);
        }
        frame = result.AddressOf(iova) & ~0xFFFUL;
        writable = result.Writable;
        if (result.Error != IoError.None) return result.Error;
        if (device.Parent is not null)
        {
            // A frame that the host maps for fetching only is cached as such: a later store looks again and is refused.
            var store = access == IoAccess.Write;
            if (!device.Parent.TryTranslate(frame, store, out var host))
                return store && device.Parent.TryTranslate(frame, false, out _) ? IoError.TableProtection : IoError.InvalidMemory;
            frame = host;
            writable &= store;
        }
        return _storage.Contains(frame, Storage.PageSize) ? IoError.None : IoError.InvalidMemory;
    }

    private static ulong Page(IoAddressSpace space, ulong iova) => iova & space.AddressMask & ~0xFFFUL;

    // Most accesses are those of one device after another of its own.
    private Device? Find(uint deviceId)
    {
        if (_last is not null && _lastId == deviceId) return _last;
        if (!_devices.TryGetValue(deviceId, out var device)) return null;
        (_last, _lastId) = (device, deviceId);
        return device;
    }

    private Device Ensure(uint deviceId)
    {
        if (Find(deviceId) is { } device) return device;
        return _devices[deviceId] = new Device();
    }

    private void Flushed(uint deviceId, ulong start, ulong length, int entries)
    {
        _counters.Flushes++;
        _counters.FlushedEntries += (ulong)entries;
        if (Stages is { IsActive: true } stages) stages.Report(IommuStages.IotlbFlushed, deviceId, start, length, (ulong)entries);
    }
}
