using System.Text.RegularExpressions;

namespace S390Sim.Machine.Tests;

/// <summary>The rooms and who may know whom: docs/architecture.md, in the order of its table.</summary>
public partial class RoomsTests
{
    private static readonly string[] s_rooms = ["Isa", "Cpu", "Iommu", "Pci", "Hypervisor", "Machine", "Debugging", "Testing", "Cli"];

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "S390Sim.sln"))) folder = folder.Parent!;
            return folder.FullName;
        }
    }

    public static TheoryData<string> Rooms => [.. s_rooms];

    [Fact]
    public void EveryAssemblyIsARoom()
    {
        var found = Directory.GetDirectories(Path.Combine(Root, "src")).Select(d => Path.GetFileName(d)["S390Sim.".Length..]);
        Assert.Equal(s_rooms.Append("Generators").Order(), found.Order());
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void ReferencesPointUpTheTable(string room)
    {
        var project = File.ReadAllText(Path.Combine(Root, "src", $"S390Sim.{room}", $"S390Sim.{room}.csproj"));
        foreach (Match match in Reference().Matches(project))
            Assert.True(MayKnow(room, match.Groups[1].Value), $"S390Sim.{room} references S390Sim.{match.Groups[1].Value}");
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void SourcesNameOnlyRoomsUpTheTable(string room)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, "src", $"S390Sim.{room}"), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains("/obj/", StringComparison.Ordinal) || file.Contains("/bin/", StringComparison.Ordinal)) continue;
            foreach (Match match in RoomName().Matches(File.ReadAllText(file)))
                Assert.True(MayKnow(room, match.Groups[1].Value), $"{file} names S390Sim.{match.Groups[1].Value}");
        }
    }

    private static bool MayKnow(string room, string other) => Array.IndexOf(s_rooms, other) <= Array.IndexOf(s_rooms, room);

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*S390Sim\.(\w+)\.csproj""")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\bS390Sim\.(Isa|Cpu|Iommu|Pci|Hypervisor|Machine|Debugging|Testing|Cli)\b")]
    private static partial Regex RoomName();
}
