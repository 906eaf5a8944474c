using S390Sim.Cpu;
using S390Sim.Testing;
using static S390Sim.Tests.AddressSpaces.SpaceImage;

namespace S390Sim.Tests.AddressSpaces;

/// <summary>MOVE WITH OPTIONAL SPECIFICATIONS: every pair of operand-access controls in every mode, keys, refusals.</summary>
public sealed class MvcosTests
{
    private const uint To = Window + 0x100, From = Window + 0x2200;
    private const int ByToken5 = 3, ByToken6 = 1;
    private static readonly ulong[] s_modes = [Primary, AccessRegister, Secondary, Home];

    // Which space an address-space control means for a base register: that of the token, else primary, secondary, home.
    private static int SpaceOf(int control, int byToken) => control switch { 0 => 1, 1 => byToken, 2 => 2, _ => HomeSpace };

    [Fact]
    public void Operands_are_where_the_controls_say()
    {
        for (var mode = 0; mode < 4; mode++)
        {
            for (var first = 0; first < 5; first++)
            {
                for (var second = 0; second < 5; second++)
                {
                    var after = Run(s_modes[mode], Control(first), Control(second), 24, out _);
                    var to = In(SpaceOf(first == 4 ? mode : first, ByToken5), To);
                    var from = In(SpaceOf(second == 4 ? mode : second, ByToken6), From);
                    Assert.Equal((ushort)ProgramCode.Operation, after.Code);
                    Assert.Equal(after.Bytes[(int)from..((int)from + 24)], after.Bytes[(int)to..((int)to + 24)]);
                    Assert.NotEqual(0, after.Bytes[(int)to]);
                    Assert.Equal(0, after.Bytes[(int)to + 24]);
                }
            }
        }
    }

    // 0 to 3 as in the PSW, 4 unspecified with the field not zero.
    private static uint Control(int space) => space == 4 ? 0x00C0u : ((uint)space << 6) | 1;

    [Theory]
    [InlineData(0UL, 0, 0)]
    [InlineData(1UL, 1, 0)]
    [InlineData(4096UL, 4096, 0)]
    [InlineData(4097UL, 4096, 3)]
    [InlineData(0x1_0000_0001UL, 4096, 3)]
    public void At_most_4096_bytes_are_moved(ulong length, int moved, int cc)
    {
        var after = Run(Primary, 1, 0x81, length, out var image);
        var to = (int)In(1, To);
        for (var n = 0; n < 0x1100; n++)
        {
            var before = image.Get64((uint)((to + n) & ~7)) >> (56 - (n & 7) * 8) & 0xFF;
            Assert.Equal(n < moved ? Source(n) : before, after.Bytes[to + n]);
        }
        Assert.Equal(cc, after.ConditionCode);
    }

    private static ulong Source(int n) => (byte)(n * 7 + 1);

    [Theory]
    [InlineData(Problem, 0x00C1u, 0x0001u, 0xFFFF, 0x13)]     // home is not for the problem state
    [InlineData(Problem, 0x0001u, 0x00C1u, 0xFFFF, 0x13)]
    [InlineData(Problem, 0x1003u, 0x0081u, 0x8000, 0x02)]     // key 1 not in the PSW-key mask
    [InlineData(Problem, 0x0001u, 0x1083u, 0x8000, 0x02)]
    [InlineData(Problem, 0x1003u, 0x2083u, 0x6000, 0x04)]     // permitted, but storage has key 0
    [InlineData(Problem, 0x1001u, 0x2081u, 0x0000, 0x01)]     // keys that are not specified do not count
    [InlineData(0UL, 0x1003u, 0x2083u, 0x0000, 0x04)]
    public void Authority_counts_in_the_problem_state(ulong state, uint first, uint second, int keyMask, int code)
    {
        var after = Run(Primary | state, first, second, 8, out _, i => i.Cr(3, ((ulong)keyMask << 16) | 2));
        Assert.Equal(code, after.Code);
    }

    [Theory]
    [InlineData(0x2003u, 0x3083u, 0x01)]
    [InlineData(0x3003u, 0x3083u, 0x04)]
    [InlineData(0x2003u, 0x2083u, 0x04)]
    [InlineData(0x2001u, 0x3083u, 0x04)]      // the PSW's key 4 for the first operand
    [InlineData(0x2003u, 0x3081u, 0x04)]
    public void Each_operand_has_its_key(uint first, uint second, int code)
    {
        var after = Run(Primary | (4UL << 52), first, second, 8, out _, setKeys: true);
        Assert.Equal(code, after.Code);
    }

    [Fact]
    public void It_needs_dat_and_the_secondary_space_control()
    {
        Assert.Equal(0x13, Run(0, 1, 1, 8, out _).Code);
        Assert.Equal(0x13, Run(Primary, 0x81, 1, 8, out _, i => i.Cr(0, 0xE0)).Code);
        Assert.Equal(0x13, Run(Primary, 1, 0x81, 8, out _, i => i.Cr(0, 0xE0)).Code);
        Assert.Equal(0x01, Run(Primary, 1, 1, 8, out _, i => i.Cr(0, 0xE0)).Code);
    }

    [Fact]
    public void An_exception_tells_the_operands_space()
    {
        var after = Run(Primary, 0x41, 0x81, 8, out _, i => i.Put64(PageEntry(ByToken5, To), 0x400));
        Assert.Equal((0x11, 0x05, (ulong)Window | 0x401), (after.Code, after.Bytes[0xA0], after.Identification));
        after = Run(Home, 0x01, 0x81, 8, out _, i => i.Put64(PageEntry(2, From), 0x400));
        Assert.Equal((0x11, 0x00, (ulong)Window | 0x2802), (after.Code, after.Bytes[0xA0], after.Identification));
    }

    private sealed record After(byte[] Bytes)
    {
        public int Code => Bytes[0x8F];
        public int ConditionCode => (Bytes[0x152] >> 4) & 3;
        public ulong Identification => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(Bytes.AsSpan(0xA8));
    }

    private static unsafe After Run(ulong mode, uint first, uint second, ulong length, out SpaceImage image,
        Action<SpaceImage>? prepare = null, bool setKeys = false)
    {
        image = new SpaceImage();
        image.PutHex(Code, "C8205000 6000");
        image.Start(mode | Mask64);
        image.Gr(0, ((ulong)first << 16) | second);
        image.Gr(2, length);
        image.Gr(5, To);
        image.Gr(6, From);
        image.Ar(5, 0x0007_0003);
        image.Ar(6, 0);
        var bytes = new byte[0x1100];
        for (var n = 0; n < bytes.Length; n++) bytes[n] = (byte)Source(n);
        foreach (var space in new[] { 1, 2, 3, HomeSpace }) image.PutHex(In(space, From), Convert.ToHexString(bytes));
        prepare?.Invoke(image);
        using var bench = new CpuBench(4 << 20);
        bench.Storage.Write(0, image.Finish());
        if (setKeys)
        {
            foreach (var space in new[] { 1, 2 })
            {
                bench.Storage.SetKey(In(space, To), 0x28);
                bench.Storage.SetKey(In(space, From), 0x38);
            }
        }
        Assert.True(bench.State->Restart());
        Assert.Equal(StopReason.Wait, bench.Processor.Run(bench.State->InstructionCount + 1000));
        return new After(new ReadOnlySpan<byte>(bench.Storage.Base, Size).ToArray());
    }
}
