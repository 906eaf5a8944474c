namespace S390Sim.Machine;

/// <summary>Runs the program as a guest of the modelled KVM: makes the virtual machine on the parts of a bare one.</summary>
internal static class VirtualHost
{
    /// <summary>The seam of S390Sim.Hypervisor: gives a virtual machine with a design for its devices' IOMMU domains.</summary>
    public static IConfigurationHost Create(MachineConfiguration configuration, MachineParts parts, GuestConsole console)
    {
        _ = (parts, console);
        throw new ConfigurationException($"kvm={configuration.KvmDesign}: virtual machines are not there yet; leave --kvm out");
    }
}
