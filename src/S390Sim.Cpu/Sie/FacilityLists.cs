using System.Buffers.Binary;

namespace S390Sim.Cpu;

/// <summary>
/// The facility list that a host gives its guest, by <see cref="StateDescription.FacilityList"/>. In format 0 it has as many
/// doublewords as the machine's own; in format 2 a doubleword comes before it whose last byte is one less than their number.
/// </summary>
internal static unsafe class FacilityLists
{
    /// <summary>Most doublewords of a list.</summary>
    public const int MaximumLength = 256;

    private const uint Origin = 0x7FFF_FFF8, Format = 3, LengthFirst = 2;

    /// <summary>Whether the host gave the guest that runs a list.</summary>
    public static bool IsThere(CpuState* c) => IsValid(c->Processor.Storage, SieUnit.Block(c).FacilityList);

    /// <summary>Whether a designation is of a list: one that lies in storage, of a format that exists.</summary>
    public static bool IsValid(Storage storage, uint designation) => TryFind(storage, designation, out _, out _, out _);

    /// <summary>Copies the list of the level that runs; it has as many doublewords as are returned.</summary>
    /// <param name="c">The processor.</param>
    /// <param name="bytes">Room for <see cref="MaximumLength"/> doublewords.</param>
    public static int Copy(CpuState* c, Span<byte> bytes)
    {
        if (c->SieLevel != 0
            && TryFind(c->Processor.Storage, SieUnit.Block(c).FacilityList, out var first, out var length, out var isExact))
        {
            c->Processor.Storage.Read(first, length * 8).CopyTo(bytes);
            if (isExact) return length;
        }
        else
        {
            var own = c->Processor.Facilities.Doublewords;
            length = own.Length;
            for (var n = 0; n < length; n++) BinaryPrimitives.WriteUInt64BigEndian(bytes[(n * 8)..], own[n]);
        }
        while (length > 1 && BinaryPrimitives.ReadUInt64BigEndian(bytes[(length * 8 - 8)..]) == 0) length--;
        return length;
    }

    private static bool TryFind(Storage storage, uint designation, out ulong first, out int length, out bool isExact)
    {
        (first, length, isExact) = (designation & Origin, FacilitySet.DoublewordCount, false);
        if (designation == 0 || (designation & ~(Origin | Format)) != 0) return false;
        switch (designation & Format)
        {
            case 0:
                break;
            case LengthFirst when storage.Contains(first, 8):
                (length, isExact) = ((byte)storage.Read64(first) + 1, true);
                first += 8;
                break;
            default:
                return false;
        }
        return storage.Contains(first, (ulong)length * 8);
    }
}
