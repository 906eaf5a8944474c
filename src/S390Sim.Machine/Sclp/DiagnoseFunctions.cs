using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Machine;

/// <summary>
/// The functions of DIAGNOSE, of the bare machine and of a guest alike: 44 voluntary time-slice end; 308 with subcodes 0 modified
/// clear reset and 1 load normal reset, both of which go on with the short PSW at absolute 0. No other is installed.
/// </summary>
/// <param name="resets">Resets of the configuration.</param>
/// <param name="storage">Its absolute storage.</param>
public sealed class DiagnoseFunctions(ConfigurationResets resets, IAbsoluteStorage storage)
{
    private const uint YieldTimeSlice = 0x44, InitialProgramLoad = 0x308;
    private const ulong ModifiedClear = 0, LoadNormal = 1;

    /// <summary>Performs a function.</summary>
    /// <param name="code">Function code.</param>
    /// <param name="subcode">Contents of the register R3.</param>
    /// <param name="cpu">The CPU that executes DIAGNOSE.</param>
    /// <returns>None when done, or the program exception.</returns>
    public ProgramCode Call(uint code, ulong subcode, IScheduledCpu cpu)
    {
        switch (code)
        {
            case YieldTimeSlice:
                cpu.Yield();
                return ProgramCode.None;
            case InitialProgramLoad when subcode == ModifiedClear:
                resets.ModifiedClearReset();
                break;
            case InitialProgramLoad when subcode == LoadNormal:
                resets.LoadNormal(cpu);
                break;
            default:
                return ProgramCode.Specification;
        }
        Begin(cpu);
        return ProgramCode.None;
    }

    private void Begin(IScheduledCpu cpu)
    {
        const ulong Address = 0x7FFF_FFFF;
        Span<byte> bytes = stackalloc byte[8];
        storage.TryRead(0, bytes);
        var psw = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        cpu.LoadPsw(new Psw((psw ^ Psw.ShortFormat) & ~Address, psw & Address));
        cpu.Start();
    }
}
