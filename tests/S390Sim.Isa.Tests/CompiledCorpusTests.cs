namespace S390Sim.Isa.Tests;

/// <summary>What the compiler makes of C programs, for levels from z900 to z16, is printed as objdump prints it.</summary>
public class CompiledCorpusTests
{
    private static readonly string[] s_levels = ["z900", "z10", "zEC12", "z13", "arch13", "arch14"];
    private static readonly string[] s_optimizations = ["-O0", "-O2", "-O3"];

    [CrossToolsFact(CrossTools.Objdump, CrossTools.Objcopy, CrossTools.Compiler)]
    public void Compiled_programs_are_printed_the_same()
    {
        var directory = Directory.CreateTempSubdirectory("s390sim-corpus");
        try
        {
            var texts = s_levels.SelectMany(_ => s_optimizations, (level, optimization) => (level, optimization))
                .AsParallel().AsOrdered().WithDegreeOfParallelism(2)
                .Select(c => Compile(directory.FullName, c.level, c.optimization)).ToList();
            ObjdumpTests.AssertSameListing([.. texts.SelectMany(t => t)], atLeast: 50_000);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static byte[] Compile(string directory, string level, string optimization)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Corpus", "corpus.c");
        var name = Path.Combine(directory, level + optimization);
        string[] vector = level is "z13" or "arch13" or "arch14" ? ["-mzvector"] : [];
        CrossTools.Run(CrossTools.Compiler, [$"-march={level}", optimization, .. vector, "-c", source, "-o", name + ".o"]);
        CrossTools.Run(CrossTools.Objcopy, "-O", "binary", "-j", ".text", name + ".o", name + ".bin");
        return File.ReadAllBytes(name + ".bin");
    }
}
