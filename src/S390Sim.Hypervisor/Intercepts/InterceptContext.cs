using Microsoft.Extensions.ObjectPool;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// One intercepted instruction while it is handled: its text and operands, decoded from IPA and IPB, and the virtual CPU as
/// the instruction sees it. Pooled: a handled instruction allocates nothing.
/// </summary>
public sealed class InterceptContext : IPciContext, IResettable
{
    private VirtualCpu? _vcpu;
    private Operands _operands;

    /// <summary>The virtual CPU that executed the instruction.</summary>
    public VirtualCpu Vcpu => _vcpu!;
    /// <summary>The instruction.</summary>
    public Op Op { get; private set; }
    /// <summary>Instruction text, left-justified.</summary>
    public ulong Text { get; private set; }
    /// <summary>Its operand fields.</summary>
    public ref readonly Operands Operands => ref _operands;
    /// <summary>Length by which the guest's PSW is ahead, in bytes.</summary>
    public uint Length { get; private set; }
    /// <summary>The PER event of the instruction that is still to be presented.</summary>
    internal PerReport Per { get; set; }
    /// <summary>The program interruption that the handling ended in; code None when it completed.</summary>
    public ProgramFault Fault { get; private set; }

    /// <summary>Takes up the interception that a virtual CPU has just left SIE with.</summary>
    internal void Take(VirtualCpu vcpu)
    {
        _vcpu = vcpu;
        Text = vcpu.InstructionText;
        Length = vcpu.InstructionLength;
        Op = Decoder.Decode(Text);
        if (Op != Op.Invalid) Decoder.Extract(Op, Text, out _operands);
    }

    /// <inheritdoc/>
    public bool ProblemState => (Vcpu.Psw.Mask & Psw.Problem) != 0;

    /// <inheritdoc/>
    public ushort CpuAddress => Vcpu.Address;

    /// <inheritdoc/>
    public bool AllowsMemoryIo => (Vcpu.GetCr(2) & ProcessorContext.MemoryIoControl) != 0;

    /// <inheritdoc/>
    public ulong this[int register]
    {
        get => Vcpu.GetGr(register);
        set => Vcpu.SetGr(register, value);
    }

    /// <summary>Second-operand address of a format with D2(X2,B2) or D2(B2), in the guest's addressing mode.</summary>
    public ulong Address2
    {
        get
        {
            var address = (ulong)(long)_operands.D2;
            if (_operands.B2 != 0) address += this[_operands.B2];
            if (_operands.X2 != 0) address += this[_operands.X2];
            return address & AddressMask;
        }
    }

    /// <inheritdoc/>
    public ulong AddressMask => Psw.AddressMask(Vcpu.Psw.Mask);

    /// <inheritdoc/>
    public void SetConditionCode(int conditionCode) => Vcpu.ConditionCode = conditionCode;

    /// <inheritdoc/>
    public bool TryFetch(ulong address, int baseRegister, Span<byte> bytes)
        => Keep(Vcpu.TryFetch(address, baseRegister, bytes, out var fault), fault);

    /// <inheritdoc/>
    public bool TryStore(ulong address, int baseRegister, ReadOnlySpan<byte> bytes)
        => Keep(Vcpu.TryStore(address, baseRegister, bytes, out var fault), fault);

    /// <inheritdoc/>
    public bool TryTranslate(ulong address, int baseRegister, bool isStore, out ulong absolute)
    {
        var kind = isStore ? AccessKind.Store : AccessKind.Fetch;
        return Keep(Vcpu.TryTranslate(address, baseRegister, kind, out absolute, out var fault), fault);
    }

    /// <inheritdoc/>
    public void Program(ProgramCode code) => Fault = new ProgramFault { Code = code };

    /// <summary>Lets the instruction have its ordinary effect at the guest's level, interruptions included.</summary>
    internal void Emulate()
    {
        Vcpu.Emulate(Per);
        Per = default;      // presented with the instruction's own interruption, or after it
    }

    /// <summary>Has the guest execute the instruction again, after the other CPUs had their turn.</summary>
    internal void Retry()
    {
        var psw = Vcpu.Psw;
        Vcpu.Psw = psw with { Address = (psw.Address - Length) & AddressMask };
        Per = default;
        Vcpu.Yield();
    }

    private bool Keep(bool done, in ProgramFault fault)
    {
        if (!done) Fault = fault;
        return done;
    }

    /// <inheritdoc/>
    public bool TryReset()
    {
        _vcpu = null;
        _operands = default;
        Fault = default;
        return true;
    }
}
