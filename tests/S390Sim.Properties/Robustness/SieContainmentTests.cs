using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Properties.Robustness;

/// <summary>
/// What a guest does, its host's tables permit: no byte and no storage key outside of them changes, but for the state
/// description, what it designates, and the lowcore of a host that is interrupted.
/// </summary>
[Collection("fuzz")]
public sealed unsafe class SieContainmentTests : IDisposable
{
    private const ulong Block = 0x8000, ControlArea = 0xA000, Facilities = 0xC000;
    private const ulong SegmentTable = 0x2_0000, PageTable = 0x2_4000;
    // What the host keeps of its guest's keys lies behind its page table.
    private const ulong PageTableSize = 0x800, PageStatusEntries = PageTable + PageTableSize;
    private const ulong Origin = 0x20_0000, End = 0x30_0000;
    private const ulong HostMask = Psw.BasicAddressing | Psw.ExtendedAddressing;

    private const int Cases = 600;

    private readonly CpuBench _bench = new(FuzzLayout.Size);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Nothing_outside_of_the_hosts_tables_changes()
    {
        var bench = _bench;
        var random = new FuzzRandom(0x51E3, bench.Handlers);
        var before = new byte[FuzzLayout.Size];
        for (var n = 0; n < Cases; n++)
        {
            Build(random);
            Outside(0, FuzzLayout.Size).CopyTo(before);
            var keys = Keys();
            bench.State->Cr[1] = SegmentTable;
            bench.State->Gr[14] = Block;         // the guest changes the others
            bench.Run(Convert.FromHexString("B214E000" + "A7F4FFFE"), 80, HostMask);
            bench.Processor.Stop();
            bench.Processor.Run(bench.State->InstructionCount + 10);
            bench.Processor.IsStopped = false;
            foreach (var (from, to) in Forbidden)
                if (!Outside(from, to).SequenceEqual(before.AsSpan((int)from, (int)(to - from))))
                    Assert.Fail(Difference(n, before, from, to));
            Assert.Equal(keys, Keys());
        }
        // Guests were entered, and got somewhere.
        Assert.True(bench.Processor.Sie.Entries > Cases, $"{bench.Processor.Sie.Entries} entries");
        Assert.True(bench.State->InstructionCount > 20 * Cases, $"{bench.State->InstructionCount} instructions");
    }

    private static readonly (ulong From, ulong To)[] Forbidden =
    [
        (0x2000, Block), (Block + 0x200, ControlArea), (ControlArea + 0x1000, CpuBench.CodeAddress),
        (CpuBench.CodeAddress + 8, PageStatusEntries), (PageStatusEntries + PageTableSize, Origin),
        (Origin + 0x2000, Origin + 0x3000), (Origin + 0x4000, Origin + 0x5000), (End, FuzzLayout.Size),
    ];

    private string Difference(int n, byte[] before, ulong from, ulong to)
    {
        var at = from + (ulong)Outside(from, to).CommonPrefixLength(before.AsSpan((int)from, (int)(to - from)));
        var block = new StateDescription(_bench.Storage.Base + Block);
        return $"case {n}: the byte at {at:x} is {_bench.Storage.Read(at, 1)[0]:x2}; "
            + $"interception {block.InterceptionCode:x2} {block.Ipa:x4} {block.Ipb:x8}, PSW {block.PswMask:x16} {block.PswAddress:x}, "
            + $"origin {block.MainStorageOrigin:x}, limit {block.MainStorageLimit:x}";
    }

    private Span<byte> Outside(ulong from, ulong to) => new(_bench.Storage.Base + from, (int)(to - from));

    private byte[] Keys()
        => [.. Enumerable.Range(0, (int)(FuzzLayout.Size >> 12)).Select(p => (ulong)p << 12)
            .Where(p => p is >= 0x2_0000 and < Origin or >= End).Select(p => (byte)(_bench.Storage.Key(p) & 0xF8))];

    private void Build(FuzzRandom random)
    {
        var storage = _bench.Storage;
        foreach (ref var item in Outside(0x2000, FuzzLayout.Size)) item = 0;
        for (ulong n = 0; n < 512; n++) storage.Write64(SegmentTable + n * 8, n == 2 ? PageTable : 0x20);
        // The guest has its megabyte but for a page that is missing and one that is protected.
        for (ulong n = 0; n < 256; n++)
            storage.Write64(PageTable + n * 8, (Origin + (n << 12)) | (n == 2 ? 0x400UL : n == 4 ? 0x200UL : 0));
        BuildGuest(random);
        _bench.Processor.PurgeAll();
    }

    private void BuildGuest(FuzzRandom random)
    {
        var storage = _bench.Storage;
        StateDescriptionTests.Fill(storage, Block, random);
        var block = new StateDescription(storage.Base + Block);
        StateDescriptionTests.MakeMostlyValid(block, random);
        block.CpuFlags = SieFlags.ZArchitecture | (random.OneIn(2) ? SieFlags.GuestEnhancedDat : SieFlags.GuestEnhancedDat2)
            | (random.OneIn(4) ? SieFlags.StorageLimitSuppression : 0);
        var isUnlimited = (block.CpuFlags & SieFlags.StorageLimitSuppression) != 0;
        block.MainStorageOrigin = isUnlimited || !random.OneIn(8) ? Origin : random.Next();
        block.MainStorageLimit = random.OneIn(4) ? random.Next() : Origin;
        block.Prefix = isUnlimited ? (uint)Origin + 0x1_0000 : (uint)random.Below(0x80) << 13;
        // What the host designates is its own affair: an area with this CPU alone.
        (block.ScaOriginHigh, block.ScaOriginLow, block.Gisa) = (0, random.OneIn(2) ? 0 : (uint)ControlArea, 0);
        block.Ecb2 &= unchecked((byte)~ExecutionControlsB2.ExtendedSca);
        storage.Write64(ControlArea + 0x30, 1UL << 63);
        storage.Write64(ControlArea + 0x48, Block);
        block.FacilityList = (uint)Facilities;
        (block.CryptoBlock, block.TransactionBlock, block.VectorArea, block.Extension) = (0, 0, 0, 0);
        (block.Ecb3, block.Ecd, block.CollaborativeMemory) = (0, 0, 0);
        block.Ecb &= unchecked((byte)~ExecutionControlsB.GuardedStorage);
        block.Eca &= ~ExecutionControlsA.Crypto;
        block.PswMask = random.PswMask(wild: false) & ~Psw.Dat | (random.OneIn(3) ? Psw.Dat : 0);
        var code = 0x1_0000 + ((ulong)random.Below(0x80) << 12) + (ulong)random.Below(0x7F0) * 2;
        block.PswAddress = isUnlimited ? Origin + code : code;
        for (ulong at = 0; at < 96; at += 6) storage.Write64(Origin + code + at, random.Instruction());
        for (var register = 0; register < 16; register++)
            _bench.State->Gr[register] = random.OneIn(2) ? (ulong)random.Below((int)(End - Origin)) : random.Value();
        // Interruptions of the guest lead to where it goes on.
        var lowcore = Origin + (block.Prefix & 0xF_E000);
        for (ulong psw = 0x1A0; psw < 0x200; psw += 16)
        {
            storage.Write64(lowcore + psw, block.PswMask & ~Psw.Dat);
            storage.Write64(lowcore + psw + 8, block.PswAddress + (ulong)random.Below(40) * 2);
        }
    }
}
