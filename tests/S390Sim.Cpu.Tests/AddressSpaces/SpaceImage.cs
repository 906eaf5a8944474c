using System.Buffers.Binary;

namespace S390Sim.Tests.AddressSpaces;

/// <summary>
/// A megabyte of storage with everything that address spaces need, which any z/Architecture machine runs from its restart-new
/// PSW: a prologue loads the registers and starts the code of a case; every program interruption ends in an epilogue that
/// stores the registers and waits. What has changed then is the outcome.
/// </summary>
internal sealed class SpaceImage
{
    public const int Size = 0x100000;
    public const ulong Mask64 = 0x1_8000_0000, Mask31 = 0x8000_0000, Dat = 1UL << 58, Problem = 1UL << 48;
    public const ulong Primary = Dat, Secondary = Dat | (2UL << 46), AccessRegister = Dat | (1UL << 46), Home = Dat | (3UL << 46);

    public const uint Code = 0x10000, Setup = 0x18000, Aft = 0x30000, Ast = 0x31000, Authority = 0x32000, Duct = 0x33000,
        DuList = 0x33800, PsList = 0x34000, LinkageTable = 0x36000, EntryTable = 0x37000, LinkageFirst = 0x38000,
        LinkageSecond = 0x38100, TraceTable = 0x3A000, Operand = 0x3C000, TrapBlock = 0x3D000;

    /// <summary>A window of 64 KB, other storage in each space; all else is the same.</summary>
    public const uint Window = 0x80000;
    /// <summary>The linkage stack's header entry, in the window of the home space.</summary>
    public const uint Stack = 0x88000;
    /// <summary>Number, and ASN, of the home space.</summary>
    public const int HomeSpace = 4;

    private const int Registers = 0x800, Results = 0xA00, Prologue = 0x400, Epilogue = 0x700;
    private const uint Tables = 0x20000;

    private readonly byte[] _bytes = new byte[Size];

    public SpaceImage()
    {
        Put64(0x1A0, Mask64);
        Put64(0x1A8, Prologue);
        Put64(0x1D0, Mask64);
        Put64(0x1D8, Epilogue);
        // lctlg 0,15,0x800; ptlb; palb; bras 14 to the case's own setup; lam 0,15; lmg 0,15; lpswe 0x940.
        PutHex(Prologue, "EB0F0800002F B20D0000 B2480000 C0E50000BDF9 9A0F0900 EB0F08800004 B2B20940");
        // stmg 0,15; stam 0,15; stctg 0,15; lpswe 0xBF0, a disabled wait.
        PutHex(Epilogue, "EB0F0A000024 9B0F0A80 EB0F0B000025 B2B20BF0");
        Put64(0xBF0, Mask64 | (1UL << 49));
        Put64(0xBF8, 0xED);
        PutHex(Setup, "07FE");
        for (var space = 0; space <= HomeSpace; space++) PutSpace(space);
        PutTables();
        Start(Primary | Mask64);
        Cr(0, 0xE0 | (1UL << 26) | (1UL << 27));
        Cr(1, Asce(1));
        Cr(2, Duct);
        Cr(3, 0xFFFF_0002);
        Cr(4, 0x0001_0001);
        Cr(5, Aste(1));
        Cr(7, Asce(2));
        Cr(8, 0x0005_0000);
        Cr(13, Asce(HomeSpace));
        Cr(14, 0x0008_0000 | (Aft >> 12));
        Cr(15, Stack + 8);
        for (var n = 0; n < 16; n++)
        {
            Gr(n, 0x0101_0101_0101_0101UL * (ulong)n + 0x1000_0000_0000_0000);
            Ar(n, 0);
        }
    }

    private void PutSpace(int space)
    {
        var segments = Tables + (uint)space * 0x2000;
        for (uint n = 0; n < 512; n++) Put64(segments + n * 8, n == 0 ? segments + 0x1000 : 0x20);
        for (uint page = 0; page < 256; page++)
        {
            var frame = page is >= 0x80 and < 0x90 ? page + (uint)space * 0x10 : page;
            Put64(segments + 0x1000 + page * 8, frame << 12);
        }
        for (uint n = 0; n < 16; n++) Put64(WindowFrame(space) + n * 0x1000, 0xF000_0000_0000_0000 | ((ulong)space << 32) | n);
    }

    private void PutTables()
    {
        Put32(Aft, Ast);
        for (uint n = 1; n < 1024; n++) Put32(Aft + n * 4, 0x8000_0000);
        for (uint asn = 0; asn < 64; asn++)
        {
            var aste = Aste((int)asn);
            if (asn > HomeSpace) Put32(aste, 0x8000_0000);
            else
            {
                Put32(aste, Authority);
                Put32(aste + 4, (asn << 16) | 0x00F0);
                Put64(aste + 8, Asce((int)asn));
                Put32(aste + 16, PsList | 1);
                Put32(aste + 20, 0x100 + asn);
                Put32(aste + 24, 0x8000_0000 | LinkageTable);
                Put32(aste + 44, 0x1000 + asn);
            }
        }
        for (uint n = 0; n < 0x400; n++) _bytes[Authority + n] = 0xFF;
        Put32(Duct, Aste(1));
        Put32(Duct + 16, DuList | 1);
        for (uint n = 0; n < 16; n++)
        {
            Put32(DuList + n * 16, 0x8000_0000);
            Put32(PsList + n * 16, 0x8000_0000);
        }
        PutAle(DuList, 2, 2, 0);
        PutAle(DuList, 3, 3, 7);
        PutAle(PsList, 2, 3, 9);
        for (uint n = 0; n < 64; n++) Put32(LinkageTable + n * 4, n == 1 ? EntryTable | 3 : 0x8000_0000);
        Put32(LinkageFirst, LinkageSecond);
        for (uint n = 1; n < 64; n++) Put32(LinkageFirst + n * 4, 0x8000_0000);
        for (uint n = 0; n < 32; n++) Put32(LinkageSecond + n * 8, n == 1 ? EntryTable | 3 : 0x8000_0000);
        PutStack(Stack, 0x800);
    }

    public static uint Aste(int asn) => Ast + (uint)asn * 64;
    public static ulong Asce(int space) => Tables + (uint)space * 0x2000;
    /// <summary>Real address of the window of a space.</summary>
    public static uint WindowFrame(int space) => Window + (uint)space * 0x10000;
    /// <summary>Real address of an address in the window of a space.</summary>
    public static uint In(int space, uint address) => address - Window + WindowFrame(space);

    /// <summary>Real address of the page-table entry of an address in a space.</summary>
    public static uint PageEntry(int space, uint address) => Tables + (uint)space * 0x2000 + 0x1000 + (address >> 12) * 8;

    /// <summary>An access-list entry: flags 0x80 invalid, 0x02 fetch only, 0x01 private.</summary>
    public void PutAle(uint list, int number, int asn, byte sequence, byte flags = 0, ushort aleax = 0)
    {
        var place = list + (uint)number * 16;
        Put32(place, ((uint)flags << 24) | ((uint)sequence << 16) | aleax);
        Put32(place + 8, Aste(asn));
        Put32(place + 12, 0x100 + (uint)asn);
    }

    /// <summary>An entry-table entry with ASN zero or one whose ASTE it designates.</summary>
    public void PutEntry(
        int index, uint address, uint options, int asn = 0, ushort akm = 0xFFFF, ushort ekm = 0, ushort eeax = 0)
    {
        var place = EntryTable + (uint)index * 32;
        Put64(place, address);
        Put32(place + 8, ((uint)akm << 16) | (uint)asn);
        Put32(place + 12, (uint)ekm << 16);
        Put32(place + 16, options | eeax);
        Put32(place + 20, asn == 0 ? 0 : Aste(asn));
        Put64(place + 24, 0xE0E1_E2E3_E4E5_E6E7);
    }

    /// <summary>A linkage-stack section in the home space with so many bytes free, and no next one.</summary>
    public void PutStack(uint address, uint free)
    {
        var place = In(HomeSpace, address);
        Put64(place, 0);
        Put64(place + 8, 0x0955_0000_0000_0000 | ((ulong)free << 32));
        Put64(place + 16 + free, 0);
        Put64(place + 24 + free, 0x0A55_0000_0000_0000);
    }

    public void Start(ulong mask, ulong address = Code)
    {
        Put64(0x940, mask);
        Put64(0x948, address);
    }

    public void Cr(int number, ulong value) => Put64((uint)(Registers + number * 8), value);

    public void OrCr(int number, ulong value)
    {
        var place = (uint)(Registers + number * 8);
        Put64(place, Get64(place) | value);
    }

    public void Gr(int number, ulong value) => Put64((uint)(Registers + 0x80 + number * 8), value);
    public void Ar(int number, uint value) => Put32((uint)(Registers + 0x100 + number * 4), value);

    public void Put64(uint address, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan((int)address), value);
    public void Put32(uint address, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan((int)address), value);
    public void Or32(uint address, uint value) => Put32(address, Get32(address) | value);
    public ulong Get64(uint address) => BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan((int)address));
    public uint Get32(uint address) => BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan((int)address));
    public void PutHex(uint address, string hex) => Convert.FromHexString(hex.Replace(" ", "")).CopyTo(_bytes, address);

    /// <summary>The finished image. Results are what the registers were loaded with, so that only changes show.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        _bytes.AsSpan(Registers + 0x80, 0xC0).CopyTo(_bytes.AsSpan(Results));
        _bytes.AsSpan(Registers, 0x80).CopyTo(_bytes.AsSpan(Results + 0x100));
        return _bytes;
    }
}
