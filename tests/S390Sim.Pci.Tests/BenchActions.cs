namespace S390Sim.Pci.Tests;

/// <summary>What tests do in few words.</summary>
internal static class BenchActions
{
    extension(PciBench b)
    {
        public MemoryDevice Device => (MemoryDevice)b.Function.Device;

        public string Set(int operation, int spaces)
            => b.CallClp(5, $"{b.Handle:X8} 0000 {operation:X2} {spaces:X2}", space: 160);

        public string Suppress(uint operation, int subclass = 2)
        {
            (b.Context[4], b.Context[6]) = (operation, (ulong)subclass << 27);
            return b.Run(4, (c, p) => PciInstructions.Sic(c, p, 4, 6, PciBench.Block, 0));
        }
    }
}
