using System.Diagnostics;

namespace S390Sim.Pci.Tests;

/// <summary>Queues, commands, lists and doorbells of any contents: the controller does bounded work and never throws.</summary>
public sealed class NvmeFuzzTests
{
    // So many controllers, each with a hundred disturbances.
    private static readonly int s_controllers = int.Parse(Environment.GetEnvironmentVariable("S390SIM_NVME_FUZZ") ?? "150",
        System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Nothing_that_a_guest_does_breaks_it()
    {
        var (fatal, failed, completed) = (0, 0, 0);
        for (var seed = 0; seed < s_controllers; seed++)
        {
            using var host = new SimulatedHost(new NvmeDevice($"{seed}", new NvmeNamespace(new MemoryImage(1 << 20), 512)));
            var random = new Random(seed);
            var driver = new NvmeDriver(host);
            driver.Start(entries: 64);
            driver.CreateQueues(entries: 64);
            for (var n = 0; n < 100; n++) Disturb(host, driver, random);
            if (host.Bench.Function.State == FunctionState.Error) failed++;
            host.Bench.Function.ResetError();
            if ((driver.Status & 2) != 0) fatal++;
            if (host.Read(3 * 4096, 4096).Any(b => b != 0)) completed++;
            host.Config(4, 2, 6);
            driver.Start();
            Assert.Equal(1u, driver.Status);
            Assert.Equal(0, driver.Admin(new NvmeRequest(6) { Prp1 = host.AddressOf(NvmeDriver.Data), W10 = 1 }).Status);
        }
        // The cases are worth something only when they lead to all these ends.
        Assert.True(fatal > 0 && failed > 0 && completed > s_controllers / 2,
            $"{fatal} fatal, {failed} failed, {completed} completed");
    }

    private static void Disturb(SimulatedHost host, NvmeDriver driver, Random random)
    {
        switch (random.Next(12))
        {
            case 0:
                var entry = random.Next(4) == 0 ? (ulong)random.NextInt64() : (ulong)random.Next(64) << 24;
                host.Bench.Store(0, 4, 0x1000 + 4 * (ulong)random.Next(300), entry);
                break;
            case 1:
                host.Bench.Store(0, random.Next(1, 9), (ulong)random.Next(0x4000), (ulong)random.NextInt64());
                break;
            case 2:
                var noise = new byte[512];
                random.NextBytes(noise);
                host.Write(random.Next(IPciHost.StorageSize - 512), noise);
                break;
            case 3:
                driver.Submit(0, Request(host, random, (byte)random.Next(16)));
                Ring(host, driver, 0);
                break;
            case 4 when random.Next(20) == 0:
                host.Bench.Store(0, 4, NvmeDriver.Cc, (ulong)random.Next());
                break;
            default:
                driver.Submit(1, Request(host, random, (byte)random.Next(12)));
                if (random.Next(3) == 0) Ring(host, driver, 1);
                break;
        }
        Progress(host);
    }

    private static void Ring(SimulatedHost host, NvmeDriver driver, int queue)
    {
        if (host.Bench.Function.State == FunctionState.Enabled) driver.Ring(queue);
    }

    // Mostly sensible fields, so that commands get far, some of them wild.
    private static NvmeRequest Request(SimulatedHost host, Random random, byte opcode)
    {
        ulong Address() => random.Next(12) switch
        {
            0 => (ulong)random.NextInt64(),
            1 => host.AddressOf(random.Next(IPciHost.StorageSize)),
            2 => host.AddressOf(NvmeDriver.Lists + 8 * random.Next(1024)),
            _ => host.AddressOf(4096 * random.Next(IPciHost.StorageSize / 4096)),
        };
        uint Word() => random.Next(3) switch { 0 => (uint)random.Next(), 1 => (uint)random.Next(300), _ => 0 };
        return new NvmeRequest(opcode, random.Next(8) == 0 ? (uint)random.Next() : 1)
        {
            Flags = random.Next(30) == 0 ? (byte)random.Next(256) : (byte)0,
            Prp1 = Address(),
            Prp2 = Address(),
            W10 = Word(),
            W11 = random.Next(3) == 0 ? Word() : 0,
            W12 = random.Next(4) == 0 ? (uint)random.Next() : (uint)random.Next(32),
            W13 = random.Next(8) == 0 ? Word() : 0,
        };
    }

    // What the device is about to do ends by itself, in bounded time.
    private static void Progress(SimulatedHost host)
    {
        var started = Stopwatch.GetTimestamp();
        for (var events = 0; host.Bench.Events.Next != ulong.MaxValue; events++)
        {
            Assert.True(events < 1000, "the device does not come to rest");
            host.Bench.RunUntil(host.Bench.Events.Next);
        }
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }
}
