using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Arithmetic;

namespace S390Sim.Conformance.General;

/// <summary>The general instructions leave the same registers, condition code and storage as on QEMU.</summary>
public sealed class GeneralInstructionsAgainstQemu
{
    private const int CasesPerInstruction = 40;

    private sealed record Fault(Op Op, Func<Operands, bool> Concerns, Version FixedIn, string Reason)
    {
        public bool Shows(GeneralCase test) => test.Op == Op && Concerns(test.Operands);
    }

    /// <summary>Where a QEMU before some version is wrong. An entry that no longer shows fails the test: take it out.</summary>
    private static readonly Fault[] s_knownFaults =
    [
        .. new[] { Op.RNSBG, Op.ROSBG, Op.RXSBG }.Select(op => new Fault(op, o => o.I3 >= 0x80, new Version(8, 0),
            "with the test-results bit the result is an uninitialised temporary: wrong condition code, or an abort")),
    ];

    [QemuFact]
    public void Agree()
    {
        using var runner = new GeneralRunner(new FacilitySet(Enumerable.Range(0, 256)));
        Fault[] faults = [.. s_knownFaults.Where(f => QemuUser.EmulatorVersion() < f.FixedIn)];
        GeneralCase[] tests = [.. Tests(runner, QemuUser.CanRun).Where(t => !faults.Any(f => f.Shows(t)))];
        Assert.True(tests.Length > 10_000, $"only {tests.Length} cases");
        Assert.Equal("", string.Join('\n', Differences(runner, tests).Take(40)));
    }

    [QemuFact]
    public void KnownFaultsStillShow()
    {
        using var runner = new GeneralRunner();
        foreach (var fault in s_knownFaults.Where(f => QemuUser.EmulatorVersion() < f.FixedIn))
        {
            GeneralCase[] tests = [.. Tests(runner, op => op == fault.Op).Where(fault.Shows)];
            Assert.True(Crashes(tests) || Differences(runner, tests).Any(), $"no longer: {fault.Op} {fault.Reason}");
        }
    }

    private static IEnumerable<GeneralCase> Tests(GeneralRunner runner, Func<Op, bool> chosen)
        => GeneralModel.Instructions.Where(chosen).SelectMany(Cases)
            .Where(t => runner.Run(t).Interruption == ProgramCode.None);

    private static IEnumerable<string> Differences(GeneralRunner runner, GeneralCase[] tests)
        => tests.Zip(QemuUser.Run(tests), (test, qemu) => (test, difference: runner.Run(test).DifferenceFrom(qemu)))
            .Where(d => d.difference.Length != 0).Select(d => $"{d.test}:{d.difference}");

    private static bool Crashes(GeneralCase[] tests)
    {
        try
        {
            QemuUser.Run(tests);
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static IEnumerable<GeneralCase> Cases(Op op)
        => GeneralCases.Of(op).Sample(CasesPerInstruction, new Rnd(0x5390, 0x391), CasesPerInstruction).Select(QemuUser.Fit);
}
