using S390Sim.Testing.Arithmetic;

namespace S390Sim.Conformance.General;

/// <summary>A fact that needs QEMU's user mode and the cross compiler; skipped, saying what is missing, without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QemuFactAttribute : FactAttribute
{
    public QemuFactAttribute() => Skip = QemuUser.Missing;
}
