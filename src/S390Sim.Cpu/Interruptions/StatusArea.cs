using System.Buffers.Binary;

namespace S390Sim.Cpu;

/// <summary>Store status: a CPU's registers in the architected save areas (chapter 4, "Store Status").</summary>
public static unsafe class StatusArea
{
    /// <summary>Offset of the save areas in the assigned storage, and their absolute address for stop and store status.</summary>
    public const ulong Start = 0x1200;
    /// <summary>Bytes of the save areas.</summary>
    public const int Length = 512;

    // Store-status architectural-mode identification, at absolute 163: one says z/Architecture.
    private const ulong ModeIdentification = 0xA3;

    private const int FloatingPoint = 0x000, General = 0x080, ProgramStatus = 0x100, PrefixWord = 0x118, FloatingControl = 0x11C,
        Programmable = 0x124, Timer = 0x128, Comparator = 0x130, Access = 0x140, Control = 0x180;

    /// <summary>Fills the areas with the registers of the level that runs; locations between them keep what the span holds.</summary>
    public static void Fill(CpuState* c, Span<byte> area)
    {
        FillRegisters(c, area);
        BinaryPrimitives.WriteUInt64BigEndian(area[ProgramStatus..], c->Psw.Mask);
        BinaryPrimitives.WriteUInt64BigEndian(area[(ProgramStatus + 8)..], c->PswAddress);
        BinaryPrimitives.WriteUInt32BigEndian(area[PrefixWord..], (uint)c->Prefix);
    }

    /// <summary>Fills what a machine-check interruption saves too: all but PSW and prefix.</summary>
    public static void FillRegisters(CpuState* c, Span<byte> area)
    {
        for (var n = 0; n < 16; n++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(area[(FloatingPoint + n * 8)..], c->Fpr(n));
            BinaryPrimitives.WriteUInt64BigEndian(area[(General + n * 8)..], c->Gr[n]);
            BinaryPrimitives.WriteUInt64BigEndian(area[(Control + n * 8)..], c->Cr[n]);
            BinaryPrimitives.WriteUInt32BigEndian(area[(Access + n * 4)..], c->Ar[n]);
        }
        BinaryPrimitives.WriteUInt32BigEndian(area[FloatingControl..], c->Fpc);
        BinaryPrimitives.WriteUInt32BigEndian(area[Programmable..], c->TodProgrammable);
        BinaryPrimitives.WriteUInt64BigEndian(area[Timer..], c->Processor.CpuTimer);
        BinaryPrimitives.WriteUInt64BigEndian(area[Comparator..], c->ClockComparator >> 8);
    }

    // What of the areas is stored; the locations between are not changed.
    private static readonly (int Offset, int Length)[] s_pieces =
    [
        (FloatingPoint, ProgramStatus + 16), (PrefixWord, 8), (Programmable, Access + 64 - Programmable), (Control, 128),
    ];

    /// <summary>Stores filled areas at an absolute address; at 4608 also what architectural mode they are of.</summary>
    public static void Store(IAbsoluteStorage storage, ReadOnlySpan<byte> area, ulong address)
    {
        foreach (var (offset, length) in s_pieces) storage.TryWrite(address + (ulong)offset, area.Slice(offset, length));
        if (address == Start) storage.TryWrite(ModeIdentification, [1]);
    }
}
