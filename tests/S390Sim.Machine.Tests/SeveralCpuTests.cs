using S390Sim.Cpu;

namespace S390Sim.Machine.Tests;

/// <summary>How runs with several CPUs end, and the functions of DIAGNOSE that reset them.</summary>
public class SeveralCpuTests
{
    private const ulong Mask64 = Psw.ExtendedAddressing | Psw.BasicAddressing;

    // CPU 0 restarts CPU 1 at 0x2000, then does what is given: LGHI 6,1; SIGP 4,6,6.
    private static (RunOutcome Outcome, S390Machine Machine) Run(string first, string second, string? kvm = null,
        Func<MachineConfiguration, MachineConfiguration>? change = null)
    {
        var configuration = new MachineConfiguration
        {
            MemorySize = 1 << 20,
            Cpus = 2,
            KvmDesign = kvm,
            MaxInstructions = 100_000,
            Start = new Psw(Mask64, 0x1000),
            Contents =
            [
                new(0x1000, null, Convert.FromHexString($"a7690001ae460006{first}")),
                new(0x2000, null, Convert.FromHexString(second)),
                new(0x1A0, null, Convert.FromHexString("00000001800000000000000000002000")),
                new(0x1D0, null, Convert.FromHexString("0002000180000000000000000000bad0")),
                new(0xD00, null, Convert.FromHexString("01020001800000000000000000000d00")),
                new(0xE00, null, Convert.FromHexString("0002000180000000000000000000dead")),
                new(0xF00, null, Convert.FromHexString("00020001800000000000000000000fff")),
            ],
        };
        var machine = S390Machine.Create(change?.Invoke(configuration) ?? configuration, Stream.Null);
        return (machine.Run(), machine);
    }

    private const string Orderly = "b2b20f00", Crash = "b2b20e00", Enabled = "b2b20d00", Spin = "a7f40000",
        StopSelf = "ae460005a7f40000";

    [Theory]
    [InlineData(Orderly, Orderly, RunEnd.OrderlyWait, 0)]
    [InlineData(Orderly, Crash, RunEnd.UnexpectedWait, 1)]
    [InlineData(Crash, Orderly, RunEnd.UnexpectedWait, 0)]
    [InlineData(Orderly, Enabled, RunEnd.OrderlyWait, 0)]
    [InlineData(Enabled, Orderly, RunEnd.OrderlyWait, 1)]
    [InlineData(Enabled, Enabled, RunEnd.HopelessWait, 0)]
    [InlineData(Enabled, StopSelf, RunEnd.HopelessWait, 0)]
    [InlineData(Orderly, StopSelf, RunEnd.OrderlyWait, 0)]
    [InlineData("a7690000" + StopSelf, "a7690001" + StopSelf, RunEnd.Stopped, 0)]
    [InlineData(Orderly, Spin, RunEnd.InstructionLimit, 0)]
    public void The_end_is_that_of_the_CPU_that_matters(string first, string second, RunEnd end, int cpu)
    {
        foreach (var kvm in new[] { null, "lent" })
        {
            // A stopped CPU 1 names itself in register 6.
            var (outcome, machine) = Run(first, second == StopSelf ? $"a7690001{second}" : second, kvm);
            using (machine) Assert.Equal((end, cpu), (outcome.End, outcome.CpuAddress));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("lent")]
    public void The_limit_counts_all_CPUs(string? kvm)
    {
        var (outcome, machine) = Run(Spin, Spin, kvm, c => c with { MaxInstructions = 12_345 });
        using (machine)
        {
            Assert.Equal((RunEnd.InstructionLimit, 12_345UL), (outcome.End, outcome.InstructionCount));
            Assert.InRange(Count(machine, 1), 5_000UL, 7_000UL);
        }
    }

    private static unsafe ulong Count(S390Machine machine, int cpu) => machine.Host.Cpus[cpu].Processor.State->InstructionCount;

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(0, "lent")]
    [InlineData(1, "type1")]
    public void Resets_by_DIAGNOSE_go_on_at_absolute_zero(int subcode, string? kvm)
    {
        // LGHI 3,subcode; LGHI 5,7; DIAG 2,3,0x308. At 0x3000, by the short PSW at 0: STCTG 0,0,0xa00; LPSWE 0xf00.
        var (outcome, machine) = Run($"a739000{subcode}a759000783230308", Spin, kvm, c => c with
        {
            Contents =
            [
                .. c.Contents,
                new(0, null, Convert.FromHexString("0008000080003000")),
                new(0x3000, null, Convert.FromHexString("eb000a000025b2b20f00")),
            ],
        });
        using (machine)
        {
            Assert.Equal((RunEnd.OrderlyWait, 0), (outcome.End, outcome.CpuAddress));
            Assert.Equal(subcode == 0 ? 0UL : 7UL, outcome.Cpu.Gr[5]);
            Assert.Equal(0xE0UL, outcome.Cpu.Cr[0]);
            Assert.True(machine.Host.Cpus[1].IsStopped);
        }
    }

    [Fact]
    public void Other_functions_are_specification_exceptions()
    {
        var (outcome, machine) = Run("a739000283230308", Orderly);
        using (machine) Assert.Equal((RunEnd.UnexpectedWait, 0xBAD0UL), (outcome.End, outcome.Cpu.Psw.Address));
    }
}
