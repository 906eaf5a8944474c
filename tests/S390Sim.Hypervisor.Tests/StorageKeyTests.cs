using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// A guest's storage keys, interpreted by SIE and handled by its host: what the frame's own key and the PGSTE make together
/// (sie.md section 6.5).
/// </summary>
public sealed class StorageKeyTests
{
    private const ulong Page = 0x9_0000, Other = 0xA_0000, Untouched = 0xB_0000, Data = 0x2000;
    private const byte MaskReference = 4, MaskChange = 2, MultipleBlocks = 1;

    private static HypervisorBench Make(bool isInterpreted, string design = "lent", ulong? frames = null)
    {
        var bench = new HypervisorBench(new(design) { InterpretsStorageKeys = isInterpreted, FrameLimit = frames });
        if (isInterpreted) Assert.NotEqual(0U, bench.Cpu.Block.CpuFlags & SieFlags.KeylessSubset);
        StorageKeyHandlers.Enable(bench.Cpu);
        return bench;
    }

    private static ulong Frame(HypervisorBench bench, ulong page)
    {
        Assert.True(bench.Memory.TryResolveStore(page, out var frame));
        return frame;
    }

    private static ulong Status(HypervisorBench bench, ulong page) => bench.Memory.Map.Status(page);

    private static void Set(HypervisorBench bench, ulong page, byte key)
    {
        bench.Cpu.SetGr(2, key);
        bench.Cpu.SetGr(6, page);
        bench.Execute(Op.SSKE, new() { R1 = 2, R2 = 6 });
    }

    private static byte Insert(HypervisorBench bench, ulong page)
    {
        bench.Cpu.SetGr(9, 0xFFFF_FFFF_FFFF_FFFF);
        bench.Cpu.SetGr(6, page);
        bench.Execute(Op.ISKE, new() { R1 = 9, R2 = 6 });
        Assert.Equal(0xFFFF_FFFF_FFFF_FF00, bench.Cpu.GetGr(9) & ~0xFFUL);
        return (byte)bench.Cpu.GetGr(9);
    }

    private static int Reset(HypervisorBench bench, ulong page)
    {
        bench.Cpu.SetGr(6, page);
        bench.Execute(HypervisorBench.Code((Op.RRBE, new() { R1 = 2, R2 = 6 }), (Op.IPM, new() { R1 = 9 })));
        return (int)(bench.Cpu.GetGr(9) >> 28) & 3;
    }

    /// <summary>SSKE: the guest's R and C go into the PGSTE, the frame's own into the host's view; the frame's are zero.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SettingSplitsTheKey(bool isInterpreted)
    {
        using var bench = Make(isInterpreted);
        var frame = Frame(bench, Page);
        bench.Storage.SetKey(frame, 0x26);
        Set(bench, Page, 0xB4);
        Assert.Equal(0xB0, bench.Storage.Key(frame));
        Assert.Equal(0xB000_0000_0000_0000 | PageStatus.HostReference | PageStatus.HostChange | PageStatus.GuestReference
            | PageStatus.UserDirty, Status(bench, Page));
        Assert.Equal(0xB4, Insert(bench, Page));
        Assert.Equal(isInterpreted ? 0UL : 2, bench.Cpu.Exits[Interception.Instruction]);
    }

    /// <summary>What the guest's accesses, or a device's, do to the frame's key is in the guest's, too.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AccessesJoinWhatWasSet(bool isInterpreted)
    {
        using var bench = Make(isInterpreted);
        Frame(bench, Page);
        Set(bench, Page, 0x02);
        Assert.Equal(0x02, Insert(bench, Page));
        bench.Cpu.SetGr(5, Page);
        bench.Execute(Op.L, new() { R1 = 3, B2 = 5 });
        Assert.Equal(0x06, Insert(bench, Page));
        Assert.Equal(0x04, bench.Storage.Key(Frame(bench, Page)));
        Assert.Equal((3, 1, 1), (Reset(bench, Page), Reset(bench, Page), Insert(bench, Page) >> 1));
        bench.Execute(Op.ST, new() { R1 = 3, B2 = 5 });
        Assert.Equal((3, 1), (Reset(bench, Page), Reset(bench, Page)));
        Assert.Equal(isInterpreted, bench.Cpu.Exits[Interception.Instruction] == 0);
    }

    /// <summary>RRBE: the frame's reference bit goes to the host's view, where the guest cannot reset it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ResettingKeepsTheHostsView(bool isInterpreted)
    {
        using var bench = Make(isInterpreted);
        var frame = Frame(bench, Page);
        Set(bench, Page, 0x50);
        bench.Storage.SetKey(frame, 0x54);
        Assert.Equal(2, Reset(bench, Page));
        Assert.Equal((0x50, PageStatus.HostReference), ((int)bench.Storage.Key(frame), Status(bench, Page) & PageStatus.HostReference));
        Assert.Equal(0, Reset(bench, Page));
        Assert.Equal(0x50, Insert(bench, Page));
    }

    /// <summary>A page without a frame has a key all the same; nobody provides the frame for it. SIE leaves that to the host.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PagesWithoutAFrameHaveKeys(bool isInterpreted)
    {
        using var bench = Make(isInterpreted);
        Set(bench, Untouched, 0xC6);
        Assert.Equal(0xC6, Insert(bench, Untouched));
        Assert.Equal((3, 1), (Reset(bench, Untouched), Reset(bench, Untouched)));
        Assert.Equal(4UL, bench.Cpu.Exits[Interception.Instruction]);
        Assert.False(bench.Memory.Map.TryTranslate(Untouched, out _));
        Assert.Equal(0xC2, bench.Storage.Key(Frame(bench, Untouched)));
        Assert.Equal(0xC2, Insert(bench, Untouched));
        Assert.Equal(isInterpreted ? 4UL : 5, bench.Cpu.Exits[Interception.Instruction]);
    }

    /// <summary>Paged out and in again, the key is what it was, and so is what the host had seen.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeysOutliveTheirFrames(bool isInterpreted)
    {
        const int Pages = 200;
        using var bench = Make(isInterpreted, frames: GuestMemory.MinimumFrames);
        for (var n = 0; n < Pages; n++)
        {
            bench.Write64(Address(n), (ulong)n + 1);
            Set(bench, Address(n), Key(n));
        }
        Assert.True(bench.Memory.Paged.Out > Pages - GuestMemory.MinimumFrames);
        for (var n = 0; n < Pages; n++)
        {
            Assert.Equal(Key(n), Insert(bench, Address(n)));
            if (n % 3 == 0) Assert.Equal(Key(n) >> 1 & 3, Reset(bench, Address(n)));
        }
        for (var n = 0; n < Pages; n++)
        {
            Assert.Equal((ulong)n + 1, bench.Read64(Address(n)));
            Assert.Equal(n % 3 == 0 ? Key(n) & ~4 : Key(n), Insert(bench, Address(n)));
        }

        static ulong Address(int n) => 0x10_0000 + (ulong)n * 0x1000;
        static byte Key(int n) => (byte)(n * 2 & 0xFE);
    }

    /// <summary>Fetches and stores are checked by the key that the guest set, whether or not the page had a frame then.</summary>
    [Theory]
    [InlineData(Page, true)]
    [InlineData(Untouched, true)]
    [InlineData(Untouched, false)]
    public void KeysProtect(ulong page, bool isInterpreted)
    {
        using var bench = Make(isInterpreted);
        if (page == Page) Frame(bench, page);
        Set(bench, page, 0x38);
        bench.Cpu.SetGr(5, page);
        bench.Execute(Op.L, new() { R1 = 3, B2 = 5 }, HypervisorBench.SupervisorMask | 4UL << 52);
        Assert.Equal(ProgramCode.Protection, bench.Interruption);
        bench.Execute(Op.ST, new() { R1 = 3, B2 = 5 }, HypervisorBench.SupervisorMask | 3UL << 52);
        Assert.Equal(ProgramCode.None, bench.Interruption);
        Assert.Equal(0x3E, Insert(bench, page));
    }

    /// <summary>The conditional options compare with, and give, the key as the guest sees it.</summary>
    [Theory]
    [InlineData(true, true, 0x44, MaskReference, 0, 0x44)]
    [InlineData(true, true, 0x42, MaskReference, 1, 0x42)]
    [InlineData(true, false, 0x42, MaskReference | MaskChange, 0, 0x44)]
    [InlineData(false, true, 0x54, MaskReference | MaskChange, 1, 0x54)]
    [InlineData(false, false, 0x40, MaskChange, 1, 0x40)]
    public void ConditionalSetting(bool isInterpreted, bool hasFrame, int key, byte mask, int code, int after)
    {
        using var bench = Make(isInterpreted);
        if (hasFrame) Frame(bench, Page);
        Set(bench, Page, 0x44);
        bench.Cpu.SetGr(2, (ulong)key);
        bench.Cpu.SetGr(6, Page);
        bench.Execute(HypervisorBench.Code((Op.SSKE, new() { R1 = 2, R2 = 6, M3 = mask }), (Op.IPM, new() { R1 = 9 })));
        Assert.Equal((0x44, code), ((int)bench.Cpu.GetGr(2) >> 8 & 0xFF, (int)(bench.Cpu.GetGr(9) >> 28) & 3));
        Assert.Equal(after, Insert(bench, Page));
    }

    /// <summary>A block of 256 pages, some of them without a frame: SIE does what it can, the host the rest.</summary>
    [Theory]
    [InlineData(true, Op.SSKE)]
    [InlineData(false, Op.SSKE)]
    [InlineData(true, Op.PFMF)]
    [InlineData(false, Op.PFMF)]
    public void ManyAtATime(bool isInterpreted, Op op)
    {
        const ulong First = 0x10_0000 + 3 * 0x1000;
        using var bench = Make(isInterpreted);
        for (var n = 0; n < 256; n += 5) Frame(bench, 0x10_0000 + (ulong)n * 0x1000);
        bench.Cpu.SetGr(2, op == Op.SSKE ? 0x76U : 0x2_0000 | 0x1000 | 0x76);
        bench.Cpu.SetGr(6, First);
        bench.Execute(op, new() { R1 = 2, R2 = 6, M3 = MultipleBlocks });
        Assert.Equal(0x20_0000UL, bench.Cpu.GetGr(6));
        for (var n = 0; n < 256; n++) Assert.Equal(n < 3 ? 0 : 0x76, PageKey(bench, 0x10_0000 + (ulong)n * 0x1000));
        Assert.False(bench.Memory.Map.TryTranslate(0x10_0000 + 0x4000, out _));
    }

    private static int PageKey(HypervisorBench bench, ulong page) => bench.Memory.Map.TryTranslate(page, out var frame)
        ? bench.Storage.Key(frame) | PageStatus.StatusOf(Status(bench, page)) : PageStatus.KeyOf(Status(bench, page));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ReferenceBitsOf64Blocks(bool isInterpreted)
    {
        const ulong Block = 0x8_0000;
        using var bench = Make(isInterpreted);
        var expected = 0UL;
        for (var n = 0; n < 64; n++)
        {
            if (n % 4 == 0) Frame(bench, Block + (ulong)n * 0x1000);
            if (n % 3 != 0) continue;
            Set(bench, Block + (ulong)n * 0x1000, 0x14);
            expected |= 1UL << (63 - n);
        }
        bench.Cpu.SetGr(6, Block + 0x5000);
        bench.Execute(HypervisorBench.Code((Op.RRBM, new() { R1 = 3, R2 = 6 }), (Op.RRBM, new() { R1 = 4, R2 = 6 })));
        Assert.Equal((expected, 0UL), (bench.Cpu.GetGr(3), bench.Cpu.GetGr(4)));
        Assert.Equal(0x10, Insert(bench, Block + 0x3000));
    }

    /// <summary>Real addresses are prefixed; below the prefix lies absolute page zero.</summary>
    [Fact]
    public void PrefixingApplies()
    {
        using var bench = Make(true);
        var block = bench.Cpu.Block;
        block.Prefix = 0x6000;
        for (ulong at = 0; at < 0x1000; at += 8) bench.Write64(0x6000 + at, bench.Read64(at));
        Frame(bench, 0);
        Set(bench, 0, 0xA0);
        Set(bench, 0x6000, 0xB0);
        Assert.Equal((0xA0, 0xB0), (PageKey(bench, 0x6000) & 0xF0, PageKey(bench, 0) & 0xF0));
    }

    [Fact]
    public void BeyondStorageIsAnAddressingException()
    {
        using var bench = Make(true);
        Set(bench, 0x4000_0000, 0x10);
        Assert.Equal(ProgramCode.Addressing, bench.Interruption);
        Assert.Equal(HypervisorBench.CodeAddress + 4, bench.ProgramOld.Address);
    }

    /// <summary>A changed key is a change of the page: the dirty log has it, whoever changed it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ChangedKeysAreDirt(bool isInterpreted)
    {
        using var bench = Make(isInterpreted);
        var log = new ulong[MemorySlot.LogWords(bench.Memory.Size)];
        Frame(bench, Page);
        Frame(bench, Other);
        Set(bench, Other, 0x04);
        bench.Memory.SetSlot(0, 0, bench.Memory.Size, SlotFlags.DirtyLog);
        Set(bench, Page, 0x10);
        Set(bench, Untouched, 0x10);
        Reset(bench, Other);
        Insert(bench, 0xC_0000);
        Fetch();
        Assert.Equal(1UL << 0x10 | 1UL << 0x20 | 1UL << 0x30, log[2] & ~0xFUL);
        Set(bench, Page, 0x10);
        Set(bench, Untouched, 0x12);
        Fetch();
        Assert.Equal(1UL << 0x30, log[2] & ~0xFUL);

        void Fetch() => Assert.Equal(SlotStatus.Ok, bench.Memory.GetDirtyLog(0, log));
    }

    /// <summary>While somebody holds the lock of a PGSTE, the guest tries again and again.</summary>
    [Fact]
    public void ALockedEntryIsWaitedFor()
    {
        using var bench = Make(true);
        var frame = Frame(bench, Page);
        bench.Memory.Map.SetStatus(Page, PageStatus.Lock);
        bench.Cpu.SetGr(2, 0x20);
        bench.Cpu.SetGr(6, Page);
        Assert.Equal(StopReason.InstructionLimit, bench.Execute(Op.SSKE, new() { R1 = 2, R2 = 6 }));
        Assert.Equal((HypervisorBench.CodeAddress, PageStatus.Lock, 0UL),
            (bench.Cpu.Psw.Address, Status(bench, Page), bench.Cpu.Exits[Interception.Instruction]));
        bench.Memory.Map.SetStatus(Page, 0);
        bench.Cpu.Run(bench.Machine.InstructionCount + 1000);
        Assert.Equal((HypervisorBench.EndAddress, 0x20), (bench.Cpu.Psw.Address, (int)bench.Storage.Key(frame)));
    }

    /// <summary>ECB2.RCPBY: the frame's own key, and no PGSTE.</summary>
    [Fact]
    public void BypassedEntriesStayAsTheyAre()
    {
        using var bench = Make(true);
        var frame = Frame(bench, Page);
        var block = bench.Cpu.Block;
        block.Ecb2 |= ExecutionControlsB2.BypassStatus;
        bench.Memory.Map.SetStatus(Page, PageStatus.GuestChange);
        Set(bench, Page, 0x74);
        Assert.Equal((0x74, 0x74, PageStatus.GuestChange), (Insert(bench, Page), (int)bench.Storage.Key(frame), Status(bench, Page)));
    }

    /// <summary>A deleted slot takes its keys along.</summary>
    [Fact]
    public void ANewSlotHasNoKeys()
    {
        using var bench = Make(true);
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0x4000_0000, 0x10_0000));
        Set(bench, 0x4000_0000, 0x70);
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0, 0));
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0x4000_0000, 0x10_0000));
        Assert.Equal(0, Insert(bench, 0x4000_0000));
    }

    /// <summary>IVSK tells access control and fetch protection alone, of a page that it may have to provide.</summary>
    [Theory]
    [InlineData(Page)]
    [InlineData(Untouched)]
    public void InsertVirtualStorageKey(ulong page)
    {
        using var bench = Make(true);
        Set(bench, page, 0x5E);
        bench.Cpu.SetCr(1, 0x20);       // real space
        bench.Cpu.SetGr(5, page);
        bench.Cpu.SetGr(3, 0);
        bench.Execute(Op.IVSK, new() { R1 = 3, R2 = 5 }, HypervisorBench.SupervisorMask | Psw.Dat);
        Assert.Equal(0x58UL, bench.Cpu.GetGr(3));
    }

    /// <summary>PFMF clears and sets in one; a page without a frame gets one for that.</summary>
    [Theory]
    [InlineData(true, Page)]
    [InlineData(true, Untouched)]
    [InlineData(false, Untouched)]
    public void ClearingAndSetting(bool isInterpreted, ulong page)
    {
        using var bench = Make(isInterpreted);
        if (page == Page) bench.Write64(page + Data % 0x1000, ulong.MaxValue);
        bench.Cpu.SetGr(2, 0x3_0000 | 0x64);
        bench.Cpu.SetGr(6, page);
        bench.Execute(Op.PFMF, new() { R1 = 2, R2 = 6 });
        Assert.Equal((0UL, page), (bench.Read64(page), bench.Cpu.GetGr(6)));
        Assert.Equal(0x64, Insert(bench, page));
    }
}
