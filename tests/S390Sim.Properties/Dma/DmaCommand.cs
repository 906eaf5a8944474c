using FsCheck;
using FsCheck.Fluent;

namespace S390Sim.Properties.Dma;

/// <summary>Something that a program does: each is a few instructions, executed by the guest.</summary>
internal abstract record DmaCommand;

/// <summary>Stores a table entry.</summary>
internal sealed record StoreEntry(int Entry, ulong Value) : DmaCommand
{
    public override string ToString()
        => $"store {DmaWorld.Entries[Entry].Address:x} (level {DmaWorld.Entries[Entry].Level}) = {Value:x}";
}

/// <summary>MPCIFC: registers (4), deregisters (5), reregisters (6), resets the error (7) or the block (9).</summary>
internal sealed record Modify(int Operation, int Type, bool Protect, ulong Pba, ulong Pal) : DmaCommand
{
    public override string ToString() => $"mpcifc {Operation} type {Type}{(Protect ? " protected" : "")} {Pba:x}..{Pal:x}";
}

/// <summary>What is done first when the function is in error.</summary>
internal enum DmaRecovery
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>The error state is reset.</summary>
    Reset,
    /// <summary>Loads and stores are unblocked.</summary>
    Unblock,
}

/// <summary>RPCIT, after recovery from an error if so asked.</summary>
internal sealed record Refresh(DmaRecovery Recovery, ulong Start, ulong Length) : DmaCommand
{
    public override string ToString() => $"{(Recovery == DmaRecovery.Reset ? "" : $"{Recovery} ")}rpcit {Start:x} + {Length:x}";
}

/// <summary>Programs the device to move bytes between its buffer and storage, after recovery if so asked.</summary>
internal sealed record Transfer(DmaRecovery Recovery, bool ToStorage, ulong Iova, int Length) : DmaCommand
{
    public override string ToString()
        => $"{(Recovery == DmaRecovery.Reset ? "" : $"{Recovery} ")}{(ToStorage ? "write" : "read")} {Iova:x} + {Length:x}";
}

/// <summary>Random programs, which shrink to fewer commands.</summary>
internal static class DmaPrograms
{
    private const ulong FirstDma = 0x1_0000_0000, LastDma = 0x01FF_FFFF_FFFF_FFFF;

    /// <summary>Programs of up to so many commands.</summary>
    /// <param name="length">Most commands.</param>
    /// <param name="shrinks">Whether one that fails is made shorter.</param>
    public static Arbitrary<DmaCommand[]> Of(int length, bool shrinks)
    {
        var programs = from n in Gen.Choose(length / 2, length) from all in Gen.ArrayOf(Command, n) select all;
        return shrinks ? Arb.From(programs, Shrink) : Arb.From(programs);
    }

    private static Gen<DmaCommand> Command => Gen.Frequency(
        (8, Entry), (3, Registration),
        (1, Gen.Elements<DmaCommand>(new Modify(5, 1, false, 0, 0), new Modify(9, 1, false, 0, 0))),
        (1, Gen.Constant<DmaCommand>(new Modify(7, 1, false, 0, 0))), (10, Refreshes), (20, Access));

    private static Gen<DmaCommand> Entry =>
        from at in Gen.Choose(0, DmaWorld.Entries.Length - 1)
        from number in Gen.Choose(0, 15)
        from change in Gen.Choose(0, 23)
        select (DmaCommand)new StoreEntry(at, Value(DmaWorld.Entries[at].Level, number, change));

    // Mostly what maps something; sometimes protected, invalid, of another format, or naming what is not there.
    private static ulong Value(int level, int number, int change)
    {
        var valid = DmaWorld.Valid(level, number);
        return change switch
        {
            < 12 => valid,
            < 15 => valid | DmaWorld.Protect,
            < 20 => DmaWorld.InvalidEntry(level) | (number % 2 == 0 ? valid : 0),
            20 => level == 1 ? DmaWorld.Frames | DmaWorld.LargeFrame : valid,
            21 => level == 1 ? DmaWorld.Frames | DmaWorld.LargeFrame | DmaWorld.Protect : valid,
            22 => level == 0 ? valid : valid ^ 0x4,
            _ => level == 0 ? DmaWorld.Nowhere : level == 1 ? valid ^ 0x8 : valid ^ 0x1,
        };
    }

    private static Gen<DmaCommand> Registration =>
        from operation in Gen.Elements(4, 6)
        from type in Gen.Frequency((3, Gen.Constant(1)), (2, Gen.Choose(0, 3)))
        from protect in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        from pba in Gen.Frequency((4, Gen.Constant(FirstDma)), (1, Page))
        from pal in Gen.Frequency((4, Gen.Constant(LastDma)), (1, Page))
        select (DmaCommand)new Modify(operation, type, protect, Math.Min(pba, pal), Math.Max(pba, pal));

    private static Gen<DmaCommand> Refreshes =>
        from start in Page
        from offset in Gen.Elements(0UL, 0UL, 0x800UL)
        from length in Gen.Frequency((4, Gen.Elements(0x1000UL, 0x2000UL, 1UL)),
            (4, Gen.Elements(0x10_0000UL, 0x20_0000UL, 0x1_0000_0000UL)), (1, Gen.Constant(0UL)))
        from isWhole in Gen.Frequency((3, Gen.Constant(false)), (2, Gen.Constant(true)))
        from recovery in Recovery
        select (DmaCommand)(isWhole ? new Refresh(recovery, FirstDma, LastDma) : new Refresh(recovery, start + offset, length));

    private static Gen<DmaRecovery> Recovery => Gen.Frequency(
        (7, Gen.Constant(DmaRecovery.Reset)), (1, Gen.Constant(DmaRecovery.None)), (1, Gen.Constant(DmaRecovery.Unblock)));

    private static Gen<DmaCommand> Access =>
        from toStorage in Gen.Elements(true, false)
        from page in Page
        from offset in Gen.Elements(0UL, 0x10UL, 0xFF8UL, 0xFFCUL)
        from length in Gen.Elements(1, 8, 16, 0x40)
        from recovery in Recovery
        select (DmaCommand)new Transfer(recovery, toStorage, page + offset, length);

    private static Gen<ulong> Page => Gen.Elements(DmaWorld.Pages);

    private static IEnumerable<DmaCommand[]> Shrink(DmaCommand[] program)
    {
        for (var size = program.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= program.Length; at += size) yield return [.. program[..at], .. program[(at + size)..]];
        }
    }
}
