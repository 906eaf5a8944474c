using System.Runtime.InteropServices;
using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>
/// Which method executes each row. A row that nobody bound, or whose facility the machine lacks, is an operation exception.
/// Rows that are privileged or that SIE may intercept are entered through <see cref="Gate"/>, so that no method checks either.
/// </summary>
public sealed unsafe class HandlerTable
{
    private readonly delegate*<CpuState*, Insn*, Insn*>* _semantics;
    private readonly delegate*<CpuState*, Insn*, Insn*>* _entry;
    private readonly byte[] _case = new byte[InstructionTable.Count + 1];

    /// <summary>Makes a table with nothing bound.</summary>
    public HandlerTable()
    {
        var bytes = (nuint)((InstructionTable.Count + 1) * sizeof(nint));
        _semantics = (delegate*<CpuState*, Insn*, Insn*>*)NativeMemory.AllocZeroed(bytes);
        _entry = (delegate*<CpuState*, Insn*, Insn*>*)NativeMemory.AllocZeroed(bytes);
        for (var op = 0; op <= InstructionTable.Count; op++)
            _entry[op] = &Gate.OperationException;
    }

    /// <summary>Binds a row to its semantics.</summary>
    /// <exception cref="InvalidOperationException">Two methods claim the row.</exception>
    public void Bind(Op op, delegate*<CpuState*, Insn*, Insn*> semantics)
    {
        if (_semantics[(int)op] != null)
            throw new InvalidOperationException($"{op} is bound twice");
        _semantics[(int)op] = semantics;
        var flags = InstructionTable.Get(op).Flags;
        var guarded = (flags & InstructionFlags.Privileged) != 0 || Interceptions.MayIntercept(op);
        var floating = (flags & (InstructionFlags.AfpRegister | InstructionFlags.Bfp | InstructionFlags.Dfp)) != 0;
        _entry[(int)op] = guarded ? &Gate.Enter : floating ? &Gate.FloatingPoint : semantics;
        _case[(int)op] = guarded ? (byte)0 : Dispatcher.Case(op);
    }

    /// <summary>Makes a row an operation exception again: its facility is not installed.</summary>
    public void Remove(Op op)
    {
        _entry[(int)op] = &Gate.NotInstalled;
        _case[(int)op] = 0;
    }

    /// <summary>The row's case in the loop's switch (<see cref="Dispatcher"/>); zero when its entry method is to be called.</summary>
    internal byte Case(Op op) => _case[(int)op];

    /// <summary>Whether a method is bound to the row.</summary>
    public bool IsBound(Op op) => _semantics[(int)op] != null;

    /// <summary>The method that a slot of this row enters first.</summary>
    public delegate*<CpuState*, Insn*, Insn*> Entry(Op op) => _entry[(int)op];

    /// <summary>The rows' own methods by number of the row, for <see cref="CpuState.Semantics"/>.</summary>
    internal delegate*<CpuState*, Insn*, Insn*>* AllSemantics => _semantics;

    /// <summary>The row's own method, behind the gate.</summary>
    public delegate*<CpuState*, Insn*, Insn*> Semantics(Op op) => _semantics[(int)op];
}
