using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>Link information and addressing modes: what the 64-bit model of the properties leaves out.</summary>
public sealed unsafe class BranchLinkageTests : IDisposable
{
    private const ulong Mode24 = 0, Mode31 = Psw.BasicAddressing, Mode64 = CpuBench.SupervisorMask;
    private const ulong Old = 0x1111_2222_3333_4444;
    private readonly StorageBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(Mode24, 0x1111_2222_0001_0002)]
    [InlineData(Mode31, 0x1111_2222_8001_0002)]
    [InlineData(Mode64, 0x0000_0000_0001_0002)]
    public void BasrSavesTheAddressInTheFormOfTheMode(ulong mode, ulong link)
    {
        _bench.C->Gr[1] = Old;
        _bench.C->Gr[2] = 0xFFFF_FFFF_0002_0000;
        _bench.Run(Op.BASR, new Operands { R1 = 1, R2 = 2 }, mask: mode);
        Assert.Equal(link, _bench.C->Gr[1]);
        var kept = mode == Mode24 ? 0xFF_FFFFUL : mode == Mode31 ? 0x7FFF_FFFF : ulong.MaxValue;
        Assert.Equal(0xFFFF_FFFF_0002_0000 & kept, _bench.C->PswAddress);
    }

    [Fact]
    public void BalrSavesLengthCodeAndMaskInThe24BitMode()
    {
        _bench.C->Gr[1] = Old;
        _bench.Run(Op.BALR, new Operands { R1 = 1 }, mask: Mode24 | (2UL << 44) | (0b1010UL << 40));
        Assert.Equal(0x1111_2222_6A01_0002UL, _bench.C->Gr[1]);
        Assert.Equal(CpuBench.CodeAddress + 2, _bench.C->PswAddress);
    }

    [Fact]
    public void BalSavesItsOwnLength()
    {
        _bench.C->Gr[2] = 0x8000;
        _bench.Run(Op.BAL, new Operands { R1 = 1, B2 = 2, D2 = 0x10 }, mask: Mode24 | (1UL << 44));
        Assert.Equal(0x9001_0004UL, _bench.C->Gr[1]);
        Assert.Equal(0x8010UL, _bench.C->PswAddress);
    }

    [Theory]
    [InlineData(Mode64, 0x2_0001UL, Mode64, 0x2_0000UL, 0x1_0003UL)]
    [InlineData(Mode64, 0x8002_0000UL, Mode31, 0x2_0000UL, 0x1_0003UL)]
    [InlineData(Mode31, 0x2_0000UL, Mode24, 0x2_0000UL, 0x8001_0002UL)]
    [InlineData(Mode24, 0xFFFF_8000_0002_0001UL, Mode64, 0xFFFF_8000_0002_0000UL, 0x1_0002UL)]
    public void BassmSavesAndSetsTheMode(ulong mode, ulong operand, ulong newMode, ulong target, ulong link)
    {
        _bench.C->Gr[1] = 0;
        _bench.C->Gr[2] = operand;
        _bench.Run(Op.BASSM, new Operands { R1 = 1, R2 = 2 }, mask: mode | (3UL << 44));
        Assert.Equal(link, _bench.C->Gr[1]);
        Assert.Equal(new Psw(newMode | (3UL << 44), target), _bench.C->Psw);
    }

    [Theory]
    [InlineData(Mode64, 0x1111_2222_3333_4445)]
    [InlineData(Mode31, 0x1111_2222_B333_4444)]
    [InlineData(Mode24, 0x1111_2222_3333_4444)]
    public void BsmSavesTheModeAlone(ulong mode, ulong link)
    {
        _bench.C->Gr[1] = Old;
        _bench.Run(Op.BSM, new Operands { R1 = 1 }, mask: mode);
        Assert.Equal(link, _bench.C->Gr[1]);
        Assert.Equal(new Psw(mode, CpuBench.CodeAddress + 2), _bench.C->Psw);
    }

    [Fact]
    public void BsmOfOneRegisterBranchesToWhatItHeld()
    {
        _bench.C->Gr[1] = 0x2_0000;
        _bench.Run(Op.BSM, new Operands { R1 = 1, R2 = 1 });
        Assert.Equal(new Psw(Mode24, 0x2_0000), _bench.C->Psw);
        Assert.Equal(0x2_0001UL, _bench.C->Gr[1]);
    }

    [Theory]
    [InlineData(Mode24, 0x1111_2222_0055_6678)]
    [InlineData(Mode31, 0x1111_2222_4455_6678)]
    [InlineData(Mode64, 0xAAAA_BBBB_C455_6678)]
    public void LoadAddressFitsTheMode(ulong mode, ulong result)
    {
        _bench.C->Gr[1] = Old;
        _bench.C->Gr[2] = 0xAAAA_BBBB_C455_6677;
        _bench.Run(Op.LA, new Operands { R1 = 1, B2 = 2, D2 = 1 }, mask: mode);
        Assert.Equal(result, _bench.C->Gr[1]);
    }

    [Fact]
    public void LoadAddressRelativeLongWrapsInThe24BitMode()
    {
        _bench.C->Gr[1] = Old;
        _bench.Run(Op.LARL, new Operands { R1 = 1, RI2 = -0x1_0000 }, mask: Mode24);
        Assert.Equal(0x1111_2222_00FF_0000UL, _bench.C->Gr[1]);
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(1, 0xABCDu)]
    [InlineData(2, 1u)]
    [InlineData(3, 2u)]
    public void LoadAddressExtendedNamesTheSpace(int space, uint access)
    {
        _bench.C->Gr[2] = 0x1234;
        _bench.C->Ar[2] = 0xABCD;
        _bench.C->Ar[1] = 7;
        // With DAT off the space bits only tell LOAD ADDRESS EXTENDED what to load.
        _bench.Run(Op.LAE, new Operands { R1 = 1, B2 = 2 }, mask: Mode64 | ((ulong)space << 46));
        Assert.Equal(access, _bench.C->Ar[1]);
        Assert.Equal(0x1234UL, _bench.C->Gr[1]);
    }

    [Fact]
    public void BranchIndirectTakesItsTargetFromStorage()
    {
        _bench.Storage.Write64(StorageBench.Data, 0x2_0000);
        _bench.C->Gr[2] = StorageBench.Data;
        _bench.Run(Op.BIC, new Operands { M1 = 4, B2 = 2 }, mask: Mode64 | (1UL << 44));
        Assert.Equal(0x2_0000UL, _bench.C->PswAddress);
    }

    [Fact]
    public void BranchingToAnOddAddressIsASpecificationExceptionThere()
    {
        _bench.C->Gr[2] = 0x2_0001;
        _bench.Run(Op.BCR, new Operands { M1 = 15, R2 = 2 }, limit: 2);
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
        Assert.Equal(0x2_0003UL, _bench.ProgramOld.Address);     // ahead by the ILC of 2
    }
}
