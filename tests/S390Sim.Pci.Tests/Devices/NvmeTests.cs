using System.Buffers.Binary;
using System.Text;

namespace S390Sim.Pci.Tests;

/// <summary>The controller as a driver meets it through PCI loads, stores, queues and PRP lists.</summary>
public sealed class NvmeTests : IDisposable
{
    private const int Blocks = 4096;

    private readonly MemoryImage _image = new(Blocks * 512), _second = new(64 * 4096, isReadOnly: true);
    private readonly SimulatedHost _host;
    private readonly NvmeDriver _driver;

    public NvmeTests()
    {
        _host = new SimulatedHost(new NvmeDevice("SERIAL7", new NvmeNamespace(_image, 512), new NvmeNamespace(_second, 4096)));
        _driver = new NvmeDriver(_host);
        new Random(1).NextBytes(_image.Bytes);
    }

    public void Dispose() => _host.Dispose();

    private ulong Data => _host.AddressOf(NvmeDriver.Data);

    [Fact]
    public void Registers_say_what_it_is_and_can()
    {
        Assert.Equal(0x0108_0201u, _host.Config(8, 4));
        Assert.Equal(0x0040_0020_1401_03FFUL, _host.Load(NvmeDriver.Cap, 8));
        Assert.Equal((0x1401_03FFUL, 0x0040_0020UL), (_host.Load(0, 4), _host.Load(4, 4)));
        Assert.Equal(0x10400UL, _host.Load(NvmeDriver.Vs, 4));
        _host.Store(NvmeDriver.Asq + 4, 4, 0x1234_5678);
        _host.Store(NvmeDriver.Asq, 4, 0x9ABC_DEF0);
        Assert.Equal(0x1234_5678_9ABC_D000UL, _host.Load(NvmeDriver.Asq, 8));
        _host.Store(NvmeDriver.Intms, 4, 0xFF);
        _host.Store(NvmeDriver.Intmc, 4, 0x0F);
        Assert.Equal((0xF0UL, 0xF0UL), (_host.Load(NvmeDriver.Intms, 4), _host.Load(NvmeDriver.Intmc, 4)));
        Assert.Equal((0UL, 0UL), (_host.Load(0x38, 8), _host.Load(0xF00, 4)));
        Assert.Equal(["PGM 0015", "PGM 0015"], [_host.Bench.Load(0, 8, 0x1000), _host.Bench.Load(0, 4, 0x2800)]);
    }

    [Theory]
    [InlineData(0x0046_0001u, 1u)]
    [InlineData(0x0046_0201u, 2u)]          // 64 KB pages, and queues that do not begin one
    [InlineData(0x0046_0281u, 2u)]          // 128 KB pages
    [InlineData(0x0046_0011u, 2u)]          // another command set
    [InlineData(0x0046_0801u, 2u)]          // weighted arbitration
    public void Enabling_makes_it_ready_or_fatal(uint configuration, uint status)
    {
        _driver.Start(configuration: configuration);
        Assert.Equal(status, _driver.Status);
        _driver.Start();
        Assert.Equal(1u, _driver.Status);
    }

    [Fact]
    public void Enabling_takes_time_and_needs_queues()
    {
        _host.Store(NvmeDriver.Cc, 4, NvmeDriver.Enabled);
        Assert.Equal(0u, _driver.Status);
        Assert.True(_host.WaitFor(() => _driver.Status != 0));
        Assert.Equal(2u, _driver.Status);
    }

    [Fact]
    public void Identify_tells_of_the_controller_and_its_namespaces()
    {
        _driver.Start();
        var controller = Identify(1);
        Assert.Equal("SERIAL7             S390Sim NVMe", Encoding.ASCII.GetString(controller[4..64]).TrimEnd());
        Assert.Equal([7, 0x66, 0x44, 2, 0x1D, 7], new[] { 77, 512, 513, 516, 520, 525 }.Select(at => (int)controller[at]));
        Assert.StartsWith("nqn.2014-08.org.nvmexpress:uuid:", Encoding.ASCII.GetString(controller[768..1024]));
        var first = Identify(0, 1);
        Assert.Equal(((ulong)Blocks, (byte)9, (byte)0), (BinaryPrimitives.ReadUInt64LittleEndian(first), first[130], first[99]));
        var second = Identify(0, 2);
        Assert.Equal((64UL, (byte)12, (byte)1), (BinaryPrimitives.ReadUInt64LittleEndian(second), second[130], second[99]));
        Assert.Equal("01000000020000000000", Convert.ToHexString(Identify(2)[..10]));
        Assert.Equal("0200000000000000", Convert.ToHexString(Identify(2, 1)[..8]));
        var descriptor = Identify(3, 1);
        Assert.Equal((3, 16, 0x50, 0x80), (descriptor[0], descriptor[1], descriptor[10] & 0xF0, descriptor[12] & 0xC0));
        Assert.NotEqual(descriptor, Identify(3, 2));
        (uint What, uint Namespace)[] wrong = [(0, 3), (0, 0), (3, 9), (2, ~0u), (4, 0), (0x10, 0)];
        Assert.Equal([0x0B, 0x0B, 0x0B, 0x0B, 0x02, 0x02],
            wrong.Select(w => _driver.Admin(new NvmeRequest(6, w.Namespace) { Prp1 = Data, W10 = w.What }).Status));
    }

    [Fact]
    public void Creation_of_queues_is_checked()
    {
        _driver.Start();
        var (completion, submission) = (_driver.CreateCompletion(1, 16), _driver.CreateSubmission(1, 16, 1));
        Assert.Equal(0x100, _driver.Admin(submission).Status);
        Assert.Equal(0x101, _driver.Admin(completion with { W10 = 0xF_0000 }).Status);
        Assert.Equal(0x101, _driver.Admin(completion with { W10 = 0xF_0041 }).Status);
        Assert.Equal(0x102, _driver.Admin(completion with { W10 = 0x0_0001 }).Status);
        Assert.Equal(0x102, _driver.Admin(completion with { W10 = 0x400_0001 }).Status);
        Assert.Equal(0x002, _driver.Admin(completion with { W11 = 2 }).Status);
        Assert.Equal(0x013, _driver.Admin(completion with { Prp1 = completion.Prp1 + 8 }).Status);
        Assert.Equal(0x108, _driver.Admin(completion with { W11 = 65 << 16 | 3 }).Status);
        Assert.Equal(0, _driver.Admin(completion).Status);
        Assert.Equal(0x101, _driver.Admin(completion).Status);
        Assert.Equal(0x100, _driver.Admin(submission with { W11 = 1 }).Status);
        Assert.Equal(0x101, _driver.Admin(submission with { W10 = 0xF_0000 }).Status);
        Assert.Equal(0, _driver.Admin(submission).Status);
        Assert.Equal(0x101, _driver.Admin(submission).Status);
        Assert.Equal(0x10C, _driver.Admin(new NvmeRequest(4) { W10 = 1 }).Status);
        Assert.Equal(0x101, _driver.Admin(new NvmeRequest(0) { W10 = 2 }).Status);
        Assert.Equal(0x101, _driver.Admin(new NvmeRequest(0)).Status);
        Assert.Equal(0, _driver.Admin(new NvmeRequest(0) { W10 = 1 }).Status);
        Assert.Equal(0, _driver.Admin(new NvmeRequest(4) { W10 = 1 }).Status);
        Assert.Equal(0x101, _driver.Admin(new NvmeRequest(4) { W10 = 1 }).Status);
        Assert.Equal(0x001, _driver.Admin(new NvmeRequest(0x55)).Status);
        Assert.Equal(0x002, _driver.Admin(new NvmeRequest(6) { Flags = 0x40, W10 = 1, Prp1 = Data }).Status);
    }

    [Fact]
    public void Entry_sizes_must_be_the_only_ones_there_are()
    {
        _driver.Start(configuration: 1);
        Assert.Equal(0x102, _driver.Admin(_driver.CreateCompletion(1, 16)).Status);
    }

    [Fact]
    public void Features_are_kept_until_the_controller_is_reset()
    {
        _driver.Start();
        Assert.Equal((0, 0x003F_003Fu), Feature(7));
        Assert.Equal((0, 0x0002_0002u), Set(7, 0x0002_0001));
        Assert.Equal((0, 0x0002_0002u), Feature(7));
        Assert.Equal(2, Set(7, 0xFFFF).Status);
        Assert.Equal(0x101, _driver.Admin(_driver.CreateCompletion(4, 16)).Status);
        Assert.Equal((0, 1u), Feature(6));
        Set(6, 0);
        Assert.Equal(((0, 0u), (0, 1u), (0, 4u)), (Feature(6), Feature(0x106), Feature(0x306)));
        Assert.Equal(((0, 0x1_0000u), (0, 5u), (2, 0u)), (Feature(9, 0), Feature(9, 5), Feature(9, 65)));
        Assert.Equal(((0, 343u), (0, 0u)), (Feature(4), Feature(4, 1 << 20)));
        Assert.Equal((2, 0x10D, 2), (Set(0x33, 0).Status, Set(0x8000_0006, 1).Status, Set(2, 1).Status));
        Assert.Equal(0, _driver.Admin(_driver.CreateCompletion(1, 16)).Status);
        Assert.Equal(0x00C, Set(7, 0x0003_0003).Status);
        _driver.Start();
        Assert.Equal(((0, 0x003F_003Fu), (0, 1u)), (Feature(7), Feature(6)));
    }

    [Fact]
    public void Log_pages_are_read_whole_or_in_part()
    {
        _driver.Start();
        _driver.Admin(new NvmeRequest(0x55));
        var error = Log(1, 64);
        Assert.Equal("0100000000000000" + "0000", Convert.ToHexString(error[..10]));
        Assert.Equal("02C0FFFF", Convert.ToHexString(error[12..16]));
        var health = Log(2, 512);
        Assert.Equal((310, 100, 1, 1), (health[1] | health[2] << 8, health[3], health[112], health[176]));
        Assert.Equal(health[1..5], Log(2, 512, offset: 0)[1..5]);
        Assert.Equal([.. health[112..128], .. new byte[16]], [.. Log(2, 16, offset: 112), .. Log(2, 16, offset: 512)]);
        Assert.Equal("0.1", Encoding.ASCII.GetString(Log(3, 512)[8..11]));
        Assert.Equal((1, 0, 3, 1), (Log(5, 4096)[4 * 6], Log(5, 4096)[4 * 3], Log(5, 4096)[1024 + 4], Log(5, 4096)[1024 + 8]));
        Assert.Equal(0x109, _driver.Admin(new NvmeRequest(2) { Prp1 = Data, W10 = 0x77 }).Status);
        Assert.Equal(2, _driver.Admin(new NvmeRequest(2) { Prp1 = Data, W10 = 2, W12 = 516 }).Status);
        Assert.Equal(2, _driver.Admin(new NvmeRequest(2) { Prp1 = Data, W10 = 2, W12 = 2 }).Status);
        Assert.Equal(2, _driver.Admin(new NvmeRequest(2) { Prp1 = Data, W10 = 2, W11 = 0xFFFF }).Status);
    }

    [Fact]
    public void Events_answer_requests_once_until_their_page_is_read()
    {
        _driver.Start();
        for (var n = 0; n < 4; n++) _driver.Submit(0, new NvmeRequest(0x0C));
        Assert.Equal(0x105, _driver.Admin(new NvmeRequest(0x0C)).Status);
        _host.Store(NvmeDriver.Doorbell(9, completions: false), 4, 1);
        Assert.True(_driver.TryAnswer(0, out var answer));
        Assert.Equal((0, 0x0001_0000u), (answer.Status, answer.Value));
        _host.Store(NvmeDriver.Doorbell(0, completions: false), 4, 99);
        Assert.False(_driver.TryAnswer(0, out _));
        Log(1, 64, flags: 0x8000);
        Assert.False(_driver.TryAnswer(0, out _));
        Assert.Equal(0xFFFF, BinaryPrimitives.ReadUInt16LittleEndian(Log(1, 64).AsSpan(8)));
        Assert.True(_driver.TryAnswer(0, out answer));
        Assert.Equal(0x0001_0100u, answer.Value);
        Set(0x0B, 2);
        Set(4, 300);
        Assert.True(_driver.TryAnswer(0, out answer));
        Assert.Equal(0x0002_0101u, answer.Value);
        Assert.Equal(2, Log(2, 4)[0]);
    }

    [Fact]
    public void Only_a_request_for_an_event_can_be_aborted()
    {
        _driver.Start();
        var id = _driver.Submit(0, new NvmeRequest(0x0C));
        Assert.Equal(1u, _driver.Admin(new NvmeRequest(8) { W10 = 0x7777_0000 }).Value);
        Assert.Equal(1u, _driver.Admin(new NvmeRequest(8) { W10 = (uint)id << 16 | 1 }).Value);
        Assert.Equal(0u, _driver.Admin(new NvmeRequest(8) { W10 = (uint)id << 16 }).Value);
        Assert.True(_driver.TryAnswer(0, out var answer));
        Assert.Equal((7, id), (answer.Status, answer.Command));
    }

    [Fact]
    public void Commands_wait_while_the_completion_queue_is_full()
    {
        _driver.Start(entries: 4);
        for (var n = 0; n < 3; n++) _driver.Submit(0, new NvmeRequest(0x0A) { W10 = 6 });
        _driver.Ring(0);
        for (var n = 0; n < 3; n++) Assert.True(_driver.TryAnswer(0, out _, consume: false));
        for (var n = 0; n < 2; n++) _driver.Submit(0, new NvmeRequest(0x0A) { W10 = 6 });
        _driver.Ring(0);
        Assert.False(_driver.TryAnswer(0, out _));
        _driver.Consume(0);
        Assert.True(_driver.TryAnswer(0, out _));
        Assert.True(_driver.TryAnswer(0, out var answer));
        Assert.Equal((0, 1u), (answer.Status, answer.Value));
    }

    [Fact]
    public void Completions_send_their_queues_vector()
    {
        _driver.Start();
        EnableMessage(0);
        EnableMessage(7);
        Assert.Equal(0, _driver.Admin(_driver.CreateCompletion(1, 16, vector: 7)).Status);
        Assert.Equal(1UL << 63, _host.Bench.Read64(PciBench.Aibv));
        Assert.Equal(0, _driver.Admin(_driver.CreateSubmission(1, 16, 1)).Status);
        _host.Write(2 * 4096, new NvmeRequest(0, 1).Bytes(1));
        _host.Store(NvmeDriver.Doorbell(1, completions: false), 4, 1);
        Assert.True(_host.WaitFor(() => _host.Bench.Read64(PciBench.Aibv) == (1UL << 63 | 1UL << 56)));
    }

    [Fact]
    public void A_shutdown_makes_everything_durable_and_takes_no_more_commands()
    {
        _driver.Start();
        _host.Store(NvmeDriver.Cc, 4, NvmeDriver.Enabled | 0x4000);
        Assert.Equal(5u, _driver.Status);
        Assert.True(_host.WaitFor(() => _driver.Status == 9));
        Assert.Equal((1, 1), (_image.Flushes, _second.Flushes));
        _driver.Submit(0, new NvmeRequest(0x0A) { W10 = 6 });
        _driver.Ring(0);
        Assert.False(_driver.TryAnswer(0, out _));
        _driver.Start();
        Assert.Equal((0, 1u), Feature(6));
    }

    [Fact]
    public void A_queue_out_of_reach_is_fatal()
    {
        _driver.Start();
        _host.Bench.Storage.Write64(PciBench.Page + 8, 0x400);
        Assert.Equal("cc0", _host.Bench.Refresh(PciBench.Sdma + 4096, 4096));
        _driver.Submit(0, new NvmeRequest(0x0A) { W10 = 6 });
        _driver.Ring(0);
        Assert.False(_host.WaitFor(() => false));
        Assert.Equal(FunctionState.Error, _host.Bench.Function.State);
        Assert.True(_host.Bench.Function.ResetError());
        Assert.Equal(3u, _driver.Status);
    }

    [Fact]
    public void Without_bus_mastering_the_first_command_is_fatal()
    {
        _driver.Start();
        _host.Config(4, 2, 2);
        _driver.Submit(0, new NvmeRequest(0x0A) { W10 = 6 });
        _driver.Ring(0);
        Assert.False(_host.WaitFor(() => false));
        Assert.Equal((FunctionState.Enabled, 3u), (_host.Bench.Function.State, _driver.Status));
        _host.Config(4, 2, 6);
        _driver.Start();
        Assert.Equal((0, 1u), Feature(6));
    }

    [Fact]
    public void A_function_level_reset_resets_the_controller()
    {
        _driver.Start();
        _host.Bench.Function.Disable();
        _host.Bench.Function.Enable();
        Assert.Equal((0UL, 0u), (_host.Load(NvmeDriver.Asq, 8), _driver.Status));
    }

    private byte[] Identify(uint what, uint ns = 0)
    {
        Assert.Equal(0, _driver.Admin(new NvmeRequest(6, ns) { Prp1 = Data, W10 = what }).Status);
        return _host.Read(NvmeDriver.Data, 4096);
    }

    private byte[] Log(uint page, int length, uint offset = 0, uint flags = 0)
    {
        var request = new NvmeRequest(2) { Prp1 = Data, W10 = (uint)(length / 4 - 1) << 16 | flags | page, W12 = offset };
        Assert.Equal(0, _driver.Admin(request).Status);
        return _host.Read(NvmeDriver.Data, length);
    }

    private (int Status, uint Value) Feature(uint id, uint word = 0)
    {
        var answer = _driver.Admin(new NvmeRequest(0x0A) { W10 = id, W11 = word });
        return (answer.Status, answer.Value);
    }

    private (int Status, uint Value) Set(uint id, uint word)
    {
        var answer = _driver.Admin(new NvmeRequest(0x09) { W10 = id, W11 = word });
        return (answer.Status, answer.Value);
    }

    private void EnableMessage(uint vector)
    {
        var at = _host.Config(0x34, 1);
        while (_host.Config((int)at, 1) != 0x11) at = _host.Config((int)at + 1, 1);
        _host.Config((int)at + 2, 2, 0x8000);
        _host.Store(0x2000 + 16 * vector, 8, PciGroup.Default.MessageAddress);
        _host.Store(0x2008 + 16 * vector, 8, vector);
    }
}
