using static S390Sim.Tests.AddressSpaces.SpaceImage;

namespace S390Sim.Tests.AddressSpaces;

internal static partial class SpaceCases
{
    private const uint Called = 0x11000;                        // where BAKR and PC go
    private const uint T = 0x8000_0000, G = 0x4000_0000, K = 0x1000_0000, M = 0x0800_0000, E = 0x0400_0000, C = 0x0200_0000,
        S = 0x0100_0000;
    private const uint PcNumber = 0x0102;                       // linkage index 1, entry index 2
    private const string Pc = "B2180102", Pr = "0101";
    private const ulong Reuse = 1UL << 19;

    private static IEnumerable<SpaceCase> StackCases()
    {
        const string Bakr = "B2400012", Look = "B24A0047 B24A0069 B24A008B", Ereg = "B2490025", Eregg = "B90E00E3";
        Action<SpaceImage> called = i =>
        {
            i.PutHex(Called, Look + Pr);
            i.Gr(2, Called);
            i.Gr(1, Called + 0x100);
            i.Gr(7, 0);
            i.Gr(9, 4);
            i.Gr(11, 2);
        };
        yield return new("bakr: and pr", Bakr, In(Primary, called));
        yield return new("bakr: to a 31-bit address", Bakr, In(Primary, called, i => i.Gr(1, 0xFFFF_FFFF_8001_1100)));
        yield return new("bakr: to a 24-bit address", Bakr, In(Primary, called, i => i.Gr(1, 0xFFFF_FFFF_7F01_1100)));
        yield return new("bakr: to a 64-bit address", Bakr, In(Primary, called, i => i.Gr(1, 0x1_0001_1101)));
        yield return new("bakr: back behind", "B2400002", In(Primary, called));
        yield return new("bakr: no branch", "B2400010" + Look, In(Primary, called));
        yield return new("bakr: in the 31-bit mode", Bakr, In(Primary, called, i => i.Start(Primary | Mask31)));
        yield return new("bakr: in the 24-bit mode", "B2400002", In(Primary, called, i => i.Start(Primary)));
        yield return new("bakr: access-register mode", Bakr, In(AccessRegister, called));
        yield return new("bakr: secondary mode", Bakr, In(Secondary, called));
        yield return new("bakr: home mode", Bakr, In(Home, called));
        yield return new("bakr: dat off", Bakr, In(0, called));
        yield return new("bakr: problem state, key", Bakr, In(Primary | Problem | (7UL << 52), called));
        yield return new("bakr: reuse", Bakr,
            In(Primary, called, i => { i.OrCr(0, Reuse); i.Cr(3, 0x33_FFFF_0002); i.Cr(4, 0x44_0001_0001); i.Gr(11, 5); }));

        yield return new("stack: across a page", Bakr, In(Primary, called, Section(0x88F00, 0x800)));
        yield return new("stack: full", Bakr, In(Primary, called, Section(Stack, 288)));
        yield return new("stack: free space not of doublewords", Bakr, In(Primary, called, Section(Stack, 0x24)));
        yield return new("stack: next section", Bakr, In(Primary, called, Section(Stack, 0x18), Next(0x400)));
        yield return new("stack: next section too small", Bakr, In(Primary, called, Section(Stack, 0x18), Next(288)));
        yield return new("stack: descriptor's page missing", Bakr,
            In(Primary, called, i => i.Put64(PageEntry(HomeSpace, Stack), 0x400)));
        yield return new("stack: entry's page missing", Bakr,
            In(Primary, called, Section(0x88F80, 0x800), i => i.Put64(PageEntry(HomeSpace, 0x89000), 0x400)));
        yield return new("stack: page protected", Bakr, In(Primary, called, i => i.Or32(PageEntry(HomeSpace, Stack) + 4, 0x200)));
        yield return new("stack: keys do not count", Bakr,
            In(Primary | (7UL << 52), called,
            i => i.PutHex(Setup, $"C001{SpaceImage.In(HomeSpace, Stack):X8}A7180018B22B001007FE")));

        yield return new("pr: stack empty", Pr, In(Primary));
        yield return new("pr: home mode", Pr, In(Home));
        yield return new("pr: dat off", Pr, In(0));
        yield return new("pr: secondary mode", Pr, In(Secondary));
        yield return new("pr: unstack suppression of the header", Pr,
            In(Primary, i => i.Or32(SpaceImage.In(HomeSpace, Stack) + 8, 0x8000_0000)));
        yield return new("pr: unstack suppression of the entry", Bakr,
            In(Primary, called, i => i.PutHex(Called, "9680D000 0101"),
            i => i.Gr(13, SpaceImage.In(HomeSpace, Stack + 8 + 296)), Visible));
        yield return new("pr: no state entry", Bakr,
            In(Primary, called, i => i.PutHex(Called, "9602D000 0101"),
            i => i.Gr(13, SpaceImage.In(HomeSpace, Stack + 8 + 296)), Visible));
        yield return new("pr: header behind a header", Pr, In(Primary, i =>
        {
            i.Put64(SpaceImage.In(HomeSpace, Stack), 0x8A009);
            i.Put64(SpaceImage.In(HomeSpace, 0x8A008), 0x0955_0000_0000_0000);
        }));
        yield return new("pr: psw not valid", Bakr,
            In(Primary, called, i => i.PutHex(Called, "9601D000 0101"),
            i => i.Gr(13, SpaceImage.In(HomeSpace, Stack + 16 + 136 + 3)), Visible, i => i.Gr(1, 0x11100)));

        foreach (var (name, code) in new[] { ("ereg", Ereg), ("eregg", Eregg), ("esta", "B24A0047"), ("msta", "B2470040") })
        {
            Action<SpaceImage> change = i => i.PutHex(Called,
                "A7880000 A7980000 B24E002E B24E003F A7480007 A7580008 A7680009" + code);
            yield return new($"{name}: of an entry", Bakr, In(Primary, called, change));
            yield return new($"{name}: stack empty", code, In(Primary, i => i.Gr(7, 0)));
            yield return new($"{name}: home mode", Bakr, In(Primary, called, i => i.PutHex(Called, "B2190300" + code)));
            yield return new($"{name}: secondary mode", Bakr, In(Primary, called, i => i.PutHex(Called, "B2190100" + code)));
            yield return new($"{name}: dat off", code, In(0));
        }
        yield return new("esta: odd register", "B24A0057", In(Primary, i => i.Gr(7, 0)));
        yield return new("esta: code 6", "B24A0047", In(Primary, i => i.Gr(7, 6)));
        yield return new("esta: code 1, address beyond 2 GB", Bakr,
            In(Primary, called, i => { i.Gr(7, 1); i.Gr(1, 0x1_0001_1101); }));
        yield return new("esta: code 3 after msta", Bakr,
            In(Primary, called, i => { i.PutHex(Called, "B2470040 B24A0047"); i.Gr(7, 3); }));
        yield return new("msta: odd register", "B2470050", In(Primary));
    }

    // The home window's frames where the primary space has its own window, so that code can change the stack.
    private static void Visible(SpaceImage image)
    {
        for (uint page = 0; page < 16; page++) image.Put64(PageEntry(1, Window + page * 0x1000),
            WindowFrame(HomeSpace) + page * 0x1000);
        image.Gr(13, image.Get64(0x880 + 13 * 8) - WindowFrame(HomeSpace) + Window);
    }

    private static Action<SpaceImage> Section(uint address, uint free) => i =>
    {
        i.PutStack(address, free);
        i.Cr(15, address + 8);
    };

    // The section at the stack has a next one with so much space.
    private static Action<SpaceImage> Next(uint free) => i =>
    {
        i.PutStack(0x8B000, free);
        i.Put64(SpaceImage.In(HomeSpace, Stack) + 16 + 0x18, 0x8B008 | 1);
    };

    private static IEnumerable<SpaceCase> Calls()
    {
        const string Look = "B2220010 B226002E B24A0047 B24A0069";
        Action<SpaceImage> to = i => { i.PutHex(Called, Look); i.Gr(7, 2); i.Gr(9, 0); };
        SpaceCase Case(string name, ulong mode, uint address, uint options, int asn, params Action<SpaceImage>[] more)
            => new("pc: " + name, Pc, In(mode,
                [to, i => i.PutEntry(2, address, options, asn, ekm: 0x00F0, eeax: 0x77), .. more]));

        yield return Case("basic, 64", Primary, Called, G, 0);
        yield return Case("basic, 31", Primary, Called | 0x8000_0000, 0, 0, i => i.Start(Primary | Mask31));
        yield return Case("basic, 31 to 24", Primary, Called, 0, 0, i => i.Start(Primary | Mask31));
        yield return Case("basic, 24 to 31, problem", Primary, Called | 0x8000_0001, 0, 0, i => i.Start(Primary));
        yield return Case("basic, from problem state", Primary | Problem, Called, G, 0);
        yield return Case("basic, 31 to 64", Primary, Called, G, 0, i => i.Start(Primary | Mask31));
        yield return Case("basic, 64 to 31", Primary, Called | 0x8000_0000, 0, 0);
        yield return Case("basic, access-register mode", AccessRegister, Called, G, 0);
        yield return Case("basic, to another space", Primary, Called, G, 2);
        yield return Case("24-bit address too long", Primary, 0x0100_0000, T, 0);
        yield return Case("stacking", Primary, Called, T | G, 0);
        yield return Case("stacking, 31", Primary, Called | 0x8000_0000, T, 0);
        yield return Case("stacking, 24, problem", Primary, Called | 1, T, 0);
        yield return Case("stacking, high address", Primary, Called, T | G, 0, i => i.Put32(EntryTable + 64, 1));
        yield return Case("stacking, key", Primary, Called, T | G | K | 0x0050_0000, 0);
        yield return Case("stacking, key mask replaced", Primary, Called, T | G | M, 0);
        yield return Case("stacking, eax", Primary, Called, T | G | E, 0);
        yield return Case("stacking, to access-register mode", Primary, Called, T | G | C, 0);
        yield return Case("stacking, from access-register mode", AccessRegister, Called, T | G, 0);
        yield return Case("stacking, secondary", Primary, Called, T | G | S, 0);
        yield return Case("stacking, to another space", Primary, Called, T | G, 2);
        yield return Case("stacking, to another space, secondary too", Primary, Called, T | G | S, 3);
        yield return Case("stacking, from the 24-bit mode", Primary, Called, T | G, 0, i => i.Start(Primary));
        yield return Case("stacking, from problem state", Primary | Problem | (3UL << 52), Called, T | G, 2);
        yield return Case("to the same space by its number", Primary, Called, T | G, 1);
        yield return Case("secondary mode", Secondary, Called, T | G, 0);
        yield return Case("home mode", Home, Called, T | G, 0);
        yield return Case("dat off", 0, Called, T | G, 0);
        yield return Case("no subsystem linkage", Primary, Called, T | G, 0, i => i.Put32(Aste(1) + 24, LinkageTable));
        yield return Case("key mask does not permit", Primary | Problem, Called, T | G, 0,
            i => i.PutEntry(2, Called, T | G, akm: 0x0F00), i => i.Cr(3, 0xF0FF_0002));
        yield return Case("key mask permits", Primary | Problem, Called, T | G, 0,
            i => i.PutEntry(2, Called, T | G, akm: 0x0F00), i => i.Cr(3, 0xF1FF_0002));
        yield return Case("no asn translation", Primary, Called, T | G, 2, i => i.Cr(14, Aft >> 12));
        yield return Case("aste not valid", Primary, Called, T | G, 2, i => i.Or32(Aste(2), 0x8000_0000));
        yield return Case("aste outside storage", Primary, Called, T | G, 2, i => i.Put32(EntryTable + 64 + 20, 0x7F00_0000));
        yield return Case("primary aste outside storage", Primary, Called, T | G, 0, i => i.Cr(5, 0x7F00_0000));
        yield return Case("linkage table outside storage", Primary, Called, T | G, 0, i => i.Put32(Aste(1) + 24, 0xFF00_0000));
        yield return Case("entry table outside storage", Primary, Called, T | G, 0, i => i.Put32(LinkageTable + 4, 0x7F00_0003));
        yield return Case("linkage entry not valid", Primary, Called, T | G, 0, i => i.Put32(LinkageTable + 4, 0x8000_0000));
        yield return Case("entry beyond its table", Primary, Called, T | G, 0, i => i.PutHex(Code, "41100410 B2181000"));
        yield return Case("linkage index beyond its table", Primary, Called, T | G, 0,
            i => i.PutHex(Code, "C01900082000 B2181102"));
        yield return Case("linkage index beyond a long table", Primary, Called, T | G, 0,
            i => i.PutHex(Code, "C019000FE000 B2181002"), i => i.Put32(Aste(1) + 24, 0x8000_0000 | LinkageTable | 0x7E));
        yield return Case("space-switch event of the new space", Primary, Called, T | G, 2, i => i.Or32(Aste(2) + 12, 0x40));
        yield return Case("space-switch event of the old space", Primary, Called, G, 2, i => i.OrCr(1, 0x40));
        yield return Case("stack full", Primary, Called, T | G, 0, Section(Stack, 0x100));
        yield return Case("to a subspace", Primary, Called, T | G, 3, Group,
            i => { i.Put32(Duct, Aste(3)); i.Or32(Aste(3) + 12, 0x200); });
        yield return Case("to a subspace that is gone", Primary, Called, T | G, 3, Group,
            i => { i.Put32(Duct, Aste(3)); i.Or32(Aste(3) + 12, 0x200); i.Or32(Aste(2), 0x8000_0000); });
        yield return Case("to a subspace that is another", Primary, Called, T | G, 3, Group,
            i => { i.Put32(Duct, Aste(3)); i.Or32(Aste(3) + 12, 0x200); i.Put32(Aste(2) + 20, 1); });

        Action<SpaceImage> reuse = i =>
        {
            i.OrCr(0, Reuse);
            i.Put32(Aste(1) + 24, 0x8000_0000 | LinkageFirst);
            i.Cr(3, 0x33_FFFF_0002);
            i.Cr(4, 0x44_0001_0001);
        };
        yield return Case("reuse, basic", Primary, Called, G, 0, reuse);
        yield return Case("reuse, basic, 31", Primary, Called | 0x8000_0000, 0, 0, reuse, i => i.Start(Primary | Mask31));
        yield return Case("reuse, basic, to another space", Primary, Called, G, 2, reuse);
        yield return Case("reuse, stacking, to another space", Primary, Called, T | G, 2, reuse);
        yield return Case("reuse, stacking, secondary too", Primary, Called, T | G | S, 2, reuse);
        yield return Case("reuse, long number", Primary, Called, T | G, 2, reuse, i => i.PutHex(Code, "C01900080102 B2181000"));
        yield return Case("reuse, long number beyond the table", Primary, Called, T | G, 2, reuse,
            i => i.PutHex(Code, "C01900180102 B2181000"));
        yield return Case("reuse, first table longer", Primary, Called, T | G, 2, reuse,
            i => i.PutHex(Code, "C01900180102 B2181000"), i =>
        {
            i.Put32(Aste(1) + 24, 0x8000_0001 | 0x35000);
            for (uint n = 0; n < 128; n++) i.Put32(0x35000 + n * 4, n == 64 ? LinkageSecond : 0x8000_0000);
        });
        yield return Case("reuse, first entry not valid", Primary, Called, T | G, 2, reuse,
            i => i.Put32(LinkageFirst, 0x8000_0000));
        yield return Case("reuse, second entry not valid", Primary, Called, T | G, 2, reuse,
            i => i.Put32(LinkageSecond + 8, 0x8000_0000));
        yield return Case("reuse, sequence number", Primary, Called, T | G, 2, reuse,
            i => { i.Put32(LinkageSecond + 12, 0x1234); i.Gr(15, 0x1234_0000_0000); });
        yield return Case("reuse, other sequence number", Primary, Called, T | G, 2, reuse,
            i => { i.Put32(LinkageSecond + 12, 0x1234); i.Gr(15, 0x1234); });
        yield return Case("reuse, first table outside storage", Primary, Called, T | G, 2, reuse,
            i => i.Put32(Aste(1) + 24, 0xFF00_0000));
        yield return Case("reuse, second table outside storage", Primary, Called, T | G, 2, reuse,
            i => i.Put32(LinkageFirst, 0x7F00_0000));
    }

    private static IEnumerable<SpaceCase> Returns()
    {
        const string Change = "A7280000 A7E80000 B24E002E";
        SpaceCase Case(string name, uint options, int asn, ulong mode, params Action<SpaceImage>[] more)
            => new("pr: " + name, Pc, In(mode,
                [i => i.PutHex(Called, Change + Pr), i => i.PutEntry(2, Called, options | T | G, asn, ekm: 0x00F0, eeax: 0x77),
                .. more]));

        yield return Case("from the same space", K | M | E | C | 0x0050_0000, 0, Primary | Problem, i => i.Cr(3, 0xFF00_0001));
        yield return Case("secondary space is another", 0, 0, Primary);
        yield return Case("from another space", 0, 2, Primary);
        yield return Case("from another space, to access-register mode", 0, 2, AccessRegister | (5UL << 52));
        yield return Case("from another space, secondary is primary", 0, 2, Primary, i => i.Cr(3, 0xFFFF_0001));
        yield return Case("no asn translation for the secondary space", 0, 0, Primary, i => i.Cr(14, Aft >> 12));
        yield return Case("no asn translation needed", 0, 0, Primary, i => { i.Cr(3, 0xFFFF_0001); i.Cr(14, Aft >> 12); });
        yield return Case("primary asn's first entry not valid", 0, 2, Primary, i => i.Cr(4, 0x0001_0041));
        yield return Case("primary asn's second entry not valid", 0, 2, Primary, i => i.Cr(4, 0x0001_0006));
        yield return Case("secondary asn's first entry not valid", 0, 0, Primary, i => i.Cr(3, 0xFFFF_0041));
        yield return Case("secondary asn's second entry not valid", 0, 0, Primary, i => i.Cr(3, 0xFFFF_0006));
        yield return Case("secondary space not authorized", 0, 0, Primary, i => i.PutHex(Authority, "EF"));
        yield return Case("secondary space not authorized by the new index", 0, 2, Primary,
            i => { i.Cr(4, 0x0007_0003); i.PutHex(Authority, "FE"); });
        yield return Case("space-switch event", 0, 2, Primary, i => i.Or32(Aste(1) + 12, 0x40));
        yield return Case("space-switch event, problem", 0, 2, Primary | Problem, i => i.OrCr(1, 0x40),
            i => i.Start(Primary | Mask64 | Problem));
        yield return Case("reuse, instances fit", 0, 2, Primary, ReuseNumbers(0x1002, 0x1001));
        yield return Case("reuse, another primary instance", 0, 2, Primary, ReuseNumbers(0x1002, 0x2001));
        yield return Case("reuse, another secondary instance", 0, 0, Primary, ReuseNumbers(0x2002, 0x1001));
        yield return Case("primary is a subspace", 0, 2, Primary, Group, i =>
        {
            i.PutAle(DuList, 5, 2, 0);
            i.Or32(Aste(1) + 12, 0x200);
            i.Put32(Duct + 4, 0x8000_0000 | Aste(3));
            i.Put32(Duct + 12, 0x103);
        });
    }

    private static Action<SpaceImage> ReuseNumbers(uint secondary, uint primary) => i =>
    {
        i.OrCr(0, Reuse);
        i.Put32(Aste(1) + 24, 0x8000_0000 | LinkageFirst);
        i.Cr(3, ((ulong)secondary << 32) | 0xFFFF_0002);
        i.Cr(4, ((ulong)primary << 32) | 0x0001_0001);
    };

    private static IEnumerable<SpaceCase> Transfers()
    {
        foreach (var (name, code) in new[] { ("pt", "B2280012"), ("pti", "B99E0012") })
        {
            SpaceCase Case(string what, ulong mode, ulong r1, ulong r2, params Action<SpaceImage>[] more)
                => new($"{name}: {what}", code, In(mode, [i => { i.Gr(1, r1); i.Gr(2, r2); }, .. more]));

            yield return Case("same space", Primary, 0xFFFF_FFFF_0FF0_0001, Called);
            yield return Case("another space", Primary, 0x1002_0FF0_0002, Called);
            yield return Case("to problem state", Primary, 0x1002_0FF0_0002, Called + 1);
            yield return Case("stays in problem state", Primary | Problem, 0x1002_0FF0_0002, Called + 1);
            yield return Case("to supervisor state", Primary | Problem, 0x1002_0FF0_0002, Called);
            yield return Case("31 to 24", Primary, 0x0FF0_0001, Called, i => i.Start(Primary | Mask31));
            yield return Case("24 to 31", Primary, 0x0FF0_0001, 0xFFFF_FFFF_8000_0000 | Called, i => i.Start(Primary));
            yield return Case("24-bit address too long", Primary, 0x0FF0_0001, 0x0100_0000, i => i.Start(Primary | Mask31));
            yield return Case("secondary mode", Secondary, 0x0FF0_0001, Called);
            yield return Case("access-register mode", AccessRegister, 0x0FF0_0001, Called);
            yield return Case("dat off", 0, 0x0FF0_0001, Called);
            yield return Case("no subsystem linkage", Primary, 0x0FF0_0001, Called, i => i.Put32(Aste(1) + 24, LinkageTable));
            yield return Case("no asn translation", Primary, 0x1002_0FF0_0002, Called, i => i.Cr(14, Aft >> 12));
            yield return Case("first entry not valid", Primary, 0x0FF0_0043, Called);
            yield return Case("second entry not valid", Primary, 0x0FF0_0009, Called);
            yield return Case("not authorized", Primary, 0x1002_0FF0_0002, Called, i => i.PutHex(Authority, "DF"));
            yield return Case("index beyond the table", Primary, 0x1002_0FF0_0002, Called, i => i.Cr(4, 0x0100_0001));
            yield return Case("space-switch event", Primary, 0x1002_0FF0_0002, Called, i => i.OrCr(1, 0x40));
            yield return Case("authority table outside storage", Primary, 0x1002_0FF0_0002, Called,
                i => i.Put32(Aste(2), 0x7F00_0000));
            yield return Case("first table outside storage", Primary, 0x1002_0FF0_0002, Called, i => i.Cr(14, 0x000F_F000));
            yield return Case("reuse", Primary, 0x1002_0FF0_0002, Called, i => i.OrCr(0, Reuse));
            yield return Case("reuse, reusable", Primary, 0x1002_0FF0_0002, Called,
                i => { i.OrCr(0, Reuse); i.Or32(Aste(2) + 4, 1); });
            yield return Case("reuse, controlled", Primary | Problem, 0x1002_0FF0_0002, Called + 1,
                i => { i.OrCr(0, Reuse); i.Or32(Aste(2) + 4, 2); });
            yield return Case("reuse, other instance", Primary, 0x1003_0FF0_0002, Called, i => i.OrCr(0, Reuse));
        }
    }

    private static IEnumerable<SpaceCase> Asns()
    {
        foreach (var (name, code) in new[] { ("ssar", "B2250010"), ("ssair", "B99F0010") })
        {
            SpaceCase Case(string what, ulong mode, ulong r1, params Action<SpaceImage>[] more)
                => new($"{name}: {what}", code, In(mode, [i => i.Gr(1, r1), .. more]));

            yield return Case("primary", Primary, 0x1001_0FF0_0001);
            yield return Case("another", Primary, 0x1003_0FF0_0003);
            yield return Case("secondary mode", Secondary, 0x1003_0FF0_0003);
            yield return Case("dat off", 0, 0x1003_0FF0_0003);
            yield return Case("primary without asn translation", Primary, 0x1001_0FF0_0001, i => i.Cr(14, Aft >> 12));
            yield return Case("another without asn translation", Primary, 0x1003_0FF0_0003, i => i.Cr(14, Aft >> 12));
            yield return Case("first entry not valid", Primary, 0x0FF0_0043);
            yield return Case("second entry not valid", Primary, 0x0FF0_0009);
            yield return Case("not authorized", Primary, 0x1003_0FF0_0003, i => i.PutHex(Authority, "EF"));
            yield return Case("reuse", Primary, 0x1003_0FF0_0003, i => i.OrCr(0, Reuse));
            yield return Case("reuse, primary", Primary, 0x0FF0_0001, i => { i.OrCr(0, Reuse); i.Cr(4, 0x44_0001_0001); });
            yield return Case("reuse, reusable", Primary, 0x1003_0FF0_0003, i => { i.OrCr(0, Reuse); i.Or32(Aste(3) + 4, 1); });
            yield return Case("reuse, controlled", Primary | Problem, 0x1003_0FF0_0003,
                i => { i.OrCr(0, Reuse); i.Or32(Aste(3) + 4, 2); });
            yield return Case("reuse, other instance", Primary, 0x1002_0FF0_0003, i => i.OrCr(0, Reuse));
            yield return Case("to a subspace", Primary, 0x1003_0FF0_0003, Group,
                i => { i.Put32(Duct, Aste(3)); i.Or32(Aste(3) + 12, 0x2C0); });
        }
        (string Name, string Code)[] extracts =
        [
            ("epar", "B2260010"), ("esar", "B2270010"), ("epair", "B99A0010"), ("esair", "B99B0010"), ("iac", "B2240010B2220020"),
        ];
        foreach (var (name, code) in extracts)
        {
            Action<SpaceImage> numbers = i => { i.Cr(3, 0x33_FFFF_0002); i.Cr(4, 0x44_0001_0001); };
            yield return new($"{name}: supervisor", code, In(Primary, numbers, i => i.Cr(0, 0xE0)));
            yield return new($"{name}: problem", code, In(Primary | Problem, numbers));
            yield return new($"{name}: problem without authority", code, In(Primary | Problem, numbers, i => i.Cr(0, 0xE0)));
            yield return new($"{name}: dat off", code, In(0, numbers));
        }
        ulong[] modes = [Primary, AccessRegister, Secondary, Home];
        for (var mode = 0; mode < 4; mode++)
        {
            for (var to = 0; to < 5; to++)
            {
                yield return new($"sac: mode {mode} to {to}", $"B2190{to}00 B2240010", In(modes[mode]));
                yield return new($"sac: mode {mode} to {to}, event", $"B2190{to}00 B2240010",
                    In(modes[mode], i => i.OrCr(to == 0 ? 13 : 1, 0x40)));
            }
        }
        yield return new("sac: home by a problem program", "B2190300", In(Primary | Problem));
        yield return new("sac: without secondary-space control", "B2190100", In(Primary, i => i.Cr(0, 0xE0)));
        foreach (var c in SpaceParameters()) yield return c;
    }

    private static IEnumerable<SpaceCase> SpaceParameters()
    {
        SpaceCase Case(string name, int options, ushort sasn, ushort ax, ushort pasn, params Action<SpaceImage>[] more)
            => new("lasp: " + name, $"E5005000000{options} B2220010",
                In(Primary, [i =>
                {
                    i.Gr(5, Operand);
                    i.Put64(Operand, ((ulong)0x0FF0 << 48) | ((ulong)sasn << 32) | ((ulong)ax << 16) | pasn);
                }, .. more]));

        for (var options = 0; options < 8; options++)
        {
            yield return Case($"same spaces, {options}", options, 2, 9, 1);
            yield return Case($"other spaces, {options}", options, 3, 9, 2);
            yield return Case($"secondary is primary, {options}", options, 3, 9, 3);
            yield return Case($"not authorized, {options}", options, 3, 9, 2,
                i => { i.PutHex(Authority, "FB"); i.PutHex(Authority + 2, "EF"); });
        }
        yield return Case("primary's first entry not valid", 0, 3, 9, 0x41);
        yield return Case("primary's second entry not valid", 0, 3, 9, 9);
        yield return Case("secondary's first entry not valid", 0, 0x41, 9, 1);
        yield return Case("secondary's second entry not valid", 0, 9, 9, 1);
        yield return Case("space-switch event", 0, 3, 9, 2, i => i.Or32(Aste(2) + 12, 0x40));
        yield return Case("primary is a subspace", 0, 3, 9, 2, Group, i =>
        {
            i.Put32(Duct, Aste(2));
            i.Or32(Aste(2) + 12, 0x200);
            i.Put32(Duct + 4, 0x8000_0000 | Aste(4));
            i.Put32(Duct + 12, 0x104);
        });
        yield return Case("primary is a subspace that is gone", 0, 3, 9, 2, Group,
            i => { i.Put32(Duct, Aste(2)); i.Or32(Aste(2) + 12, 0x200); i.Put32(Duct + 4, 0x8000_0000 | Aste(4)); });
        yield return Case("no asn translation", 0, 3, 9, 2, i => i.Cr(14, Aft >> 12));
        yield return Case("odd address", 0, 3, 9, 2, i => i.Gr(5, Operand + 4));
        yield return Case("dat off", 0, 3, 9, 2, i => i.Start(Mask64));
        yield return Case("problem state", 0, 3, 9, 2, i => i.Start(Primary | Mask64 | Problem));
        Action<SpaceImage> reuse = i =>
        {
            i.OrCr(0, Reuse);
            i.Put64(Operand, 0x1003_0FF0_0003);
            i.Put64(Operand + 8, 0x1002_0009_0002);
        };
        yield return Case("reuse", 0, 0, 0, 0, reuse);
        yield return Case("reuse, other primary instance", 0, 0, 0, 0, reuse, i => i.Put32(Operand + 8, 1));
        yield return Case("reuse, other secondary instance", 0, 0, 0, 0, reuse, i => i.Put32(Operand, 1));
    }

    // The dispatchable unit's base space is 1, its last subspace, active, 2.
    private static void Group(SpaceImage image)
    {
        image.Put32(Duct + 4, 0x8000_0000 | Aste(2));
        image.Put32(Duct + 12, 0x102);
        image.Or32(Aste(2) + 12, 0x200);
    }
}
