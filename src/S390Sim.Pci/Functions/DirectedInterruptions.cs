namespace S390Sim.Pci;

/// <summary>
/// Interruptions that are directed to CPUs, as SET INTERRUPTION CONTROLS has them: a bit vector for each CPU, and for CPUs that
/// cannot take an interruption a summary bit each and a floating interruption in their place.
/// </summary>
/// <param name="configuration">The functions that signal them.</param>
public sealed class DirectedInterruptions(PciConfiguration configuration)
{
    /// <summary>Most CPUs that may be told of.</summary>
    public const int MaximumCpus = 64;

    private readonly InterruptionSuppression[] _suppression =
        [.. Enumerable.Range(0, MaximumCpus).Select(_ => new InterruptionSuppression())];
    private readonly ulong[] _vectors = new ulong[MaximumCpus];
    private ulong _hasVector;       // bit n from the right: CPU n has a vector
    private ulong _summary;
    private int _cpus;
    private int _subclass;

    /// <summary>Whether the controls that hold for all CPUs are set.</summary>
    public bool IsRegistered => _cpus != 0;

    /// <summary>Sets what holds for all CPUs; false when the summary bits are not in storage or the CPUs are too many.</summary>
    /// <param name="subclass">Interruption subclass, 0-7.</param>
    /// <param name="cpus">Number of CPUs, from address 0 on.</param>
    /// <param name="summary">Absolute address of the summary bits, one for each CPU.</param>
    public bool TryRegister(int subclass, int cpus, ulong summary)
    {
        Span<byte> probe = stackalloc byte[MaximumCpus / 8];
        if (cpus is 0 or > MaximumCpus || !configuration.Storage.TryRead(summary, probe[..((cpus + 7) / 8)])) return false;
        (_subclass, _cpus, _summary) = (subclass, cpus, summary);
        return true;
    }

    /// <summary>Sets the bit vector of a CPU; false when it is not registered, or the vector is not in storage.</summary>
    /// <param name="cpu">CPU address.</param>
    /// <param name="vector">Absolute address of the CPU's interruption bit vector.</param>
    public bool TrySetVector(ushort cpu, ulong vector)
    {
        Span<byte> probe = stackalloc byte[1];
        if (cpu >= _cpus || !configuration.Storage.TryRead(vector, probe)) return false;
        _vectors[cpu] = vector;
        _hasVector |= 1UL << cpu;
        return true;
    }

    /// <summary>Suppression of a CPU's directed interruptions; null when the CPU is none of those registered.</summary>
    public InterruptionSuppression? SuppressionOf(ushort cpu) => cpu < _cpus ? _suppression[cpu] : null;

    /// <summary>The bit vector of a CPU; false when it has none.</summary>
    public bool TryGetVector(ushort cpu, out ulong vector)
    {
        var isSet = cpu < _cpus && (_hasVector & (1UL << cpu)) != 0;
        vector = isSet ? _vectors[cpu] : 0;
        return isSet;
    }

    /// <summary>
    /// Presents an interruption to a CPU whose bit vector has a new bit. While the CPU suppresses them it is not told. In the
    /// place of one that cannot take it, any CPU takes a floating interruption.
    /// </summary>
    /// <param name="cpu">CPU address; it has a vector.</param>
    /// <param name="failing">Absolute address of the summary bit that could not be stored.</param>
    /// <returns>False when the summary bit could not be stored.</returns>
    public bool TryPresent(ushort cpu, out ulong failing)
    {
        failing = _summary + cpu / 8u;
        var suppression = _suppression[cpu];
        if (suppression.Suppresses(_subclass)) return true;
        if (configuration.Interruptions.TakesDirected(cpu))
        {
            suppression.Admit(_subclass);
            configuration.RequestDirected(cpu, _subclass);
            return true;
        }
        var bit = (byte)(0x80 >> (cpu % 8));
        if (!configuration.Storage.TryOr(failing, bit, out var before)) return false;
        if ((before & bit) == 0) configuration.RequestInterruption(_subclass);
        return true;
    }

    /// <summary>Forgets everything (system reset).</summary>
    public void Reset()
    {
        foreach (var suppression in _suppression) suppression.Reset();
        _hasVector = _summary = 0;
        _cpus = _subclass = 0;
    }
}
