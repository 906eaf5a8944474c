namespace S390Sim.Hypervisor;

/// <summary>A virtual machine cannot be made as asked: the message is one line for the person who asked.</summary>
public sealed class ConfigurationLimitException(string message) : Exception(message);
