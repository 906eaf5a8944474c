using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// A program of the bare machine that is a host: it enables a function for its guest, provides the guest adapter interruption
/// table, and runs the guest with SIE (zpci.md section 9).
/// </summary>
public sealed class BareHostTests : IDisposable
{
    private const ulong Gisa = 0x6_0000, Block = 0x6_2000, Information = 0x6_3000, Table = 0x6_4000, Summaries = 0x6_5000;
    private const ulong Guest = 0x10_0000, GuestCode = 0x2000, GuestIo = 0x3000;
    private const ulong GuestVector = Guest + 0x3_0000, GuestSummary = Guest + 0x3_1000;
    private const ulong Supervisor = Psw.ExtendedAddressing | Psw.BasicAddressing;
    private const uint Designation = (uint)Gisa | S390Sim.Cpu.Gisa.Format1;
    private const byte HostSubclass = 5, AlertSubclass = 6, GuestSubclass = 3;
    private const ulong RaiseRegister = 0x60, Master = 4;

    private readonly ZpciGuest _host = new(new(null) { Settings = [("pci", "interpretation=on")], Device = new EduDevice() });

    public BareHostTests()
    {
        MapGuest();
        Describe(Psw.Io);
        _host.Set(Gisa, Gisa << 32);
        _host.Set(Information + 8, [AlertSubclass]);
        _host.Set(Table, (ulong)Designation << 32 | (ulong)GuestSubclass << 24 | 1UL << 16 | 9);
        _host.Set(Table + 8, GuestSummary);
        Assert.Equal(0x10, Enable(Designation));
        var message = (ulong)_host.Device.Configuration.Peek(0x34, 1);
        _host.StoreRegister(15, 4, 2, Master);
        _host.StoreRegister(15, message + 4, 4, ZpciLayout.MessageAddress & 0xFFFF_FFFF);
        _host.StoreRegister(15, message + 8, 4, ZpciLayout.MessageAddress >> 32);
        _host.StoreRegister(15, message + 2, 2, 1);
        Assert.Equal(ProgramCode.None, SetNotification().Exception);
        Assert.Equal(1, SetInformation(Information));
        Assert.Equal((GuestEnd.Completed, 0), Ends(Register(Designation)));
    }

    public void Dispose() => _host.Dispose();

    private static (GuestEnd, int) Ends(GuestResult result) => (result.End, result.ConditionCode);

    // One megabyte of the host's primary space from 1 MB on is the guest's storage.
    private void MapGuest()
    {
        const ulong pages = ZpciLayout.DatPageTable + 0x800;
        _host.Set(ZpciLayout.DatSegmentTable + 8, pages);
        for (var n = 0UL; n < 256; n++) _host.Set(pages + n * 8, Guest + (n << 12));
        _host.Set(Guest + (ulong)Lowcore.IoNewMaskOffset, Supervisor);
        _host.Set(Guest + (ulong)Lowcore.IoNewMaskOffset + 8, GuestIo);
        _host.Set(Guest + GuestIo, [0x83, 0x00, 0x00, 0x44]);
        SetGuestCode((Op.PCISTG, new() { R1 = 3, R2 = 8 }), (Op.BRC, new() { M1 = 15 }));
    }

    private void SetGuestCode(params ReadOnlySpan<(Op, Operands)> code) => _host.Set(Guest + GuestCode, ZpciGuest.Text(code));

    private unsafe void Describe(ulong mask, uint designation = Designation, byte ecb2 = ExecutionControlsB2.PciLoadStore)
    {
        var bytes = new byte[StateDescription.Size];
        fixed (byte* p = bytes)
        {
            _ = new StateDescription(p)
            {
                CpuFlags = SieFlags.ZArchitecture,
                HostCpu = 0xFFFF,
                MainStorageOrigin = Guest,
                MainStorageLimit = Guest,
                PswMask = Supervisor | mask,
                PswAddress = GuestCode,
                Cr0 = 0xE0,
                Gisa = designation,
                Eca = ExecutionControlsA.AdapterInterruptions,
                Ecb2 = ecb2,
                Ecb3 = ExecutionControlsB3.Suppression,
            };
        }
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(StateDescription.Cr0Offset + 6 * 8), 0xFF00_0000);
        _host.Set(Block, bytes);
    }

    private int Enable(uint designation)
    {
        Span<byte> body = stackalloc byte[16];
        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, _host.Handle);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], designation);
        body[7] = 1;
        _host.SetClp(5, body, 32, 160);
        _host.CallLogicalProcessor();
        return (int)(_host.Get64(ZpciLayout.Block + 32) >> 32) & 0xFFFF;
    }

    private GuestResult SetNotification(ulong summaries = Summaries, ulong table = Table, uint entries = 64)
    {
        _host.Set(ZpciLayout.Data, summaries);
        _host.Set(ZpciLayout.Data + 8, table);
        _host.Set(ZpciLayout.Data + 16, (ulong)HostSubclass << 48 | entries);
        return _host.InterruptionControls(2, 0);
    }

    private int SetInformation(ulong origin, ulong operation = 1, ulong length = 0xFE0)
    {
        _host.Set(ZpciLayout.Channel, new byte[4096]);
        _host.Set(ZpciLayout.Channel, length << 48 | 0x21UL << 32 | operation << 16);
        _host.Set(ZpciLayout.Channel + 0x10, origin);
        _host.ChannelSubsystemCall();
        return (int)(_host.Get64(ZpciLayout.Channel + length) >> 32) & 0xFFFF;
    }

    private GuestResult Register(uint designation, int operation = 2)
    {
        _host.Set(ZpciLayout.Fib, new byte[0x50]);
        _host.Set(ZpciLayout.Fib + 0x28, ((ulong)HostSubclass << 28 | 1 << 16 | 0x80) << 32);
        _host.Set(ZpciLayout.Fib + 0x30, GuestVector);
        _host.Set(ZpciLayout.Fib + 0x38, Summaries);
        _host.Set(ZpciLayout.Fib + 0x48, designation);
        return _host.Controls(Op.MPCIFC, ZpciGuest.Request(_host.Handle, low: (ulong)operation));
    }

    // The registers of the guest's PCI STORE, which raises an interruption of the device.
    private GuestResult Run(ulong mask = 0, params ReadOnlySpan<(Op, Operands)> code)
    {
        (_host.Gr[3], _host.Gr[7]) = (0x0100_0000, Block);
        (_host.Gr[8], _host.Gr[9]) = (ZpciGuest.Request(_host.Handle, low: 4), RaiseRegister);
        return _host.Execute(ZpciGuest.Text(code.IsEmpty ? [(Op.SIE, new() { B2 = 7 })] : code), mask);
    }

    private byte Byte(ulong address) => _host.Get(address, 1)[0];

    private (byte Code, ushort Ipa) Exit
        => (_host.Get(Block + StateDescription.InterceptionCodeOffset, 1)[0],
            BinaryPrimitives.ReadUInt16BigEndian(_host.Get(Block + StateDescription.IpaOffset, 2)));

    [Fact]
    public void The_guest_stores_to_its_function_and_is_interrupted_by_it()
    {
        Assert.Equal(GuestEnd.Completed, Run().End);
        Assert.Equal((4, (ushort)0x8300), Exit);        // only the DIAGNOSE behind the interruption
        Assert.Equal(0x8000_0000 | (ulong)GuestSubclass << 27, _host.Get64(Guest + 0xC0) >> 32);
        Assert.Equal((0x80, 0x40, 0), (Byte(GuestVector), Byte(GuestSummary + 1), Byte(Summaries)));
        Assert.Equal(GuestEnd.Completed, _host.Open(Psw.Io));
    }

    [Fact]
    public void A_host_that_runs_no_guest_is_interrupted_with_the_forward_bit()
    {
        Assert.Equal(GuestEnd.Completed, Run(0, (Op.PCISTG, new() { R1 = 3, R2 = 8 })).End);
        Assert.Equal(GuestEnd.Io, _host.Open(Psw.Io));
        Assert.Equal((1UL << 32, (0x8000_0000 | (ulong)HostSubclass << 27)), (_host.Get64(0xB8), _host.Get64(0xC0) >> 32));
        Assert.Equal((0x80, 0, 0x80, 0), (Byte(GuestVector), Byte(GuestSummary + 1), Byte(Summaries), Byte(Gisa + 4)));
    }

    [Fact]
    public void An_alert_takes_the_host_out_of_sie()
    {
        Describe(0);
        _host.Set(Gisa + 7, [S390Sim.Cpu.Gisa.MaskOf(GuestSubclass)]);
        Assert.Equal(GuestEnd.Io, Run(Psw.Io).End);
        Assert.Equal((0UL, 0x8000_0000 | (ulong)AlertSubclass << 27), (_host.Get64(0xB8), _host.Get64(0xC0) >> 32));
        Assert.Equal((Gisa, 0UL), (_host.Get64(Information) >> 32, _host.Get64(Gisa) >> 32));
        Assert.Equal((0x10, 0, 0), (Byte(Gisa + 4), Byte(Gisa + 7), Exit.Code));
    }

    /// <summary>Whatever the state description says, a machine that has no functions for guests leaves SIC to the host.</summary>
    [Fact]
    public void Without_interpretation_on_the_machine_suppression_is_the_hosts()
    {
        foreach (var cpu in _host.Host.Cpus) GuestFunctions.Detach((Processor)cpu);
        SetGuestCode((Op.SIC, new() { R1 = 1, R3 = 2 }));
        _host.Gr[1] = 0;
        Assert.Equal(GuestEnd.Completed, Run().End);
        Assert.Equal((4, (ushort)0xEB12), Exit);
    }

    [Theory]
    [InlineData(Designation ^ 0x40, ExecutionControlsB2.PciLoadStore)]      // another guest's function
    [InlineData(0U, ExecutionControlsB2.PciLoadStore)]
    [InlineData(Designation, 0)]
    public void A_function_that_is_not_the_guests_is_the_hosts(uint designation, byte ecb2)
    {
        Describe(Psw.Io, designation, ecb2);
        Assert.Equal(GuestEnd.Completed, Run().End);
        Assert.Equal((4, (ushort)0xB9D0), Exit);
        Assert.Equal(0, Byte(GuestVector));
    }

    /// <summary>SIC of the guest: single mode of a subclass in the GISA; what is more goes to the host.</summary>
    [Theory]
    [InlineData(0, 0x00)]
    [InlineData(1, 0x20)]
    public void Suppression_modes_are_the_guests(int operation, byte single)
    {
        _host.Set(Gisa + 5, [0x20, 0x20]);
        SetGuestCode((Op.LGHI, new() { R1 = 1, I2 = operation }), (Op.LGHI, new() { R1 = 2, I2 = 0x1000 }),
            (Op.SLLG, new() { R1 = 2, R3 = 2, D2 = 16 }), (Op.SIC, new() { R1 = 1, R3 = 2 }), (Op.LGHI, new() { R1 = 1, I2 = 2 }), (Op.SIC, new() { R1 = 1, R3 = 2 }));
        Run();
        Assert.Equal((4, (ushort)0xEB12), Exit);
        Assert.Equal((single, 0), (Byte(Gisa + 5), Byte(Gisa + 6)));
    }

    [Fact]
    public void Modify_controls_names_the_guest_of_the_function()
    {
        Assert.Equal(ProgramCode.Operand, Register(Designation ^ 1, operation: 3).Exception);
        Assert.Equal(ProgramCode.Operand, Register(0, operation: 3).Exception);
        Assert.Equal((GuestEnd.Completed, 0), Ends(_host.Controls(Op.STPCIFC, ZpciGuest.Request(_host.Handle))));
        Assert.Equal(Designation, (uint)_host.Get64(ZpciLayout.Fib + 0x48));
        Assert.Equal((GuestEnd.Completed, 0), Ends(Register(Designation, operation: 3)));
        Assert.Equal(0x10, _host.SetFunction(1));
        Assert.Equal(0x10, Enable(0));
        Assert.Equal((GuestEnd.Completed, 0), Ends(Register(0)));
    }

    [Theory]
    [InlineData(Summaries + 4, Table, 64)]
    [InlineData(Summaries, Table + 4, 64)]
    [InlineData(1UL << 40, Table, 64)]
    [InlineData(Summaries, ZpciLayout.StorageSize - 64 * 16 + 8, 64)]
    [InlineData(Summaries, Table, 0)]
    public void Controls_are_accepted_once_and_in_storage(ulong summaries, ulong table, uint entries)
    {
        Assert.Equal(ProgramCode.Operand, SetNotification().Exception);
        _host.Pci.Reset();
        Assert.Equal(ProgramCode.Operand, SetNotification(summaries, table, entries).Exception);
        Assert.Equal(ProgramCode.None, SetNotification().Exception);
    }

    [Theory]
    [InlineData(Information, 2, 0xFE0, 3)]
    [InlineData(Information, 1, 0x20, 3)]
    [InlineData(Information + 8, 1, 0xFE0, 3)]
    [InlineData(0x7FFF_F000, 1, 0xFE0, 3)]
    [InlineData(0, 1, 0xFE0, 1)]
    public void The_information_block_is_a_page_in_storage(ulong origin, ulong operation, ulong length, int response)
        => Assert.Equal(response, SetInformation(origin, operation, length));

    [Fact]
    public void The_service_processor_announces_it()
    {
        const uint readInformation = 0x0002_0001;
        _host.Set(ZpciLayout.Channel, 0x1000UL << 48);
        _host.ServiceCall(readInformation);
        Assert.Equal(0x79, Byte(ZpciLayout.Channel + 118));     // AISII, AENI, AISI, GISAF, LSI
    }

    [Fact]
    public void A_machine_that_interprets_nothing_knows_none_of_it()
    {
        using var host = new ZpciGuest(new((string?)null));
        Assert.Equal(0x10, host.SetFunction(0));
        Assert.Equal(ProgramCode.Operand, host.InterruptionControls(2, 0).Exception);
        host.Set(ZpciLayout.Fib, new byte[0x50]);
        host.Set(ZpciLayout.Fib + 0x30, ZpciLayout.Vector);
        host.Set(ZpciLayout.Fib + 0x48, Designation);
        Assert.Equal((GuestEnd.Completed, 0), Ends(host.Controls(Op.MPCIFC, ZpciGuest.Request(host.Handle, low: 2))));
        Assert.Equal(0U, host.Function.GuestDesignation);
        host.Set(ZpciLayout.Channel, 0x0FE0_0021_0001_0000);
        host.ChannelSubsystemCall();
        Assert.Equal(4UL, host.Get64(ZpciLayout.Channel + 0xFE0) >> 32 & 0xFFFF);
    }
}
