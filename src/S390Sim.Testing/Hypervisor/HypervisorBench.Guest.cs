using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Isa;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What a REFRESH PCI TRANSLATIONS of the guest's ended in.</summary>
/// <param name="ConditionCode">Condition code; -1 after a program interruption.</param>
/// <param name="Status">Status in bits 32-39 of the request register.</param>
/// <param name="OtherBitsKept">Whether all other bits of the request, and both range registers, are as they were.</param>
public readonly record struct RefreshResult(int ConditionCode, byte Status, bool OtherBitsKept);

/// <summary>The guest's side: its programs and the zPCI instructions it executes under SIE.</summary>
public sealed partial class HypervisorBench
{
    /// <summary>Guest address of the code that <see cref="Execute(ReadOnlySpan{byte}, ulong)"/> stores.</summary>
    public const ulong CodeAddress = 0x4000;
    /// <summary>Guest address of the PSW that ends a program, and the instruction address in it.</summary>
    public const ulong EndPsw = 0xFF0, EndAddress = 0xE4D0;
    /// <summary>Instruction address of the guest's program-new PSW, a disabled wait.</summary>
    public const ulong ProgramNewAddress = 0xDEAD0;
    /// <summary>
    /// Guest address of the function information block that <see cref="Modify(int, ulong, ulong, ulong)"/> fills.
    /// </summary>
    public const ulong FibAddress = 0x3000;
    /// <summary>PSW mask of 64-bit supervisor state, DAT off, everything masked.</summary>
    public const ulong SupervisorMask = Psw.ExtendedAddressing | Psw.BasicAddressing;

    private const ulong ProgramLimit = 100_000;
    private const int Request = 4, Range = 6;
    private const ulong StatusBits = 0xFFUL << 24;

    private static ReadOnlySpan<byte> EndOfProgram => [0xB2, 0xB2, 0x0F, 0xF0];     // LPSWE EndPsw

    /// <summary>The guest's program-interruption code; None when its program did not end in the program-new wait.</summary>
    public ProgramCode Interruption => Cpu.Psw.Address == ProgramNewAddress
        ? (ProgramCode)(ushort)(Read64((ulong)Lowcore.ProgramInterruptionCodeOffset - 6))
        : ProgramCode.None;

    /// <summary>The guest's program-old PSW.</summary>
    public Psw ProgramOld => new(Read64((ulong)Lowcore.ProgramOldMaskOffset), Read64((ulong)Lowcore.ProgramOldMaskOffset + 8));

    /// <summary>A doubleword of guest storage; zero where there is none.</summary>
    public ulong Read64(ulong guest)
    {
        Span<byte> bytes = stackalloc byte[8];
        return Memory.TryRead(guest, bytes) ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;
    }

    /// <summary>Stores a doubleword into guest storage.</summary>
    public void Write64(ulong guest, ulong value) => Write64(Memory, guest, value);

    /// <summary>Text of an instruction, and of more behind it.</summary>
    public static byte[] Code(params ReadOnlySpan<(Op Op, Operands Operands)> program) => InstructionText.Of(program);

    /// <summary>Executes one instruction as the guest's.</summary>
    public StopReason Execute(Op op, Operands operands = default, ulong mask = SupervisorMask)
        => Execute(Code((op, operands)), mask);

    /// <summary>Executes code as the guest's; behind it comes the end of the program.</summary>
    public StopReason Execute(ReadOnlySpan<byte> code, ulong mask = SupervisorMask) => Execute(Cpu, code, mask);

    /// <summary>Executes code on one of the guest's CPUs.</summary>
    public static StopReason Execute(VirtualCpu cpu, ReadOnlySpan<byte> code, ulong mask = SupervisorMask)
    {
        Prepare(cpu, code, CodeAddress, mask);
        return cpu.Run(cpu.Machine.InstructionCount + ProgramLimit);
    }

    /// <summary>Stores code with the end of the program behind it, and makes it what a CPU executes next.</summary>
    public static void Prepare(VirtualCpu cpu, ReadOnlySpan<byte> code, ulong address, ulong mask = SupervisorMask)
    {
        cpu.Machine.Memory.TryWrite(address, code);
        cpu.Machine.Memory.TryWrite(address + (ulong)code.Length, EndOfProgram);
        cpu.Psw = new Psw(mask, address);
    }

    /// <summary>How often the guest executed RPCIT by <see cref="Refresh(ulong, ulong)"/>, busy ones too.</summary>
    public ulong Refreshes { get; private set; }

    /// <summary>How often the last refresh was busy.</summary>
    public int Retries { get; private set; }

    /// <summary>REFRESH PCI TRANSLATIONS, executed by the guest; busy is tried again.</summary>
    public RefreshResult Refresh(ulong start, ulong length) => Refresh(Function.Handle, start, length);

    /// <summary>REFRESH PCI TRANSLATIONS with a handle.</summary>
    public RefreshResult Refresh(uint handle, ulong start, ulong length)
    {
        Retries = -1;
        RefreshResult result;
        do
        {
            result = Refresh(Cpu, handle, start, length);
            Refreshes++;
            Retries++;
        }
        while (result.ConditionCode == 2 && Retries < MostRetries);
        return result;
    }

    // Nobody is busy for so long.
    private const int MostRetries = 100;

    private static RefreshResult Refresh(VirtualCpu cpu, uint handle, ulong start, ulong length)
    {
        LoadRefresh(cpu, handle, start, length);
        Execute(cpu, s_refresh);
        return AnswerOf(cpu, handle, start, length);
    }

    /// <summary>Loads the registers that the text of <see cref="RefreshText"/> wants.</summary>
    public static void LoadRefresh(VirtualCpu cpu, uint handle, ulong start, ulong length)
    {
        cpu.SetGr(Request, (ulong)handle << 32);
        cpu.SetGr(Range, start);
        cpu.SetGr(Range + 1, length);
    }

    /// <summary>What the RPCIT of a program that ended was answered.</summary>
    public static RefreshResult AnswerOf(VirtualCpu cpu, uint handle, ulong start, ulong length)
    {
        var after = cpu.GetGr(Request);
        var isKept = ((((ulong)handle << 32) ^ after) & ~StatusBits) == 0 && cpu.GetGr(Range) == start
            && cpu.GetGr(Range + 1) == length;
        return new(IsInterrupted(cpu) ? -1 : Outcome(cpu), (byte)((after & StatusBits) >> 24), isKept);
    }

    /// <summary>MODIFY PCI FUNCTION CONTROLS, by the guest; its condition code, -1 after a program interruption.</summary>
    /// <param name="operation">Operation control: 4 register, 5 deregister, 6 re-register, 7 reset the error state.</param>
    /// <param name="iota">I/O translation anchor.</param>
    /// <param name="pba">First usable address.</param>
    /// <param name="pal">Last usable address.</param>
    public int Modify(int operation, ulong iota = 0, ulong pba = 0, ulong pal = 0)
        => Modify(Machine, Function.Handle, operation, iota, pba, pal);

    private static int Modify(VirtualMachine machine, uint handle, int operation, ulong iota, ulong pba, ulong pal)
    {
        LoadModify(machine.Cpu, handle, operation, iota, pba, pal);
        Execute(machine.Cpu, s_modify);
        return IsInterrupted(machine.Cpu) ? -1 : Outcome(machine.Cpu);
    }

    /// <summary>Fills the block and loads the register that the text of <see cref="ModifyText"/> wants.</summary>
    public static void LoadModify(VirtualCpu cpu, uint handle, int operation, ulong iota = 0, ulong pba = 0, ulong pal = 0)
    {
        var memory = cpu.Machine.Memory;
        Write64(memory, FibAddress, 0);
        Write64(memory, FibAddress + 0x10, pba);
        Write64(memory, FibAddress + 0x18, pal);
        Write64(memory, FibAddress + 0x20, iota);
        cpu.SetGr(Request, ((ulong)handle << 32) | (uint)operation);
    }

    /// <summary>RPCIT and what keeps its condition code.</summary>
    public static ReadOnlySpan<byte> RefreshText => s_refresh;
    /// <summary>The text of the RPCIT in it, from bit 0 on.</summary>
    public const ulong RefreshInstruction = 0xB9D3_0046UL << 32;
    /// <summary>MPCIFC and what keeps its condition code.</summary>
    public static ReadOnlySpan<byte> ModifyText => s_modify;

    /// <summary>Lets a CPU execute one instruction.</summary>
    public static unsafe void Step(VirtualCpu cpu) => cpu.Run(cpu.Processor.State->InstructionCount + 1);

    private static bool IsInterrupted(VirtualCpu cpu) => cpu.Psw.Address == ProgramNewAddress;

    // The end PSW has condition code 0, so the program keeps its own: IPM into register 9 before it ends.
    private static int Outcome(VirtualCpu cpu) => (int)(cpu.GetGr(9) >> 28) & 3;

    private static readonly byte[] s_refresh = Code((Op.RPCIT, new() { R1 = Request, R2 = Range }), (Op.IPM, new() { R1 = 9 }));
    private static readonly byte[] s_modify
        = Code((Op.MPCIFC, new() { R1 = Request, D2 = (int)FibAddress }), (Op.IPM, new() { R1 = 9 }));

    private static void PrepareGuest(GuestMemory memory)
    {
        Write64(memory, (ulong)Lowcore.ProgramNewMaskOffset, SupervisorMask | Psw.Wait);
        Write64(memory, (ulong)Lowcore.ProgramNewMaskOffset + 8, ProgramNewAddress);
        Write64(memory, EndPsw, SupervisorMask | Psw.Wait);
        Write64(memory, EndPsw + 8, EndAddress);
    }

    private static void Write64(GuestMemory memory, ulong guest, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        memory.TryWrite(guest, bytes);
    }
}
