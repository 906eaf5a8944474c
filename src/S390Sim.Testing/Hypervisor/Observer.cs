using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>Looks at a bench; what was learnt before and is still so is not looked for again.</summary>
/// <param name="bench">The bench.</param>
/// <param name="promises">What its design promises.</param>
public sealed class Observer(HypervisorBench bench, DesignPromises promises)
{
    private readonly GuestFrames _frames = new(bench.Storage.Size);
    private readonly Dictionary<S390Domain, (ulong Written, IoMapping[] Mappings)> _domains = [];

    /// <summary>What is there now.</summary>
    public Observation Observe()
    {
        _frames.Look(bench.Memory);
        var other = bench.Functions.FirstOrDefault(f => f != bench.Function);
        var pins = bench.Frames.TotalPins();
        IotlbTranslation[] iotlb = [.. bench.Iommu.IotlbContents()];
        return new Observation
        {
            H = Translations(bench.Function, iotlb),
            Others = other is null ? [] : Translations(other, iotlb),
            Neighbours = Translations(bench.Neighbour?.Design.FindDomain(bench.NeighbourFunction!), isNeighbours: true),
            DeviceId = bench.Function.DeviceId,
            Domain = bench.Domain,
            TableBytes = bench.Domain?.Tables.TableBytes ?? 0,
            CachedTables = Cached(bench.Machine),
            Parents = promises.PinsEach ? [] : Storage(),
            IsOtherRegistered = other?.AddressSpace is not null,
            Iotlb = iotlb,
            TotalPins = pins,
            OwnPins = pins - bench.PinsBefore,
            Charged = bench.Machine.Account.Charged,
            Limit = bench.Machine.Account.Limit,
            Held = bench.Machine.Counters.PinsHeld,
            EntriesWritten = bench.Domain?.Tables.EntriesWritten ?? 0,
            Loan = bench.Domain?.Loan ?? LoanState.Normal,
            State = bench.Function.State,
            IsRegistered = bench.Function.AddressSpace is not null,
        };
    }

    private SortedDictionary<ulong, HostPage> Translations(PciFunction function, IotlbTranslation[] iotlb)
    {
        if (!promises.InMachine) return Translations(bench.Machine.Design.FindDomain(function));
        var cached = iotlb.Where(t => t.DeviceId == function.DeviceId);
        return new(cached.ToDictionary(t => t.Iova, t => new HostPage(t.Frame, _frames.GuestOf(t.Frame), t.Writable)));
    }

    // Pages that are pinned keep their frames: only slots come and go.
    private List<ulong> Storage()
    {
        if (_storage is { } known && known.Slots == bench.Memory.Slots.Count) return known.Frames;
        List<ulong> frames = [];
        foreach (var slot in bench.Memory.Slots)
        {
            for (var guest = slot.Start; guest < slot.End; guest += 4096)
            {
                if (bench.Memory.Map.TryTranslate(guest, out var frame)) frames.Add(frame);
            }
        }
        _storage = (bench.Memory.Slots.Count, frames);
        return frames;
    }

    private (int Slots, List<ulong> Frames)? _storage;

    /// <summary>The guest page that a frame backs now; all ones when it backs none.</summary>
    public ulong GuestOf(ulong frame)
    {
        _frames.Look(bench.Memory);
        return _frames.GuestOf(frame);
    }

    /// <summary>The virtual machine is another one: nothing that was learnt of it counts.</summary>
    public void Forget()
    {
        _domains.Clear();
        _storage = null;
    }

    private static List<ulong> Cached(VirtualMachine machine) => [.. (machine.Design as HistoricDesign)?.CachedTableFrames ?? []];

    // Tables into which nothing was stored are as they were; which guest page a frame backs may still change.
    private SortedDictionary<ulong, HostPage> Translations(S390Domain? domain, bool isNeighbours = false)
    {
        var h = new SortedDictionary<ulong, HostPage>();
        if (domain is null) return h;
        if (!_domains.TryGetValue(domain, out var known) || known.Written != domain.Tables.EntriesWritten)
            _domains[domain] = known = (domain.Tables.EntriesWritten, [.. domain.Tables.Mappings()]);
        foreach (var mapping in known.Mappings)
            h.Add(mapping.Iova,
                new(mapping.Frame, isNeighbours ? ulong.MaxValue : _frames.GuestOf(mapping.Frame), mapping.Writable));
        return h;
    }

    /// <summary>Which guest page a host frame backs: X the other way round.</summary>
    private sealed class GuestFrames(ulong host)
    {
        private readonly ulong[] _guest = Fill(new ulong[host / 4096]);
        private GuestMemory? _memory;
        private bool _isComplete;

        /// <summary>The guest's map may be another one than before.</summary>
        public void Look(GuestMemory memory) => (_memory, _isComplete) = (memory, false);

        public ulong GuestOf(ulong frame)
        {
            var guest = _guest[frame / 4096];
            if (_isComplete
                || (guest != ulong.MaxValue && _memory!.Map.TryTranslate(guest, out var absolute)
                && absolute == frame)) return guest;
            Fill(_guest);
            for (guest = 0; guest < _memory!.Size; guest += 4096)
            {
                if (_memory.Map.TryTranslate(guest, out absolute)) _guest[absolute / 4096] = guest;
            }
            _isComplete = true;
            return _guest[frame / 4096];
        }

        private static ulong[] Fill(ulong[] guests)
        {
            Array.Fill(guests, ulong.MaxValue);
            return guests;
        }
    }
}
