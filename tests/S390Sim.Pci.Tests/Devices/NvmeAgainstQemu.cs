using System.Security.Cryptography;

namespace S390Sim.Pci.Tests;

/// <summary>
/// The same driver on this simulator's controller and on QEMU's, and the same answers but for the listed differences. A
/// difference that is not listed fails, and so does a listed one that no longer shows.
/// </summary>
[Collection("processes")]
public sealed class NvmeAgainstQemu
{
    private const int Bytes = 4 << 20;
    private const int Transfers = 250;

    // Situation, QEMU 7.2's answer, this one's, and why.
    private static readonly (string Situation, string Qemu, string Ours, string Reason)[] s_differences =
    [
        ("admin descriptors of namespace 9", "002! 0", "00b! 0", "QEMU has 256 namespaces, most of them inactive"),
        ("admin delete completion queue 0", "100! 0", "101! 0", "chapter 5.5: an invalid queue identifier"),
        ("admin delete completion queue 2 again", "100! 0", "101! 0", "chapter 5.5: an invalid queue identifier"),
        ("admin get feature 1", "000 7", "000 0", "queues take turns by single commands"),
        ("admin get default of feature 1", "000 7", "000 0", "queues take turns by single commands"),
        ("admin get default of feature 6", "000 0", "000 1", "the cache is on by default, as the current value says on both"),
        ("admin log page 77", "002! 0", "109! 0", "chapter 5.14: an invalid log page"),
        ("io first entry off by 2", "000 0", "013! 0", "chapter 4.3: offsets are multiples of four"),
        ("io namespace 5", "002! 0", "00b! 0", "QEMU has 256 namespaces, most of them inactive"),
        ("io scatter-gather list", "000 0", "002! 0", "QEMU has these lists"),
    ];

    [QtestFact]
    public void Answers_are_the_same()
    {
        using var hosts = new Pair(512);
        var found = new List<string>();
        foreach (var (name, step) in Situations())
        {
            var (qemu, ours) = (step(hosts.Qemu), step(hosts.Ours));
            if (qemu != ours) found.Add($"{name}: {qemu} | {ours}");
        }
        var listed = s_differences.Select(d => $"{d.Situation}: {d.Qemu} | {d.Ours}").ToList();
        Assert.True(listed.SequenceEqual(found), $"not listed:\n{string.Join('\n', found.Except(listed))}\n"
            + $"no longer:\n{string.Join('\n', listed.Except(found))}");
        Assert.All(s_differences, d => Assert.NotEqual("", d.Reason));
    }

    [QtestFact]
    public void Transfers_of_512_byte_blocks_are_the_same() => CompareTransfers(512, seed: 1);

    [QtestFact]
    public void Transfers_of_4096_byte_blocks_are_the_same() => CompareTransfers(4096, seed: 2);

    private static void CompareTransfers(int blockSize, int seed)
    {
        using var hosts = new Pair(blockSize);
        hosts.Qemu.CreateQueues();
        hosts.Ours.CreateQueues();
        var answers = new[] { hosts.Qemu, hosts.Ours }.Select(d => Transfer(d, new Random(seed), blockSize).ToList()).ToList();
        for (var n = 0; n < Transfers; n++) Assert.Equal(answers[0][n], answers[1][n]);
        hosts.Qemu.Io(new NvmeRequest(0, 1));
        Assert.True(File.ReadAllBytes(hosts.File).AsSpan().SequenceEqual(hosts.Image.Bytes));
    }

    // Reads, writes, comparisons and zeroes, some beyond the end or too long, through buffers of any shape.
    private static IEnumerable<string> Transfer(NvmeDriver driver, Random random, int blockSize)
    {
        var end = Bytes / blockSize;
        for (var n = 0; n < Transfers; n++)
        {
            var opcode = new byte[] { 1, 1, 1, 2, 2, 2, 5, 8 }[random.Next(8)];
            var blocks = random.Next(1, Math.Min(random.Next(6) == 0 ? 1100 : 40, end / 2));
            var block = random.Next(end - (random.Next(10) == 0 ? 0 : blocks));
            var length = Math.Min(blocks * blockSize, 512 << 10);
            var buffer = new NvmeBuffer(driver.Host, random, length);
            var data = new byte[length];
            random.NextBytes(data);
            if (opcode is 1 or 5) buffer.Fill(data);
            var request = NvmeRequest.Transfer(opcode, (ulong)block, blocks, buffer.Prp1, buffer.Prp2);
            if (opcode == 8) request = request with { Prp1 = 0, Prp2 = 0 };
            var answer = driver.Io(request);
            var read = opcode == 2 && answer.Status == 0 ? Convert.ToHexString(SHA256.HashData(buffer.Contents())) : "";
            yield return $"{n}: {opcode} at {block}, {blocks}: {Show(answer)} {read}";
        }
    }

    // An exclamation mark says: do not retry.
    private static string Show(NvmeAnswer answer)
        => $"{answer.Status:x3}{((answer.Flags & 0x4000) != 0 ? "!" : "")} {answer.Value:x}";

    private static IEnumerable<(string, Func<NvmeDriver, string>)> Situations()
    {
        foreach (var (name, make) in AdminCommands()) yield return ($"admin {name}", d => Show(d.Admin(make(d))));
        yield return ("queues", CreateQueues);
        foreach (var (name, make) in IoCommands()) yield return ($"io {name}", d => Show(d.Io(make(d))));
        foreach (var (name, make) in LateAdminCommands()) yield return ($"late {name}", d => Show(d.Admin(make(d))));
        yield return ("shutdown", ShutDown);
        yield return ("restart", d => Enable(d, NvmeDriver.Enabled));
        yield return ("enable with pages of 128 KB", d => Enable(d, 0x0046_0281));
        yield return ("enable with command set 1", d => Enable(d, 0x0046_0011));
    }

    private static string CreateQueues(NvmeDriver driver)
    {
        driver.CreateQueues();
        return "";
    }

    private static string ShutDown(NvmeDriver driver)
    {
        driver.Host.Store(NvmeDriver.Cc, 4, NvmeDriver.Enabled | 0x4000);
        return $"{driver.Host.WaitFor(() => (driver.Status & 0xC) == 8)} {driver.Status:x}";
    }

    private static string Enable(NvmeDriver driver, uint configuration)
    {
        driver.Start(configuration: configuration);
        return $"{driver.Status:x}";
    }

    private static ulong Data(NvmeDriver d) => d.Host.AddressOf(NvmeDriver.Data);

    private static IEnumerable<(string, Func<NvmeDriver, NvmeRequest>)> AdminCommands()
    {
        NvmeRequest Identify(NvmeDriver d, uint what, uint ns) => new(6, ns) { Prp1 = Data(d), W10 = what };
        yield return ("unknown opcode", _ => new(0x55));
        yield return ("scatter-gather list", d => Identify(d, 1, 0) with { Flags = 0x40 });
        yield return ("identify namespace 0", d => Identify(d, 0, 0));
        yield return ("identify namespace 1", d => Identify(d, 0, 1));
        yield return ("identify namespace 300", d => Identify(d, 0, 300));
        yield return ("identify controller", d => Identify(d, 1, 0));
        yield return ("active namespaces", d => Identify(d, 2, 0));
        yield return ("active namespaces above the last", d => Identify(d, 2, ~0u));
        yield return ("descriptors of namespace 1", d => Identify(d, 3, 1));
        yield return ("descriptors of namespace 9", d => Identify(d, 3, 9));
        yield return ("identify something unknown", d => Identify(d, 0x99, 1));
        yield return ("submission queue before its completions", d => d.CreateSubmission(1, 16, 1));
        yield return ("completion queue 0", d => d.CreateCompletion(0, 16));
        yield return ("completion queue 65", d => d.CreateCompletion(65, 16));
        yield return ("completion queue of one entry", d => d.CreateCompletion(1, 1));
        yield return ("completion queue too long", d => d.CreateCompletion(1, 0x1001));
        yield return ("completion queue not contiguous", d => d.CreateCompletion(1, 16, flags: 2));
        yield return ("completion queue not on a page", d => d.CreateCompletion(1, 16) with { Prp1 = Data(d) + 8 });
        yield return ("completion queue with vector 65", d => d.CreateCompletion(1, 16, vector: 65));
        yield return ("completion queue 2", d => d.CreateCompletion(2, 16));
        yield return ("completion queue 2 again", d => d.CreateCompletion(2, 16));
        yield return ("submission queue for completions 0", d => d.CreateSubmission(2, 16, 0));
        yield return ("submission queue for completions 3", d => d.CreateSubmission(2, 16, 3));
        yield return ("submission queue 0", d => d.CreateSubmission(0, 16, 2));
        yield return ("submission queue not contiguous", d => d.CreateSubmission(2, 16, 2, flags: 0));
        yield return ("submission queue of one entry", d => d.CreateSubmission(2, 1, 2));
        yield return ("submission queue 2", d => d.CreateSubmission(2, 16, 2));
        yield return ("submission queue 2 again", d => d.CreateSubmission(2, 16, 2));
        yield return ("delete completion queue in use", _ => new(4) { W10 = 2 });
        yield return ("delete submission queue 0", _ => new(0));
        yield return ("delete submission queue 9", _ => new(0) { W10 = 9 });
        yield return ("delete submission queue 2", _ => new(0) { W10 = 2 });
        yield return ("delete completion queue 0", _ => new(4));
        yield return ("delete completion queue 2", _ => new(4) { W10 = 2 });
        yield return ("delete completion queue 2 again", _ => new(4) { W10 = 2 });
        yield return ("abort nothing", _ => new(8) { W10 = 0x1234_0000 });
        foreach (var id in new uint[] { 1, 2, 4, 5, 6, 7, 8, 9, 0xA, 0xB, 0x33 })
        {
            yield return ($"get feature {id:x}", _ => new(0xA) { W10 = id });
            yield return ($"get default of feature {id:x}", _ => new(0xA) { W10 = 0x100 | id });
        }
        yield return ("set error recovery of namespace 1", _ => new(9, 1) { W10 = 5, W11 = 7 });
        yield return ("get error recovery of namespace 1", _ => new(0xA, 1) { W10 = 5 });
        yield return ("get error recovery of all namespaces", _ => new(0xA, ~0u) { W10 = 5 });
        yield return ("get under-temperature threshold", _ => new(0xA) { W10 = 4, W11 = 1 << 20 });
        yield return ("get vector configuration 5", _ => new(0xA) { W10 = 9, W11 = 5 });
        yield return ("get vector configuration 65", _ => new(0xA) { W10 = 9, W11 = 65 });
        yield return ("set number of queues", _ => new(9) { W10 = 7, W11 = 0x0007_0003 });
        yield return ("set number of queues to all", _ => new(9) { W10 = 7, W11 = 0xFFFF });
        yield return ("set write cache off", _ => new(9) { W10 = 6 });
        yield return ("get write cache", _ => new(0xA) { W10 = 6 });
        yield return ("set unknown feature", _ => new(9) { W10 = 0x33 });
        yield return ("save a feature", _ => new(9) { W10 = 0x8000_0006 });
        foreach (var page in new uint[] { 1, 2, 3, 0x77 })
            yield return ($"log page {page:x}", d => new(2, ~0u) { Prp1 = Data(d), W10 = 15 << 16 | page });
        yield return ("log page beyond its end", d => new(2, ~0u) { Prp1 = Data(d), W10 = 15 << 16 | 2, W12 = 1024 });
    }

    private static IEnumerable<(string, Func<NvmeDriver, NvmeRequest>)> IoCommands()
    {
        NvmeRequest Read(NvmeDriver d, ulong block, int blocks, ulong first = 0, ulong second = 0, uint ns = 1)
            => NvmeRequest.Transfer(2, block, blocks, Data(d) + first, Data(d) + second, ns);
        yield return ("unknown opcode", _ => new(0x55, 1));
        yield return ("read", d => Read(d, 0, 1));
        yield return ("read of two pages", d => Read(d, 1, 16, 0, 4096));
        yield return ("first entry off by 2", d => Read(d, 0, 1, 2));
        yield return ("second entry not on a page", d => Read(d, 0, 16, 0, 512));
        yield return ("list off by 4", d => Read(d, 0, 24, 0, 4));
        yield return ("namespace 0", d => Read(d, 0, 1, ns: 0));
        yield return ("namespace 5", d => Read(d, 0, 1, ns: 5));
        yield return ("all namespaces", d => Read(d, 0, 1, ns: ~0u));
        yield return ("last block", d => Read(d, Bytes / 512 - 1, 1));
        yield return ("behind the last block", d => Read(d, Bytes / 512, 1));
        yield return ("across the end", d => Read(d, Bytes / 512 - 1, 2));
        yield return ("far away", d => Read(d, ulong.MaxValue, 2));
        yield return ("too long", d => Read(d, 0, 1025, 0, 4096));
        yield return ("flush", _ => new(0, 1));
        yield return ("flush all", _ => new(0, ~0u));
        yield return ("flush namespace 0", _ => new(0));
        yield return ("zeroes", _ => new(8, 1) { W10 = 4, W12 = 3 });
        yield return ("zeroes across the end", _ => new(8, 1) { W10 = Bytes / 512 - 1, W12 = 3 });
        yield return ("compare with something else", d => Read(d, 4, 1) with { Opcode = 5, Prp1 = d.Host.AddressOf(0) });
        yield return ("deallocate no blocks", d => new(9, 1) { Prp1 = Data(d) + 0x8000, W11 = 4 });
        yield return ("scatter-gather list", d => Read(d, 0, 1) with { Flags = 0x80 });
    }

    private static IEnumerable<(string, Func<NvmeDriver, NvmeRequest>)> LateAdminCommands()
    {
        yield return ("set number of queues", _ => new(9) { W10 = 7, W11 = 0x0003_0003 });
        yield return ("delete completion queue in use", _ => new(4) { W10 = 1 });
        yield return ("delete submission queue", _ => new(0) { W10 = 1 });
        yield return ("delete completion queue", _ => new(4) { W10 = 1 });
    }

    private sealed class Pair : IDisposable
    {
        private readonly QtestHost _qemu;
        private readonly SimulatedHost _ours;

        public Pair(int blockSize)
        {
            var contents = new byte[Bytes];
            new Random(7).NextBytes(contents);
            System.IO.File.WriteAllBytes(File, contents);
            Image = new MemoryImage(Bytes);
            contents.CopyTo(Image.Bytes);
            _qemu = new QtestHost($"nvme,serial=1,drive=d,logical_block_size={blockSize},physical_block_size=4096",
                "-drive", $"id=d,if=none,format=raw,file={File}");
            _ours = new SimulatedHost(new NvmeDevice("1", new NvmeNamespace(Image, blockSize)));
            (Qemu, Ours) = (new NvmeDriver(_qemu), new NvmeDriver(_ours));
            Qemu.Start();
            Ours.Start();
        }

        public NvmeDriver Qemu { get; }
        public NvmeDriver Ours { get; }
        public MemoryImage Image { get; }
        public string File { get; } = Path.GetTempFileName();

        public void Dispose()
        {
            _qemu.Dispose();
            _ours.Dispose();
            System.IO.File.Delete(File);
        }
    }
}
