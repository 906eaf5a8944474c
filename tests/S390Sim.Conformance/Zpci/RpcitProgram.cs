namespace S390Sim.Conformance.Zpci;

/// <summary>The rpcit program of ../shared/bench/zpci, built in a copy, and what QEMU 7.2 printed.</summary>
public sealed class RpcitProgram : IDisposable
{
    private const string GoldenLog = "qemu-7.2/qemu72-rpcit-correctness.log";

    private readonly Lazy<DirectoryInfo> _copy = new(() =>
    {
        var copy = CrossBuild.Copy(Repository.SharedBench("zpci")!);
        CrossBuild.Make(copy.FullName, "rpcit.elf");
        return copy;
    });

    /// <summary>Why it cannot be run, or null.</summary>
    public static string? Missing
        => Repository.SharedBench("zpci") is null ? "no ../shared/bench/zpci beside this repository" : CrossBuild.Missing;

    /// <summary>QEMU's console.</summary>
    public static string Golden => File.ReadAllText(Path.Combine(Repository.SharedBench("zpci")!, GoldenLog));

    /// <summary>The program.</summary>
    public string Elf => Path.Combine(_copy.Value.FullName, "rpcit.elf");

    public void Dispose()
    {
        if (_copy.IsValueCreated) _copy.Value.Delete(recursive: true);
    }
}

/// <summary>A theory about the rpcit program; skipped, saying what is missing, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RpcitTheoryAttribute : TheoryAttribute
{
    public RpcitTheoryAttribute() => Skip = RpcitProgram.Missing;
}
