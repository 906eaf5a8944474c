using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// The translation tables that a guest which executes SIE keeps for its own guest: its primary space, read in its storage, with
/// the enhanced DAT that its control register 0 has on (sie.md section 11). As for the machine, tables and frames are absolute.
/// </summary>
internal readonly struct HostTables
{
    private readonly GuestMemory _memory;
    private readonly Storage _storage;
    private readonly bool _hasEnhancedDat2;

    /// <summary>The tables of a virtual CPU's primary space, as its registers are now.</summary>
    public HostTables(VirtualCpu host)
    {
        (_memory, _storage) = (host.Machine.Memory, host.Machine.Storage);
        Asce = host.GetCr(1);
        var facilities = host.Processor.Facilities;
        HasEnhancedDat = (host.GetCr(0) & CpuState.EnhancedDatControl) != 0 && facilities.EnhancedDat1;
        _hasEnhancedDat2 = HasEnhancedDat && facilities.EnhancedDat2;
    }

    /// <summary>Address-space-control element.</summary>
    public ulong Asce { get; }

    /// <summary>Whether enhanced DAT is on.</summary>
    public bool HasEnhancedDat { get; }

    /// <summary>Translates an address of the host's primary space to the host's absolute one.</summary>
    public Dat.Result Translate(ulong address)
    {
        var reader = new GuestTables(_memory, _storage);
        return Dat.Translate(ref reader, Asce, address, HasEnhancedDat, _hasEnhancedDat2);
    }

    /// <summary>Where the walk for an address ends, as code 38 tells it.</summary>
    public ulong LocateEntry(ulong address)
    {
        var reader = new GuestTables(_memory, _storage);
        return Dat.EntryPointer(ref reader, Asce, address, HasEnhancedDat, _hasEnhancedDat2);
    }
}
