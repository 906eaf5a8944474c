namespace S390Sim.Conformance.Zpci;

/// <summary>
/// The programs of ../shared/bench/zpci, built in a copy, and what QEMU 7.2 printed: <c>rpcit</c>, a hundred situations of zPCI
/// instructions, and <c>dma</c>, a driver of virtio-blk that provokes every failure of translation.
/// </summary>
public sealed class ReferencePrograms : IDisposable
{
    private readonly Lazy<DirectoryInfo> _copy = new(() =>
    {
        var copy = CrossBuild.Copy(Repository.SharedBench("zpci")!);
        CrossBuild.Make(copy.FullName);
        return copy;
    });

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["rpcit", "dma"];

    /// <summary>Why they cannot be run, or null.</summary>
    public static string? Missing
        => Repository.SharedBench("zpci") is null ? "no ../shared/bench/zpci beside this repository" : CrossBuild.Missing;

    /// <summary>The words that let one judge correctness only.</summary>
    public static string Words(string name) => name == "rpcit" ? "only=1" : "bench=0";

    /// <summary>QEMU's console.</summary>
    public static string Golden(string name)
        => File.ReadAllText(Path.Combine(Repository.SharedBench("zpci")!, $"qemu-7.2/qemu72-{name}-correctness.log"));

    /// <summary>The program.</summary>
    public string Elf(string name) => Path.Combine(_copy.Value.FullName, $"{name}.elf");

    public void Dispose()
    {
        if (_copy.IsValueCreated) _copy.Value.Delete(recursive: true);
    }
}

/// <summary>A theory about these programs; skipped, saying what is missing, without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReferenceTheoryAttribute : TheoryAttribute
{
    public ReferenceTheoryAttribute(bool needsQemu = false)
        => Skip = ReferencePrograms.Missing ?? (needsQemu ? S390Sim.Testing.CrossTools.Missing : null);
}
