using S390Sim.Testing;

namespace S390Sim.Conformance;

/// <summary>A fact that needs QEMU and the cross compiler; skipped, saying what is missing, without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QemuFactAttribute : FactAttribute
{
    public QemuFactAttribute() => Skip = CrossTools.Missing;
}

/// <summary>A theory that needs QEMU and the cross compiler; skipped, saying what is missing, without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QemuTheoryAttribute : TheoryAttribute
{
    public QemuTheoryAttribute() => Skip = CrossTools.Missing;
}
