namespace S390Sim.Pci.Tests;

/// <summary>What rows of the matrix do in few words.</summary>
internal static class MatrixActions
{
    extension(PciBench b)
    {
        public MemoryDevice Device => (MemoryDevice)b.Function.Device;

        public PciBench InProblemState() => b.After(() => b.Context.ProblemState = true);
        public PciBench Failed() => b.After(() => b.Function.Fail(7, 0));
        public PciBench FailedForGood() => b.After(b.Function.FailPermanently);
        public PciBench Disabled() => b.After(b.Function.Disable);
        public PciBench Deconfigured() => b.After(b.Function.Deconfigure);
        public PciBench Unblocked() => b.After(() => Assert.Equal("cc0", b.Modify(9)));
        public PciBench Translating() => b.After(() => Assert.Equal("cc0", b.RegisterTranslation()));
        public PciBench Interrupting() => b.After(() => Assert.Equal("cc0", b.RegisterInterruptions()));
        public PciBench With(ulong address, ulong value) => b.After(() => b.Storage.Write64(address, value));

        private PciBench After(Action step)
        {
            step();
            return b;
        }

        public ushort Deconfigure() => b.Configuration.DeconfigureAdapter(2, 0);

        public void Memory(params byte[] bytes) => bytes.CopyTo(b.Device.Memory.Bytes, 0);

        public string Controls() => $"{b.StoreControls()} {b.StoredFib.Controls:X2}";

        /// <summary>A refresh with the translation registered.</summary>
        public string Registered(ulong start, ulong length)
        {
            b.RegisterTranslation();
            return b.Effect(b.Refresh(start, length));
        }

        public string Set(int operation, int spaces)
            => b.CallClp(5, $"{b.Handle:X8} 0000 {operation:X2} {spaces:X2}", space: 160);

        public string Suppress(uint operation, int subclass = 2)
        {
            (b.Context[4], b.Context[6]) = (operation, (ulong)subclass << 27);
            return b.Run(4, (c, p) => PciInstructions.Sic(c, p, 4, 6));
        }

        /// <summary>The number of interruptions that messages give, their summary bit cleared in between.</summary>
        public string Interruptions(uint mode, params uint[] vectors)
        {
            b.RegisterInterruptions();
            b.Suppress(mode);
            foreach (var vector in vectors)
            {
                b.ClearSummary();
                b.Message(vector);
            }
            return $"{b.Sink.Requests.Count}";
        }

        public void ClearSummary() => b.Storage.Write64(PciBench.Aisb, 0);

        /// <summary>A refresh with a backend that refuses.</summary>
        public string Refused(RefreshOutcome outcome)
        {
            var configuration = new PciConfiguration(b.Iommu, b.Storage, new Refusing(outcome), b.Sink);
            var function = new PciFunction(0, 0, new MemoryDevice());
            configuration.Add(function);
            function.Enable();
            function.RegisterAddressSpace(new(new(PciBench.Region | 0x804), PciBench.Sdma, PciBench.Pal));
            (b.Context[1], b.Context[2], b.Context[3]) = ((ulong)function.Handle << 32, PciBench.Sdma, 4096);
            return b.Run(1, (c, _) => PciInstructions.Rpcit(c, configuration, 1, 2));
        }
    }

    private sealed class Refusing(RefreshOutcome outcome) : ITranslationBackend
    {
        public RefreshOutcome Register(PciFunction function, in Iommu.IoAddressSpace space) => RefreshOutcome.Done;
        public void Deregister(PciFunction function) { }
        public RefreshOutcome Refresh(PciFunction function, ulong start, ulong length) => outcome;
    }
}
