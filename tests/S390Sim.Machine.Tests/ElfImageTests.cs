namespace S390Sim.Machine.Tests;

public class ElfImageTests
{
    private static byte[] Good() => Elf.Make(0x10000, (0x10000, [1, 2, 3, 4], 8), (0x20000, [5], 1));

    [Fact]
    public void ReadsSegmentsByTheirPhysicalAddress()
    {
        var elf = ElfImage.Parse("x", Good());
        Assert.Equal(0x10000UL, elf.Entry);
        Assert.Equal([0x10000UL, 0x20000UL], elf.Segments.Select(s => s.Address));
        Assert.Equal([1, 2, 3, 4], elf.Bytes(elf.Segments[0]).ToArray());
        Assert.Equal(8UL, elf.Segments[0].MemorySize);
        Assert.True(elf.Segments[0].IsExecutable);
    }

    public static TheoryData<string, Action<byte[]>> Mistakes => new()
    {
        { "class", f => f[4] = 1 },
        { "big-endian", f => f[5] = 1 },
        { "another machine (e_machine 62", f => Elf.Half(f, 18, 62) },
        { "not an executable", f => Elf.Half(f, 16, 1) },
        { "too short", f => Elf.Half(f, 54, 8) },
        { "torn", f => Elf.Long(f, 32, 1 << 20) },
        { "torn", f => Elf.Long(f, 32, ulong.MaxValue) },
        { "torn", f => Elf.Half(f, 56, 500) },
        { "torn", f => Elf.Long(f, Elf.Header + 8, ulong.MaxValue - 1) },
        { "torn", f => Elf.Long(f, Elf.Header + 32, ulong.MaxValue) },
        { "more bytes in the file", f => Elf.Long(f, Elf.Header + 40, 3) },
        { "wraps around", f => Elf.Long(f, Elf.Header + 40, ulong.MaxValue) },
        { "overlap", f => Elf.Long(f, Elf.Header + 40, 0x10001) },
        { "nothing to load", f => Elf.Half(f, 56, 0) },
        { "entry point 0x30000", f => Elf.Long(f, 24, 0x30000) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void RefusesInOneLine(string why, Action<byte[]> spoil)
    {
        var file = Good();
        spoil(file);
        var e = Assert.Throws<ConfigurationException>(() => ElfImage.Parse("prog.elf", file));
        Assert.StartsWith("prog.elf: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        var file = Good();
        for (var length = 4; length < file.Length; length++)
            Assert.Throws<ConfigurationException>(() => ElfImage.Parse("x", file[..length]));
    }

    [Fact]
    public void RandomHeadersNeverEscape()
    {
        var random = new Random(20261122);
        for (var n = 0; n < 50_000; n++)
        {
            var file = Good();
            for (var spoilt = random.Next(1, 6); spoilt > 0; spoilt--)
                file[random.Next(file.Length)] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
            try
            {
                var elf = ElfImage.Parse("x", file);
                foreach (var segment in elf.Segments) _ = elf.Bytes(segment).Length;
            }
            catch (ConfigurationException)
            {
                // Refused, as it should be.
            }
        }
    }
}
