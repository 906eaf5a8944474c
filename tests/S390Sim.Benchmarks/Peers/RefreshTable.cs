using System.Globalization;

namespace S390Sim.Benchmarks.Peers;

/// <summary>
/// What RPCIT and the loads and stores of a guest cost, here and on QEMU, in one sitting: rpcit of ../shared/bench/zpci by the clock on
/// the wall. For each page, the bare machine walks the guest's tables and flushes the IOTLB; under a hypervisor the page is pinned and
/// the host's entry written, too; QEMU keeps a hash table.
/// </summary>
internal static class RefreshTable
{
    private const int DiskSize = 16 << 20;
    private const int Milliseconds = 1000;

    /// <summary>Prints the table.</summary>
    /// <param name="tool">The published simulator.</param>
    /// <param name="repository">The folder of the solution.</param>
    public static int Print(string tool, string repository)
    {
        var folder = Directory.CreateTempSubdirectory("s390sim-refresh").FullName;
        try
        {
            if (ZpciGuests.Build(repository, folder, "rpcit.elf") is not { } program)
            {
                Console.WriteLine("skipped: no ../shared/bench/zpci with rpcit");
                return 0;
            }
            var image = Path.Combine(folder, "disk.img");
            File.WriteAllBytes(image, new byte[DiskSize]);
            PrintTable(tool, program, image);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void PrintTable(string tool, string program, string image)
    {
        var words = $"only=2 modes=1 ms={Milliseconds}";
        string[] names = ["s390sim", "--kvm=lent", "--kvm=type1", "QEMU TCG"];
        var rates = names.Select(name => Parse(name == names[^1]
            ? ZpciGuests.RunOnQemu(program, words, image)
            : ZpciGuests.Execute(tool,
            [
                "run", program, "--append", words, "--clock", "host", "--device", $"virtio-blk,file={image},fid=1,uid=1",
                .. name == names[0] ? Array.Empty<string>() : [name],
            ]))).ToArray();
        Console.WriteLine($"{"thousands a second",-26}" + string.Concat(names.Select(n => $"{n,13}"))
            + string.Concat(names[..^1].Select(n => $"{n + "/QEMU",18}")));
        foreach (var (what, theirs) in rates[^1])
        {
            Console.WriteLine($"{what,-26}" + string.Concat(rates.Select(r => Invariant($"{r[what] / 1e3,13:F0}")))
                + string.Concat(rates[..^1].Select(r => Invariant($"{r[what] / theirs,18:F2}"))));
        }
    }

    // "BENCH batch=256 mode=mapunmap rpcits=.. pages=115712 usec=2004183 ..", "BENCH op=pcilg_cfg4 ops=.. usec=.. .."
    private static Dictionary<string, double> Parse(string output)
    {
        var rates = new Dictionary<string, double>();
        foreach (var line in output.Split('\n'))
        {
            var values = line.Trim().Split(' ').Skip(1).Select(w => w.Split('=')).Where(p => p.Length == 2)
                .ToDictionary(p => p[0], p => p[1]);
            if (!line.StartsWith("BENCH", StringComparison.Ordinal)) continue;
            var isRefresh = values.TryGetValue("batch", out var batch);
            var done = double.Parse(values[isRefresh ? "pages" : "ops"], CultureInfo.InvariantCulture);
            var seconds = double.Parse(values["usec"], CultureInfo.InvariantCulture) / 1e6;
            rates.Add(isRefresh ? $"pages, RPCITs of {batch}" : values["op"], done / seconds);
        }
        return rates;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
