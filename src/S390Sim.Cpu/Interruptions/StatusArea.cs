using System.Buffers.Binary;

namespace S390Sim.Cpu;

/// <summary>Store status: a CPU's registers in the architected save areas (chapter 4, "Store Status").</summary>
internal static unsafe class StatusArea
{
    /// <summary>Offset of the save areas in the assigned storage.</summary>
    public const ulong Start = 0x1200;

    /// <summary>Stores the status of a stopped processor, save areas relative to an absolute address (the prefix).</summary>
    public static void Store(Processor processor, ulong origin)
    {
        StoreRegisters(processor, origin);
        var c = processor.State;
        processor.Storage.Write64(origin + 0x1300, c->Psw.Mask);
        processor.Storage.Write64(origin + 0x1308, c->PswAddress);
        Word(processor.Storage, origin + 0x1318, (uint)c->Prefix);
    }

    /// <summary>Stores what a machine-check interruption saves too: all but PSW and prefix.</summary>
    public static void StoreRegisters(Processor processor, ulong origin)
    {
        var c = processor.State;
        var storage = processor.Storage;
        for (var n = 0; n < 16; n++)
        {
            storage.Write64(origin + 0x1200 + (ulong)n * 8, c->Fpr(n));
            storage.Write64(origin + 0x1280 + (ulong)n * 8, c->Gr[n]);
            storage.Write64(origin + 0x1380 + (ulong)n * 8, c->Cr[n]);
            Word(storage, origin + 0x1340 + (ulong)n * 4, c->Ar[n]);
        }
        Word(storage, origin + 0x131C, c->Fpc);
        Word(storage, origin + 0x1324, c->TodProgrammable);
        storage.Write64(origin + 0x1328, processor.CpuTimer);
        storage.Write64(origin + 0x1330, c->ClockComparator >> 8);
    }

    private static void Word(Storage storage, ulong address, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        storage.Write(address, bytes);
    }
}
