using S390Sim.Cpu;

namespace S390Sim.Machine.Tests;

/// <summary>What a program reads of interpretive execution in the answers of service calls.</summary>
public sealed class InterpretationAnnouncementTests
{
    private const ulong Block = 0x4000;
    private const uint ReadScpInfo = 0x0002_0001, ReadCpuInfo = 0x0001_0001;

    public static TheoryData<string> Designs => [.. MachineConfigurationBuilder.KvmDesigns];

    // Where Linux looks (sie.md section 2.5); independent of the machine's own table.
    private static readonly (int Byte, byte Mask, SieFacilities Facility)[] s_information =
    [
        (85, 0x80, SieFacilities.StorageLimitSuppression), (85, 0x02, SieFacilities.HostProtection),
        (98, 0x01, SieFacilities.KeylessSubset), (116, 0x80, SieFacilities.WideControlArea),
        (116, 0x40, SieFacilities.CollaborativeMemory), (116, 0x08, SieFacilities.ExtendedControlArea),
        (117, 0x40, SieFacilities.FrameManagement), (117, 0x20, SieFacilities.BroadcastSuppression),
        (118, 0x40, SieFacilities.SourceIdentification), (118, 0x20, SieFacilities.EventNotification),
        (118, 0x10, SieFacilities.InterruptionSuppression), (118, 0x08, SieFacilities.LargeGisa),
        (118, 0x01, SieFacilities.PciLoadStore),
    ];

    private static readonly (int Byte, byte Mask, SieFacilities Facility)[] s_cpu =
    [
        (2, 0x08, SieFacilities.Interpretation), (2, 0x04, SieFacilities.StorageKeys), (3, 0x20, SieFacilities.GuestPer),
        (3, 0x10, SieFacilities.InvalidationInterlock), (3, 0x08, SieFacilities.ExternalCalls),
        (7, 0x20, SieFacilities.InterventionBypass), (7, 0x10, SieFacilities.ExternalInterruptions),
    ];

    /// <summary>A program calls for the command and waits for the service signal; the block afterwards.</summary>
    private static byte[] Call(uint command, string? design, bool nested = false)
    {
        var configuration = new MachineConfiguration
        {
            MemorySize = 1 << 20,
            Cpus = 2,
            KvmDesign = design,
            KvmNested = nested,
            Start = new Psw(0x1_8000_0000, 0x1000),
            Contents =
            [
                // LGFI 1; LGHI 2; LCTLG 0; SERVC 1,2; LPSWE 0xf10, an enabled wait
                new(0x1000, null, Convert.FromHexString($"C011{command:X8}A7294000EB000F20002FB2200012B2B20F10")),
                new(0xF10, null, Convert.FromHexString("01020001800000000000000000000000")),
                new(0xF20, null, Convert.FromHexString("00000000000002E0")),
                new(0x1B0, null, Convert.FromHexString("00020001800000000000000000000FFF")),     // external new PSW
                new(Block, null, Convert.FromHexString("1000")),
            ],
        };
        using var machine = S390Machine.Create(configuration, Stream.Null);
        Assert.Equal(RunEnd.OrderlyWait, machine.Run().End);
        var answer = new byte[4096];
        Assert.True(machine.Host.Storage.TryRead(Block, answer));
        Assert.Equal(0x10, answer[7]);
        return answer;
    }

    private static SieFacilities Announced(ReadOnlySpan<byte> bytes, (int Byte, byte Mask, SieFacilities Facility)[] places)
    {
        var facilities = SieFacilities.None;
        foreach (var (at, mask, facility) in places)
        {
            if ((bytes[at] & mask) != 0) facilities |= facility;
        }
        return facilities;
    }

    private static SieFacilities All(byte[] information, byte[] cpus)
    {
        var facilities = Announced(information, s_information);
        foreach (var (block, entries) in ((byte[], int)[])[(information, information[19]), (cpus, cpus[11])])
        {
            for (var n = 0; n < 2; n++)
            {
                var entry = block.AsSpan(entries + n * 16, 16);
                Assert.Equal(n, entry[0]);
                var found = Announced(entry, s_cpu);
                Assert.Equal(Announced(cpus.AsSpan(cpus[11], 16), s_cpu), found);
                facilities |= found;
            }
        }
        return facilities;
    }

    [Fact]
    public void TheBareMachineAnnouncesWhatItsProcessorsDo()
    {
        var facilities = All(Call(ReadScpInfo, null), Call(ReadCpuInfo, null));
        Assert.Equal(SieUnit.Facilities, facilities);
        Assert.True((facilities & SieFacilities.Interpretation) != 0);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void AGuestOfKvmHasNone(string design)
        => Assert.Equal(SieFacilities.None, All(Call(ReadScpInfo, design), Call(ReadCpuInfo, design)));

    /// <summary>A guest that may nest finds what the machine has, but not what its host keeps to itself (sie.md section 11).</summary>
    [Fact]
    public void AGuestOfKvmThatMayNestHasWhatShadowsPassOn()
    {
        const SieFacilities Kept = SieFacilities.ExternalCalls | SieFacilities.ExtendedControlArea | SieFacilities.CollaborativeMemory
            | SieFacilities.StorageKeys | SieFacilities.FrameManagement | SieFacilities.LargeGisa | SieFacilities.EventNotification
            | SieFacilities.InterruptionSuppression | SieFacilities.SourceIdentification | SieFacilities.PciLoadStore;
        var facilities = All(Call(ReadScpInfo, "lent", nested: true), Call(ReadCpuInfo, "lent", nested: true));
        Assert.Equal(SieUnit.Facilities & ~Kept, facilities);
        Assert.True((facilities & SieFacilities.Interpretation) != 0);
    }
}
