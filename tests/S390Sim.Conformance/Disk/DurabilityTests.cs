using System.Diagnostics;
using System.Globalization;

namespace S390Sim.Conformance.Disk;

/// <summary>What a disk acknowledged is in its image, whatever becomes of the simulator and of the host's room.</summary>
public sealed class DurabilityTests(DiskProgram program) : IClassFixture<DiskProgram>
{
    private const long DiskSize = 16 << 20;

    [DiskTheory]
    [InlineData("virtio-blk", "keep", "")]
    [InlineData("virtio-blk", "keep writethrough", "")]
    [InlineData("virtio-blk", "keep", "--kvm=lent")]
    [InlineData("nvme", "keep", "")]
    [InlineData("nvme", "keep writethrough", "--kvm=lent")]
    public void A_kill_loses_nothing_that_was_kept(string type, string append, string design)
    {
        var image = program.CreateImage(DiskSize);
        using var child = new ChildSimulator([], [.. ChildSimulator.Disk(program.Elf, append, $"file={image}", type),
            .. design.Length == 0 ? [] : new[] { design }]);
        for (var n = 0; n < 12; n++) Assert.Equal($"kept {n}", child.ReadLine());
        child.Kill();
        var kept = 11L;
        while (child.ReadLine() is { } line && line.StartsWith("kept ", StringComparison.Ordinal))
            kept = long.Parse(line[5..], CultureInfo.InvariantCulture);
        Assert.True(kept < 4095, "it came to its end before it was killed");
        for (var n = 0L; n <= kept; n++) Assert.Equal(n + 1, DiskProgram.Block(image, n));
        for (var n = kept + 2; n < DiskSize / 4096; n++) Assert.Equal(0, DiskProgram.Block(image, n));
        using var again = new ChildSimulator([], ChildSimulator.Disk(program.Elf, "keep blocks=2", $"file={image}", type));
        Assert.Equal(0, again.Finish().Code);
    }

    // Before the console says that a block is kept, the host was told to keep it: a crash of the host loses nothing either.
    [DiskTheory]
    [InlineData("virtio-blk", "keep blocks=4")]
    [InlineData("virtio-blk", "keep blocks=4 writethrough")]
    [InlineData("nvme", "keep blocks=4")]
    [InlineData("nvme", "keep blocks=4 writethrough")]
    public void What_is_kept_was_synchronized(string type, string append)
    {
        var (image, trace) = (program.CreateImage(DiskSize), Path.Combine(program.CreateFolder(), "trace"));
        if (!CanTrace()) return;
        using var child = new ChildSimulator(["strace", "-f", "-y", "-e", "trace=pwrite64,fdatasync,write", "-o", trace],
            ChildSimulator.Disk(program.Elf, append, $"file={image}", type));
        Assert.Equal(0, child.Finish().Code);
        var calls = File.ReadLines(trace)
            .Where(l => l.Contains(image, StringComparison.Ordinal) || l.Contains("\"kept ", StringComparison.Ordinal))
            .Select(l => l.Contains("pwrite64(", StringComparison.Ordinal) ? "write"
                : !l.Contains("fdatasync(", StringComparison.Ordinal) ? "say"
                : l.EndsWith("= 0", StringComparison.Ordinal) ? "sync" : "failed sync");
        Assert.Equal(string.Join(' ', Enumerable.Repeat("write sync say", 4)), string.Join(' ', calls));
    }

    [DiskTheory]
    [InlineData("", "", "is in use by another simulator")]
    [InlineData("", ",readonly", "another simulator has it for writing")]
    [InlineData(",readonly", "", "is in use by another simulator")]
    [InlineData(",readonly", ",readonly", null)]
    public void Two_simulators_cannot_both_have_an_image_for_writing(string first, string second, string? refusal)
    {
        var image = program.CreateImage(DiskSize);
        var isWriter = first.Length == 0;
        using var holder = new ChildSimulator(
            [], ChildSimulator.Disk(program.Elf, isWriter ? "keep" : "bench ms=60000", $"file={image}{first}"));
        Assert.Equal(isWriter ? "kept 0" : $"disk of {DiskSize / 512} sectors", holder.ReadLine());
        var (code, output, error) = Run(image, second);
        if (refusal is null)
        {
            Assert.Equal((0, ""), (code, error));
        }
        else
        {
            Assert.Equal((2, ""), (code, output));
            Assert.Contains(refusal, error);
            Assert.Equal(1, error.Count(c => c == '\n'));
        }
        holder.Kill();
        Assert.Equal(0, Run(image, "").Code);
    }

    // The host gives the image a megabyte: by a limit on the size of files, or because its disk is full.
    [DiskTheory]
    [InlineData("limit", "virtio-blk", 1)]          // I/O error
    [InlineData("disk", "virtio-blk", 1)]
    [InlineData("limit", "nvme", 0x81)]             // capacity exceeded
    [InlineData("disk", "nvme", 0x81)]
    public void A_full_host_is_an_error_of_the_disk(string kind, string type, int status)
    {
        var folder = program.CreateFolder();
        if (kind == "disk" && !TryRun("mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", folder)) return;
        try
        {
            var image = program.CreateImage(DiskSize, folder);
            // The limit counts blocks of 512 bytes.
            string[] through = kind == "limit" ? ["sh", "-c", "ulimit -f 2048; exec \"$0\" \"$@\""] : [];
            using var child = new ChildSimulator(through, ChildSimulator.Disk(program.Elf, "fill", $"file={image}", type));
            var (code, output, error) = child.Finish();
            Assert.Equal((0, ""), (code, error));
            var lines = output.Split('\n');
            Assert.StartsWith("block 2", lines[0]);
            Assert.EndsWith($": status {status}", lines[0]);
            Assert.Equal(["flush: status 0", "read of block 0: status 0"], lines[1..3]);
            var failed = long.Parse(lines[0].Split(' ', ':')[1], CultureInfo.InvariantCulture);
            for (var n = 0L; n < failed; n++) Assert.Equal(n + 1, DiskProgram.Block(image, n));
        }
        finally
        {
            if (kind == "disk") TryRun("umount", folder);
        }
    }

    private (int Code, string Output, string Error) Run(string image, string keys)
    {
        using var child = new ChildSimulator([], ChildSimulator.Disk(program.Elf, "bench ms=1", $"file={image}{keys}"));
        return child.Finish();
    }

    private static bool CanTrace() => TryRun("strace", "-o", "/dev/null", "true");

    private static bool TryRun(string tool, params string[] words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(tool, words) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
