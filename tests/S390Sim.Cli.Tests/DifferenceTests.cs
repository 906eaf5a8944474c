using S390Sim.Cli.Comparison;
using S390Sim.Iommu;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Cli.Tests;

/// <summary>What two runs of a program may differ in, and may not: each kind is found, and where it is.</summary>
public sealed class DifferenceTests
{
    private const ulong Page = 0x5000;

    private static DesignRun Run(string design, int code = 0, string console = "", DmaStream? stream = null, int stored = 0,
        params ImageBlock[] blocks)
    {
        var bytes = new StoredBytes();
        bytes.Add(0x10, stored);
        return new DesignRun
        {
            Design = design,
            Outcome = new RunOutcome { End = RunEnd.OrderlyWait, ConsoleStatus = code << 1 | 1, Cpu = null! },
            Console = console,
            Figures = new Dictionary<string, ulong>(),
            Dma = new([stream ?? new DmaStream(1)], new Dictionary<ulong, StoredBytes> { [Page] = bytes }),
            Images = [new(1, 1, blocks)],
        };
    }

    private static StorageImage Storage(uint simulationBits, params (int At, uint Word)[] words)
    {
        var page = new byte[4096];
        foreach (var (at, word) in words) System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(at), word);
        var functions = new Dictionary<ushort, uint> { [0] = simulationBits, [3] = simulationBits };
        return new(new Dictionary<ulong, byte[]> { [Page] = page }, functions);
    }

    private static (List<string> Differences, List<string> Notes) Compare(DesignRun a, DesignRun b, StorageImage? left = null,
        StorageImage? right = null)
    {
        List<string> differences = [], notes = [];
        Differences.Add(new(a, left ?? Storage(0)), new(b, right ?? Storage(0)), differences, notes);
        return (differences, notes);
    }

    private static DmaStream Stream(params string[] accesses)
    {
        var stream = new DmaStream(1);
        foreach (var access in accesses)
        {
            if (access[0] == '!') stream.Refuse(IoAccess.Write);
            else stream.Add(access[0] == 'r' ? IoAccess.Read : IoAccess.Write, System.Text.Encoding.ASCII.GetBytes(access[1..]));
        }
        return stream;
    }

    [Fact]
    public void EqualRunsAreEqual()
    {
        var (differences, notes) =
            Compare(Run("a", 1, "x", Stream("rabc", "wxyz"), 4), Run("b", 1, "x", Stream("rabc", "wxyz"), 4));
        Assert.Empty(differences);
        Assert.Empty(notes);
    }

    [Fact]
    public void TheEndCounts()
        => Assert.Equal(["a and b differ in how the program ended: orderly-wait with exit code 1, and "
                + "orderly-wait with exit code 0"],
            Compare(Run("a", 1), Run("b", 0)).Differences);

    [Theory]
    [InlineData("rabc wxyz", "rabd wxyz", 1)]
    [InlineData("rabc wxyz", "rabc wxy", 2)]
    [InlineData("rabc wxyz", "rabc rxyz", 2)]
    [InlineData("rabc wxyz", "rabc", 2)]
    [InlineData("rabc", "rabc !", 2)]
    [InlineData("w12345678abcdefgh", "w12345678abcdefgx", 1)]
    [InlineData("w12345678abcdefgh", "wabcdefgh12345678", 1)]
    [InlineData("", "!", 1)]
    public void EveryAccessCounts(string one, string other, int access)
    {
        static DmaStream Of(string text) => Stream(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var difference = Assert.Single(Compare(Run("a", stream: Of(one)), Run("b", stream: Of(other))).Differences);
        Assert.StartsWith($"a and b differ in access {access} of function 0x1 to storage: ", difference,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WhereDevicesStoredCounts()
    {
        Assert.Equal(["a and b differ in where devices stored: byte 0x5014 was stored into under b only"],
            Compare(Run("a", stored: 4), Run("b", stored: 5)).Differences);
        var (differences, notes) =
            Compare(Run("a", stored: 4), Run("b", stored: 4), Storage(0, (0x10, 0x11223344)), Storage(0, (0x10, 0x11223345)));
        Assert.Equal(["a and b differ in storage that devices stored into: byte 0x5013 is 44, and 45"], differences);
        Assert.Empty(notes);
    }

    [Fact]
    public void ImagesCount()
        => Assert.Equal(["a and b differ in image 1 of function 0x1: the block at 0x2000"],
            Compare(Run("a", blocks: [new(0, 1), new(0x2000, 1), new(0x4000, 1)]), Run("b", blocks: [new(0, 1), new(0x2000, 2)]))
                .Differences);

    [Fact]
    public void OtherStorageAndTheConsoleAreNoted()
    {
        var (differences, notes) = Compare(Run("a", console: "x\ny\n"), Run("b", console: "x\nz\n"),
            Storage(0, (0x20, 1), (0x100, 7)), Storage(0, (0x20, 2), (0x100, 8)));
        Assert.Empty(differences);
        Assert.Equal(["a and b differ on the console from line 2 on: \"y\", and \"z\"",
            "a and b differ in 2 words of storage that no device stored into, function handles apart; the first is at 0x5020"],
                notes);
    }

    /// <summary>Only a handle of the same function, with the simulation bits that each design gives it, is excused.</summary>
    [Theory]
    [InlineData(0x80020000, 0x80000000, true)]
    [InlineData(0x81020003, 0x81000003, true)]
    [InlineData(0x80020001, 0x80000001, false)]     // no function has that index
    [InlineData(0x80020000, 0x81000000, false)]     // another instance
    [InlineData(0x80010000, 0x80000000, false)]     // not the bits that its design gives
    [InlineData(0x80020000, 0x80010000, false)]
    public void HandlesAreExcused(uint one, uint other, bool isExcused)
    {
        var (_, notes) = Compare(Run("a"), Run("b"), Storage(FunctionHandle.Emulated, (0x20, one)), Storage(0, (0x20, other)));
        Assert.Equal(isExcused, notes.Count == 0);
    }

    /// <summary>Accesses are kept one by one up to a limit; beyond it a difference is still one.</summary>
    [Fact]
    public void LongStreamsAreToldApart()
    {
        var (one, other) = (new DmaStream(1), new DmaStream(1));
        Span<byte> bytes = stackalloc byte[2];
        for (var n = 0; n < (1 << 20) + 10; n++)
        {
            bytes[0] = (byte)n;
            one.Add(IoAccess.Write, bytes);
            bytes[1] = (byte)(n == (1 << 20) + 5 ? 1 : 0);
            other.Add(IoAccess.Write, bytes);
            bytes[1] = 0;
        }
        Assert.Equal((1UL << 20) + 1, DmaStream.FirstDifference(one, other));
        Assert.Null(DmaStream.FirstDifference(one, one));
    }
}
