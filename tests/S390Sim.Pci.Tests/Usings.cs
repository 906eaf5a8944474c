global using PciInstructions = S390Sim.Pci.PciInstructions<S390Sim.Pci.Tests.FakeContext>;
