using S390Sim.Cpu;

namespace S390Sim.Properties.Robustness;

/// <summary>A program of the bare machine that executes SIE with anything for a state description, anywhere.</summary>
[Collection("fuzz")]
public sealed unsafe class SieProgramTests
{
    private const ulong Program = 0x9000, HostMask = Psw.BasicAddressing | Psw.ExtendedAddressing;

    // SIE 0(2), and again
    private static readonly byte[] s_program = Convert.FromHexString("B2142000" + "A7F4FFFE");
    // The same as the target of an EXECUTE RELATIVE LONG.
    private static readonly byte[] s_executed
        = Convert.FromHexString("C60000000008" + "A7F4FFFD" + "00000000" + "0000" + "B2142000");

    /// <summary>Where a state description hurts: in code and tables of its guest and its host, at the end of storage.</summary>
    private static readonly ulong[] s_places =
    [
        0x8000, 0x8200, Program & ~0x1FFUL, 0x10000, 0x12E00, FuzzLayout.SegmentTable, FuzzLayout.PageTables + 0x200,
        FuzzLayout.Fib, FuzzLayout.Handler & ~0x1FFUL, FuzzLayout.Size - 0x200,
    ];

    [Fact]
    public void Random_state_descriptions_anywhere()
    {
        using var target = new BareTarget(cpus: 2);
        var random = new FuzzRandom(0x51E2, target.Processor.Handlers);
        var c = target.Processor.State;
        for (var n = 0; n < 20_000; n++)
        {
            if (n % 128 == 0) Prepare(target, random);
            var block = s_places[random.Below(s_places.Length)];
            StateDescriptionTests.Fill(target.Processor.Storage, block, random);
            Run(target, random, block);
            Assert.Null(target.Damage());
            Assert.Equal((0xE0UL, 0UL, 0x14UL, 0x15UL), (c->Cr[0], c->TodEpoch, c->Gr[14], c->Gr[15]));
        }
        Assert.InRange(target.Processors.Aggregate(0UL, (sum, p) => sum + p.Sie.Entries), 5_000UL, 1_000_000UL);
    }

    private static void Prepare(BareTarget target, FuzzRandom random)
    {
        Span<byte> zeros = stackalloc byte[Storage.PageSize];
        zeros.Clear();
        for (ulong page = 0; page < FuzzLayout.Size; page += Storage.PageSize) target.Storage.TryWrite(page, zeros);
        FuzzLayout.BuildTables(target.Storage, random);
        FuzzLayout.BuildBlocks(target.Storage, random, 0);
    }

    private static void Run(BareTarget target, FuzzRandom random, ulong block)
    {
        target.Storage.TryWrite(Program, random.OneIn(3) ? s_executed : s_program);
        // Every interruption of the host ends in a disabled wait.
        for (ulong psw = 0x1A0; psw < 0x200; psw += 16)
        {
            FuzzLayout.Put(target.Storage, psw, HostMask | Psw.Wait);
            FuzzLayout.Put(target.Storage, psw + 8, 0xFFF);
        }
        for (var register = 0; register < 16; register++)
        {
            target.SetGr(register, random.Value());
            target.SetCr(register, register == 0 ? 0xE0 : random.ControlRegister(register, wild: true));
        }
        target.SetOthers(random);
        target.SetGr(2, random.OneIn(12) ? random.Value() : block);
        target.SetGr(14, 0x14);
        target.SetGr(15, 0x15);
        target.Start(new Psw(HostMask | (random.OneIn(4) ? Psw.External | Psw.Io : 0), Program));
        target.Run(60);
        foreach (var processor in target.Processors) processor.Stop();
        target.Run(60);
    }
}
