using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

public sealed unsafe class ExecuteTests : IDisposable
{
    private const ulong Code = CpuBench.CodeAddress;
    private readonly StorageBench _bench = new();

    private static ulong Exrl(byte r1, long halfwords) => StorageBench.Text(Op.EXRL, new() { R1 = r1, RI2 = (int)halfwords });

    [Fact]
    public void The_register_is_ored_into_the_second_byte()
    {
        _bench.Storage.Write(StorageBench.Data, [1, 2, 3, 4, 5, 6, 7, 8]);
        _bench.Storage.Write(Code + 0x100, StorageBench.Bytes(Mvc(0x100, 0, 0)));
        _bench.C->Gr[1] = 0xFFFF_FF03;
        _bench.C->Gr[3] = StorageBench.Data;
        _bench.Run([Exrl(1, 0x80)]);
        Assert.Equal([1, 2, 3, 4, 0, 0], _bench.Read(StorageBench.Data + 0x100, 6));
        Assert.Equal(Code + 6, _bench.C->PswAddress);
        Assert.False(_bench.C->Executing);
    }

    [Fact]
    public void Register_zero_modifies_nothing()
    {
        _bench.Storage.Write(StorageBench.Data, [1, 2, 3]);
        _bench.Storage.Write(Code + 0x100, StorageBench.Bytes(Mvc(0x100, 0, 0)));
        _bench.C->Gr[0] = 0xFF;
        _bench.C->Gr[3] = StorageBench.Data;
        _bench.Run([Exrl(0, 0x80)]);
        Assert.Equal([1, 0], _bench.Read(StorageBench.Data + 0x100, 2));
    }

    [Fact]
    public void An_odd_target_address_is_a_specification_exception()
    {
        _bench.C->Gr[3] = StorageBench.Data + 1;
        _bench.Run(Op.EX, new() { B2 = 3 }, 2);
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
        Assert.Equal(Code + 4, _bench.ProgramOld.Address);
    }

    [Fact]
    public void Executing_an_execute_is_an_execute_exception()
    {
        _bench.Storage.Write(Code + 0x100, StorageBench.Bytes(Exrl(0, 8)));
        _bench.Run([Exrl(0, 0x80)], 2);
        Assert.Equal(ProgramCode.Execute, _bench.Interruption);
        Assert.Equal(Code + 6, _bench.ProgramOld.Address);
    }

    [Fact]
    public void A_failing_target_leaves_the_length_of_the_execute()
    {
        var text = StorageBench.Text(Op.CSG, new() { R1 = 2, R3 = 4, B2 = 3, D2 = 1 });
        _bench.Storage.Write(Code + 0x100, StorageBench.Bytes(text));
        _bench.C->Gr[3] = StorageBench.Data;
        _bench.Run(Op.EX, new() { R1 = 0, B2 = 5, D2 = 0 }, 0);
        _bench.C->Gr[5] = Code + 0x100;
        _bench.Processor.Run(_bench.C->InstructionCount + 2);
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
        Assert.Equal(Code + 4, _bench.ProgramOld.Address);
        Assert.Equal(4, new Lowcore(_bench.Storage.Base).ProgramIlc);
    }

    [Theory]
    [InlineData(0x200)]         // the same page
    [InlineData(0x12345)]       // another
    [InlineData(0xFFE - 6)]     // the target lies across two pages
    public void A_target_may_lie_anywhere(int distance)
    {
        var target = Code + (ulong)distance & ~1UL;
        _bench.Storage.Write(StorageBench.Data, [1, 2, 3, 4]);
        _bench.Storage.Write(target, StorageBench.Bytes(Mvc(0x100, 0, 3)));
        _bench.C->Gr[3] = StorageBench.Data;
        for (var n = 0; n < 3; n++)
        {
            _bench.Storage.Write(StorageBench.Data + 0x100, new byte[8]);
            _bench.Run([Exrl(0, distance / 2)]);
            Assert.Equal([1, 2, 3, 4], _bench.Read(StorageBench.Data + 0x100, 4));
        }
    }

    [Fact]
    public void The_execute_may_lie_across_two_pages_itself()
    {
        var at = Code + 0xFFC;
        _bench.Storage.Write(StorageBench.Data, [1, 2, 3, 4]);
        _bench.Storage.Write(at, StorageBench.Bytes(Exrl(1, 0x80), Exrl(1, 0x80 - 3)));
        _bench.Storage.Write(at + 0x100, StorageBench.Bytes(Mvc(0x100, 0, 0)));
        _bench.C->Gr[1] = 3;
        _bench.C->Gr[3] = StorageBench.Data;
        _bench.C->LoadPsw(new Psw(CpuBench.SupervisorMask, at));
        _bench.Processor.Run(_bench.C->InstructionCount + 2);
        Assert.Equal(ProgramCode.None, _bench.Interruption);
        Assert.Equal(at + 12, _bench.C->PswAddress);
        Assert.Equal([1, 2, 3, 4], _bench.Read(StorageBench.Data + 0x100, 4));
    }

    [Fact]
    public void A_relative_operand_belongs_to_the_targets_place()
    {
        _bench.Storage.Write(Code + 0x3000, StorageBench.Bytes(StorageBench.Text(Op.LARL, new() { R1 = 7, RI2 = 0x10 })));
        _bench.Run([Exrl(0, 0x1800), Exrl(0, 0x1800 - 3)]);
        Assert.Equal(Code + 0x3020, _bench.C->Gr[7]);
    }

    [Fact]
    public void A_relative_operand_may_be_too_far_for_a_slot()
    {
        // EX in 64-bit mode reaches any address; the difference in halfwords does not fit a slot.
        using var bench = new StorageBench();
        var far = 0x20_0000UL;
        bench.Storage.Write(far, StorageBench.Bytes(StorageBench.Text(Op.LARL, new() { R1 = 7, RI2 = int.MinValue })));
        bench.C->Gr[3] = far;
        bench.Run(Op.EX, new() { B2 = 3 });
        Assert.Equal(far - 0x1_0000_0000, bench.C->Gr[7]);
    }

    [Fact]
    public void A_branch_may_be_the_target()
    {
        _bench.Storage.Write(Code + 0x100, StorageBench.Bytes(StorageBench.Text(Op.BRAS, new() { R1 = 14, RI2 = 0x40 })));
        _bench.Run([Exrl(0, 0x80)]);
        Assert.Equal(Code + 0x180, _bench.C->PswAddress);
        Assert.Equal(Code + 6, _bench.C->Gr[14]);
        Assert.False(_bench.C->Executing);
    }

    [Fact]
    public void The_target_may_have_been_stored_just_before()
    {
        _bench.Storage.Write(Code + 0x100, StorageBench.Bytes(StorageBench.Text(Op.LHI, new() { R1 = 7, I2 = 1 })));
        _bench.C->Gr[3] = Code + 0x103;
        _bench.Run([Exrl(0, 0x80), StorageBench.Text(Op.MVI, new() { B1 = 3, I2 = 9 }), Exrl(0, 0x80 - 5)]);
        Assert.Equal(9u, _bench.C->Low(7));
    }

    [Fact]
    public void The_target_fetch_may_be_refused()
    {
        _bench.OpenAll();
        _bench.Protect(StorageBench.Data, fetchToo: true);
        _bench.C->Gr[3] = StorageBench.Data;
        _bench.Run(Op.EX, new() { B2 = 3 }, 2, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(Code + 4, _bench.ProgramOld.Address);
    }

    private static ulong Mvc(int to, int from, byte length)
        => StorageBench.Text(Op.MVC, new() { L1 = length, B1 = 3, D1 = to, B2 = 3, D2 = from });

    public void Dispose() => _bench.Dispose();
}
