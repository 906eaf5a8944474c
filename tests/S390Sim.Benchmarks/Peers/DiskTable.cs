using System.Globalization;

namespace S390Sim.Benchmarks.Peers;

/// <summary>
/// Rates of disks as guest programs see them, here and on QEMU, in one sitting, each on a fresh image in the host's page
/// cache: disk.c of this repository, one request at a time with flushing negotiated, and dma of ../shared/bench/zpci where it
/// is, which does not negotiate it, so that each of its writes waits for the host's disk. QEMU for s390x has no nvme: beside it
/// is its virtio-blk.
/// </summary>
internal static class DiskTable
{
    private const int DiskSize = 64 << 20;
    private const int Milliseconds = 700;
    private const int Rounds = 3;

    private sealed record Rate(string Name, double Requests, int Bytes);

    /// <summary>Prints the table.</summary>
    /// <param name="tool">The published simulator.</param>
    /// <param name="repository">The folder of the solution.</param>
    public static int Print(string tool, string repository)
    {
        var folder = Directory.CreateTempSubdirectory("s390sim-disks").FullName;
        try
        {
            var disk = (BuildDisk(repository, folder), $"bench ms={Milliseconds}");
            var dma = ZpciGuests.Build(repository, folder, "dma.elf");
            PrintSection("virtio-blk", dma is null ? [disk] : [disk, (dma, $"ms={Milliseconds}")], tool, folder);
            PrintSection("nvme", [disk], tool, folder);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void PrintSection(string device, (string Program, string Words)[] programs, string tool, string folder)
    {
        (string Name, string[] Command)[] peers =
            [("s390sim", [tool]), ("--kvm=lent", [tool, "--kvm=lent"]), ("QEMU TCG, virtio-blk", [])];
        Console.WriteLine($"{$"{device}, requests/s",-24}" + string.Concat(peers.Select(p => $"{p.Name,22}")) + $"{"to QEMU",10}");
        foreach (var (program, words) in programs)
        {
            // The peers take turns, since a host's disk has its moods; the median counts.
            var rounds = Enumerable.Range(0, Rounds)
                .Select(_ => peers.Select(p => Run(p.Command, program, words, device, folder)).ToArray()).ToArray();
            for (var n = 0; n < rounds[0][0].Count; n++)
                PrintRow([.. peers.Select((_, peer) => Median(rounds.Select(r => r[peer][n])))]);
        }
    }

    private static Rate Median(IEnumerable<Rate> rates) => rates.OrderBy(r => r.Requests).ElementAt(Rounds / 2);

    private static void PrintRow(Rate[] row)
        => Console.WriteLine(Invariant($"{row[0].Name,-24}") + string.Concat(row.Select(r => Invariant($"{Text(r),22}")))
            + Invariant($"{row[0].Requests / row[^1].Requests,10:F1}"));

    private static string Text(Rate rate) => Invariant($"{rate.Requests:F0} ({rate.Requests * rate.Bytes / 1e6:F0} MB/s)");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string BuildDisk(string repository, string folder)
    {
        var elf = Path.Combine(folder, "disk.elf");
        ZpciGuests.Execute("make", ["-s", "-C", Path.Combine(repository, "tests/S390Sim.Conformance/Disk"), $"OBJ={folder}", elf]);
        return elf;
    }

    private static List<Rate> Run(string[] command, string program, string words, string device, string folder)
    {
        var image = Path.Combine(folder, "disk.img");
        using (var file = File.Create(image))
        {
            file.Write(new byte[DiskSize]);
            file.Flush(flushToDisk: true);
        }
        var output = command is [var tool, .. var options]
            ? ZpciGuests.Execute(tool,
            [
                "run", program, "--append", words, "--clock", "host",
                "--device", $"{device},file={image},fid=1,uid=1", .. options,
            ])
            : ZpciGuests.RunOnQemu(program, words, image);
        return [.. output.Split('\n').Select(Parse).OfType<Rate>()];
    }

    // "RATE read-64k 5008 requests 303273 us 0 bad", "BENCH op=blk_read len=512 ops=2962 usec=703695 ..."
    private static Rate? Parse(string line)
    {
        string[] words = line.Trim().Split(' ');
        if (words is ["RATE", var name, var requests, _, var time, ..])
        {
            var bytes = name.Contains("64k", StringComparison.Ordinal) ? 64 << 10 : 4 << 10;
            return new Rate(name, Number(requests) / Number(time) * 1e6, bytes);
        }
        if (words is not ["BENCH", var operation, var length, var operations, var microseconds, ..]) return null;
        var rate = Number(operations[4..]) / Number(microseconds[5..]) * 1e6;
        return new Rate($"dma {operation[3..]} {length[4..]}", rate, (int)Number(length[4..]));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
