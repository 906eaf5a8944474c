using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>What KVM and its user space answer to intercepted instructions and exits (sie.md sections 4.4 to 4.8).</summary>
public sealed class DispatchTests : IDisposable
{
    private const ulong Data = 0x2000, Block = 0x6000;

    private readonly HypervisorBench _bench = new(new("lent"));

    public DispatchTests() => _bench.Cpu.SetGr(5, Data);

    public void Dispose() => _bench.Dispose();

    private VirtualCpu Cpu => _bench.Cpu;

    private void Diagnose(int code, int r1 = 2, int r3 = 4) => _bench.Execute(Op.DIAG, new() { R1 = (byte)r1, R3 = (byte)r3, D2 = code });

    [Theory]
    [InlineData(0x1000UL, 0x5000UL)]        // below the prefix area's end at real 0
    [InlineData(0x5800UL, 0x6000UL)]
    [InlineData(0x5000UL, 0x6008UL)]
    [InlineData(0x8000UL, 0x6000UL)]
    [InlineData(0x8000UL, 0xFFFF_FFFF_FFFF_F000UL)]
    public void ReleasingPagesIsRefusedByAddress(ulong first, ulong last)
    {
        Cpu.SetGr(2, first);
        Cpu.SetGr(4, last);
        Diagnose(0x10);
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
    }

    /// <summary>The pages are zeros, but for the prefix area's and what is pinned.</summary>
    [Fact]
    public void ReleasedPagesAreZerosButForThePrefixAreaAndPins()
    {
        const uint prefix = 0x1_0000;
        for (var page = 0x8000UL; page < 0x1_8000; page += 0x1000) _bench.Write64(page + 0x800, page);
        foreach (var at in new[] { 0xFF0UL, 0xFF8UL, 0x1D0UL, 0x1D8UL }) _bench.Write64(prefix + at, _bench.Read64(at));
        _bench.Write64(0x1800, 0x77);
        Assert.True(_bench.Machine.Pinner.TryPin(0x9000, out var frame));
        var block = Cpu.Block;
        block.Prefix = prefix;
        Cpu.SetGr(2, 0x8000);
        Cpu.SetGr(4, 0x1_7000);
        Diagnose(0x10);
        Assert.Equal(HypervisorBench.EndAddress, Cpu.Psw.Address);
        for (var page = 0x8000UL; page < 0x1_8000; page += 0x1000)
            Assert.Equal(page is 0x9000 or 0x1_0000 or 0x1_1000 ? page : 0, _bench.Read64(page + 0x800));
        Assert.Equal(0UL, _bench.Read64(0x1800));       // real 0x11800 is there
        _bench.Machine.Pinner.Unpin(frame, isDirty: false);
    }

    private void Parameters(int subcode, ulong token, ulong select, ulong compare, ulong mode, ushort version = 2, ushort length = 5, ushort code = 0x258)
    {
        _bench.Write64(Block, ((ulong)code << 48) | ((ulong)subcode << 32) | ((ulong)length << 16) | version);
        _bench.Write64(Block + 8, token);
        _bench.Write64(Block + 16, select);
        _bench.Write64(Block + 24, compare);
        _bench.Write64(Block + 32, mode);
        Cpu.SetGr(2, Block);
        Cpu.SetGr(4, 99);
    }

    [Fact]
    public void ThePageFaultHandshakeIsGoneThrough()
    {
        const ulong mode = 1UL << 63;
        foreach (var (subcode, token, compare, zarch, result) in new (int, ulong, ulong, ulong, ulong)[]
            { (1, 0, 0, 0, 4), (0, 0x7000, 4, mode, 0), (0, 0x7008, 4, mode, 8), (1, 0, 0, 0, 0), (1, 0, 0, 0, 4), (0, 0x7008, 4, mode, 0) })
        {
            Parameters(subcode, token, compare, compare, zarch);
            Diagnose(0x258);
            Assert.Equal((ProgramCode.None, result), (_bench.Interruption, Cpu.GetGr(4)));
        }
    }

    public static TheoryData<int, ulong, ulong, ulong, ulong, ushort, ushort, ushort, ProgramCode> BadParameters => new()
    {
        { 0, 0x7001, 0, 0, 1UL << 63, 2, 5, 0x258, ProgramCode.Specification },
        { 0, 0x7000, 1, 3, 1UL << 63, 2, 5, 0x258, ProgramCode.Specification },
        { 0, 0x7000, 0, 0, 0, 2, 5, 0x258, ProgramCode.Specification },
        { 0, 0x7000, 0, 0, 1UL << 63, 1, 5, 0x258, ProgramCode.Specification },
        { 0, 0x7000, 0, 0, 1UL << 63, 2, 4, 0x258, ProgramCode.Specification },
        { 0, 0x7000, 0, 0, 1UL << 63, 2, 5, 0x250, ProgramCode.Specification },
        { 1, 0x7000, 0, 0, 0, 2, 5, 0x258, ProgramCode.Specification },
        { 0, 1UL << 50, 0, 0, 1UL << 63, 2, 5, 0x258, ProgramCode.Addressing },
    };

    [Theory]
    [MemberData(nameof(BadParameters))]
    public void BadParametersOfTheHandshakeAreRefused(
        int subcode, ulong token, ulong select, ulong compare, ulong mode, ushort version, ushort length, ushort code, ProgramCode expected)
    {
        Parameters(subcode, token, select, compare, mode, version, length, code);
        Diagnose(0x258);
        Assert.Equal((expected, 99UL), (_bench.Interruption, Cpu.GetGr(4)));
    }

    /// <summary>The kernel's functions do not get to user space, all others do.</summary>
    [Theory]
    [InlineData(0x44, true)]
    [InlineData(0x9C, true)]
    [InlineData(0x308, false)]
    [InlineData(0x500, false)]
    [InlineData(0x288, false)]
    public void FunctionsAreTheKernelsOrUserSpaces(int code, bool isKernels)
    {
        Diagnose(code);
        Assert.Equal(isKernels ? [] : [("DIAG", (uint)code)], _bench.Services.Calls);
        Assert.Equal(isKernels ? 0UL : 1, Cpu.Exits.UserSpace);
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x44)]
    [InlineData(0x9C)]
    [InlineData(0x258)]
    [InlineData(0x308)]
    public void FunctionsArePrivileged(int code)
    {
        _bench.Execute(Op.DIAG, new() { D2 = code }, HypervisorBench.SupervisorMask | Psw.Problem);
        Assert.Equal((ProgramCode.PrivilegedOperation, 0UL), (_bench.Interruption, Cpu.Exits.UserSpace));
    }

    /// <summary>No subchannel is there: user space says so.</summary>
    [Theory]
    [InlineData(Op.SSCH)]
    [InlineData(Op.MSCH)]
    [InlineData(Op.STSCH)]
    [InlineData(Op.TSCH)]
    [InlineData(Op.CSCH)]
    [InlineData(Op.HSCH)]
    [InlineData(Op.RSCH)]
    [InlineData(Op.XSCH)]
    public void ChannelInstructionsFindNothing(Op op)
    {
        Cpu.SetGr(1, 0x1_0000);
        // An ORB and a SCHIB that are in order.
        for (var at = Data; at < Data + 64; at += 8) _bench.Write64(at, 0);
        _bench.Write64(Data, 0x0000_0000_0080_0000);
        _bench.Execute(HypervisorBench.Code((op, new() { B2 = 5 }), (Op.IPM, new() { R1 = 9 })));
        Assert.Equal((ProgramCode.None, 3UL, 1UL), (_bench.Interruption, Cpu.GetGr(9) >> 28 & 3, Cpu.Exits.UserSpace));
        Cpu.SetGr(1, 0);
        _bench.Execute(op, new() { B2 = 5 });
        Assert.Equal(ProgramCode.Operand, _bench.Interruption);
    }

    [Theory]
    [InlineData(Op.SIGA)]
    [InlineData(Op.ESSA)]
    public void WhatNobodyKnowsIsAnOperationException(Op op)
    {
        _bench.Execute(op, new() { R1 = 2, R2 = 4 });
        Assert.Equal((ProgramCode.Operation, 1UL), (_bench.Interruption, Cpu.Exits.UserSpace));
    }

    [Fact]
    public void TheVirtualMachineIsLevelThree()
    {
        Cpu.SetGr(0, 0);
        Cpu.SetGr(1, 0);
        _bench.Execute(HypervisorBench.Code((Op.STSI, new() { B2 = 5 }), (Op.IPM, new() { R1 = 9 })));
        Assert.Equal((0x3000_0000UL, 0UL), (Cpu.GetGr(0), Cpu.GetGr(9) >> 28 & 3));
        foreach (var (code, selectors, conditionCode) in new (ulong, (ulong, ulong), ulong)[]
            { (3, (2, 2), 0), (3, (1, 1), 3), (4, (1, 1), 3), (1, (1, 1), 0), (2, (2, 2), 0) })
        {
            Cpu.SetGr(0, (code << 28) | selectors.Item1);
            Cpu.SetGr(1, selectors.Item2);
            _bench.Execute(HypervisorBench.Code((Op.STSI, new() { B2 = 5 }), (Op.IPM, new() { R1 = 9 })));
            Assert.Equal((ProgramCode.None, conditionCode), (_bench.Interruption, Cpu.GetGr(9) >> 28 & 3));
        }
    }

    /// <summary>An operation exception whose new PSW goes on right at the instruction would never end.</summary>
    [Fact]
    public void AnOperationExceptionThatLeadsToItselfEndsTheRun()
    {
        var block = Cpu.Block;
        block.InterceptionControl |= (uint)InterceptionControls.OperationException;
        _bench.Write64(Lowcore.ProgramNewMaskOffset, HypervisorBench.SupervisorMask);
        _bench.Write64(Lowcore.ProgramNewMaskOffset + 8, HypervisorBench.CodeAddress);
        Assert.Equal(StopReason.ProgramLoop, _bench.Execute([0xB2, 0xFE, 0x12, 0x34]));
    }

    /// <summary>Where the host has no page for the prefix area the CPU is in the check-stop state; nothing throws.</summary>
    [Fact]
    public void WithoutItsPrefixAreaTheCpuIsCheckStopped()
    {
        _bench.Memory.SetSlot(1, 0x4000_0000, 0x2000);
        var block = Cpu.Block;
        block.Prefix = 0x4000_0000;
        Assert.Equal(SlotStatus.Ok, _bench.Memory.SetSlot(1, 0, 0));
        Assert.Equal((StopReason.Wait, true), (_bench.Execute(Op.LR), Cpu.IsCheckStopped));
    }
}
