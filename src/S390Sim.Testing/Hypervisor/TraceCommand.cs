namespace S390Sim.Testing.Hypervisor;

/// <summary>What a table entry is made of; each level picks its own bits (zpci.md section 4.3).</summary>
public enum EntryKind
{
    /// <summary>The invalid bit is one.</summary>
    Invalid,
    /// <summary>Designates a table of the next level; at the page level, maps a frame.</summary>
    Valid,
    /// <summary>Segment level: a 1 MB frame; elsewhere as <see cref="Valid"/>.</summary>
    Large,
    /// <summary>Region level: table length is not full.</summary>
    ShortTable,
    /// <summary>Region and segment level: the table type of another level.</summary>
    WrongType,
    /// <summary>Designates something beyond guest storage.</summary>
    Nowhere,
    /// <summary>All zeros: valid, of frame or table 0, at the page and segment levels; malformed at the region level.</summary>
    Zero,
    /// <summary>Page level: a frame of the memory slot that comes and goes; elsewhere as <see cref="Valid"/>.</summary>
    Slot,
}

/// <summary>One step of a trace; small numbers name places of the <see cref="TraceLayout"/>.</summary>
public abstract record TraceCommand
{
    /// <summary>Simpler commands that may fail in the same way.</summary>
    public virtual IEnumerable<TraceCommand> Simpler() => [];
}

/// <summary>The guest fills its tables: some are linked, some pages mapped.</summary>
public sealed record Populate : TraceCommand;

/// <summary>The guest stores a region-third-table entry.</summary>
public sealed record SetRegion(int Root, int Place, EntryKind Kind, int Table, bool Protect) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => Protect ? [this with { Protect = false }] : [];
}

/// <summary>The guest stores a segment-table entry.</summary>
public sealed record SetSegment(int Table, int Place, EntryKind Kind, int Target, bool Protect) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => Protect ? [this with { Protect = false }] : [];
}

/// <summary>The guest stores a page-table entry.</summary>
public sealed record SetPage(int Table, int Place, EntryKind Kind, int Frame, bool Protect) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => Protect ? [this with { Protect = false }] : [];
}
