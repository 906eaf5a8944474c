using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Precision;

/// <summary>
/// What access exceptions leave: of a nullified or suppressed instruction, or unit of operation, nothing; and an instruction
/// that is resumed after its pages were provided ends as if they had been there (chapter 5, "Types of Instruction Ending" and
/// "Interruptible Instructions"). S390SIM_PRECISION is a number of cases.
/// </summary>
public sealed unsafe class PrecisionProperties : IDisposable
{
    private readonly StorageMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    private static int Cases
        => int.TryParse(Environment.GetEnvironmentVariable("S390SIM_PRECISION"), out var cases) ? cases : 2000;

    private void Holds(Func<StorageCase, string> difference, Op[]? only = null)
    {
        var ops = only ?? _machine.Instructions();
        if (only == null) Assert.True(ops.Length > 200, $"{ops.Length} instructions");
        var gen = Gen.Choose(0, int.MaxValue).Select(seed => StorageCase.Make(ops, seed));
        var cases = Arb.From(gen, c => c.Simpler());
        var config = Config.QuickThrowOnFailure.WithMaxTest(Cases);
        if (Environment.GetEnvironmentVariable("S390SIM_PRECISION") == null) config = config.WithReplay(0x5390, 0x391);
        Prop.ForAll(cases, test =>
        {
            var text = StorageMachine.HasOwnRegisters(test) ? difference(test) : "";
            return (text.Length == 0).Label(text);
        }).Check(config);
    }

    [Fact]
    public void What_does_not_complete_changes_nothing() => Holds(test =>
    {
        var text = "";
        _machine.Run(test, provided: false, before =>
        {
            if (text.Length != 0) return;
            var code = (ProgramCode)_machine.Bench.Lowcore.ProgramInterruptionCode;
            // CONVERT TO BINARY completes before it says that the result does not fit.
            if (code.Completes() || code == ProgramCode.Data) return;
            if (code == ProgramCode.FixedPointDivide && test.Op is Op.CVB or Op.CVBY or Op.CVBG) return;
            var after = _machine.Look() with { Cc = _machine.Bench.Old.ConditionCode };
            var at = EngineBench.Code + (code.Nullifies() ? 0UL : (ulong)test.Length);
            text = after.DifferenceFrom(before);
            var (old, ilc) = (_machine.Bench.Old.Address, _machine.Bench.Lowcore.ProgramIlc);
            if (text.Length == 0 && old != at) text = $"old PSW {old:x} instead of {at:x}";
            if (text.Length == 0 && ilc != test.Length) text = $"ILC {ilc}";
            if (text.Length != 0) text = $"{code}: {text}";
        });
        return text;
    });

    [Fact]
    public void Providing_pages_on_the_way_is_as_providing_them_before() => Holds(test =>
    {
        var expected = _machine.Run(test, provided: true);
        var actual = _machine.Run(test, provided: false);
        if (!expected.Finished || !actual.Finished) return "";
        if (actual.Code != expected.Code) return $"{actual.Code} instead of {expected.Code}";
        if (actual.OldAddress != expected.OldAddress) return $"old PSW {actual.OldAddress:x} instead of {expected.OldAddress:x}";
        return actual.State.DifferenceFrom(expected.State);
    });

    [Fact]
    public void Operands_are_accessed_as_if_a_byte_at_a_time() => Holds(test =>
    {
        StorageOutcome actual;
        ByteModel? model = null;
        actual = _machine.RunOnce(test, before => model = new ByteModel(test, before.Frames, before.Gr));
        model!.Execute();
        if (model.Exceptions.Count != 0)
            return model.Exceptions.Contains(actual.Code) ? "" : $"{actual.Code} instead of {string.Join('/', model.Exceptions)}";
        if (actual.Code != ProgramCode.None) return $"{actual.Code} instead of none";
        var expected = actual.State with { Gr = model.Gr, Frames = model.Frames };
        if (SetsConditionCode(test.Op)) expected = expected with { Cc = model.Cc };
        return actual.State.DifferenceFrom(expected);
    }, ByteModel.Instructions);

    private static bool SetsConditionCode(Op op)
        => op is Op.NC or Op.OC or Op.XC or Op.CLC or Op.TRT or Op.TRTR or Op.ICM or Op.XI;

    private const ulong AllEvents = 0xEB00_0000;

    [Fact]
    public void Watching_changes_nothing_and_sees_every_change() => Holds(test =>
    {
        var area = test.PageAddress(test.Contents % StorageCase.WindowPages);
        var frame = test.Frames[test.Contents % StorageCase.WindowPages];
        var shared = test.Frames.Count(f => f == frame) > 1;
        var text = "";
        var expected = _machine.Run(test, provided: false);
        var actual = _machine.Run(test, provided: false, before =>
        {
            if (text.Length != 0) return;
            var (code, events) = _machine.Events();
            var altered = (events & PerEvents.StorageAlteration) != 0;
            var page = frame << 12;
            var now = _machine.Look();
            var changed = !now.Frames.AsSpan(page, 4096).SequenceEqual(before.Frames.AsSpan(page, 4096));
            if (changed && !altered && !shared) text = $"{code}: changed without an event";
            if (altered && code != ProgramCode.None && !code.Completes()) text = $"{code}: an alteration that was not made";
            if (altered && IsPureFetch(test.Op)) text = "an alteration by an instruction that fetches";
        }, 0x2000_0000, area, area + 4095);
        if (text.Length != 0 || !expected.Finished || !actual.Finished) return text;
        if (actual.Code != expected.Code) return $"{actual.Code} instead of {expected.Code}";
        return actual.State.DifferenceFrom(expected.State);
    });

    [Fact]
    public void Every_instruction_that_was_fetched_is_an_event() => Holds(test =>
    {
        var text = "";
        var expected = _machine.Run(test, provided: false);
        var interruptions = 0;
        var actual = _machine.Run(test, provided: false, _ =>
        {
            interruptions++;
            var (_, events) = _machine.Events();
            if ((events & PerEvents.InstructionFetch) == 0) text = $"events {events}";
            var at = _machine.Bench.Lowcore.PerAddress - EngineBench.Code;
            if (at != 0 && at != (ulong)test.Length) text = $"PER address {at:x}";
        }, AllEvents & ~0x0100_0000UL, 0, ulong.MaxValue);
        if (text.Length != 0 || !expected.Finished || !actual.Finished) return text;
        if (actual.Code != expected.Code) return $"{actual.Code} instead of {expected.Code}";
        if (interruptions == 0) return "no interruption";
        return actual.State.DifferenceFrom(expected.State);
    });

    // By the words of their names; COMPARE AND SWAP and its kind store.
    private static bool IsPureFetch(Op op)
    {
        var title = InstructionTable.Get(op).Title;
        return title.StartsWith("LOAD", StringComparison.Ordinal) && !title.StartsWith("LOAD AND ADD", StringComparison.Ordinal)
            && op is not (Op.LAN or Op.LANG or Op.LAO or Op.LAOG or Op.LAX or Op.LAXG)
            || title.StartsWith("COMPARE LOGICAL", StringComparison.Ordinal)
            || title.StartsWith("SEARCH", StringComparison.Ordinal)
            || title.StartsWith("TEST", StringComparison.Ordinal) && op != Op.TS;
    }
}
