using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace S390Sim.Conformance.BinaryFloatingPoint;

/// <summary>
/// QEMU's user mode as an oracle: one static program with a loop for each variant, which executes arrays of cases that it reads
/// from its standard input and writes what they leave to its standard output.
/// </summary>
internal sealed class BfpQemu : IDisposable
{
    private const string Compiler = "s390x-linux-gnu-gcc", Emulator = "qemu-s390x";
    private const int HeaderSize = 16;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("s390sim-bfp");

    public BfpQemu(IReadOnlyList<BfpVariant> variants)
    {
        var source = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "BinaryFloatingPoint", "driver.S"));
        var table = new StringBuilder();
        foreach (var variant in variants)
        {
            var halfwords = Enumerable.Range(0, variant.Length / 2)
                .Select(n => $"0x{(variant.Text >> (48 - n * 16)) & 0xFFFF:x}");
            table.AppendLine($"\tvariant {string.Join(',', halfwords)}");
        }
        File.WriteAllText(InFolder("driver.S"), source.Replace("#VARIANTS", table.ToString(), StringComparison.Ordinal));
        using var compiler = Process.Start(new ProcessStartInfo(Compiler,
            ["-static", "-nostdlib", "-march=zEC12", "-Wl,-z,noexecstack", "-o", "driver", "driver.S"])
        {
            WorkingDirectory = _directory.FullName,
            RedirectStandardError = true,
        })!;
        var words = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0) throw new InvalidOperationException($"{Compiler}: {words}");
    }

    /// <summary>What the cases leave, in their order.</summary>
    public BfpOutcome[] Run(IReadOnlyList<BfpGroup> groups)
    {
        using var process = Process.Start(new ProcessStartInfo(Emulator, ["-cpu", "max", "driver"])
        {
            WorkingDirectory = _directory.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var words = process.StandardError.ReadToEndAsync();
        var feeding = Task.Run(() => Feed(process, groups));
        var outcomes = new BfpOutcome[groups.Sum(g => g.Cases.Length)];
        var buffer = new byte[BfpOutcome.Size];
        var output = new BufferedStream(process.StandardOutput.BaseStream, 1 << 20);
        for (var n = 0; n < outcomes.Length; n++)
        {
            if (output.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
                throw new InvalidOperationException($"{Emulator} ended after {n} of {outcomes.Length} cases: {words.Result}");
            outcomes[n] = BfpOutcome.Read(buffer);
        }
        feeding.Wait();
        process.WaitForExit();
        return outcomes;
    }

    private static void Feed(Process process, IReadOnlyList<BfpGroup> groups)
    {
        using var input = new BufferedStream(process.StandardInput.BaseStream, 1 << 20);
        Span<byte> bytes = stackalloc byte[BfpCase.Size];
        foreach (var group in groups)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)group.Variant);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (ulong)group.Cases.Length);
            input.Write(bytes[..HeaderSize]);
            foreach (ref readonly var test in group.Cases.AsSpan())
            {
                test.Write(bytes);
                input.Write(bytes);
            }
        }
    }

    private string InFolder(string name) => Path.Combine(_directory.FullName, name);

    public void Dispose() => _directory.Delete(recursive: true);
}
