using System.Diagnostics;
using System.Globalization;

namespace S390Sim.Pci.Tests;

/// <summary>
/// A device of QEMU in its RISC-V machine, which has the ones that its s390x machine lacks; the processor sleeps, the test
/// accesses registers and storage by QEMU's test protocol.
/// </summary>
internal sealed class QtestHost : IPciHost
{
    private const ulong ConfigurationWindow = 0x3000_0000 + (1 << 15);     // bus 0, device 1
    private const ulong Bar0 = 0x4000_0000;
    private const ulong Storage = 0x8010_0000;

    // wfi, and a jump back to it.
    private const string Sleep = "loader,addr=0x80000000,data=0xffdff06f10500073,data-len=8,data-be=off";

    private readonly Process _qemu;

    /// <summary>Starts QEMU with a device; options of its own may come before.</summary>
    public QtestHost(string device, params string[] options)
    {
        string[] arguments =
        [
            "-machine", "virt", "-m", "64M", "-nodefaults", "-display", "none", "-bios", "none", "-device", Sleep,
            "-qtest", "stdio", "-qtest-log", "none", .. options, "-device", $"{device},addr=1",
        ];
        _qemu = Process.Start(new ProcessStartInfo(Program!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _qemu.ErrorDataReceived += (_, _) => { };
        _qemu.BeginErrorReadLine();
        Config(0x10, 4, unchecked((uint)Bar0));
        Config(0x04, 2, 0x0006);
    }

    /// <summary>QEMU's program, or null when it is not installed.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(d => Path.Combine(d, "qemu-system-riscv64")).FirstOrDefault(File.Exists);

    public ulong AddressOf(int at) => Storage + (ulong)at;

    public uint Config(int offset, int length) => (uint)Number($"read{Letter(length)} 0x{ConfigurationWindow + (ulong)offset:x}");

    public void Config(int offset, int length, uint value)
        => Ask($"write{Letter(length)} 0x{ConfigurationWindow + (ulong)offset:x} 0x{value:x}");

    public ulong Load(ulong offset, int length) => Number($"read{Letter(length)} 0x{Bar0 + offset:x}");

    public void Store(ulong offset, int length, ulong value) => Ask($"write{Letter(length)} 0x{Bar0 + offset:x} 0x{value:x}");

    public byte[] Read(int at, int length) => Convert.FromHexString(Ask($"read 0x{AddressOf(at):x} 0x{length:x}")[2..]);

    public void Write(int at, ReadOnlySpan<byte> bytes)
        => Ask($"write 0x{AddressOf(at):x} 0x{bytes.Length:x} 0x{Convert.ToHexStringLower(bytes)}");

    public bool WaitFor(Func<bool> condition)
    {
        var limit = Stopwatch.StartNew();
        while (!condition())
        {
            if (limit.ElapsedMilliseconds > 2000) return false;
            Thread.Sleep(limit.ElapsedMilliseconds > 10 ? 5 : 0);
        }
        return true;
    }

    public void Dispose()
    {
        if (!_qemu.HasExited) _qemu.Kill();
        _qemu.Dispose();
    }

    private static char Letter(int length) => length switch { 1 => 'b', 2 => 'w', 4 => 'l', _ => 'q' };

    private ulong Number(string request)
        => ulong.Parse(Ask(request)[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // The answer is OK and a value; lines that tell of interruptions, and what the device says to people, may come before.
    private string Ask(string request)
    {
        _qemu.StandardInput.WriteLine(request);
        _qemu.StandardInput.Flush();
        while (true)
        {
            var line = _qemu.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"QEMU ended at: {request}");
            Assert.False(line.StartsWith("FAIL", StringComparison.Ordinal), $"{request}: {line}");
            if (line.StartsWith("OK", StringComparison.Ordinal)) return line.Length > 3 ? line[3..] : "";
        }
    }
}

/// <summary>A fact about QEMU's device; skipped where QEMU is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QtestFactAttribute : FactAttribute
{
    public QtestFactAttribute() => Skip = QtestHost.Program is null ? "no qemu-system-riscv64" : null;
}
