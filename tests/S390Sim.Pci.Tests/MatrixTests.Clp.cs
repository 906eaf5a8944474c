namespace S390Sim.Pci.Tests;

public sealed partial class MatrixTests
{
    // CALL LOGICAL PROCESSOR.
    private static void CallLogicalProcessor()
    {
        Row("CL01 problem state", "PGM 0002", b => b.InProblemState().CallClp(2));
        Row("CL02 request of 8", "PGM 0015", b => b.CallClp(2, length: 8));
        Row("CL03 request of 20", "PGM 0015", b => b.CallClp(2, length: 20));
        Row("CL04 response of 4", "PGM 0015", b => b.CallClp(2, space: 4));
        Row("CL05 too much together", "PGM 0015", b => b.CallClp(2, space: 8168));
        Row("CL06 logical-processor characteristics", "cc0 0050", b => b.CallClp(1, length: 16, space: 128));
        Row("CL07 unknown command", "cc0 0020", b => b.CallClp(0x99));
        Row("CL08 list, format", "cc0 0040", b => b.CallClp(2, format: 1u << 28));
        Row("CL09 list, reserved", "cc0 0070", b => b.CallClp(2, reserved: 1));
        Row("CL09 list, reserved word", "cc0 0070", b => b.CallClp(2, format: 1));
        Row("CL10 list, token", "cc0 010A", b => b.CallClp(2, "0000000000000055"));
        Row("CL11 list, response of 40", "cc0 0060", b => b.CallClp(2, space: 40));
        Row("CL12 list, response of 56", "cc3 0050", b => b.CallClp(2, space: 56));
        Row("CL13 list, one of two", "cc0 0010 1 30", b =>
        {
            b.Configuration.Add(new PciFunction(1, 1, new MemoryDevice()));
            return $"{b.CallClp(2, space: 48)} {b.Read64(PciBench.Clp + 0x30)} {b.Read64(PciBench.Clp + 0x20) >> 48:X}";
        });
        Row("CL14 list, the other", "cc0 0010 0 00020001", b =>
        {
            b.Configuration.Add(new PciFunction(1, 1, new MemoryDevice()));
            var outcome = b.CallClp(2, "0000000000000001", space: 48);
            return $"{outcome} {b.Read64(PciBench.Clp + 0x30)} {b.Read64(PciBench.Clp + 0x48) & 0xFFFF_FFFF:X8}";
        });
        Row("CL15 query, unknown", "cc0 0101", b => b.CallClp(3, "00001234", space: 384));
        Row("CL16 query, old handle", "cc0 0101", b => b.CallClp(3, "00020000", space: 384));
        Row("CL17 group, unknown", "cc0 010B", b => b.CallClp(4, "00000055"));
        Row("CL18 enable, no address space", "cc0 0103", b => b.Disabled().Set(0, 0));
        Row("CL19 enable, two", "cc0 0104", b => b.Disabled().Set(0, 2));
        Row("CL20 enable twice", "cc0 0105", b => b.Set(0, 1));
        Row("CL21 enable, old handle", "cc0 0101", b => b.CallClp(5, "00020000 0000 00 01", space: 160));
        Row("CL22 disable twice", "cc0 0105", b => b.Disabled().Set(1, 0));
        Row("CL23 operation 9", "cc0 0102", b => b.Set(9, 1));
        Row("CL24 disabling drops registrations", "cc0 0010 cc0 0010 cc0 cc0", b =>
        {
            b.RegisterTranslation();
            b.RegisterInterruptions();
            return $"{b.Set(1, 0)} {b.Set(0, 1)} {b.RegisterTranslation()} {b.RegisterInterruptions()}";
        });
        Row("CL25 enable memory I/O, old handle", "cc0 0101", b => b.CallClp(5, "00020000 0000 02 01", space: 160));
        Row("CL25 enable memory I/O", "cc0 0102", b => b.Set(2, 1));
        Row("CL27 block not accessible", "PGM 0011", b =>
        {
            b.Context.InvalidPage = PciBench.Clp + 0x1000;
            return b.CallClp(2, space: 4080);
        });
    }

    // SET INTERRUPTION CONTROLS and messages.
    private static void Interruptions()
    {
        Row("SI01 problem state", "PGM 0002", b => b.InProblemState().Suppress(1));
        Row("SI02 keeps the condition code", "cc-1", b => b.Suppress(1));
        Row("SI03 operation 2", "PGM 0015", b => b.Suppress(2));
        Row("SI03 operation 16", "PGM 0015", b => b.Suppress(16));
        Row("SI04 single mode", "1", b => b.Interruptions(1, 0, 1));
        Row("SI05 single mode again, nothing new", "1", b =>
        {
            b.Interruptions(1, 0);
            b.Suppress(1);
            return $"{b.Sink.Requests.Count}";
        });
        Row("SI06 single mode again, then new", "2", b =>
        {
            b.Interruptions(1, 0, 1);
            b.Suppress(1);
            b.ClearSummary();
            b.Message(2);
            return $"{b.Sink.Requests.Count}";
        });
        Row("SI07 summary bit already one", "1", b =>
        {
            b.RegisterInterruptions();
            b.Message(0);
            b.Message(1);
            return $"{b.Sink.Requests.Count}";
        });
        Row("SI08 another bit of the byte is one", "1", b =>
        {
            b.RegisterInterruptions();
            b.Storage.Write64(PciBench.Aisb, 1UL << 56);
            b.Message(0);
            return $"{b.Sink.Requests.Count}";
        });
        Row("SI09 vector offset", "0040000000000000", b =>
        {
            b.RegisterInterruptions(count: 7, offset: 3);
            b.Message(6);
            return $"{b.Read64(PciBench.Aibv):X16}";
        });
        Row("SI10 vector beyond the last", "Error 11", b =>
        {
            b.RegisterInterruptions();
            b.Message(3);
            return $"{b.Function.State} {b.DrainEvents()}";
        });
        Row("SI13 in error", "0 0", b =>
        {
            b.RegisterInterruptions();
            b.Function.Fail(7, 0);
            b.Message(0);
            return $"{b.Sink.Requests.Count} {b.Read64(PciBench.Aibv)}";
        });
        Row("SI14 after deregistering", "0 Enabled", b =>
        {
            b.RegisterInterruptions();
            b.Modify(3);
            b.Message(0);
            return $"{b.Sink.Requests.Count} {b.Function.State}";
        });
    }

    // Service processor.
    private static void ServiceProcessor()
    {
        Row("EV01 configure", "0020 Disabled", b =>
        {
            b.Function.Deconfigure();
            return $"{b.Configuration.ConfigureAdapter(2, 0):X4} {b.Function.State}";
        });
        Row("EV02 configure twice", "0120", b => $"{b.Configuration.ConfigureAdapter(2, 0):X4}");
        Row("EV03 deconfigure twice", "0020 0120", b => $"{b.Deconfigure():X4} {b.Deconfigure():X4}");
        Row("EV04 unknown function", "09F0", b => $"{b.Configuration.ConfigureAdapter(2, 77):X4}");
        Row("EV05 unknown type", "06F0", b => $"{b.Configuration.ConfigureAdapter(3, 0):X4}");
    }
}
