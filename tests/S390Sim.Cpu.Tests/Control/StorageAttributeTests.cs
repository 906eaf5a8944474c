using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.Control;

/// <summary>ESSA and PFMF of a guest whose host is a program that lets SIE interpret them (sie.md sections 2.4 and 8.5).</summary>
public sealed unsafe class StorageAttributeTests : IDisposable
{
    private const ulong Block = 0x6_0000, SegmentTable = 0x4_0000, PageTable = 0x5_0000, List = 0x7_0000, Origin = 0x10_0000;
    private const ulong GuestCode = 0x2000, Page = 0x9_0000, Missing = 0xA_0000;
    private const string Extract = "B9AB0036", SetUnused = "B9AB2036", ManageFrame = "B9AF0016", Diagnose = "83020044";
    private const ushort DiagnoseText = 0x8302, ExtractText = 0xB9AB, ManageText = 0xB9AF;

    private readonly CpuBench _bench = new();

    public StorageAttributeTests()
    {
        for (var n = 0; n < 512; n++) _bench.Storage.Write64(SegmentTable + (ulong)n * 8, n == 1 ? PageTable : 0x20);
        for (var n = 0UL; n < 256; n++)
            _bench.Storage.Write64(PageTable + n * 8, n == Missing >> 12 ? 0x400 : Origin + (n << 12));
        var sd = Description;
        sd.CpuFlags = SieFlags.ZArchitecture;
        sd.HostCpu = 0xFFFF;
        sd.MainStorageOrigin = sd.MainStorageLimit = Origin;
        sd.Ecb2 = ExecutionControlsB2.CollaborativeMemory | ExecutionControlsB2.FrameManagement;
        sd.CollaborativeMemory = List;
    }

    private StateDescription Description => new(_bench.Storage.Base + Block);

    public void Dispose() => _bench.Dispose();

    private ulong Status(ulong page) => _bench.Storage.Read64(PageTable + 0x800 + (page >> 12) * 8);

    // As the guest; register 3 gets the state of the page.
    private void Run(string guest, ulong page = Page, ulong asce = SegmentTable)
    {
        _bench.Storage.Write(Origin + GuestCode, Convert.FromHexString(guest + Diagnose));
        var sd = Description;
        (sd.PswMask, sd.PswAddress, sd.Cr0) = (CpuBench.SupervisorMask, GuestCode, 0xE0);
        (_bench.State->Cr[1], _bench.State->Gr[2], _bench.State->Gr[3], _bench.State->Gr[6]) = (asce, Block, ulong.MaxValue, page);
        _bench.Run(Convert.FromHexString("B21420000000"), 100);
    }

    private void AssertIntercepted(ushort text) => Assert.Equal(((byte)4, text), (Description.InterceptionCode, Description.Ipa));

    [Fact]
    public void APageWithAFrame()
    {
        Run(SetUnused + Extract);
        AssertIntercepted(DiagnoseText);
        Assert.Equal((4UL, 0x0100_0000UL, List), (_bench.State->Gr[3], Status(Page), Description.CollaborativeMemory));
    }

    [Fact]
    public void APageWithoutOneIsListed()
    {
        Run(SetUnused + Extract, Missing + 0x123);
        AssertIntercepted(DiagnoseText);
        Assert.Equal((7UL, 0x8100_0000UL, List + 8), (_bench.State->Gr[3], Status(Missing), Description.CollaborativeMemory));
        Assert.Equal((Missing, 0UL), (_bench.Storage.Read64(List), _bench.Storage.Read64(List + 8)));
    }

    /// <summary>The 512th place is the host's; a list outside storage has none at all.</summary>
    [Theory]
    [InlineData(List + 510 * 8, true)]
    [InlineData(List + 511 * 8, false)]
    [InlineData(List + 0xFFF, false)]
    [InlineData(0x40_0000UL, false)]
    [InlineData(ulong.MaxValue << 12, false)]
    public void WhatHasRoom(ulong designation, bool hasRoom)
    {
        var sd = Description;
        sd.CollaborativeMemory = designation;
        Run(SetUnused, Missing);
        AssertIntercepted(hasRoom ? DiagnoseText : ExtractText);
        Assert.Equal((hasRoom ? 0x8100_0000UL : 0, hasRoom ? designation + 8 : designation), (Status(Missing), sd.CollaborativeMemory));
        Assert.Equal(hasRoom ? 2 : ulong.MaxValue, _bench.State->Gr[3]);
    }

    [Theory]
    [InlineData(ExecutionControlsB2.CollaborativeMemory, Extract, ExtractText)]
    [InlineData(ExecutionControlsB2.FrameManagement, ManageFrame, ManageText)]
    public void WithoutTheControlTheHostIsAsked(byte control, string guest, int text)
    {
        var sd = Description;
        sd.Ecb2 &= (byte)~control;
        Run(guest);
        AssertIntercepted((ushort)text);
        Assert.Equal(GuestCode + 4, sd.PswAddress);
    }

    /// <summary>Without PGSTEs there is nothing to interpret; without room for them it is the host's mistake.</summary>
    [Fact]
    public void PagesWithoutStatus()
    {
        var sd = Description;
        sd.Ecb2 |= ExecutionControlsB2.BypassStatus;
        Run(Extract);
        AssertIntercepted(ExtractText);
        sd.Ecb2 &= unchecked((byte)~ExecutionControlsB2.BypassStatus);
        _bench.State->Cr[0] |= 1UL << 23;
        _bench.Storage.Write64(SegmentTable + 8, Origin | 0x400);
        sd.HostCpu = 0xFFFF;
        Run(Extract);
        AssertIntercepted(ExtractText);
        var table = _bench.Storage.Size - 0x800;
        for (var n = 0UL; n < 256; n++) _bench.Storage.Write64(table + n * 8, Origin + (n << 12));
        _bench.Storage.Write64(SegmentTable + 8, table);
        sd.HostCpu = 0xFFFF;
        Run(Extract);
        Assert.Equal(((byte)0x20, 0x003A_0000U), (sd.InterceptionCode, sd.Ipb));
    }

    /// <summary>A segment that the host does not map is its fault, as with any access; behind the guest's storage is the guest's.</summary>
    [Fact]
    public void PagesThatAreNotThere()
    {
        var sd = Description;
        sd.MainStorageLimit = Origin + 0x10_0000;
        Run(Extract, 0x10_0000);
        Assert.Equal((ProgramCode.SegmentTranslation, GuestCode), (_bench.Interruption, sd.PswAddress));
        Run(Extract, 0x20_0000);
        Assert.Equal(((byte)8, (ushort)ProgramCode.Addressing), (sd.InterceptionCode, sd.ProgramCode));
    }

    [Fact]
    public void OnTheBareMachineThereIsNone()
    {
        _bench.Run(Convert.FromHexString(Extract));
        Assert.Equal(ProgramCode.Operation, _bench.Interruption);
    }

    /// <summary>PFMF: interpreted, but for the key of a page without a frame.</summary>
    [Fact]
    public void FramesAreManaged()
    {
        _bench.Storage.Write64(Origin + Page + 8, ulong.MaxValue);
        _bench.State->Gr[1] = 0x3_0000 | 0xA4;
        Run(ManageFrame);
        AssertIntercepted(DiagnoseText);
        Assert.Equal((0UL, 0xA0), (_bench.Storage.Read64(Origin + Page + 8), (int)_bench.Storage.Key(Origin + Page)));
        Assert.Equal(0xA004_8000_0000_0000, Status(Page));
        _bench.State->Gr[1] = 0x2_0000 | 0xA4;
        Run(ManageFrame, Missing);
        AssertIntercepted(ManageText);
        _bench.State->Gr[1] = 0x1_0000;
        Run(ManageFrame, Missing);
        Assert.Equal((ProgramCode.PageTranslation, GuestCode, 0UL), (_bench.Interruption, Description.PswAddress, Status(Missing)));
    }
}
