using System.Buffers.Binary;
using System.Runtime.InteropServices;
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
    private const byte Touched = 0x06;          // reference and change bits of a storage key
    private const byte Changed = 0x02;
    private const ulong NeverEnds = long.MaxValue;
    private static readonly byte[] s_prefixArea = MakePrefixArea();

    private readonly CpuBench _bench;
    private byte[] _code = [];

    /// <summary>Makes a bench.</summary>
    /// <param name="facilities">Installed facilities, or the machine's default.</param>
    public CaseBench(FacilitySet? facilities = null)
    {
        _bench = new CpuBench(TestLayout.StorageSize, facilities);
        _bench.Storage.Write(TestLayout.ReadOnly, TestLayout.ReadOnlyPage);
        foreach (var prefix in TestLayout.Prefixes) _bench.Storage.Write(prefix, s_prefixArea);
        for (var n = 0; n < MachineOutcome.Endings.Count; n++)
            _bench.Storage.Write64(EntryOf(n), LoadWaitPsw | (ulong)(TestLayout.WaitPsws + 16 * n) << 32);
    }

    // LPSWE of a location in the prefix area: what a new PSW leads to ends the run and changes no register.
    private const ulong LoadWaitPsw = 0xB2B2_0000_0000_0000;

    private static ulong EntryOf(int ending) => TestLayout.Entry + 0x100 * (ulong)ending;

    // What assigned storage holds when a case begins, but for the case's PSW.
    private static byte[] MakePrefixArea()
    {
        var area = new byte[TestLayout.PrefixSize];
        void Put(int offset, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(area.AsSpan(offset), value);
        for (var n = 0; n < MachineOutcome.Endings.Count; n++)
        {
            Put(Lowcore.RestartNewMaskOffset + 16 * n, CpuBench.SupervisorMask);
            Put(Lowcore.RestartNewMaskOffset + 16 * n + 8, EntryOf(n));
            Put(TestLayout.WaitPsws + 16 * n, CpuBench.SupervisorMask | Psw.Wait);
            Put(TestLayout.WaitPsws + 16 * n + 8, EntryOf(n));
        }
        return area;
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
        // The last one that it was let execute may have been interrupted.
        if (stop == StopReason.InstructionLimit && IsInterrupted) stop = _bench.Processor.Run(c->InstructionCount + 1);
        return Outcome(test, stop, c->InstructionCount - start);
    }

    /// <summary>Runs a case instruction by instruction, and tells of each before it is executed.</summary>
    /// <param name="test">The case.</param>
    /// <param name="next">Told the instruction address.</param>
    /// <param name="limit">Instructions after which it counts as endless.</param>
    public MachineOutcome Step(MachineCase test, Action<ulong> next, ulong limit = 20_000)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(next);
        Prepare(test);
        var c = _bench.State;
        var start = c->InstructionCount;
        var stop = StopReason.InstructionLimit;
        while (stop == StopReason.InstructionLimit && c->InstructionCount - start < limit)
        {
            if ((c->PswMask & Psw.Wait) == 0) next(c->PswAddress);
            stop = _bench.Processor.Run(c->InstructionCount + 1);
        }
        return Outcome(test, stop, c->InstructionCount - start);
    }

    private void Prepare(MachineCase test)
    {
        var c = _bench.State;
        _bench.Processor.IsStopped = false;
        // Interruptions of one case and of the next are not a loop.
        c->InstructionCount += 2;
        c->Executing = false;
        c->TodProgrammable = 0;
        c->ClockComparator = ulong.MaxValue;
        c->CpuTimer = NeverEnds;
        c->CpuTimerBase = _bench.Processor.Tod;
        var before = test.Before;
        var storage = _bench.Storage;
        _code = test.CodeBytes();
        storage.Write(TestLayout.Code, _code);
        if (storage.Read(TestLayout.Code + TestLayout.CodeSize, RestOfPage).IndexOfAnyExcept((byte)0) >= 0)
            storage.Write(TestLayout.Code + TestLayout.CodeSize, new byte[RestOfPage]);
        storage.Write(TestLayout.Data, test.Data);
        storage.Write(test.Layout.TableAddress, test.Layout.Tables);
        foreach (var space in test.Spaces) storage.Write(space.TableAddress, space.Tables);
        storage.Write64(before.Prefix + TestLayout.FirstPsw, before.Psw.Mask);
        storage.Write64(before.Prefix + TestLayout.FirstPsw + 8, before.Psw.Address);
        SetKeys(test);
        for (var n = 0; n < 16; n++)
        {
            c->Gr[n] = before.Gr[n];
            c->Ar[n] = before.Ar[n];
            c->Cr[n] = ControlRegister(test, n);
            c->Fpr(n) = before.Fpr[n];
        }
        c->Fpc = before.Fpc;
        c->BreakingEvent = NoBreakingEvent;
        c->Prefix = before.Prefix;
        c->PurgeTlb();
        c->LoadPsw(before.Psw);
    }

    /// <summary>What a control register holds when a case begins: zero stands for what the layout needs.</summary>
    public static ulong ControlRegister(MachineCase test, int register) => register switch
    {
        _ when test.Before.Cr[register] != 0 => test.Before.Cr[register],
        0 => ControlZero,
        1 or 7 or 13 => test.Layout.Asce,
        _ => 0,
    };

    private void SetKeys(MachineCase test)
    {
        foreach (var page in test.Layout.Pages)
            if (StorageLayout.KeyOf(page.Kind) is not 0 and var key) _bench.Storage.SetKey(page.Frame, key);
        for (var n = 0; n < test.Before.Keys.Length; n++)
            _bench.Storage.SetKey(TestLayout.KeyedFrames[n], test.Before.Keys[n]);
    }

    private bool IsInterrupted => _bench.State->Psw.Mask == CpuBench.SupervisorMask
        && MachineOutcome.Endings.Where((_, n) => _bench.State->PswAddress == EntryOf(n)).Any();

    private Ending EndingOf(StopReason stop)
    {
        var c = _bench.State;
        if (stop != StopReason.Wait || (c->PswMask & Psw.Dat) != 0) return Ending.Endless;
        for (var n = 0; n < MachineOutcome.Endings.Count; n++)
            if (c->PswAddress == EntryOf(n)) return MachineOutcome.Endings[n];
        return Ending.Endless;
    }

    private MachineOutcome Outcome(MachineCase test, StopReason stop, ulong instructions)
    {
        var c = _bench.State;
        var ending = EndingOf(stop);
        var old = Lowcore.RestartOldMaskOffset + 16 * MachineOutcome.Endings.ToList().IndexOf(ending);
        var after = new MachineState
        {
            Psw = ending == Ending.Endless ? c->Psw
                : new(_bench.Storage.Read64(c->Prefix + (ulong)old), _bench.Storage.Read64(c->Prefix + (ulong)old + 8)),
            Fpc = c->Fpc,
            Prefix = c->Prefix,
            Keys = test.Before.Keys.Length == 0 ? []
                : [.. TestLayout.KeyedFrames.ToArray().Select(frame => _bench.Storage.Key(frame))],
        };
        for (var n = 0; n < 16; n++)
        {
            after.Gr[n] = c->Gr[n];
            after.Ar[n] = c->Ar[n];
            after.Cr[n] = c->Cr[n];
            after.Fpr[n] = c->Fpr(n);
        }
        // The one that loads the wait PSW is not the program's.
        if (ending != Ending.Endless) instructions--;
        var outcome = new MachineOutcome
        {
            Ending = ending,
            After = after,
            Data = _bench.Storage.Read(TestLayout.Data, TestLayout.DataSize).ToArray(),
            Parameters = _bench.Storage.Read(c->Prefix + MachineOutcome.ParameterStart, MachineOutcome.ParameterSize).ToArray(),
            Tables = test.ChangesTables ? StorageLayout.EntriesOf((at, length) => _bench.Storage.Read(at, length).ToArray()) : [],
            Instructions = instructions,
        };
        if (outcome.CameToItsEnd(test)) outcome = outcome with { Ending = Ending.Completed, Instructions = instructions - 1 };
        return outcome with { Strayed = CleanUp(test, outcome) };
    }

    // What the case touched is made as it was. It strayed when it stored outside of its pages, or looked at what is different on
    // another machine: the program that runs cases there, and what that has for itself.
    private bool CleanUp(MachineCase test, MachineOutcome outcome)
    {
        var storage = _bench.Storage;
        var next = outcome.InstructionAddress;
        var strayed = (next >= TestLayout.Data && next < TestLayout.ReadOnly + Storage.PageSize)
            || !storage.Read(TestLayout.Code, TestLayout.CodeSize).SequenceEqual(_code)
            || storage.Read(TestLayout.Code + TestLayout.CodeSize, RestOfPage).IndexOfAnyExcept((byte)0) >= 0;
        var keys = MemoryMarshal.CreateSpan(ref storage.Key(0), (int)(TestLayout.StorageSize / Storage.PageSize));
        for (var n = keys.IndexOfAnyExcept((byte)0); n >= 0;)
        {
            var page = (ulong)n * Storage.PageSize;
            if (StraysTo(test, page, keys[n])) strayed = true;
            storage.SetKey(page, 0);
            var further = keys[(n + 1)..].IndexOfAnyExcept((byte)0);
            n = further < 0 ? -1 : n + 1 + further;
        }
        foreach (var prefix in TestLayout.Prefixes) strayed |= RestorePrefixArea(prefix);
        if (storage.Read(TestLayout.ReadOnly, Storage.PageSize).SequenceEqual(TestLayout.ReadOnlyPage)) return strayed;
        storage.Write(TestLayout.ReadOnly, TestLayout.ReadOnlyPage);
        return true;
    }

    private bool StraysTo(MachineCase test, ulong page, byte key)
    {
        var storage = _bench.Storage;
        if (page is TestLayout.Code or TestLayout.Data or TestLayout.Data + 4096) return false;
        // A key that is not what it was is compared with only where all machines have it.
        var hasKey = (key & ~Touched) != 0 && page != TestLayout.ReadOnly && !test.Layout.Pages.Any(p => p.Frame == page);
        if (page < TestLayout.PrefixSize || TestLayout.Prefixes.Contains(page & ~(TestLayout.PrefixSize - 1UL))) return hasKey;
        if (page == TestLayout.Entry) return hasKey;
        if ((key & Changed) == 0)
            return hasKey || (page >= TestLayout.Driver && page < TestLayout.DriverEnd) || page >= TestLayout.Workspace;
        // Tables are written anew for each case.
        if (test.ChangesTables && test.Spaces.Append(test.Layout).Any(l
            => page >= l.TableAddress && page < l.TableAddress + (ulong)l.Tables.Length)) return false;
        if (page == TestLayout.ReadOnly) return false;
        storage.Write(page, s_zeros);
        return true;
    }

    private static readonly byte[] s_zeros = new byte[Storage.PageSize];

    // Interruptions store parameters and old PSWs; whatever else there changed is a case's doing.
    private bool RestorePrefixArea(ulong prefix)
    {
        const int FirstEnd = Lowcore.RestartNewMaskOffset;
        var storage = _bench.Storage;
        var isAsItWas = storage.Read(prefix, MachineOutcome.ParameterStart).SequenceEqual(s_prefixArea.AsSpan(0, 0x80))
            && storage.Read(prefix + FirstEnd, TestLayout.FirstPsw - FirstEnd)
                .SequenceEqual(s_prefixArea.AsSpan(FirstEnd, TestLayout.FirstPsw - FirstEnd))
            && storage.Read(prefix + TestLayout.FirstPsw + 16, TestLayout.PrefixSize - TestLayout.FirstPsw - 16)
                .SequenceEqual(s_prefixArea.AsSpan(TestLayout.FirstPsw + 16));
        if (isAsItWas)
        {
            storage.Write(prefix + MachineOutcome.ParameterStart, s_prefixArea.AsSpan(0x80, FirstEnd - 0x80));
            storage.Write(prefix + TestLayout.FirstPsw, s_prefixArea.AsSpan(TestLayout.FirstPsw, 16));
        }
        else
        {
            storage.Write(prefix, s_prefixArea);
        }
        return !isAsItWas;
    }

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();
}
