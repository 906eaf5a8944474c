using System.Globalization;

namespace S390Sim.Pci.Tests;

/// <summary>
/// A driver gone mad: registers, capabilities, rings and descriptors get random values between good and bad. The device ends its
/// work each time, throws nothing, never moves a byte outside of what is mapped, and serves again after a reset.
/// </summary>
public sealed class VirtioFuzzTests
{
    private const ulong Guard = 4096;
    private static readonly ulong[] s_addresses = [0, 1, 8, 15, 0x7FF, 0xFF0, 0xFFE, 0x1000, VirtioBench.Data, VirtioBench.Header,
        VirtioBench.Mapped - 1, VirtioBench.Mapped, 0x8000_0000, 0xFFFF_FFFE_FFFF_FFF0, 0x7FFF_FFFF_0000_0000];
    private static readonly uint[] s_lengths =
        [0, 1, 2, 15, 16, 17, 32, 48, 511, 512, 513, 1024, 4096, 0x10000, 0x7FFF_FFFF, uint.MaxValue];

    // S390SIM_FUZZ: so many seeds instead of a few.
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1,
        int.Parse(Environment.GetEnvironmentVariable("S390SIM_FUZZ") ?? "6", CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_mad_driver_harms_nobody_but_itself(int seed)
    {
        var random = new Random(seed);
        using var b = new VirtioBench(new MemoryImage(64 << 10), queues: 2);
        var outside = Outside(b);
        var (served, refused) = (0, 0);
        for (var n = 0; n < 1500; n++)
        {
            Recover(b, random);
            for (var step = random.Next(1, 12); step > 0; step--) Act(b, random);
            b.Run();
            if (b.UsedIndex() != 0) served++;
            if ((b.Device.Status & VirtioStatus.NeedsReset) != 0) refused++;
        }
        Assert.Equal(outside, Outside(b));
        Assert.True(served > 200 && refused > 100, $"{served} rounds were served, {refused} led to a reset");
        b.Pci.Modify(7);
        b.Device.Configuration.Store(4, 2, 6);
        b.Start();
        Assert.Equal(0, b.Request(0, 0, 512, toDevice: false));
    }

    private static void Recover(VirtioBench b, Random random)
    {
        if (b.Pci.Function.State != FunctionState.Enabled) Assert.Equal("cc0", b.Pci.Modify(7));
        b.Pci.DrainEvents();
        b.Device.Configuration.Store(4, 2, 6);
        if (random.Next(4) != 0 || (b.Status & 0x40) != 0)
            b.Start(VirtioBench.Usual | (random.Next(2) == 0 ? VirtioBench.EventIndex : 0), random.Next(1, 3));
    }

    private static void Act(VirtioBench b, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                b.Pci.Store(4, random.Next(0, 9), (ulong)random.Next(0x3C), Value(random));
                break;
            case 1:
                b.Pci.Store(random.Next(6), 1 << random.Next(4), (ulong)random.Next(0x4010), Value(random));
                break;
            case 2:
                b.Pci.Store(15, 1 << random.Next(3), (ulong)(0x40 + 4 * random.Next(0x20)), Value(random));
                b.Pci.Load(15, 4, (ulong)(0x40 + 4 * random.Next(0x30)));
                break;
            case 3:
                b.Fill((ulong)random.Next(0x2000), BitConverter.GetBytes(Value(random)));
                break;
            default:
                Chain(b, random);
                break;
        }
    }

    private static void Chain(VirtioBench b, Random random)
    {
        var queue = random.Next(2);
        var table = random.Next(3) == 0 ? 0x8000 : VirtioBench.Descriptors(queue);
        b.PutHeader((uint)random.Next(15), (ulong)random.Next(140));
        var count = random.Next(1, 6);
        for (var n = 0; n < count; n++)
        {
            var isWild = random.Next(12) == 0;
            var isLast = n == count - 1;
            var address = isWild ? Pick(random, s_addresses)
                : n == 0 ? VirtioBench.Header : VirtioBench.Data + (ulong)random.Next(0x8000);
            var length = isWild ? Pick(random, s_lengths) : n == 0 ? 16u : isLast ? 1u : 512u * (uint)random.Next(1, 9);
            var flags = isWild ? random.Next(16) : (isLast ? 2 : 1) | (n > 0 ? 2 * random.Next(2) : 0);
            b.Descriptor(n, VirtioBench.Base + address, length, flags, isWild ? random.Next(40) : n + 1, table);
        }
        var size = random.Next(8) == 0 ? Pick(random, s_lengths) : 16u * 5;
        if (table == 0x8000) b.Descriptor(9, VirtioBench.Base + table, size, 4, 0, VirtioBench.Descriptors(queue));
        if (b.Pci.Function.State != FunctionState.Enabled) return;
        b.Submit(table == 0x8000 ? 9 : random.Next(30) == 0 ? random.Next(70) : 0, queue, run: random.Next(3) != 0);
    }

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];

    private static ulong Value(Random random) => random.Next(4) switch
    {
        0 => (ulong)random.Next(8),
        1 => 1UL << random.Next(64),
        2 => VirtioBench.Base + Pick(random, s_addresses),
        _ => (ulong)random.NextInt64(),
    };

    // What lies before and behind the mapped frames.
    private static string Outside(VirtioBench b)
    {
        var bytes = new byte[Guard];
        Assert.True(b.Pci.Storage.TryRead(VirtioBench.Frames + VirtioBench.Mapped, bytes));
        var behind = Convert.ToHexString(bytes);
        Assert.True(b.Pci.Storage.TryRead(VirtioBench.Frames - Guard, bytes));
        return behind + Convert.ToHexString(bytes);
    }
}
