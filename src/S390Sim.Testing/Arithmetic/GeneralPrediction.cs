using System.Text;
using S390Sim.Cpu;

namespace S390Sim.Testing.Arithmetic;

/// <summary>What the model says that an instruction leaves behind.</summary>
/// <param name="Registers">General registers 0-15.</param>
/// <param name="Cc">Condition code.</param>
/// <param name="ProgramMask">PSW bits 20-23.</param>
/// <param name="Storage">The sixteen bytes at <see cref="GeneralModel.StorageAddress"/>.</param>
/// <param name="Next">Instruction address afterwards; that of the old PSW when interrupted.</param>
/// <param name="Interruption">Program interruption, or None.</param>
public sealed record GeneralPrediction(
    ulong[] Registers, int Cc, int ProgramMask, byte[] Storage, ulong Next, ProgramCode Interruption)
{
    /// <summary>Instructions that a case of one instruction is run for: what would follow it is of no interest.</summary>
    public const ulong Instructions = 1;

    /// <summary>Where an outcome differs, in words; empty when it does not.</summary>
    public string DifferenceFrom(MachineOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var text = new StringBuilder();
        var after = outcome.After;
        for (var n = 0; n < 16; n++)
            if (Registers[n] != after.Gr[n]) text.Append($" r{n} {after.Gr[n]:x}, expected {Registers[n]:x};");
        if (Cc != after.Cc) text.Append($" cc {after.Cc}, expected {Cc};");
        if (ProgramMask != after.ProgramMask) text.Append($" program mask {after.ProgramMask}, expected {ProgramMask};");
        var storage = outcome.Data.AsSpan((int)(GeneralModel.StorageAddress - TestLayout.Data), GeneralModel.StorageSize);
        if (!storage.SequenceEqual(Storage))
            text.Append($" storage {Convert.ToHexString(storage)}, expected {Convert.ToHexString(Storage)};");
        if (Next != after.Psw.Address) text.Append($" next {after.Psw.Address:x}, expected {Next:x};");
        if (Interruption != outcome.Code) text.Append($" {outcome.Code}, expected {Interruption};");
        return text.ToString();
    }
}
