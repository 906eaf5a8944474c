namespace S390Sim.Cli.Comparison;

/// <summary>The designs in a sentence each; docs/designs.md tells more.</summary>
internal static class DesignWords
{
    private static readonly Dictionary<string, string> s_words = new()
    {
        ["type1"] = "User space walks the guest's tables at every RPCIT and maps page by page through vfio.",
        ["lent"] = "The function's domain is lent to the kernel, which shadows the guest's tables at RPCIT and pins as it goes.",
        ["nested"] = "A parent domain has all guest storage pinned; a child made for the anchor shadows the guest's tables.",
        ["hardware"] = "The machine walks the guest's own tables, and through the parent's; it executes RPCIT without an exit.",
        ["identity"] = "All guest storage is mapped at a fixed offset: no tables of the guest's, no RPCIT.",
        ["v3"] = "The handler posted on 4 February 2022, with its faults.",
        ["v4"] = "The handler posted on 14 March 2022, with its faults.",
        [DesignComparer.Bare] = "No host: the program has the machine to itself.",
    };

    public static string Of(string design) => s_words.GetValueOrDefault(design, "");
}
