using S390Sim.Iommu;
using S390Sim.Machine;

namespace S390Sim.Cli.Comparison;

/// <summary>
/// Records what the devices of a run did to storage: the row of accesses of each function, and which bytes of the program's
/// storage were stored into. I/O virtual addresses are left out: a design may give them another meaning, but not another
/// result.
/// </summary>
internal sealed class DmaRecorder(IConfigurationHost host) : IDmaWatcher
{
    private readonly Dictionary<uint, DmaStream> _streams = [];
    private readonly SortedDictionary<ulong, StoredBytes> _stored = [];

    /// <summary>What was recorded so far.</summary>
    public DmaRecord Record => new([.. _streams.Values.OrderBy(s => s.Fid)], _stored);

    public void Moved(uint deviceId, IoAccess access, ulong absolute, ReadOnlySpan<byte> bytes)
    {
        StreamOf(deviceId).Add(access, bytes);
        // What belongs to nobody any more is not the program's.
        if (access == IoAccess.Read || !host.TryFindGuest(absolute, out var guest)) return;
        var page = guest & ~(StoredBytes.PageSize - 1);
        if (!_stored.TryGetValue(page, out var stored)) _stored.Add(page, stored = new StoredBytes());
        stored.Add((int)(guest - page), bytes.Length);
    }

    public void Refused(uint deviceId, IoAccess access) => StreamOf(deviceId).Refuse(access);

    private DmaStream StreamOf(uint deviceId)
    {
        if (_streams.TryGetValue(deviceId, out var stream)) return stream;
        var fid = host.Pci.Functions.First(f => f.DeviceId == deviceId).Fid;
        return _streams[deviceId] = new DmaStream(fid);
    }
}

/// <summary>What the devices of a run did to storage.</summary>
/// <param name="Streams">The accesses of each function that made any, in order of function identifier.</param>
/// <param name="Stored">Which bytes of the program's storage they stored into, by page.</param>
internal sealed record DmaRecord(IReadOnlyList<DmaStream> Streams, IReadOnlyDictionary<ulong, StoredBytes> Stored);

/// <summary>Bytes of a page that some device stored into.</summary>
internal sealed class StoredBytes
{
    public const ulong PageSize = Cpu.Storage.PageSize;

    private readonly ulong[] _bits = new ulong[PageSize / 64];

    /// <summary>Number of them.</summary>
    public int Count => _bits.Sum(System.Numerics.BitOperations.PopCount);

    public bool this[int at] => (_bits[at / 64] >> (at % 64) & 1) != 0;

    public void Add(int at, int length)
    {
        for (var n = at; n < at + length; n++) _bits[n / 64] |= 1UL << (n % 64);
    }
}
