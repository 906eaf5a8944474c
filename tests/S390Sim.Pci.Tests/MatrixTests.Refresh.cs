namespace S390Sim.Pci.Tests;

public sealed partial class MatrixTests
{
    private const ulong RegionEntry = PciBench.Region + 16;

    // REFRESH PCI TRANSLATIONS and DMA.
    private static void Refresh()
    {
        Row("RT01 problem state", "PGM 0002", b => b.InProblemState().Refresh(0, 0));
        Row("RT02 R2 odd", "PGM 0006", b => b.Run(1, (c, p) => PciInstructions.Rpcit(c, p, 1, 3)));
        Row("RT03 unknown", "cc3", b => b.Refresh(PciBench.Sdma, 4096, b.Handle + 1));
        Row("RT03 disabled", "cc3", b => b.Disabled().Refresh(PciBench.Sdma, 4096));
        Row("RT04 error", "cc1 st40 Error 7", b => b.Translating().Failed().Effect(b.Refresh(PciBench.Sdma, 4096)));
        Row("RT05 nothing registered", "cc1 st8 Error 1", b => b.Effect(b.Refresh(PciBench.Sdma, 4096)));
        Row("RT06 above PAL", "cc1 st8 Error 2", b => b.Registered(PciBench.Pal + 1, 4096));
        Row("RT07 below PBA", "cc1 st8 Error 2", b => b.Registered(PciBench.Sdma - 0x2000, 4096));
        Row("RT08 ends at PBA", "cc0 Enabled -", b => b.Registered(PciBench.Sdma - 4096, 4096));
        Row("RT09 partly outside", "cc0 Enabled -", b => b.Registered(PciBench.Sdma - 4096, 0x3000));
        Row("RT09 end overflows", "cc0 Enabled -", b => b.Registered(PciBench.Sdma, ulong.MaxValue));
        Row("RT10 nothing", "cc0 Enabled -", b => b.Registered(PciBench.Sdma, 0));
        Row("RT11 unaligned start", "cc0 Enabled -", b => b.Registered(PciBench.Sdma + 0x123, 4096));
        Row("RT12 region invalid", "cc0 Enabled -", b => b.With(RegionEntry, PciBench.Segment | 0x27).Registered(PciBench.Sdma, 4096));
        Row("RT13 region entry zero", "cc1 st8 Error 8", b => b.With(RegionEntry, 0).Registered(PciBench.Sdma, 4096));
        Row("RT14 region length", "cc1 st8 Error 8", b => b.With(RegionEntry, PciBench.Segment | 6).Registered(PciBench.Sdma, 4096));
        Row("RT15 region offset", "cc1 st8 Error 8", b => b.With(RegionEntry, PciBench.Segment | 0x47).Registered(PciBench.Sdma, 4096));
        Row("RT16 region type", "cc1 st8 Error 9", b => b.With(RegionEntry, PciBench.Segment | 0xB).Registered(PciBench.Sdma, 4096));
        Row("RT17 segment type", "cc1 st8 Error 9", b => b.With(PciBench.Segment, PciBench.Page | 4).Registered(PciBench.Sdma, 4096));
        Row("RT18 page 0", "cc0 Enabled - done Enabled -", b =>
        {
            b.Storage.Write64(PciBench.Page, 0);
            return $"{b.Registered(PciBench.Sdma, 4096)} {b.Dma(PciBench.Sdma + 0x800)}";
        });
        Row("RT19 mapped", "done Enabled - done Enabled -", b =>
        {
            b.RegisterTranslation();
            return $"{b.Dma(PciBench.Sdma)} {b.Dma(PciBench.Sdma, write: false)}";
        });
        Row("RT20 protected, store", "refused Error 5", b => b.Translating().Dma(PciBench.Sdma + 0x1000));
        Row("RT21 protected, read", "done Enabled -", b => b.Translating().Dma(PciBench.Sdma + 0x1000, write: false));
        Row("RT22 unmapped, not refreshed", "done Enabled - cc0 refused Error 7", b =>
        {
            b.RegisterTranslation();
            b.Dma(PciBench.Sdma);
            b.Storage.Write64(PciBench.Page, 0x400);
            return $"{b.Dma(PciBench.Sdma)} {b.Refresh(PciBench.Sdma, 4096)} {b.Dma(PciBench.Sdma)}";
        });
        Row("RT23 mapped, not refreshed", "done Enabled -",
            b => b.Translating().With(PciBench.Page + 16, PciBench.Frame).Dma(PciBench.Sdma + 0x2000));
        Row("RT24 below PBA", "refused Error 2", b => b.Translating().Dma(PciBench.Sdma - 8));
        Row("RT24 above PAL", "refused Error 2", b => b.Translating().Dma(PciBench.Pal + 1));
        Row("RT25 nothing registered", "refused Error 1", b => b.Dma(PciBench.Sdma));
        Row("RT26 1 MB frame", "cc0 Enabled - done Enabled -", b =>
        {
            b.Storage.Write64(PciBench.Segment, 0x400);
            return $"{b.Registered(PciBench.Sdma, 4096)} {b.Dma(PciBench.Sdma + 0x5_0000)}";
        });
        Row("RT27 no resources", "cc1 st16", b => b.Refused(RefreshOutcome.Insufficient));
        Row("RT27 busy", "cc2", b => b.Refused(RefreshOutcome.Busy));
        Row("RT28 segment protected", "refused Error 5",
            b => b.Translating().With(PciBench.Segment, PciBench.Page | 0x200).Dma(PciBench.Sdma));
        Row("RT29 alias", "done Enabled -", b =>
        {
            b.RegisterTranslation(pal: 0x01FF_FFFF_FFFF_FFFF);
            return b.Dma(PciBench.Sdma | (3UL << 42));
        });
        Row("RT30 blocked", "refused Blocked 7", b => b.Translating().Failed().Unblocked().Dma(PciBench.Sdma));
        Row("RT31 across pages", "done Enabled - 01020304 05060708", b =>
        {
            b.RegisterTranslation();
            b.Storage.Write64(PciBench.Page + 8, 0x40000);
            var outcome = b.Dma(PciBench.Sdma + 0xFFC);
            return $"{outcome} {b.Read64(PciBench.Frame + 0xFF8) & 0xFFFF_FFFF:X8} {b.Read64(0x40000) >> 32:X8}";
        });
        Row("RT32 messages are not translated", "True Enabled", b =>
        {
            b.RegisterInterruptions();
            return $"{b.Message(1)} {b.Function.State}";
        });
    }
}
