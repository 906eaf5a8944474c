using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>
/// QEMU's whole machine, whose main storage is a file that is mapped here too. It is started when first needed and again after
/// it died.
/// </summary>
public sealed unsafe class QemuSystem : DriverOracle
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s390sim-system");
    private readonly string _program;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _storage;
    private Process? _process;

    /// <summary>Builds the driver.</summary>
    public QemuSystem()
    {
        _program = BuildDriver(_folder.FullName);
        var storage = Path.Combine(_folder.FullName, "storage");
        _file = MemoryMappedFile.CreateFromFile(storage, FileMode.CreateNew, null, (long)TestLayout.StorageSize);
        _view = _file.CreateViewAccessor(0, (long)TestLayout.StorageSize);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _storage);
    }

    /// <summary>
    /// QEMU has no key-controlled protection, so that a program that storage keys stop here would go on there, and store
    /// anywhere; and it dies of a PSW of the access-register mode.
    /// </summary>
    public override bool CanRun(MachineCase test, MachineOutcome ours)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(ours);
        var psw = ours.After.Psw;
        return (!ours.IsKeyProtected
                || (test.Code.Count <= 4 && (ours.TranslationException & ~0xFFFUL) is TestLayout.Data or TestLayout.Data + 4096))
            && ((psw.Mask & Psw.Dat) == 0 || psw.Space != 1 || test.Code.All(l => l.Op is not (Op.LPSW or Op.LPSWE)));
    }

    private protected override string Name => CrossTools.SystemEmulator;

    private protected override Span<byte> At(ulong address, int length) => new(_storage + address, length);

    private protected override void Prepare()
    {
        if (_process is not null) return;
        Remaining = 0;
        _process = Start();
    }

    private protected override string? Await()
    {
        var watch = Stopwatch.StartNew();
        var spin = new SpinWait();
        for (var done = 0; Remaining != 0;)
        {
            spin.SpinOnce();
            if (Done != done)
            {
                done = Done;
                watch.Restart();
            }
            if (!_process!.HasExited && watch.Elapsed < s_patience) continue;
            var how = _process.HasExited ? "ended" : "does not answer";
            Stop();
            return how;
        }
        return null;
    }

    private Process Start()
    {
        var process = Process.Start(new ProcessStartInfo(CrossTools.SystemEmulator,
        [
            "-nodefaults", "-display", "none", "-cpu", "max", "-m", $"{TestLayout.StorageSize >> 20}",
            "-object",
            $"memory-backend-file,id=ram,size={TestLayout.StorageSize},mem-path={_folder.FullName}/storage,share=on",
            "-machine", "s390-ccw-virtio,memory-backend=ram", "-accel", "tcg", "-kernel", _program,
        ])
        { WorkingDirectory = _folder.FullName, RedirectStandardError = true })!;
        // What it says when it dies is not wanted, but must not fill the pipe.
        process.BeginErrorReadLine();
        return process;
    }

    private void Stop()
    {
        if (_process is not { } process) return;
        _process = null;
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Stop();
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _folder.Delete(recursive: true);
    }
}
