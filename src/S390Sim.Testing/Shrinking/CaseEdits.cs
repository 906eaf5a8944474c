using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>A change that makes a case simpler, whatever other changes were made to it before.</summary>
internal delegate MachineCase CaseEdit(MachineCase test);

/// <summary>The changes that may make a case simpler, in groups that are tried one after the other.</summary>
internal static class CaseEdits
{
    private const ulong ProgramMasks
        = Psw.FixedPointOverflow | Psw.DecimalOverflow | Psw.HfpExponentUnderflow | Psw.HfpSignificance;

    /// <summary>From a case to its changes; each strictly simplifies it.</summary>
    public static IReadOnlyList<Func<MachineCase, IEnumerable<CaseEdit>>> Groups { get; } =
        [Lines, Targets, Whole, Single, Numbers, test => Data(test, 1024), test => Data(test, 128), test => Data(test, 16)];

    /// <summary>The first lines only; branches beyond them go to the end.</summary>
    public static MachineCase Prefix(MachineCase test, int length)
        => test with { Code = [.. test.Code.Take(length).Select(l => l.Label > length ? l with { Label = length } : l)] };

    private static IEnumerable<CaseEdit> Lines(MachineCase test)
        => Enumerable.Range(0, test.Code.Count).Reverse().Where(_ => test.Code.Count > 1)
            .Select(n => (CaseEdit)(t => Without(t, n)));

    // Lines are taken away from the last to the first, so that the numbers of the others stay.
    private static MachineCase Without(MachineCase test, int line)
        => test.Code.Count == 1 ? test : test with
        {
            Code = [.. test.Code.Where((_, n) => n != line).Select(l => l.Label > line ? l with { Label = l.Label - 1 } : l)],
        };

    // EXECUTE becomes its target, and targets that nothing executes go.
    private static IEnumerable<CaseEdit> Targets(MachineCase test)
    {
        for (var n = 0; n < test.Code.Count; n++)
        {
            if (test.Code[n].Label is not (< 0 and var label)) continue;
            var (line, target) = (n, test.Targets[~label]);
            yield return t => t with { Code = [.. t.Code.Select((l, at) => at == line ? target : l)] };
        }
        if (test.Targets.Count > 0 && test.Code.All(l => l.Label is null or >= 0)) yield return t => t with { Targets = [] };
    }

    private static IEnumerable<CaseEdit> Whole(MachineCase test)
    {
        var before = test.Before;
        if (before.Fpr.Any(r => r != 0)) yield return t => t with { Before = t.Before with { Fpr = new ulong[16] } };
        if (before.Ar.Any(r => r != 0)) yield return t => t with { Before = t.Before with { Ar = new uint[16] } };
        if (before.Gr.Any(r => r != 0)) yield return t => t with { Before = t.Before with { Gr = new ulong[16] } };
        if (before.Fpc != 0) yield return t => t with { Before = t.Before with { Fpc = 0 } };
        foreach (var bits in new[] { ProgramMasks, Psw.ConditionCodeMask })
            if ((before.Psw.Mask & bits) != 0) yield return t => WithMask(t, t.Before.Psw.Mask & ~bits);
        if (test.Data.AsSpan().IndexOfAnyExcept((byte)0) >= 0) yield return t => t with { Data = new byte[t.Data.Length] };
    }

    private static MachineCase WithMask(MachineCase test, ulong mask)
        => test with { Before = test.Before with { Psw = test.Before.Psw with { Mask = mask } } };

    private static IEnumerable<CaseEdit> Single(MachineCase test)
    {
        for (var n = 0; n < 16; n++)
        {
            var register = n;
            if (test.Before.Gr[n] != 0) yield return t => t with { Before = t.Before.WithGr(register, 0) };
            if (test.Before.Fpr[n] != 0) yield return t => WithFpr(t, register, 0);
            if (test.Before.Ar[n] != 0)
            {
                yield return t =>
                {
                    var copy = t.Before.Copy();
                    copy.Ar[register] = 0;
                    return t with { Before = copy };
                };
            }
        }
    }

    private static MachineCase WithFpr(MachineCase test, int register, ulong value)
    {
        var copy = test.Before.Copy();
        copy.Fpr[register] = value;
        return test with { Before = copy };
    }

    private static IEnumerable<CaseEdit> Numbers(MachineCase test)
    {
        for (var n = 0; n < 16; n++)
        {
            var register = n;
            foreach (var simpler in Simpler(test.Before.Gr[n]))
                yield return t => t with { Before = t.Before.WithGr(register, simpler) };
            foreach (var simpler in Simpler(test.Before.Fpr[n])) yield return t => WithFpr(t, register, simpler);
        }
    }

    private static IEnumerable<ulong> Simpler(ulong value)
    {
        if (value > 1) yield return 1;
        if (value > uint.MaxValue) yield return value & uint.MaxValue;
        if (value > uint.MaxValue && (value & uint.MaxValue) != 0) yield return value & ~(ulong)uint.MaxValue;
    }

    private static IEnumerable<CaseEdit> Data(MachineCase test, int size)
    {
        for (var from = 0; from < test.Data.Length; from += size)
        {
            if (test.Data.AsSpan(from, size).IndexOfAnyExcept((byte)0) < 0) continue;
            var at = from;
            yield return t =>
            {
                byte[] copy = [.. t.Data];
                copy.AsSpan(at, size).Clear();
                return t with { Data = copy };
            };
        }
    }
}
