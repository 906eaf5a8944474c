using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace S390Sim.Testing;

/// <summary>
/// QEMU's whole machine with a driver that runs thousands of cases: its main storage is a file that is mapped here too, so
/// that cases and outcomes need no device. It is started when first needed and again after it died.
/// </summary>
public sealed unsafe class QemuSystem : IOracle
{
    /// <summary>Real address of the number of records, in the storage of the machine.</summary>
    internal const ulong Mailbox = 0x100_0000;
    /// <summary>Real address of the first record.</summary>
    internal const ulong Batch = 0x100_1000;
    /// <summary>Distance of the copies of tables, from which the driver brings them back, from the tables.</summary>
    internal const ulong PristineTables = TestLayout.Workspace - TestLayout.Tables;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

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

    /// <inheritdoc/>
    public OracleKind Kind => OracleKind.System;

    /// <inheritdoc/>
    public int BatchSize => 512;

    /// <summary>Builds the program that runs cases; it is also a guest for this machine.</summary>
    internal static string BuildDriver(string folder) => CrossTools.Build(folder, "system",
        $"-Wl,-Ttext-segment=0x{TestLayout.Driver:x}", $"-Wl,--section-start=.entry=0x{TestLayout.Entry:x}");

    /// <inheritdoc/>
    public IReadOnlyList<MachineOutcome> Run(IReadOnlyList<MachineCase> tests)
    {
        ArgumentNullException.ThrowIfNull(tests);
        _process ??= Start();
        foreach (var layout in tests.SelectMany(t => t.Spaces.Append(t.Layout)).Distinct())
        {
            layout.Tables.CopyTo(At(layout.TableAddress, layout.Tables.Length));
            layout.Tables.CopyTo(At(layout.TableAddress + PristineTables, layout.Tables.Length));
        }
        CleanUp();
        for (var n = 0; n < tests.Count; n++) Wire.Write(tests[n], Record(n));
        Put(Mailbox + 8, 0);
        Put(Mailbox, (ulong)tests.Count);
        var watch = Stopwatch.StartNew();
        var spin = new SpinWait();
        while (Get(Mailbox) != 0)
        {
            spin.SpinOnce();
            if (!_process.HasExited && watch.Elapsed < s_patience) continue;
            var done = (int)Get(Mailbox + 8);
            var how = _process.HasExited ? "ended" : "does not answer";
            Stop();
            throw new OracleException($"{CrossTools.SystemEmulator} {how}", Outcomes(tests.Take(done)));
        }
        return Outcomes(tests);
    }

    // What cases stored there that should have been stopped: other cases may look at it.
    private void CleanUp()
    {
        foreach (var (from, end) in s_zeros)
        {
            var rest = At(from, (int)(end - from));
            while (rest.IndexOfAnyExcept((byte)0) is >= 0 and var dirty)
            {
                rest = rest[dirty..];
                var length = Math.Min(rest.Length, 4096);
                rest[..length].Clear();
                rest = rest[length..];
            }
        }
        TestLayout.ReadOnlyPage.CopyTo(At(TestLayout.ReadOnly, 4096));
    }

    private static readonly (ulong From, ulong End)[] s_zeros =
    [
        (TestLayout.PrefixSize, TestLayout.Prefixes[1]), (TestLayout.DriverEnd, TestLayout.Code),
        (TestLayout.Code + TestLayout.CodeSize, TestLayout.Data), (TestLayout.ReadOnly + 4096, TestLayout.Tables),
    ];

    private IReadOnlyList<MachineOutcome> Outcomes(IEnumerable<MachineCase> tests)
        => [.. tests.Select((test, n) => Wire.ReadSystem(test, Record(n)))];

    private Span<byte> Record(int n) => At(Batch + (ulong)n * Wire.RecordSize, Wire.RecordSize);

    private Span<byte> At(ulong address, int length) => new(_storage + address, length);

    private ulong Get(ulong address) => BinaryPrimitives.ReverseEndianness(Volatile.Read(ref *(ulong*)(_storage + address)));

    private void Put(ulong address, ulong value)
        => Volatile.Write(ref *(ulong*)(_storage + address), BinaryPrimitives.ReverseEndianness(value));

    private Process Start()
    {
        Put(Mailbox, 0);
        var process = Process.Start(new ProcessStartInfo(CrossTools.SystemEmulator,
        [
            "-nodefaults", "-display", "none", "-cpu", "max", "-m", $"{(long)TestLayout.StorageSize >> 20}",
            "-object",
            $"memory-backend-file,id=ram,size={(long)TestLayout.StorageSize},mem-path={Path.Combine(_folder.FullName, "storage")},share=on",
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
    public void Dispose()
    {
        Stop();
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _folder.Delete(recursive: true);
    }
}
