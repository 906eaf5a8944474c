using System.Diagnostics;

namespace S390Sim.Benchmarks.Peers;

/// <summary>Guest programs that drive a PCI function, and the emulators that run them to their end.</summary>
internal static class ZpciGuests
{
    /// <summary>Builds a program of ../shared/bench/zpci in a copy; null when the folder is not there.</summary>
    /// <param name="repository">The folder of the solution.</param>
    /// <param name="folder">Where the copy goes.</param>
    /// <param name="program">File name of the program.</param>
    public static string? Build(string repository, string folder, string program)
    {
        var source = Path.Combine(repository, "../shared/bench/zpci");
        if (!Directory.Exists(source)) return null;
        var copy = Directory.CreateDirectory(Path.Combine(folder, "zpci")).FullName;
        foreach (var file in Directory.EnumerateFiles(source))
            File.WriteAllBytes(Path.Combine(copy, Path.GetFileName(file)), File.ReadAllBytes(file));
        Execute("make", ["-s", "-C", copy, program]);
        return Path.Combine(copy, program);
    }

    /// <summary>Runs a program on QEMU with a virtio-blk function; what it printed.</summary>
    public static string RunOnQemu(string program, string words, string image) => Execute("qemu-system-s390x",
    [
        "-M", "s390-ccw-virtio,accel=tcg", "-cpu", "max", "-m", "512", "-nographic", "-no-reboot",
        "-kernel", program, "-append", words,
        "-device", "zpci,uid=1,fid=1,target=d0", "-drive", $"file={image},if=none,id=n0,format=raw",
        "-device", "virtio-blk-pci,drive=n0,disable-legacy=on,iommu_platform=on,id=d0",
    ]);

    /// <summary>Runs a tool to its end; what it printed.</summary>
    public static string Execute(string tool, string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output
            : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {error.Result}");
    }
}
