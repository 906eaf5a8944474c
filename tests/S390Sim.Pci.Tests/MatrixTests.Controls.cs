namespace S390Sim.Pci.Tests;

public sealed partial class MatrixTests
{
    // MODIFY PCI FUNCTION CONTROLS.
    private static void ModifyControls()
    {
        Row("MF01 problem state", "PGM 0002", b => b.InProblemState().Modify(7));
        Row("MF02 misaligned", "PGM 0006", b => b.Modify(7, handle: 0x1234, at: PciBench.Fib + 4));
        Row("MF03 unknown", "cc3", b => b.Modify(7, handle: b.Handle + 1));
        Row("MF04 disabled", "cc3", b => b.Disabled().Modify(7));
        Row("MF05 invalid page, unknown handle", "cc3", b =>
        {
            b.Context.InvalidPage = PciBench.Fib;
            return b.Modify(7, handle: b.Handle + 1);
        });
        Row("MF06 invalid page", "PGM 0011", b =>
        {
            b.Context.InvalidPage = PciBench.Fib;
            return b.Modify(7);
        });
        Row("MF07 format 1", "PGM 0015", b => b.Modify(7, fib => fib.Format = 1));
        Row("MF08 operation 0", "PGM 0015", b => b.Modify(0));
        Row("MF08 operation 1", "PGM 0015", b => b.Modify(1));
        Row("MF08 operation 8", "PGM 0015", b => b.Modify(8));
        Row("MF08 operation 11", "PGM 0015", b => b.Modify(11));
        Row("MF08 operation 255", "PGM 0015", b => b.Modify(255));
        Row("MF09 register interruptions", "cc0", b => b.RegisterInterruptions());
        Row("MF09 indicators outside storage", "cc1 st4", b => b.Modify(2, fib => fib.BitVector = 1UL << 40));
        Row("MF10 twice", "cc1 st24", b => b.Interrupting().RegisterInterruptions());
        Row("MF11 deregister first", "cc1 st24", b => b.Modify(3));
        Row("MF12 again", "cc0 cc0", b =>
        {
            b.RegisterInterruptions();
            return $"{b.Modify(3)} {b.RegisterInterruptions()}";
        });
        Row("MF13 DMA space 1", "cc1 st28", b => b.RegisterTranslation(space: 1));
        Row("MF13 deregister, DMA space 1", "cc1 st28", b => b.Modify(5, space: 1));
        Row("MF14 twice", "cc1 st24", b => b.Translating().RegisterTranslation());
        Row("MF15 below SDMA", "PGM 0015", b => b.RegisterTranslation(pba: PciBench.Sdma - 0x1000));
        Row("MF16 above EDMA", "PGM 0015", b => b.RegisterTranslation(pal: 0x0200_0000_0000_0000));
        Row("MF17 base above limit", "PGM 0015", b => b.RegisterTranslation(PciBench.Pal + 1, PciBench.Sdma));
        Row("MF18 range is widened to pages", "cc0 100000000 17FFFFFFF", b =>
        {
            var outcome = b.RegisterTranslation(PciBench.Sdma + 0x123, PciBench.Pal & ~0xFFFUL);
            return $"{outcome} {b.Function.AddressSpace!.Value.Pba:X} {b.Function.AddressSpace.Value.Pal:X}";
        });
        Row("MF19 no translation", "PGM 0015", b => b.RegisterTranslation(iota: PciBench.Region));
        Row("MF20 segment table", "PGM 0015", b => b.RegisterTranslation(iota: PciBench.Region | 0x800));
        Row("MF20 region-second table", "PGM 0015", b => b.RegisterTranslation(iota: PciBench.Region | 0x808));
        Row("MF20 region-first table", "PGM 0015", b => b.RegisterTranslation(iota: PciBench.Region | 0x80C));
        Row("MF21 deregister first", "cc1 st24", b => b.Modify(5));
        Row("MF22 reregister first", "cc1 st24", b => b.RegisterTranslation(operation: 6));
        Row("MF23 reregister", "cc0 refused Error 2", b =>
        {
            b.RegisterTranslation();
            b.Dma(PciBench.Sdma);
            var outcome = b.RegisterTranslation(pba: PciBench.Sdma + 0x1000, operation: 6);
            return $"{outcome} {b.Dma(PciBench.Sdma)}";
        });
        Row("MF24 reregister, bad range: the old one stays", "PGM 0015 done Enabled -", b =>
        {
            b.RegisterTranslation();
            return $"{b.RegisterTranslation(pba: 0, operation: 6)} {b.Dma(PciBench.Sdma)}";
        });
        Row("MF25 reset error in order", "cc1 st24", b => b.Modify(7));
        Row("MF26 reset block in order", "cc1 st24", b => b.Modify(9));
        Row("MF27 reset block in error", "cc0 cc0 refused Blocked 7", b =>
        {
            b.RegisterTranslation();
            b.Function.Fail(7, 0);
            return $"{b.Modify(9)} {b.Load(0, 4, 0)} {b.Dma(PciBench.Sdma)}";
        });
        Row("MF28 reset block twice", "cc1 st24", b => b.Failed().Unblocked().Modify(9));
        Row("MF29 reset error", "cc0 Enabled 7", b => b.Failed().Effect(b.Modify(7)));
        Row("MF29 reset error when blocked", "cc0 Enabled 7", b => b.Failed().Unblocked().Effect(b.Modify(7)));
        Row("MF30 no measurement", "cc0", b => b.Modify(10));
        Row("MF31 measurement with a key", "cc1 st0 Enabled 2C",
            b => b.Effect(b.Modify(10, fib => fib.MeasurementBlock = 0x40001)));
        Row("MF32 register in error", "cc1 st40", b => b.Failed().RegisterTranslation());
        Row("MF33 status byte only", "cc1 st24 8002000018000007", b => $"{b.Modify(7)} {b.Context[1]:X16}");
        Row("MF34 without summary each event interrupts", "cc0 2 0", b =>
        {
            var outcome = b.RegisterInterruptions(summary: false);
            b.Message(0);
            b.Message(0);
            return $"{outcome} {b.Sink.Requests.Count} {b.Read64(PciBench.Aisb)}";
        });
        Row("MF35 directed interruptions", "PGM 0015", b => b.Modify(16));
    }

    // STORE PCI FUNCTION CONTROLS.
    private static void StoreControls()
    {
        Row("SF01 problem state", "PGM 0002", b => b.InProblemState().StoreControls());
        Row("SF02 DMA space 1, misaligned", "cc1 st28", b => b.StoreControls(1, at: PciBench.Fib + 4));
        Row("SF03 misaligned", "PGM 0006", b => b.StoreControls(at: PciBench.Fib + 4));
        Row("SF04 unknown index", "cc3", b => b.StoreControls(handle: b.Handle + 1));
        Row("SF05 standby", "cc3", b => b.Deconfigured().StoreControls());
        Row("SF06 disabled", "cc0 zeros", b =>
        {
            b.Function.Disable();
            b.StoredFib.Bytes.Fill(0xFF);
            return $"{b.StoreControls()} {(b.StoredFib.Bytes.ContainsAnyExcept((byte)0) ? "something" : "zeros")}";
        });
        Row("SF07 disabled, enabled handle", "cc3", b => b.Disabled().StoreControls(handle: b.Handle | 0x8000_0000));
        Row("SF08 enabled", "cc0 80", b => b.Controls());
        Row("SF09 translation registered", "cc0 90", b => b.Translating().Controls());
        Row("SF10 error", "cc0 F0", b => b.Translating().Failed().Controls());
        Row("SF11 blocked", "cc0 D0", b => b.Translating().Failed().Unblocked().Controls());
        Row("SF12 disabled form of the handle", "cc0 8002000000000000",
            b => $"{b.StoreControls(handle: 0x0002_0000)} {b.Context[1]:X16}");
        Row("SF13 by index", "cc0", b => b.StoreControls(handle: 0x8001_0000));
        Row("SF14 permanent error", "cc1 st8", b => b.FailedForGood().StoreControls());
        Row("SF15 interruptions echo", "cc0 20030085", b =>
        {
            b.RegisterInterruptions();
            return $"{b.StoreControls()} {b.StoredFib.Interruption:X8}";
        });
        Row("SF16 range echoes rounded", "cc0 100000000 17FFFFFFF", b =>
        {
            b.RegisterTranslation(PciBench.Sdma + 1, PciBench.Pal - 1);
            return $"{b.StoreControls()} {b.StoredFib.BaseAddress:X} {b.StoredFib.AddressLimit:X}";
        });
    }
}
