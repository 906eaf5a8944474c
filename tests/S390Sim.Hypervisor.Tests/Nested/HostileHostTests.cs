using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Nested;

/// <summary>
/// Guests that are hosts of nonsense: random state descriptions, tables that lead anywhere or to themselves, blocks that change
/// while they run. Each run ends, nothing stays pinned, and another guest of the machine sees nothing of it.
/// </summary>
public sealed class HostileHostTests
{
    private const ulong GuestSize = 1 << 20;
    private const int Rounds = 300, Turns = 6, Blocks = 8;

    [Fact]
    public void NothingComesOfNonsense()
    {
        using var level = new KvmLevel(new("lent", GuestSize, HostSize: 16 << 20)
        {
            OffersNesting = true,
            Cpus = 2,
            HasNeighbour = true,
        });
        var bench = level.Bench;
        var neighbour = bench.Neighbour!.Memory;
        var marks = new byte[1 << 20];
        new Random(1).NextBytes(marks);
        Assert.True(neighbour.TryWrite(0, marks));
        var (random, pins) = (new Random(20_25), bench.Frames.TotalPins());
        for (var n = 0; n < Rounds; n++)
        {
            var blocks = Fill(level, random);
            foreach (var cpu in bench.Machine.Cpus)
            {
                cpu.SetCr(1, Asce(random));
                cpu.SetCr(0, random.Next(2) == 0 ? 0xE0 : 0xE0 | 1UL << 23);
                cpu.SetGr(2, random.Next(8) == 0 ? (ulong)random.NextInt64() : blocks[random.Next(Blocks)]);
                cpu.Start();
                cpu.Psw = new Psw(HostLevel.Mask, HypervisorBench.CodeAddress);
            }
            // SIE, for ever.
            level.Write(HypervisorBench.CodeAddress, [0xB2, 0x14, 0x20, 0x00, 0xA7, 0xF4, 0xFF, 0xFE]);
            for (var turn = 0; turn < Turns; turn++)
            {
                foreach (var cpu in bench.Machine.Cpus)
                {
                    if (!cpu.IsStopped) cpu.Run(KvmLevel.CountOf(cpu) + 40);
                    // Both may have one block, or one the other's tables.
                    if (random.Next(3) == 0) level.Write(blocks[random.Next(Blocks)], Description(random));
                }
            }
            foreach (var cpu in bench.Machine.Cpus) cpu.InitialCpuReset();
            Assert.Equal((pins, 0UL), (bench.Frames.TotalPins(), bench.Machine.Pinner.Held));
        }
        Assert.True(bench.Machine.NestedStarts > 2 * Rounds, $"only {bench.Machine.NestedStarts} were taken up");
        var exits = bench.Machine.NestedExits;
        Assert.True(exits.HostFaults > Rounds, $"only {exits.HostFaults} faults");
        var after = new byte[marks.Length];
        Assert.True(neighbour.TryRead(0, after));
        Assert.True(marks.AsSpan().SequenceEqual(after));
        bench.Neighbour.Dispose();
        bench.Machine.Dispose();
        Assert.Equal(0UL, bench.Frames.InUse);
    }

    // Storage full of entries that mostly lead somewhere, and of blocks: the last one ends where storage does.
    private static ulong[] Fill(HostLevel level, Random random)
    {
        var page = new byte[0x4000];
        for (var n = 0; n < 4; n++)
        {
            for (var at = 0; at < page.Length; at += 8) BinaryPrimitives.WriteUInt64BigEndian(page.AsSpan(at), Entry(random));
            level.Write((ulong)random.Next(1, (int)GuestSize / 0x4000) * 0x4000, page);
        }
        var blocks = new ulong[Blocks];
        for (var n = 0; n < Blocks; n++)
        {
            blocks[n] = n == 0 ? GuestSize - StateDescription.Size : (ulong)random.Next((int)GuestSize / 0x200) * 0x200;
            level.Write(blocks[n], Description(random));
        }
        level.Write64(HypervisorBench.EndPsw, HostLevel.Mask | Psw.Wait);
        level.Write64(HypervisorBench.EndPsw + 8, HypervisorBench.EndAddress);
        level.Write64((ulong)Lowcore.ProgramNewMaskOffset, HostLevel.Mask | Psw.Wait);
        level.Write64((ulong)Lowcore.ProgramNewMaskOffset + 8, HypervisorBench.ProgramNewAddress);
        return blocks;
    }

    private static ulong Entry(Random random) => random.Next(8) switch
    {
        0 => (ulong)random.NextInt64(),
        1 => (ulong)random.NextInt64() << 1 & ~0xFFFUL,
        _ => (ulong)random.Next((int)GuestSize / 0x800) * 0x800
            | (uint)(random.Next(4) == 0 ? random.Next(0x800) : random.Next(4) * 4 + 3),
    };

    private static ulong Asce(Random random) => random.Next(4) switch
    {
        0 => 0x20,
        1 => (ulong)random.NextInt64(),
        _ => (ulong)random.Next((int)GuestSize / 0x1000) * 0x1000 | (uint)(random.Next(4) * 4 + random.Next(4)),
    };

    // All random, or what could run but for some of its fields.
    private static unsafe byte[] Description(Random random)
    {
        var bytes = new byte[0x200];
        random.NextBytes(bytes);
        if (random.Next(5) == 0) return bytes;
        fixed (byte* p = bytes)
        {
            var sd = new StateDescription(p);
            sd.CpuFlags = (sd.CpuFlags & 0x0000_06F1) | SieFlags.ZArchitecture;
            if (random.Next(2) == 0) sd.CpuFlags |= SieFlags.StorageLimitSuppression;
            if (random.Next(4) != 0) sd.Prefix = (uint)random.Next((int)GuestSize);
            if (random.Next(4) != 0) sd.MainStorageOrigin = 0;
            if (random.Next(4) != 0) (sd.ScaOriginHigh, sd.ScaOriginLow) = (0, (uint)random.Next((int)GuestSize) & 0xFFFFF700);
            if (random.Next(4) != 0)
            {
                sd.PswMask = HostLevel.Mask | (random.Next(2) == 0 ? Psw.Dat : 0);
                sd.PswAddress = (ulong)random.Next((int)GuestSize) & ~1UL;
            }
            if (random.Next(4) != 0)
            {
                (sd.Ecb, sd.Ecb2, sd.Ecb3, sd.Ecd) = ((byte)(sd.Ecb & 0xAF), 0, 0, 0);
                sd.Eca &= ~ExecutionControlsA.Vector;
            }
            if (random.Next(2) != 0) sd.FacilityList = (uint)random.Next((int)GuestSize);
        }
        return bytes;
    }
}
