namespace S390Sim.Pci.Tests;

public sealed partial class MatrixTests
{
    private const int ConfigSpace = 15;

    // PCI LOAD and PCI STORE.
    private static void LoadStore()
    {
        Row("LS01 problem state", "PGM 0002", b => b.InProblemState().Load(0, 4, 0));
        Row("LS01 problem state, store", "PGM 0002", b => b.InProblemState().Store(0, 4, 0, 0));
        Row("LS02 R2 odd", "PGM 0006", b => b.Run(9, (c, p) => PciInstructions.Pcilg(c, p, 3, 9)));
        Row("LS02 R2 odd, store", "PGM 0006", b => b.Run(9, (c, p) => PciInstructions.Pcistg(c, p, 3, 9)));
        Row("LS03 both", "PGM 0002", b => b.InProblemState().Run(9, (c, p) => PciInstructions.Pcilg(c, p, 3, 9)));
        Row("LS04 disabled form", "cc3", b => b.Load(0, 4, 0, b.Handle & ~0x8000_0000));
        Row("LS05 unknown index", "cc3", b => b.Load(0, 4, 0, b.Handle + 1));
        Row("LS06 other simulation bits", "cc3", b => b.Load(0, 4, 0, b.Handle ^ 0x0001_0000));
        Row("LS06 other instance", "cc3", b => b.Load(0, 4, 0, b.Handle ^ 0x0100_0000));
        Row("LS07 stale handle", "cc3", b =>
        {
            var old = b.Handle;
            b.Function.Disable();
            b.Function.Enable();
            return b.Load(0, 4, 0, old);
        });
        Row("LS08 error", "cc1 st12", b => b.Failed().Load(0, 4, 0));
        Row("LS08 error, store", "cc1 st12", b => b.Failed().Store(0, 4, 0, 0));
        Row("LS09 permanent error", "cc1 st12", b => b.FailedForGood().Load(0, 4, 0));
        Row("LS10 blocked", "cc0", b => b.Failed().Unblocked().Load(0, 4, 0));
        Row("LS11 space 6", "cc1 st20", b => b.Load(6, 0, 0));
        Row("LS11 space 14", "cc1 st20", b => b.Load(14, 0, 0));
        Row("LS12 space 1F is 15", "cc0", b => b.Load(0x1F, 4, 0));
        Row("LS13 length 0", "PGM 0015", b => b.Load(0, 0, 0));
        Row("LS14 8 at 4", "PGM 0015", b => b.Load(0, 8, 4));
        Row("LS15 4 at 6", "PGM 0015", b => b.Load(0, 4, 6));
        Row("LS16 length 9", "PGM 0015", b => b.Load(0, 9, 0));
        Row("LS16 length 15", "PGM 0015", b => b.Load(0, 15, 0));
        Row("LS17 length 3 is 3 bytes", "cc0 112233", b =>
        {
            b.Memory(0x11, 0x22, 0x33, 0x44);
            return $"{b.Load(0, 3, 0)} {b.Context[3]:X}";
        });
        Row("LS18 beyond the BAR", "PGM 0015", b => b.Load(2, 4, 32));
        Row("LS19 absent BAR", "cc1 st20", b => b.Load(1, 4, 0));
        Row("LS20 configuration, 4 at 2", "PGM 0015", b => b.Load(ConfigSpace, 4, 2));
        Row("LS21 configuration, 3", "PGM 0015", b => b.Load(ConfigSpace, 3, 0));
        Row("LS22 configuration, 8", "PGM 0015", b => b.Load(ConfigSpace, 8, 0));
        Row("LS23 vendor", "cc0 F41A", b => $"{b.Load(ConfigSpace, 2, 0)} {b.Context[3]:X}");
        Row("LS24 header type", "cc0 0", b =>
        {
            b.Context[3] = ulong.MaxValue;
            return $"{b.Load(ConfigSpace, 1, 0xE)} {b.Context[3]:X}";
        });
        Row("LS25 zero-extended", "cc0 80", b =>
        {
            b.Memory(0x80);
            b.Context[3] = ulong.MaxValue;
            return $"{b.Load(0, 1, 0)} {b.Context[3]:X}";
        });
        Row("LS26 rightmost bytes are stored", "cc0 77880000", b =>
            $"{b.Store(0, 2, 0, 0x1122_3344_5566_7788)} {Convert.ToHexString(b.Device.Memory.Bytes, 0, 4)}");
        Row("LS27 status byte only", "cc1 st20 8002000014060004", b => $"{b.Load(6, 4, 0)} {b.Context[8]:X16}");
        Row("LS28 R2 = 14", "cc0 4110", b =>
        {
            (b.Context[14], b.Context[15]) = (((ulong)b.Handle << 32) | 0xF_0002, 2);
            return $"{b.Run(14, (c, p) => PciInstructions.Pcilg(c, p, 3, 14))} {b.Context[3]:X}";
        });
        Row("LS29 configuration beyond the end", "cc0 FF", b => $"{b.Load(ConfigSpace, 1, 0x1000)} {b.Context[3]:X}");
        Row("LS29 the same, 4 bytes", "cc0 FFFFFFFF", b => $"{b.Load(ConfigSpace, 4, 0x1_0000_0000)} {b.Context[3]:X}");
        Row("LS29 store beyond the end", "cc0", b => b.Store(ConfigSpace, 4, 0x100, 1));
        Row("LS30 disabled meanwhile", "cc3", b =>
        {
            var old = b.Handle;
            b.Function.Disable();
            return b.Load(0, 4, 0, old);
        });
    }

    // PCI STORE BLOCK.
    private static void StoreBlock()
    {
        Row("SB01 problem state", "PGM 0002", b => b.InProblemState().StoreBlock(0, 16, 0));
        Row("SB02 disabled form", "cc3", b => b.StoreBlock(0, 16, 0, handle: 0x0002_0000));
        Row("SB02 unknown", "cc3", b => b.StoreBlock(0, 16, 0, handle: b.Handle + 1));
        Row("SB03 error", "cc1 st12", b => b.Failed().StoreBlock(0, 16, 0));
        Row("SB04 configuration space", "cc1 st20", b => b.StoreBlock(15, 16, 0));
        Row("SB05 offset misaligned", "PGM 0006", b => b.StoreBlock(0, 16, 4));
        Row("SB06 length 8", "PGM 0006", b => b.StoreBlock(0, 8, 0));
        Row("SB07 length 12", "PGM 0006", b => b.StoreBlock(0, 12, 0));
        Row("SB08 length 136", "PGM 0006", b => b.StoreBlock(0, 136, 0));
        Row("SB09 across 4 KB", "PGM 0006", b => b.StoreBlock(0, 128, 0xFC0));
        Row("SB10 up to 4 KB", "cc0", b => b.StoreBlock(0, 128, 0xF80));
        Row("SB11 source misaligned", "PGM 0006", b => b.StoreBlock(0, 16, 0, PciBench.Block + 4));
        Row("SB12 source invalid", "PGM 0011", b =>
        {
            b.Context.InvalidPage = PciBench.Block;
            return b.StoreBlock(0, 16, 0);
        });
        Row("SB13 tail beyond the BAR", "PGM 0015", b => b.StoreBlock(2, 40, 0));
        Row("SB14 misaligned in a bad space", "cc1 st20", b => b.StoreBlock(6, 16, 4));
        Row("SB14 absent BAR", "cc1 st20", b => b.StoreBlock(3, 16, 4));
        Row("SB15 R3 odd", "cc0", b => b.StoreBlock(0, 16, 0));
        Row("SB16 bytes ascending", "cc0 000102030405060708090A0B0C0D0E0F", b =>
        {
            b.Storage.Write(PciBench.Block, [.. Enumerable.Range(0, 16).Select(n => (byte)n)]);
            return $"{b.StoreBlock(0, 16, 8)} {Convert.ToHexString(b.Device.Memory.Bytes, 8, 16)}";
        });
    }
}
