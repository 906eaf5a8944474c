using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>The stages of PCI instructions and events that a person may watch.</summary>
public static class PciStages
{
    /// <summary>A handle was looked up; fid is all ones and state zero when nothing has it.</summary>
    public static readonly StageKind FunctionLookup = new("FunctionLookup", "handle", "fid", "state");
    /// <summary>An instruction set its condition code and, with 1, its status.</summary>
    public static readonly StageKind StatusSet = new("StatusSet", "handle", "cc", "status");
    /// <summary>A function entered a state.</summary>
    public static readonly StageKind StateEntered = new("StateEntered", "fid", "state", "handle");
    /// <summary>An error event was queued.</summary>
    public static readonly StageKind ErrorEvent = new("ErrorEvent", "handle", "pec", "address", "fid");
    /// <summary>A function signalled a vector; summary is the bit's value before.</summary>
    public static readonly StageKind VectorSignalled = new("VectorSignalled", "fid", "vector", "summary");
    /// <summary>An adapter interruption was requested.</summary>
    public static readonly StageKind AdapterInterruption = new("AdapterInterruption", "subclass");
    /// <summary>An adapter interruption was directed to a CPU.</summary>
    public static readonly StageKind DirectedInterruption = new("DirectedInterruption", "cpu", "subclass");
    /// <summary>An event of a guest's function was left to the host: its subclass and subsystem word.</summary>
    public static readonly StageKind EventForwarded = new("EventForwarded", "fid", "subclass", "word");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<StageKind> All { get; } =
        [FunctionLookup, StatusSet, StateEntered, ErrorEvent, VectorSignalled, AdapterInterruption, DirectedInterruption, EventForwarded];
}
