using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>How a guest leaves SIE: interception codes and parameters (sie.md sections 4 and 5).</summary>
public sealed class InterceptionTests : IDisposable
{
    private const ulong Data = 0x2000, Target = 0x5000;
    private const ulong ExternalNew = 0xC000, IoNew = 0xC100;

    private readonly HypervisorBench _bench = new(new("lent"));
    private readonly ExitRecorder _recorder;

    public InterceptionTests()
    {
        _recorder = new ExitRecorder(_bench);
        _bench.Cpu.SetGr(0, 0x40);      // PTFF: adjust TOD offset
        _bench.Cpu.SetGr(5, Data);
        _bench.Cpu.SetGr(8, Target);
        NewPsw(Lowcore.ExternalNewMaskOffset, ExternalNew);
        NewPsw(Lowcore.IoNewMaskOffset, IoNew);
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>The instructions that no pageable guest executes without its host.</summary>
    public static TheoryData<Op> Always => [Op.DIAG, Op.SERVC, Op.SIE, Op.STIDP, Op.SCK, Op.SPX, Op.STPX, Op.STAP, Op.PTFF,
        Op.SCKPF, Op.STSI, Op.STFL, Op.STFLE, Op.SSCH, Op.TSCH, Op.STSCH, Op.MSCH, Op.CSCH, Op.HSCH, Op.RSCH, Op.XSCH, Op.RCHP, Op.SAL,
        Op.STCRW, Op.STCPS, Op.SCHM, Op.TPI, Op.CHSC, Op.SIGA, Op.TB, Op.SIGP, Op.PFMF, Op.ESSA, Op.ISKE, Op.SSKE, Op.RRBE,
        Op.CLP, Op.RPCIT, Op.MPCIFC, Op.STPCIFC, Op.SIC, Op.PCILG, Op.PCISTG, Op.PCISTB];

    private static Operands Fields => new() { R1 = 2, R2 = 10, R3 = 12, B2 = 5, D2 = 8 };

    [Theory]
    [MemberData(nameof(Always))]
    public void LeavesWithItsText(Op op)
    {
        var code = HypervisorBench.Code((op, Fields));
        Touch(code);
        _bench.Execute(op, Fields);
        var text = Encoder.Encode(op, Fields);
        var exit = _recorder.Interceptions.First();
        Assert.Equal(new SieExit(Interception.Instruction, 0, (ushort)(text >> 48), (uint)(text >> 16),
            HypervisorBench.CodeAddress + (ulong)code.Length), exit);
        Assert.Equal(1UL, _bench.Cpu.Exits[Interception.Instruction]);
    }

    [Theory]
    [MemberData(nameof(Always))]
    public void LeavesAsTheTargetOfExecute(Op op)
    {
        // PCISTB and others of six bytes too: EXECUTE takes any target.
        _bench.Memory.TryWrite(Target, HypervisorBench.Code((op, Fields)));
        _bench.Execute(Op.EX, new() { R1 = 0, B2 = 8 });
        var text = Encoder.Encode(op, Fields);
        Assert.Equal(new SieExit(Interception.Instruction, 0x41, (ushort)(text >> 48), (uint)(text >> 16), HypervisorBench.CodeAddress + 4),
            _recorder.Interceptions.First());

        _recorder.Exits.Clear();
        _bench.Execute(Op.EXRL, new() { R1 = 0, RI2 = (int)(Target - HypervisorBench.CodeAddress) / 2 });
        Assert.Equal(new SieExit(Interception.Instruction, 0x61, (ushort)(text >> 48), (uint)(text >> 16), HypervisorBench.CodeAddress + 6),
            _recorder.Interceptions.First());
    }

    /// <summary>EXECUTE ORs register bits into the text: the host sees the instruction that is executed.</summary>
    [Fact]
    public void TheTextOfATargetIsAsModified()
    {
        _bench.Memory.TryWrite(Target, [0x83, 0x00, 0x05, 0x04]);
        _bench.Cpu.SetGr(1, 0x35);
        _bench.Execute(Op.EX, new() { R1 = 1, B2 = 8 });
        Assert.Equal((0x8335, 0x0504_0000U), (_recorder.Interceptions.First().Ipa, _recorder.Interceptions.First().Ipb));
        Assert.Equal([("DIAG", 0x504U)], _bench.Services.Calls);
    }

    [Theory]
    [InlineData(Op.EX, 4)]
    [InlineData(Op.EXRL, 6)]
    public void AnExceptionOfATargetHasTheLengthOfExecute(Op execute, int length)
    {
        _bench.Memory.TryWrite(Target, HypervisorBench.Code((Op.RPCIT, new() { R1 = 4, R2 = 7 })));
        _bench.Execute(execute, new() { B2 = 8, RI2 = (int)(Target - HypervisorBench.CodeAddress) / 2 });
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
        Assert.Equal(HypervisorBench.CodeAddress + (ulong)length, _bench.ProgramOld.Address);
        Assert.Equal(length, (int)(_bench.Read64(0x88) >> 16) & 7);
    }

    [Theory]
    [MemberData(nameof(Always))]
    public void IsPrivileged(Op op)
    {
        if (op is Op.PTFF or Op.STFLE) return;      // their queries are for everyone
        _bench.Execute(op, Fields, HypervisorBench.SupervisorMask | Psw.Problem);
        Assert.Equal(ProgramCode.PrivilegedOperation, _bench.Interruption);
        Assert.Equal(HypervisorBench.CodeAddress + (ulong)HypervisorBench.Code((op, Fields)).Length, _bench.ProgramOld.Address);
        Assert.Empty(_bench.Services.Calls);
    }

    [Fact]
    public void AnOperationExceptionIsTheHostsIfItWants()
    {
        _bench.Execute([0xB2, 0xFE, 0x12, 0x34]);
        Assert.DoesNotContain(_recorder.Exits, e => e.Code == Interception.OperationException);
        Assert.Equal(ProgramCode.Operation, _bench.Interruption);

        var block = _bench.Cpu.Block;
        block.InterceptionControl |= (uint)InterceptionControls.OperationException;
        _recorder.Exits.Clear();
        _bench.Execute([0xB2, 0xFE, 0x12, 0x34]);
        Assert.Equal(new SieExit(Interception.OperationException, 0, 0xB2FE, 0x1234_0000, HypervisorBench.CodeAddress + 4),
            _recorder.Interceptions.First());
        Assert.Equal((ProgramCode.Operation, HypervisorBench.CodeAddress + 4), (_bench.Interruption, _bench.ProgramOld.Address));
    }

    [Fact]
    public void AnInterceptedProgramInterruptionIsPresentedAsItWas()
    {
        var block = _bench.Cpu.Block;
        block.InterceptionControl |= (uint)InterceptionControls.Program;
        _bench.Execute(Op.LPSWE, new() { B2 = 5, D2 = 4 });      // not a doubleword
        var exit = _recorder.Interceptions.First();
        Assert.Equal((Interception.Program, HypervisorBench.CodeAddress + 4), (exit.Code, exit.PswAddress));
        Assert.Equal((ProgramCode.Specification, HypervisorBench.CodeAddress + 4), (_bench.Interruption, _bench.ProgramOld.Address));
    }

    [Theory]
    [InlineData(0x01, Interception.ExternalRequest, ExternalNew)]
    [InlineData(0x02, Interception.IoRequest, IoNew)]
    public void ARequestComesOutWhenThePswOpens(int mask, Interception code, ulong address)
    {
        _bench.Cpu.SetCr(0, _bench.Cpu.GetCr(0) | 0x200);
        _bench.Cpu.SetCr(6, 0xFF00_0000);
        _bench.Machine.Floating.RequestServiceSignal(0x1234);
        _bench.Machine.Floating.RequestAdapter(3);
        _bench.Execute(HypervisorBench.Code((Op.STOSM, new() { B1 = 5, I2 = mask })));
        Assert.Contains(_recorder.Exits, e => e.Code == code);
        Assert.Equal(address, _bench.Cpu.Psw.Address);
    }

    [Theory]
    [InlineData(Op.LCTL, 0)]
    [InlineData(Op.LCTLG, 0)]
    [InlineData(Op.LCTLG, 6)]
    public void LoadControlComesOutWhenItMayOpenAMask(Op op, int register)
    {
        _bench.Write64(Data, op == Op.LCTL ? 0x0000_02E0_0000_0000 : register == 6 ? 0xFF00_0000UL : 0x2E0);
        _bench.Cpu.SetCr(6, 0);
        if (register == 6) _bench.Machine.Floating.RequestAdapter(3);
        else _bench.Machine.Floating.RequestServiceSignal(0x1234);
        _bench.Execute(Code(), HypervisorBench.SupervisorMask | Psw.External | Psw.Io);
        var exit = _recorder.Interceptions.First();
        Assert.Equal((Interception.Instruction, (ushort)(Encoder.Encode(op, Operands()) >> 48)), (exit.Code, exit.Ipa));
        Assert.Equal(register == 6 ? IoNew : ExternalNew, _bench.Cpu.Psw.Address);

        // With nothing pending it is interpreted.
        _recorder.Exits.Clear();
        _bench.Execute(Code(), HypervisorBench.SupervisorMask | Psw.External | Psw.Io);
        Assert.DoesNotContain(_recorder.Exits, e => e.Code == Interception.Instruction);
        return;

        Operands Operands() => new() { R1 = (byte)register, R3 = (byte)register, B2 = 5 };
        byte[] Code() => HypervisorBench.Code((op, Operands()));
    }

    [Fact]
    public void WaitComesOutAndADisabledOneEndsTheRun()
    {
        Assert.Equal(StopReason.Wait, _bench.Execute(Op.LR, new() { R1 = 1, R2 = 1 }));
        Assert.Equal(Interception.Wait, _recorder.Interceptions.Last().Code);
        Assert.Equal(HypervisorBench.EndAddress, _bench.Cpu.Psw.Address);
    }

    [Theory]
    [InlineData(true, 0x0037)]
    [InlineData(false, 0x0001)]
    public void AnInvalidStateDescriptionIsNotEntered(bool prefix, int reason)
    {
        var block = _bench.Cpu.Block;
        if (prefix) block.Prefix = 0x7FFF_E000;
        else block.CpuFlags &= ~SieFlags.ZArchitecture;
        Assert.Equal(prefix ? StopReason.Wait : StopReason.Interception, _bench.Execute(Op.LR, default));
        Assert.Equal((Interception.Validity, (uint)reason), ((Interception)block.InterceptionCode, block.Ipb >> 16));
    }

    // The host provides what the instruction touches, so that it comes out once.
    private void Touch(byte[] code)
    {
        _bench.Memory.TryWrite(HypervisorBench.CodeAddress, code);
        _bench.Write64(Data, 0);
    }

    private void NewPsw(int at, ulong address)
    {
        _bench.Write64((ulong)at, HypervisorBench.SupervisorMask | Psw.Wait);
        _bench.Write64((ulong)at + 8, address);
    }
}
