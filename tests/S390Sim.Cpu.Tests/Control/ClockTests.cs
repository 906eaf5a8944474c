using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Control;

/// <summary>PTFF, SCK and what steering does to clocks and timers; LPP and PTF.</summary>
public sealed unsafe class ClockTests : IDisposable
{
    private const ulong Parameters = 0x4_0FFC;          // across two blocks
    private readonly EngineBench _bench = new();

    private string Ptff(ulong function, ulong mask = EngineBench.Mask64)
    {
        (_bench.C->Gr[0], _bench.C->Gr[1]) = (function, Parameters);
        _bench.Put(0x8E, "0000");
        _bench.Run("0104", 1, mask);
        var code = _bench.Lowcore.ProgramInterruptionCode;
        return code != 0 ? $"{code:x}" : $"cc{_bench.C->Cc}";
    }

    private ulong[] Words(int count)
        => [.. Enumerable.Range(0, count).Select(n => _bench.Storage.Read64(Parameters + (ulong)n * 8))];

    private ulong Stck()
    {
        _bench.Run("B2050808");
        return _bench.Storage.Read64(0x808);
    }

    [Fact]
    public void Query_available_functions()
    {
        Assert.Equal("cc0", Ptff(0xFFFF_FF00));
        Assert.Equal([0xF000_0000_0000_0000UL, 0xF000_0000_0000_0000UL], Words(2));
    }

    [Theory]
    [InlineData(0x80UL, EngineBench.Mask64, "6")]
    [InlineData(0x40UL, EngineBench.Mask64 | Psw.Problem, "2")]
    [InlineData(0x43UL, EngineBench.Mask64 | Psw.Problem, "2")]
    [InlineData(0x03UL, EngineBench.Mask64 | Psw.Problem, "cc0")]
    [InlineData(0x05UL, EngineBench.Mask64, "cc3")]
    [InlineData(0x44UL, EngineBench.Mask64 | Psw.Problem, "cc3")]
    public void Functions_by_state(ulong function, ulong mask, string expected) => Assert.Equal(expected, Ptff(function, mask));

    [Fact]
    public void Offsets_add_up()
    {
        _bench.Storage.Write64(0x800, 0xD000_0000_0000_0000);
        _bench.Run("B2040800");                         // SCK
        _bench.Storage.Write64(Parameters, 0x1_0000_0000);
        Assert.Equal("cc0", Ptff(0x41));                // STO
        _bench.Storage.Write64(Parameters, unchecked((ulong)-0x4000_0000L));
        Assert.Equal("cc0", Ptff(0x40));                // ATO
        Assert.Equal("cc0", Ptff(1));
        var qto = Words(4);
        Assert.Equal((0xC000_0000UL, qto[1] + qto[3]), (qto[1], qto[2]));
        Assert.InRange(Stck() - (qto[0] + qto[2]), 0UL, 1000UL);
        Assert.InRange(Stck() - 0xD000_0000_C000_0000, 0UL, 1000UL);
        Assert.Equal("cc0", Ptff(3));
        Assert.InRange(Words(1)[0] - qto[0], 0UL, 1000UL);
    }

    [Fact]
    public void Steering_information_has_both_episodes()
    {
        _bench.Storage.Write64(Parameters, 0x8000);
        Ptff(0x40);
        _bench.Storage.Write64(Parameters, 0x1234_5678UL << 32);
        Ptff(0x42);
        _bench.Storage.Write64(Parameters, 0xFFFF_FFF0UL << 32);
        Ptff(0x43);
        Assert.Equal("cc0", Ptff(2));
        var q = Words(7);
        Assert.Equal((0x1234_5678_0000_0000UL, 0x1234_5678_FFFF_FFF0UL), (q[3], q[6]));
        Assert.Equal((0x8000UL, 0x8000UL), (q[2], q[5]));
        Assert.True(q[1] < q[4] && q[4] < q[0]);
    }

    [Theory]
    [InlineData(0x4000_0000, 1)]                        // 2**-14 faster
    [InlineData(-0x4000_0000, -1)]
    public void A_rate_moves_the_time_of_day(int rate, int sign)
    {
        _bench.Storage.Write64(Parameters, (ulong)(uint)rate << 32);
        Ptff(0x42);
        var start = _bench.Processor.Tod;
        _bench.Processor.WaitUntil(start + (1UL << 40));
        var drift = (long)(_bench.Processor.GuestTod - _bench.Processor.Tod);
        Assert.InRange(drift * sign, (1L << 26) - 100, (1L << 26) + 100);
        // The clock comparator comes by the time of day, to the instruction.
        _bench.NewPsw(0x1B0, 0x1B0);
        _bench.C->Cr[0] |= 1UL << 11;
        _bench.C->ClockComparator = _bench.Processor.GuestTod + (1UL << 30);
        Assert.Equal(StopReason.Wait, _bench.Go(0x10000, 10, EngineBench.Mask64 | Psw.External | Psw.Wait));
        Assert.Equal(0x1004, _bench.Lowcore.ExternalCode);
        Assert.InRange(_bench.Processor.GuestTod - _bench.C->ClockComparator, 1UL, 16UL);
    }

    [Fact]
    public void Store_clock_is_unique_when_the_time_of_day_runs_slowly()
    {
        _bench.Storage.Write64(Parameters, 0x8000_0000UL << 32);
        Ptff(0x42);
        Ptff(0x43);
        ulong[] values = [.. Enumerable.Range(0, 20).Select(_ => Stck())];
        Assert.Equal(values.Distinct().Order(), values);
    }

    [Fact]
    public void A_steered_clock_moves_no_cpu_timer()
    {
        _bench.C->CpuTimer = 1_000_000;
        _bench.C->CpuTimerBase = _bench.Processor.Tod;
        _bench.Storage.Write64(Parameters, 1UL << 50);
        Ptff(0x41);
        Assert.InRange(_bench.Processor.CpuTimer, 999_000UL, 1_000_000UL);
    }

    [Fact]
    public void Load_program_parameter()
    {
        _bench.Storage.Write64(0x800, 0x1122_3344_5566_7788);
        _bench.Run("B2800800");
        Assert.Equal(0x1122_3344_5566_7788UL, _bench.C->ProgramParameter);
        _bench.Run("B2800804");
        Assert.Equal("6 4 10004", _bench.Interruption);
    }

    [Fact]
    public void Perform_topology_function()
    {
        (int Cc, ulong R1)[] expected = [(0, 2), (2, 0x100), (0, 1), (2, 0x101), (1, 2), (0, 2), (0, 0), (1, 2)];
        foreach (var (cc, r1) in expected)
        {
            _bench.C->Gr[3] = r1 & 0xFF;
            _bench.Run("B9A20030");
            Assert.Equal((cc, r1), (_bench.C->Cc, _bench.C->Gr[3]));
        }
        foreach (var function in new[] { 3UL, 0x100UL })
        {
            _bench.C->Gr[3] = function;
            _bench.Run("B9A20030");
            Assert.Equal("6 4 10004", _bench.Interruption);
        }
    }

    public void Dispose() => _bench.Dispose();
}
