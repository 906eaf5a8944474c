using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Machine;

/// <summary>What a person needs to see of a program that crashed: PSW, code, interruptions, registers.</summary>
public static class CrashReport
{
    private const int Before = 4;
    private const int After = 4;

    /// <summary>Writes the report.</summary>
    public static void Write(TextWriter writer, RunOutcome outcome, IConfigurationHost host)
    {
        var interruptions = host.Interruptions.ToList();
        var which = host.Cpus.Count > 1 ? $"CPU {outcome.CpuAddress}: " : "";
        writer.WriteLine($"the program crashed: {which}{Describe(outcome, host)}, after {outcome.InstructionCount} instructions");
        writer.WriteLine($"  PSW     {outcome.Cpu.Psw}  {PswText(outcome.Cpu.Psw)}");
        WriteCode(writer, "at the PSW", outcome.Cpu.Psw.Address, host);
        if (interruptions.Count != 0)
        {
            writer.WriteLine("  last program interruptions, newest last:");
            WriteInterruptions(writer, interruptions);
            WriteCode(writer, "at the old PSW of the newest", interruptions[^1].OldPsw.Address, host);
            WriteMissing(writer, interruptions[^1], host);
        }
        WriteRegisters(writer, "GR", outcome.Cpu.Gr);
        WriteRegisters(writer, "CR", outcome.Cpu.Cr);
        writer.WriteLine($"  prefix  {outcome.Cpu.Prefix:x16}");
    }

    // An operation exception may come from what this version lacks; then say so, since the manual will not.
    private static void WriteMissing(TextWriter writer, LoggedInterruption interruption, IConfigurationHost host)
    {
        if (interruption.Fault.Code != ProgramCode.Operation) return;
        var before = CodeListing.Around(interruption.OldPsw.Address, Before, 0, host.TryFetch);
        if (before.Count == 0 || before[^1].Op == Op.Invalid) return;
        var row = InstructionTable.Get(before[^1].Op);
        if (!MachineHandlers.Create(FacilitySet.Default).IsBound(row.Op))
            writer.WriteLine($"  {row.Mnemonic} ({row.Title}) is not implemented in this version; see s390sim isa");
    }

    // The same interruption again and again is told once.
    private static void WriteInterruptions(TextWriter writer, List<LoggedInterruption> interruptions)
    {
        for (var n = 0; n < interruptions.Count;)
        {
            var first = n++;
            while (n < interruptions.Count && interruptions[n].OldPsw == interruptions[first].OldPsw
                && interruptions[n].Fault.Code == interruptions[first].Fault.Code) n++;
            var times = n - first > 1 ? $"  ({n - first} times)" : "";
            writer.WriteLine($"    {InterruptionText(interruptions[first])}{times}");
        }
    }

    private static string Describe(RunOutcome outcome, IConfigurationHost host) => outcome.End switch
    {
        RunEnd.ProgramLoop => "program interruptions follow one another without an instruction between them",
        RunEnd.HostFailure => $"the modelled host's kernel stopped: {host.HostFailure}",
        RunEnd.HopelessWait => $"it waits at 0x{outcome.Cpu.Psw.Address:x} for an interruption that nothing can cause",
        _ => $"disabled wait at 0x{outcome.Cpu.Psw.Address:x}",
    };

    private static string PswText(Psw psw)
    {
        var words = new List<string>
        {
            (psw.Mask & (Psw.ExtendedAddressing | Psw.BasicAddressing)) switch
            {
                0 => "24-bit",
                Psw.BasicAddressing => "31-bit",
                Psw.ExtendedAddressing => "invalid addressing mode",
                _ => "64-bit",
            },
            (psw.Mask & Psw.Problem) != 0 ? "problem state" : "supervisor state",
            $"key {psw.Key}",
            $"cc {psw.ConditionCode}",
        };
        if ((psw.Mask & Psw.Dat) != 0) words.Add($"DAT {psw.Space switch { 0 => "primary", 1 => "access-register", 2 => "secondary", _ => "home" }}");
        if ((psw.Mask & Psw.Wait) != 0) words.Add("wait");
        if ((psw.Mask & Psw.Io) != 0) words.Add("I/O enabled");
        if ((psw.Mask & Psw.External) != 0) words.Add("external enabled");
        if ((psw.Mask & Psw.MachineCheck) != 0) words.Add("machine check enabled");
        return string.Join(", ", words);
    }

    private static string InterruptionText(LoggedInterruption interruption)
    {
        var fault = interruption.Fault;
        var text = $"code {(ushort)fault.Code:x4} {fault.Code,-22} old PSW {interruption.OldPsw}  instruction {interruption.InstructionCount}";
        if (fault.Code is ProgramCode.Data or ProgramCode.VectorProcessing) text += $"  DXC {fault.DataExceptionCode:x2}";
        return fault.Code.StoresTranslationException() ? $"{text}  TEID {fault.TranslationException:x16}" : text;
    }

    private static void WriteCode(TextWriter writer, string where, ulong address, IConfigurationHost host)
    {
        if ((address & 1) != 0)
        {
            writer.WriteLine($"  code {where}: 0x{address:x} is odd");
            return;
        }
        var listing = CodeListing.Around(address, Before, After, host.TryFetch);
        if (listing.Count == 0)
        {
            writer.WriteLine($"  code {where}: 0x{address:x} cannot be fetched");
            return;
        }
        writer.WriteLine($"  code {where}:");
        foreach (var instruction in listing)
        {
            var mark = instruction.Address == address ? "=>" : "  ";
            writer.WriteLine($"   {mark} {instruction.Address,10:x}: {Convert.ToHexStringLower(instruction.Bytes),-12}  {instruction.Text.Replace('\t', ' ')}");
        }
    }

    private static void WriteRegisters(TextWriter writer, string name, ulong[] registers)
    {
        for (var n = 0; n < registers.Length; n += 4)
        {
            var row = string.Join(' ', registers.Skip(n).Take(4).Select(r => $"{r:x16}"));
            writer.WriteLine($"  {$"{name}{n}-{n + 3}",-8}{row}");
        }
    }
}
