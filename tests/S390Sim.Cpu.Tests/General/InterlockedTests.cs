using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>COMPARE AND SWAP and its kin, PERFORM LOCKED OPERATION.</summary>
public sealed unsafe class InterlockedTests : IDisposable
{
    private const ulong Data = StorageBench.Data;
    private const ulong List = Data + 0x1000;
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(17, 19);

    private readonly StorageBench _bench = new();

    [Fact]
    public void Csg_swaps_what_compares_equal()
    {
        var values = ArbMap.Default.ArbFor<ulong>();
        Prop.ForAll(values, values, ArbMap.Default.ArbFor<bool>(), (old, replacement, equal) =>
        {
            _bench.Storage.Write64(Data, old);
            _bench.C->Gr[2] = equal ? old : ~old;
            _bench.C->Gr[4] = replacement;
            _bench.C->Gr[3] = Data;
            _bench.Run(Op.CSG, new() { R1 = 2, R3 = 4, B2 = 3 });
            return _bench.C->Cc == (equal ? 0 : 1) && _bench.C->Gr[2] == old
                && _bench.Storage.Read64(Data) == (equal ? replacement : old);
        }).Check(s_config);
    }

    [Theory]
    [InlineData(Op.CS, 2)]
    [InlineData(Op.CSG, 4)]
    [InlineData(Op.CDS, 4)]
    [InlineData(Op.CDSG, 8)]
    [InlineData(Op.LAA, 2)]
    [InlineData(Op.LAAG, 4)]
    public void Operands_lie_on_their_boundary(Op op, int offset)
    {
        _bench.C->Gr[3] = Data + (ulong)offset;
        _bench.Run(op, new() { R1 = 4, R3 = 6, B2 = 3 }, 2);
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
    }

    [Fact]
    public void An_unequal_comparison_still_asks_to_store()
    {
        _bench.OpenAll();
        _bench.Protect(Data);
        _bench.C->Gr[2] = 5;
        _bench.C->Gr[3] = Data;
        _bench.Run(Op.CSG, new() { R1 = 2, R3 = 4, B2 = 3 }, 2, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(5u, _bench.C->Gr[2]);
    }

    [Fact]
    public void Load_and_add_completes_before_it_overflows()
    {
        _bench.Storage.Write64(Data, 0x7FFF_FFFF_0000_0000);
        _bench.C->Gr[3] = Data;
        _bench.C->Gr[6] = 1;
        _bench.Run(Op.LAA, new() { R1 = 4, R3 = 6, B2 = 3 }, 2, CpuBench.SupervisorMask | Psw.FixedPointOverflow);
        Assert.Equal(ProgramCode.FixedPointOverflow, _bench.Interruption);
        Assert.Equal(0x7FFF_FFFFu, _bench.C->Low(4));
        Assert.Equal(0x8000_0000_0000_0000, _bench.Storage.Read64(Data));
        Assert.Equal(3, _bench.ProgramOld.ConditionCode);
    }

    /// <summary>The test bit tells which function codes there are.</summary>
    [Theory]
    [InlineData(23, 0)]
    [InlineData(24, 3)]
    public void Plo_answers_for_its_functions(int code, int conditionCode)
    {
        _bench.C->Gr[0] = 0x100 | (uint)code;
        _bench.Run(Op.PLO, new() { R1 = 2, R3 = 4, B2 = 3, B4 = 5 });
        Assert.Equal(conditionCode, _bench.C->Cc);
    }

    [Fact]
    public void Plo_without_the_test_bit_needs_a_valid_function()
    {
        _bench.C->Gr[0] = 24;
        _bench.Run(Op.PLO, new() { R1 = 2, R3 = 4, B2 = 3, B4 = 5 }, 2);
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
    }

    public static TheoryData<int, bool> Functions()
    {
        var data = new TheoryData<int, bool>();
        for (var code = 0; code < 24; code++)
        {
            data.Add(code, true);
            data.Add(code, false);
        }
        return data;
    }

    /// <summary>All function codes, the first comparison equal or not.</summary>
    [Theory]
    [MemberData(nameof(Functions))]
    public void Plo_performs_each_function(int code, bool equal)
    {
        var size = (code & 3) switch { 0 => 4, 3 => 16, _ => 8 };
        var inRegisters = (code & 1) == 0;
        var operation = code / 4;
        ulong second = Data, fourth = Data + 0x20, sixth = Data + 0x40, eighth = Data + 0x60;
        Put(second, size, 10);
        Put(fourth, size, 20);
        Put(sixth, size, 30);
        Put(eighth, size, 40);
        _bench.C->Gr[0] = (uint)code;
        _bench.C->Gr[3] = second;
        _bench.C->Gr[5] = inRegisters && operation < 4 ? fourth : List;
        // Entries of the parameter list are right-justified in 16 bytes.
        void Entry(int slot, ulong value) => Put(List + (ulong)(slot * 16 + 16 - size), size, value);
        var comparison = equal ? 10UL : 11;
        _bench.C->Gr[6] = comparison;
        _bench.C->Gr[7] = 12;
        _bench.C->Gr[8] = operation == 2 ? 20UL : 21;
        _bench.C->Gr[9] = 22;
        if (!inRegisters)
        {
            Entry(0, comparison);
            Entry(1, 12);
            Entry(2, 20);
            Entry(3, operation == 2 ? 22UL : 21);
        }
        else if (operation > 3) Entry(3, 21);
        if (!inRegisters || operation > 3)
        {
            _bench.Storage.Write64(List + 72, fourth);
            Entry(5, 31);
            _bench.Storage.Write64(List + 104, sixth);
            Entry(7, 41);
            _bench.Storage.Write64(List + 136, eighth);
        }
        _bench.Run(Op.PLO, new() { R1 = 6, R3 = 8, B2 = 3, B4 = 5 });

        Assert.Equal(ProgramCode.None, _bench.Interruption);
        Assert.Equal(equal ? 0 : 1, _bench.C->Cc);
        Assert.Equal(equal && operation > 0 ? 12UL : 10, Get(second, size));
        var third = operation switch { 0 or 1 => 20UL, 2 => 22UL, _ => 21UL };
        Assert.Equal(equal ? third : 20, Get(fourth, size));
        Assert.Equal(equal && operation > 3 ? 31UL : 30, Get(sixth, size));
        Assert.Equal(equal && operation > 4 ? 41UL : 40, Get(eighth, size));
        if (!equal) Assert.Equal(10UL, inRegisters ? _bench.C->Gr[6] : Get(List + (ulong)(16 - size), size));
        if (equal && operation == 0) Assert.Equal(20UL, inRegisters ? _bench.C->Gr[8] : Get(List + (ulong)(48 - size), size));
    }

    [Fact]
    public void Plo_tells_the_second_comparison_from_the_first()
    {
        // DCSGR: the first is equal, the second is not.
        Put(Data, 8, 10);
        Put(Data + 0x20, 8, 20);
        _bench.C->Gr[0] = 10;
        _bench.C->Gr[3] = Data;
        _bench.C->Gr[5] = Data + 0x20;
        _bench.C->Gr[6] = 10;
        _bench.C->Gr[7] = 12;
        _bench.C->Gr[8] = 99;
        _bench.Run(Op.PLO, new() { R1 = 6, R3 = 8, B2 = 3, B4 = 5 });
        Assert.Equal(2, _bench.C->Cc);
        Assert.Equal(20UL, _bench.C->Gr[8]);
        Assert.Equal(10UL, Get(Data, 8));
    }

    [Fact]
    public void Plo_stores_nothing_when_a_later_operand_is_protected()
    {
        _bench.OpenAll();
        _bench.Protect(Data + 0x3000);
        Put(Data, 8, 10);
        _bench.C->Gr[0] = 22;       // CSTSTGR
        _bench.C->Gr[3] = Data;
        _bench.C->Gr[5] = List;
        _bench.C->Gr[6] = 10;
        _bench.C->Gr[7] = 12;
        _bench.Storage.Write64(List + 72, Data + 0x20);
        _bench.Storage.Write64(List + 104, Data + 0x40);
        _bench.Storage.Write64(List + 136, Data + 0x3000);
        Put(List + 56, 8, 21);
        _bench.Run(Op.PLO, new() { R1 = 6, R3 = 8, B2 = 3, B4 = 5 }, 2, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(10UL, Get(Data, 8));
        Assert.Equal(0UL, Get(Data + 0x20, 8));
    }

    private void Put(ulong address, int size, ulong value)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], value);
        _bench.Storage.Write(address, bytes[(16 - size)..]);
    }

    private ulong Get(ulong address, int size)
        => size == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(_bench.Read(address, 4))
            : _bench.Storage.Read64(address + (ulong)size - 8);

    public void Dispose() => _bench.Dispose();
}
