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
    /// <summary>Guest address of the function information block that <see cref="Modify"/> fills.</summary>
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
    public StopReason Execute(ReadOnlySpan<byte> code, ulong mask = SupervisorMask)
    {
        Memory.TryWrite(CodeAddress, code);
        Memory.TryWrite(CodeAddress + (ulong)code.Length, EndOfProgram);
        Cpu.Psw = new Psw(mask, CodeAddress);
        return Cpu.Run(Machine.InstructionCount + ProgramLimit);
    }

    /// <summary>REFRESH PCI TRANSLATIONS, executed by the guest; busy is tried again.</summary>
    public RefreshResult Refresh(ulong start, ulong length)
    {
        var request = (ulong)Function.Handle << 32;
        RefreshResult result;
        do
        {
            Cpu.SetGr(Request, request);
            Cpu.SetGr(Range, start);
            Cpu.SetGr(Range + 1, length);
            Execute(s_refresh);
            var after = Cpu.GetGr(Request);
            var isKept = ((request ^ after) & ~StatusBits) == 0 && Cpu.GetGr(Range) == start && Cpu.GetGr(Range + 1) == length;
            result = new(Interruption == ProgramCode.None ? Outcome : -1, (byte)((after & StatusBits) >> 24), isKept);
        }
        while (result.ConditionCode == 2);
        return result;
    }

    /// <summary>MODIFY PCI FUNCTION CONTROLS, by the guest; its condition code, -1 after a program interruption.</summary>
    /// <param name="operation">Operation control: 4 register, 5 deregister, 6 re-register, 7 reset the error state.</param>
    /// <param name="iota">I/O translation anchor.</param>
    /// <param name="pba">First usable address.</param>
    /// <param name="pal">Last usable address.</param>
    public int Modify(int operation, ulong iota = 0, ulong pba = 0, ulong pal = 0)
    {
        Write64(FibAddress, 0);
        Write64(FibAddress + 0x10, pba);
        Write64(FibAddress + 0x18, pal);
        Write64(FibAddress + 0x20, iota);
        Cpu.SetGr(Request, ((ulong)Function.Handle << 32) | (uint)operation);
        Execute(s_modify);
        return Interruption == ProgramCode.None ? Outcome : -1;
    }

    // The end PSW has condition code 0, so the program keeps its own: IPM into register 9 before it ends.
    private int Outcome => (int)(Cpu.GetGr(9) >> 28) & 3;

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
