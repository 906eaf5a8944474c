using C = S390Sim.Testing.Hypervisor.Invariants;

namespace S390Sim.Testing.Hypervisor;

/// <summary>One of the invariants of kvm-pci-design.md section 12.</summary>
/// <param name="Number">Its number there.</param>
/// <param name="Title">What must hold, in a line.</param>
/// <param name="Checkers">Names of the methods of <see cref="Invariants"/> that judge by it.</param>
public sealed record Invariant(int Number, string Title, params string[] Checkers)
{
    /// <summary>Why it says nothing of a design; null when it does.</summary>
    public Func<DesignPromises, string?> WhyNot { get; init; } = static _ => null;

    /// <summary>Whether it is one of a design's.</summary>
    public bool AppliesTo(string design) => WhyNot(DesignPromises.Of(design)) is null;
}

/// <summary>All of the invariants, with the designs that they are of, and where they are checked.</summary>
public static class InvariantTable
{
    private static string? NoEntries(DesignPromises d)
        => d.InMachine ? "the host stores no entries: the machine follows the guest's" : null;

    private static string? NoParent(DesignPromises d) => d.PinsEach ? "it has no parent domain" : null;

    /// <summary>The invariants in order of number: the first has number 1.</summary>
    public static IReadOnlyList<Invariant> All { get; } =
    [
        new(1, "after a refresh with condition code 0 the host has, for each page of the range, what the guest has",
            nameof(C.RefreshedPagesAreAsTheGuestHasThem), nameof(C.HostIsAsTheModel), nameof(C.TranslatedAsTheGuestHasIt)),
        new(2, "a refresh changes no page outside its range", nameof(C.OtherPagesAreUntouched)),
        new(3, "the host has no translation that was not the guest's at some refresh", nameof(C.NothingIsInvented)),
        new(4, "what any level of the guest's protects cannot be stored into", nameof(C.ProtectionIsKept),
            nameof(C.AccessIsAsTranslated)),
        new(5, "a cleared region or segment entry, refreshed, leaves nothing below it", nameof(C.WhatIsCutOffIsGone)),
        new(6, "an upper entry that designates another table, refreshed, gives what that table says",
            nameof(C.AnotherTableIsFollowed)),
        new(7, "a second refresh of the same range changes nothing", nameof(C.AgainChangesNothing)),
        new(8, "refreshing two parts, in either order, is refreshing the whole",
            nameof(C.PartsMakeTheWhole)) { WhyNot = NoEntries },
        new(9, "after an entry became valid and was refreshed, the device reads the guest's bytes",
            nameof(C.AccessIsAsTranslated), nameof(C.AccessIsAsRefreshed), nameof(C.BytesAreTheGuests)),
        new(10, "after an entry became invalid and was refreshed, no access reaches the old frame",
            nameof(C.AccessIsAsTranslated), nameof(C.AccessIsAsRefreshed), nameof(C.NothingElseIsReached)),
        new(11, "addresses beyond the anchor's range, or the tables', change nothing and alias nothing",
            nameof(C.WhatIsBeyondChangesNothing), nameof(C.AccessIsAsTranslated)),
        new(12, "ranges of length zero, unaligned, or over the end: a defined answer, whole pages, no stop",
            nameof(C.OddRangesAreRounded), nameof(C.AnswerIsDefined), nameof(C.TheHostGoesOn)),
        new(13, "an entry of all zeros is valid and designates address zero, at page and segment level",
            nameof(C.ZerosAreAnAddress), nameof(C.TranslatedAsTheGuestHasIt)),
        new(14, "a frame has as many pins as valid entries and cached tables designate it", nameof(C.PinsAreTheUses)),
        new(15, "what an entry or the IOTLB designates is pinned", nameof(C.WhatMayBeReachedIsPinned)),
        new(16, "after deregistration, reset or end there is no entry, no pin and no charge",
            nameof(C.NothingIsLeft), nameof(C.AllIsGivenBack), nameof(C.AccessIsAsTranslated)),
        new(17, "the charge is the pins, below the limit; a refused pin charges nothing",
            nameof(C.ChargeIsThePins), nameof(C.RefusalChargesNothing)),
        new(18, "a refresh that failed half-way has charged what it holds",
            nameof(C.HalfIsChargedForHalf)) { WhyNot = NoEntries },
        new(19, "a refresh of what is mapped already changes no pin", nameof(C.DuplicatesTakeNoPin)),
        new(20, "a replaced page gives up one pin and takes one; a page is pinned before an entry designates it",
            nameof(C.PinnedBeforeStored), nameof(C.ReplacedPagesMoveTheirPin))
            { WhyNot = NoEntries },
        new(21, "a frame is released only after the host refreshed what designated it", nameof(C.ReleasedAfterTheFlush)),
        new(22, "a frame that could be stored into is dirty when released, another is not", nameof(C.DirtyIfWritable)),
        new(23, "a page mapped twice is pinned twice", nameof(C.PinsAreTheUses))
            { WhyNot = static d => d.PinsEach ? null : "each page is pinned once, whatever is mapped" },
        new(24, "while KVM shadows a domain, map and unmap are busy and modify nothing", nameof(C.ApiIsBusyWhileLent))
            { WhyNot = static d => d.Lends || d.IsHistoric ? null : "it lends nothing" },
        new(25, "without an anchor or a loan the kernel leaves RPCIT to user space", nameof(C.UntouchedWithoutAnchor)),
        new(26, "only an empty domain is lent, and a recalled one is empty", nameof(C.RecalledDomainsAreEmpty),
            nameof(C.OnlyEmptyDomainsAreLent))
            { WhyNot = static d => d.Lends ? null : "it lends nothing" },
        new(27, "a domain has one loan and a function one anchor at a time", nameof(C.OneAnchorAtATime), nameof(C.NoSecondLoan)),
        new(28, "a nested domain stays one, and a parent outlives its users",
            nameof(C.NestedDomainsStayNested), nameof(C.ParentsOutliveTheirUsers)) { WhyNot = NoParent },
        new(29, "a virtual machine that ends recalls its domains before its storage goes",
            nameof(C.NobodyReachesAnEndedMachine), nameof(C.TheNeighbourGoesOn)),
        new(30, "a translation is the parent's of the guest's, and dies with the parent's",
            nameof(C.EntriesAreTheParents), nameof(C.EntriesDieWithTheParents),
                nameof(C.TranslatedAsTheGuestHasIt)) { WhyNot = NoParent },
        new(31, "problem state and an odd register are program interruptions that change nothing",
            nameof(C.ProgramErrorsAreRefused)),
        new(32, "a handle that is not the guest's is unknown, whosever it is", nameof(C.ForeignHandlesAreUnknown)),
        new(33, "a handle with a simulation bit is user space's, registers and text untouched",
            nameof(C.SimulatedFunctionsAreUserSpaces)),
        new(34, "condition code 0 means in step, 1 has a status; nothing else of the registers changes",
            nameof(C.AnswerIsArchitected), nameof(C.AnswerIsDefined), nameof(C.RefreshedPagesAreAsTheGuestHasThem),
            nameof(C.NothingStaleIsCached)),
        new(35, "want of resources is status 4 or 16, and a global refresh converges once there is room",
            nameof(C.AnswerIsDefined), nameof(C.WantOfMeansIsTold), nameof(C.RoomMakesItConverge)) { WhyNot = NoEntries },
        new(36, "busy is tried again and converges", nameof(C.AnswerIsArchitected))
            { WhyNot = static d => d.IsHistoric ? "its handler is never busy" : null },
        new(37, "an answer with condition code 1 leaves no entry without its pins", nameof(C.ErrorsLeaveNoEntryUnpinned)),
        new(38, "the host refreshes once for what was changed, for new pages only when it is a guest itself",
            nameof(C.TheHostRefreshesWhenItMust), nameof(C.EveryChangeIsRefreshed)) { WhyNot = NoEntries },
        new(39, "the host refreshes every page whose valid entry was changed",
            nameof(C.EveryChangeIsRefreshed)) { WhyNot = NoEntries },
        new(40, "an RPCIT takes the exits that its design says, and no more", nameof(C.HandledWhereItShouldBe)),
        new(41, "two RPCITs on two CPUs come to some serial order", nameof(C.SomeSerialOrder)) { WhyNot = NoEntries },
        new(42, "after a deregistration returned, no refresh of another CPU makes an entry",
            nameof(C.NothingAppearsAfterDeregistration)),
        new(43, "tables that change during a refresh give old, new or nothing, never a mixture",
            nameof(C.NothingIsTorn)) { WhyNot = NoEntries },
        new(44, "another anchor leaves nothing of the old one", nameof(C.NothingOfTheOldAnchor)),
        new(45, "a second deregistration or reset is harmless", nameof(C.TwiceIsHarmless)),
        new(46, "storage that goes is not reached: its pins keep it, the next refresh lets it go",
            nameof(C.LostStorageIsKeptByPins), nameof(C.LostStorageIsNotMapped)),
        new(47, "one function's refresh leaves the others, and refreshes all that share its domain",
            nameof(C.OtherFunctionsAreUntouched), nameof(C.EveryFunctionIsRefreshed)),
        new(48, "every RPCIT is counted once, however it ended", nameof(C.EachIsCountedOnce)),
        new(49, "tables only grow, and are freed with their domain", nameof(C.TablesOnlyGrow),
            nameof(C.TablesAreFreed)) { WhyNot = NoEntries },
        new(50, "interruption indicators and parameters are not a refresh's to change", nameof(C.InterruptionsAreUntouched)),
        new(51, "designs that shadow give the same translations and answers for the same trace",
            nameof(C.DesignsAgree)) { WhyNot = NoEntries },
        new(52, "any interleaving of changes, refreshes, loans, API calls and resets keeps 14, 15, 21 and 24",
            nameof(C.AnyInterleavingKeepsThePins)),
    ];
}
