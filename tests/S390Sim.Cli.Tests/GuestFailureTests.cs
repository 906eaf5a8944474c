namespace S390Sim.Cli.Tests;

/// <summary>A guest's mistake is told at length, exit code 3; a limit ends with exit code 124.</summary>
public sealed class GuestFailureTests
{
    // LPSWE 0x200; a disabled wait at 0x2000 is there, or where an invalid instruction leads to.
    private const string LoadWait = "b2b20200";
    private const string DisabledWait = "00020001800000000000000000002000";
    private const string GoTo2000 = "00000001800000000000000000002000";
    private const string BranchToItself = "a7f40000";

    public static TheoryData<string> Configurations => ToolRun.Configurations;

    [Theory]
    [MemberData(nameof(Configurations))]
    public void UnexpectedDisabledWait(string configuration)
    {
        var run = ToolRun.Snippet(configuration, LoadWait, "--store", $"200={DisabledWait}", "--store", "2000=1812");
        Assert.Equal(3, run.Code);
        Assert.StartsWith("s390sim: the program crashed: disabled wait at 0x2000, after 1 instructions\n", run.Error);
        Assert.Contains("PSW     0002000180000000 0000000000002000  64-bit, supervisor state, key 0, cc 0, wait\n", run.Error);
        Assert.Contains("=>       2000: 1812          lr %r1,%r2\n", run.Error);
        Assert.DoesNotContain("last program interruptions", run.Error);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void DisabledWaitAfterAProgramInterruption(string configuration)
    {
        // LR 1,2, then an operation exception, whose new PSW waits.
        var run = ToolRun.Snippet(configuration, "18120000", "--store", $"1d0={DisabledWait}");
        Assert.Equal(3, run.Code);
        Assert.Contains("last program interruptions, newest last:\n", run.Error);
        Assert.Contains("code 0001 Operation", run.Error);
        Assert.Contains("old PSW 0000000180000000 0000000000001004", run.Error);
        Assert.Matches(@" +1000: 1812          lr %r1,%r2\n +1002: 0000 .*\n   => +1004: ", run.Error);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void ProgramInterruptionsWithoutEnd(string configuration)
    {
        var run = ToolRun.Snippet(configuration, "0000", "--store", $"1d0={GoTo2000}");
        Assert.Equal(3, run.Code);
        Assert.StartsWith("s390sim: the program crashed: program interruptions follow one another", run.Error);
        Assert.Contains("PSW     0000000180000000 0000000000002000", run.Error);
        Assert.Matches(@"code 0001 Operation +old PSW 0000000180000000 0000000000002002 .*\(\d+ times\)", run.Error);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void WaitForNothing(string configuration)
    {
        // LPSWE of a wait that is enabled for I/O, of which there is none.
        var run = ToolRun.Snippet(configuration, LoadWait, "--store", "200=02020001800000000000000000002000");
        Assert.Equal(3, run.Code);
        Assert.Contains("waits at 0x2000 for an interruption that nothing can cause", run.Error);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void InstructionLimit(string configuration)
    {
        var run = ToolRun.Snippet(configuration, BranchToItself, "--max-instructions", "12345");
        Assert.Equal(124, run.Code);
        Assert.Equal("s390sim: the instruction limit ended the run after 12345 instructions, "
            + "PSW 0000000180000000 0000000000001000\n", run.Error);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void TimeLimit(string configuration)
    {
        var run = ToolRun.Snippet(configuration, BranchToItself, "--timeout", "0.2");
        Assert.Equal(124, run.Code);
        Assert.StartsWith("s390sim: the time limit ended the run after ", run.Error);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void ExpectedWait(string configuration)
    {
        string[] wait = ["--store", $"200={DisabledWait}"];
        var asked = ToolRun.Snippet(configuration, LoadWait, [.. wait, "--expect-wait", "2000"]);
        Assert.Equal((0, ""), (asked.Code, asked.Error));
        // Where one is asked for, any other is a crash, even one at an address that ends in fff.
        Assert.Equal(3, ToolRun.Snippet(configuration, LoadWait, [.. wait, "--expect-wait", "2002"]).Code);
        string[] orderly = ["--store", "200=00020001800000000000000000000fff"];
        Assert.Equal(0, ToolRun.Snippet(configuration, LoadWait, orderly).Code);
        Assert.Equal(3, ToolRun.Snippet(configuration, LoadWait, [.. orderly, "--expect-wait", "2000"]).Code);
    }
}
