using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.InputOutput;

public sealed unsafe class ChannelSubsystemTests : IDisposable
{
    private const ulong Subchannel = 0x1_0000, Operand = 0x4_0000;
    private readonly EngineBench _bench = new();

    private string Run(string code, ulong identification = Subchannel, ulong address = Operand, ulong mask = EngineBench.Mask64)
    {
        (_bench.C->Gr[1], _bench.C->Gr[9]) = (identification, address);
        _bench.Put(0x8E, "0000");
        _bench.Run(code, 1, mask | (1UL << 44));
        var interruption = _bench.Lowcore.ProgramInterruptionCode;
        return interruption != 0 ? $"{interruption:x}" : $"cc{_bench.C->Cc}";
    }

    private static readonly string[] s_all =
        ["B2300000", "B2310000", "B2380000", "B2760000", "B2339000", "B2329000", "B2349000", "B2359000"];

    public static TheoryData<string> All => [.. s_all];

    [Theory]
    [MemberData(nameof(All))]
    public void No_subchannel_is_operational(string code)
    {
        Assert.Equal("cc3", Run(code, 0xFFFF_FFFF_0001_FFFF));
        foreach (var wrong in new ulong[] { 0, 0x3_0000, 0x8001_0000, 0x2_0000 }) Assert.Equal("15", Run(code, wrong));
        Assert.Equal("2", Run(code, mask: EngineBench.Mask64 | Psw.Problem));
    }

    [Theory]
    [InlineData("B2339000")]
    [InlineData("B2329000")]
    [InlineData("B2349000")]
    [InlineData("B2359000")]
    public void Operands_of_subchannel_instructions(string code)
    {
        Assert.Equal("6", Run(code, address: Operand + 2));
        Assert.Equal("5", Run(code, address: 0x80_0000));
        var stores = code is "B2349000" or "B2359000";
        _bench.Storage.SetKey(Operand, 0x30);
        Assert.Equal(stores ? "4" : "cc3", Run(code, mask: EngineBench.Mask64 | (2UL << 52)));
    }

    [Theory]
    [InlineData("B2339000", 4, 0x0004_0000U)]           // SSCH
    [InlineData("B2339000", 4, 0x0000_0002U)]
    [InlineData("B2339000", 4, 0x0000_0020U)]
    [InlineData("B2339000", 8, 0x8000_0000U)]
    [InlineData("B2329000", 4, 0x8000_0000U)]           // MSCH
    [InlineData("B2329000", 4, 0x0100_0000U)]
    [InlineData("B2329000", 4, 0x0060_0000U)]
    [InlineData("B2329000", 24, 0x0000_0008U)]
    public void Blocks_that_are_not_valid(string code, ulong offset, uint word)
    {
        _bench.Storage.Write(Operand + offset, [(byte)(word >> 24), (byte)(word >> 16), (byte)(word >> 8), (byte)word]);
        Assert.Equal("15", Run(code));
    }

    [Theory]
    [InlineData("B23B0000", 0xFFUL, "cc3")]             // RCHP
    [InlineData("B23B0000", 0x100UL, "15")]
    [InlineData("B2370000", 0x7FFF_0000UL, "cc1")]      // SAL
    [InlineData("B2370000", 0x8000_0000UL, "15")]
    [InlineData("B2370000", 0x1UL, "15")]
    [InlineData("B23C0000", 0xF000_0003UL, "cc1")]      // SCHM
    [InlineData("B23C0000", 0x4UL, "15")]
    [InlineData("B22E0034", 0UL, "cc3")]                // PGIN
    [InlineData("B22F0034", 0UL, "cc3")]
    public void Of_the_channel_subsystem(string code, ulong register, string expected)
        => Assert.Equal(expected, Run(code, register));

    [Fact]
    public void Set_channel_monitor_wants_an_aligned_origin_only_for_update()
    {
        _bench.C->Gr[2] = 0x10;
        Assert.Equal("15", Run("B23C0000", 2));
        Assert.Equal("cc1", Run("B23C0000", 1));
    }

    [Fact]
    public void Store_channel_path_status()
    {
        _bench.Storage.Write64(Operand + 24, 5);
        Assert.Equal("6", Run("B23A9000", address: Operand + 16));
        Assert.Equal("cc1", Run("B23A9000"));
        Assert.Equal(0UL, _bench.Storage.Read64(Operand + 24));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(Operand)]
    public void Test_pending_interruption(ulong address)
    {
        var floating = _bench.Processor.Pending.Floating;
        _bench.C->Cr[6] = 0x2000_0000;
        Assert.Equal("cc0", Run("B2369000", address: address));
        floating.RequestAdapter(1);
        Assert.Equal("cc0", Run("B2369000", address: address));
        floating.RequestAdapter(2);
        _bench.Storage.Write(Operand, Enumerable.Repeat((byte)0xFF, 12).ToArray());
        _bench.Storage.Write(0xB8, Enumerable.Repeat((byte)0xFF, 12).ToArray());
        Assert.Equal("cc1", Run("B2369000", address: address));
        var stored = address == 0 ? 0xB8UL : Operand;
        Assert.Equal(0UL, _bench.Storage.Read64(stored));
        Assert.Equal(address == 0 ? 0x9000_0000U : uint.MaxValue, _bench.Lowcore.IoIdentification);
        Assert.Equal("cc0", Run("B2369000", address: address));
        Assert.Equal(0x40, floating.IoSubclasses);
    }

    [Fact]
    public void An_interruption_that_cannot_be_stored_stays_pending()
    {
        _bench.C->Cr[6] = 0xFF00_0000;
        _bench.Processor.Pending.Floating.RequestAdapter(2);
        Assert.Equal("6", Run("B2369000", address: Operand + 2));
        Assert.Equal("5", Run("B2369000", address: 0x80_0000));
        Assert.Equal("cc1", Run("B2369000"));
    }

    public void Dispose() => _bench.Dispose();
}
