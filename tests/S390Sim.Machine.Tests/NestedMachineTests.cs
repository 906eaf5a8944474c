using S390Sim.Cpu;

namespace S390Sim.Machine.Tests;

/// <summary>A program that is a host: on the bare machine, and as a guest of the modelled KVM that may be one.</summary>
public sealed class NestedMachineTests
{
    private const ulong Block = 0x2_0000, Origin = 0x10_0000, GuestCode = 0x2000;

    // LCTLG 1,1,e00; IILF 2,block; SIE 0(2); LLGC 4,code; LLGH 5,ipa; LPSWE f00
    private const string Program = "EB110E00002F" + "C02900020000" + "B2142000" + "E34020500090" + "E35020560091" + "B2B20F00";

    private static (RunOutcome Outcome, IReadOnlyDictionary<string, ulong> Statistics) Run(string? design, bool nested)
    {
        using var machine = S390Machine.Create(new MachineConfiguration
        {
            MemorySize = 4 << 20,
            KvmDesign = design,
            KvmNested = nested,
            Start = new Psw(0x1_8000_0000, 0x1000),
            Contents =
            [
                new(0x1000, null, Convert.FromHexString(Program)),
                new(0xE00, null, Convert.FromHexString("0000000000000020")),       // a real space
                new(0xF00, null, Convert.FromHexString("00020001800000000000000000000fff")),
                new((ulong)Lowcore.ProgramNewMaskOffset, null, Convert.FromHexString("0002000180000000000000000000dead")),
                new(Block, null, Description()),
                new(Origin + GuestCode, null, Convert.FromHexString("A7790123" + "83020044")),
            ],
        }, Stream.Null);
        return (machine.Run(), machine.Host.Statistics.ToDictionary(s => s.Name, s => s.Value));
    }

    private static unsafe byte[] Description()
    {
        var bytes = new byte[StateDescription.Size];
        fixed (byte* p = bytes)
        {
            _ = new StateDescription(p)
            {
                CpuFlags = SieFlags.ZArchitecture,
                HostCpu = 0xFFFF,
                MainStorageOrigin = Origin,
                MainStorageLimit = Origin,
                PswMask = 0x1_8000_0000,
                PswAddress = GuestCode,
            };
        }
        return bytes;
    }

    [Fact]
    public void AHostIsTheSameOnAllMachines()
    {
        var (bare, _) = Run(null, nested: false);
        Assert.Equal(RunEnd.OrderlyWait, bare.End);
        Assert.Equal((0x123UL, 4UL, 0x8302UL), (bare.Cpu.Gr[7], bare.Cpu.Gr[4], bare.Cpu.Gr[5]));
        foreach (var design in MachineConfigurationBuilder.KvmDesigns)
        {
            var (outcome, statistics) = Run(design, nested: true);
            Assert.Equal(RunEnd.OrderlyWait, outcome.End);
            Assert.Equal(bare.Cpu.Gr, outcome.Cpu.Gr);
            Assert.Equal((1UL, 1UL), (statistics["nested starts"], statistics["nested exits 04 instruction"]));
            Assert.True(statistics["nested exits for storage"] > 0);
        }
    }

    [Fact]
    public void WithoutNestingSieIsNoInstruction()
    {
        var (outcome, statistics) = Run("lent", nested: false);
        Assert.Equal((RunEnd.UnexpectedWait, 0xDEADUL), (outcome.End, outcome.Cpu.Psw.Address));
        Assert.False(statistics.ContainsKey("nested starts"));
    }
}
