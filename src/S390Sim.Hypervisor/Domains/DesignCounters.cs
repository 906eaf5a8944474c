using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>
/// What a guest's I/O translation cost its host, since the virtual machine was made. Every domain design fills all of it, so that
/// designs can be compared; a count is an increment where the work is done, and whatever a design never does stays zero.
/// </summary>
/// <param name="account">The locked-memory account of the virtual machine; null when nothing is ever charged.</param>
public sealed class DesignCounters(MemlockAccount? account = null)
{
    /// <summary>Exits from SIE, for whatever reason.</summary>
    public ulong Exits { get; set; }
    /// <summary>Exits that went on to user space.</summary>
    public ulong UserSpaceExits { get; set; }
    /// <summary>
    /// Calls from user space into the kernel about a domain: vfio's map and unmap, iommufd's, and KVM's to lend and recall one.
    /// </summary>
    public ulong Ioctls { get; set; }
    /// <summary>Entries of the guest's translation tables that the host's software loaded, at any level.</summary>
    public ulong GuestEntriesRead { get; set; }
    /// <summary>Pins on guest pages made; a page that is pinned twice counts twice, here and below.</summary>
    public ulong PinsMade { get; private set; }
    /// <summary>Pins held now.</summary>
    public ulong PinsHeld { get; private set; }
    /// <summary>Most pins held at any time.</summary>
    public ulong PinsPeak { get; private set; }
    /// <summary>Pages that a parent domain has pinned now, once each, as long as they are the guest's.</summary>
    public ulong ParentPages { get; internal set; }
    /// <summary>Counters for the host's translation tables: whoever makes tables gives them these.</summary>
    public IoTableCounters HostTables { get; } = new();
    /// <summary>Valid entries stored into the host's translation tables, at any level.</summary>
    public ulong HostEntriesWritten => HostTables.Written;
    /// <summary>Page-table entries of the host's made invalid.</summary>
    public ulong HostEntriesCleared => HostTables.Cleared;
    /// <summary>Flushes of the IOTLB for a function that the host's software asked for: the host's own RPCITs.</summary>
    public ulong Flushes { get; set; }
    /// <summary>Pages charged to the locked-memory account now.</summary>
    public ulong LockedPages => account?.Charged ?? 0;
    /// <summary>Most pages charged at any time.</summary>
    public ulong LockedPagesPeak => account?.Peak ?? 0;
    /// <summary>RPCITs that the kernel handled, however they ended.</summary>
    public ulong RefreshesInKernel { get; set; }
    /// <summary>RPCITs that user space handled, however they ended.</summary>
    public ulong RefreshesInUserSpace { get; set; }
    /// <summary>RPCITs that the machine executed itself, without an exit.</summary>
    public ulong RefreshesInMachine { get; set; }
    /// <summary>RPCITs, wherever they were handled and however they ended.</summary>
    public ulong Refreshes => RefreshesInKernel + RefreshesInUserSpace + RefreshesInMachine;
    /// <summary>RPCITs answered with insufficient resources: status 16, or 4.</summary>
    public ulong InsufficientReplies { get; set; }

    /// <summary>Counts a pin made.</summary>
    public void CountPin()
    {
        PinsMade++;
        if (++PinsHeld > PinsPeak) PinsPeak = PinsHeld;
    }

    /// <summary>Counts a pin taken off.</summary>
    public void CountUnpin() => PinsHeld--;

    /// <summary>All counts by name, in the order in which reports tell them.</summary>
    public static IReadOnlyList<DesignFigure> Figures { get; } =
    [
        new("exits", "Times that the processor left the guest for the host, for whatever reason.", c => c.Exits),
        new("exits to user space", "Exits that the kernel could not handle alone and gave on to user space.", c
            => c.UserSpaceExits),
        new("ioctls", "Calls from user space into the kernel about a domain: to map and unmap, to make, lend and recall one.", c
            => c.Ioctls),
        new("rpcits", "REFRESH PCI TRANSLATIONS instructions that the guest executed.", c => c.Refreshes),
        new("rpcits in the kernel", "Those that the kernel handled by itself.", c => c.RefreshesInKernel),
        new("rpcits in user space", "Those that went to user space.", c => c.RefreshesInUserSpace),
        new("rpcits in the machine", "Those that the machine executed, without leaving the guest.", c => c.RefreshesInMachine),
        new("rpcits short of resources", "Those answered with status 16 or 4: the guest shall make room and refresh again.", c
            => c.InsufficientReplies),
        new("guest entries read", "Entries of the guest's translation tables that the host's software loaded.", c
            => c.GuestEntriesRead),
        new("pins made", "Times that a guest page was pinned for DMA.", c => c.PinsMade),
        new("pins held", "Pins held when the program ended.", c => c.PinsHeld),
        new("pins at peak", "Most pins held at any time.", c => c.PinsPeak),
        new("pages of the parent", "Pages that a parent domain has pinned because they are the guest's.", c => c.ParentPages),
        new("host entries written", "Valid entries stored into the host's translation tables, at any level.", c
            => c.HostEntriesWritten),
        new("host entries cleared", "Page-table entries of the host's made invalid.", c => c.HostEntriesCleared),
        new("host refreshes", "Flushes of the IOTLB that the host's software asked for: its own RPCITs.", c => c.Flushes),
        new("pages locked", "Pages charged to the locked-memory account when the program ended.", c => c.LockedPages),
        new("pages locked at peak", "Most pages charged to the locked-memory account at any time.", c => c.LockedPagesPeak),
    ];
}

/// <summary>One of the counts.</summary>
/// <param name="Name">What is counted, in lower-case words.</param>
/// <param name="Meaning">The same in a sentence.</param>
/// <param name="Of">Reads it.</param>
public sealed record DesignFigure(string Name, string Meaning, Func<DesignCounters, ulong> Of);
