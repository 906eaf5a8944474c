namespace S390Sim.Pci.Tests;

/// <summary>
/// Each instruction in each situation: what it must answer. A row's name is its number in the project's zPCI test matrix;
/// docs/zpci-decisions.md says where an answer is not QEMU's.
/// </summary>
public sealed partial class MatrixTests
{
    private static readonly Dictionary<string, (string Expected, Func<PciBench, string> Act)> s_rows = [];

    static MatrixTests()
    {
        LoadStore();
        StoreBlock();
        ModifyControls();
        StoreControls();
        Refresh();
        CallLogicalProcessor();
        Interruptions();
        ServiceProcessor();
    }

    public static TheoryData<string> Rows => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Answers(string row)
    {
        using var bench = new PciBench();
        Assert.Equal(s_rows[row].Expected, s_rows[row].Act(bench));
    }

    private static void Row(string name, string expected, Func<PciBench, string> act) => s_rows.Add(name, (expected, act));
}
