namespace S390Sim.Machine;

/// <summary>A user's mistake in what was asked for: its message is one line that says what, where and what to do.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>A mistake without words; give it some.</summary>
    public ConfigurationException() { }

    /// <summary>A mistake in one line.</summary>
    public ConfigurationException(string message) : base(message) { }

    /// <summary>A mistake in one line, with what the host said.</summary>
    public ConfigurationException(string message, Exception innerException) : base(message, innerException) { }
}
