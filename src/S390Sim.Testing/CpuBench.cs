using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>
/// A processor on a test bench: storage, one CPU with all semantics of the Cpu room bound, no devices. Program interruptions
/// end in a disabled wait whose lowcore a test reads.
/// </summary>
public sealed unsafe class CpuBench : IDisposable
{
    /// <summary>Where <see cref="Run"/> puts code.</summary>
    public const ulong CodeAddress = 0x10000;

    /// <summary>Instruction address of the program-new PSW.</summary>
    public const ulong ProgramNewAddress = 0xDEAD0;

    /// <summary>PSW mask of 64-bit supervisor state, DAT off, everything masked.</summary>
    public const ulong SupervisorMask = Psw.ExtendedAddressing | Psw.BasicAddressing;

    /// <summary>Makes a bench with some storage.</summary>
    public CpuBench(ulong storageSize = 4 << 20, FacilitySet? facilities = null)
    {
        Storage = new Storage(storageSize);
        Code = new CodeCache(Storage);
        Handlers = new HandlerTable();
        InstructionBindings.Bind(Handlers);
        Processor = new Processor(Storage, Code, Handlers, facilities ?? FacilitySet.Default, new TodClock(0x1_0000_0000),
            new TimedEvents(), new FloatingInterruptions());
        Storage.Write64((ulong)Lowcore.ProgramNewMaskOffset, SupervisorMask | Psw.Wait);
        Storage.Write64((ulong)Lowcore.ProgramNewMaskOffset + 8, ProgramNewAddress);
    }

    /// <summary>Absolute storage.</summary>
    public Storage Storage { get; }
    /// <summary>Predecoded code.</summary>
    public CodeCache Code { get; }
    /// <summary>Bound semantics.</summary>
    public HandlerTable Handlers { get; }
    /// <summary>The processor.</summary>
    public Processor Processor { get; }
    /// <summary>Its registers.</summary>
    public CpuState* State => Processor.State;
    /// <summary>Its assigned storage, prefix zero.</summary>
    public Lowcore Lowcore => new(Storage.Base);

    /// <summary>Stores code at <see cref="CodeAddress"/>, starts there and executes so many instructions at most.</summary>
    /// <param name="code">Instruction bytes.</param>
    /// <param name="instructions">Limit.</param>
    /// <param name="mask">PSW bits 0-63.</param>
    public StopReason Run(ReadOnlySpan<byte> code, ulong instructions = 1, ulong mask = SupervisorMask)
    {
        Storage.Write(CodeAddress, code);
        State->LoadPsw(new Psw(mask, CodeAddress));
        return Processor.Run(State->InstructionCount + instructions);
    }

    /// <summary>The program-interruption code of the run, or None when it did not end in the program-new wait.</summary>
    public ProgramCode Interruption
        => State->PswAddress == ProgramNewAddress ? (ProgramCode)Lowcore.ProgramInterruptionCode : ProgramCode.None;

    /// <summary>The program-old PSW.</summary>
    public Psw ProgramOld
        => new(Storage.Read64((ulong)Lowcore.ProgramOldMaskOffset), Storage.Read64((ulong)Lowcore.ProgramOldMaskOffset + 8));

    /// <inheritdoc/>
    public void Dispose()
    {
        // The cache still tells the processor when it drops its pages.
        Code.Dispose();
        Processor.Dispose();
        Storage.Dispose();
    }
}
