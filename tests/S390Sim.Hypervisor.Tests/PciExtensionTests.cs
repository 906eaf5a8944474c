using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// Memory I/O and directed interruptions as a guest's instructions have them, on the bare machine and under every design.
/// </summary>
public sealed unsafe class PciExtensionTests
{
    private const ulong Virtual = 0x5E000, Problem = Psw.Problem, Dat = Psw.Dat, Control = 0x20;

    public static TheoryData<string?> Designs => [null, .. DomainDesigns.Names];

    private static ZpciGuest MemoryIo(string? design, string cpu = "z15")
    {
        var guest = new ZpciGuest(new(design) { Settings = [("cpu", cpu)] });
        guest.SetFunction(0);
        guest.SetFunction(2);
        guest.Cr[2] = Control;
        if (guest.Pci.MemoryIo is { } map)
        {
            Assert.True(map.TryGetAddress(guest.Function, 0, out var address));
            guest.Set(ZpciLayout.DatPageTable + (Virtual >> 12) * 8, address);
            guest.Set(ZpciLayout.DatPageTable + (Virtual - 0x1000 >> 12) * 8, address | MemoryIoMap.WriteBack | 0x200);
        }
        return guest;
    }

    private static string Move(ZpciGuest guest, Op op, ulong address, ulong length, ulong value, ulong mask)
    {
        (guest.Gr[3], guest.Gr[8], guest.Gr[9]) = (value, address, length);
        var result = guest.Execute(ZpciGuest.Text((op, new() { R1 = 3, R2 = 8 })), mask);
        return result.End == GuestEnd.Program ? $"PGM {(int)result.Exception:X}"
            : $"cc{result.ConditionCode} {result.Gr[3]:X} {result.Gr[9]:X}";
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void The_problem_state_reaches_a_bar_through_dat(string? design)
    {
        using var guest = MemoryIo(design);
        Assert.Equal("cc0 11223344 4", Move(guest, Op.PCISTGI, Virtual + 8, 4, 0x11223344, Problem | Dat));
        Assert.Equal("cc0 11223344 4", Move(guest, Op.PCILGI, Virtual + 8, 4, 0, Problem | Dat));
        Assert.Equal("cc0 11223344 4", Move(guest, Op.PCILGI, Virtual - 0x1000 + 8, 4, 0, Problem | Dat));
        Assert.Equal("PGM 4", Move(guest, Op.PCISTGI, Virtual - 0x1000 + 8, 4, 0, Problem | Dat));
        Assert.Equal("PGM 11", Move(guest, Op.PCILGI, ZpciLayout.Hole, 4, 0, Problem | Dat));
        Assert.Equal("PGM 15", Move(guest, Op.PCILGI, Virtual + 6, 4, 0, Problem | Dat));
        Assert.Equal("cc1 0 24000004", Move(guest, Op.PCILGI, ZpciLayout.Data, 4, 0, Dat));
        guest.Pci.MemoryIo!.TryGetAddress(guest.Function, 0, out var real);
        Assert.Equal("cc0 11223344 4", Move(guest, Op.PCILGI, real + 8, 4, 0, 0));
        var barrier = guest.Execute(ZpciGuest.Text((Op.PCIWB, default)), Problem | Dat);
        Assert.Equal(GuestEnd.Completed, barrier.End);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void A_block_goes_from_storage_to_a_bar(string? design)
    {
        using var guest = MemoryIo(design);
        guest.Set(ZpciLayout.Data, Enumerable.Range(1, 32).Select(n => (byte)n).ToArray());
        (guest.Gr[2], guest.Gr[5], guest.Gr[7]) = (32, Virtual + 0x40, ZpciLayout.Data);
        var text = ZpciGuest.Text((Op.PCISTBI, new() { R1 = 2, R3 = 5, B2 = 7 }));
        Assert.Equal((GuestEnd.Completed, 0), Ends(guest.Execute(text, Problem | Dat)));
        Assert.Equal("cc0 1112131415161718 8", Move(guest, Op.PCILGI, Virtual + 0x50, 8, 0, Dat));
        guest.Function.Fail(7, 0);
        var refused = guest.Execute(text, Dat);
        Assert.Equal((GuestEnd.Completed, 1), Ends(refused));

        static (GuestEnd, int) Ends(in GuestResult result) => (result.End, result.ConditionCode);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Without_facility_or_control_they_are_operation_exceptions(string? design)
    {
        using var guest = MemoryIo(design);
        guest.Cr[2] = 0;
        Op[] ops = [Op.PCILGI, Op.PCISTGI, Op.PCIWB];
        Assert.All(ops, op => Assert.Equal("PGM 1", Move(guest, op, Virtual, 4, 0, Dat)));
        using var without = MemoryIo(design, "max");
        Assert.All(ops, op => Assert.Equal("PGM 1", Move(without, op, Virtual, 4, 0, Dat)));
        Assert.Equal(0x102, without.SetFunction(2));
    }

    private static ZpciGuest Directed(string? design, int cpus = 2)
    {
        var guest = new ZpciGuest(new(design) { Settings = [("pci", "directed=on"), ("cpus", $"{cpus}")] });
        guest.SetFunction(0);
        guest.Set(ZpciLayout.Data, 5UL << 60 | (uint)cpus);
        guest.Set(ZpciLayout.Data + 8, ZpciLayout.Summary);
        Assert.Equal(GuestEnd.Completed, guest.InterruptionControls(4, 0).End);
        guest.Set(ZpciLayout.Data + 8, ZpciLayout.Vector);
        Assert.Equal(GuestEnd.Completed, guest.InterruptionControls(18, 0).End);
        guest.Set(ZpciLayout.Fib, new byte[80]);
        guest.Set(ZpciLayout.Fib, [1]);
        guest.Set(ZpciLayout.Fib + 0x28, 4UL << 48 | 9UL << 16);
        Assert.Equal(0, guest.Controls(Op.MPCIFC, ZpciGuest.Request(guest.Handle, low: 16)).ConditionCode);
        return guest;
    }

    private static void Message(ZpciGuest guest, uint cpu, uint vector)
    {
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, vector);
        guest.Device.Configuration.Store(4, 2, ConfigurationSpace.CommandMaster);
        Assert.True(guest.Function.Write(guest.Function.Group.MessageAddress | cpu << 8, data));
    }

    private static uint Word(ZpciGuest guest, ulong at) => BinaryPrimitives.ReadUInt32BigEndian(guest.Get(at, 4));

    [Theory]
    [MemberData(nameof(Designs))]
    public void A_cpu_takes_what_is_directed_to_it_when_its_masks_allow(string? design)
    {
        using var guest = Directed(design);
        Message(guest, 0, 2);
        Assert.Equal(0x0010UL << 48, guest.Get64(ZpciLayout.Vector));
        guest.Cr[6] = 0xFB00_0000;
        Assert.Equal(GuestEnd.Completed, guest.Open(Psw.Io));
        guest.Cr[6] = 0x0400_0000;
        Assert.Equal(GuestEnd.Completed, guest.Open(0));
        Assert.Equal(GuestEnd.Io, guest.Open(Psw.Io));
        Assert.Equal((0u, 0u, 0xE800_0000u), (Word(guest, 0xB8), Word(guest, 0xBC), Word(guest, 0xC0)));
        Assert.Equal(GuestEnd.Completed, guest.Open(Psw.Io));
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Test_pending_interruption_takes_it_before_a_floating_one(string? design)
    {
        using var guest = Directed(design);
        Message(guest, 1, 0);               // CPU 1 is stopped and has no vector: an error
        Assert.Equal(FunctionState.Error, guest.Function.State);
        guest.Function.ResetError();
        guest.Pci.RequestInterruption(5);
        Message(guest, 0, 0);
        uint[] words = [.. Enumerable.Range(0, 3).Select(_ =>
        {
            var result = guest.Store(Op.TPI, 0);
            return result.ConditionCode == 0 ? 0 : Word(guest, 0xC0);
        })];
        Assert.Equal([0xE800_0000u, 0xA800_0000u, 0u], words);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Single_mode_is_of_the_cpu(string? design)
    {
        using var guest = Directed(design);
        guest.InterruptionControls(17, 5);
        Message(guest, 0, 0);
        Assert.Equal(GuestEnd.Io, guest.Open(Psw.Io));
        Message(guest, 0, 1);
        Assert.Equal(GuestEnd.Completed, guest.Open(Psw.Io));
        guest.InterruptionControls(17, 5);
        Message(guest, 0, 1);
        Assert.Equal(GuestEnd.Io, guest.Open(Psw.Io));
    }

    /// <summary>Another CPU in the wait state takes its own; stopped, any CPU takes a floating one for it.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void Other_cpus(string? design)
    {
        using var guest = Directed(design);
        Assert.True(guest.Pci.Directed!.TrySetVector(1, ZpciLayout.Vector + 256));
        Message(guest, 1, 3);
        Assert.Equal((0x0008UL << 48, 0x4000_0000u), (guest.Get64(ZpciLayout.Vector + 256), Word(guest, ZpciLayout.Summary)));
        Assert.Equal(GuestEnd.Io, guest.Open(Psw.Io));
        Assert.Equal(0xA800_0000u, Word(guest, 0xC0));

        var other = guest.Host.Cpus[1];
        if (other is VirtualCpu virtualCpu) virtualCpu.SetCr(6, 0xFF00_0000);
        else other.Processor.State->Cr[6] = 0xFF00_0000;
        other.LoadPsw(new Psw(Psw.ExtendedAddressing | Psw.BasicAddressing | Psw.Io | Psw.Wait, 0x9000));
        other.Start();
        guest.Open(0);
        Assert.Equal(0x9000UL, other.Psw.Address);
        Message(guest, 1, 3);
        guest.Open(0);
        guest.Open(0);
        Assert.Equal(0xE00UL, other.Psw.Address);
        Assert.Equal(0xE800_0000u, Word(guest, 0xC0));
        Assert.Equal(0x9000UL, guest.Get64((ulong)Lowcore.IoOldMaskOffset + 8));
    }

    [Theory]
    [InlineData("off", 0x00)]
    [InlineData("on", 0x80)]
    public void The_service_processor_tells_of_them(string setting, byte expected)
    {
        using var guest = new ZpciGuest(new("lent") { Settings = [("pci", $"directed={setting}")] });
        guest.Set(ZpciLayout.Channel, [0x10, 0]);
        guest.ServiceCall(0x0002_0001);
        Assert.Equal(expected, guest.Get(ZpciLayout.Channel + 135, 1)[0]);
        var end = setting == "on" ? GuestEnd.Completed : GuestEnd.Program;
        Assert.Equal(end, guest.InterruptionControls(4, 0, Filled(guest)).End);
    }

    private static ulong Filled(ZpciGuest guest)
    {
        guest.Set(ZpciLayout.Data, 1);
        guest.Set(ZpciLayout.Data + 8, ZpciLayout.Summary);
        return ZpciLayout.Data;
    }
}
