using static S390Sim.Tests.AddressSpaces.SpaceImage;

namespace S390Sim.Tests.AddressSpaces;

internal static partial class SpaceCases
{
    private const uint BranchTrace = 0x8000_0000, ModeTrace = 0x4000_0000;      // high word of CR12
    private const uint AsnTrace = 2, ExplicitTrace = 1;

    private static IEnumerable<SpaceCase> Subspaces()
    {
        SpaceCase Case(string name, uint alet, params Action<SpaceImage>[] more)
            => new("bsg: " + name, "B2580012",
                In(Primary,
                [Group, i => { i.Gr(2, Called); i.Ar(2, alet); i.Or32(Aste(1) + 12, 0x2C0); i.PutAle(DuList, 5, 1, 4); },
                .. more]));

        yield return Case("to the base space", 0);
        yield return Case("to the last subspace", 1, i => i.Put32(Duct + 4, Aste(2)));
        yield return Case("to a subspace", 0x0002_0002, i => i.Put32(Duct + 4, 0));
        yield return Case("to another subspace", 0x0007_0003, i => i.Or32(Aste(3) + 12, 0x2C0));
        yield return Case("to the base space by its token", 0x0004_0005);
        yield return Case("the token's sequence does not count", 0x0009_0002);
        yield return Case("a private entry does not count", 0x0002_0002,
            i => { i.PutAle(DuList, 2, 2, 2, 1, 8); i.PutHex(Authority, "0000"); });
        yield return Case("register 0", 0x0002_0002, i => { i.PutHex(Code, "B2580010"); i.Gr(0, Called); i.Ar(0, 0x0002_0002); });
        yield return Case("no link", 0x0002_0002, i => i.PutHex(Code, "B2580002"));
        yield return Case("24 to 31", 0x0002_0002, i => { i.Start(Primary); i.Gr(2, 0x8000_0000 | Called); });
        yield return Case("31 to 24", 0x0002_0002, i => { i.Start(Primary | Mask31); i.Gr(2, Called); });
        yield return Case("no last subspace", 1, i => i.Put32(Duct + 4, 0));
        yield return Case("last subspace is gone", 1, i => i.Or32(Aste(2), 0x8000_0000));
        yield return Case("last subspace is another", 1, i => i.Put32(Duct + 12, 1));
        yield return Case("not a subspace", 0x0007_0003);
        yield return Case("another base space", 0x0007_0003, i => { i.Or32(Aste(3) + 12, 0x200); i.Or32(Aste(3), 1); });
        yield return Case("reserved bit", 0x8000_0002);
        yield return Case("entry beyond the list", 0x0002_0010);
        yield return Case("invalid entry", 0x0002_0004);
        yield return Case("invalid aste", 0x0002_0002, i => i.Or32(Aste(2), 0x8000_0000));
        yield return Case("aste sequence", 0x0002_0002, i => i.Put32(Aste(2) + 20, 1));
        yield return Case("primary is not the base space", 0, i => i.Put32(Duct, Aste(2)));
        yield return Case("dat off", 0, i => i.Start(Mask64));
        yield return Case("secondary mode", 0x0002_0002, i => i.Start(Secondary | Mask64));
        yield return Case("duct outside storage", 0, i => i.Cr(2, 0x7F00_0000));
        yield return Case("duct in protected locations", 0, i => { i.OrCr(0, 1UL << 28); i.Cr(2, 0x100); });
        yield return Case("reuse", 0x0002_0002, i => { i.OrCr(0, Reuse); i.Cr(4, 0x44_0001_0001); });
    }

    private static IEnumerable<SpaceCase> AuthorityCases()
    {
        SpaceCase Case(string name, string code, params Action<SpaceImage>[] more)
            => new("bsa: " + name, code, In(Primary,
                [i => { i.Gr(1, 0xFFFF_0FF0_0050); i.Gr(2, Called); i.Put32(Duct + 36, 0x10FF0); }, .. more]));

        const string Reduce = "B25A0012", Back = "B25A0030";
        Action<SpaceImage> reduced = i => { i.Put32(Duct + 20, 0x1230_0078); i.Put64(Duct + 32, Called); };
        yield return Case("reduces", Reduce);
        yield return Case("reduces and returns", Reduce, i => i.PutHex(Called, Back));
        yield return Case("reduces in 31", Reduce, i => i.Start(Primary | Mask31));
        yield return Case("reduces in 31, to 31", Reduce,
            i => { i.Start(Primary | Mask31 | (3UL << 52)); i.Gr(2, 0x8000_0000 | Called); });
        yield return Case("reduces in 24", Reduce, i => i.Start(Primary));
        yield return Case("reduces, problem", Reduce, i => i.Start(Primary | Mask64 | Problem));
        yield return Case("reduces, key not permitted", Reduce,
            i => { i.Start(Primary | Mask64 | Problem); i.Cr(3, 0xFBFF_0002); });
        yield return Case("reduces, no target", "B25A0010");
        yield return Case("returns", Back, reduced);
        yield return Case("returns to problem state", Back, reduced, i => i.Or32(Duct + 20, 1));
        yield return Case("returns without link", "B25A0000", reduced);
        yield return Case("returns in 31", Back, reduced,
            i => { i.Start(Primary | Mask31); i.Put64(Duct + 32, 0x8000_0000 | Called); });
        yield return Case("returns in 31 to 24", Back, reduced, i => i.Start(Primary | Mask31));
        yield return Case("returns with a target", Reduce, reduced);
        yield return Case("dat off", Reduce, i => i.Start(Mask64));
        yield return Case("duct outside storage", Reduce, i => i.Cr(2, 0x7F00_0000));
        yield return Case("duct in protected locations", Reduce, i => { i.OrCr(0, 1UL << 28); i.Cr(2, 0x100); });
    }

    private static IEnumerable<SpaceCase> Traps()
    {
        SpaceCase Case(string name, string code, uint options, params Action<SpaceImage>[] more)
            => new("trap: " + name, code, In(Primary, [i =>
            {
                i.Put32(Duct + 44, TrapBlock | 1);
                i.Put32(TrapBlock, options);
                i.Put32(TrapBlock + 12, Window + 0x100);
                i.Put32(TrapBlock + 20, Called);
                i.Ar(15, 0x1234_5678);
            }, .. more]));

        const uint P = 0x0004_0000, R = 0x0002_0000;
        const string Two = "01FF", Four = "B2FF2123";
        yield return Case("2, short in 31", Two, 0, i => i.Start(Primary | Mask31));
        yield return Case("2, short in 24", Two, 0, i => i.Start(Primary | Problem | (5UL << 52)));
        yield return Case("2, long registers in 31", Two, R, i => i.Start(Primary | Mask31));
        yield return Case("2, long psw in 31", Two, P, i => i.Start(Primary | Mask31));
        yield return Case("4, in 31", Four, P | R, i => i.Start(Primary | Mask31));
        yield return Case("4, access-register mode", Four, P | R, i => i.Start(AccessRegister | Mask31));
        yield return Case("not enabled", Two, P, i => i.Put32(Duct + 44, TrapBlock));
        yield return Case("secondary mode", Two, P, i => i.Start(Secondary | Mask31));
        yield return Case("home mode", Two, P, i => i.Start(Home | Mask31));
        yield return Case("dat off", Two, P, i => i.Start(Mask31));
        yield return Case("short psw in 64", Two, R);
        yield return Case("save area across pages", Two, P | R,
            i => { i.Start(Primary | Mask31); i.Put32(TrapBlock + 12, Window + 0xFC0); });
        yield return Case("save area missing", Two, P | R,
            i => { i.Start(Primary | Mask31); i.Put64(PageEntry(HomeSpace, Window), 0x400); });
        yield return Case("block missing", Two, P | R,
            i => { i.Start(Primary | Mask31); i.Put64(PageEntry(HomeSpace, TrapBlock), 0x400); });
        yield return Case("target of execute", "4400B000", P | R,
            i => { i.Start(Primary | Mask31); i.Gr(11, Operand); i.PutHex(Operand, Two); });
    }

    private static IEnumerable<SpaceCase> Traces()
    {
        SpaceCase Case(string name, string code, uint high, uint low, ulong mode, params Action<SpaceImage>[] more)
            => new("trace: " + name, code, In(mode, [i => i.Cr(12, ((ulong)high << 32) | TraceTable | low), .. more]));

        Action<SpaceImage> to = i => i.Gr(2, Called);
        foreach (var (name,
            code) in new[] { ("balr", "0512"), ("basr", "0D12"), ("bassm", "0C12"), ("bsm", "0B12"), ("bakr", "B2400012") })
        {
            yield return Case($"{name}, 64", code, BranchTrace, 0, Primary, to);
            yield return Case($"{name}, 64, high address", code, BranchTrace, 0, Primary, i => i.Gr(2, 0x1_0001_1000));
            yield return Case($"{name}, 31", code, BranchTrace, 0, Primary,
                i => { i.Start(Primary | Mask31); i.Gr(2, 0x8000_0000 | Called); });
            yield return Case($"{name}, 24", code, BranchTrace, 0, Primary, to, i => i.Start(Primary));
            yield return Case($"{name}, no branch", code.Replace("12", "10"), BranchTrace, 0, Primary, to);
            yield return Case($"{name}, off", code, 0, 3, Primary, to);
            if (name is not ("bassm" or "bsm")) continue;
            yield return Case($"{name}, modes, 31 to 64", code, ModeTrace, 0, Primary,
                i => { i.Start(Primary | Mask31); i.Gr(2, Called + 1); });
            yield return Case($"{name}, modes, 64 to 31", code, ModeTrace, 0, Primary, i => i.Gr(2, 0x8000_0000 | Called));
        }
        yield return Case("bassm, both, 31 to 64", "0C12", BranchTrace | ModeTrace, 0, Primary,
            i => { i.Start(Primary | Mask31); i.Gr(2, Called + 1); });
        yield return Case("bassm, both, 64 to 31", "0C12", BranchTrace | ModeTrace, 0, Primary,
            i => i.Gr(2, 0x8000_0000 | Called));
        yield return Case("bassm, both, 31 to 24", "0C12", BranchTrace | ModeTrace, 0, Primary, to,
            i => i.Start(Primary | Mask31));
        yield return Case("sam64", "010E", ModeTrace, 0, Primary, i => i.Start(Primary | Mask31));
        yield return Case("sam31 from 64", "010D", ModeTrace, 0, Primary);
        yield return Case("sam24 from 31", "010C", ModeTrace, 0, Primary, i => i.Start(Primary | Mask31));
        yield return Case("sam64 from 64", "010E", ModeTrace, 0, Primary);
        yield return Case("bsg", "B2580012", 0, AsnTrace, Primary, to, Group, i => i.Ar(2, 0x0102_0002));
        yield return Case("bsg of the unit", "B2580012", 0, AsnTrace, Primary, to, Group, i => i.Ar(2, 0x0002_0002));
        yield return Case("bsg, 31", "B2580012", 0, AsnTrace, Primary, to, Group,
            i => { i.Ar(2, 0x0002_0002); i.Start(Primary | Mask31); });
        yield return Case("bsg as a branch", "B2580012", BranchTrace, 0, Primary, to, Group, i => i.Ar(2, 0x0002_0002));
        yield return Case("bsa", "B25A0012", BranchTrace, 0, Primary,
            i => { i.Start(Primary | Mask31); i.Gr(2, 0x8000_0000 | Called); });
        yield return Case("trap", "01FF", BranchTrace, 0, Primary, i =>
        {
            i.Put32(Duct + 44, TrapBlock | 1);
            i.Put32(TrapBlock, 0x0006_0000);
            i.Put32(TrapBlock + 12, Window + 0x100);
            i.Put32(TrapBlock + 20, Called);
            i.Start(Primary | Mask31);
        });
        yield return Case("ssar", "B2250010", 0, AsnTrace, Primary, i => i.Gr(1, 3));
        yield return Case("ssar of the primary", "B2250010", 0, AsnTrace, Primary, i => i.Gr(1, 1));
        foreach (var c in LinkageTraces(Case)) yield return c;
        foreach (var c in ExplicitTraces(Case)) yield return c;
    }

    private delegate SpaceCase TraceCase(string name, string code, uint high, uint low, ulong mode,
        params Action<SpaceImage>[] more);

    private static IEnumerable<SpaceCase> LinkageTraces(TraceCase make)
    {
        Action<SpaceImage> entry = i => { i.PutEntry(2, Called, T | G, 2); i.PutHex(Called, Pr); };
        Action<SpaceImage> entry31 = i => { i.PutEntry(2, Called | 0x8000_0000, T, 2); i.PutHex(Called, Pr); };
        yield return make("pc and pr, 64 to 64", Pc, 0, AsnTrace, Primary, entry);
        yield return make("pc and pr, 64 to 31", Pc, 0, AsnTrace, Primary | (6UL << 52), entry31);
        yield return make("pc and pr, 31 to 64", Pc, 0, AsnTrace, Primary | Problem, entry,
            i => i.Start(Primary | Mask31 | Problem));
        yield return make("pc and pr, 31 to 31", Pc, 0, AsnTrace, Primary, entry31, i => i.Start(Primary | Mask31));
        yield return make("pc and pr, 24 to 31", Pc, 0, AsnTrace, Primary, entry31, i => i.Start(Primary));
        yield return make("pc, reuse", Pc, 0, AsnTrace, Primary, entry, ReuseNumbers(0x1002, 0x1001));
        yield return make("pc, reuse, long number", "C01900080102 B2181000", 0, AsnTrace, Primary, entry,
            ReuseNumbers(0x1002, 0x1001));
        yield return make("pc, reuse, long number, 31", "C01900080102 B2181000", 0, AsnTrace, Primary, entry31,
            ReuseNumbers(0x1002, 0x1001), i => i.Start(Primary | Mask31));
        yield return make("pc and pr, modes, 64 to 31", Pc, ModeTrace, 0, Primary, entry31);
        yield return make("pc and pr, modes, 64 to 64", Pc, ModeTrace, 0, Primary, entry);
        yield return make("bakr and pr", "B2400012", 0, AsnTrace, Primary, i => { i.Gr(2, Called); i.PutHex(Called, Pr); });
        yield return make("bakr and pr, modes", "B2400012", ModeTrace, 0, Primary,
            i => { i.Gr(1, 0x8000_0000 | (Called + 16)); i.Gr(2, Called); i.PutHex(Called, Pr); });
        yield return make("pt, 64", "B2280012", 0, AsnTrace, Primary, i => { i.Gr(1, 2); i.Gr(2, Called); });
        yield return make("pt, 64, high address", "B2280012", 0, AsnTrace, Primary, i => { i.Gr(1, 2); i.Gr(2, 0x1_0001_1000); });
        yield return make("pt, 31", "B2280012", 0, AsnTrace, Primary | (6UL << 52),
            i => { i.Start(Primary | Mask31); i.Gr(1, 0xFFFF_0002); i.Gr(2, 0x8000_0000 | Called); });
        yield return make("pti", "B99E0012", 0, AsnTrace, Primary, i => { i.Gr(1, 0x1002_0000_0002); i.Gr(2, Called); });
        yield return make("ssair", "B99F0010", 0, AsnTrace, Primary, i => i.Gr(1, 0x1003_0000_0003));
    }

    private static IEnumerable<SpaceCase> ExplicitTraces(TraceCase make)
    {
        Action<SpaceImage> operand = i => { i.Gr(5, Operand); i.Put32(Operand, 0x1234_5678); };
        foreach (var (name, code, tail) in new[] { ("trace", "99", ""), ("tracg", "EB", "000F") })
        {
            string Code(string registers, string displacement = "000") => $"{code}{registers}5{displacement}{tail}";
            yield return make($"{name}, one register", Code("33"), 0, ExplicitTrace, Primary, operand);
            yield return make($"{name}, wrapping registers", Code("E1"), 0, ExplicitTrace, Primary, operand);
            yield return make($"{name}, all registers", Code("0F"), 0, ExplicitTrace, Primary, operand);
            yield return make($"{name}, off", Code("33"), BranchTrace, AsnTrace, Primary, operand);
            yield return make($"{name}, operand says no", Code("33"), 0, ExplicitTrace, Primary, operand,
                i => i.Put32(Operand, 0x8000_0000));
            yield return make($"{name}, odd address", Code("33", "002"), 0, ExplicitTrace, Primary, operand);
            yield return make($"{name}, problem state", Code("33"), 0, ExplicitTrace, Primary | Problem, operand);
            yield return make($"{name}, operand missing", Code("33"), 0, ExplicitTrace, Primary, operand,
                i => i.Put64(PageEntry(1, Operand), 0x400));
            yield return make($"{name}, end of the table", Code("33"), 0, ExplicitTrace | 0xFB4, Primary, operand);
            yield return make($"{name}, just before the end", Code("33"), 0, ExplicitTrace | 0xF68, Primary, operand);
            yield return make($"{name}, table outside storage", Code("33"), 0, ExplicitTrace, Primary, operand,
                i => i.Cr(12, 0x7F00_0001));
            yield return make($"{name}, table in protected locations", Code("33"), 0, ExplicitTrace, Primary, operand,
                i => { i.Cr(12, 0x101); i.OrCr(0, 1UL << 28); });
        }
        yield return make("branch at the end of the table", "0D12", BranchTrace, 0xFFC, Primary, i => i.Gr(2, Called));
        yield return make("branch before the end of the table", "0D12", BranchTrace, 0xFF8, Primary, i => i.Gr(2, Called));
    }
}
