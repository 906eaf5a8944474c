namespace S390Sim.Pci.Tests;

/// <summary>What a program executes most often puts nothing on the managed heap.</summary>
public sealed class AllocationTests : IDisposable
{
    private readonly PciBench _b = new(all: true);

    public void Dispose() => _b.Dispose();

    [Theory]
    [InlineData("load")]
    [InlineData("store")]
    [InlineData("block")]
    [InlineData("refresh")]
    [InlineData("memory")]
    [InlineData("message")]
    [InlineData("refused")]
    public void Nothing_is_allocated(string what)
    {
        _b.RegisterTranslation();
        _b.RegisterInterruptions();
        _b.Function.SetMemoryIo(true);
        _b.Configuration.MemoryIo!.TryGetAddress(_b.Function, 0, out var bar);
        var (c, p) = (_b.Context, _b.Configuration);
        var request = (ulong)_b.Handle << 32;
        for (var n = 0; n < 10; n++) Act();
        // The runtime may make something of its own when it replaces code; what an instruction makes shows in every round.
        Assert.Contains(0L, Enumerable.Range(0, 4).Select(_ => AllocatedBy(1000)));

        long AllocatedBy(int times)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var n = 0; n < times; n++) Act();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Act()
        {
            switch (what)
            {
                case "load": (c[8], c[9]) = (request | 8, 0); PciInstructions.Pcilg(c, p, 3, 8); break;
                case "store": (c[8], c[9]) = (request | 4, 8); PciInstructions.Pcistg(c, p, 3, 8); break;
                case "block": (c[2], c[5]) = (request | 128, 0); PciInstructions.Pcistb(c, p, 2, 5, PciBench.Block, 0); break;
                case "refresh": (c[1], c[2], c[3]) = (request, PciBench.Sdma, 1 << 20); PciInstructions.Rpcit(c, p, 1, 2); break;
                case "memory": (c[8], c[9]) = (bar, 8); PciInstructions.Pcilgi(c, p, 3, 8); break;
                case "message": _b.Function.Signal(1, 0); break;
                default: (c[8], c[9]) = (request | 9, 0); PciInstructions.Pcilg(c, p, 3, 8); break;
            }
        }
    }
}
