using FsCheck;
using FsCheck.Fluent;

namespace S390Sim.Testing.Hypervisor;

/// <summary>Random traces, which shrink to fewer and simpler commands.</summary>
public static class TraceGenerator
{
    private static readonly Gen<bool> s_rarely = Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)));

    /// <summary>Traces of up to so many commands.</summary>
    public static Arbitrary<Trace> Traces(int length) => Arb.From(
        from n in Gen.Choose(1, length) from commands in Gen.ArrayOf(Command, n) select new Trace([.. s_start, .. commands]),
            Shrink);

    // Something must be there, or little happens.
    private static readonly TraceCommand[] s_start =
        [new Populate(), new Register(0, Protect: false), new Refresh(TraceLayout.Pba, TraceLayout.Pal - TraceLayout.Pba + 1)];

    /// <summary>Traces that end with a refresh in two parts, or on two CPUs, behind changes of the tables.</summary>
    public static Arbitrary<Trace> Twins => Arb.From(
        from n in Gen.Choose(0, 12)
        from commands in Gen.ArrayOf(Gen.Frequency((2, Region), (3, Segment), (5, Page), (1, GlobalRefresh)), n)
        from last in Gen.OneOf(WholeParts, WholeByTwo)
        select new Trace([.. s_start, .. commands, last]), Shrink);

    /// <summary>One command.</summary>
    public static Gen<TraceCommand> Command { get; } = Gen.Frequency(
        (4, Region), (6, Segment), (14, Page), (12, GlobalRefresh), (12, RangeRefresh), (4, RefreshParts), (6, Registration),
        (14, Access), (9, Handler), (4, During), (8, Host),
        (1, Gen.Elements<TraceCommand>(new ResetError(), new SystemReset(), new EndMachine(), new SwitchFunction(),
            new MakeRoom())));

    private static Gen<EntryKind> Kind => Gen.Frequency(
        (12, Gen.Constant(EntryKind.Valid)), (6, Gen.Constant(EntryKind.Invalid)), (2, Gen.Constant(EntryKind.Large)),
        (1, Gen.Elements(EntryKind.ShortTable, EntryKind.WrongType, EntryKind.Nowhere)),
        (1, Gen.Constant(EntryKind.Zero)), (1, Gen.Constant(EntryKind.Slot)));

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

    // What asks the handler more than the walk.
    private static Gen<TraceCommand> Handler => Gen.Frequency(
        (2, Gen.Constant<TraceCommand>(new SwitchFunction())), (4, Gen.Constant<TraceCommand>(new MakeRoom())),
        (2, Gen.Elements(Enum.GetValues<WrongRefresh>()).Select(kind => (TraceCommand)new RefuseRefresh(kind))),
        (2, Gen.Elements(Enum.GetValues<ForeignHandle>()).Select(kind => (TraceCommand)new ForeignRefresh(kind))),
        (2, ByTwo), (2, AndDeregister));

    private static Gen<TraceCommand> ByTwo =>
        from start in Address
        from length in Length
        from other in Address
        from otherLength in Length
        from seed in Gen.Choose(0, 255)
        select (TraceCommand)new RefreshByTwo(start, length, other, otherLength, seed);

    private static Gen<TraceCommand> AndDeregister =>
        from start in Address
        from length in Length
        from seed in Gen.Choose(0, 255)
        select (TraceCommand)new RefreshAndDeregister(start, length, seed);

    private static Gen<(HandlerPoint Point, int Number)> Moment =>
        from point in Gen.Elements(Enum.GetValues<HandlerPoint>().Where(p => p != HandlerPoint.SameEntryLoaded).ToArray())
        from number in Gen.Choose(1, point == HandlerPoint.EntryLoaded ? 40 : 4)
        select (point, number);

    // What others do while an RPCIT is handled.
    private static Gen<TraceCommand> During => Gen.OneOf(
        from moment in Moment
        from isSame in Gen.Elements(false, true)
        from table in Below(TraceLayout.PageTables)
        from place in Below(TraceLayout.PagePlaces)
        from kind in Gen.Elements(EntryKind.Valid, EntryKind.Invalid)
        from frame in Below(TraceLayout.Frames)
        select (TraceCommand)new StoreDuring(isSame ? HandlerPoint.SameEntryLoaded : moment.Point, isSame ? 1 : moment.Number,
            table, place, kind, frame),
        from moment in Moment
        from page in Gen.Elements(TraceLayout.Pages.ToArray())
        select (TraceCommand)new AccessDuring(moment.Point, moment.Number, page));

    private static Gen<TraceCommand> Host => Gen.Frequency(
        (4, Limit), (4, Api),
        (1, Gen.Elements(0UL, 4096UL, 16384UL, ulong.MaxValue).Select(more => (TraceCommand)new SetTableLimit(more))),
        (2, Gen.Choose(1, 5).Select(number => (TraceCommand)new FailPin(number))),
        (3, Gen.Elements(false, true, true).Select(remove => (TraceCommand)new ChangeSlot(remove))),
        (2, from first in Gen.Choose(0, TraceLayout.SparePages - 1)
            from pages in Gen.Choose(1, TraceLayout.SparePages)
            select (TraceCommand)new Touch(first, pages)));

    private static Gen<ulong> Address => Gen.Frequency(
        (8, Gen.Elements(TraceLayout.Pages.ToArray())),
        (1, Gen.Elements(0UL, TraceLayout.Pba, TraceLayout.Pba - 4096, TraceLayout.Pal - 4095, TraceLayout.Pal + 1,
            0x1_0010_0000UL, 0x7FFF_FFFF_F000UL, ulong.MaxValue - 4095)),
        (1, Gen.Elements(TraceLayout.Pages.ToArray()).Select(page => page + TraceLayout.Aliases)));

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

    // Of whole pages, in the anchor's range: what is beyond has answers of its own.
    private static Gen<(ulong Start, ulong Length)> WholePages =>
        from start in Gen.Frequency((1, Gen.Constant(TraceLayout.Hole)),
            (3, Gen.Elements(TraceLayout.Pages.Where(p => p is >= TraceLayout.Pba and < TraceLayout.Pal).ToArray())))
        from length in Gen.Elements(0x1000UL, 0x2000UL, 0x10_0000UL, 0x20_0000UL, 0x7FF0_0000UL)
        select (start, Math.Min(length, TraceLayout.Pal + 1 - start));

    private static Gen<TraceCommand> WholeParts =>
        from whole in WholePages
        from first in Gen.Elements(0x1000UL, 0x10_0000UL)
        from order in Gen.Elements(true, false)
        where whole.Length > first
        select (TraceCommand)new RefreshInTwo(whole.Start, first, whole.Length - first, order);

    private static Gen<TraceCommand> WholeByTwo =>
        from one in WholePages
        from other in WholePages
        from seed in Gen.Choose(0, 255)
        select (TraceCommand)new RefreshByTwo(one.Start, one.Length, other.Start, other.Length, seed);

    private static Gen<TraceCommand> Registration =>
        from root in Below(TraceLayout.Roots)
        from protect in s_rarely
        from command in Gen.Frequency(
            (5, Gen.Constant<TraceCommand>(new Register(root, protect))),
            (3, Gen.Constant<TraceCommand>(new Reregister(root, protect))),
            (2, Gen.Constant<TraceCommand>(new Deregister())))
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

    /// <summary>Simpler traces: ever smaller pieces are left out, then commands are made simpler.</summary>
    public static IEnumerable<Trace> Shrink(Trace trace)
    {
        TraceCommand[] commands = [.. trace.Commands];
        for (var piece = commands.Length / 2; piece >= 1; piece /= 2)
        {
            for (var at = 0; at + piece <= commands.Length; at += piece)
                yield return new([.. commands[..at], .. commands[(at + piece)..]]);
        }
        for (var n = 0; n < commands.Length; n++)
        {
            foreach (var simpler in commands[n].Simpler()) yield return new([.. commands[..n], simpler, .. commands[(n + 1)..]]);
        }
    }
}
