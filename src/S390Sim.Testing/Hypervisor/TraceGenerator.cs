using FsCheck;
using FsCheck.Fluent;

namespace S390Sim.Testing.Hypervisor;

/// <summary>Random traces, which shrink to fewer and simpler commands.</summary>
public static class TraceGenerator
{
    private static readonly Gen<bool> s_rarely = Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)));

    /// <summary>Traces of up to so many commands.</summary>
    public static Arbitrary<TraceCommand[]> Traces(int length)
        => Arb.From(from n in Gen.Choose(1, length) from trace in Gen.ArrayOf(Command, n) select trace, Shrink);

    /// <summary>One command.</summary>
    public static Gen<TraceCommand> Command { get; } = Gen.Frequency(
        (4, Region), (6, Segment), (14, Page), (12, GlobalRefresh), (14, RangeRefresh), (4, RefreshParts), (5, Registration),
        (3, Api), (16, Access), (3, Limit), (2, Gen.Constant<TraceCommand>(new ResetError())),
        (1, Gen.Constant<TraceCommand>(new SystemReset())), (1, Gen.Constant<TraceCommand>(new EndMachine())));

    private static Gen<EntryKind> Kind => Gen.Frequency(
        (12, Gen.Constant(EntryKind.Valid)), (6, Gen.Constant(EntryKind.Invalid)), (2, Gen.Constant(EntryKind.Large)),
        (1, Gen.Elements(EntryKind.ShortTable, EntryKind.WrongType, EntryKind.Nowhere)));

    private static Gen<int> Below(int count) => Gen.Choose(0, count - 1);

    private static Gen<TraceCommand> Region =>
        from root in Below(TraceLayout.Roots)
        from place in Below(TraceLayout.RegionPlaces)
        from kind in Kind
        from table in Below(TraceLayout.Segments)
        from protect in s_rarely
        select (TraceCommand)new SetRegion(root, place, kind, table, protect);

    private static Gen<TraceCommand> Segment =>
        from table in Below(TraceLayout.Segments)
        from place in Below(TraceLayout.SegmentPlaces)
        from kind in Kind
        from target in Below(TraceLayout.PageTables)
        from protect in s_rarely
        select (TraceCommand)new SetSegment(table, place, kind, target, protect);

    private static Gen<TraceCommand> Page =>
        from table in Below(TraceLayout.PageTables)
        from place in Below(TraceLayout.PagePlaces)
        from kind in Kind
        from frame in Below(TraceLayout.Frames)
        from protect in s_rarely
        select (TraceCommand)new SetPage(table, place, kind, frame, protect);

    private static Gen<TraceCommand> GlobalRefresh
        => Mostly.Select(recover => (TraceCommand)new Refresh(TraceLayout.Pba, TraceLayout.Pal - TraceLayout.Pba + 1, recover));

    private static Gen<bool> Mostly => Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false)));

    private static Gen<ulong> Address => Gen.Frequency(
        (8, Gen.Elements(TraceLayout.Pages.ToArray())),
        (1, Gen.Elements(0UL, TraceLayout.Pba, TraceLayout.Pba - 4096, TraceLayout.Pal - 4095, TraceLayout.Pal + 1,
            0x1_0010_0000UL, 0x7FFF_FFFF_F000UL, ulong.MaxValue - 4095)));

    private static Gen<ulong> Offset
        => Gen.Frequency((5, Gen.Constant(0UL)), (1, Gen.Elements(1UL, 8UL, 0x7FCUL, 0xFFFUL)));

    private static Gen<ulong> Length => Gen.Frequency(
        (6, Gen.Choose(1, 4).Select(pages => (ulong)pages * 4096)),
        (3, Gen.Elements(0x10_0000UL, 0x20_0000UL, 0x8000_0000UL)),
        (2, Gen.Elements(0UL, 1UL, 0xFFFUL, 0x1001UL, 0xF_FFFFUL, 1UL << 42, ulong.MaxValue - 4095, ulong.MaxValue)));

    private static Gen<TraceCommand> RangeRefresh =>
        from start in Address
        from offset in Offset
        from length in Length
        from recover in Mostly
        select (TraceCommand)new Refresh(start + offset, length, recover);

    private static Gen<TraceCommand> RefreshParts =>
        from start in Gen.Elements(TraceLayout.Pages.ToArray())
        from first in Gen.Elements(0x1000UL, 0x1800UL, 0x10_0000UL, 0x7FF0_0000UL)
        from second in Gen.Elements(0x1000UL, 0x800UL, 0x10_0000UL, 0x8000_0000UL)
        from order in Gen.Elements(true, false)
        select (TraceCommand)new RefreshInTwo(start, first, second, order);

    private static Gen<TraceCommand> Registration =>
        from root in Below(TraceLayout.Roots)
        from protect in s_rarely
        from command in Gen.Frequency(
            (6, Gen.Constant<TraceCommand>(new Register(root, protect))),
            (3, Gen.Constant<TraceCommand>(new Reregister(root, protect))),
            (1, Gen.Constant<TraceCommand>(new Deregister())))
        select command;

    private static Gen<TraceCommand> Api
        => Gen.Elements(TraceLayout.Pages.ToArray()).Select(iova => (TraceCommand)new UseApi(iova));

    private static Gen<TraceCommand> Access =>
        from page in Address
        from offset in Gen.Elements(0UL, 0x10UL, 0xFF8UL, 0xFFFUL)
        from length in Gen.Elements(1, 8, 16)
        from store in Gen.Elements(true, false)
        from recover in Mostly
        select (TraceCommand)new Dma(page + offset, length, store, recover);

    private static Gen<TraceCommand> Limit
        => Gen.Elements(0UL, 2UL, 5UL, 9UL, 260UL, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue)
            .Select(n => (TraceCommand)new SetLimit(n));

    // Ever smaller pieces are left out, then commands are made simpler.
    private static IEnumerable<TraceCommand[]> Shrink(TraceCommand[] trace)
    {
        for (var piece = trace.Length / 2; piece >= 1; piece /= 2)
        {
            for (var at = 0; at + piece <= trace.Length; at += piece)
                yield return [.. trace[..at], .. trace[(at + piece)..]];
        }
        for (var n = 0; n < trace.Length; n++)
        {
            foreach (var simpler in trace[n].Simpler()) yield return [.. trace[..n], simpler, .. trace[(n + 1)..]];
        }
    }
}
