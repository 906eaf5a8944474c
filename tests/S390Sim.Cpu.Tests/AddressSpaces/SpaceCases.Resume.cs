using static S390Sim.Tests.AddressSpaces.SpaceImage;

namespace S390Sim.Tests.AddressSpaces;

// RESUME PROGRAM, and EXTRACT AND SET EXTENDED AUTHORITY.
internal static partial class SpaceCases
{
    // rp 0x20(5), and its list; the state it names lies at the operand: PSW, access register, halves of general register 5.
    private const string Rp = "B2775020", Offsets = "0010 0031 0043 0055";
    private const uint Short = 0, P = 4, R = 2, D = 1;
    private const uint State = 0x20;

    private static SpaceCase Resume(string name, ulong mode, uint flags, string psw, params Action<SpaceImage>[] more)
        => new("rp: " + name, Rp + $"{flags:X4}" + Offsets, image =>
        {
            image.Start(mode);
            image.Gr(5, 0xABCD_0000_0000_0000 | Operand);
            if ((mode & Mask64) == Mask64) image.Gr(5, Operand);
            image.Ar(5, 0);
            PutState(image, Operand, psw);
            foreach (var prepare in more) prepare(image);
        });

    private static void PutState(SpaceImage image, uint address, string psw)
    {
        image.PutHex(address + State + 0x10, psw);
        image.PutHex(address + State + 0x31, "01020304");
        image.PutHex(address + State + 0x43, "C1C2C3C4C5C6C7C8");
        image.PutHex(address + State + 0x55, "D1D2D3D4");
    }

    private static IEnumerable<SpaceCase> Resumes()
    {
        const string To24 = "00003A00 00011000", To31 = "00001500 80011000", To64 = "00002F01 80011000";
        const string Long24 = "00003A00 00000000 00000000 00011000", Long31 = "00001500 80000000 00000000 00011000",
            Long64 = "00002F01 80000000 00000000 00011000";
        foreach (var (from, mode) in new[] { ("24", Primary), ("31", Primary | Mask31), ("64", Primary | Mask64) })
        {
            yield return Resume($"{from} to 24", mode, Short, To24);
            yield return Resume($"{from} to 31", mode, Short, To31);
            yield return Resume($"{from} to 64", mode, Short, To64);
            yield return Resume($"{from} to 24, long", mode, P, Long24);
            yield return Resume($"{from} to 31, long", mode, P | R, Long31);
            yield return Resume($"{from} to 64, long", mode, P | R | D, Long64);
            foreach (var (to, high) in new[] { ("24", "00003A0000"), ("31", "0000150080"), ("64", "00002F0180") })
            {
                foreach (var (kinds, trace) in new[]
                    { ("branches", BranchTrace), ("modes", ModeTrace), ("both", BranchTrace | ModeTrace) })
                {
                    yield return Resume($"{from} to {to}, {kinds} traced", mode, P, high + "000000 00000000 00011000",
                        i => i.Cr(12, ((ulong)trace << 32) | TraceTable));
                }
            }
        }
        foreach (var (kinds, trace) in new[] { ("branches", BranchTrace), ("both", BranchTrace | ModeTrace) })
        {
            yield return Resume($"31 to above 4 GB, {kinds} traced", Primary | Mask31, P,
                "00002F0180000000 00000001 00011000", i => i.Cr(12, ((ulong)trace << 32) | TraceTable));
        }
        yield return Resume("trace table ends", Primary | Mask64, P, Long64,
            i => i.Cr(12, ((ulong)BranchTrace << 32) | TraceTable | 0xFFC));
        yield return Resume("disjoint register", Primary | Mask64, R | D, To64);
        yield return Resume("long register", Primary | Mask64, R, To64);
        yield return Resume("disjoint without long", Primary | Mask64, D, To64);
        yield return Resume("long register in 31", Primary | Mask31, R, To31);
        yield return Resume("disjoint register in 24", Primary, R | D, To24);
        yield return Resume("ignored bits", Primary | Mask64 | (3UL << 52), Short, "FFFF2FFF 80011000");
        yield return Resume("ignored bits, long", Primary | Mask64 | Problem, P, "FFF72FFF 80000000 00000000 00011000");
        yield return Resume("ignored bits 33-63", Primary | Mask64, P, "00002F01 80000002 00000000 00011000");
        for (var bit = 0; bit < 13; bit++)
            yield return Resume($"reserved bit {bit}", Primary | Mask64, 0x8000u >> bit, To64);
        foreach (var c in ResumesOfAddresses()) yield return c;
        foreach (var c in ResumesInSpaces()) yield return c;
    }

    private static IEnumerable<SpaceCase> ResumesOfAddresses()
    {
        SpaceCase Case(string name, uint flags, string psw) => Resume(name, Primary | Mask64, flags, psw);
        yield return Case("odd address", Short, "0000000180011001");
        yield return Case("odd address, long", P, "0000000180000000 0000000000011001");
        yield return Case("odd address in 24", Short, "0000000000011001");
        yield return Case("odd address in 31, long", P, "0000000080000000 0000000000011001");
        yield return Case("address beyond 24", Short, "0000000001000000");
        yield return Case("last address of 24", Short, "0000000000FFFFFE");
        yield return Case("address beyond 24, long", P, "0000000000000000 0000000001000000");
        yield return Case("high address in 24, long", P, "0000000000000000 0000000100011000");
        yield return Case("last address of 31", Short, "000000007FFFFFFE");
        yield return Case("last address of 31, with mode", Short, "00000000FFFFFFFE");
        yield return Case("last address of 31, long", P, "0000000080000000 000000007FFFFFFE");
        yield return Case("address beyond 31, long", P, "0000000080000000 0000000080000000");
        yield return Case("high address in 31, long", P, "0000000080000000 0000000100011000");
        yield return Case("high address in 64, long", P, "0000000180000000 8000000000011000");
        yield return Case("mode 64 without 31", Short, "0000000100011000");
        yield return Case("mode 64 without 31, long", P, "0000000100000000 0000000000011000");
    }

    private static IEnumerable<SpaceCase> ResumesInSpaces()
    {
        string[] names = ["primary", "access-register", "secondary", "home"];
        ulong[] modes = [Primary, AccessRegister, Secondary, Home];
        for (var from = 0; from < 4; from++)
        {
            for (var to = 0; to < 4; to++)
            {
                var psw = $"0000{to * 4:X1}00180011000";
                var name = $"{names[from]} to {names[to]}";
                yield return Resume(name, modes[from] | Mask64, Short, psw);
                yield return Resume(name + ", problem", modes[from] | Mask64 | Problem, Short, psw);
                if ((from == 3) == (to == 3)) continue;
                yield return Resume(name + ", event of primary", modes[from] | Mask64, Short, psw, i => i.OrCr(1, 0x40));
                yield return Resume(name + ", event of home", modes[from] | Mask64, Short, psw, i => i.OrCr(13, 0x40));
            }
        }
        yield return Resume("dat off, to home", Mask64, Short, "0000C00180011000", i => i.OrCr(1, 0x40));
        yield return Resume("dat off, to home, problem", Mask64 | Problem, Short, "0000C00180011000");
        yield return Resume("home to home with events", Home | Mask64, Short, "0000C00180011000", i => i.OrCr(13, 0x40));
        yield return Resume("primary to secondary with events", Primary | Mask64, Short, "0000800180011000",
            i => i.OrCr(1, 0x40));
        const string Psw = "00002F0180011000";
        Action<SpaceImage> far = i =>
        {
            i.Gr(5, Window);
            i.Ar(5, 0x0002_0002);
            PutState(i, WindowFrame(2), Psw);
        };
        yield return Resume("state in another space", AccessRegister | Mask64, R | D, Psw, far);
        yield return Resume("state in the secondary space", Secondary | Mask64, R | D, Psw, far);
        yield return Resume("state in no space", AccessRegister | Mask64, R, Psw, far, i => i.Ar(5, 0x0003_0002));
        yield return Resume("state is not there", AccessRegister | Mask64, R, Psw, far,
            i => i.Put64(PageEntry(2, Window), 0x400));
        yield return Resume("register is not there", Primary | Mask64, R, Psw,
            i =>
            {
                i.Gr(5, Operand + 0x1000 - 0x68);
                PutState(i, Operand + 0x1000 - 0x68, Psw);
                i.Put64(PageEntry(1, Operand + 0x1000), 0x400);
            });
        yield return Resume("psw is not there", Primary | Mask64, R, Psw, i => i.Put64(PageEntry(1, Operand), 0x400));
        yield return Resume("base register 0", Primary | Mask64, R | D, Psw, i =>
        {
            i.PutHex(Code, "B2770F00 0003 0010 0031 0043 0055");
            PutState(i, 0xEE0, Psw);
        });
        yield return Resume("base register 0, access-register mode", AccessRegister | Mask64, Short, Psw, i =>
        {
            i.PutHex(Code, "B2770F00 0000 0010 0031 0043 0055");
            i.Ar(0, 0x0003_0002);
            PutState(i, 0xEE0, Psw);
        });
        yield return Resume("offsets wrap around", Primary, Short, "00003A0000011000",
            i => { i.Gr(5, 0xFF_FFF0); i.PutHex(Code + 4, "0000 1010 1031 1043"); PutState(i, 0xFF0, "00003A0000011000"); });
        yield return Resume("offset beyond 32767", Primary | Mask64, Short, Psw,
            i => { i.PutHex(Code + 4, "0000 F010 F031 F043"); i.Gr(5, Operand - 0xF000); });
        yield return Resume("target of execute", Primary | Mask64, P | R | D, "00002F0180000000 0000000000011000", i =>
        {
            i.PutHex(Code, "4400B000 0000");
            i.Gr(11, Code + 0x200);
            i.PutHex(Code + 0x200, Rp + "0007" + Offsets);
        });
        yield return Resume("target of execute relative", Primary | Mask64, Short, Psw, i =>
        {
            i.PutHex(Code, "C60000000100");
            i.PutHex(Code + 0x200, Rp + "0000" + Offsets);
        });
        yield return Resume("list across pages", Primary | Mask64, R | D, Psw, ListAt(0xFF6));
        yield return Resume("list is not there", Primary | Mask64, R | D, Psw, ListAt(0xFFC),
            i => i.Put64(PageEntry(1, Code + 0x1000), 0x400));
        yield return Resume("end of the list is not there", Primary | Mask64, R | D, Psw, ListAt(0xFF4),
            i => i.Put64(PageEntry(1, Code + 0x1000), 0x400));
        yield return Resume("list without a fifth halfword", Primary | Mask64, R, Psw, ListAt(0xFF4),
            i => { i.PutHex(Code + 0xFF8, "0002"); i.Put64(PageEntry(1, Code + 0x1000), 0x400); });
        yield return Resume("reserved bit before a list that is not there", Primary | Mask64, R, Psw, ListAt(0xFFA),
            i => { i.PutHex(Code + 0xFFE, "8000"); i.Put64(PageEntry(1, Code + 0x1000), 0x400); });
    }

    // The instruction somewhere in its page; it goes to 0x12000 so as not to hit the list.
    private static Action<SpaceImage> ListAt(uint offset) => i =>
    {
        i.Start(Primary | Mask64, Code + offset);
        i.PutHex(Code + offset, Rp + "0003" + Offsets);
        i.PutHex(Operand + State + 0x10, "00002F0180012000");
    };

    private static IEnumerable<SpaceCase> ExtendedAuthorities()
    {
        const string Esea = "B99D0090", Load = "58208000", Load2 = "58308000";
        SpaceCase Case(string name, string code, params Action<SpaceImage>[] more) => new("esea: " + name, code,
            In(AccessRegister, [i =>
            {
                i.Gr(9, 0x1122_3344_5566_0006);
                i.Gr(8, Window);
                i.Ar(8, 0x0002_0002);
                i.OrCr(8, 0xFFFF_0000_1234);
            }, .. more]));
        yield return Case("exchanges", Esea + "0000", i => i.Cr(8, 0x1_0005_1234));
        yield return Case("same index", "B99D0090 B99D0090");
        yield return Case("problem state", Esea, i => i.Start(AccessRegister | Mask64 | Problem));
        yield return Case("gains authority", Load + Esea + Load2,
            i => { i.Cr(8, 0x0006_0000); i.Gr(9, 7); i.PutAle(DuList, 2, 2, 2, 1, 9); i.PutHex(Authority + 1, "EF"); });
        yield return Case("loses authority", Load + Esea + Load2,
            i => { i.Cr(8, 0x0005_0000); i.PutAle(DuList, 2, 2, 2, 1, 9); i.PutHex(Authority + 1, "F7"); });
    }
}
