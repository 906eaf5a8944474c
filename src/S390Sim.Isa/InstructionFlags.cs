namespace S390Sim.Isa;

/// <summary>Properties of an instruction that hold for each of its executions.</summary>
[Flags]
public enum InstructionFlags : ushort
{
    /// <summary>A general instruction of the problem state that does not branch.</summary>
    None = 0,

    /// <summary>Privileged: a privileged-operation exception in the problem state.</summary>
    Privileged = 1 << 0,

    /// <summary>Semiprivileged: in the problem state the instruction is subject to additional authorization.</summary>
    SemiPrivileged = 1 << 1,

    /// <summary>May load the instruction address from something other than the updated address.</summary>
    Branch = 1 << 2,

    /// <summary>Designating an FPR other than 0, 2, 4 or 6 needs the AFP-register control (CR0 bit 45), else DXC 1.</summary>
    AfpRegister = 1 << 3,

    /// <summary>A BFP instruction: data exception with DXC 2 when the AFP-register control is zero.</summary>
    Bfp = 1 << 4,

    /// <summary>A DFP instruction: data exception with DXC 3 when the AFP-register control is zero.</summary>
    Dfp = 1 << 5,

    /// <summary>A vector instruction: data exception with DXC FE hex when the vector or AFP-register control is zero.</summary>
    Vector = 1 << 6,
}
