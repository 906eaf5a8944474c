using System.Buffers.Binary;
using System.Text;
using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>Parts of an outcome that can differ.</summary>
[Flags]
public enum OutcomeParts
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>How the program ended, and for what reason: interruption and its code, or signal.</summary>
    Ending = 1,
    /// <summary>Instruction address of the old PSW.</summary>
    Address = 2,
    /// <summary>Condition code.</summary>
    Cc = 4,
    /// <summary>The other bits of the PSW.</summary>
    Psw = 8,
    /// <summary>General registers.</summary>
    Gr = 16,
    /// <summary>Access registers.</summary>
    Ar = 32,
    /// <summary>Floating-point registers.</summary>
    Fpr = 64,
    /// <summary>Floating-point-control register.</summary>
    Fpc = 128,
    /// <summary>Control registers.</summary>
    Cr = 256,
    /// <summary>Storage.</summary>
    Data = 512,
    /// <summary>Parameters of the interruption: translation-exception identification, DXC, monitor code and class, ILC.</summary>
    Parameters = 1024,
    /// <summary>Prefix.</summary>
    Prefix = 2048,
    /// <summary>Storage keys.</summary>
    Keys = 4096,
    /// <summary>Translation tables.</summary>
    Tables = 8192,
}

/// <summary>What differs between our outcome of a case and the oracle's.</summary>
/// <param name="Test">The case.</param>
/// <param name="Ours">Our outcome.</param>
/// <param name="Theirs">The oracle's, or null when it died.</param>
/// <param name="Kind">What the oracle can tell.</param>
public sealed record Difference(MachineCase Test, MachineOutcome Ours, MachineOutcome? Theirs, OracleKind Kind)
{
    /// <summary>What differs.</summary>
    public OutcomeParts Parts { get; } = PartsOf(Test, Ours, Theirs, Kind);

    /// <summary>The signal that a Linux process would have got of our outcome.</summary>
    public int Signal => LinuxSignal.Of(Ours);

    /// <summary>
    /// The lines that may be what differs. In a longer program, which differs in no shorter part, that is the end and the
    /// loop that ends there; and it is where the program ended on either side, which may be in the middle of a line.
    /// </summary>
    public IReadOnlyList<CodeLine> Suspects =>
        [.. Test.Code.Skip(Test.Code.Count <= 10 ? 0 : LastLoop(Test.Code)), .. Test.Targets,
            .. LinesAt(Ours), .. Theirs is null ? [] : LinesAt(Theirs)];

    private static int LastLoop(IReadOnlyList<CodeLine> code)
    {
        var start = code.Count - 2;
        for (var n = code.Count - 1; n >= start; n--)
            if (code[n].Label is >= 0 and var label && label < start) start = label;
        return start;
    }

    // The old PSW designates the instruction or the next one.
    private IEnumerable<CodeLine> LinesAt(MachineOutcome outcome)
    {
        var bytes = Test.CodeBytes();
        for (var back = 0; back <= 6; back += 2)
        {
            var at = outcome.After.Psw.Address - (ulong)back - TestLayout.Code;
            if (at > TestLayout.CodeSize - 8 || (at & 1) != 0) continue;
            var length = Isa.Decoder.Length(bytes[at]);
            var text = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan((int)at)) & (ulong.MaxValue << (64 - 8 * length));
            if ((back == 0 || back == length) && Isa.Decoder.Decode(text) != default) yield return CodeLine.Of(text);
        }
    }

    /// <summary>The case, then both states side by side where they differ.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(CaseText.Of(Test));
        if (Theirs is null) return text.AppendLine($"the oracle died of it; ours: {Describe(Ours)}, {Ours.After.Psw}").ToString();
        text.AppendLine($"{"",14}{"ours",-34}oracle");
        void Row(string name, object ours, object theirs) => text.AppendLine($"  {name,-12}{ours,-34}{theirs}");
        Row("ending", Describe(Ours), Describe(Theirs));
        Row("psw", Ours.After.Psw, Theirs.After.Psw);
        for (var n = 0; n < 16; n++)
        {
            if (Ours.After.Gr[n] != Theirs.After.Gr[n]) Row($"r{n}", $"{Ours.After.Gr[n]:x16}", $"{Theirs.After.Gr[n]:x16}");
            if (Ours.After.Ar[n] != Theirs.After.Ar[n]) Row($"a{n}", $"{Ours.After.Ar[n]:x8}", $"{Theirs.After.Ar[n]:x8}");
            if (Ours.After.Fpr[n] != Theirs.After.Fpr[n]) Row($"f{n}", $"{Ours.After.Fpr[n]:x16}", $"{Theirs.After.Fpr[n]:x16}");
            if (Kind == OracleKind.System && Ours.After.Cr[n] != Theirs.After.Cr[n])
                Row($"c{n}", $"{Ours.After.Cr[n]:x16}", $"{Theirs.After.Cr[n]:x16}");
        }
        if (Ours.After.Fpc != Theirs.After.Fpc) Row("fpc", $"{Ours.After.Fpc:x8}", $"{Theirs.After.Fpc:x8}");
        if (Ours.After.Prefix != Theirs.After.Prefix) Row("prefix", $"{Ours.After.Prefix:x}", $"{Theirs.After.Prefix:x}");
        if (!Ours.After.Keys.SequenceEqual(Theirs.After.Keys))
            Row("keys", Convert.ToHexString(Ours.After.Keys), Convert.ToHexString(Theirs.After.Keys));
        Bytes(text, Ours.Data, Theirs.Data, TestLayout.Data);
        Bytes(text, Ours.Tables, Theirs.Tables, 0);
        if (Kind == OracleKind.System) Bytes(text, Ours.Parameters, Theirs.Parameters, MachineOutcome.ParameterStart);
        return text.ToString();
    }

    private string Describe(MachineOutcome outcome)
        => outcome.Signal is { } signal ? $"signal {signal}"
            : Kind == OracleKind.User ? $"{outcome.Ending} {outcome.Code}, signal {LinuxSignal.Of(outcome)}"
            : $"{outcome.Ending} {outcome.Code}";

    private static void Bytes(StringBuilder text, byte[] ours, byte[] theirs, ulong address)
    {
        var lines = 0;
        for (var at = 0; at < ours.Length && lines < 6; at += 16)
        {
            var length = Math.Min(16, ours.Length - at);
            if (ours.AsSpan(at, length).SequenceEqual(theirs.AsSpan(at, length))) continue;
            var (left, right) = (Convert.ToHexString(ours, at, length), Convert.ToHexString(theirs, at, length));
            text.AppendLine($"  {address + (ulong)at,-12:x}{left,-34}{right}");
            lines++;
        }
    }

    private static OutcomeParts PartsOf(MachineCase test, MachineOutcome ours, MachineOutcome? theirs, OracleKind kind)
    {
        if (theirs is null) return OutcomeParts.Ending;
        var parts = OutcomeParts.None;
        void Note(bool differs, OutcomeParts part) => parts |= differs ? part : 0;
        var (a, b) = (ours.After, theirs.After);
        Note(!a.Gr.AsSpan().SequenceEqual(b.Gr), OutcomeParts.Gr);
        Note(!a.Ar.AsSpan().SequenceEqual(b.Ar), OutcomeParts.Ar);
        Note(!a.Fpr.AsSpan().SequenceEqual(b.Fpr), OutcomeParts.Fpr);
        Note(a.Fpc != b.Fpc, OutcomeParts.Fpc);
        Note(!ours.Data.AsSpan().SequenceEqual(theirs.Data), OutcomeParts.Data);
        Note(a.Cc != b.Cc, OutcomeParts.Cc);
        if (kind == OracleKind.User)
        {
            var signal = LinuxSignal.Of(ours);
            Note(signal != theirs.Signal, OutcomeParts.Ending);
            Note(signal != 0 && Address(ours, signal) != b.Psw.Address, OutcomeParts.Address);
            Note(a.ProgramMask != b.ProgramMask, OutcomeParts.Psw);
            return parts;
        }
        Note(ours.Ending != theirs.Ending || ours.Code != theirs.Code, OutcomeParts.Ending);
        Note(a.Psw.Address != b.Psw.Address, OutcomeParts.Address);
        Note((a.Psw.Mask ^ b.Psw.Mask) is not 0 and var bits && (bits & ~Psw.ConditionCodeMask) != 0, OutcomeParts.Psw);
        Note(!a.Cr.AsSpan().SequenceEqual(b.Cr), OutcomeParts.Cr);
        Note(a.Prefix != b.Prefix, OutcomeParts.Prefix);
        Note(!a.Keys.AsSpan().SequenceEqual(b.Keys), OutcomeParts.Keys);
        Note(!ours.Tables.AsSpan().SequenceEqual(theirs.Tables), OutcomeParts.Tables);
        Note(!SameParameters(test, ours.Parameters, theirs.Parameters), OutcomeParts.Parameters);
        return parts;
    }

    // Where nothing branched, the breaking-event address is of what came before the program. In longer ones QEMU also takes
    // branches on comparisons and indexes that are not taken for breaking events.
    private static bool SameParameters(MachineCase test, ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs)
    {
        const int BreakingEvent = 0x110 - MachineOutcome.ParameterStart;
        var branched = BinaryPrimitives.ReadUInt64BigEndian(ours[BreakingEvent..]) != CaseBench.NoBreakingEvent
            && test.Code.Count == 1;
        return ours[..BreakingEvent].SequenceEqual(theirs[..BreakingEvent])
            && (!branched || ours[BreakingEvent..].SequenceEqual(theirs[BreakingEvent..]));
    }

    // Linux has an instruction with an access exception executed again; after the others the PSW is behind it.
    private static ulong Address(MachineOutcome ours, int signal)
        => LinuxSignal.Repeats(signal) ? ours.InstructionAddress : ours.InstructionAddress + (ulong)ours.Length;
}
