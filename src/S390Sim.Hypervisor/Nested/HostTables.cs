using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// The translation tables that a guest which executes SIE keeps for its own guest: its primary space, read in its storage, with
/// the enhanced DAT that its control register 0 has on (sie.md section 11). As for the machine, tables and frames are absolute.
/// </summary>
internal readonly struct HostTables
{
    private const ulong EnhancedDatControl = 1UL << 23;     // CR0 bit 40

    private readonly GuestMemory _memory;
    private readonly bool _edat1, _edat2;

    /// <summary>The tables of a virtual CPU's primary space, as its registers are now.</summary>
    public HostTables(VirtualCpu host)
    {
        _memory = host.Machine.Memory;
        Asce = host.GetCr(1);
        var facilities = host.Processor.Facilities;
        HasEnhancedDat = (host.GetCr(0) & EnhancedDatControl) != 0 && facilities.EnhancedDat1;
        _edat1 = HasEnhancedDat;
        _edat2 = HasEnhancedDat && facilities.EnhancedDat2;
    }

    /// <summary>Address-space-control element.</summary>
    public ulong Asce { get; }

    /// <summary>Whether enhanced DAT is on.</summary>
    public bool HasEnhancedDat { get; }

    /// <summary>Translates an address of the host's primary space to the host's absolute one.</summary>
    public Dat.Result Translate(ulong address)
    {
        var reader = new Reader(_memory);
        return Dat.Translate(ref reader, Asce, address, _edat1, _edat2);
    }

    /// <summary>
    /// Where the walk for an address ends, as code 38 tells it (sie.md section 8.3): the address of the page-table entry, with
    /// 2 when it or an entry above protects; or with 4 of the segment- or region-table entry that it ends at.
    /// </summary>
    public ulong LocateEntry(ulong address)
    {
        const ulong Protected = 2, NoPageEntry = 4, Level = 3, Protects = 4;
        var reader = new Reader(_memory);
        var (code, value) = Dat.LocatePageEntry(ref reader, Asce, address, _edat1, _edat2);
        return code switch
        {
            0 => value | (reader.TryRead(value, out var page) && (page & Dat.EntryProtect) != 0 ? Protected : 0),
            1 => value | Protected,
            2 => (value & ~(Level | Protects)) | NoPageEntry | ((value & Protects) != 0 ? Protected : 0),
            _ => NoPageEntry,
        };
    }

    private readonly struct Reader(GuestMemory memory) : ITableReader
    {
        public bool TryRead(ulong address, out ulong entry)
        {
            Span<byte> bytes = stackalloc byte[8];
            var done = memory.TryRead(address, bytes);
            entry = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
            return done;
        }
    }
}
