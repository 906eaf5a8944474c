using System.Buffers.Binary;
using System.Diagnostics;
using S390Sim.Cpu;

namespace S390Sim.Properties.Robustness;

/// <summary>How an attack is made up.</summary>
/// <param name="Seed">Of everything random.</param>
/// <param name="CodeLength">Instructions laid out in a row.</param>
/// <param name="Limit">Instructions executed at most.</param>
/// <param name="Wild">Whether PSWs, lowcores and control registers may be anything.</param>
/// <param name="GoesOn">Whether program interruptions return behind the instruction, so that the rest is executed too.</param>
internal readonly record struct FuzzPlan(ulong Seed, int CodeLength, int Limit, bool Wild, bool GoesOn = false);

/// <summary>
/// Runs case after case against a target on a thread of its own, while the caller looks that it goes on: an instruction that
/// never ends is found even when nothing inside the simulator would notice.
/// </summary>
internal sealed class FuzzRun(FuzzTarget target, FuzzPlan plan)
{
    private const int CasesBetweenRebuilds = 256, CasesBetweenLooks = 8192;
    private static readonly TimeSpan s_longestCase = TimeSpan.FromSeconds(30);

    private readonly FuzzRandom _random = new(plan.Seed, target.Processor.Handlers);
    private readonly byte[] _code = new byte[plan.CodeLength * 6];
    private readonly ulong[] _registers = new ulong[16];
    private long _cases;
    private Psw _psw;
    private string? _failure;

    /// <summary>Cases made.</summary>
    public long Cases => Volatile.Read(ref _cases);

    /// <summary>Runs so many cases, or until a time has passed; what went wrong, or null.</summary>
    public string? Go(long cases, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var thread = new Thread(() => Work(cases, () => Stopwatch.GetElapsedTime(start) > time)) { IsBackground = true };
        thread.Start();
        for (var last = -1L; !thread.Join(s_longestCase); last = Cases)
        {
            if (Cases == last) return $"a case does not end: {Describe()}";
        }
        return _failure;
    }

    private void Work(long cases, Func<bool> isLate)
    {
        try
        {
            for (; _cases < cases && _failure is null; _cases++)
            {
                if (_cases % CasesBetweenRebuilds == 0)
                {
                    if (isLate()) return;
                    Rebuild();
                }
                Case();
                if (_cases % CasesBetweenLooks == CasesBetweenLooks - 1 && target.Damage() is { } damage)
                    _failure = $"{damage}, within {CasesBetweenLooks} cases before: {Describe()}";
            }
            if (_failure is null && target.Damage() is { } last) _failure = $"{last}: {Describe()}";
        }
        catch (Exception e)
        {
            _failure = $"{Describe()}: {e}";
        }
    }

    private void Rebuild()
    {
        FuzzLayout.BuildTables(target.Storage, _random);
        target.ScatterKeys(_random);
        for (var n = 0; n < target.Pci.Functions.Count; n++) Revive(target.Pci.Functions[n]);
        var handles = target.Pci.Functions.Select(f => (ulong)f.Handle).ToArray();
        FuzzLayout.BuildBlocks(target.Storage, _random, (uint)handles[_random.Below(handles.Length)]);
        // Handle, address space and length or operation of a request.
        ulong[] operations = [0, 1, 2, 4, 5, 8, 10, 16, 17, 0xF0004];
        var requests = handles.SelectMany(handle => operations.Select(low => (handle << 32) | low));
        _random.Special =
        [
            .. requests, .. handles, .. MemoryIo(), FuzzLayout.Fib, FuzzLayout.Clp, FuzzLayout.Sccb, FuzzLayout.PageTables,
            FuzzLayout.SegmentTable, 0x1_0000_0000, 0x1_0000_1000, 0x1_7FFF_0000, 0x80, 0x88, 0x90, 0x98,
            0x0002_0001, 0x0012_0001, 0x0077_0005, 0x0078_0005,
        ];
        Span<byte> bytes = stackalloc byte[8];
        for (var n = 0; n < 512; n++)
        {
            var value = _random.OneIn(3) ? _random.Instruction() : _random.Value();
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
            target.Storage.TryWrite(0x40000 + (ulong)_random.Below(0x3B_0000), bytes);
        }
    }

    // Addresses of BARs, of both kinds.
    private IEnumerable<ulong> MemoryIo()
    {
        foreach (var function in target.Pci.Functions)
        {
            if (!target.Pci.MemoryIo!.TryGetAddress(function, 0, out var address)) continue;
            yield return address;
            yield return address + Pci.MemoryIoMap.WriteBack + 0x80;
        }
    }

    private static void Revive(Pci.PciFunction function)
    {
        if (function.State is Pci.FunctionState.Standby) function.Configure();
        if (function.State is Pci.FunctionState.Error) function.Reset();
        if (function.State is Pci.FunctionState.Disabled) function.Enable();
        function.SetMemoryIo(true);
    }

    private void Case()
    {
        Span<byte> text = stackalloc byte[8];
        for (var n = 0; n < plan.CodeLength; n++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(text, _random.Instruction());
            text[..6].CopyTo(_code.AsSpan(n * 6));
        }
        var address = FuzzLayout.CodeAddress(_random);
        target.Storage.TryWrite(address, _code.AsSpan(0, (int)Math.Min((ulong)_code.Length, FuzzLayout.Size - address)));
        Lowcore();
        for (var n = 0; n < 16; n++)
        {
            var intoCode = address + (ulong)(_random.Below(_code.Length) & ~1);
            target.SetGr(n, _registers[n] = _random.OneIn(12) ? intoCode : _random.Value());
        }
        if (_random.OneIn(plan.Wild ? 2 : 8)) target.SetOthers(_random);
        if (_random.OneIn(plan.Wild ? 2 : 16))
        {
            for (var n = 0; n < 16; n++) target.SetCr(n, _random.ControlRegister(n, plan.Wild));
        }
        _psw = new Psw(_random.PswMask(plan.Wild), plan.Wild && _random.OneIn(8) ? _random.Value() : address);
        target.Start(_psw);
        var reason = target.Run((ulong)(1 + _random.Below(plan.Limit)));
        if (reason is StopReason.HostFault) _failure = $"the run ended with {reason}: {Describe()}";
    }

    private void Lowcore()
    {
        if (plan.Wild && _random.OneIn(2))
        {
            for (ulong at = 0x1A0; at < 0x200; at += 16)
            {
                FuzzLayout.Put(target.Storage, at, _random.PswMask(wild: true));
                FuzzLayout.Put(target.Storage, at + 8, _random.OneIn(3) ? _random.Value() : FuzzLayout.CodeAddress(_random));
            }
            return;
        }
        var wait = plan.GoesOn ? 0 : Psw.Wait;
        FuzzLayout.Put(target.Storage, FuzzLayout.ProgramNew, Psw.ExtendedAddressing | Psw.BasicAddressing | wait);
        FuzzLayout.Put(target.Storage, FuzzLayout.ProgramNew + 8, FuzzLayout.Handler);
        FuzzLayout.Put(target.Storage, FuzzLayout.Handler, 0xB2B2_0150_0000_0000);      // LPSWE of the program-old PSW
    }

    private string Describe()
        => $"{target.GetType().Name} {plan} case {_cases} psw {_psw} code "
            + Convert.ToHexString(_code.AsSpan(0, Math.Min(_code.Length, 48))) + " "
            + string.Join(' ', _registers.Select((value, n) => $"r{n}={value:x}"));
}
