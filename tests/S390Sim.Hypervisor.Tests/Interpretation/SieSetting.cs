using System.Globalization;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>
/// One <c>name=hex</c> of the table, set before a run or compared after it. Registers <c>r0</c> to <c>r13</c> and <c>c0</c> to
/// <c>c15</c>; <c>m</c>, <c>k</c> and <c>h</c> with an address are guest storage, its key, and bits added to its host's page-table
/// entry; <c>mask</c> adds to the PSW; others are fields of the state description, of which <c>flags</c>, <c>eca</c> to <c>ecd</c>
/// add, and <c>-eca</c>, <c>-ecb</c> take away; <c>sca</c> gives the guest a SCA with this utility word, <c>held</c> its interlock,
/// <c>cpu1</c> the flags of a CPU 1 in it, <c>fac</c> a list of this format.
/// </summary>
internal static unsafe class SieSetting
{
    public static IEnumerable<(string Name, ulong Value)> Parse(string cell)
        => cell == "-" ? [] : cell.Split(' ').Select(item => item.Split('='))
            .Select(pair => (pair[0], ulong.Parse(pair[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    public static void Apply(SieBench bench, string name, ulong value)
    {
        var sd = bench.Description;
        switch (name)
        {
            case "flags": sd.CpuFlags |= (uint)value; break;
            case "ictl": sd.InterceptionControl = (uint)value; break;
            case "eca": sd.Eca |= (uint)value; break;
            case "-eca": sd.Eca &= ~(uint)value; break;
            case "ecb": sd.Ecb |= (byte)value; break;
            case "-ecb": sd.Ecb &= (byte)~value; break;
            case "ecb2": sd.Ecb2 |= (byte)value; break;
            case "ecb3": sd.Ecb3 |= (byte)value; break;
            case "ecd": sd.Ecd |= (uint)value; break;
            case "lctl": sd.LoadControl = (ushort)value; break;
            case "svcc": sd.SvcControl = (uint)value; break;
            case "epdx": sd.EpochIndex = (byte)value; break;
            case "cputm": sd.CpuTimer = value; break;
            case "ckc": sd.ClockComparator = value; break;
            case "cbrlo": sd.CollaborativeMemory = value; break;
            case "fac": DesignateList(bench, (uint)value); break;
            case "sca": DesignateArea(bench, (ushort)value); break;
            case "held": bench.Storage.Write64(SieBench.Area, value << 63); break;
            case "cpu1": DesignateCpu(bench, (uint)value); break;
            default: ApplyToMachine(bench, name, value); break;
        }
    }

    private static void ApplyToMachine(SieBench bench, string name, ulong value)
    {
        switch (name[0])
        {
            case 'r': bench.State->Gr[Number(name)] = value; break;
            case 'c': bench.SetCr(Number(name), value); break;
            case 'm': bench[Address(name)] = value; break;
            case 'k': bench.Storage.Key(SieBench.Origin + Address(name)) = (byte)value; break;
            case 'h':
                var entry = SieBench.PageTable + (Address(name) >> 12) * 8;
                bench.Storage.Write64(entry, bench.Storage.Read64(entry) | value);
                break;
            default: throw new FormatException(name);
        }
    }

    public static ulong Read(SieBench bench, string name)
    {
        var sd = bench.Description;
        return name switch
        {
            "cc" => sd.PswMask >> 44 & 3,
            "ckc" => sd.ClockComparator,
            "todpr" => sd.TodProgrammable,
            "sca" => bench.Storage.Read64(SieBench.Area + 0x38) >> 48,
            "dst" => sd.DestinationEntry,
            "src" => sd.SourceEntry,
            "dxc" => sd.DataExceptionCode,
            "ilc" => sd.ProgramIlc,
            "teid" => sd.TranslationException,
            "perc" => sd.PerCode,
            "peraddr" => sd.PerAddress,
            _ => name[0] switch
            {
                'r' => bench.State->Gr[Number(name)],
                'c' => bench.GetCr(Number(name)),
                'm' => bench[Address(name)],
                'k' => bench.Storage.Key(SieBench.Origin + Address(name)),
                _ => throw new FormatException(name),
            },
        };
    }

    private static int Number(string name) => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture);

    private static ulong Address(string name) => ulong.Parse(name.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    // Facilities 0 and 68, in format 2 with their number before them.
    private static void DesignateList(SieBench bench, uint format)
    {
        var sd = bench.Description;
        var at = SieBench.Facilities;
        sd.FacilityList = (uint)at | format;
        if (format == 2)
        {
            bench.Storage.Write64(at, 2);
            at += 8;
        }
        bench.Storage.Write64(at, 0x8000_0000_0000_0001);
        bench.Storage.Write64(at + 8, 0x0800_0000_0000_0000);
    }

    private static void DesignateArea(SieBench bench, ushort utility)
    {
        var sd = bench.Description;
        sd.ScaOriginLow = (uint)SieBench.Area;
        bench.Storage.Write64(SieBench.Area + 0x38, (ulong)utility << 48);
    }

    private static void DesignateCpu(SieBench bench, uint flags)
    {
        DesignateArea(bench, 0);
        bench.Storage.Write64(SieBench.Area + 0x30, 1UL << 62);
        bench.Storage.Write64(SieBench.Area + 0x40 + 32 + 8, SieBench.Other);
        bench.Storage.Write64(SieBench.Other, (ulong)flags << 32);
    }
}
