using S390Sim.Hypervisor;

namespace S390Sim.Conformance.Zpci.Matrix;

/// <summary>
/// Every situation of the zPCI table, by code of a guest: on the bare machine, and as a guest under every design that there is.
/// </summary>
public sealed class MatrixTests
{
    private const string Bare = "bare";

    private const string Interpreted = " interpreted";

    private static readonly string[] s_designs = [Bare, .. DomainDesigns.Names, .. InterpretedDesigns.Select(d => d + Interpreted)];
    private static readonly Dictionary<string, MatrixRow> s_rows
        = MatrixRow.All.ToDictionary(r => $"{r.Id} {r.Situation} ({r.On})");

    /// <summary>The rows, under each design to which they apply.</summary>
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (name, row) in s_rows)
            {
                foreach (var design in s_designs.Where(d => row.IsFor(Design(d)))) cases.Add(name, design);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Answers(string row, string design)
    {
        var wrong = MatrixJudge.Judge(s_rows[row], Design(design), design.EndsWith(Interpreted, StringComparison.Ordinal)).ToList();
        Assert.True(wrong.Count == 0, $"{row}, {design}: {string.Join("; ", wrong)}");
    }

    /// <summary>Numbers are not used twice, certainties are H, M or L, and every row says what must come of it.</summary>
    [Fact]
    public void TheTableIsWellFormed()
    {
        Assert.All(MatrixRow.All, row =>
        {
            Assert.Contains(row.Certainty, "HML");
            Assert.NotEmpty(row.Actions);
            Assert.NotEmpty(row.Expectations);
            Assert.True(s_designs.Any(d => row.IsFor(Design(d))), $"{row.Id} applies nowhere");
        });
        Assert.Equal(s_rows.Count, MatrixRow.All.Count);
    }

    // The machine interprets for functions whose handles have no simulation bits: all designs that handle RPCIT in the kernel.
    private static IEnumerable<string> InterpretedDesigns => DomainDesigns.Names
        .Where(d => DomainDesigns.ContractOf(d).Refresh != RefreshSite.UserSpace);

    private static string? Design(string name) => name == Bare ? null : name.Replace(Interpreted, "", StringComparison.Ordinal);
}
