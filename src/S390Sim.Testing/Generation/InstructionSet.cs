using System.Collections;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>Some instructions of the table; every method gives a smaller set.</summary>
public sealed class InstructionSet : IReadOnlyList<Op>
{
    private readonly Op[] _ops;

    private InstructionSet(IEnumerable<Op> ops) => _ops = [.. ops];

    /// <summary>All of the table.</summary>
    public static InstructionSet All { get; } = new(InstructionTable.Rows.ToArray().Select(r => r.Op));

    /// <summary>Those that this simulator has semantics for.</summary>
    public static InstructionSet Implemented { get; } = MakeImplemented();

    /// <summary>The ones named.</summary>
    public static InstructionSet Only(params IEnumerable<Op> ops) => new(ops);

    /// <summary>Those of some formats.</summary>
    public InstructionSet OfFormat(params Format[] formats) => Where(row => formats.Contains(row.Format));

    /// <summary>Those of some facilities.</summary>
    public InstructionSet OfFacility(params Facility[] facilities) => Where(row => facilities.Contains(row.Facility));

    /// <summary>Those of some families.</summary>
    public InstructionSet OfFamily(params InstructionFamily[] families) => Where(row => families.Contains(row.Family()));

    /// <summary>Those whose row has a property.</summary>
    public InstructionSet Where(Func<InstructionRow, bool> chosen) => new(_ops.Where(op => chosen(InstructionTable.Get(op))));

    /// <summary>All but some.</summary>
    public InstructionSet Except(params IEnumerable<Op> ops)
    {
        var out_ = ops.ToHashSet();
        return new(_ops.Where(op => !out_.Contains(op)));
    }

    /// <inheritdoc/>
    public Op this[int index] => _ops[index];
    /// <inheritdoc/>
    public int Count => _ops.Length;
    /// <inheritdoc/>
    public IEnumerator<Op> GetEnumerator() => ((IEnumerable<Op>)_ops).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => _ops.GetEnumerator();

    private static InstructionSet MakeImplemented()
    {
        var handlers = new HandlerTable();
        InstructionBindings.Bind(handlers);
        return All.Where(row => handlers.IsBound(row.Op));
    }
}
