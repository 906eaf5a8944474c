using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.AddressSpaces;

/// <summary>
/// Address spaces, the linkage stack, program linkage and tracing against what Hercules 3.13 left in storage after the same
/// images (Hercules.txt). Where it leaves the architecture, HerculesDifferences.txt says why and what is right.
/// </summary>
public sealed class HerculesTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "AddressSpaces");
    private static readonly Dictionary<string, SortedDictionary<int, ulong>> s_hercules
        = SpaceOutcomes.Read(Path.Combine(s_folder, "Hercules.txt"));
    private static readonly Dictionary<string, SortedDictionary<int, ulong>> s_differences
        = SpaceOutcomes.Read(Path.Combine(s_folder, "HerculesDifferences.txt"));

    // Without enhanced suppression on protection 2, which Hercules does not have.
    internal static readonly FacilitySet Facilities
        = new(Enumerable.Range(0, 256).Where(bit => bit != 131 && FacilitySet.Default[bit]));

    private static readonly Dictionary<string, SpaceCase> s_cases = SpaceCases.All.ToDictionary(c => c.Name);

    public static TheoryData<string> Names => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Storage_ends_as_it_should(string name)
    {
        var outcome = Run(s_cases[name]);
        var expected = s_differences.TryGetValue(name, out var right) ? right : s_hercules[name];
        Assert.Equal(Text(name, expected), Text(name, outcome));
        if (right is not null) Assert.NotEqual(Text(name, s_hercules[name]), Text(name, outcome));
    }

    [Fact]
    public void Every_outcome_belongs_to_a_case()
        => Assert.Equal(s_cases.Keys.Order(), s_hercules.Keys.Order());

    // For making Hercules.txt: each image goes to a file.
    [Fact]
    public void Images_are_written_when_asked_for()
    {
        if (Environment.GetEnvironmentVariable("S390SIM_SPACE_IMAGES") is not { Length: > 0 } folder) return;
        var number = 0;
        foreach (var c in SpaceCases.All)
        {
            File.WriteAllBytes(Path.Combine(folder, $"{number}.img"), Image(c).Finish().ToArray());
            File.WriteAllText(Path.Combine(folder, $"{number}.name"), c.Name);
            File.WriteAllText(Path.Combine(folder, $"{number}.ours"), Text(c.Name, Run(c)));
            number++;
        }
    }

    /// <summary>What a case leaves on the bare machine.</summary>
    internal static string Outcome(SpaceCase c) => Text(c.Name, Run(c));

    internal static SpaceImage Image(SpaceCase c)
    {
        var image = new SpaceImage();
        image.PutHex(SpaceImage.Code, c.Code);
        c.Prepare(image);
        return image;
    }

    private static unsafe SortedDictionary<int, ulong> Run(SpaceCase c)
    {
        var image = Image(c);
        var bytes = image.Finish();
        using var bench = new CpuBench(4 << 20, Facilities);
        bench.Storage.Write(0, bytes);
        Assert.True(bench.State->Restart());
        Assert.Equal(StopReason.Wait, bench.Processor.Run(bench.State->InstructionCount + 1000));
        return SpaceOutcomes.Changes(bytes, new ReadOnlySpan<byte>(bench.Storage.Base, SpaceImage.Size));
    }

    internal static string Text(string name, SortedDictionary<int, ulong> changes)
    {
        var isProtection = changes.TryGetValue(0x88, out var word) && (ProgramCode)(ushort)word == ProgramCode.Protection;
        return string.Join('\n', changes.Select(c => (c.Key, Value: c.Value & Counts(name, c.Key, isProtection)))
            .Where(c => c.Value != 0 || Counts(name, c.Key, isProtection) == ulong.MaxValue)
            .Select(c => $"{c.Key:x5}={c.Value:x16}"));
    }

    // Which bits of a doubleword count: not the breaking-event address, nor the clock in explicit trace entries.
    private static ulong Counts(string name, int address, bool isProtection) => address switch
    {
        0xA8 when isProtection => ~FetchOrStore,
        0x110 => 0,
        FirstTraceEntry or LastTraceEntry when Is(name, "trace: trac") => 0xFFFFUL << 48,
        FirstTraceEntry + 8 or LastTraceEntry + 8 when Is(name, "trace: tracg") => uint.MaxValue,
        _ => ulong.MaxValue,
    };

    private static bool Is(string name, string kind) => name.StartsWith(kind, StringComparison.Ordinal);

    private const int FirstTraceEntry = (int)SpaceImage.TraceTable, LastTraceEntry = FirstTraceEntry + 0xF68;

    // Bits 52 and 53 of the identification: Hercules has them for translation exceptions, not for protection.
    private const ulong FetchOrStore = 0xC00;
}
