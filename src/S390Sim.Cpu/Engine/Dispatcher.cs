using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>
/// The interpreter's loop. The build makes it from the instructions' methods (<c>DispatchGenerator</c>): those marked for aggressive
/// inlining are cases of a switch, into which the compiler puts their bodies; the others are called through the slot's handler.
/// </summary>
internal static unsafe partial class Dispatcher
{
    /// <summary>The number of a row's case, or zero when it has none.</summary>
    public static partial byte Case(Op op);

    /// <summary>The case that executes an instruction of one row, then its neighbour of another; zero for none.</summary>
    public static partial byte PairCase(Op first, Op second);

    /// <summary>
    /// Executes instructions until one returns null or the deadline comes. Returns the slot to go on with; null when a method did, and
    /// <paramref name="at"/> is then its slot.
    /// </summary>
    public static partial Insn* Run(CpuState* c, ref Insn* at);
}
