using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>How a program ended.</summary>
public enum Ending
{
    /// <summary>It came to its end.</summary>
    Completed,
    /// <summary>A program interruption.</summary>
    Program,
    /// <summary>A supervisor-call interruption.</summary>
    SupervisorCall,
    /// <summary>An external interruption.</summary>
    External,
    /// <summary>An input/output interruption.</summary>
    Io,
    /// <summary>A machine-check interruption.</summary>
    MachineCheck,
    /// <summary>A restart interruption.</summary>
    Restart,
    /// <summary>It had not ended after the number of instructions that one waits for, or waits itself.</summary>
    Endless,
}

/// <summary>What a program left behind.</summary>
public sealed record MachineOutcome
{
    /// <summary>How it ended.</summary>
    public Ending Ending { get; init; }
    /// <summary>The registers; the PSW is the old one of the interruption that ended it.</summary>
    public required MachineState After { get; init; }
    /// <summary>The data afterwards.</summary>
    public required byte[] Data { get; init; }
    /// <summary>Real locations 0x80 to 0x11F as the interruption left them, where all parameters of interruptions lie.</summary>
    public byte[] Parameters { get; init; } = new byte[ParameterSize];
    /// <summary>Entries of translation tables, if the program may change them (<see cref="StorageLayout.EntriesOf"/>).</summary>
    public byte[] Tables { get; init; } = [];
    /// <summary>Signal that a Linux process got, or null where there is no Linux.</summary>
    public int? Signal { get; init; }
    /// <summary>Instructions executed, or zero when not counted.</summary>
    public ulong Instructions { get; init; }
    /// <summary>Whether the program changed its own code, or storage outside of its pages, or went on in its data.</summary>
    public bool Strayed { get; init; }

    /// <summary>The interruption classes in the order of their new PSWs in assigned storage, from real 1A0 hex on.</summary>
    public static IReadOnlyList<Ending> Endings { get; }
        = [Ending.Restart, Ending.External, Ending.SupervisorCall, Ending.Program, Ending.MachineCheck, Ending.Io];

    /// <summary>Real address of the first parameter.</summary>
    public const int ParameterStart = 0x80;
    /// <summary>Bytes of parameters.</summary>
    public const int ParameterSize = 0xA0;

    /// <summary>Program-interruption code, or None.</summary>
    public ProgramCode Code => Ending == Ending.Program ? (ProgramCode)Half(0x8E) : ProgramCode.None;
    /// <summary>Instruction length of the program or supervisor-call interruption, in bytes.</summary>
    public int Length => Half(Ending == Ending.SupervisorCall ? 0x88 : 0x8C) & 6;
    /// <summary>Supervisor-call code.</summary>
    public int SupervisorCallCode => Half(0x8A);
    /// <summary>Data-exception code.</summary>
    public byte DataExceptionCode => Parameters[0x93 - ParameterStart];
    /// <summary>Translation-exception identification.</summary>
    public ulong TranslationException => Double(0xA8);
    /// <summary>Whether key-controlled protection ended it: bits 56, 60 and 61 of the identification tell.</summary>
    public bool IsKeyProtected => Code == ProgramCode.Protection && (TranslationException & 0x8C) == 0x08;
    /// <summary>Monitor code.</summary>
    public ulong MonitorCode => Double(0xB0);

    /// <summary>Address of the instruction that the interruption belongs to, for those that have one.</summary>
    public ulong InstructionAddress
        => Ending == Ending.Program && !Code.Nullifies() ? After.Psw.Address - (ulong)Length : After.Psw.Address;

    /// <summary>Whether what ended the program is the operation exception after its last line.</summary>
    internal bool CameToItsEnd(MachineCase test) => Code == ProgramCode.Operation && InstructionAddress == test.End;

    private int Half(int address) => Parameters[address - ParameterStart] << 8 | Parameters[address - ParameterStart + 1];

    private ulong Double(int address)
        => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(Parameters.AsSpan(address - ParameterStart));
}
