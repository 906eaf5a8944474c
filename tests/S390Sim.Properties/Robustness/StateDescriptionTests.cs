using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Properties.Robustness;

/// <summary>SIE entered with anything for a state description, over anything for a host's translation.</summary>
[Collection("fuzz")]
public sealed unsafe class StateDescriptionTests
{
    private const ulong Block = 0x8000;

    [Fact]
    public void Random_state_descriptions()
    {
        using var bench = new CpuBench(FuzzLayout.Size);
        var random = new FuzzRandom(0x51E, bench.Handlers);
        var c = bench.State;
        var entered = 0;
        for (var n = 0; n < 60_000; n++)
        {
            if (n % 256 == 0) FuzzLayout.BuildTables(bench.Storage, random);
            Fill(bench.Storage, Block, random);
            for (var register = 0; register < 16; register++) c->Gr[register] = random.Value();
            c->Cr[1] = random.ControlRegister(1, wild: true);
            c->Cr[0] = 0xE0;
            if (!bench.Processor.Sie.Enter(c, Block))
            {
                Assert.Equal((byte)Interception.Validity, new StateDescription(bench.Storage.Base + Block).InterceptionCode);
                continue;
            }
            entered++;
            bench.Processor.Run(c->InstructionCount + 20);
            bench.Processor.Sie.Leave(c);
            Assert.Equal((0, 0UL, 0xE0UL, 0UL), (c->SieLevel, c->Prefix, c->Cr[0], c->TodEpoch));
        }
        Assert.InRange(entered, 2_000, 60_000);
    }

    /// <summary>A state description of random bytes, often made such that a guest gets somewhere, and code at its PSW.</summary>
    internal static void Fill(Storage storage, ulong at, FuzzRandom random)
    {
        Span<byte> bytes = stackalloc byte[0x200];
        foreach (ref var item in bytes) item = random.OneIn(3) ? (byte)random.Next() : (byte)0;
        storage.Write(at, bytes);
        var address = FuzzLayout.CodeAddress(random);
        var block = new StateDescription(storage.Base + at);
        if (!random.OneIn(8)) block.CpuFlags |= SieFlags.ZArchitecture;
        if (!random.OneIn(3)) block.CpuFlags &= ~(SieFlags.StopRequest | SieFlags.IoRequest | SieFlags.ExternalRequest);
        if (!random.OneIn(8)) MakeMostlyValid(block, random);
        if (random.OneIn(2)) block.MainStorageOrigin = (ulong)random.Below(4) << 20;
        if (random.OneIn(2)) block.MainStorageLimit = (ulong)random.Below(5) << 20;
        if (random.OneIn(2)) block.Prefix = (uint)random.Below(0x200) << 13;
        if (!random.OneIn(4)) (block.PswMask, block.PswAddress) = (random.PswMask(wild: true), address);
        for (var register = 0; register < 16; register++)
            storage.Write64(at + 0x100 + (ulong)register * 8, random.ControlRegister(register, wild: true));
        for (ulong offset = 0; offset < 12; offset += 6)
            if (address + offset + 8 <= FuzzLayout.Size) storage.Write64(address + offset, random.Instruction());
    }

    /// <summary>Takes away what would seldom let a guest run.</summary>
    internal static void MakeMostlyValid(StateDescription block, FuzzRandom random)
    {
        block.CpuFlags &= ~(SieFlags.RegionRelocate | SieFlags.StorageLevelV | SieFlags.StorageLevelR | SieFlags.MultipleDataSpaces
            | SieFlags.Preferred | (random.OneIn(2) ? SieFlags.GuestEnhancedDat : SieFlags.GuestEnhancedDat2));
        (block.Format, block.Zone) = (0, 0);
        block.ScaOriginHigh = 0;
        block.ScaOriginLow = Designation(random, 0x7C0);
        block.FacilityList = Designation(random, 0xFF8);
        block.CryptoBlock = Designation(random, 0xF00) | (uint)random.Below(4);
        block.TransactionBlock = Designation(random, 0xF00);
        block.VectorArea = Designation(random, 0xE00);
        block.InstrumentationBlock = Designation(random, 0xFC0);
        block.Extension = Designation(random, 0xF00) + (ulong)(6 + random.Below(3));
    }

    private static uint Designation(FuzzRandom random, uint inPage)
        => random.OneIn(2) ? 0 : ((uint)random.Below((int)(FuzzLayout.Size >> 12)) << 12) + (random.OneIn(2) ? inPage : 0);
}
