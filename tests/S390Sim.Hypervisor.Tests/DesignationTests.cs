using S390Sim.Iommu;
using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Hypervisor.Tests;

/// <summary>A guest's tables of every type, and none, under every design: devices reach what they would on the bare machine.</summary>
public sealed class DesignationTests
{
    private const ulong Second = 0x60000, First = 0x64000, Sdma = ZpciLayout.FirstDma;
    private const byte Tables = IoCapabilities.Tables;

    public static TheoryData<string?> Designs => [null, .. DomainDesigns.Names];

    // Whether the machine walks the program's tables, bare or not.
    private static bool IsFollowed(string? design) => design is null || DomainDesigns.ContractOf(design).FollowsGuestTables;

    private static ZpciGuest Guest(string? design, PciGroupFlags flags = default)
    {
        var guest = new ZpciGuest(new(design) { Group = new PciGroup { Designations = Tables, Flags = flags } });
        guest.SetIoTables();
        for (var n = 0UL; n < 2048; n++)
        {
            guest.Set(Second + n * 8, 0x20);
            guest.Set(First + n * 8, 0x20);
        }
        Assert.Equal(0x10, guest.SetFunction(0));
        guest.Device.Configuration.Store(4, 2, ConfigurationSpace.CommandMaster);
        return guest;
    }

    private static string Register(ZpciGuest guest, ulong iota, ulong pba = Sdma, ulong pal = ulong.MaxValue >> 7)
    {
        guest.Set(ZpciLayout.Fib, new byte[80]);
        guest.Set(ZpciLayout.Fib + 0x10, pba);
        guest.Set(ZpciLayout.Fib + 0x18, pal);
        guest.Set(ZpciLayout.Fib + 0x20, iota);
        var result = guest.Controls(Isa.Op.MPCIFC, ZpciGuest.Request(guest.Handle, low: 4));
        return $"{result.End} {result.ConditionCode}";
    }

    // Refreshes the page and lets the device read it: the first byte, or the state that the attempt left.
    private static string Read(ZpciGuest guest, ulong iova)
    {
        guest.Refresh(ZpciGuest.Request(guest.Handle), iova & ~0xFFFUL, 4096);
        var bytes = new byte[1];
        return guest.Function.Read(iova, bytes) ? $"{bytes[0]:X2}" : $"{guest.Function.State}";
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void A_segment_table(string? design)
    {
        using var guest = Guest(design);
        guest.Set(ZpciLayout.Frame, [0xA5]);
        Assert.Equal("Completed 0", Register(guest, ZpciLayout.SegmentTable | 0x800));
        Assert.Equal("A5", Read(guest, Sdma));
        Assert.Equal("A5", Read(guest, Sdma + (1UL << 31)));        // 31 bits count
        Assert.Equal("A5", Read(guest, Sdma + (1UL << 45)));
        Assert.Equal("Error", Read(guest, Sdma + (1 << 20)));
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Tables_that_share_lower_ones_end_all_the_same(string? design)
    {
        using var guest = Guest(design);
        for (var n = 0UL; n < 2048; n++)
        {
            guest.Set(ZpciLayout.RegionTable + n * 8, ZpciLayout.SegmentTable | 0x7);
            guest.Set(ZpciLayout.SegmentTable + n * 8, 0x400);     // 1 MB at 0
        }
        Assert.Equal("Completed 0", Register(guest, ZpciLayout.RegionTable | 0x804));
        var result = guest.Refresh(ZpciGuest.Request(guest.Handle), Sdma, 1UL << 42);
        Assert.Equal((GuestEnd.Completed, IsFollowed(design) ? 0 : 1), (result.End, result.ConditionCode));
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Region_tables(string? design)
    {
        using var guest = Guest(design);
        guest.Set(ZpciLayout.Frame, [0xA5]);
        guest.Set(Second + 3 * 8, ZpciLayout.RegionTable | 0xB);
        guest.Set(First + 5 * 8, Second | 0xF);
        Assert.Equal("Completed 0", Register(guest, Second | 0x808));
        Assert.Equal("A5", Read(guest, (3UL << 42) + Sdma));
        Assert.Equal("A5", Read(guest, (1UL << 53) + (3UL << 42) + Sdma));
        Assert.Equal("Error", Read(guest, (4UL << 42) + Sdma));
        Deregister(guest);
        Assert.Equal("Completed 0", Register(guest, First | 0x80C));
        Assert.Equal("A5", Read(guest, (5UL << 53) + (3UL << 42) + Sdma));
        Assert.Equal("Error", Read(guest, (6UL << 53) + (3UL << 42) + Sdma));
        Deregister(guest);
        Assert.Equal("Completed 0", Register(guest, ZpciLayout.Anchor));
        Assert.Equal("A5", Read(guest, (5UL << 53) + (3UL << 42) + Sdma));
    }

    private static void Deregister(ZpciGuest guest)
    {
        guest.Controls(Isa.Op.MPCIFC, ZpciGuest.Request(guest.Handle, low: 7));
        Assert.Equal(0, guest.Controls(Isa.Op.MPCIFC, ZpciGuest.Request(guest.Handle, low: 5)).ConditionCode);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void No_tables_at_all(string? design)
    {
        using var guest = Guest(design, PciGroupFlags.RelaxedTranslation);
        guest.Set(0x12345, [0xA5]);
        Assert.Equal("Completed 0", Register(guest, 0));
        var bytes = new byte[1];
        Assert.True(guest.Function.Read(Sdma + 0x12345, bytes));        // nothing has been refreshed
        Assert.Equal(0xA5, bytes[0]);
        Assert.Equal("A5", Read(guest, Sdma + 0x12345));
        Assert.True(guest.Function.Write(Sdma + ZpciLayout.StorageSize - 1, bytes));
        Assert.False(guest.Function.Read(Sdma + ZpciLayout.StorageSize, bytes));
        Assert.Equal(FunctionState.Error, guest.Function.State);
        Deregister(guest);
        Assert.Equal("Completed 0", Register(guest, 0));
        Assert.False(guest.Function.Read(Sdma + (1UL << 42) + 0x12345, bytes));
        guest.SetFunction(1, 0);
        Assert.Empty(guest.Pci.Iommu.IotlbContents());
    }

    [Theory]
    [MemberData(nameof(DesignSets.PinningEach), MemberType = typeof(DesignSets))]
    public void Without_room_for_all_storage_direct_addresses_are_refused(string design)
    {
        using var guest = new ZpciGuest(new(design)
        {
            Group = new PciGroup { Flags = PciGroupFlags.RelaxedTranslation },
            Settings = [("memlock", "1M")],
        });
        guest.SetFunction(0);
        Assert.Equal("Completed 1", Register(guest, 0));
        Assert.Null(guest.Function.AddressSpace);
        Assert.False(guest.Pci.Iommu.TryGetSpace(0, out _));
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void The_group_tells_the_truth(string? design)
    {
        using var guest = new ZpciGuest(new(design) { Group = new PciGroup { Designations = 0xFF } });
        guest.SetClp(4, [0, 0, 0, 0xFF], 32, 64);
        guest.CallLogicalProcessor();
        var offered = guest.Get(ZpciLayout.Block + 32 + 0x18, 1)[0];
        Assert.Equal(IsFollowed(design) ? IoCapabilities.All : Tables, offered);
        guest.SetFunction(0);
        Assert.Equal(IsFollowed(design) ? "Completed 0" : "Program 0", Register(guest, 0x20000 | 0x811));
    }
}
