using System.Globalization;

namespace S390Sim.Conformance.Mips;

/// <summary>One of the compute-bound programs, in one of its two sizes.</summary>
/// <param name="Name">Program and size, e.g. <c>d_sort.s</c>.</param>
/// <param name="Checksum">What it leaves at 0x9000.</param>
public sealed record MipsImage(string Name, ulong Checksum);

/// <summary>The programs of ../shared/bench/mips, built in a copy.</summary>
public sealed class MipsImages : IDisposable
{
    private static readonly MipsImage[] s_all =
    [
        new("a_sieve.s", 0x000000000004520A), new("a_sieve.l", 0x03768D875C73CD0A),
        new("b_crc32.s", 0x00000000A1032FAA), new("b_crc32.l", 0x0000000073F1FECA),
        new("c_matmul.s", 0x76BC633543CAB25A), new("c_matmul.l", 0x7921913AC3F076D2),
        new("d_sort.s", 0x19E11E57CFB42E44), new("d_sort.l", 0x61BAA71AC2E13ADD),
        new("e_string.s", 0x0EBB498A9A376E00), new("e_string.l", 0x8FA136A3FF168C12),
        new("f_vm.s", 0x000000000010ED16), new("f_vm.l", 0x000000F4AAF33738),
    ];

    private readonly Lazy<DirectoryInfo> _copy = new(() => CrossBuild.Copy(Repository.SharedBench("mips")!));

    /// <summary>Why they cannot be run, or null.</summary>
    public static string? Missing
        => Repository.SharedBench("mips") is null ? "no ../shared/bench/mips beside this repository" : CrossBuild.Missing;

    /// <summary>Those to run: of the large ones, which take minutes, only when S390SIM_MIPS says <c>large</c>.</summary>
    public static IEnumerable<MipsImage> Chosen
        => s_all.Where(i => i.Name.EndsWith(".s", StringComparison.Ordinal) || IsLargeWanted);

    private static bool IsLargeWanted => Environment.GetEnvironmentVariable("S390SIM_MIPS") == "large";

    /// <summary>Path of one, built.</summary>
    public string Elf(MipsImage image)
    {
        CrossBuild.Make(_copy.Value.FullName, $"build/{image.Name}.elf");
        return Path.Combine(_copy.Value.FullName, "build", $"{image.Name}.elf");
    }

    /// <summary>Instructions that one executes when gcc 12.2 has compiled it.</summary>
    public ulong Instructions(MipsImage image)
    {
        var words = File.ReadLines(Path.Combine(_copy.Value.FullName, "insns.txt")).Select(l => l.Split(' '))
            .Single(w => $"{w[0]}.{w[1]}" == image.Name);
        return ulong.Parse(words[2], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (_copy.IsValueCreated) _copy.Value.Delete(recursive: true);
    }
}

/// <summary>A theory about the compute-bound programs; skipped, saying what is missing, without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MipsTheoryAttribute : TheoryAttribute
{
    public MipsTheoryAttribute() => Skip = MipsImages.Missing;
}
