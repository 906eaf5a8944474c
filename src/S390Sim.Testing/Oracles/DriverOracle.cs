using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace S390Sim.Testing;

/// <summary>
/// A whole machine with a driver in it that runs thousands of cases (Guests/system.S): cases and outcomes are in its main
/// storage, so that they need no device.
/// </summary>
public abstract class DriverOracle : IOracle
{
    /// <summary>Real address of the number of records, in the storage of the machine.</summary>
    private const ulong Mailbox = 0x100_0000;
    /// <summary>Real address of the first record.</summary>
    private const ulong Batch = 0x100_1000;
    /// <summary>Distance of the copies of tables, from which the driver brings them back, from the tables.</summary>
    private const ulong PristineTables = TestLayout.Workspace - TestLayout.Tables;

    /// <summary>What is zero when no case has strayed, but for the tables.</summary>
    private static readonly (ulong From, ulong End)[] s_zeros =
    [
        (TestLayout.PrefixSize, TestLayout.Prefixes[1]), (TestLayout.DriverEnd, TestLayout.Code),
        (TestLayout.Code + TestLayout.CodeSize, TestLayout.Data), (TestLayout.ReadOnly + 4096, TestLayout.Workspace),
    ];

    /// <inheritdoc/>
    public OracleKind Kind => OracleKind.System;

    /// <inheritdoc/>
    public virtual bool CanRun(MachineCase test, MachineOutcome ours) => true;

    /// <inheritdoc/>
    public int BatchSize => 512;

    /// <summary>Its name.</summary>
    private protected abstract string Name { get; }

    /// <summary>Cases that the driver still has to run, which is zero for one that waits.</summary>
    private protected int Remaining
    {
        get => (int)Get(Mailbox);
        set => Put(Mailbox, (ulong)value);
    }

    /// <summary>Cases that the driver has run.</summary>
    private protected int Done
    {
        get => (int)Get(Mailbox + 8);
        private set => Put(Mailbox + 8, (ulong)value);
    }

    /// <summary>Main storage from an address on.</summary>
    private protected abstract Span<byte> At(ulong address, int length);

    /// <summary>Makes it ready to be given cases.</summary>
    private protected abstract void Prepare();

    /// <summary>Lets the driver run until nothing remains; else says what became of it.</summary>
    private protected abstract string? Await();

    /// <summary>Builds the driver.</summary>
    private protected static string BuildDriver(string folder) => CrossTools.Build(folder, "system",
        $"-Wl,-Ttext-segment=0x{TestLayout.Driver:x}", $"-Wl,--section-start=.entry=0x{TestLayout.Entry:x}");

    /// <inheritdoc/>
    public IReadOnlyList<MachineOutcome> Run(IReadOnlyList<MachineCase> tests)
    {
        ArgumentNullException.ThrowIfNull(tests);
        Prepare();
        CleanUp();
        foreach (var layout in tests.SelectMany(t => t.Spaces.Append(t.Layout)).Distinct())
        {
            layout.Tables.CopyTo(At(layout.TableAddress, layout.Tables.Length));
            layout.Tables.CopyTo(At(layout.TableAddress + PristineTables, layout.Tables.Length));
        }
        for (var n = 0; n < tests.Count; n++) Wire.Write(tests[n], Record(n));
        Done = 0;
        Remaining = tests.Count;
        if (Await() is { } failure) throw new OracleException($"{Name} {failure}", Outcomes(tests.Take(Done)));
        return Outcomes(tests);
    }

    // What cases stored that should have been stopped: other cases may look at it.
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

    private IReadOnlyList<MachineOutcome> Outcomes(IEnumerable<MachineCase> tests)
        => [.. tests.Select((test, n) => Wire.ReadSystem(test, Record(n)))];

    private Span<byte> Record(int n) => At(Batch + (ulong)n * Wire.RecordSize, Wire.RecordSize);

    private ulong Get(ulong address)
        => BinaryPrimitives.ReverseEndianness(Volatile.Read(ref MemoryMarshal.AsRef<ulong>(At(address, 8))));

    private void Put(ulong address, ulong value)
        => Volatile.Write(ref MemoryMarshal.AsRef<ulong>(At(address, 8)), BinaryPrimitives.ReverseEndianness(value));

    /// <inheritdoc/>
    [SuppressMessage("Usage", "CA1816", Justification = "nothing has a finalizer")]
    public abstract void Dispose();
}
