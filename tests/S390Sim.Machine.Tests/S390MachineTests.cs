using System.Text;
using S390Sim.Cpu;

namespace S390Sim.Machine.Tests;

/// <summary>Small programs by their bytes, on the bare machine.</summary>
public class S390MachineTests
{
    private const string ToWait = "b2b20f00";      // LPSWE 0xf00

    private static (RunOutcome Outcome, string Report) Run(string code, string wait = "00020001800000000000000000000fff",
        Func<MachineConfiguration, MachineConfiguration>? change = null)
    {
        var configuration = new MachineConfiguration
        {
            MemorySize = 1 << 20,
            Start = new Psw(0x1_8000_0000, 0x1000),
            Contents = [new(0x1000, null, Convert.FromHexString(code)), new(0xF00, null, Convert.FromHexString(wait))],
        };
        using var machine = S390Machine.Create(change?.Invoke(configuration) ?? configuration, Stream.Null);
        var outcome = machine.Run();
        var report = new StringWriter();
        CrashReport.Write(report, outcome, machine.Host);
        return (outcome, report.ToString());
    }

    [Fact]
    public void WaitAtFffIsOrderly()
    {
        var (outcome, _) = Run(ToWait);
        Assert.Equal((RunEnd.OrderlyWait, 0, 1UL), (outcome.End, outcome.Code, outcome.InstructionCount));
        Assert.Equal(0xFFFUL, outcome.Cpu.Psw.Address);
    }

    [Theory]
    [InlineData("0002000180000000000000000000dead", null, RunEnd.UnexpectedWait, 3)]
    [InlineData("0002000180000000000000000000dead", 0xDEADUL, RunEnd.ExpectedWait, 0)]
    [InlineData("00020001800000000000000000000fff", 0xDEADUL, RunEnd.UnexpectedWait, 3)]
    [InlineData("01020001800000000000000000000fff", null, RunEnd.HopelessWait, 3)]
    public void OtherWaitsAreAsAsked(string wait, ulong? expected, RunEnd end, int code)
    {
        var (outcome, _) = Run(ToWait, wait, c => c with { ExpectedWait = expected });
        Assert.Equal((end, code), (outcome.End, outcome.Code));
    }

    [Fact]
    public void LimitsEndALoop()
    {
        var (outcome, _) = Run("a7f40000", change: c => c with { MaxInstructions = 1000 });
        Assert.Equal((RunEnd.InstructionLimit, 124, 1000UL), (outcome.End, outcome.Code, outcome.InstructionCount));
        (outcome, _) = Run("a7f40000", change: c => c with { Timeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal((RunEnd.TimeLimit, 124), (outcome.End, outcome.Code));
    }

    [Fact]
    public void ProgramLoopIsReportedWithTheInstruction()
    {
        // The program-new PSW leads to an invalid instruction again.
        var (outcome, report) = Run("0000", change: c => c with
        {
            Contents = [.. c.Contents, new(0x1D0, null, Convert.FromHexString("00000001800000000000000000001000"))],
        });
        Assert.Equal((RunEnd.ProgramLoop, 3), (outcome.End, outcome.Code));
        Assert.Contains("code 0001 Operation", report, StringComparison.Ordinal);
        Assert.Contains("times)", report, StringComparison.Ordinal);
    }

    [Fact]
    public void CrashReportShowsPswCodeAndRegisters()
    {
        // LGHI 3,-2; invalid; the program-new PSW is a disabled wait.
        var (_, report) = Run("a739fffe0000", change: c => c with
        {
            Contents = [.. c.Contents, new(0x1D0, null, Convert.FromHexString("0002000180000000000000000000dead"))],
        });
        Assert.Contains("disabled wait at 0xdead", report, StringComparison.Ordinal);
        Assert.Contains("lghi %r3,-2", report, StringComparison.Ordinal);
        Assert.Contains("fffffffffffffffe", report, StringComparison.Ordinal);
        Assert.Contains("0000000180000000 0000000000001006", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunEnd.Stopped, 1, 0)]
    [InlineData(RunEnd.Stopped, 3, 1)]
    [InlineData(RunEnd.Stopped, 77 << 1 | 1, 77)]
    [InlineData(RunEnd.Stopped, 77, 77)]
    [InlineData(RunEnd.Stopped, null, 0)]
    [InlineData(RunEnd.OrderlyWait, 3, 1)]
    [InlineData(RunEnd.UnexpectedWait, 3, 1)]
    [InlineData(RunEnd.UnexpectedWait, 1, 3)]
    [InlineData(RunEnd.ExpectedWait, 3, 0)]
    [InlineData(RunEnd.TimeLimit, 1, 124)]
    public void ConsoleVerdictIsTheExitCode(RunEnd end, int? status, int code)
    {
        var cpu = new CpuSnapshot(default, [], [], [], [], 0, 0);
        Assert.Equal(code, new RunOutcome { End = end, ConsoleStatus = status, Cpu = cpu }.Code);
    }

    [Fact]
    public void ConsoleVerdictIsRead()
    {
        var console = new GuestConsole(Stream.Null);
        console.WriteText("EXIT: STATUS=7\nEXIT: STATUS=x\n xEXIT: STATUS=9\nEXIT: STATUS=11"u8);
        Assert.Equal(7, console.Status);
        console.WriteText("\n"u8);
        Assert.Equal(11, console.Status);
    }

    [Fact]
    public void SameRunTwiceIsTheSame()
    {
        string Once() => Encoding.UTF8.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            Run("a7390064b2051100a7360000fffe" + ToWait).Outcome.Cpu.Gr));
        Assert.Equal(Once(), Once());
    }
}
