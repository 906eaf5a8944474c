using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Precision;

/// <summary>How a case ended: the interruption, or none, and everything that the program can see.</summary>
internal sealed record StorageOutcome(bool Finished, ProgramCode Code, ulong OldAddress, int Ilc, Visible State);

/// <summary>Registers and the storage of the window.</summary>
internal sealed record Visible(ulong[] Gr, ulong[] Vr, uint[] Ar, uint Fpc, int Cc, byte[] Frames)
{
    public string DifferenceFrom(Visible other)
    {
        for (var n = 0; n < 16; n++)
        {
            if (Gr[n] != other.Gr[n]) return $"r{n}: {Gr[n]:x} instead of {other.Gr[n]:x}";
            if (Vr[n * 2] != other.Vr[n * 2]) return $"f{n}: {Vr[n * 2]:x} instead of {other.Vr[n * 2]:x}";
            if (Ar[n] != other.Ar[n]) return $"a{n}: {Ar[n]:x} instead of {other.Ar[n]:x}";
        }
        if (Fpc != other.Fpc) return $"fpc: {Fpc:x} instead of {other.Fpc:x}";
        if (Cc != other.Cc) return $"cc: {Cc} instead of {other.Cc}";
        var at = Frames.AsSpan().CommonPrefixLength(other.Frames);
        return at == Frames.Length ? "" : $"frame {at >> 12} at {at & 0xFFF:x}: {Frames[at]:x2} instead of {other.Frames[at]:x2}";
    }
}

/// <summary>Runs cases: maps the window, executes the instruction to its end, provides pages that are missed.</summary>
internal sealed unsafe class StorageMachine : IDisposable
{
    private const ulong Frames = 0x20_0000, Code = EngineBench.Code;
    private const int MaxSteps = 60;
    private const byte Key = 0x20;

    private static readonly HashSet<Op> s_repeated =
    [
        Op.MVCLE, Op.CLCLE, Op.MVCLU, Op.CLCLU, Op.MVST, Op.CLST, Op.SRST, Op.SRSTU, Op.CUSE, Op.TRE, Op.TROO, Op.TROT, Op.TRTO,
        Op.TRTT, Op.TRTE, Op.TRTRE, Op.CKSM, Op.CU12, Op.CU14, Op.CU21, Op.CU24, Op.CU41, Op.CU42,
    ];

    private readonly EngineBench _bench = new();

    public StorageMachine()
    {
        _bench.BuildSpaces();
        for (ulong page = 0; page < 1024; page++) Enter(page << 12, 0x400);
        // The last entry of each table leads to where the first does, so that the ends of all address spaces are mapped.
        _bench.Storage.Write64(EngineBench.Firsts + 2047 * 8, EngineBench.Seconds | 0xF);
        _bench.Storage.Write64(EngineBench.Seconds + 2047 * 8, EngineBench.Thirds | 0xB);
        _bench.Storage.Write64(EngineBench.Thirds + 2047 * 8, EngineBench.Segments | 0x7);
        for (ulong n = 0; n < 256; n++) _bench.Storage.Write64(TopPages + n * 8, 0x400);
        _bench.Storage.Write64(EngineBench.Segments + 2047 * 8, TopPages);
        _bench.Storage.Write64(EngineBench.Segments + 15 * 8, TopPages);
        Enter(Code, Code);
        for (var n = 0; n < 16; n++) Initial[n] = 0x0123_4567_89AB_CDEFUL * (ulong)(n + 1);
    }

    private const ulong TopPages = 0x2E000;

    private readonly ulong[] Initial = new ulong[16];

    public CpuState* C => _bench.C;

    public EngineBench Bench => _bench;

    /// <summary>Rows that the machine has and that access storage as the case's registers say.</summary>
    public Op[] Instructions()
    {
        HashSet<Op> excluded =
        [
            Op.EX, Op.EXRL, Op.SVC, Op.MC, Op.STCK, Op.STCKE, Op.STCKF, Op.ECTG, Op.STFLE, Op.CMPSC, Op.PFD, Op.BPP, Op.PTFF,
            Op.NIAI,
            Op.SRNM, Op.SRNMB, Op.SRNMT, Op.LFPC, Op.LFAS,
        ];
        return [.. InstructionTable.Rows.ToArray().Where(row => _bench.Processor.Handlers.IsBound(row.Op)
            && (row.Flags & (InstructionFlags.Branch | InstructionFlags.Privileged | InstructionFlags.SemiPrivileged)) == 0
            && !excluded.Contains(row.Op) && (row.Syntax.Contains('(') || IsLong(row.Op)))
            .Select(row => row.Op)];
    }

    /// <summary>Whether the operands of a long instruction are in registers of their own; else it is unpredictable.</summary>
    public static bool HasOwnRegisters(StorageCase test)
    {
        if (!IsLong(test.Op)) return true;
        Decoder.Extract(test.Op, test.Text, out var o);
        var hasPadding = InstructionTable.Get(test.Op).Format is Format.RS_a or Format.RSY_a;
        var other = hasPadding ? o.R3 : o.R2;
        // The padding character is an address: it must not move with the operands.
        if (hasPadding && ((o.B2 | 1) == (o.R1 | 1) || (o.B2 | 1) == (other | 1))) return false;
        return (o.R1 | 1) != (other | 1) && (o.R1 & ~1) != 0 && (other & ~1) != 0;
    }

    private static bool IsLong(Op op) => s_repeated.Contains(op) || op is Op.MVCL or Op.CLCL or Op.CUSE or Op.UPT or Op.CFC;

    /// <summary>Runs a case.</summary>
    /// <param name="test">The case.</param>
    /// <param name="provided">Whether all absent pages are there from the start.</param>
    /// <param name="check">Told of each interruption, or with events of each step, with what was visible before.</param>
    /// <param name="events">Control register 9: PER events, which then interrupt; 0 for a PER mask of zero.</param>
    /// <param name="start">PER starting address.</param>
    /// <param name="last">PER ending address.</param>
    public StorageOutcome Run(
        StorageCase test, bool provided, Action<Visible>? check = null, ulong events = 0, ulong start = 0, ulong last = 0)
    {
        Prepare(test, provided);
        (C->Cr[9], C->Cr[10], C->Cr[11]) = (events, start, last);
        var watch = events != 0 ? Psw.Per : 0;
        var end = Code + (ulong)test.Length;
        if (s_repeated.Contains(test.Op)) end += 4;
        C->LoadPsw(new Psw(StorageCase.Modes[test.Mode] | Psw.Dat | (2UL << 52) | watch, Code));
        for (var step = 0; step < MaxSteps; step++)
        {
            var before = check == null ? null : Look();
            var lowcore = _bench.Lowcore;
            lowcore.ProgramInterruptionCode = 0;
            _bench.Processor.Run(C->InstructionCount + 1);
            var interrupted = C->PswAddress == Testing.CpuBench.ProgramNewAddress;
            if (interrupted || events != 0) check?.Invoke(before!);
            if (interrupted)
            {
                var code = (ProgramCode)(_bench.Lowcore.ProgramInterruptionCode & ~(int)ProgramCode.PerEvent);
                if (code != ProgramCode.None && !TryProvide(test, code)) return End(true, code);
                C->LoadPsw(_bench.Old);
            }
            if (C->PswAddress == end) return End(true, ProgramCode.None);
        }
        return End(false, ProgramCode.None);
    }

    /// <summary>Executes the instruction once, with absent pages absent.</summary>
    /// <param name="test">The case.</param>
    /// <param name="start">Told what is visible before.</param>
    public StorageOutcome RunOnce(StorageCase test, Action<Visible> start)
    {
        Prepare(test, provided: false);
        start(Look());
        C->LoadPsw(new Psw(StorageCase.Modes[test.Mode] | Psw.Dat | (2UL << 52), Code));
        _bench.Processor.Run(C->InstructionCount + 1);
        var interrupted = C->PswAddress == Testing.CpuBench.ProgramNewAddress;
        return End(true, interrupted ? (ProgramCode)_bench.Lowcore.ProgramInterruptionCode : ProgramCode.None);
    }

    private StorageOutcome End(bool finished, ProgramCode code)
    {
        var state = Look();
        if (code != ProgramCode.None) state = state with { Cc = _bench.Old.ConditionCode };
        return new(finished, code, code == ProgramCode.None ? 0 : _bench.Old.Address, _bench.Lowcore.ProgramIlc, state);
    }

    /// <summary>The last program interruption: its code without the PER bit, and the events it indicates.</summary>
    public (ProgramCode Code, PerEvents Events) Events()
    {
        var code = (ProgramCode)_bench.Lowcore.ProgramInterruptionCode;
        var events = (code & ProgramCode.PerEvent) != 0 ? (PerEvents)(_bench.Lowcore.PerCode >> 8) : PerEvents.None;
        return (code & ~ProgramCode.PerEvent, events);
    }

    /// <summary>What the program sees now.</summary>
    public Visible Look() => new(
        [.. new ReadOnlySpan<ulong>(C->Gr, 16)], [.. new ReadOnlySpan<ulong>(C->Vr, 64)], [.. new ReadOnlySpan<uint>(C->Ar, 16)],
        C->Fpc, C->Cc, _bench.Storage.Read(Frames, StorageCase.WindowPages << 12).ToArray());

    private bool TryProvide(StorageCase test, ProgramCode code)
    {
        if (code != ProgramCode.PageTranslation) return false;
        var page = _bench.Lowcore.TranslationException & ~0xFFFUL;
        for (var n = 0; n < StorageCase.WindowPages; n++)
        {
            if (test.Pages[n] != PageState.Absent || test.PageAddress(n) != page) continue;
            Enter(page, FrameOf(test, n));
            C->PurgeTlb();
            return true;
        }
        return false;
    }

    private static ulong FrameOf(StorageCase test, int page) => Frames + ((ulong)test.Frames[page] << 12);

    private void Prepare(StorageCase test, bool provided)
    {
        for (var n = 0; n < StorageCase.WindowPages; n++)
        {
            _bench.Storage.SetKey(Frames + ((ulong)n << 12), Key);
            Fill(Frames + ((ulong)n << 12), test.Contents + n);
        }
        for (ulong n = 254; n < 256; n++) _bench.Storage.Write64(TopPages + n * 8, 0x400);
        for (var n = 0; n < StorageCase.WindowPages; n++)
        {
            var entry = FrameOf(test, n);
            if (test.Pages[n] == PageState.ReadOnly) entry |= Dat.EntryProtect;
            if (test.Pages[n] == PageState.Absent && !provided) entry |= 0x400;
            if (test.Pages[n] == PageState.KeyProtected) _bench.Storage.SetKey(FrameOf(test, n), 0x10);
            if (test.Pages[n] == PageState.FetchProtected) _bench.Storage.SetKey(FrameOf(test, n), 0x18);
            Enter(test.PageAddress(n), entry);
        }
        var back = 0xA714_0000_0000_0000UL | ((ulong)(ushort)(-test.Length / 2) << 32);     // BRC 1: to the instruction
        _bench.Storage.Write(Code, General.StorageBench.Bytes(test.Text, back));
        for (var n = 0; n < 16; n++)
        {
            C->Gr[n] = test.Gr[n];
            C->Vr[n * 2] = Initial[n];
            C->Ar[n] = 0;
        }
        C->Fpc = 0;
        C->Cr[0] = 0xE0 | (1UL << 18);
        C->Cr[1] = EngineBench.Firsts | 0xF;
        C->PurgeTlb();
    }

    // Random bytes, decimal digits, or text that is mostly one character.
    private void Fill(ulong frame, int seed)
    {
        var random = new Random(seed);
        Span<byte> bytes = stackalloc byte[4096];
        random.NextBytes(bytes);
        var kind = random.Next(4);
        for (var n = 0; n < bytes.Length && kind != 0; n++)
        {
            var value = bytes[n];
            bytes[n] = kind switch
            {
                1 => (byte)(value % 10 << 4 | (value > 240 ? 0xC : value / 10 % 10)),
                2 => value < 252 ? (byte)0x40 : value,
                _ => value < 254 ? (byte)0 : value,
            };
        }
        _bench.Storage.Write(frame, bytes);
    }

    private void Enter(ulong page, ulong entry)
    {
        var table = page >= 0xF0_0000 ? TopPages + ((page >> 12) & 0xFF) * 8 : EngineBench.PageEntry(page);
        _bench.Storage.Write64(table, entry);
    }

    public void Dispose() => _bench.Dispose();
}
