using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>Storage-to-storage instructions against byte-by-byte models: overlaps, page boundaries, wrap-around.</summary>
public sealed unsafe class CharacterTests : IDisposable
{
    private const ulong Area = 0x50000;
    private const int AreaLength = 3 * 4096;
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(11, 13);

    private readonly StorageBench _bench = new();

    /// <summary>Two operands near a page boundary, often overlapping, and the bytes they lie in.</summary>
    private static readonly Arbitrary<(int To, int From, int Length, int Seed)> s_operands = (
        from to in Gen.Choose(3700, 4300)
        from near in Gen.Choose(0, 3)
        from distance in Gen.Choose(-300, 300)
        from anywhere in Gen.Choose(0, 11000)
        from length in Gen.Choose(0, 255)
        from seed in Gen.Choose(0, 1000)
        select (to, near == 0 ? anywhere : near == 1 ? to + distance % 9 : to + distance, length, seed)).ToArbitrary();

    [Fact]
    public void Mvc_moves_byte_by_byte() => Model(Op.MVC, (to, from, _) => from);

    [Fact]
    public void Mvn_moves_the_right_halves() => Model(Op.MVN, (to, from, _) => (byte)((to & 0xF0) | (from & 0x0F)));

    [Fact]
    public void Mvz_moves_the_left_halves() => Model(Op.MVZ, (to, from, _) => (byte)((to & 0x0F) | (from & 0xF0)));

    [Fact]
    public void Nc_ands() => Model(Op.NC, (to, from, _) => (byte)(to & from), setsCode: true);

    [Fact]
    public void Oc_ors() => Model(Op.OC, (to, from, _) => (byte)(to | from), setsCode: true);

    [Fact]
    public void Xc_excludes() => Model(Op.XC, (to, from, _) => (byte)(to ^ from), setsCode: true);

    private void Model(Op op, Func<byte, byte, int, byte> combine, bool setsCode = false)
    {
        Prop.ForAll(s_operands, o =>
        {
            var bytes = new byte[AreaLength];
            new Random(o.Seed).NextBytes(bytes);
            if (o.Seed % 5 == 0) Array.Clear(bytes);
            _bench.Storage.Write(Area, bytes);
            _bench.C->Gr[3] = Area + (ulong)o.To;
            _bench.C->Gr[4] = Area + (ulong)o.From;
            _bench.Run(op, new() { L1 = o.Length, B1 = 3, B2 = 4 });
            var ones = 0;
            for (var n = 0; n <= o.Length; n++)
            {
                bytes[o.To + n] = combine(bytes[o.To + n], bytes[o.From + n], n);
                ones |= bytes[o.To + n];
            }
            return bytes.AsSpan().SequenceEqual(_bench.Storage.Read(Area, AreaLength))
                && (!setsCode || _bench.C->Cc == (ones == 0 ? 0 : 1));
        }).Check(s_config);
    }

    [Fact]
    public void Clc_orders_bytes_as_unsigned_numbers()
    {
        Prop.ForAll(s_operands, o =>
        {
            var bytes = new byte[AreaLength];
            new Random(o.Seed).NextBytes(bytes);
            // Operands that agree for a while.
            for (var n = 0; n < o.Length - o.Seed % 7; n++) bytes[o.From + n] = bytes[o.To + n];
            _bench.Storage.Write(Area, bytes);
            _bench.C->Gr[3] = Area + (ulong)o.To;
            _bench.C->Gr[4] = Area + (ulong)o.From;
            _bench.Run(Op.CLC, new() { L1 = o.Length, B1 = 3, B2 = 4 });
            var order = bytes.AsSpan(o.To, o.Length + 1).SequenceCompareTo(bytes.AsSpan(o.From, o.Length + 1));
            return _bench.C->Cc == (order == 0 ? 0 : order < 0 ? 1 : 2);
        }).Check(s_config);
    }

    [Theory]
    [InlineData(Op.MVC)]
    [InlineData(Op.XC)]
    [InlineData(Op.TR)]
    [InlineData(Op.MVCIN)]
    public void Nothing_is_stored_when_the_second_page_is_protected(Op op)
    {
        _bench.OpenAll();
        var before = new byte[8192];
        new Random(1).NextBytes(before);
        _bench.Storage.Write(Area, before);
        _bench.Protect(Area + 4096);
        _bench.C->Gr[3] = Area + 4096 - 10;
        _bench.C->Gr[4] = StorageBench.Data + 300;
        _bench.Run(op, new() { L1 = 19, B1 = 3, B2 = 4 }, 2, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(CpuBench.CodeAddress + 6, _bench.ProgramOld.Address);
        Assert.Equal(before, _bench.Read(Area, 8192));
    }

    [Theory]
    [InlineData(Op.STMG)]
    [InlineData(Op.STM)]
    public void A_multiple_is_stored_whole_or_not_at_all(Op op)
    {
        _bench.OpenAll();
        _bench.Protect(Area + 4096);
        _bench.C->Gr[3] = Area + 4096 - 20;
        _bench.Run(op, new() { R1 = 0, R3 = 15, B2 = 3 }, 2, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.All(_bench.Read(Area, 8192), b => Assert.Equal(0, b));
    }

    [Fact]
    public void A_failing_load_multiple_changes_no_register()
    {
        _bench.OpenAll();
        _bench.Protect(Area + 4096, fetchToo: true);
        for (var n = 0; n < 16; n++) _bench.C->Gr[n] = (ulong)n + 100;
        _bench.C->Gr[3] = Area + 4096 - 20;
        _bench.Run(Op.LMG, new() { R1 = 4, R3 = 2, B2 = 3 }, 2, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        for (var n = 4; n < 16; n++) Assert.Equal((ulong)n + 100, _bench.C->Gr[n]);
    }

    [Fact]
    public void Multiples_wrap_around_from_register_15_and_from_the_end_of_24_bit_storage()
    {
        // 24-bit mode: the bench has exactly 16 MB.
        for (var n = 0; n < 16; n++) _bench.C->Gr[n] = (ulong)n;
        _bench.C->Gr[3] = 0xFF_FFF8;
        _bench.Run(Op.STM, new() { R1 = 14, R3 = 1, B2 = 3 }, mask: 0);
        Assert.Equal([0, 0, 0, 14, 0, 0, 0, 15], _bench.Read(0xFF_FFF8, 8));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1], _bench.Read(0, 8));
    }

    [Fact]
    public void Mvc_wraps_around_at_the_end_of_24_bit_storage()
    {
        _bench.Storage.Write(StorageBench.Data, [1, 2, 3, 4, 5, 6]);
        _bench.C->Gr[3] = 0xFFFF_FFFD;
        _bench.C->Gr[4] = StorageBench.Data;
        _bench.Run(Op.MVC, new() { L1 = 5, B1 = 3, B2 = 4 }, mask: 0);
        Assert.Equal([1, 2, 3], _bench.Read(0xFF_FFFD, 3));
        Assert.Equal([4, 5, 6], _bench.Read(0, 3));
    }

    [Fact]
    public void Translate_uses_only_the_function_bytes_it_needs()
    {
        _bench.OpenAll();
        _bench.Protect(Area + 4096, fetchToo: true);
        _bench.Storage.Write(Area + 4096 - 4, [0xA0, 0xA1, 0xA2, 0xA3]);
        _bench.Storage.Write(StorageBench.Data, [0, 3, 2, 1]);
        _bench.C->Gr[3] = StorageBench.Data;
        _bench.C->Gr[4] = Area + 4096 - 4;
        _bench.Run(Op.TR, new() { L1 = 3, B1 = 3, B2 = 4 }, 1, StorageBench.Key2);
        Assert.Equal([0xA0, 0xA3, 0xA2, 0xA1], _bench.Read(StorageBench.Data, 4));
        _bench.Storage.Write(StorageBench.Data, [4]);
        _bench.Run(Op.TR, new() { L1 = 3, B1 = 3, B2 = 4 }, 2, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
    }

    [Fact]
    public void A_store_into_the_next_instruction_is_seen()
    {
        // MVC over the immediate of the LHI that follows, executed twice with different values.
        _bench.C->Gr[3] = CpuBench.CodeAddress + 6 + 2;
        _bench.C->Gr[4] = StorageBench.Data;
        for (byte value = 1; value < 4; value++)
        {
            _bench.Storage.Write(StorageBench.Data, [0, value]);
            _bench.Run([
                StorageBench.Text(Op.MVC, new() { L1 = 1, B1 = 3, B2 = 4 }), StorageBench.Text(Op.LHI, new() { R1 = 7 })]);
            Assert.Equal(value, _bench.C->Low(7));
        }
    }

    [Fact]
    public void A_store_into_an_instruction_that_crosses_pages_is_seen()
    {
        var at = CpuBench.CodeAddress + 0xFFE;
        _bench.C->Gr[3] = at + 2;
        _bench.C->Gr[4] = StorageBench.Data;
        _bench.Storage.Write(at - 6, StorageBench.Bytes(
            StorageBench.Text(Op.MVC, new() { L1 = 1, B1 = 3, B2 = 4 }), StorageBench.Text(Op.LHI, new() { R1 = 7 })));
        for (byte value = 1; value < 4; value++)
        {
            _bench.Storage.Write(StorageBench.Data, [0, value]);
            _bench.C->LoadPsw(new Psw(CpuBench.SupervisorMask, at - 6));
            _bench.Processor.Run(_bench.C->InstructionCount + 2);
            Assert.Equal(value, _bench.C->Low(7));
            Assert.Equal(at + 4, _bench.C->PswAddress);
        }
    }

    public void Dispose() => _bench.Dispose();
}
