using static S390Sim.Tests.AddressSpaces.SpaceImage;

namespace S390Sim.Tests.AddressSpaces;

/// <summary>A case: what differs from the common image, and the code that is executed.</summary>
internal sealed record SpaceCase(string Name, string Code, Action<SpaceImage> Prepare)
{
    public override string ToString() => Name;
}

/// <summary>The cases whose outcome an independent machine has told.</summary>
internal static partial class SpaceCases
{
    private const string LoadByAr9 = "58209000", StoreByAr9 = "50209000";

    public static IEnumerable<SpaceCase> All
        => [.. AccessRegisters(), .. Tokens(), .. StackCases(), .. Calls(), .. Returns(), .. Transfers(), .. Asns(),
            .. Subspaces(),
            .. AuthorityCases(), .. Traps(), .. Moves(), .. Traces(), .. Resumes(), .. ExtendedAuthorities()];

    private static Action<SpaceImage> In(ulong mode, params Action<SpaceImage>[] more) => image =>
    {
        image.Start(mode | Mask64);
        foreach (var prepare in more) prepare(image);
    };

    private static Action<SpaceImage> Use(uint alet, params Action<SpaceImage>[] more) => image =>
    {
        image.Start(AccessRegister | Mask64);
        image.Gr(9, Window + 0x18);
        image.Ar(9, alet);
        foreach (var prepare in more) prepare(image);
    };

    private static IEnumerable<SpaceCase> AccessRegisters()
    {
        const uint Du2 = 0x0002_0002, Du3 = 0x0007_0003, Ps2 = 0x0109_0002;
        yield return new("ar: token 0", LoadByAr9, Use(0));
        yield return new("ar: token 1", LoadByAr9, Use(1));
        yield return new("ar: token of the dispatchable unit", LoadByAr9, Use(Du2));
        yield return new("ar: another token of it", LoadByAr9 + StoreByAr9, Use(Du3));
        yield return new("ar: token of the primary space", LoadByAr9, Use(Ps2));
        yield return new("ar: base register 0 is primary", "58208000" + "58200123",
            Use(Du2, i => { i.Gr(8, Window); i.Ar(8, Du3); }));
        yield return new("ar: access register 0 does not count", "58200800", Use(Du2, i => i.Ar(0, Du3)));
        yield return new("ar: a store goes to its space", "50309004 92AA9010", Use(Du2));
        yield return new("ar: operands in two spaces", "D2079000A000",
            Use(Du2, i => { i.Gr(10, Window + 0x1000); i.Ar(10, Du3); }));
        yield return new("ar: across two pages", "E32090000004", Use(Du3, i => i.Gr(9, Window + 0xFFC)));
        yield return new("ar: reserved bit of the token", LoadByAr9, Use(0x0200_0002));
        yield return new("ar: entry number beyond the list", LoadByAr9, Use(0x0002_0010));
        yield return new("ar: invalid entry", LoadByAr9, Use(0x0002_0004));
        yield return new("ar: other sequence number", LoadByAr9, Use(0x0003_0002));
        yield return new("ar: invalid aste", LoadByAr9, Use(Du2, i => i.Or32(Aste(2), 0x8000_0000)));
        yield return new("ar: other aste sequence number", LoadByAr9, Use(Du2, i => i.Put32(Aste(2) + 20, 7)));
        yield return new("ar: private entry of the eax", LoadByAr9, Use(Du2, i => i.PutAle(DuList, 2, 2, 2, 1, 5)));
        yield return new("ar: private entry, authorized", LoadByAr9, Use(Du2, i => i.PutAle(DuList, 2, 2, 2, 1, 6)));
        yield return new("ar: private entry, not authorized", LoadByAr9,
            Use(Du2, i => { i.PutAle(DuList, 2, 2, 2, 1, 6); i.PutHex(Authority + 1, "EF"); }));
        yield return new("ar: private entry, eax beyond the authority table", LoadByAr9,
            Use(Du2, i => { i.PutAle(DuList, 2, 2, 2, 1, 6); i.Cr(8, 0x0105_0000); }));
        yield return new("ar: fetch-only entry, fetch", LoadByAr9, Use(Du2, i => i.PutAle(DuList, 2, 2, 2, 2)));
        yield return new("ar: fetch-only entry, store", StoreByAr9, Use(Du2, i => i.PutAle(DuList, 2, 2, 2, 2)));
        yield return new("ar: page not there", LoadByAr9, Use(Du2, i => i.Put64(PageEntry(2, Window), 0x400)));
        yield return new("ar: page not there, token 1", LoadByAr9, Use(1, i => i.Put64(PageEntry(2, Window), 0x400)));
        yield return new("ar: page not there, token 0", LoadByAr9, Use(0, i => i.Put64(PageEntry(1, Window), 0x400)));
        yield return new("ar: page protected", StoreByAr9, Use(Du2, i => i.Or32(PageEntry(2, Window) + 4, 0x200)));
        yield return new("ar: list outside storage", LoadByAr9, Use(Du2, i => i.Put32(Duct + 16, 0x7F00_0001)));
        yield return new("ar: duct outside storage", LoadByAr9, Use(Du2, i => i.Cr(2, 0x7F00_0000)));
        yield return new("ar: aste outside storage", LoadByAr9, Use(Du2, i => i.Put32(DuList + 40, 0x7F00_0000)));
        yield return new("ar: authority table outside storage", LoadByAr9,
            Use(Du2, i => { i.PutAle(DuList, 2, 2, 2, 1, 6); i.Put32(Aste(2), 0x7F00_0000); }));
        yield return new("ar: lra", "B1309000", Use(Du3));
        yield return new("ar: lra without authority", "B1309000", Use(0x0003_0002));
        yield return new("ar: lra with dat off", "B1309000", Use(Du3, i => i.Start(Mask64 | (1UL << 46))));
        yield return new("ar: tprot", "E50190000000", Use(Du3));
        yield return new("ar: tprot of a fetch-only space", "E50190000000", Use(Du2, i => i.PutAle(DuList, 2, 2, 2, 2)));
        yield return new("ar: tprot without translation", "E50190000000", Use(0x0003_0002));
        yield return new("ar: palb after a change of the list", "58209000 D203 A000 B000 B248 0000 58309000",
            Use(Du2, i =>
            {
                i.Gr(10, DuList + 40);
                i.Gr(11, DuList + 56);
                i.Put32(DuList + 60, 0x102);
                i.Put32(Aste(3) + 20, 0x102);
            }));
        yield return new("lae: access-register mode", "51109004 51300005", Use(Du2));
        yield return new("lae: primary, secondary, home", "51109004 B2190100 51309004 B2190300 51509004",
            In(Primary, i => i.Ar(9, Du2)));
    }

    private static IEnumerable<SpaceCase> Tokens()
    {
        (string Name, uint Alet, uint Eax)[] tokens =
        [
            ("0", 0, 0), ("1", 1, 0), ("2", 2, 0), ("unit", 0x0002_0002, 0), ("primary", 0x0109_0002, 0),
                ("reserved", 0x8000_0002, 0),
            ("sequence", 0x0003_0002, 0), ("beyond", 0x0002_0800, 0), ("private", 0x0001_0005, 0x0006_0000),
            ("private own", 0x0001_0005, 0x0008_0000), ("private beyond", 0x0001_0005, 0x0106_0000),
        ];
        foreach (var (name, alet, eax) in tokens)
        {
            yield return new($"tar: {name}", "B24C0034 B2220050", In(Primary, i =>
            {
                i.PutAle(DuList, 5, 3, 1, 1, 8);
                i.PutHex(Authority + 1, "FB");
                i.Ar(3, alet);
                i.Gr(4, 0xABCD_0000_0000_0000 | eax);
            }));
        }
        yield return new("tar: access register 0 counts", "B24C0004 B2220050",
            In(Primary, i => { i.Ar(0, 0x0002_0002); i.Gr(4, 0); }));
        yield return new("tar: dat off", "B24C0034 B2220050", In(0, i => { i.Ar(3, 0x0002_0002); i.Gr(4, 0); }));
        yield return new("tar: duct outside storage", "B24C0034",
            In(Primary, i => { i.Ar(3, 0x0002_0002); i.Cr(2, 0x7F00_0000); }));
    }

    private static IEnumerable<SpaceCase> Moves()
    {
        const string Mvcp = "DA235000 6000", Mvcs = "DB235000 6000", Mvck = "D9235000 6000";
        Action<SpaceImage> operands = i => { i.Gr(5, Window + 0x100); i.Gr(6, Window + 0x2200); i.Gr(2, 24); i.Gr(3, 0); };
        foreach (var (name, code) in new[] { ("mvcp", Mvcp), ("mvcs", Mvcs), ("mvck", Mvck) })
        {
            yield return new($"{name}: primary mode", code, In(Primary, operands));
            yield return new($"{name}: secondary mode", code, In(Secondary, operands));
            yield return new($"{name}: access-register mode", code, In(AccessRegister, operands));
            yield return new($"{name}: home mode", code, In(Home, operands));
            yield return new($"{name}: dat off", code, In(0, operands));
            yield return new($"{name}: without secondary-space control", code, In(Primary, operands, i => i.Cr(0, 0xE0)));
            yield return new($"{name}: length 0", code + "B2220040", In(Primary, operands, i => i.Gr(2, 0)));
            yield return new($"{name}: length 256", code + "B2220040", In(Primary, operands, i => i.Gr(2, 256)));
            yield return new($"{name}: length 257", code + "B2220040", In(Primary, operands, i => i.Gr(2, 257)));
            yield return new($"{name}: length of 64 bits", code + "B2220040", In(Primary, operands, i => i.Gr(2, 0x1_0000_0000)));
            yield return new($"{name}: length of 64 bits in 31", code + "B2220040",
                In(Primary, operands, i => { i.Start(Primary | Mask31); i.Gr(2, 0x1_0000_0004); }));
            yield return new($"{name}: across pages", code,
                In(Primary, operands, i => { i.Gr(5, Window + 0xFF8); i.Gr(6, Window + 0x2FF4); }));
            yield return new($"{name}: key not permitted", code,
                In(Primary | Problem, operands, i => { i.Cr(3, 0x8000_0002); i.Gr(3, 0x10); }));
            yield return new($"{name}: key permitted", code,
                In(Primary | Problem, operands, i => { i.Cr(3, 0x4000_0002); i.Gr(3, 0x10); }));
            yield return new($"{name}: protected by key", code, In(Primary | (2UL << 52), operands, Keys, i => i.Gr(3, 0x20)));
            yield return new($"{name}: key of the second space", code,
                In(Primary | (2UL << 52), operands, Keys, i => i.Gr(3, 0x30)));
            yield return new($"{name}: source page missing", code, In(Primary, operands, i =>
            {
                i.Put64(PageEntry(1, Window + 0x2000), 0x400);
                i.Put64(PageEntry(2, Window + 0x2000), 0x400);
            }));
            yield return new($"{name}: target page missing", code, In(Primary, operands, i =>
            {
                i.Put64(PageEntry(1, Window), 0x400);
                i.Put64(PageEntry(2, Window), 0x400);
            }));
        }
        yield return new("mvck: overlapping", Mvck, In(Primary, operands, i => i.Gr(6, Window + 0xFF)));
        foreach (var (name, code) in new[] { ("mvcsk", "E50E5000 6000"), ("mvcdk", "E50F5000 6000") })
        {
            Action<SpaceImage> by = i => { operands(i); i.Gr(0, 0xFFFF_FF0B); i.Gr(1, 0xFFFF_FF00); };
            yield return new($"{name}: moves", code, In(Primary, by));
            yield return new($"{name}: dat off", code, In(0, by));
            yield return new($"{name}: secondary mode", code, In(Secondary, by));
            yield return new($"{name}: key not permitted", code,
                In(Primary | Problem, by, i => { i.Cr(3, 0x8000_0002); i.Gr(1, 0x10); }));
            yield return new($"{name}: key permitted", code,
                In(Primary | Problem, by, i => { i.Cr(3, 0x4000_0002); i.Gr(1, 0x1F); }));
            yield return new($"{name}: with its key", code, In(Primary | (2UL << 52), by, Keys, i => i.Gr(1, 0x30)));
            yield return new($"{name}: with the other's key", code, In(Primary | (3UL << 52), by, Keys, i => i.Gr(1, 0x20)));
        }
    }

    // SSKE of both windows' pages: the first operand's has key 2, the second's 3, both fetch-protected.
    private static void Keys(SpaceImage image)
    {
        // lgfi 0,frame; lhi 1,key; sske 1,0.
        image.PutHex(Setup, string.Concat(new[] { 1, 2 }.SelectMany(space => new[] { (0u, 0x28), (0x2000u, 0x38) },
            (space, page) => $"C001{WindowFrame(space) + page.Item1:X8}A718{page.Item2:X4}B22B0010")) + "07FE");
    }
}
