using System.Diagnostics;

namespace S390Sim.Conformance;

/// <summary>A disk of zeroes for QEMU's virtio-blk behind a zPCI function with FID and UID 1, its DMA translated.</summary>
internal sealed class QemuDisk : IDisposable
{
    private const string Tool = "qemu-system-s390x";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _path = Path.GetTempFileName();
    private readonly string _serial;

    public QemuDisk(long length, string serial = "")
    {
        using var file = File.OpenWrite(_path);
        file.SetLength(length);
        _serial = serial.Length == 0 ? "" : $",serial={serial}";
    }

    /// <summary>Runs a program to its disabled wait; what it printed.</summary>
    public string Run(string elf, string append = "")
    {
        var start = new ProcessStartInfo(Tool,
        [
            "-M", "s390-ccw-virtio", "-cpu", "max", "-m", "512", "-nographic", "-no-reboot", "-kernel", elf, "-append", append,
            "-device", "zpci,uid=1,fid=1,target=d0", "-drive", $"file={_path},if=none,id=n0,format=raw,discard=unmap",
            "-device", $"virtio-blk-pci,drive=n0,disable-legacy=on,iommu_platform=on,id=d0{_serial}",
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_patience)) process.Kill();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result
            : throw new InvalidOperationException($"{Tool}: {error.Result}\n{output.Result}");
    }

    public void Dispose() => File.Delete(_path);
}
