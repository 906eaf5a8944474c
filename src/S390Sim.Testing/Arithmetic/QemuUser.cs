using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing.Arithmetic;

/// <summary>
/// QEMU's user mode as an oracle: one static program executes many cases and writes what they leave behind to its standard
/// output. Needs qemu-s390x and the s390x-linux-gnu cross compiler.
/// </summary>
public static class QemuUser
{
    private const string Emulator = "qemu-s390x", Compiler = "s390x-linux-gnu-gcc";
    private const int RecordSize = 160;
    // In a record: registers 0-15, then IPM's word, the storage, and the doubleword that a branch skips storing.
    private const int PsOffset = 128, StorageOffset = 136, FlagOffset = 152;
    private const ulong NotStored = 0x5A5A_0123_4567_89AB;
    private const int SkippedLength = 6;

    /// <summary>What is missing to run, or null when nothing is.</summary>
    public static string? Missing
        => !IsOnPath(Emulator) ? $"{Emulator} is not installed" : !IsOnPath(Compiler) ? $"{Compiler} is not installed" : null;

    /// <summary>Version of the installed emulator.</summary>
    public static Version EmulatorVersion()
    {
        var words = Encoding.UTF8.GetString(Execute(Emulator, ["--version"])).Split(' ');
        return Version.Parse(words[Array.IndexOf(words, "version") + 1].Trim());
    }

    /// <summary>Whether cases can be run: no absolute branch, nothing relative but a branch over the next instruction.</summary>
    public static bool CanRun(Op op)
    {
        var family = GeneralModel.Family(op);
        if (family.StartsWith("Relative", StringComparison.Ordinal) || family == "BranchAndSave") return false;
        var isBranch = (InstructionTable.Get(op).Flags & InstructionFlags.Branch) != 0;
        return !isBranch || Has(op, Field.RI2) || Has(op, Field.RI4);
    }

    /// <summary>The case as the program runs it: a relative branch goes over the one instruction that follows.</summary>
    public static GeneralCase Fit(GeneralCase test)
    {
        var operands = test.Operands;
        var halfwords = (test.Length + SkippedLength) / 2;
        if (Has(test.Op, Field.RI2)) operands.RI2 = halfwords;
        if (Has(test.Op, Field.RI4)) operands.RI4 = halfwords;
        return test with { Operands = operands, OverflowMask = false };
    }

    /// <summary>Runs fitted cases that end in no interruption.</summary>
    /// <exception cref="InvalidOperationException">The program does not build or does not end well.</exception>
    public static IReadOnlyList<GeneralOutcome> Run(IReadOnlyList<GeneralCase> tests)
    {
        ArgumentNullException.ThrowIfNull(tests);
        var directory = Directory.CreateTempSubdirectory("s390sim-qemu");
        try
        {
            var source = Path.Combine(directory.FullName, "cases.s");
            var program = Path.Combine(directory.FullName, "cases");
            File.WriteAllText(source, Source(tests));
            Execute(Compiler, ["-static", "-nostdlib", "-march=z13",
                $"-Wl,--section-start=.operand=0x{GeneralCase.StorageAddress:x}", "-Wl,--build-id=none", "-o", program, source]);
            var output = Execute(Emulator, ["-cpu", "max", program]);
            if (output.Length != tests.Count * RecordSize)
                throw new InvalidOperationException($"{output.Length} bytes of output for {tests.Count} cases");
            return [.. tests.Select((test, n) => Read(test, output.AsSpan(n * RecordSize, RecordSize)))];
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static GeneralOutcome Read(GeneralCase test, ReadOnlySpan<byte> record)
    {
        var registers = new ulong[16];
        for (var n = 0; n < 16; n++) registers[n] = BinaryPrimitives.ReadUInt64BigEndian(record[(n * 8)..]);
        var ipm = record[PsOffset];
        var taken = BinaryPrimitives.ReadUInt64BigEndian(record[FlagOffset..]) == NotStored;
        var next = CpuBench.CodeAddress + (ulong)test.Length + (taken ? SkippedLength : 0UL);
        var storage = record.Slice(StorageOffset, 16).ToArray();
        return new GeneralOutcome(registers, ipm >> 4, ipm & 0xF, storage, next, ProgramCode.None);
    }

    private static string Source(IReadOnlyList<GeneralCase> tests)
    {
        var text = new StringBuilder(Prologue);
        foreach (var test in tests) text.AppendLine($" case {string.Join(',', test.Bytes.Select(b => $"0x{b:x2}"))}");
        text.Append(Epilogue);
        text.AppendLine($" .set total, {tests.Count * RecordSize}");
        foreach (var test in tests)
        {
            text.AppendLine($" .quad {string.Join(',', test.Registers.Select(r => $"0x{r:x}"))}");
            text.AppendLine($" .long 0x{test.Cc << 28:x},0");
            text.AppendLine($" .byte {string.Join(',', test.Storage.Select(b => $"0x{b:x2}"))}");
            text.AppendLine($" .skip {RecordSize - FlagOffset}");
        }
        return text.ToString();
    }

    // r15 addresses the record while registers are loaded and stored; neither that nor STGRL changes the condition code.
    private static readonly string Prologue = $$"""
         .text
         .globl _start
         .set recno, 0
         .macro case bytes:vararg
         larl %r15, records + recno
         larl %r1, operand
         mvc 0(16,%r1), {{StorageOffset}}(%r15)
         larl %r1, flag
         mvc 0(8,%r1), 8(%r1)
         l %r0, {{PsOffset}}(%r15)
         spm %r0
         lmg %r0, %r15, 0(%r15)
         .byte \bytes
         stgrl %r0, flag
         stgrl %r15, saved
         larl %r15, records + recno
         stmg %r0, %r14, 0(%r15)
         ipm %r0
         st %r0, {{PsOffset}}(%r15)
         larl %r1, saved
         mvc 120(8,%r15), 0(%r1)
         larl %r1, operand
         mvc {{StorageOffset}}(16,%r15), 0(%r1)
         larl %r1, flag
         mvc {{FlagOffset}}(8,%r15), 0(%r1)
         .set recno, recno + {{RecordSize}}
         .endm
        _start:

        """;

    private const string Epilogue = """
         lghi %r2, 1
         larl %r3, records
         llilf %r4, total
         svc 4
         lghi %r2, 0
         svc 1
         .section .operand, "aw", @nobits
        operand: .skip 4096
         .data
         .balign 8
        flag: .quad 0, 0x5a5a0123456789ab
        saved: .quad 0
        records:

        """;

    private static byte[] Execute(string tool, string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{tool} ended with {process.ExitCode}: {errors.Result}");
        return output.ToArray();
    }

    private static bool IsOnPath(string tool)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, tool)));

    private static bool Has(Op op, Field name)
    {
        foreach (var field in InstructionTable.Fields(op))
            if (field.Field == name) return true;
        return false;
    }
}
