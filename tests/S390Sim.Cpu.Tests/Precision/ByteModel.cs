using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Tests.Precision;

/// <summary>
/// Instructions on two storage operands, executed a byte at a time as the manual describes them, with the access to each byte
/// checked. Written without a look at the simulator: which bytes are needed decides whether an exception is due.
/// </summary>
internal sealed class ByteModel(StorageCase test, byte[] frames, ulong[] gr)
{
    public static readonly Op[] Instructions =
    [
        Op.MVC, Op.MVN, Op.MVZ, Op.MVCIN, Op.NC, Op.OC, Op.XC, Op.CLC, Op.TR, Op.TRT, Op.TRTR, Op.PACK, Op.UNPK, Op.MVO,
        Op.STM, Op.STMG, Op.LM, Op.LMG, Op.STG, Op.LG, Op.STH, Op.ICM, Op.STCM, Op.MVI, Op.XI,
    ];

    /// <summary>Exceptions that some access meets; with any, the instruction must end in one of them.</summary>
    public HashSet<ProgramCode> Exceptions { get; } = [];
    public byte[] Frames { get; } = [.. frames];
    public ulong[] Gr { get; } = [.. gr];
    public int Cc { get; private set; }

    /// <summary>Executes the instruction; with exceptions the results mean nothing.</summary>
    public void Execute()
    {
        Decoder.Extract(test.Op, test.Text, out var o);
        var first = (Base(o.B1) + (ulong)o.D1) & test.AddressMask;
        var second = (Base(o.B2) + Base(o.X2) + (ulong)o.D2) & test.AddressMask;
        var last = o.L1;
        switch (test.Op)
        {
            case Op.MVC: Move(last, n => Fetch(second + n)); break;
            case Op.MVN: Move(last, n => (Peek(first + n) & 0xF0) | (Fetch(second + n) & 0x0F)); break;
            case Op.MVZ: Move(last, n => (Peek(first + n) & 0x0F) | (Fetch(second + n) & 0xF0)); break;
            case Op.MVCIN: Move(last, n => Fetch(second - n)); break;
            case Op.NC: Logic(last, (a, b) => a & b); break;
            case Op.OC: Logic(last, (a, b) => a | b); break;
            case Op.XC: Logic(last, (a, b) => a ^ b); break;
            case Op.CLC:
                for (ulong n = 0; n <= (ulong)last; n++)
                {
                    var (a, b) = (Fetch(first + n), Fetch(second + n));
                    if (Cc == 0 && a != b) Cc = a < b ? 1 : 2;
                }
                break;
            case Op.TR: Move(last, n => Fetch(second + (ulong)Peek(first + n))); break;
            case Op.TRT: Test(last, first, 1); break;
            case Op.TRTR: Test(last, first, ulong.MaxValue); break;
            case Op.PACK: Pack(o, first, second); break;
            case Op.UNPK: Unpack(o, first, second); break;
            case Op.MVO: MoveWithOffset(o, first, second); break;
            case Op.STM: Multiple(o, (n, r) => StoreWord(second + (ulong)n * 4, (uint)Gr[r])); break;
            case Op.STMG: Multiple(o, (n, r) => StoreLong(second + (ulong)n * 8, Gr[r], 8)); break;
            case Op.LM: Multiple(o, (n, r) => SetLow(r, FetchLong(second + (ulong)n * 4, 4))); break;
            case Op.LMG: Multiple(o, (n, r) => Gr[r] = FetchLong(second + (ulong)n * 8, 8)); break;
            case Op.STG: StoreLong(second, Gr[o.R1], 8); break;
            case Op.LG: Gr[o.R1] = FetchLong(second, 8); break;
            case Op.STH: StoreLong(second, Gr[o.R1] & 0xFFFF, 2); break;
            case Op.ICM: InsertUnderMask(o, second); break;
            case Op.STCM: StoreUnderMask(o, second); break;
            case Op.MVI: Store(first, (byte)o.I2); break;
            case Op.XI:
                Store(first, Peek(first) ^ (byte)o.I2);
                Cc = Peek(first) == 0 ? 0 : 1;
                break;
        }

        void Move(int to, Func<ulong, int> value)
        {
            for (ulong n = 0; n <= (ulong)to; n++) Store(first + n, value(n));
        }

        void Logic(int to, Func<int, int, int> combine)
        {
            Move(to, n =>
            {
                var result = combine(Peek(first + n), Fetch(second + n));
                if (result != 0) Cc = 1;
                return result;
            });
        }

        void Test(int to, ulong from, ulong step)
        {
            for (ulong n = 0; n <= (ulong)to; n++)
            {
                var function = Fetch(second + (ulong)Fetch(from + n * step));
                if (function == 0 || Exceptions.Count != 0) continue;
                var at = (from + n * step) & test.AddressMask;
                Gr[1] = test.Mode switch
                {
                    0 => (Gr[1] & ~0xFF_FFFFUL) | at,
                    1 => (Gr[1] & ~0xFFFF_FFFFUL) | at,
                    _ => at,
                };
                Gr[2] = (Gr[2] & ~0xFFUL) | (uint)function;
                Cc = n == (ulong)to ? 2 : 1;
                return;
            }
        }
    }

    private ulong Base(int register) => register == 0 ? 0 : Gr[register];

    private void SetLow(int register, ulong value) => Gr[register] = (Gr[register] & ~0xFFFF_FFFFUL) | (uint)value;

    private static void Multiple(Operands o, Action<int, int> each)
    {
        for (int n = 0, r = o.R1; ; n++, r = (r + 1) & 15)
        {
            each(n, r);
            if (r == o.R3) return;
        }
    }

    private void InsertUnderMask(Operands o, ulong address)
    {
        ulong inserted = 0, n = 0;
        if (o.M3 == 0) Fetch(address);
        for (var byteNumber = 0; byteNumber < 4; byteNumber++)
        {
            if ((o.M3 & (8 >> byteNumber)) == 0) continue;
            var value = (ulong)Fetch(address + n++);
            inserted = (inserted << 8) | value;
            var shift = 24 - byteNumber * 8;
            Gr[o.R1] = (Gr[o.R1] & ~(0xFFUL << shift)) | (value << shift);
        }
        Cc = inserted == 0 ? 0 : (inserted >> (int)(n * 8 - 1) & 1) != 0 ? 1 : 2;
    }

    private void StoreUnderMask(Operands o, ulong address)
    {
        for (var byteNumber = 0; byteNumber < 4; byteNumber++)
        {
            if ((o.M3 & (8 >> byteNumber)) != 0) Store(address++, (int)(Gr[o.R1] >> (24 - byteNumber * 8)));
        }
    }

    // The three of them go from right to left; a result byte is stored as soon as the digits for it were fetched.
    private void Pack(Operands o, ulong first, ulong second)
    {
        var (to, from) = ((long)o.L1, (long)o.L2);
        var sign = Fetch(second + (ulong)from--);
        Store(first + (ulong)to--, (sign << 4) | (sign >> 4));
        for (; to >= 0; to--)
        {
            var low = from >= 0 ? Fetch(second + (ulong)from--) & 0xF : 0;
            var high = from >= 0 ? Fetch(second + (ulong)from--) & 0xF : 0;
            Store(first + (ulong)to, (high << 4) | low);
        }
        for (; from >= 0; from--) Fetch(second + (ulong)from);
    }

    private void Unpack(Operands o, ulong first, ulong second)
    {
        var (to, from) = ((long)o.L1, (long)o.L2);
        var sign = Fetch(second + (ulong)from--);
        Store(first + (ulong)to--, (sign << 4) | (sign >> 4));
        while (to >= 0)
        {
            var digits = from >= 0 ? Fetch(second + (ulong)from--) : 0;
            Store(first + (ulong)to--, 0xF0 | (digits & 0xF));
            if (to >= 0) Store(first + (ulong)to--, 0xF0 | (digits >> 4));
        }
        for (; from >= 0; from--) Fetch(second + (ulong)from);
    }

    private void MoveWithOffset(Operands o, ulong first, ulong second)
    {
        var (to, from) = ((long)o.L1, (long)o.L2);
        var current = Fetch(second + (ulong)from--);
        Store(first + (ulong)to, (current << 4) | (Peek(first + (ulong)to) & 0xF));
        for (to--; to >= 0; to--)
        {
            var next = from >= 0 ? Fetch(second + (ulong)from--) : 0;
            Store(first + (ulong)to, (next << 4) | (current >> 4));
            current = next;
        }
        for (; from >= 0; from--) Fetch(second + (ulong)from);
    }

    private ulong FetchLong(ulong address, int length)
    {
        ulong value = 0;
        for (var n = 0; n < length; n++) value = (value << 8) | (uint)Fetch(address + (ulong)n);
        return value;
    }

    private void StoreWord(ulong address, uint value) => StoreLong(address, value, 4);

    private void StoreLong(ulong address, ulong value, int length)
    {
        for (var n = 0; n < length; n++) Store(address + (ulong)n, (int)(value >> (8 * (length - 1 - n))));
    }

    private int Fetch(ulong address)
    {
        var at = Locate(address, store: false);
        return at < 0 ? 0 : Frames[at];
    }

    // Of an operand that is stored too, which answers for the access.
    private int Peek(ulong address) => Fetch(address);

    private void Store(ulong address, int value)
    {
        var at = Locate(address, store: true);
        if (at >= 0) Frames[at] = (byte)value;
    }

    private int Locate(ulong address, bool store)
    {
        address &= test.AddressMask;
        for (var n = 0; n < StorageCase.WindowPages; n++)
        {
            if ((address & ~0xFFFUL) != test.PageAddress(n)) continue;
            var frame = test.Frames[n];
            // The key belongs to the frame, the rest to the page.
            var key = PageState.Present;
            for (var other = 0; other < StorageCase.WindowPages; other++)
            {
                var isKeyed = test.Pages[other] is PageState.KeyProtected or PageState.FetchProtected;
                if (test.Frames[other] == frame && isKeyed) key = test.Pages[other];
            }
            if (test.Pages[n] == PageState.Absent) Exceptions.Add(ProgramCode.PageTranslation);
            else if (store && (test.Pages[n] == PageState.ReadOnly || key != PageState.Present))
                Exceptions.Add(ProgramCode.Protection);
            else if (!store && key == PageState.FetchProtected) Exceptions.Add(ProgramCode.Protection);
            else return (frame << 12) | (int)(address & 0xFFF);
            return -1;
        }
        // Outside the window nothing is mapped, and which table says so depends on the address.
        Exceptions.UnionWith(
            [ProgramCode.PageTranslation, ProgramCode.SegmentTranslation, ProgramCode.RegionFirstTranslation,
             ProgramCode.RegionSecondTranslation, ProgramCode.RegionThirdTranslation]);
        return -1;
    }
}
