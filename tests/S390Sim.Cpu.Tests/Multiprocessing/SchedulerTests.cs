using S390Sim.Cpu;

namespace S390Sim.Tests.Multiprocessing;

/// <summary>Turns, machine time and the end of a run with several CPUs.</summary>
public sealed unsafe class SchedulerTests
{
    private const ulong Counter = 0x40000, Code = 0x10000;
    private const int Rounds = 40;

    // L 2,0(4); AHI 2,1; ST 2,0(4); BRCT 3,*-12; LPSWE 0xf00: what two CPUs do to one counter may get lost.
    private const string Unlocked = "58204000 a72a0001 50204000 a736fffa b2b20f00";

    // L 2,0(4); LR 1,2; AHI 1,1; CS 2,1,0(4); BRC 4,*-10; BRCT 3,*-18; LPSWE 0xf00.
    private const string Locked = "58204000 1812 a71a0001 ba214000 a744fffb a736fff7 b2b20f00";

    private static (uint Count, string Trace) Count(string code, int cpus, InterleavingKind kind, ulong seed)
    {
        using var bench = new GroupBench(cpus, kind, seed);
        bench.Put(Code, code);
        bench.Write(0xF00, GroupBench.DisabledWait, 0xFFF);
        for (var n = 0; n < cpus; n++)
        {
            (bench[n]->Gr[3], bench[n]->Gr[4]) = (Rounds, Counter);
            bench.Start(n, Code);
        }
        Assert.Equal(StopReason.Wait, bench.Run());
        var counts = string.Join(' ', bench.Cpus.Select(c => $"{c.State->InstructionCount}:{c.State->Gr[2]}"));
        return (bench.Word(Counter), $"{counts} {bench.Clock.Now}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_race_is_found_by_some_seed_and_replays(int cpus)
    {
        (uint Count, string Trace) Under(int seed) => Count(Unlocked, cpus, InterleavingKind.Random, (ulong)seed);
        var runs = Enumerable.Range(0, 20).Select(Under).ToList();
        var lost = Enumerable.Range(0, 20).Where(seed => runs[seed].Count < cpus * Rounds).ToList();
        Assert.NotEmpty(lost);
        Assert.All(lost, seed => Assert.Equal(runs[seed], Under(seed)));
        Assert.True(runs.Distinct().Count() > 10);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Compare_and_swap_loses_nothing_under_any_seed(int cpus)
    {
        for (var seed = 0UL; seed < 30; seed++)
            Assert.Equal((uint)(cpus * Rounds), Count(Locked, cpus, InterleavingKind.Random, seed).Count);
    }

    [Fact]
    public void Round_robin_gives_each_a_quantum()
    {
        using var bench = new GroupBench(3);
        bench.Put(Code, "a7f40000");
        for (var n = 0; n < 3; n++) bench.Start(n, Code);
        Assert.Equal(StopReason.InstructionLimit, bench.Run(Interleaving.Quantum * 4 + 10));
        Assert.Equal((2 * Interleaving.Quantum, Interleaving.Quantum + 10, Interleaving.Quantum),
            (bench[0]->InstructionCount, bench[1]->InstructionCount, bench[2]->InstructionCount));
    }

    [Fact]
    public void Limits_do_not_change_the_turns()
    {
        string Pieces(ulong step)
        {
            using var bench = new GroupBench(3, InterleavingKind.Random, 5);
            bench.Put(Code, "a7f40000");
            for (var n = 0; n < 3; n++) bench.Start(n, Code);
            while (bench.Scheduler.InstructionCount < 50_000)
                bench.Scheduler.Run(Math.Min(50_000, bench.Scheduler.InstructionCount + step));
            return string.Join(' ', bench.Cpus.Select(c => c.State->InstructionCount));
        }
        Assert.Equal(Pieces(50_000), Pieces(77));
        Assert.Equal(Pieces(50_000), Pieces(1));
    }

    [Theory]
    [InlineData(InterleavingKind.RoundRobin)]
    [InlineData(InterleavingKind.Random)]
    public void Clock_values_are_unique_and_never_go_back(InterleavingKind kind)
    {
        using var bench = new GroupBench(4, kind, 3);
        bench.Put(Code, "b2050020 a7f4fffe");               // STCK 0x20; BRC 15,*-4
        for (var n = 0; n < 4; n++)
        {
            bench[n]->Prefix = (ulong)(0x100000 + n * 0x2000);
            bench.Start(n, Code);
        }
        var (last, stored) = (0UL, 0);
        for (var n = 0; n < 20_000; n++)
        {
            bench.Scheduler.Run(bench.Scheduler.InstructionCount + 1);
            var c = bench[bench.Scheduler.Current];
            if (c->PswAddress != Code + 4) continue;
            var value = bench.Storage.Read64(c->Prefix + 0x20);
            Assert.True(value > last);
            last = value;
            stored++;
        }
        Assert.InRange(stored, 9_990, 10_010);
    }

    [Theory]
    [InlineData(InterleavingKind.RoundRobin, 0)]
    [InlineData(InterleavingKind.Random, 1)]
    [InlineData(InterleavingKind.Random, 2)]
    public void Events_come_at_their_time_whoever_runs(InterleavingKind kind, int seed)
    {
        using var bench = new GroupBench(3, kind, (ulong)seed);
        bench.Put(Code, "a7f40000");
        for (var n = 0; n < 3; n++) bench.Start(n, Code);
        var at = new List<ulong>();
        var start = bench.Clock.Now;
        foreach (var instructions in new ulong[] { 1, 777, 778, 5001 })
        {
            bench.Events.At(start + instructions * TodClock.UnitsPerInstruction,
                () => at.Add((bench.Clock.Now - start) / TodClock.UnitsPerInstruction));
        }
        bench.Run(6000);
        Assert.Equal([1, 777, 778, 5001], at);
    }

    [Fact]
    public void Time_jumps_only_when_all_wait()
    {
        using var bench = new GroupBench(2);
        bench.Write(Lowcore.ExternalNewMaskOffset, GroupBench.DisabledWait, 0x1004);
        bench[1]->Cr[0] = 0x800;
        bench[1]->ClockComparator = bench.Clock.Now + 4000 * TodClock.UnitsPerInstruction;
        bench.Start(1, 0, GroupBench.EnabledWait);
        bench.Put(Code, "a736 0000 b2b20f00");              // BRCT 3,*; LPSWE 0xf00
        bench.Write(0xF00, GroupBench.DisabledWait, 0xFFF);
        bench[0]->Gr[3] = 1500;
        bench.Start(0, Code);
        var start = bench.Clock.Now;
        Assert.Equal(StopReason.Wait, bench.Run());
        Assert.Equal(1501UL, bench.Scheduler.InstructionCount);
        Assert.Equal((0x1004UL, start + 4000 * TodClock.UnitsPerInstruction + 1), (bench[1]->PswAddress, bench.Clock.Now));
    }

    [Fact]
    public void A_disabled_wait_does_not_end_the_others_run()
    {
        using var bench = new GroupBench(2);
        bench.Put(Code, "a7360000 b2b20f00");
        bench.Write(0xF00, GroupBench.DisabledWait, 0xFFF);
        bench[1]->Gr[3] = 10_000;
        bench.Start(0, 0xBAD, GroupBench.DisabledWait);
        bench.Start(1, Code);
        Assert.Equal(StopReason.Wait, bench.Run());
        Assert.Equal((0xFFFUL, 10_001UL), (bench[1]->PswAddress, bench.Scheduler.InstructionCount));
    }

    [Fact]
    public void All_stopped_ends_the_run()
    {
        using var bench = new GroupBench(2);
        bench.Put(Code, "ae070005 a7f40000");               // SIGP 0,7,5 stops CPU 1, then itself
        bench.Put(Code + 0x100, "a7f40000");
        bench[0]->Gr[7] = 1;
        bench.Put(Code + 4, "a7790000 ae070005");
        bench.Start(1, Code + 0x100);
        bench.Start(0, Code);
        Assert.Equal(StopReason.Stopped, bench.Run());
    }

    [Fact]
    public void Setting_the_clock_sets_it_for_all()
    {
        using var bench = new GroupBench(2);
        bench.Put(Code, "b2040100 b2b20f00");               // SCK 0x100
        bench.Write(0xF00, GroupBench.DisabledWait, 0xFFF);
        bench.Storage.Write64(0x100, 0x1234_5678_0000_0000);
        bench.Start(0, Code);
        bench.Run();
        Assert.Equal(bench.Cpus[0].GuestTod, bench.Cpus[1].GuestTod);
        Assert.Equal(0x1234_5678UL, bench.Cpus[1].GuestTod >> 32);
    }

    [Fact]
    public void Code_that_another_CPU_stores_is_seen_at_once()
    {
        using var bench = new GroupBench(2, InterleavingKind.Random, 1);
        bench.Put(Code, "a7f40000");                         // spins until CPU 0 makes it fall through
        bench.Put(Code + 4, "b2b20f00");
        bench.Write(0xF00, GroupBench.DisabledWait, 0xFFF);
        bench.Put(Code + 0x1000, "a7360000 50100000 b2b20f00".Replace("50100000", "50105000"));
        (bench[0]->Gr[1], bench[0]->Gr[3], bench[0]->Gr[5]) = (0xA704_0000, 3000, Code);
        bench.Start(0, Code + 0x1000);
        bench.Start(1, Code);
        Assert.Equal(StopReason.Wait, bench.Run());
        Assert.Equal(0xFFFUL, bench[1]->PswAddress);
    }

    [Fact]
    public void An_invalidated_page_is_gone_for_all()
    {
        using var bench = new GroupBench(2);
        const ulong Segments = 0x20000, Pages = 0x28000;
        for (ulong n = 0; n < 2048; n++) bench.Storage.Write64(Segments + n * 8, n < 4 ? Pages + n * 0x800 : 0x20);
        for (ulong page = 0; page < 1024; page++) bench.Storage.Write64(Pages + page * 8, page << 12);
        foreach (var cpu in bench.Cpus) cpu.State->Cr[1] = Segments | 3;
        // CPU 1 loads from the page for ever; CPU 0 lets it, then invalidates it: IPTE 6,7.
        bench.Put(Code + 0x1000, "58204000 a7f4fffe");
        bench[1]->Gr[4] = Counter;
        bench.Put(Code, "a7360000 b2210067 b2b20f00");
        bench.Write(0xF00, GroupBench.DisabledWait, 0xFFF);
        (bench[0]->Gr[3], bench[0]->Gr[6], bench[0]->Gr[7]) = (5000, Pages, Counter);
        bench.Start(1, Code + 0x1000, GroupBench.Mask64 | Psw.Dat);
        bench.Start(0, Code);
        Assert.Equal(StopReason.Wait, bench.Run());
        Assert.Equal((0xDEADUL, (ushort)ProgramCode.PageTranslation),
            (bench[1]->PswAddress, new Lowcore(bench.Storage.Base).ProgramInterruptionCode));
    }
}
