using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>
/// One line of a list of known differences: instruction, condition, whether the oracle or the architecture is the reason, and
/// the reason in words.
/// </summary>
/// <remarks>
/// A condition is several words that must all hold. <c>user</c>, <c>system</c>: with that oracle. <c>died</c>: the oracle
/// ended. <c>teid</c>: only page and kind of access in the TEID. <c>pages</c>: the TEIDs name different pages. <c>odd</c>: the
/// instruction address is odd. <c>absent</c>: the oracle has an operation exception where we have none. <c>nodat</c>: DAT is
/// off; <c>invalid</c>: our condition code is 1 or 2, the oracle's 3; <c>high</c>: general registers differ in bits 0-31 only;
/// <c>narrow</c>: a 24- or 31-bit mode; <c>top</c>: general registers differ in bits 32-39 only, which the mode ignores;
/// <c>early</c>: our PSW is invalid; <c>long</c>: the length after R2 has more than 32 bits; <c>short</c>: bit 12 of the
/// oracle's PSW is one; <c>dxc=N</c>: our data-exception code. <c>keyed</c>: key-controlled protection ended ours;
/// <c>reference</c>: the oracle has reference bits of storage keys besides. <c>foreign</c>: R2 designates a frame that the case
/// has no storage key of. <c>unwrapped</c>: the oracle's instruction address has bits that its mode ignores. <c>code</c>: ours
/// has the reference bit of the page of the code besides. <c>anywhere</c>: the instruction is in the program, not only where it
/// ended. <c>cc=N</c>: either's condition code. <c>ours=X</c>, <c>theirs=X</c>: the program-interruption code or the ending;
/// <c>signal=N</c>: the oracle's signal. <c>registers=R1+R2</c>: of the general registers only these differ; <c>empty</c>: the
/// length after R1 is zero; <c>overlap</c>: the storage operands are near each other, <c>aliases</c>: or would be in one frame.
/// <c>only=a+b</c>: no other parts differ. <c>I3&amp;80</c>, <c>M4!=0</c>: operand fields, in hexadecimal. <c>single</c> alone
/// and <c>program</c> do not restrict anything: such instructions, often different, are kept out of longer programs.
/// </remarks>
public sealed record KnownDifference(string Instruction, string Condition, string Side, string Reason)
{
    private readonly string[] _words = Condition.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Floating-point-support instructions, which are of no kind of number.</summary>
    private static readonly HashSet<Op> s_support =
    [
        Op.LD, Op.LDY, Op.LE, Op.LEY, Op.STD, Op.STDY, Op.STE, Op.STEY, Op.LDR, Op.LER, Op.LXR, Op.LZER, Op.LZDR, Op.LZXR,
        Op.LPDFR, Op.LNDFR, Op.LCDFR, Op.CPSDR, Op.LDGR, Op.LGDR,
    ];

    private static bool IsHexadecimal(InstructionRow row)
        => row.Family() == InstructionFamily.FloatingPoint && !s_support.Contains(row.Op);

    private readonly string[] _instructions = Instruction.Split(',');

    /// <summary>Whether the instruction is kept out of programs of several instructions.</summary>
    public bool IsSingle => _words.Contains("single");

    /// <summary>Whether it shows only among other instructions.</summary>
    public bool NeedsProgram => _words.Contains("program");

    /// <summary>Whether it is of a whole machine only.</summary>
    public bool IsSystem => _words.Contains("system");

    /// <summary>Whether the oracle may die of it.</summary>
    public bool IsDeadly => _words.Contains("died");

    /// <summary>Whether the entry concerns an instruction only with certain operands.</summary>
    public bool DependsOnFields => _words.Any(w => w.IndexOfAny(['&', '!', '<']) >= 0);

    /// <summary>Whether the entry concerns an oracle.</summary>
    public bool Concerns(OracleKind kind) => !_words.Contains(kind == OracleKind.User ? "system" : "user");

    /// <summary>Whether the line concerns an instruction with its operands.</summary>
    public bool Concerns(CodeLine line)
        => Names(line.Row) && _words.All(w => FieldHolds(w, line) ?? true);

    private bool Names(InstructionRow row) => Instruction switch
    {
        "*" => true,
        "bfp" => row.Family() == InstructionFamily.Bfp,
        "hfp" => IsHexadecimal(row),
        _ => _instructions.Contains(row.Mnemonic),
    };

    /// <summary>Whether the entry explains a difference.</summary>
    public bool Explains(Difference difference)
    {
        ArgumentNullException.ThrowIfNull(difference);
        var lines = _words.Contains("anywhere") ? difference.Test.Code.Concat(difference.Test.Targets) : difference.Suspects;
        return lines.Any(line => Concerns(line) && RegistersHold(line, difference))
            && _words.All(word => OutcomeHolds(word, difference) ?? true);
    }

    // What depends on the registers that the line designates.
    private bool RegistersHold(CodeLine line, Difference difference)
    {
        var (o, gr, after) = (line.Operands, difference.Test.Before.Gr, difference.Ours.After.Gr);
        foreach (var word in _words)
        {
            var holds = word switch
            {
                "long" => gr[o.R2 | 1] > uint.MaxValue,
                "empty" => gr[o.R1 | 1] == 0,
                "pages" => HasOperandsInPages(line, difference),
                "foreign" => !IsKeyed(gr[o.R2]) || !IsKeyed(after[o.R2]),
                "overlap" => IsNear(gr, o, 256) || IsNear(after, o, 256),
                "aliases" => IsNearInFrame(gr, line) || IsNearInFrame(after, line),
                _ when word.StartsWith("registers=", StringComparison.Ordinal)
                    => OnlyRegisters(difference, word[10..].Split('+').Select(f => o[Enum.Parse<Field>(f)])),
                _ => true,
            };
            if (!holds) return false;
        }
        return true;
    }

    // Pages of different address spaces may have the same frame.
    private static bool IsNearInFrame(ulong[] gr, CodeLine line)
    {
        var o = line.Operands;
        var length = line.Op == Op.MVCOS ? Math.Min(gr[o.R3], 4096) : 256;
        var distance = gr[o.B1] + (ulong)o.D1 - gr[o.B2] - (ulong)o.D2 & 0xFFF;
        return distance < length || 4096 - distance < length;
    }

    // Two storage operands, or one that reaches from one page into the next.
    private static bool HasOperandsInPages(CodeLine line, Difference difference)
        => line.Row.Syntax.Contains("B1", StringComparison.Ordinal) && line.Row.Syntax.Contains("B2", StringComparison.Ordinal)
            || OperandRoles.Long(line.Op) is not null
            || (difference.Ours.TranslationException >> 12) + 1 == difference.Theirs?.TranslationException >> 12
            || (difference.Theirs?.TranslationException >> 12) + 1 == difference.Ours.TranslationException >> 12;

    private static bool IsKeyed(ulong address) => TestLayout.KeyedFrames.Contains(address & 0xFF_FFFF & ~0xFFFUL);

    private static bool IsNear(ulong[] gr, in Operands o, long distance)
        => Math.Abs((long)(gr[o.B1] + (ulong)o.D1 - gr[o.B2] - (ulong)o.D2)) < distance;

    private static bool OnlyRegisters(Difference difference, IEnumerable<int> registers)
        => Enumerable.Range(0, 16).Except(registers)
            .All(n => difference.Ours.After.Gr[n] == difference.Theirs?.After.Gr[n]);

    private static bool? FieldHolds(string word, CodeLine line)
    {
        var split = word.IndexOfAny(['&', '!', '<']);
        if (split < 0) return null;
        var value = line.Operands[Enum.Parse<Field>(word[..split])];
        return word[split] switch
        {
            '&' => (value & Convert.ToInt32(word[(split + 1)..], 16)) != 0,
            '<' => value < Convert.ToInt32(word[(split + 1)..], 16),
            _ => value != Convert.ToInt32(word[(split + 2)..], 16),
        };
    }

    private static bool? OutcomeHolds(string word, Difference difference)
    {
        var split = word.IndexOf('=');
        var (name, value) = split > 0 && word[split - 1] != '!' ? (word[..split], word[(split + 1)..]) : (word, "");
        return name switch
        {
            "user" => difference.Kind == OracleKind.User,
            "system" => difference.Kind == OracleKind.System,
            "died" => difference.Theirs is null,
            "ours" => IsEnding(difference.Ours, value),
            "theirs" => difference.Theirs is { } theirs && IsEnding(theirs, value),
            "keyed" => difference.Ours.IsKeyProtected,
            "reference" => difference.Theirs is { } used && (difference.Parts & OutcomeParts.Keys) != 0
                && difference.Ours.After.Keys.Zip(used.After.Keys).All(k
                    => k.First == k.Second || (k.First | Reference) == k.Second),
            "code" => difference.Theirs is { } fetching && difference.Ours.After.Keys[0] == (fetching.After.Keys[0] | Reference),
            "nodat" => (difference.Test.Before.Psw.Mask & Psw.Dat) == 0,
            "invalid" => difference.Ours.After.Cc is 1 or 2 && difference.Theirs?.After.Cc == 3,
            "early" => difference.Ours.After.Psw.IsInvalid,
            "top" => difference.Theirs is { } kept && difference.Ours.After.Gr.Zip(kept.After.Gr).All(
                r => (r.First ^ r.Second) >> 32 == 0 && ((r.First ^ r.Second) & Psw.AddressMask(kept.After.Psw.Mask)) == 0),
            "narrow" => (difference.Ours.After.Psw.Mask & Psw.ExtendedAddressing) == 0,
            "high" => difference.Theirs is { } wide
                && difference.Ours.After.Gr.Zip(wide.After.Gr).All(r => (uint)r.First == (uint)r.Second),
            "short" => ((difference.Theirs?.After.Psw.Mask ?? 0) & Psw.ShortFormat) != 0,
            "dxc" => difference.Ours.DataExceptionCode == Convert.ToByte(value, 16),
            "unwrapped" => difference.Theirs?.After.Psw is { } far
                && (far.Address & Psw.AddressMask(far.Mask)) == difference.Ours.After.Psw.Address,
            "teid" => difference.Theirs is { } named && DiffersInPage(difference.Ours, named),
            "pages" => difference.Theirs is { } paged
                && (difference.Ours.TranslationException ^ paged.TranslationException) >= 4096,
            "odd" => (difference.Ours.After.Psw.Address & 1) != 0,
            "absent" => difference.Theirs is { } other && IsAbsent(difference.Ours, other),
            "cc" => difference.Ours.After.Cc == int.Parse(value) || difference.Theirs?.After.Cc == int.Parse(value),
            "signal" => difference.Theirs?.Signal == int.Parse(value),
            "only" => difference.Theirs is not null && (difference.Parts & ~PartsOf(value)) == 0,
            _ => null,
        };
    }

    private const byte Reference = 0x04;

    // Only bits 0-53 of the translation-exception identification and the exception access identification.
    private static bool DiffersInPage(MachineOutcome ours, MachineOutcome theirs)
    {
        const int Teid = 0xA8 - MachineOutcome.ParameterStart, Eaid = 0xA0 - MachineOutcome.ParameterStart;
        byte[] parameters = [.. theirs.Parameters];
        ours.Parameters.AsSpan(Teid, 6).CopyTo(parameters.AsSpan(Teid));
        parameters[Teid + 6] = (byte)(ours.Parameters[Teid + 6] & 0xFC | theirs.Parameters[Teid + 6] & 0x03);
        parameters[Eaid] = ours.Parameters[Eaid];
        return parameters.AsSpan(0, 0x90).SequenceEqual(ours.Parameters.AsSpan(0, 0x90));
    }

    // An operation exception that we do not have there.
    private static bool IsAbsent(MachineOutcome ours, MachineOutcome theirs)
        => theirs.Signal is { } signal
            ? signal == LinuxSignal.IllegalInstruction
                && (ours.Code != ProgramCode.Operation || ours.After.Psw.Address != theirs.After.Psw.Address)
            : theirs.Code == ProgramCode.Operation
                && (ours.Code != ProgramCode.Operation || ours.InstructionAddress != theirs.InstructionAddress);

    private static bool IsEnding(MachineOutcome outcome, string names)
    {
        var ending = outcome.Ending == Ending.Program ? outcome.Code.ToString() : outcome.Ending.ToString();
        return names.Split('|').Any(name => name == ending
            || (name == "Data" && outcome.Signal == LinuxSignal.FloatingPoint)
            || (name == "Access" && (IsAccess(outcome.Code) || outcome.Signal == LinuxSignal.SegmentationFault)));
    }

    private static bool IsAccess(ProgramCode code) => code is ProgramCode.Protection or ProgramCode.Addressing
        or ProgramCode.PageTranslation or ProgramCode.SegmentTranslation or ProgramCode.AsceType
        or ProgramCode.RegionFirstTranslation or ProgramCode.RegionSecondTranslation or ProgramCode.RegionThirdTranslation;

    private static OutcomeParts PartsOf(string names)
        => names.Split('+')
            .Aggregate(OutcomeParts.None, (parts, name) => parts | Enum.Parse<OutcomeParts>(name, ignoreCase: true));
}

/// <summary>A list of known differences, a file of tab-separated columns: instruction, condition, side, reason.</summary>
public sealed class KnownDifferences
{
    private readonly HashSet<KnownDifference> _seen = [];

    /// <summary>Reads a list.</summary>
    public KnownDifferences(IEnumerable<string> lines)
        => Entries = [.. lines.Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t'))
            .Select(c => new KnownDifference(c[0], c[1], c[2], c[3]))];

    /// <summary>The list for QEMU 7.2, with nothing seen yet.</summary>
    public static KnownDifferences OfQemu
    {
        get
        {
            var list = typeof(KnownDifferences).Assembly.GetManifestResourceStream("QemuDifferences.tsv")!;
            using var reader = new StreamReader(list);
            return new KnownDifferences(reader.ReadToEnd().Split('\n'));
        }
    }

    /// <summary>Those of the list that concern any machine, because the program that runs the cases can be seen.</summary>
    public static KnownDifferences OfDriver
        => new(OfQemu.Entries.Where(e => e.Side == "driver")
            .Select(e => $"{e.Instruction}\t{e.Condition}\t{e.Side}\t{e.Reason}"));

    /// <summary>The entries.</summary>
    public IReadOnlyList<KnownDifference> Entries { get; }

    /// <summary>Entries that have explained a difference since the list was read.</summary>
    public IReadOnlySet<KnownDifference> Seen => _seen;

    /// <summary>The entry that explains a difference, or null.</summary>
    public KnownDifference? Find(Difference difference)
    {
        foreach (var entry in Entries)
        {
            if (!entry.Explains(difference)) continue;
            _seen.Add(entry);
            return entry;
        }
        return null;
    }

    /// <summary>Instructions that are kept out of programs whatever their operands.</summary>
    public bool KeepsOut(InstructionRow row, OracleKind kind)
    {
        var line = new CodeLine(row.Op, default);
        return Entries.Any(e => e.IsSingle && e.Concerns(kind) && !e.DependsOnFields && e.Instruction != "*" && e.Concerns(line));
    }

    /// <summary>Whether a line may stand in a program of several instructions.</summary>
    public bool Allows(CodeLine line, OracleKind kind)
        => !Entries.Any(e => e.IsSingle && e.Concerns(kind) && e.Instruction != "*" && e.Concerns(line));
}
