using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// One intercepted instruction while it is handled: its text and operands, decoded from IPA and IPB, and the virtual CPU as
/// the instruction sees it. A virtual CPU has one and uses it again: a handled instruction allocates nothing.
/// </summary>
public sealed class InterceptContext
{
    private Operands _operands;
    private ProgramFault _fault;
    private PerReport _per;

    internal InterceptContext(VirtualCpu vcpu) => Vcpu = vcpu;

    /// <summary>The virtual CPU that executed the instruction.</summary>
    public VirtualCpu Vcpu { get; }
    /// <summary>The instruction.</summary>
    public Op Op { get; private set; }
    /// <summary>Instruction text, left-justified.</summary>
    public ulong Text { get; private set; }
    /// <summary>Its operand fields.</summary>
    public ref readonly Operands Operands => ref _operands;
    /// <summary>Length by which the guest's PSW is ahead, in bytes.</summary>
    public uint Length { get; private set; }
    /// <summary>The PER event of the instruction that is still to be presented.</summary>
    internal ref PerReport Per => ref _per;
    /// <summary>The program interruption that the handling ended in; code None when it completed.</summary>
    public ref readonly ProgramFault Fault => ref _fault;

    /// <summary>Takes up the interception that the virtual CPU has just left SIE with.</summary>
    internal void Take()
    {
        var text = Vcpu.InstructionText;
        Length = Vcpu.InstructionLength;
        _fault = default;
        Per = Vcpu.FetchEvent();
        // A loop of the guest's is intercepted at the same text over and over.
        if (text == Text) return;
        Text = text;
        Op = Decoder.Decode(text);
        _operands = default;
        if (Op != Op.Invalid) Decoder.Extract(Op, text, out _operands);
    }

    /// <summary>Whether the guest is in the problem state.</summary>
    public bool ProblemState => (Vcpu.Psw.Mask & Psw.Problem) != 0;

    /// <summary>A general register of the guest.</summary>
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

    /// <summary>The address bits of the guest's addressing mode.</summary>
    public ulong AddressMask => Psw.AddressMask(Vcpu.Psw.Mask);

    /// <summary>Sets the guest's condition code.</summary>
    public void SetConditionCode(int conditionCode) => Vcpu.ConditionCode = conditionCode;

    /// <summary>Fetches an operand; false after noting the guest's access exception.</summary>
    public bool TryFetch(ulong address, int baseRegister, Span<byte> bytes)
        => Keep(Vcpu.TryFetch(address, baseRegister, bytes, out var fault), fault);

    /// <summary>Stores an operand; false after noting the guest's access exception.</summary>
    public bool TryStore(ulong address, int baseRegister, ReadOnlySpan<byte> bytes)
        => Keep(Vcpu.TryStore(address, baseRegister, bytes, out var fault), fault);

    /// <summary>Translates to a guest absolute address, which need not be in storage; false after noting the access exception.</summary>
    public bool TryTranslate(ulong address, int baseRegister, bool isStore, out ulong absolute)
    {
        var kind = isStore ? AccessKind.Store : AccessKind.Fetch;
        return Keep(Vcpu.TryTranslate(address, baseRegister, kind, out absolute, out var fault), fault);
    }

    /// <summary>Ends the handling in a program interruption of the guest.</summary>
    public void Program(ProgramCode code) => _fault = new ProgramFault { Code = code };

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
        if (!done) _fault = fault;
        return done;
    }
}
