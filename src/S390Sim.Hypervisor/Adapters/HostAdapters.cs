using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// KVM's part of its guests' adapter interruptions, one for a host: the guest adapter interruption table (GAIT) with the
/// forwarding summary bits, the guest information block (GIB), and the handler of the host's interruption on whose subclass both report
/// (kvm_s390_pci_aen_init and the alert handler; sie.md sections 9.3 and 10.7).
/// </summary>
public sealed unsafe class HostAdapters
{
    /// <summary>Entries of the table: as many functions as Linux has room for.</summary>
    public const int Entries = 512;
    /// <summary>Interruption subclass of the host for alerts and what is forwarded: that of Linux (GAL).</summary>
    public const int Subclass = 5;

    private const ulong PageSize = Cpu.Storage.PageSize;
    private const ulong TableSize = Entries * GuestAdapterEntry.Size;
    private const ulong SummarySize = Entries / 8;

    private readonly Storage _storage;
    private readonly GuestAdapters?[] _owners = new GuestAdapters?[Entries];
    private readonly List<GuestAdapters> _guests = [];
    private readonly InterruptionSuppression _suppression = new();
    private readonly ulong _table, _summaries, _block;

    private HostAdapters(Storage storage, IReadOnlyList<Processor> processors, ulong table, ulong block)
    {
        _storage = storage;
        (_table, _summaries, _block) = (table, table + TableSize, block);
        Notification = new EventNotification(storage, new GuestAdapterInterruptions(storage, processors));
        var controls = stackalloc byte[AdapterInformationBlock.Size];
        Notification.TrySet(new AdapterInformationBlock(controls)
        {
            SummaryBits = _summaries,
            Table = table,
            Subclass = Subclass,
            Entries = Entries,
        });
        _ = new GuestInformationBlock(storage.Base + block) { Subclass = Subclass };
        Notification.Guests.TrySetBlock((uint)block);
        _suppression.SetSingle(Subclass);
        Notification.HostInterrupted += (subclass, _) => OnForwarded(subclass);
        Notification.Guests.Alerted += _ => DrainAlerts();
    }

    /// <summary>The machine's part.</summary>
    public EventNotification Notification { get; }

    /// <summary>Events that the host delivered to guests in the machine's place.</summary>
    public ulong Forwarded { get; private set; }
    /// <summary>GISAs taken from the alert list.</summary>
    public ulong Alerts { get; private set; }

    /// <summary>Sets up the tables; null when the host has no storage for them, where they must be.</summary>
    /// <param name="storage">Host absolute storage.</param>
    /// <param name="frames">The host's frames.</param>
    /// <param name="processors">All processors of the machine.</param>
    public static HostAdapters? TryCreate(Storage storage, HostFrames frames, IReadOnlyList<Processor> processors)
    {
        if (!frames.TryAllocate(TableSize + SummarySize, PageSize, out var table)) return null;
        if (frames.TryAllocate(PageSize, PageSize, out var block) && block <= Gisa.OriginMask)
            return new(storage, processors, table, block);
        if (block != 0) frames.Free(block, PageSize);
        frames.Free(table, TableSize + SummarySize);
        return null;
    }

    internal void Add(GuestAdapters guest) => _guests.Add(guest);

    internal void Remove(GuestAdapters guest)
    {
        DrainAlerts();
        _guests.Remove(guest);
    }

    /// <summary>Takes a free entry and fills it; false when there is none.</summary>
    internal bool TryTake(GuestAdapters owner, int subclass, ulong summary, int summaryOffset, out int index)
    {
        index = Array.IndexOf(_owners, null);
        if (index < 0) return false;
        _owners[index] = owner;
        var entry = Entry(index);
        entry.Bytes.Clear();
        entry.Subclass = (byte)subclass;
        entry.SummaryAddress = summary;
        entry.SummaryOffset = (byte)summaryOffset;
        entry.Count = 1;
        entry.Gisa = owner.Designation;
        return true;
    }

    /// <summary>Gives an entry back: what was forwarded for it and not delivered is gone.</summary>
    internal void Release(int index)
    {
        _owners[index] = null;
        Entry(index).Bytes.Clear();
        _storage.Base[SummaryOf(index)] &= (byte)~BitOf(index);
    }

    /// <summary>What the host registers for the function of an entry: its summary bit is that of the entry.</summary>
    internal InterruptionParameters Registration(int index, in InterruptionParameters guest, ulong vector)
    {
        var word = ((uint)Subclass << 28) | ((uint)guest.Count << 16) | ((uint)guest.VectorOffset << 8) | 0x80
            | ((uint)index & 0x3F);
        return new(word, vector, _summaries + (ulong)index / 64 * 8);
    }

    // A summary bit stays one until the handler has seen it; while the subclass is suppressed it is at work anyway.
    private void OnForwarded(int subclass)
    {
        if (!_suppression.Admit(subclass)) return;
        ScanSummaries();
        _suppression.SetSingle(subclass);
        ScanSummaries();
    }

    private void ScanSummaries()
    {
        for (var index = 0; index < Entries; index++)
        {
            ref var bits = ref _storage.Base[SummaryOf(index)];
            if (bits == 0)
            {
                index |= 7;
                continue;
            }
            if ((bits & BitOf(index)) == 0) continue;
            bits &= (byte)~BitOf(index);
            Deliver(index);
        }
    }

    private void Deliver(int index)
    {
        var entry = Entry(index);
        if (entry.Count == 0 || _owners[index] is not { } owner) return;
        if (!Notification.TrySignalSummary(entry.SummaryAddress, entry.SummaryOffset, out var isNew) || !isNew) return;
        Forwarded++;
        owner.Deliver(entry.Subclass & 7);
    }

    /// <summary>
    /// Takes the alert list down and wakes its guests, until the machine added nothing meanwhile; the last round lets alerts
    /// interrupt again.
    /// </summary>
    private void DrainAlerts()
    {
        for (uint list = 0; ;)
        {
            var isFinal = (list & GuestInformationBlock.NoInterruption) != 0;
            list = Exchange(isFinal ? 0 : GuestInformationBlock.NoInterruption);
            while ((list & Gisa.OriginMask) != 0 && Find(list) is { } guest)
            {
                Alerts++;
                list = guest.Unlink();
                guest.Kick();
            }
            if (isFinal) return;
        }
    }

    private GuestAdapters? Find(uint origin) => _guests.Find(g => (g.Designation & Gisa.OriginMask) == origin);

    private uint Exchange(uint origin)
    {
        var before = BinaryPrimitives.ReadUInt32BigEndian(_storage.Read(_block, sizeof(uint)));
        _ = new GuestInformationBlock(_storage.Base + _block) { AlertList = origin };
        return before;
    }

    private GuestAdapterEntry Entry(int index) => new(_storage.Base + _table + (ulong)index * GuestAdapterEntry.Size);

    private ulong SummaryOf(int index) => _summaries + (ulong)index / 8;

    private static byte BitOf(int index) => (byte)(0x80 >> (index % 8));
}
