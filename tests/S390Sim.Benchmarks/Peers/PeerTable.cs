using System.Diagnostics;
using System.Globalization;

namespace S390Sim.Benchmarks.Peers;

/// <summary>
/// The compute-bound programs of ../shared/bench/mips on this simulator and its peers, in one sitting: guest instructions between
/// the two sizes of a program over processor time between them, so that start-up cancels out.
/// </summary>
internal static class PeerTable
{
    private static readonly string[] s_programs = ["a_sieve", "b_crc32", "c_matmul", "d_sort", "e_string", "f_vm"];

    /// <summary>Prints the table.</summary>
    /// <param name="tool">The published simulator.</param>
    /// <param name="folder">The programs' folder; they are built in a copy.</param>
    /// <param name="runs">Times that each is run; the median counts.</param>
    public static int Print(string tool, string folder, int runs)
    {
        if (!Directory.Exists(folder))
        {
            Console.WriteLine($"skipped: no {folder} with the compute-bound programs");
            return 0;
        }
        var copy = Build(folder);
        try
        {
            Peer[] peers = [.. new[] { Peer.Ours(tool), Peer.Qemu, Peer.Hercules }.Where(p => p.IsInstalled)];
            var counts = Counts(Path.Combine(copy, "insns.txt"));
            Console.WriteLine($"{"guest MIPS",-12}" + string.Concat(peers.Select(p => $"{p.Name,12}"))
                + string.Concat(peers.Skip(1).Select(p => $"{"to " + p.Name,14}")));
            foreach (var program in s_programs)
            {
                var rates = peers.Select(p => Rate(p, copy, program, counts, runs)).ToArray();
                Console.WriteLine($"{program,-12}" + string.Concat(rates.Select(r => Invariant($"{r,12:F0}")))
                    + string.Concat(rates.Skip(1).Select(r => Invariant($"{rates[0] / r,14:F2}"))));
            }
            return 0;
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Build(string folder)
    {
        var copy = Directory.CreateTempSubdirectory("s390sim-bench").FullName;
        foreach (var file in Directory.EnumerateFiles(folder))
            File.WriteAllBytes(Path.Combine(copy, Path.GetFileName(file)), File.ReadAllBytes(file));
        using var make = Process.Start("make", ["-s", "-C", copy]);
        make.WaitForExit();
        return make.ExitCode == 0 ? copy : throw new InvalidOperationException("the programs cannot be built");
    }

    private static Dictionary<string, ulong> Counts(string file) => File.ReadLines(file).Select(l => l.Split(' '))
        .ToDictionary(w => $"{w[0]}.{w[1]}", w => ulong.Parse(w[2], CultureInfo.InvariantCulture));

    private static double Rate(Peer peer, string folder, string program, Dictionary<string, ulong> counts, int runs)
    {
        var (small, large) = (Seconds(peer, folder, program + ".s", runs), Seconds(peer, folder, program + ".l", runs));
        return (counts[program + ".l"] - counts[program + ".s"]) / (large - small) / 1e6;
    }

    private static double Seconds(Peer peer, string folder, string image, int runs)
    {
        var times = new double[runs];
        for (var n = 0; n < runs; n++)
        {
            var before = ChildTime.Seconds;
            peer.Run(Path.Combine(folder, "build", image));
            times[n] = ChildTime.Seconds - before;
        }
        Array.Sort(times);
        return times[runs / 2];
    }
}
