using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// A guest whose PCI instruction was intercepted, as <see cref="PciInstructions{TContext}"/> sees who executes: a structure around
/// the context, so that the instructions are compiled for it and reach the guest's registers without a call.
/// </summary>
/// <param name="context">The intercepted instruction.</param>
internal readonly struct GuestContext(InterceptContext context) : IPciContext
{
    /// <inheritdoc/>
    public bool ProblemState => context.ProblemState;

    /// <inheritdoc/>
    public ushort CpuAddress => context.Vcpu.Address;

    /// <inheritdoc/>
    public ulong AddressMask => context.AddressMask;

    /// <inheritdoc/>
    public bool AllowsMemoryIo => (context.Vcpu.GetCr(2) & CpuState.MemoryIoControl) != 0;

    /// <inheritdoc/>
    public ulong this[int register]
    {
        get => context[register];
        set => context[register] = value;
    }

    /// <inheritdoc/>
    public void SetConditionCode(int conditionCode) => context.SetConditionCode(conditionCode);

    /// <inheritdoc/>
    public bool TryFetch(ulong address, int baseRegister, Span<byte> bytes) => context.TryFetch(address, baseRegister, bytes);

    /// <inheritdoc/>
    public bool TryStore(ulong address, int baseRegister, ReadOnlySpan<byte> bytes)
        => context.TryStore(address, baseRegister, bytes);

    /// <inheritdoc/>
    public bool TryTranslate(ulong address, int baseRegister, bool isStore, out ulong absolute)
        => context.TryTranslate(address, baseRegister, isStore, out absolute);

    /// <inheritdoc/>
    public void Program(ProgramCode code) => context.Program(code);
}
