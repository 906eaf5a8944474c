using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// The product's machine with interpretation for its guest: PCI loads and stores, interruptions and their suppression by guest code,
/// without an exit from SIE (sie.md section 10).
/// </summary>
public sealed class InterpretedGuestTests
{
    private const ulong Master = 4, RaiseRegister = 0x60;
    private const byte Subclass = 3;
    private const uint Word = (uint)Subclass << 28 | 4 << 16 | 2 << 8 | 0x80 | 5;      // 4 vectors from bit 2, summary bit 5

    private static ZpciGuest Guest(PciDevice? device = null, string design = "lent", string interpretation = "on", string cpu = "max")
    {
        var guest = new ZpciGuest(new(design) { Settings = [("pci", $"interpretation={interpretation}"), ("cpu", cpu)], Device = device });
        Assert.Equal(0x10, guest.SetFunction(0));
        return guest;
    }

    // The device's message is vector 1.
    private static ZpciGuest WithInterruptions(
        string interpretation = "on", ulong vector = ZpciLayout.Vector, uint word = Word, string setting = "memory=2M")
    {
        var guest = new ZpciGuest(new("lent")
        {
            Settings = [("pci", $"interpretation={interpretation}"), (setting.Split('=', 2)[0], setting.Split('=', 2)[1])],
            Device = new EduDevice(),
        });
        Assert.Equal(0x10, guest.SetFunction(0));
        var message = (ulong)guest.Device.Configuration.Peek(0x34, 1);
        guest.StoreRegister(15, 4, 2, Master);
        guest.StoreRegister(15, message + 4, 4, ZpciLayout.MessageAddress & 0xFFFF_FFFF);
        guest.StoreRegister(15, message + 8, 4, ZpciLayout.MessageAddress >> 32);
        guest.StoreRegister(15, message + 12, 2, 1);
        guest.StoreRegister(15, message + 2, 2, 1);
        Register(guest, vector, word);
        return guest;
    }

    private static void Register(ZpciGuest guest, ulong vector = ZpciLayout.Vector, uint word = Word)
    {
        guest.Set(ZpciLayout.Fib, new byte[0x50]);
        guest.Set(ZpciLayout.Fib + 0x28, (ulong)word << 32);
        guest.Set(ZpciLayout.Fib + 0x30, vector);
        guest.Set(ZpciLayout.Fib + 0x38, ZpciLayout.Summary);
        Assert.Equal(0, guest.Controls(Op.MPCIFC, ZpciGuest.Request(guest.Handle, low: 2)).ConditionCode);
    }

    private static ulong Count(ZpciGuest guest, string name) => guest.Host.Statistics.First(s => s.Name == name).Value;

    // A piece of guest code enters SIE once, and once more for each exit but the wait that ends it.
    private static (GuestResult Result, ulong Exits) Watch(ZpciGuest guest, Func<GuestResult> act)
    {
        var before = Count(guest, "sie entries");
        var result = act();
        return (result, Count(guest, "sie entries") - before - 1);
    }

    private static GuestResult Raise(ZpciGuest guest, ulong mask, bool spins = false)
    {
        (guest.Gr[3], guest.Gr[8], guest.Gr[9]) = (0x0100_0000, ZpciGuest.Request(guest.Handle, low: 4), RaiseRegister);
        return guest.Execute(ZpciGuest.Text([(Op.PCISTG, new() { R1 = 3, R2 = 8 }), .. spins ? s_spin : []]), mask);
    }

    private static readonly (Op, Operands)[] s_spin = [(Op.BRC, new() { M1 = 15 })];

    [Theory]
    [InlineData("on", "max", "lent", 0)]
    [InlineData("off", "max", "lent", 1)]
    [InlineData("auto", "max", "lent", 1)]          // says that it is a zEC12
    [InlineData("auto", "z13", "lent", 1)]
    [InlineData("auto", "z14", "lent", 0)]
    [InlineData("auto", "z14,-ais", "lent", 1)]
    [InlineData("on", "max", "type1", 1)]           // its handles have simulation bits
    public void Loads_and_stores_are_executed_without_an_exit(string interpretation, string cpu, string design, ulong exits)
    {
        using var guest = Guest(design: design, interpretation: interpretation, cpu: cpu);
        guest.Set(ZpciLayout.Data, [.. Enumerable.Range(1, 16).Select(n => (byte)n)]);
        var request = ZpciGuest.Request(guest.Handle, 0, 8);
        var (stored, storeExits) = Watch(guest, () => guest.LoadStore(Op.PCISTG, request, 0x10, 0x1122_3344_5566_7788));
        var (loaded, loadExits) = Watch(guest, () => guest.LoadStore(Op.PCILG, request, 0x10, 0));
        var (block, blockExits) = Watch(guest, () => guest.StoreBlock(ZpciGuest.Request(guest.Handle, 0, 16), 0x20, ZpciLayout.Data));
        Assert.Equal((0, 0, 0), (stored.ConditionCode, loaded.ConditionCode, block.ConditionCode));
        Assert.Equal((exits, exits, exits), (storeExits, loadExits, blockExits));
        Assert.Equal(0x1122_3344_5566_7788UL, loaded.Gr[3]);
        Assert.Equal([.. Enumerable.Range(1, 16)], ((ProbeDevice)guest.Device).Memory.Bytes[0x20..0x30].Select(b => (int)b));
    }

    [Fact]
    public void Checks_and_refusals_are_those_of_the_instruction()
    {
        using var guest = Guest();
        (GuestResult, ulong) Load(ulong request, ulong offset = 0, int r2 = 8, ulong mask = 0)
            => Watch(guest, () => guest.LoadStore(Op.PCILG, request, offset, 0, r2: r2, mask: mask));
        var good = ZpciGuest.Request(guest.Handle, 0, 8);
        Assert.Equal((ProgramCode.PrivilegedOperation, 0UL), Ends(Load(good, mask: Psw.Problem)));
        Assert.Equal((ProgramCode.Operand, 0UL), Ends(Load(good, 4)));
        var (result, exits) = Load(ZpciGuest.Request(guest.Handle, 1, 8));
        Assert.Equal((1, 0x14UL, 0UL), (result.ConditionCode, result.Gr[8] >> 24 & 0xFF, exits));
        guest.Function.Fail(7, 0);
        var asked = Count(guest, "exits to user space");      // KVM comes out to see the machine check open
        (result, _) = Load(good);
        Assert.Equal((1, 0x0CUL, asked), (result.ConditionCode, result.Gr[8] >> 24 & 0xFF, Count(guest, "exits to user space")));

        static (ProgramCode, ulong) Ends((GuestResult Result, ulong Exits) outcome) => (outcome.Result.Exception, outcome.Exits);
    }

    /// <summary>A handle that is none of the guest's now, or asks for the host, goes to the host.</summary>
    [Theory]
    [InlineData(0x0001_0000u)]      // simulation bits
    [InlineData(0x0100_0000u)]      // another instance
    [InlineData(0x0000_0007u)]      // no function
    [InlineData(0x8000_0000u)]      // disabled
    public void Another_handle_is_intercepted(uint difference)
    {
        using var guest = Guest();
        var (result, exits) = Watch(guest, () => guest.LoadStore(Op.PCILG, ZpciGuest.Request(guest.Handle ^ difference, 0, 8), 0, 0));
        Assert.Equal((3, 1UL), (result.ConditionCode, exits));
    }

    /// <summary>Memory I/O of the function's BAR by its address; what is none of the guest's memory is the host's.</summary>
    [Theory]
    [InlineData("on", 0UL)]
    [InlineData("off", 1UL)]
    public void Memory_io_needs_no_exit_either(string interpretation, ulong exits)
    {
        using var guest = Guest(interpretation: interpretation, cpu: "z15");
        Assert.Equal(0x10, guest.SetFunction(2));
        Assert.True(guest.Pci.MemoryIo!.TryGetAddress(guest.Function, 0, out var bar));
        guest.Cr[2] = 0x20;
        guest.Set(ZpciLayout.Data, [.. Enumerable.Range(1, 16).Select(n => (byte)n)]);
        Assert.Equal((0, exits), Ends(Watch(guest, () => guest.LoadStoreMemory(Op.PCISTGI, bar + 0x10, 8, 0x1122_3344_5566_7788))));
        var loaded = Watch(guest, () => guest.LoadStoreMemory(Op.PCILGI, bar + 0x10, 8, 0));
        Assert.Equal((0x1122_3344_5566_7788UL, exits), (loaded.Result.Gr[3], loaded.Exits));
        Assert.Equal((0, exits), Ends(Watch(guest, () => guest.StoreBlockMemory(16, bar + 0x20, ZpciLayout.Data))));
        Assert.Equal(1, ((ProbeDevice)guest.Device).Memory.Bytes[0x20]);
        Assert.Equal(exits, Watch(guest, () => guest.WriteBarrier()).Exits);
        Assert.Equal((1, 1UL), Ends(Watch(guest, () => guest.LoadStoreMemory(Op.PCILGI, ZpciLayout.Data, 8, 0))));
        guest.Cr[2] = 0;
        Assert.Equal(ProgramCode.Operation, guest.LoadStoreMemory(Op.PCILGI, bar, 8, 0).Exception);

        static (int, ulong) Ends((GuestResult Result, ulong Exits) outcome) => (outcome.Result.ConditionCode, outcome.Exits);
    }

    [Fact]
    public void A_message_of_the_device_reaches_the_running_guest_without_an_exit()
    {
        using var guest = WithInterruptions();
        var (result, exits) = Watch(guest, () => Raise(guest, Psw.Io, spins: true));
        Assert.Equal((GuestEnd.Io, 0UL), (result.End, exits));
        Assert.Equal(0x8000_0000 | (ulong)Subclass << 27, guest.Get64(0xC0) >> 32);
        Assert.Equal(0UL, guest.Get64(0xB8));
        Assert.Equal((0x10, 0x04), (guest.Get(ZpciLayout.Vector, 1)[0], guest.Get(ZpciLayout.Summary, 1)[0]));
    }

    [Theory]
    [InlineData("on", 0UL)]
    [InlineData("off", 1UL)]
    public void While_the_guest_is_masked_it_pends(string interpretation, ulong exits)
    {
        using var guest = WithInterruptions(interpretation);
        var raised = Watch(guest, () => Raise(guest, 0));
        Assert.Equal((GuestEnd.Completed, exits), (raised.Result.End, raised.Exits));
        Assert.Equal(GuestEnd.Completed, guest.Open(0));
        var opened = Watch(guest, () => guest.Execute([], Psw.Io));
        Assert.Equal(GuestEnd.Io, opened.Result.End);
        Assert.Equal(GuestEnd.Completed, guest.Open(Psw.Io));
        if (interpretation == "on") Assert.Equal(0UL, opened.Exits);
    }

    /// <summary>SIC on the GISA: one interruption and then none, until single mode is asked for again.</summary>
    [Theory]
    [InlineData("on", 0UL)]
    [InlineData("off", 1UL)]
    public void Suppression_is_the_same_and_needs_no_exit(string interpretation, ulong exits)
    {
        using var guest = WithInterruptions(interpretation);
        Assert.Equal(exits, Watch(guest, () => guest.InterruptionControls(1, Subclass)).Exits);
        Assert.Equal([true, false], [Takes(), Takes()]);
        Assert.Equal(exits, Watch(guest, () => guest.InterruptionControls(1, Subclass)).Exits);
        Assert.Equal(GuestEnd.Completed, guest.Open(Psw.Io));       // what was dropped stays so
        Assert.Equal([true, false], [Takes(), Takes()]);
        guest.InterruptionControls(0, Subclass);
        Assert.Equal([true, true], [Takes(), Takes()]);
        guest.InterruptionControls(1, 7);
        Assert.Equal([true, true], [Takes(), Takes()]);             // another subclass
        Assert.Equal(ProgramCode.Operand, guest.InterruptionControls(2, Subclass).Exception);

        bool Takes()
        {
            guest.Set(ZpciLayout.Summary, 0);
            Raise(guest, 0);
            return guest.Open(Psw.Io) == GuestEnd.Io;
        }
    }

    [Fact]
    public void Both_settings_suppress_what_the_host_injects_too()
    {
        using var guest = WithInterruptions(vector: ZpciLayout.Vector + 0xFFF, word: Word + 0x400);      // crosses a page
        Assert.Null(guest.Function.Forwarded);
        guest.InterruptionControls(1, Subclass);
        Raise(guest, 0);
        Assert.Equal(GuestEnd.Io, guest.Open(Psw.Io));
        Assert.Equal(0x01, guest.Get(ZpciLayout.Vector + 0xFFF, 1)[0]);
        guest.Set(ZpciLayout.Summary, 0);
        Raise(guest, 0);
        Assert.Equal(GuestEnd.Completed, guest.Open(Psw.Io));
    }

    /// <summary>The host hears of an event while the guest waits, and delivers it.</summary>
    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public void An_event_during_a_wait_ends_it(string interpretation)
    {
        using var guest = WithInterruptions(interpretation);
        guest.StoreRegister(0, 0x20, 4, 0x80);
        guest.StoreRegister(0, 0x08, 4, 5);      // interrupts when the factorial is done
        guest.Set(0xFE0, Psw.ExtendedAddressing | Psw.BasicAddressing | Psw.Wait | Psw.Io);
        var result = guest.Execute(ZpciGuest.Text((Op.LPSWE, new() { D2 = 0xFE0 })));
        Assert.Equal(GuestEnd.Io, result.End);
    }

    [Fact]
    public void Test_pending_interruption_finds_what_the_gisa_has()
    {
        using var guest = WithInterruptions();
        Raise(guest, 0);
        Assert.Equal(1, guest.Store(Op.TPI, 0).ConditionCode);
        Assert.Equal(0x8000_0000 | (ulong)Subclass << 27, guest.Get64(0xC0) >> 32);
        Assert.Equal(0, guest.Store(Op.TPI, 0).ConditionCode);
    }

    [Fact]
    public void Deregistration_and_reset_give_the_pins_back()
    {
        using var guest = WithInterruptions();
        Assert.Equal(2UL, Count(guest, "pins held"));
        Assert.Equal(0, guest.Controls(Op.MPCIFC, ZpciGuest.Request(guest.Handle, low: 3)).ConditionCode);
        Assert.Equal(0UL, Count(guest, "pins held"));
        Raise(guest, 0);
        Assert.Equal(GuestEnd.Completed, guest.Open(Psw.Io));
        Register(guest);
        Assert.Equal(2UL, Count(guest, "pins held"));
        Assert.Equal(0x10, guest.SetFunction(1));
        Assert.Equal(0UL, Count(guest, "pins held"));
        Assert.Equal(0x10, guest.SetFunction(0));
        Register(guest);
        guest.Pci.Reset();
        Assert.Equal(0UL, Count(guest, "pins held"));
    }

    [Fact]
    public void Without_leave_to_pin_user_space_delivers()
    {
        using var guest = WithInterruptions(setting: "memlock=4K");
        Assert.Equal(0UL, Count(guest, "pins held"));
        Raise(guest, 0);
        Assert.Equal(GuestEnd.Io, guest.Open(Psw.Io));
        Assert.Equal(0x8000_0000 | (ulong)Subclass << 27, guest.Get64(0xC0) >> 32);
    }

    /// <summary>An injected failure counts an interruption wherever it is delivered.</summary>
    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public void A_lost_interruption_is_lost(string interpretation)
    {
        using var guest = WithInterruptions(interpretation, setting: "inject=interruption,nth=2,lost");
        Assert.Equal([true, false, true], [Takes(), Takes(), Takes()]);

        bool Takes()
        {
            guest.Set(ZpciLayout.Summary, 0);
            Raise(guest, 0);
            return guest.Open(Psw.Io) == GuestEnd.Io;
        }
    }

    /// <summary>
    /// Whatever a program does, it cannot tell who delivers its interruptions: random programs end alike with and without
    /// interpretation, step by step.
    /// </summary>
    [Fact]
    public void Programs_see_no_difference()
    {
        for (var seed = 1; seed <= Programs; seed++)
        {
            using var interpreted = WithInterruptions();
            using var intercepted = WithInterruptions("off");
            var random = new Random(seed);
            for (var n = 0; n < Steps; n++)
            {
                var (step, argument) = (random.Next(8), random.Next(8));
                Assert.Equal((seed, n, step, Step(intercepted, step, argument)), (seed, n, step, Step(interpreted, step, argument)));
            }
        }
    }

    private const int Programs = 25, Steps = 40;

    private static string Step(ZpciGuest guest, int step, int argument)
    {
        var result = step switch
        {
            0 => Raise(guest, 0),
            1 => Raise(guest, Psw.Io),
            2 => guest.Execute([], Psw.Io),
            3 => guest.InterruptionControls((ulong)argument & 1, argument < 6 ? Subclass : (ulong)argument),
            4 => Again(guest),
            5 => guest.Store(Op.TPI, argument < 4 ? 0 : ZpciLayout.Data),
            6 => Open(guest, argument < 6 ? 0xFF : (ulong)argument << 4),
            _ => guest.Controls(
                argument < 3 ? Op.STPCIFC : Op.MPCIFC, ZpciGuest.Request(guest.Handle, low: argument < 6 ? 3UL : 2), FibOf(guest)),
        };
        return $"{result.End} {result.ConditionCode} {result.Exception} {guest.Get64(0xB8):x} {guest.Get64(0xC0) >> 32:x} "
            + $"{guest.Get64(ZpciLayout.Vector):x} {guest.Get64(ZpciLayout.Summary):x} {guest.Get64(ZpciLayout.Data):x}";
    }

    // As a driver that handled what it found: the summary bit is zero again.
    private static GuestResult Again(ZpciGuest guest)
    {
        guest.Set(ZpciLayout.Summary, 0);
        return Raise(guest, 0);
    }

    private static GuestResult Open(ZpciGuest guest, ulong subclasses)
    {
        guest.Cr[6] = subclasses << 24;
        return guest.Execute([], Psw.Io);
    }

    private static ulong FibOf(ZpciGuest guest)
    {
        guest.Set(ZpciLayout.Fib, new byte[0x50]);
        guest.Set(ZpciLayout.Fib + 0x28, (ulong)Word << 32);
        guest.Set(ZpciLayout.Fib + 0x30, ZpciLayout.Vector);
        guest.Set(ZpciLayout.Fib + 0x38, ZpciLayout.Summary);
        return ZpciLayout.Fib;
    }
}
