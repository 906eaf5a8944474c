using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>What general instructions leave unchanged when they end in an exception, and what they do not access.</summary>
public sealed unsafe class AccessExceptionTests : IDisposable
{
    private const ulong Outside = 0x7000_0000;
    private const ulong AfpRegisterControl = 1UL << 18;
    private readonly StorageBench _bench = new();

    public AccessExceptionTests()
    {
        _bench.C->Gr[2] = Outside;
        _bench.C->Gr[4] = 0x0123_4567_89AB_CDEF;
        _bench.C->Gr[5] = 0xFEDC_BA98_7654_3210;
    }

    public void Dispose() => _bench.Dispose();

    public static TheoryData<Op> Accessing =>
    [
        Op.A, Op.AG, Op.ALC, Op.N, Op.C, Op.CLG, Op.L, Op.LTG, Op.LH, Op.IC, Op.ICM, Op.LRV, Op.MS, Op.M, Op.MLG, Op.D, Op.DLG,
        Op.ST, Op.STG, Op.STC, Op.STH, Op.STRV, Op.LAT, Op.LZRG, Op.CLT,
    ];

    [Theory]
    [MemberData(nameof(Accessing))]
    public void AnAddressingExceptionSuppresses(Op op)
    {
        _bench.Run(op, new Operands { R1 = 4, M3 = 15, B2 = 2 }, mask: CpuBench.SupervisorMask | (3UL << 44));
        AssertSuppressed(ProgramCode.Addressing, InstructionTable.Get(op).Length);
    }

    public static TheoryData<Op> Updating => [Op.ASI, Op.AGSI, Op.ALSI, Op.ALGSI, Op.NI, Op.OIY, Op.XI];

    [Theory]
    [MemberData(nameof(Updating))]
    public void AProtectedOperandIsNotUpdated(Op op)
    {
        _bench.Storage.SetKey(StorageBench.Data, 0x10);
        _bench.Storage.Write64(StorageBench.Data, 0x1234_5678_9ABC_DEF0);
        _bench.C->Gr[2] = StorageBench.Data;
        _bench.Run(op, new Operands { B1 = 2, I2 = 0x55 }, mask: CpuBench.SupervisorMask | (3UL << 44) | (2UL << 52));
        AssertSuppressed(ProgramCode.Protection, InstructionTable.Get(op).Length);
        Assert.Equal(0x1234_5678_9ABC_DEF0UL, _bench.Storage.Read64(StorageBench.Data));
    }

    [Theory]
    [InlineData(Op.MR), InlineData(Op.DR), InlineData(Op.MLGR), InlineData(Op.DSGR), InlineData(Op.SLDA), InlineData(Op.FLOGR)]
    public void AnOddPairIsASpecificationException(Op op)
    {
        _bench.C->Gr[2] = 7;
        _bench.Run(op, new Operands { R1 = 5, R2 = 2 }, mask: CpuBench.SupervisorMask | (3UL << 44));
        AssertSuppressed(ProgramCode.Specification, InstructionTable.Get(op).Length);
    }

    [Theory]
    [InlineData(Op.LOC), InlineData(Op.LOCG), InlineData(Op.STOC), InlineData(Op.STOCG)]
    [InlineData(Op.STCM), InlineData(Op.STCMH)]
    public void WithoutConditionOrMaskNothingIsAccessed(Op op)
    {
        _bench.Run(op, new Operands { R1 = 4, M3 = 0, B2 = 2 });
        Assert.Equal(ProgramCode.None, _bench.Interruption);
        Assert.Equal(0x0123_4567_89AB_CDEFUL, _bench.C->Gr[4]);
    }

    [Theory]
    [InlineData(Op.ICM), InlineData(Op.CLM), InlineData(Op.ICMH)]
    public void AMaskOfZeroStillFetchesAByte(Op op)
    {
        _bench.Run(op, new Operands { R1 = 4, M3 = 0, B2 = 2 });
        Assert.Equal(ProgramCode.Addressing, _bench.Interruption);
    }

    [Fact]
    public void CharactersUnderMaskReachNoFurtherThanTheMask()
    {
        _bench.C->Gr[2] = _bench.Storage.Size - 2;
        _bench.Storage.Write(_bench.Storage.Size - 2, [0x80, 0x01]);
        _bench.Run(Op.ICM, new Operands { R1 = 4, M3 = 0b0101, B2 = 2 });
        Assert.Equal(ProgramCode.None, _bench.Interruption);
        Assert.Equal(0x0123_4567_8980_CD01UL, _bench.C->Gr[4]);
        Assert.Equal(1, _bench.C->Cc);
    }

    [Theory]
    [InlineData(0UL, 0x1234_0034u)]
    [InlineData(AfpRegisterControl, 0x1234_FF34u)]
    public void ATrapStoresItsCode(ulong control, uint fpc)
    {
        _bench.C->Cr[0] |= control;
        _bench.C->Fpc = 0x1234_0034;
        _bench.Run(Op.CRT, new Operands { R1 = 4, R2 = 4, M3 = 8 });
        Assert.Equal(ProgramCode.Data, _bench.Interruption);
        Assert.Equal(0xFFu, new Lowcore(_bench.Storage.Base).DataExceptionCode);
        Assert.Equal(fpc, _bench.C->Fpc);
        Assert.Equal(CpuBench.CodeAddress + 4, _bench.ProgramOld.Address);
    }

    [Fact]
    public void AnOperandMayCrossAPage()
    {
        _bench.C->Gr[2] = StorageBench.Data + 0xFFD;
        _bench.Run(Op.STG, new Operands { R1 = 4, B2 = 2 });
        _bench.Run(Op.LRVG, new Operands { R1 = 6, B2 = 2 });
        Assert.Equal(0xEFCD_AB89_6745_2301UL, _bench.C->Gr[6]);
    }

    // The old PSW designates the next instruction; registers and condition code 3 stay.
    private void AssertSuppressed(ProgramCode code, int length)
    {
        Assert.Equal(code, _bench.Interruption);
        Assert.Equal(CpuBench.CodeAddress + (ulong)length, _bench.ProgramOld.Address);
        Assert.Equal(3, _bench.ProgramOld.ConditionCode);
        Assert.Equal(0x0123_4567_89AB_CDEFUL, _bench.C->Gr[4]);
        Assert.Equal(0xFEDC_BA98_7654_3210UL, _bench.C->Gr[5]);
    }
}
