namespace S390Sim.Pci.Tests;

/// <summary>The educational device answers as QEMU's, whose 28 bits of DMA addresses hold all that is asked for here.</summary>
[Collection("processes")]
public sealed class EduAgainstQemu
{
    private const ulong Mask = 0xFFFF_FFFF;

    [QtestFact]
    public void Registers_factorials_and_transfers_are_the_same()
    {
        using var qemu = new QtestHost($"edu,dma_mask=0x{Mask:x}");
        using var ours = new SimulatedHost(new EduDevice());
        var (expected, answers) = (Drive(qemu).ToList(), Drive(ours).ToList());
        Assert.True(expected.Count > 50);
        Assert.Equal(expected, answers);
    }

    [QtestFact]
    public void Addresses_lose_the_bits_that_the_engine_lacks()
    {
        // 28 bits lead out of either machine's storage, so the engine has some more there, and one bit is lost.
        using var qemu = new QtestHost("edu,dma_mask=0xffffffff");
        using var ours = new SimulatedHost(new EduDevice { DmaMask = 0x1_FFFF_FFFF });
        foreach (var (host, lost) in new (IPciHost, ulong)[] { (qemu, 1UL << 32), (ours, 1UL << 33) })
        {
            host.Write(0, [1, 2, 3, 4]);
            Start(host, host.AddressOf(0) | lost, 0x40000, 4, 1);
            Start(host, 0x40000, host.AddressOf(64) | lost, 4, 3);
            Assert.Equal([1, 2, 3, 4], host.Read(64, 4));
        }
    }

    private static IEnumerable<string> Drive(IPciHost host)
    {
        yield return $"{host.Config(0, 4):x} {host.Config(8, 4):x}";
        ulong[] words = [0, 4, 8, 0xC, 0x20, 0x24, 0x60, 0x64, 0x70, 0x80, 0x84, 0x98, 0xA0, 0x1000, 0xFFFFC];
        foreach (var offset in words)
            yield return $"load {offset:x}: {host.Load(offset, 4):x}";
        foreach (var offset in new ulong[] { 0x80, 0x88, 0x90, 0x98, 0xA0 })
            yield return $"load 8 {offset:x}: {host.Load(offset, 8):x}";
        foreach (var value in new uint[] { 0, 1, 0x8000_0000, 0x1234_5678, ~0u })
        {
            host.Store(4, 4, value);
            yield return $"liveness {value:x}: {host.Load(4, 4):x}";
        }
        foreach (var n in new uint[] { 0, 1, 2, 5, 12, 13, 20, 33, 34, 40 })
        {
            host.Store(8, 4, n);
            yield return $"factorial {n}: {host.WaitFor(() => (host.Load(0x20, 4) & 1) == 0)} {host.Load(8, 4):x}";
        }
        foreach (var value in new uint[] { 0x80, 0xFFFF_FFFE, 0x7F, 0 })
        {
            host.Store(0x20, 4, value);
            yield return $"status {value:x}: {host.Load(0x20, 4):x}";
        }
        host.Store(0x20, 4, 0x80);
        host.Store(8, 4, 4);
        yield return $"factorial with interruption: {host.WaitFor(() => (host.Load(0x24, 4) & 1) != 0)} {host.Load(0x20, 4):x}";
        (ulong, uint)[] raised = [(0x60, 0x10), (0x60, 0), (0x64, 1), (0x60, 0xFF00_0000), (0x64, 0x10), (0x64, ~0u)];
        foreach (var (offset, value) in raised)
        {
            host.Store(offset, 4, value);
            yield return $"{offset:x} {value:x}: {host.Load(0x24, 4):x}";
        }
        foreach (var step in Transfers(host)) yield return step;
    }

    private static IEnumerable<string> Transfers(IPciHost host)
    {
        host.Store(0x80, 8, 0x1234_5678_9ABC_DEF0);
        yield return $"source: {host.Load(0x80, 8):x} {host.Load(0x80, 4):x} {host.Load(0x84, 4):x}";
        host.Store(0x80, 4, 5);
        yield return $"source: {host.Load(0x80, 8):x}";
        host.Store(0x98, 8, 6);
        yield return $"command without start: {host.Load(0x98, 8):x}";
        var data = new byte[4096];
        new Random(3).NextBytes(data);
        host.Write(0, data);
        // QEMU ends itself when a transfer reaches the buffer's last byte.
        foreach (var (from, to, length) in new[] { (0, 0, 4095), (100, 200, 77), (4095, 4094, 1) })
        {
            yield return Start(host, host.AddressOf(from), 0x40000 + (ulong)to, (ulong)length, 1);
            yield return Start(host, 0x40000 + (ulong)to, host.AddressOf(8192), (ulong)length, 7);
            yield return $"{host.Load(0x24, 4):x} {Convert.ToHexString(host.Read(8192, length))}";
            host.Store(0x64, 4, 0x100);
        }
    }

    private static string Start(IPciHost host, ulong source, ulong destination, ulong length, ulong command)
    {
        host.Store(0x80, 8, source);
        host.Store(0x88, 8, destination);
        host.Store(0x90, 8, length);
        host.Store(0x98, 8, command);
        host.Store(0x90, 8, 1);                     // not while it runs
        var done = host.WaitFor(() => (host.Load(0x98, 8) & 1) == 0);
        return $"transfer: {done} {host.Load(0x90, 8):x} {host.Load(0x98, 8):x}";
    }
}
