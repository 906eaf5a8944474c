using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>
/// Runs cases on a processor of its own, one after the other; nothing of one case reaches the next. Much cheaper than a new
/// machine for each: tens of thousands of cases in a second.
/// </summary>
public sealed unsafe class CaseBench : IDisposable
{
    /// <summary>CR0 of a case that does not say another: the AFP-register control, and what the initial reset sets.</summary>
    public const ulong ControlZero = 0x0004_00E0;

    /// <summary>Breaking-event address when a case begins.</summary>
    public const ulong NoBreakingEvent = 1;

    private const int RestOfPage = Storage.PageSize - TestLayout.CodeSize;
    private const ulong Entry = 0x1000;         // new PSW n waits at Entry + 0x100 n: in no page that a case maps
    private static readonly (int Offset, Ending Ending)[] s_newPsws =
    [
        (Lowcore.RestartNewMaskOffset, Ending.Restart), (Lowcore.ExternalNewMaskOffset, Ending.External),
        (Lowcore.SvcNewMaskOffset, Ending.SupervisorCall), (Lowcore.ProgramNewMaskOffset, Ending.Program),
        (Lowcore.MachineCheckNewMaskOffset, Ending.MachineCheck), (Lowcore.IoNewMaskOffset, Ending.Io),
    ];

    private readonly CpuBench _bench;
    private readonly byte[] _pristine;
    private byte[] _code = [];
    private readonly bool[] _dirtyKeys = new bool[TestLayout.StorageSize / Storage.PageSize];

    /// <summary>Makes a bench.</summary>
    /// <param name="facilities">Installed facilities, or the machine's default.</param>
    public CaseBench(FacilitySet? facilities = null)
    {
        _bench = new CpuBench(TestLayout.StorageSize, facilities);
        _bench.Storage.Write(TestLayout.ReadOnly, TestLayout.ReadOnlyPage);
        for (var n = 0; n < s_newPsws.Length; n++)
        {
            _bench.Storage.Write64((ulong)s_newPsws[n].Offset, CpuBench.SupervisorMask | Psw.Wait);
            _bench.Storage.Write64((ulong)s_newPsws[n].Offset + 8, Entry + 0x100 * (ulong)n);
        }
        _pristine = _bench.Storage.Read(0, (int)TestLayout.StorageSize).ToArray();
    }

    /// <summary>The semantics that are bound.</summary>
    public HandlerTable Handlers => _bench.Handlers;
    /// <summary>The processor, to look at after a run.</summary>
    public Processor Processor => _bench.Processor;
    /// <summary>Absolute storage, to look at after a run.</summary>
    public Storage Storage => _bench.Storage;

    /// <summary>Runs a case to its end.</summary>
    /// <param name="test">The case.</param>
    /// <param name="limit">Instructions after which it counts as endless.</param>
    public MachineOutcome Run(MachineCase test, ulong limit = 20_000)
    {
        ArgumentNullException.ThrowIfNull(test);
        Prepare(test);
        var c = _bench.State;
        var start = c->InstructionCount;
        var stop = _bench.Processor.Run(start + limit);
        var ending = stop == StopReason.Wait ? EndingOf(c->PswAddress, (c->PswMask & Psw.Dat) != 0) : Ending.Endless;
        var outcome = Outcome(test, ending, c->InstructionCount - start);
        var strayed = MayStray(test, outcome) && CleanUp();
        var next = outcome.InstructionAddress;
        return outcome with
        {
            Strayed = strayed || (next >= TestLayout.Data && next < TestLayout.ReadOnly + Storage.PageSize)
                || !_bench.Storage.Read(TestLayout.Code, TestLayout.CodeSize).SequenceEqual(_code)
                || _bench.Storage.Read(TestLayout.Code + TestLayout.CodeSize, RestOfPage).IndexOfAnyExcept((byte)0) >= 0,
        };
    }

    // A program in the problem state under DAT reaches nothing but its own pages.
    private static bool MayStray(MachineCase test, MachineOutcome outcome)
        => (test.Before.Psw.Mask & Psw.Dat) == 0 || (outcome.After.Psw.Mask & Psw.Dat) == 0
            || ((test.Before.Psw.Mask & Psw.Problem) == 0 && test.Code.Concat(test.Targets).Any(l
                => l.Row.Family() is InstructionFamily.Privileged or InstructionFamily.SemiPrivileged));

    private void Prepare(MachineCase test)
    {
        var c = _bench.State;
        _bench.Processor.IsStopped = false;
        // Interruptions of one case and of the next are not a loop.
        c->InstructionCount += 2;
        c->Prefix = 0;
        c->Executing = false;
        var storage = _bench.Storage;
        _code = test.CodeBytes();
        storage.Write(TestLayout.Code, _code);
        if (storage.Read(TestLayout.Code + TestLayout.CodeSize, RestOfPage).IndexOfAnyExcept((byte)0) >= 0)
            storage.Write(TestLayout.Code + TestLayout.CodeSize, new byte[RestOfPage]);
        storage.Write(TestLayout.Data, test.Data);
        storage.Write(test.Layout.TableAddress, test.Layout.Tables);
        storage.Write(MachineOutcome.ParameterStart, s_noParameters);
        SetKeys(test.Layout);
        var before = test.Before;
        for (var n = 0; n < 16; n++)
        {
            c->Gr[n] = before.Gr[n];
            c->Ar[n] = before.Ar[n];
            c->Cr[n] = ControlRegister(test, n);
            c->Fpr(n) = before.Fpr[n];
        }
        c->Fpc = before.Fpc;
        c->BreakingEvent = NoBreakingEvent;
        c->PurgeTlb();
        c->LoadPsw(before.Psw);
    }

    private static readonly byte[] s_noParameters = new byte[MachineOutcome.ParameterSize];

    /// <summary>What a control register holds when a case begins: zero stands for what the layout needs.</summary>
    public static ulong ControlRegister(MachineCase test, int register) => register switch
    {
        _ when test.Before.Cr[register] != 0 => test.Before.Cr[register],
        0 => ControlZero,
        1 or 7 or 13 => test.Layout.Asce,
        _ => 0,
    };

    private void SetKeys(StorageLayout layout)
    {
        for (ulong n = 0; n < (ulong)_dirtyKeys.Length; n++)
            if (_dirtyKeys[n]) _bench.Storage.SetKey(n * Storage.PageSize, 0);
        Array.Clear(_dirtyKeys);
        foreach (var page in layout.Pages)
        {
            if (StorageLayout.KeyOf(page.Kind) is not (not 0 and var key)) continue;
            _bench.Storage.SetKey(page.Frame, key);
            _dirtyKeys[page.Frame / Storage.PageSize] = true;
        }
    }

    private static Ending EndingOf(ulong address, bool dat)
        => dat || address < Entry || (address - Entry) % 0x100 != 0 || (address - Entry) / 0x100 >= (ulong)s_newPsws.Length
            ? Ending.Endless : s_newPsws[(address - Entry) / 0x100].Ending;

    private MachineOutcome Outcome(MachineCase test, Ending ending, ulong instructions)
    {
        var c = _bench.State;
        var psw = ending switch
        {
            Ending.Endless => c->Psw,
            _ => OldPsw(ending switch
            {
                Ending.Restart => Lowcore.RestartOldMaskOffset,
                Ending.External => Lowcore.ExternalOldMaskOffset,
                Ending.SupervisorCall => Lowcore.SvcOldMaskOffset,
                Ending.Program => Lowcore.ProgramOldMaskOffset,
                Ending.MachineCheck => Lowcore.MachineCheckOldMaskOffset,
                _ => Lowcore.IoOldMaskOffset,
            }),
        };
        var after = new MachineState { Psw = psw, Fpc = c->Fpc };
        for (var n = 0; n < 16; n++)
        {
            after.Gr[n] = c->Gr[n];
            after.Ar[n] = c->Ar[n];
            after.Cr[n] = c->Cr[n];
            after.Fpr[n] = c->Fpr(n);
        }
        var outcome = new MachineOutcome
        {
            Ending = ending,
            After = after,
            Data = _bench.Storage.Read(TestLayout.Data, TestLayout.DataSize).ToArray(),
            Parameters = _bench.Storage.Read(MachineOutcome.ParameterStart, MachineOutcome.ParameterSize).ToArray(),
            Instructions = instructions,
        };
        return outcome.CameToItsEnd(test) ? outcome with { Ending = Ending.Completed, Instructions = instructions - 1 } : outcome;
    }

    private Psw OldPsw(int offset) => new(_bench.Storage.Read64((ulong)offset), _bench.Storage.Read64((ulong)offset + 8));

    // Without translation a program can store anywhere: what it did outside of code, data and assigned storage is undone.
    private bool CleanUp()
    {
        var storage = _bench.Storage;
        var strayed = false;
        for (ulong page = 0; page < TestLayout.StorageSize; page += Storage.PageSize)
        {
            if (page is TestLayout.Code or TestLayout.Data or TestLayout.Data + 4096) continue;
            if (page >= TestLayout.Tables && page < TestLayout.Tables + StorageLayout.SlotSize * StorageLayout.Slots) continue;
            var from = page == 0 ? 0x200 : 0;
            var was = _pristine.AsSpan((int)page + from, Storage.PageSize - from);
            if (storage.Read(page + (ulong)from, was.Length).SequenceEqual(was)) continue;
            strayed = true;
            storage.Write(page + (ulong)from, was);
        }
        foreach (var (offset, _) in s_newPsws) storage.Write((ulong)offset, _pristine.AsSpan(offset, 16));
        return strayed;
    }

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();
}
