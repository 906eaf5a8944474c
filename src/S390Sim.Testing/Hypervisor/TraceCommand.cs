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
}

/// <summary>One step of a trace; small numbers name places of the <see cref="TraceLayout"/>.</summary>
public abstract record TraceCommand
{
    /// <summary>Simpler commands that may fail in the same way.</summary>
    public virtual IEnumerable<TraceCommand> Simpler() => [];
}

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

/// <summary>The guest executes RPCIT, and after an error it resets the error state unless it forgets to.</summary>
public sealed record Refresh(ulong Start, ulong Length, bool Recover = true) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler()
        => (Start | Length) % 4096 != 0
            ? [this with { Start = Start & ~0xFFFUL, Length = Math.Max(Length & ~0xFFFUL, 4096) }] : [];

    /// <inheritdoc/>
    public override string ToString() => $"Refresh 0x{Start:x} +0x{Length:x}{(Recover ? "" : ", stays in error")}";
}

/// <summary>The guest refreshes a range in two parts, the first or the second part first.</summary>
public sealed record RefreshInTwo(ulong Start, ulong First, ulong Second, bool SecondFirst) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => [new Refresh(Start, First + Second)];

    /// <inheritdoc/>
    public override string ToString() => $"Refresh 0x{Start:x} +0x{First:x} and +0x{Second:x}{(SecondFirst ? " (first)" : "")}";
}

/// <summary>The guest registers an anchor.</summary>
public sealed record Register(int Root, bool Protect) : TraceCommand;

/// <summary>The guest replaces its anchor.</summary>
public sealed record Reregister(int Root, bool Protect) : TraceCommand;

/// <summary>The guest takes its anchor back.</summary>
public sealed record Deregister : TraceCommand;

/// <summary>Someone maps and unmaps through the IOMMU API, and asks for a second loan.</summary>
public sealed record UseApi(ulong Iova) : TraceCommand
{
    /// <inheritdoc/>
    public override string ToString() => $"UseApi 0x{Iova:x}";
}

/// <summary>The device reads or stores; after an error the guest resets the error state unless it forgets to.</summary>
public sealed record Dma(ulong Iova, int Length, bool Store, bool Recover = true) : TraceCommand
{
    /// <inheritdoc/>
    public override string ToString()
        => $"Dma {(Store ? "store" : "read")} 0x{Iova:x} +{Length}{(Recover ? "" : ", stays in error")}";
}

/// <summary>The host's administrator changes the memlock limit.</summary>
public sealed record SetLimit(ulong Pages) : TraceCommand;

/// <summary>The guest resets the function's error state.</summary>
public sealed record ResetError : TraceCommand;

/// <summary>System reset; the guest then enables the function again.</summary>
public sealed record SystemReset : TraceCommand;

/// <summary>The virtual machine ends and another one is started on the host.</summary>
public sealed record EndMachine : TraceCommand;
