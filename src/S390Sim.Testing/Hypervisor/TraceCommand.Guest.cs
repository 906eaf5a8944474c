namespace S390Sim.Testing.Hypervisor;

/// <summary>The guest executes RPCIT, and after an error it resets the error state unless it forgets to.</summary>
public sealed record Refresh(ulong Start, ulong Length, bool Recover = true) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler()
    {
        if ((Start | Length) % 4096 != 0)
            yield return this with { Start = Start & ~0xFFFUL, Length = Math.Max(Length & ~0xFFFUL, 4096) };
        if (!Recover) yield return this with { Recover = true };
    }
}

/// <summary>The guest refreshes a range in two parts, the first or the second part first.</summary>
public sealed record RefreshInTwo(ulong Start, ulong First, ulong Second, bool SecondFirst) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => [new Refresh(Start, First + Second)];
}

/// <summary>Two virtual CPUs each refresh a range, their instructions interleaved by a seed.</summary>
public sealed record RefreshByTwo(ulong Start, ulong Length, ulong OtherStart, ulong OtherLength, int Seed) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => [new Refresh(Start, Length), new Refresh(OtherStart, OtherLength)];
}

/// <summary>
/// One virtual CPU refreshes a range while another takes the anchor back, their instructions interleaved by a seed.
/// </summary>
public sealed record RefreshAndDeregister(ulong Start, ulong Length, int Seed) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => [new Refresh(Start, Length), new Deregister()];
}

/// <summary>Moments within the handling of an RPCIT.</summary>
public enum HandlerPoint
{
    /// <summary>An entry of the guest's tables was loaded.</summary>
    EntryLoaded,
    /// <summary>The very entry that is going to be stored was loaded.</summary>
    SameEntryLoaded,
    /// <summary>A page was pinned.</summary>
    PagePinned,
    /// <summary>An entry of the host's tables was stored.</summary>
    EntryStored,
    /// <summary>The host refreshed a range.</summary>
    HostRefreshed,
    /// <summary>A pin was taken off.</summary>
    PageUnpinned,
}

/// <summary>The guest refreshes everything, and at the n-th such moment another CPU of its stores a page-table entry.</summary>
public sealed record StoreDuring(HandlerPoint Point, int Number, int Table, int Place, EntryKind Kind, int Frame) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler()
        => Number > 1 ? [this with { Number = Number / 2 }, this with { Number = Number - 1 }] : [];
}

/// <summary>The guest refreshes everything, and at the n-th such moment the device has an address translated.</summary>
public sealed record AccessDuring(HandlerPoint Point, int Number, ulong Iova) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler()
        => Number > 1 ? [this with { Number = Number / 2 }, this with { Number = Number - 1 }] : [];
}

/// <summary>What is wrong with an RPCIT that must end in a program interruption.</summary>
public enum WrongRefresh
{
    /// <summary>The guest is in the problem state.</summary>
    ProblemState,
    /// <summary>R2 designates an odd register.</summary>
    OddRegister,
}

/// <summary>An RPCIT that must end in a program interruption.</summary>
public sealed record RefuseRefresh(WrongRefresh Kind) : TraceCommand;

/// <summary>Whose function a handle is not.</summary>
public enum ForeignHandle
{
    /// <summary>No function of the host has the index.</summary>
    Unknown,
    /// <summary>The handle was the function's before it was disabled, or will be.</summary>
    Stale,
    /// <summary>It is valid, in another virtual machine.</summary>
    Neighbour,
    /// <summary>It has a simulation bit that the function's has not.</summary>
    Simulated,
}

/// <summary>An RPCIT with a handle that is none of the guest's.</summary>
public sealed record ForeignRefresh(ForeignHandle Kind) : TraceCommand;

/// <summary>The guest registers an anchor.</summary>
public sealed record Register(int Root, bool Protect) : TraceCommand;

/// <summary>The guest replaces its anchor.</summary>
public sealed record Reregister(int Root, bool Protect) : TraceCommand;

/// <summary>The guest takes its anchor back.</summary>
public sealed record Deregister : TraceCommand;

/// <summary>The guest resets the function's error state.</summary>
public sealed record ResetError : TraceCommand;

/// <summary>System reset, twice; the guest then enables its functions again.</summary>
public sealed record SystemReset : TraceCommand;

/// <summary>From now on the guest's instructions, and the device, are those of its other function.</summary>
public sealed record SwitchFunction : TraceCommand;

/// <summary>
/// What a guest does after insufficient resources: it gives up what cannot be had, the host's limits are lifted, and it
/// refreshes everything.
/// </summary>
public sealed record MakeRoom : TraceCommand;

/// <summary>The device reads or stores; after an error the guest resets the error state unless it forgets to.</summary>
public sealed record Dma(ulong Iova, int Length, bool Store, bool Recover = true) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => Recover ? [] : [this with { Recover = true }];
}
