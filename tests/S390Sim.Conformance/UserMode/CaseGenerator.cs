using S390Sim.Isa;

namespace S390Sim.Conformance.UserMode;

/// <summary>Random cases of one instruction, operands with a meaning: addresses in the pages, lengths, even pairs.</summary>
internal sealed class CaseGenerator(Random random, byte[] templates)
{
    private const ulong Slot = GuestCase.Slot;

    /// <summary>Instructions whose registers hold addresses and lengths: how each is set up.</summary>
    private static readonly Dictionary<Op, string> s_long = new()
    {
        [Op.MVCL] = "L1 L2",
        [Op.CLCL] = "L1 L2",
        [Op.MVCLE] = "L1 L3 B2",
        [Op.CLCLE] = "L1 L3 B2",
        [Op.MVCLU] = "U1 U3 B2",
        [Op.CLCLU] = "U1 U3 B2",
        [Op.MVST] = "A1 A2 C",
        [Op.CLST] = "A1 A2 C",
        [Op.SRST] = "E A2 C",
        [Op.SRSTU] = "E A2 W",
        [Op.CUSE] = "L1 L2 S",
        [Op.TRE] = "L1 A2 C",
        [Op.TROO] = "L1 A2 T C",
        [Op.TROT] = "L1 A2 T W",
        [Op.TRTO] = "U1 A2 T C",
        [Op.TRTT] = "U1 A2 T W",
        [Op.CKSM] = "L2",
        [Op.CU12] = "L1 L2 8",
        [Op.CU14] = "L1 L2 8",
        [Op.CU21] = "L1 L2 6",
        [Op.CU24] = "L1 L2 6",
        [Op.CU41] = "L1 L2 2",
        [Op.CU42] = "L1 L2 2",
        [Op.CSST] = "P B1 B2",
    };

    /// <summary>Instructions with operands on an integral boundary.</summary>
    private static readonly HashSet<Op> s_aligned =
    [
        Op.CS, Op.CSY, Op.CSG, Op.CDS, Op.CDSY, Op.CDSG, Op.LPQ, Op.STPQ, Op.LPD, Op.LPDG, Op.LAM, Op.LAMY, Op.STAM, Op.STAMY,
        Op.LAA, Op.LAAG, Op.LAAL, Op.LAALG, Op.LAN, Op.LANG, Op.LAO, Op.LAOG, Op.LAX, Op.LAXG, Op.CSST, Op.CVB, Op.CVBG, Op.CVBY,
    ];

    /// <summary>Instructions whose results are unpredictable when their operands overlap.</summary>
    private static readonly HashSet<Op> s_separate =
    [
        Op.MVCIN, Op.PKA, Op.PKU, Op.UNPKA, Op.UNPKU, Op.MVCLE, Op.MVCLU, Op.MVST, Op.TRE, Op.TROO, Op.TROT, Op.TRTO, Op.TRTT,
        Op.CU12, Op.CU14, Op.CU21, Op.CU24, Op.CU41, Op.CU42,
    ];

    private readonly bool[] _used = new bool[16];
    private int _apart;

    /// <summary>Whether registers hold addresses and lengths of operands: these get more cases.</summary>
    public static bool HasLongOperands(Op op) => s_long.ContainsKey(op);

    /// <summary>Whether an execution may end after a number of bytes that the machine chooses.</summary>
    public static bool IsMachineDetermined(Op op) => s_long.ContainsKey(op) && op is not (Op.MVCL or Op.CLCL or Op.CSST);

    /// <summary>Whether results are unpredictable when operands overlap.</summary>
    public static bool MustNotOverlap(Op op) => s_separate.Contains(op);

    public GuestCase Next(Op op)
    {
        Array.Clear(_used);
        var guest = new GuestCase { Op = op, ConditionCode = random.Next(4), Template = Template(op) };
        for (var n = 0; n < 16; n++)
        {
            guest.Registers[n] = Interesting();
            guest.AccessRegisters[n] = (uint)random.NextInt64(1L << 32);
        }
        if (op is Op.EX or Op.EXRL) return Execute(guest);
        var text = Instruction(guest, op);
        guest.Code.Add(text);
        // While condition code 3: again.
        if (IsMachineDetermined(op))
            guest.Code.Add(0xA714_0000_0000_0000UL | ((ulong)(ushort)-(InstructionTable.Get(op).Length / 2) << 32));
        return guest;
    }

    private ulong Instruction(GuestCase guest, Op op)
    {
        var o = new Operands();
        foreach (ref readonly var field in InstructionTable.Fields(op))
            o[field.Field] = random.Next(1 << Math.Min(field.Width, 30));
        // QEMU 7.2 has facilities that we have not (POPCNT), and decodes only an I2 of zero (TS).
        if (op == Op.POPCNT) o.M3 = 0;
        if (op == Op.TS) o.I2 = 0;
        // QEMU 7.2 dies translating the form of these that only tests (a TCG error).
        if (op is Op.RNSBG or Op.ROSBG or Op.RXSBG) o.I3 &= 0x7F;
        if (s_long.TryGetValue(op, out var roles)) Long(guest, op, ref o, roles.Split(' '));
        else Simple(guest, op, ref o);
        return Encoder.Encode(op, o);
    }

    // Base and index registers that lead into the pages; everything else as it comes.
    private void Simple(GuestCase guest, Op op, ref Operands o)
    {
        var has = InstructionTable.Fields(op).ToArray().Select(f => f.Field).ToHashSet();
        if (has.Contains(Field.RI2))
        {
            // QEMU 7.2 does not ask for the boundary that relative-long operands must have.
            var target = (long)(Address(16) & ~7UL);
            o.RI2 = (int)((target - (long)Slot) / 2);
        }
        if (random.Next(8) != 0)
        {
            if (op is Op.CDS or Op.CDSY or Op.CDSG or Op.LPQ or Op.STPQ) o.R1 &= 14;
            if (op is Op.CDS or Op.CDSY or Op.CDSG or Op.LPD or Op.LPDG) o.R3 &= 14;
        }
        if (op is Op.UNPKA or Op.UNPKU && random.Next(8) != 0) o.L1 = o.L1 & (op == Op.UNPKA ? 31 : 63) | 1;
        if (op is Op.PKA or Op.PKU && random.Next(8) != 0) o.L2 = o.L2 & (op == Op.PKA ? 31 : 63) | 1;
        if (op == Op.PLO) guest.Registers[0] = (ulong)random.Next(24);
        var alignment = s_aligned.Contains(op) || op == Op.PLO ? 16 : 1;
        foreach (var (field, value) in new[] { (Field.R1, o.R1), (Field.R2, o.R2), (Field.R3, o.R3) })
        {
            if (has.Contains(field)) _used[value] = random.Next(10) != 0;
        }
        if (op is Op.CDS or Op.CDSY or Op.CDSG) _used[o.R1 | 1] = _used[o.R3 | 1] = true;
        if (op is Op.TRT or Op.TRTR) _used[1] = _used[2] = random.Next(4) != 0;
        if (has.Contains(Field.B1)) o.B1 = Base(guest, Address(alignment), o.D1);
        if (has.Contains(Field.B4)) o.B4 = Base(guest, Address(alignment), o.D4);
        // QEMU 7.2 divides the most negative number by -1 on the host, and dies.
        if (op is Op.D or Op.DR or Op.DSG or Op.DSGR or Op.DSGF or Op.DSGFR) guest.Registers[o.R1 | 1] |= 1;
        if (!has.Contains(Field.B2)) return;
        var address = Address(alignment);
        if (o.B1 != 0 && random.Next(4) == 0 && !s_separate.Contains(op))
            address = guest.Registers[o.B1] + (ulong)(long)o.D1 + (ulong)random.Next(-20, 20);
        if (InstructionTable.Get(op).Format is Format.RS_a or Format.RSY_a && !IsStorage(op))
        {
            // A shift count rather than an address.
            o.B2 = (byte)random.Next(16);
            return;
        }
        var index = 0UL;
        if (has.Contains(Field.X2))
        {
            o.X2 = random.Next(2) == 0 ? (byte)0 : Free();
            if (o.X2 != 0) index = guest.Registers[o.X2];
        }
        o.B2 = Base(guest, address - index, Displacement(op, o));
        if (o.B1 != 0) guest.Overlaps = Math.Abs((long)(guest.Registers[o.B1] + (ulong)o.D1 - address)) < 256;
        if (op is Op.CS or Op.CSY or Op.CSG or Op.CDS or Op.CDSY or Op.CDSG && random.Next(2) == 0)
            Expect(guest, op, o.R1, address);
    }

    private static int Displacement(Op op, in Operands o)
    {
        foreach (ref readonly var field in InstructionTable.Fields(op))
        {
            if (field.Field == Field.D2) return field.Width == 20 ? (o.D2 << 12) >> 12 : o.D2 & 0xFFF;
        }
        return 0;
    }

    // The comparison value is the one in storage.
    private void Expect(GuestCase guest, Op op, int register, ulong address)
    {
        var value = Templates.Doubleword(templates, guest.Template, address);
        guest.Registers[register] = op is Op.CS or Op.CSY or Op.CDS or Op.CDSY ? value >> 32 : value;
        if (op is Op.CDS or Op.CDSY) guest.Registers[register | 1] = (uint)value;
        if (op == Op.CDSG) guest.Registers[register | 1] = Templates.Doubleword(templates, guest.Template, address + 8);
    }

    private void Long(GuestCase guest, Op op, ref Operands o, string[] roles)
    {
        // Registers 0 and 1 have uses of their own; four pairs that differ, now and then an odd register.
        var pairs = new[] { 2, 4, 6, 8, 10, 12, 14 };
        random.Shuffle(pairs);
        o.R1 = (byte)pairs[0];
        o.R2 = (byte)pairs[1];
        o.R3 = (byte)pairs[2];
        if (random.Next(30) == 0) o.R1 |= 1;
        if (random.Next(30) == 0) o.R3 |= 1;
        if (random.Next(30) == 0) o.R2 |= 1;
        foreach (var pair in pairs[..3]) _used[pair] = _used[pair + 1] = true;
        _used[0] = _used[1] = true;
        var nearby = Address(1);
        _apart = s_separate.Contains(op) && random.Next(5) != 0 ? 1 : 0;
        guest.Overlaps = _apart == 0;
        foreach (var role in roles)
        {
            var register = role.Length > 1 ? role[1] switch { '1' => o.R1, '2' => o.R2, _ => o.R3 } : 0;
            switch (role[0])
            {
                case 'L':
                    Pair(guest, register, nearby, random.Next(6) == 0 ? random.Next(5000) : random.Next(300));
                    if (op is Op.MVCL or Op.CLCL) guest.Registers[register | 1] |= (ulong)random.Next(256) << 24;
                    break;
                case 'U':
                    Pair(guest, register, nearby, random.Next(200) * 2 + (random.Next(30) == 0 ? 1 : 0));
                    break;
                case 'A':
                    guest.Registers[register] = _apart != 0 ? Apart(300) : Near(nearby);
                    break;
                case 'E':
                    guest.Registers[o.R2] = Near(nearby);
                    var reach = random.Next(5) == 0 ? random.Next(5000) : random.Next(100);
                    guest.Registers[o.R1] = guest.Registers[o.R2] + (ulong)reach;
                    if (op == Op.SRSTU && random.Next(4) != 0) guest.Registers[o.R1] += (uint)reach & 1;
                    break;
                case 'B':
                    var address = op == Op.CSST ? Address(16) : (ulong)random.Next(0x10000);
                    if (role == "B1") o.B1 = Base(guest, address, o.D1);
                    else o.B2 = Base(guest, address, Displacement(op, o));
                    break;
                case 'C':
                    guest.Registers[0] = Ending(guest);
                    if (random.Next(30) == 0 && op is Op.SRST or Op.MVST) guest.Registers[0] |= 0x400;
                    break;
                case 'W':
                    guest.Registers[0] = (ulong)random.Next(5) * 0x101;
                    break;
                case 'S':
                    guest.Registers[0] = (ulong)random.Next(12);
                    guest.Registers[1] = (ulong)random.Next(4);
                    break;
                case 'T':
                    guest.Registers[1] = _apart != 0 ? Apart(1024) & ~7UL : Address(8);
                    break;
                case 'P':
                    // QEMU 7.2 aborts on a store characteristic of zero (extract32 of no bits).
                    guest.Registers[0] = (ulong)(random.Next(3) | random.Next(1, 5) << 8);
                    guest.Registers[1] = Address(16);
                    o.R3 &= 14;
                    var alike = (guest.Registers[0] & 3) switch { 0 => Op.CS, 1 => Op.CSG, _ => Op.CDSG };
                    if (random.Next(2) == 0) Expect(guest, alike, o.R3, guest.Registers[o.B1] + (ulong)o.D1);
                    break;
                default:
                    guest.Registers[o.R2] &= ~(ulong)(role[0] == '2' ? 3 : role[0] == '6' ? 1 : 0);
                    break;
            }
        }
    }

    private ulong Ending(GuestCase guest) => guest.Template switch
    {
        Templates.Text => (ulong)(random.Next(3) == 0 ? 'a' : 0),
        Templates.Random => (ulong)random.Next(256),
        _ => (ulong)random.Next(4),
    };

    private void Pair(GuestCase guest, int register, ulong nearby, int length)
    {
        guest.Registers[register] = Near(nearby);
        if (_apart != 0)
        {
            length %= 1200;
            guest.Registers[register] = Apart(length * 2);
            guest.Registers[register | 1] = (ulong)length;
        }
        guest.Registers[register | 1] = (ulong)length;
        if (random.Next(20) == 0) guest.Registers[register | 1] = 0;
    }

    // One operand after the other, each in a third of the pages.
    private ulong Apart(int length)
    {
        var offset = (_apart++ - 1) * 2700;
        var slack = Math.Max(1, 2600 - length);
        return GuestCase.Pages + (ulong)(offset + random.Next(slack));
    }

    private ulong Near(ulong nearby)
        => random.Next(3) == 0 ? nearby + (ulong)random.Next(-40, 40) : Address(random.Next(3) == 0 ? 16 : 1);

    private GuestCase Execute(GuestCase guest)
    {
        const int Offset = 64;
        Op[] targets =
        [
            Op.MVC, Op.CLC, Op.XC, Op.TR, Op.TRT, Op.MVI, Op.STM, Op.LHI, Op.LR, Op.MVCIN, Op.PACK, Op.LARL, Op.LMG, Op.EX,
        ];
        var target = targets[random.Next(targets.Length)];
        guest.Distant = (Offset, Instruction(guest, target));
        // A modified LARL may be a branch.
        var modifier = target == Op.LARL || random.Next(4) == 0 ? (byte)0 : Free();
        var b = Free();
        guest.Registers[b] = Slot + Offset - 100;
        _used[b] = true;
        guest.Code.Add(guest.Op == Op.EX
            ? Encoder.Encode(Op.EX, new() { R1 = modifier, B2 = b, D2 = 100 })
            : Encoder.Encode(Op.EXRL, new() { R1 = modifier, RI2 = Offset / 2 }));
        return guest;
    }

    // A register whose content plus displacement is the address.
    private byte Base(GuestCase guest, ulong address, int displacement)
    {
        var register = Free();
        guest.Registers[register] = address - (ulong)(long)displacement;
        _used[register] = true;
        return register;
    }

    private byte Free()
    {
        byte register;
        do register = (byte)random.Next(1, 16);
        while (_used[register]);
        return register;
    }

    // Mostly inside the two pages, often about the boundary between them, sometimes about the forbidden ones.
    private ulong Address(int alignment)
    {
        var offset = random.Next(12) switch
        {
            0 => random.Next(-64, 300),
            1 => 8192 + random.Next(-300, 16),
            2 => 8192 + random.Next(-16, 4096),
            < 6 => 4096 + random.Next(-260, 64),
            _ => random.Next(300, 7600),
        };
        var address = GuestCase.Pages + (ulong)(long)offset;
        return random.Next(10) == 0 ? address : address & ~(ulong)(alignment - 1);
    }

    private ulong Interesting() => random.Next(7) switch
    {
        0 => 0,
        1 => ulong.MaxValue - (ulong)random.Next(3),
        2 => 1UL << random.Next(64),
        3 => (ulong)random.Next(300),
        4 => ((ulong)random.Next(3) - 1) << 32 | (uint)(random.Next(5) - 2),
        _ => (ulong)random.NextInt64(),
    };

    private static bool IsStorage(Op op)
        => s_aligned.Contains(op)
            || InstructionTable.Get(op).Mnemonic is "lm" or "lmy" or "lmg" or "lmh" or "stm" or "stmy" or "stmg"
            or "stmh" or "icm" or "icmy" or "icmh" or "stcm" or "stcmy" or "stcmh" or "clm" or "clmy" or "clmh";

    private int Template(Op op) => op switch
    {
        Op.CU12 or Op.CU14 => Templates.Utf8,
        Op.CU21 or Op.CU24 => Templates.Utf16,
        Op.CU41 or Op.CU42 => Templates.Utf32,
        Op.CVB or Op.CVBY or Op.CVBG or Op.UNPK or Op.UNPKA or Op.UNPKU
            => random.Next(6) == 0 ? Templates.Random : Templates.Packed,
        Op.PACK or Op.PKA or Op.PKU => random.Next(3) == 0 ? Templates.Random : Templates.Zoned,
        Op.MVST or Op.CLST or Op.SRST => random.Next(2) == 0 ? Templates.Text : random.Next(Templates.Count),
        Op.CUSE or Op.CLC or Op.CLCL or Op.CLCLE or Op.CLCLU => random.Next(4) switch
        {
            0 => Templates.Random,
            1 => Templates.Zeros,
            2 => Templates.Sparse,
            _ => Templates.Periodic,
        },
        Op.TRT or Op.TRTR => random.Next(3) == 0 ? Templates.Random : Templates.Sparse,
        _ => random.Next(3) == 0 ? random.Next(Templates.Count) : Templates.Random,
    };
}
