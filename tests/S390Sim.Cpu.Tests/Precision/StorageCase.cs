using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Tests.Precision;

/// <summary>What a page of the window is like.</summary>
internal enum PageState
{
    Present, Absent, ReadOnly, KeyProtected, FetchProtected,
}

/// <summary>
/// One instruction with storage operands, the registers it starts with and the pages its operands lie in: four around the end
/// of the address space of the addressing mode, four around the end of a segment. Frames may be shared by pages.
/// </summary>
internal sealed record StorageCase(Op Op, ulong Text, ulong[] Gr, int Mode, PageState[] Pages, int[] Frames, int Contents)
{
    public const int WindowPages = 8;

    private static readonly ulong[] s_limits = [0xFF_FFFF, 0x7FFF_FFFF, ulong.MaxValue];

    public static readonly ulong[] Modes = [0, Psw.BasicAddressing, Psw.BasicAddressing | Psw.ExtendedAddressing];

    public ulong AddressMask => s_limits[Mode];

    public int Length => InstructionTable.Get(Op).Length;

    /// <summary>Logical address of a page of the window.</summary>
    public ulong PageAddress(int page) => PageAddress(Mode, page);

    private static ulong PageAddress(int mode, int page)
        => page < 4 ? (ulong)((long)(page - 2) << 12) & s_limits[mode] : 0xFE000 + ((ulong)(page - 4) << 12);

    /// <summary>Makes a case from a seed.</summary>
    public static StorageCase Make(Op[] ops, int seed)
    {
        var random = new Random(seed);
        var op = ops[random.Next(ops.Length)];
        var mode = random.Next(3);
        var pages = new PageState[WindowPages];
        var frames = new int[WindowPages];
        for (var n = 0; n < WindowPages; n++)
        {
            var kind = random.Next(10);
            pages[n] = kind < 5 ? PageState.Present : kind < 8 ? PageState.Absent : (PageState)random.Next(2, 5);
            frames[n] = random.Next(6) == 0 ? random.Next(WindowPages) : n;
        }
        var gr = new ulong[16];
        for (var n = 0; n < 16; n++)
        {
            gr[n] = n % 2 == 0 || n == 1 || random.Next(8) == 0 ? Address(random, mode) : Size(random);
            if (mode != 2 && random.Next(2) == 0) gr[n] |= (ulong)random.Next() << 33;
        }
        if (random.Next(8) != 0) gr[0] = (ulong)random.Next(random.Next(2) == 0 ? 24 : 256);
        return new StorageCase(op, Encode(random, op), gr, mode, pages, frames, random.Next());
    }

    /// <summary>The same with fewer things that are out of the ordinary.</summary>
    public IEnumerable<StorageCase> Simpler()
    {
        for (var n = 0; n < WindowPages; n++)
        {
            if (Pages[n] != PageState.Present)
                yield return this with { Pages = [.. Pages.Select((p, at) => at == n ? PageState.Present : p)] };
            if (Frames[n] != n) yield return this with { Frames = [.. Frames.Select((f, at) => at == n ? n : f)] };
        }
    }

    // Near the beginning or the end of a page, on a boundary of some sort.
    private static ulong Address(Random random, int mode)
    {
        var offset = random.Next(4) switch
        {
            0 => random.Next(32),
            1 or 2 => 4096 - random.Next(1, 300),
            _ => random.Next(4096),
        };
        var boundary = random.Next(3) == 0 ? 0 : (1 << random.Next(5)) - 1;
        return PageAddress(mode, random.Next(WindowPages)) + (ulong)(offset & ~boundary);
    }

    private static ulong Size(Random random)
    {
        var kind = random.Next(3);
        var size = (uint)(kind == 0 ? random.Next(20) : kind == 1 ? random.Next(600) & ~1 : random.Next(9000) & ~3);
        return random.Next(3) == 0 ? size | ((uint)random.Next(256) << 24) : size;
    }

    private static ulong Encode(Random random, Op op)
    {
        var operands = default(Operands);
        foreach (var field in Enum.GetValues<Field>())
        {
            operands[field] = field switch
            {
                Field.R1 or Field.R2 or Field.R3 => random.Next(4) == 0 ? random.Next(16) : random.Next(8) * 2,
                Field.B1 or Field.B2 or Field.B3 or Field.B4 => random.Next(20) == 0 ? random.Next(16) : random.Next(1, 8) * 2,
                Field.X2 => random.Next(4) == 0 ? random.Next(1, 8) * 2 + 1 : 0,
                Field.D1 or Field.D2 or Field.D3 or Field.D4 => random.Next(3) == 0 ? random.Next(40) : 0,
                Field.L1 => random.Next(256),
                Field.L2 => random.Next(16),
                Field.M1 or Field.M3 or Field.M4 or Field.M5 or Field.M6 => random.Next(16),
                Field.I1 or Field.I2 or Field.I3 or Field.I4 or Field.I5 => random.Next(128),
                _ => 0,
            };
        }
        if (InstructionTable.Get(op).Format is Format.SS_b or Format.SS_c) operands.L1 &= 15;
        return Encoder.Encode(op, operands);
    }

    public override string ToString()
        => $"{Op} {Text:x16} mode {Mode} pages [{string.Join(' ', Pages)}] frames [{string.Join(' ', Frames)}] "
            + $"contents {Contents}\n  "
            + string.Join(' ', Gr.Select((g, n) => $"r{n}={g:x}"));
}
