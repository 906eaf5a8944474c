using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.Control;

/// <summary>
/// Control instructions under random tables, keys and modes end as on Hercules 3.13, but for the listed differences. One that
/// is not listed fails, and so does a listed one that no longer shows.
/// </summary>
public sealed unsafe class HerculesTests : IDisposable
{
    private const ulong Code = 0x3000;

    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Control", "Hercules");
    // What Hercules has of the facilities that change how these end.
    private readonly CpuBench _bench = new(32 << 20, new FacilitySet([0, 1, 2, 3, 4, 5, 7, 8, 10, 13, 14]));

    public HerculesTests() => BuildTables();

    [Fact]
    public void End_as_on_Hercules()
    {
        var listed = File.ReadLines(Path.Combine(s_folder, "Differences.tsv")).Where(l => l.Length != 0 && l[0] != '#')
            .ToDictionary(l => int.Parse(l.Split('\t')[0]), l => l.Split('\t')[1]);
        Assert.All(listed.Values, Assert.NotEmpty);
        var unexpected = new List<string>();
        var number = 0;
        foreach (var line in File.ReadLines(Path.Combine(s_folder, "Vectors.tsv")).Where(l => l[0] != '#'))
        {
            var vector = HerculesVector.Parse(line);
            var ours = Run(vector);
            if (listed.ContainsKey(number) == (ours == vector.Expected))
                unexpected.Add($"{number}\t{line}\n  Hercules {vector.Expected}\n  ours     {ours}");
            number++;
        }
        Assert.Equal(1600, number);
        Assert.True(unexpected.Count == 0, $"{unexpected.Count}:\n{string.Join('\n', unexpected.Take(10))}");
    }

    private string Run(HerculesVector v)
    {
        var storage = _bench.Storage;
        foreach (var (address, value) in v.Stores) storage.Write64(address, value);
        foreach (var (address, key) in v.Keys) storage.SetKey(address, (byte)(key & 0xFE));
        var c = _bench.State;
        for (var n = 0; n < 10; n++) c->Gr[n] = v.Registers[n];
        (c->Cr[0], c->Cr[1], c->Cr[3], c->Cr[7], c->Cr[13]) = (v.Masks[1], v.Masks[2], v.Masks[3], v.Masks[4], v.Masks[5]);
        storage.Write(Code, v.Text);
        storage.Write64(0x8C, 0);
        storage.Write64(0xA8, 0);
        _bench.Processor.PurgeAll();
        c->LoadPsw(new Psw(v.Masks[0], Code));
        _bench.Processor.Run(c->InstructionCount + 1);
        var lowcore = _bench.Lowcore;
        ulong code = lowcore.ProgramInterruptionCode;
        var psw = code != 0 ? _bench.ProgramOld : c->Psw;
        ulong[] registers = new ulong[10], doublewords = [.. v.Doublewords.Select(storage.Read64)];
        for (var n = 0; n < 10; n++) registers[n] = c->Gr[n];
        // The program that looks refers to what it looks at.
        foreach (var address in v.Doublewords) storage.Key(address) |= 4;
        ulong[] end = [code, code != 0 ? lowcore.ProgramIlc : 0UL, psw.Mask, psw.Address, lowcore.TranslationException];
        return HerculesVector.Describe(end, registers, doublewords, [.. v.Blocks.Select(b => (ulong)storage.Key(b))]);
    }

    // Tables of every level whose first entries map the first megabyte to itself, a second table of each with nothing valid.
    private void BuildTables()
    {
        (ulong Origin, ulong Type)[] tables = [(0x10_0000, 0xC), (0x10_4000, 8), (0x10_8000, 4), (0x10_C000, 0),
            (0x11_4000, 8), (0x11_8000, 4), (0x11_C000, 0)];
        foreach (var (origin, type) in tables)
        {
            for (ulong n = 0; n < 2048; n++) _bench.Storage.Write64(origin + n * 8, 0x20 | type);
        }
        for (ulong n = 0; n < 256; n++)
        {
            _bench.Storage.Write64(0x11_0000 + n * 8, n << 12);
            _bench.Storage.Write64(0x12_0000 + n * 8, 0x400);
        }
        _bench.Storage.Write64(0x10_0000, 0x10_400F);
        _bench.Storage.Write64(0x10_4000, 0x10_800B);
        _bench.Storage.Write64(0x10_8000, 0x10_C007);
        _bench.Storage.Write64(0x10_C000, 0x11_0000);
    }

    public void Dispose() => _bench.Dispose();
}
