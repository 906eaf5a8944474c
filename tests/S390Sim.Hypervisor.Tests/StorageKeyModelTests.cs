using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// Random key instructions and accesses of a guest, DMA, and a host that pages and takes reference and change bits for itself:
/// the guest's view is that of a machine of its own, whose keys are a byte for each page and nothing else.
/// </summary>
public sealed class StorageKeyModelTests
{
    private const int Pages = 96, Steps = 1500;
    private const ulong First = 0x10_0000;

    private static ulong Address(int page) => First + (ulong)page * 0x1000;

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void TheGuestSeesKeysOfItsOwn(int seed, bool isInterpreted)
    {
        using var bench = new HypervisorBench(new("lent") { InterpretsStorageKeys = isInterpreted, FrameLimit = GuestMemory.MinimumFrames });
        StorageKeyHandlers.Enable(bench.Cpu);
        var random = new Random(seed);
        var model = new byte[Pages];
        var host = new byte[Pages];     // what the host must know of: references and changes since it last looked
        for (var n = 0; n < Steps; n++)
        {
            var page = random.Next(Pages);
            Step(bench, random, page, ref model[page], ref host[page]);
            if (n % 50 == 0) Compare(bench, model, host);
        }
        Compare(bench, model, host);
        Assert.True(bench.Memory.Paged.Out > 100);
    }

    private static void Step(HypervisorBench bench, Random random, int page, ref byte key, ref byte host)
    {
        var cpu = bench.Cpu;
        cpu.SetGr(6, Address(page));
        switch (random.Next(8))
        {
            case 0 or 1:
                key = (byte)(random.Next(256) & 0xFE);
                cpu.SetGr(2, key);
                bench.Execute(Op.SSKE, new() { R1 = 2, R2 = 6 });
                break;
            case 2:
                bench.Execute(HypervisorBench.Code((Op.RRBE, new() { R1 = 2, R2 = 6 }), (Op.IPM, new() { R1 = 9 })));
                Assert.Equal(key >> 1 & 3, (int)(cpu.GetGr(9) >> 28) & 3);
                key = (byte)(key & ~4);
                break;
            case 3:
                bench.Execute(Op.ISKE, new() { R1 = 9, R2 = 6 });
                Assert.Equal(key, (byte)cpu.GetGr(9));
                break;
            case 4:
                bench.Execute(Op.LG, new() { R1 = 3, B2 = 6 });
                key |= 4;
                host |= 4;
                break;
            case 5:
                bench.Execute(Op.STG, new() { R1 = 3, B2 = 6 });
                key |= 6;
                host |= 6;
                break;
            case 6:     // a device
                if (!bench.Machine.Pinner.TryPin(Address(page), out var frame)) return;
                bench.Machine.Pinner.Unpin(frame, isDirty: true);
                key |= 6;
                host |= 6;
                break;
            default:    // the host looks, and takes the bits
                if (!bench.Memory.Map.TryTranslate(Address(page), out frame)) return;
                var status = bench.Memory.Map.Status(Address(page));
                var own = bench.Storage.Key(frame);
                bench.Memory.Map.SetStatus(Address(page),
                    (PageStatus.Keeping(status, own)) & ~(PageStatus.HostReference | PageStatus.HostChange));
                bench.Storage.SetKey(frame, (byte)(own & 0xF8));
                host = 0;
                break;
        }
    }

    private static void Compare(HypervisorBench bench, byte[] model, byte[] host)
    {
        for (var page = 0; page < Pages; page++)
        {
            var status = bench.Memory.Map.Status(Address(page));
            var hasFrame = bench.Memory.Map.TryTranslate(Address(page), out var frame);
            var own = hasFrame ? bench.Storage.Key(frame) : (byte)0;
            Assert.Equal(model[page], hasFrame ? (byte)(own | (byte)(status >> 48 & 6)) : (byte)((status >> 56 & 0xF8) | (status >> 48 & 6)));
            // Nothing that happened is lost to the host while the page has its frame.
            if (hasFrame) Assert.Equal(host[page] & 6, host[page] & (own | (int)(status >> 52 & 6)));
            else host[page] = 0;
        }
    }
}
