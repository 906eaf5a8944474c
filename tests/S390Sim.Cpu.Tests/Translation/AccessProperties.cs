using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Testing;
using S390Sim.Testing.Translation;

namespace S390Sim.Tests.Translation;

/// <summary>An access ends as the independent model of chapter 3 says, whatever tables, keys and registers hold.</summary>
public sealed unsafe class AccessProperties
{
    private static readonly int s_cases =
        int.TryParse(Environment.GetEnvironmentVariable("S390SIM_ACCESS_CASES"), out var cases) ? cases : 4000;

    private readonly HashSet<ProgramCode> _seen = [];
    private int _made, _large;

    [Fact]
    public void Accesses_end_as_the_model_says()
    {
        Prop.ForAll(AccessCases.All, a =>
        {
            var expected = AccessModel.Predict(a);
            var actual = Access(a);
            return (expected == actual).Label($"{a}\nmodel {expected}\nours  {actual}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(s_cases).WithReplay(0x5390, 0x391));
        // The cases come to every end there is, and mostly to a byte of storage.
        Assert.Equal(10, _seen.Count);
        Assert.True(_made > s_cases / 4, $"only {_made} accesses were made");
        Assert.True(_large > s_cases / 100, $"only {_large} were in large frames");
    }

    private AccessOutcome Access(AccessCase a)
    {
        using var bench = new CpuBench(AccessCase.StorageSize, Facilities(a));
        // The bench's program-new PSW is no table entry of the model.
        bench.Storage.Write(0, new byte[4096]);
        foreach (var (place, value) in a.Entries) bench.Storage.Write64(place, value);
        for (var n = 0; n < a.Keys.Count; n++) bench.Storage.Key((ulong)n * 4096) = a.Keys[n];
        var c = bench.State;
        (c->Cr[0], c->Cr[1], c->Cr[7], c->Cr[13], c->Prefix) = (a.Cr0, a.Primary, a.Secondary, a.Home, a.Prefix);
        c->LoadPsw(new Psw(CpuBench.SupervisorMask | (a.Dat ? Psw.Dat | ((ulong)a.Space << 46) : 0) | ((ulong)a.Key << 52), 0));
        var done = c->Translate(a.Address, 0, a.Kind, out var frame);
        _seen.Add(done ? ProgramCode.None : c->Fault.Code);
        if (!done) return new(c->Fault.Code, c->Fault.TranslationException, 0, 0);
        _made++;
        // A frame of 4 KB seldom has the page index of the address.
        if (a.Dat && (frame & 0xF_F000) == (a.Address & 0xF_F000)) _large++;
        // Entries of zero lead through block 0.
        var isTable = frame < 4096 || a.Entries.Keys.Any(place => place >> 12 == frame >> 12);
        if (a.Kind != AccessKind.Instruction && !isTable) AssertRepeats(c, bench, a, frame);
        return new(ProgramCode.None, 0, frame, bench.Storage.Key(frame));
    }

    // What the TLB has learnt from the access leads to the same byte.
    private static void AssertRepeats(CpuState* c, CpuBench bench, AccessCase a, ulong frame)
    {
        bench.Storage.Base[frame] = 0x5A;
        for (var n = 0; n < 2; n++)
        {
            if (a.Kind == AccessKind.Store) Assert.True(c->Store8(a.Address, 0, (byte)(0x77 + n)));
            Assert.True(c->Load8(a.Address, 0, out var value));
            Assert.Equal(a.Kind == AccessKind.Store ? 0x77 + n : 0x5A, value);
        }
    }

    private static FacilitySet Facilities(AccessCase a)
    {
        (int Bit, bool IsInstalled)[] all = [(8, a.HasEdat1), (78, a.HasEdat2), (130, a.HasExecutionProtection),
            (75, a.HasFetchStoreIndication), (131, a.HasSuppression2)];
        return new(all.Where(f => f.IsInstalled).Select(f => f.Bit));
    }
}
