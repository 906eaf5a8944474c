using System.Text;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing.Arithmetic;

/// <summary>One execution of a general instruction in the 64-bit supervisor state: what is there before it.</summary>
/// <param name="Op">The instruction.</param>
/// <param name="Operands">Its operand fields.</param>
/// <param name="Registers">General registers 0-15.</param>
/// <param name="Cc">Condition code before.</param>
/// <param name="OverflowMask">Whether fixed-point overflow interrupts.</param>
/// <param name="Storage">Sixteen bytes that the storage operand begins with, at <see cref="StorageAddress"/>.</param>
public sealed record GeneralCase(Op Op, Operands Operands, ulong[] Registers, int Cc, bool OverflowMask, byte[] Storage)
{
    /// <summary>Where the storage operand lies; a relative operand reaches it from <see cref="CpuBench.CodeAddress"/>.</summary>
    public const ulong StorageAddress = 0x10_0000;

    /// <summary>Instruction text.</summary>
    public ulong Text => Isa.Encoder.Encode(Op, Operands);

    /// <summary>Instruction length in bytes.</summary>
    public int Length => InstructionTable.Get(Op).Length;

    /// <summary>Instruction bytes.</summary>
    public byte[] Bytes => [.. Enumerable.Range(0, Length).Select(n => (byte)(Text >> (56 - n * 8)))];

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder($"{Op} {Convert.ToHexString(Bytes)} cc {Cc} overflow mask {OverflowMask}");
        text.Append($" storage {Convert.ToHexString(Storage)}");
        for (var n = 0; n < 16; n++)
            if (Registers[n] != 0) text.Append($" r{n}={Registers[n]:x}");
        return text.ToString();
    }
}

/// <summary>What an instruction leaves behind.</summary>
/// <param name="Registers">General registers 0-15.</param>
/// <param name="Cc">Condition code.</param>
/// <param name="ProgramMask">PSW bits 20-23.</param>
/// <param name="Storage">The sixteen bytes at the storage operand.</param>
/// <param name="Next">Instruction address afterwards; that of the old PSW when interrupted.</param>
/// <param name="Interruption">Program interruption, or None.</param>
public sealed record GeneralOutcome(
    ulong[] Registers, int Cc, int ProgramMask, byte[] Storage, ulong Next, ProgramCode Interruption)
{
    /// <summary>What differs from an expected outcome, in words; empty when nothing does.</summary>
    public string DifferenceFrom(GeneralOutcome expected)
    {
        var text = new StringBuilder();
        for (var n = 0; n < 16; n++)
            if (Registers[n] != expected.Registers[n])
                text.Append($" r{n} {Registers[n]:x}, expected {expected.Registers[n]:x};");
        if (Cc != expected.Cc) text.Append($" cc {Cc}, expected {expected.Cc};");
        if (ProgramMask != expected.ProgramMask) text.Append($" program mask {ProgramMask}, expected {expected.ProgramMask};");
        if (!Storage.AsSpan().SequenceEqual(expected.Storage))
            text.Append($" storage {Convert.ToHexString(Storage)}, expected {Convert.ToHexString(expected.Storage)};");
        if (Next != expected.Next) text.Append($" next {Next:x}, expected {expected.Next:x};");
        if (Interruption != expected.Interruption) text.Append($" {Interruption}, expected {expected.Interruption};");
        return text.ToString();
    }
}
