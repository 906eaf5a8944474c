using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.AddressSpaces;

/// <summary>
/// The same cases as a guest under SIE, none of whose storage but the prefix area the host has mapped: every table, stack entry
/// and operand that is not there ends in a host fault, is mapped, and the instruction is executed again as if nothing had been.
/// </summary>
public sealed class GuestTests
{
    private const ulong HostSegments = 0x200000, HostPages = 0x201000, Block = 0x300000;
    private const ulong Invalid = 0x400;

    [Fact]
    public void Host_faults_leave_no_trace()
    {
        var faults = 0;
        foreach (var c in SpaceCases.All)
        {
            var alone = HerculesTests.Outcome(c);
            var guest = Run(c, ref faults);
            Assert.True(alone == guest, $"{c.Name}\nalone:\n{alone}\nguest:\n{guest}");
        }
        Assert.True(faults > 3000, $"only {faults} faults");
    }

    private static unsafe string Run(SpaceCase c, ref int faults)
    {
        var image = HerculesTests.Image(c);
        var bytes = image.Finish();
        using var bench = new CpuBench(4 << 20, HerculesTests.Facilities);
        var storage = bench.Storage;
        storage.Write(0, bytes);
        BuildHost(storage);
        var block = new StateDescription(storage.Base + Block)
        {
            CpuFlags = SieFlags.ZArchitecture,
            MainStorageLimit = 0xF_FFFF,
            Ecb = 0x08,
            Ecb2 = ExecutionControlsB2.BypassStatus,    // its page table has no PGSTEs
            Eca = 0x2000,
            PswMask = image.Get64(0x1A0),
            PswAddress = image.Get64(0x1A8),
        };
        storage.Write64(Block + 0x100, 0xE0);
        storage.Write64(Block + 0x100 + 14 * 8, 0xC200_0000);
        bench.State->Cr[1] = HostSegments;
        bench.State->PurgeTlb();
        for (var entries = 0; entries < 200; entries++)
        {
            Assert.True(bench.Processor.Sie.Enter(bench.State, Block));
            var reason = bench.Processor.Run(bench.State->InstructionCount + 1000);
            var address = bench.State->HostFault.Address;
            bench.Processor.Sie.Leave(bench.State);
            // TEST PROTECTION of a page that is not there comes out as an instruction.
            var isTest = reason == StopReason.Interception && block.InterceptionCode == (byte)Interception.Instruction && block.Ipa == 0xE501;
            if (isTest) block.PswAddress -= 6;
            if (reason == StopReason.HostFault || isTest)
            {
                faults++;
                Map(storage, address);
                bench.Processor.PurgeAll();
                continue;
            }
            Assert.Equal(StopReason.Interception, reason);
            if (block.InterceptionCode == (byte)Interception.Wait)
            {
                var after = new ReadOnlySpan<byte>(storage.Base, SpaceImage.Size);
                return HerculesTests.Text(c.Name, SpaceOutcomes.Changes(bytes, after));
            }
            Inject(bench, block);
        }
        return "no end";
    }

    private static void BuildHost(Storage storage)
    {
        for (ulong n = 0; n < 512; n++) storage.Write64(HostSegments + n * 8, n == 0 ? HostPages : 0x20);
        for (ulong n = 0; n < 256; n++) storage.Write64(HostPages + n * 8, (n << 12) | (n < 2 ? 0 : Invalid));
    }

    private static void Map(Storage storage, ulong address)
        => storage.Write64(HostPages + (address >> 12) * 8, address & ~0xFFFUL);

    // A program interruption that SIE leaves to the host is presented to the guest.
    private static unsafe void Inject(CpuBench bench, StateDescription block)
    {
        Assert.Equal((byte)Interception.Program, block.InterceptionCode);
        var fault = new ProgramFault
        {
            Code = (ProgramCode)block.ProgramCode,
            TranslationException = block.TranslationException,
            ExceptionAccess = block.ExceptionAccess,
        };
        bench.Processor.Sie.EnterView(bench.State, Block);
        var address = bench.State->PswAddress;
        Assert.True(SieUnit.Inject(bench.State, fault, block.ProgramIlc, address, address));
        bench.Processor.Sie.Leave(bench.State);
    }
}
