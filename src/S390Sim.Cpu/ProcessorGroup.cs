namespace S390Sim.Cpu;

/// <summary>The processors of a configuration, which signal one another.</summary>
public sealed class ProcessorGroup
{
    private readonly List<Processor> _processors = [];

    /// <summary>The processors, by the order in which they joined.</summary>
    public IReadOnlyList<Processor> Processors => _processors;

    /// <summary>Adds a processor.</summary>
    public void Add(Processor processor) => _processors.Add(processor);

    /// <summary>Whether the processors are polarized vertically.</summary>
    public bool IsVertical { get; private set; }

    private bool _isTopologyChanged;

    /// <summary>Polarizes the processors; false when they are so already.</summary>
    internal bool Polarize(bool isVertical)
    {
        if (IsVertical == isVertical) return false;
        (IsVertical, _isTopologyChanged) = (isVertical, true);
        return true;
    }

    /// <summary>Whether a topology-change report is pending; it is then taken.</summary>
    internal bool TakeTopologyChange()
    {
        var changed = _isTopologyChanged;
        _isTopologyChanged = false;
        return changed;
    }

    /// <summary>Performs an order on the processor at a CPU address.</summary>
    public SignalOutcome Signal(Processor source, SignalOrder order, ushort address, uint parameter)
        => SignalProcessor.Perform(_processors, source.CpuAddress, order, address, parameter, source.Facilities);
}
