using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.Engine;

/// <summary>A bench whose programs are given in hexadecimal, with address spaces to build.</summary>
internal sealed unsafe class EngineBench : IDisposable
{
    public const ulong Code = CpuBench.CodeAddress, Data = 0x40000;
    public const ulong Mask64 = CpuBench.SupervisorMask, Mask31 = Psw.BasicAddressing, Dat64 = Mask64 | Psw.Dat;
    public const ulong Segments = 0x20000, Pages = 0x28000, Thirds = 0x30000, Seconds = 0x34000, Firsts = 0x38000;

    private readonly CpuBench _bench = new();

    public CpuState* C => _bench.State;
    public Processor Processor => _bench.Processor;
    public Storage Storage => _bench.Storage;
    public Lowcore Lowcore => _bench.Lowcore;
    public Psw Old => _bench.ProgramOld;

    /// <summary>Puts a program at an address and runs so many instructions of it.</summary>
    public StopReason Run(string hex, int instructions = 1, ulong mask = Mask64, ulong at = Code)
    {
        Put(at, hex);
        return Go(at, instructions, mask);
    }

    public StopReason Go(ulong at, int instructions, ulong mask = Mask64)
    {
        C->LoadPsw(new Psw(mask, at));
        return Processor.Run(C->InstructionCount + (ulong)instructions);
    }

    public void Put(ulong at, string hex) => Storage.Write(at, Convert.FromHexString(hex.Replace(" ", "")));

    /// <summary>A new PSW: a disabled wait at an address that names it.</summary>
    public void NewPsw(int offset, ulong address, ulong mask = Mask64 | Psw.Wait)
    {
        Storage.Write64((ulong)offset, mask);
        Storage.Write64((ulong)offset + 8, address);
    }

    /// <summary>"code ilc old-address": of the last program interruption.</summary>
    public string Interruption => $"{Lowcore.ProgramInterruptionCode:x} {Lowcore.ProgramIlc} {Old.Address:x}";

    /// <summary>4 MB mapped to themselves, by segment tables and by tables of every higher level.</summary>
    public void BuildSpaces()
    {
        for (ulong n = 0; n < 2048; n++)
        {
            Storage.Write64(Segments + n * 8, n < 4 ? Pages + n * 0x800 : 0x20);
            Storage.Write64(Thirds + n * 8, n == 0 ? Segments | 0x3 | 0x4 : 0x24);
            Storage.Write64(Seconds + n * 8, n == 0 ? Thirds | 0x3 | 0x8 : 0x28);
            Storage.Write64(Firsts + n * 8, n == 0 ? Seconds | 0x3 | 0xC : 0x2C);
        }
        for (ulong page = 0; page < 1024; page++) Storage.Write64(Pages + page * 8, page << 12);
        // Region- and segment-table types are in the entries' own bits.
        Storage.Write64(Thirds, Segments | 0x7);
        Storage.Write64(Seconds, Thirds | 0xB);
        Storage.Write64(Firsts, Seconds | 0xF);
        C->Cr[1] = C->Cr[7] = C->Cr[13] = Segments | 0x3;
        C->PurgeTlb();
    }

    public static ulong PageEntry(ulong address) => Pages + (address >> 12) * 8;

    public void Dispose() => _bench.Dispose();
}
