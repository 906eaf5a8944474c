using S390Sim.Cpu;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Nested;

/// <summary>
/// The same SIE on the bare machine and in a guest of KVM: the state description is the same afterwards, byte for byte but for
/// what is listed, and so is what the host sees (sie.md sections 11 and 13).
/// </summary>
public sealed class BothLevelsTests
{
    private const ulong Missing = HostLevel.Missing;

    /// <summary>Guest code, what is changed in the state description, and the interception code that follows.</summary>
    private static readonly Dictionary<string, (string Guest, Action<StateDescription> Change, Interception Code)> s_cases = new()
    {
        ["diagnose 10"] = ("41E0E00183020010", _ => { }, Interception.Instruction),
        ["diagnose 44"] = ("83020044", _ => { }, Interception.Instruction),
        ["diagnose 9c"] = ("8302009C", _ => { }, Interception.Instruction),
        ["target of execute"] = ("C60000000004" + "0000" + "83020044", _ => { }, Interception.Instruction),
        ["sie"] = ("B2140000", _ => { }, Interception.Instruction),
        ["rpcit"] = ("B9D30046", _ => { }, Interception.Instruction),
        ["no facility list"] = ("B2B00300", _ => { }, Interception.Instruction),
        ["registers"] = ("A7390007" + "41E00123" + "41F00456" + "83000044", _ => { }, Interception.Instruction),
        ["control registers"] = ("EB551300002F" + "83000044", _ => { }, Interception.Instruction),
        ["load control"] = ("EB551300002F", sd => sd.LoadControl = 0x0400, Interception.Instruction),
        ["supervisor call"] = ("0A17", sd => sd.SvcControl = 0x4017_0000, Interception.Instruction),
        ["storage key"] = ("B2290034", _ => { }, Interception.Instruction),
        ["wait"] = ("B2B21F00", _ => { }, Interception.Wait),
        ["operation"] = ("B2FE1234", sd => sd.InterceptionControl |= 0x8000_0000, Interception.OperationException),
        ["any program"] = ("B2FE1234", sd => sd.InterceptionControl |= 0x2000_0000, Interception.Program),
        ["beyond the limit"] = ("E31000000004" + "5810" + "1000", sd => sd.Cr0 = 0xE0, Interception.Program),
        ["odd branch"] = ("A7390003" + "07F3", _ => { }, Interception.Program),
        ["invalid psw"] = ("B2B21F10", _ => { }, Interception.Program),
        ["invalid psw, interpreted"] = ("B2B21F10", sd => sd.Ecb |= ExecutionControlsB.SpecificationExceptions, Interception.Program),
        ["stop request"] = ("A7F40000", sd => sd.CpuFlags |= SieFlags.StopRequest, Interception.StopRequest),
        ["external request"] = ("AD011F20" + "A7F40000", sd => sd.CpuFlags |= SieFlags.ExternalRequest, Interception.ExternalRequest),
        ["io request"] = ("AD021F20" + "A7F40000", sd => sd.CpuFlags |= SieFlags.IoRequest, Interception.IoRequest),
        ["its timer"] = ("0700" + "A7F40000", sd => (sd.CpuTimer, sd.Cr0, sd.PswMask, sd.Eca)
            = (1UL << 14, 0x4E0, HostLevel.Mask | Psw.External, sd.Eca | ExecutionControlsA.ExternalInterruptions), Interception.Wait),
        ["its timer, not interpreted"] = ("0700" + "A7F40000", sd => (sd.CpuTimer, sd.Cr0, sd.PswMask)
            = (1UL << 14, 0x4E0, HostLevel.Mask | Psw.External), Interception.ExternalInterruption),
        ["move page"] = ("B2540034", _ => { }, Interception.Instruction),
        ["limits"] = ("83020044", sd => sd.MainStorageOrigin = HostLevel.Origin + 0x10_0000, Interception.Validity),
        ["prefix beyond"] = ("83020044", sd => sd.Prefix = 0x10_0000, Interception.Validity),
        ["prefix missing"] = ("83020044", sd => sd.Prefix = (uint)Missing, Interception.Validity),
        ["no z/Architecture"] = ("83020044", sd => sd.CpuFlags = 0, Interception.Validity),
        ["missing page"] = ("A7680002" + "89600010" + "50106008", _ => { }, Interception.None),
        ["protected page"] = ("C06900021000" + "50106008", sd => sd.Cr0 = 0xE0, Interception.None),
        ["missing code"] = ("C0690002" + "0000" + "07F6", _ => { }, Interception.None),
    };

    private static readonly Dictionary<string, ProgramCode> s_hostFaults = new()
    {
        ["missing page"] = ProgramCode.PageTranslation,
        ["protected page"] = ProgramCode.Protection,
        ["missing code"] = ProgramCode.PageTranslation,
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void ComeToTheSame(string name)
    {
        var (guest, change, code) = s_cases[name];
        using var bare = HostLevel.Create(isNested: false);
        using var nested = HostLevel.Create(isNested: true);
        foreach (var level in (HostLevel[])[bare, nested])
        {
            level.Prepare(guest);
            level.Write64(HostLevel.Origin + 0x300, 0x1234);
            level.Write64(HostLevel.Origin + 0xF00, HostLevel.Mask | Psw.Wait);
            level.Write64(HostLevel.Origin + 0xF08, 0xBEEF0);
            level.Write64(HostLevel.Origin + 0xF10, 0x0004_0001_8000_0000);       // a bit that must be zero
            level.Write64(HostLevel.Origin + (ulong)Lowcore.ProgramNewMaskOffset, 0x0004_0001_8000_0000);
            level.Write64(HostLevel.Origin + (ulong)Lowcore.ProgramNewMaskOffset + 8, 0xDEADBEEE);
            level.Write64(HostLevel.Origin + (ulong)Lowcore.ExternalNewMaskOffset, HostLevel.Mask | Psw.Wait);
            level.Write64(HostLevel.Origin + (ulong)Lowcore.ExternalNewMaskOffset + 8, 0xE00);
            level.Describe(change);
            level.Start();
            Assert.Equal(code, (Interception)level.Field(sd => sd.InterceptionCode));
        }
        Assert.Equal(Description(bare), Description(nested));
        Assert.Equal(Registers(bare), Registers(nested));
        Assert.Equal((bare.Interruption, bare.ProgramOld), (nested.Interruption, nested.ProgramOld));
        Assert.Equal(s_hostFaults.GetValueOrDefault(name), nested.Interruption);
        Assert.Equal(bare.Teid, nested.Teid);
        Assert.Equal(bare.Read(HostLevel.Origin, 0x3000), nested.Read(HostLevel.Origin, 0x3000));
    }

    /// <summary>Who found a state description invalid: the machine for its host, or for the host's host, or KVM before it.</summary>
    [Theory]
    [InlineData("limits", 0x2110, 0x0041)]
    [InlineData("prefix beyond", 0x2110, 0x0010)]
    [InlineData("prefix missing", 0x1000, 0x0037)]
    [InlineData("no z/Architecture", 0x1000, 0x0001)]
    public void AValidityInterceptionSaysWhoFoundIt(string name, int ipa, int reason)
    {
        var (guest, change, _) = s_cases[name];
        using var level = HostLevel.Create(isNested: true).Prepare(guest);
        level.Describe(change);
        level.Start();
        Assert.Equal((Interception.Validity, (ushort)ipa, (uint)reason << 16),
            level.Field(sd => ((Interception)sd.InterceptionCode, sd.Ipa, sd.Ipb)));
    }

    /// <summary>Published for the operand of SIE and for a host's missing page (sie.md section 13).</summary>
    [Fact]
    public void AMissingPageIsTheHostsAndTheSameSieGoesOn()
    {
        using var level = HostLevel.Create(isNested: true).Prepare("5010600883020044");
        level[6] = Missing;
        level[1] = 0x1234_5678;
        level.Start();
        Assert.Equal(ProgramCode.PageTranslation, level.Interruption);
        Assert.Equal(HypervisorBench.CodeAddress, level.ProgramOld);
        Assert.Equal(HostLevel.Origin + Missing, level.Teid & ~0xFFFUL);
        Assert.Equal((HostLevel.GuestCode, (byte)0), level.Field(sd => (sd.PswAddress, sd.InterceptionCode)));
        level.Write64(HostLevel.PageTable + (Missing >> 12) * 8, HostLevel.Origin + Missing);
        level.Start();
        Assert.Equal(Interception.Instruction, (Interception)level.Field(sd => sd.InterceptionCode));
        Assert.Equal(0x1234_5678u, (uint)(level.Read64(HostLevel.Origin + Missing + 8) >> 32));
    }

    [Fact]
    public void WhatTheHostHasNoStorageForIsAnAddressingInterception()
    {
        using var level = HostLevel.Create(isNested: true).Prepare("5010600883020044");
        level[6] = Missing;
        level.Write64(HostLevel.PageTable + (Missing >> 12) * 8, 1UL << 40);
        level.Start();
        Assert.Equal((Interception.Program, (ushort)5, (ushort)4, HostLevel.GuestCode + 4),
            level.Field(sd => ((Interception)sd.InterceptionCode, sd.ProgramCode, sd.ProgramIlc, sd.PswAddress)));
    }

    private static byte[] Description(HostLevel level)
    {
        var bytes = level.Read(HostLevel.Block, 0x200);
        // Who found it invalid, and which host's CPU it ran on: nobody's, when KVM did not let it run.
        if (bytes[0x50] == (byte)Interception.Validity) bytes.AsSpan(0x52, 6).Clear();
        return bytes;
    }

    private static ulong[] Registers(HostLevel level) => [.. Enumerable.Range(0, 16).Select(n => level[n])];
}
