using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>A processor that executes PCI instructions itself, with the configuration that its program sees.</summary>
/// <param name="state">The processor's state.</param>
public readonly unsafe struct ProcessorContext(CpuState* state) : IPciContext
{
    private readonly CpuState* _state = state;

    /// <summary>Gives a processor its PCI functions: its PCI instructions use them from now on.</summary>
    public static void Attach(Processor processor, PciConfiguration configuration) => processor.AddService(configuration);

    /// <summary>The functions of the processor's program.</summary>
    public PciConfiguration Configuration => _state->SieLevel == 0
        ? _state->Processor.Service<PciConfiguration>() : _state->Processor.Service<GuestFunctions>().Configuration;

    /// <inheritdoc/>
    public bool ProblemState => _state->ProblemState;

    /// <inheritdoc/>
    public ushort CpuAddress => _state->Processor.CpuAddress;

    /// <inheritdoc/>
    public ulong AddressMask => _state->AddressMask;

    /// <inheritdoc/>
    public bool AllowsMemoryIo => (_state->Cr[2] & CpuState.MemoryIoControl) != 0;

    /// <inheritdoc/>
    public ulong this[int register]
    {
        get => _state->Gr[register];
        set => _state->Gr[register] = value;
    }

    /// <inheritdoc/>
    public void SetConditionCode(int conditionCode) => _state->Cc = conditionCode;

    /// <inheritdoc/>
    public bool TryFetch(ulong address, int baseRegister, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = Math.Min(bytes.Length, Storage.PageSize);
            if (!_state->Fetch(address, baseRegister, bytes[..piece])) return false;
            address = Advance(address, piece);
            bytes = bytes[piece..];
        }
        return true;
    }

    /// <inheritdoc/>
    public bool TryStore(ulong address, int baseRegister, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Storage.PageSize && !CanStore(address, baseRegister, bytes.Length)) return false;
        while (!bytes.IsEmpty)
        {
            var piece = Math.Min(bytes.Length, Storage.PageSize);
            if (!_state->Store(address, baseRegister, bytes[..piece])) return false;
            address = Advance(address, piece);
            bytes = bytes[piece..];
        }
        return true;
    }

    /// <inheritdoc/>
    public bool TryTranslate(ulong address, int baseRegister, bool isStore, out ulong absolute)
        => _state->TranslateBeyondStorage(address, baseRegister, isStore ? AccessKind.Store : AccessKind.Fetch, out absolute);

    /// <inheritdoc/>
    public void Program(ProgramCode code) => _state->Program(code);

    private bool CanStore(ulong address, int baseRegister, int length)
    {
        while (length > 0)
        {
            var piece = Math.Min(length, Storage.PageSize);
            if (!_state->Locate(address, baseRegister, piece, AccessKind.Store, out _)) return false;
            address = Advance(address, piece);
            length -= piece;
        }
        return true;
    }

    private ulong Advance(ulong address, int bytes) => (address + (ulong)bytes) & _state->AddressMask;
}
