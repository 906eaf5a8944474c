using S390Sim.Cpu;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Nested;

/// <summary>
/// A nested guest that is a host again: its SIE is its host's to answer, which makes a shadow of its own, and that is shadowed in
/// turn. The hypervisors here are a dozen instructions in machine code.
/// </summary>
public sealed class DeeperTests
{
    private const ulong Second = 0x20_0000, Block = 0x6_0000, Shadow = 0x6_1000;
    private const ulong InnerBlock = 0x8000, InnerOrigin = 0x10_0000;

    /// <summary>
    /// The first guest runs the second, and what that executes SIE with through a copy whose main storage is moved by the
    /// second's. The same program runs on the bare machine, where it is one level less.
    /// </summary>
    private const string Hypervisor =
        "B2142000"          // again: SIE 0(2)
        + "E31020560091"    // LLGH 1,IPA of the second's block
        + "C21F0000B214"    // CLFI 1,SIE's
        + "A774003C"        // JNE end
        + "B90400B3"        // LGR 11,3: the operand that the second executed SIE with
        + "B90800B9"        // AGR 11,9: in this storage
        + "D2FFC000B000" + "D2FFC100B100"               // MVC: the copy
        + "E310C0800004" + "B9080019" + "E310C0800024"  // its main storage lies in the second's
        + "E310C0880004" + "B9080019" + "E310C0880024"
        + "B214C000"        // SIE 0(12)
        + "D20BB050C050" + "D21FB090C090" + "D22FB0C0C0C0" + "D27FB100C100"     // what SIE stores goes back
        + "A7F4FFC4";       // J again

    private static void Prepare(HostLevel level)
    {
        level.Prepare("");
        level.SetControl(1, 0x20);      // a real space: addresses are what they are
        level.Describe(sd => (sd.MainStorageOrigin, sd.MainStorageLimit, sd.Gr14) = (Second, Second + 0x10_0000, 0x1234));
        (level[2], level[3], level[9], level[12]) = (Block, InnerBlock, Second, Shadow);
        // The second: SIE for the third, notes how it ended, and leaves.
        level.Write(Second + HostLevel.GuestCode,
            Convert.FromHexString("B2143000" + "E35030500090" + "E36030560091" + "83000044"));
        // The third: 1 MB at 1 MB of the second.
        level.Write(Second + InnerBlock, level.Read(Block, 0x200));
        level.Write64(Second + InnerBlock + StateDescription.MainStorageOriginOffset, InnerOrigin);
        level.Write64(Second + InnerBlock + StateDescription.MainStorageLimitOffset, InnerOrigin);
        level.Write64(Second + InnerBlock + StateDescription.Gr14Offset, 0xE4);
        level.Write(Second + InnerOrigin + HostLevel.GuestCode,
            Convert.FromHexString("A7180077" + "501003F0" + "41E0E001" + "8301009C"));
    }

    [Fact]
    public void AGuestOfAGuestOfAGuest()
    {
        using var bare = HostLevel.Create(isNested: false);
        using var nested = HostLevel.Create(isNested: true);
        foreach (var level in (HostLevel[])[bare, nested])
        {
            Prepare(level);
            var code = Convert.FromHexString(Hypervisor);
            var jump = code.AsSpan().IndexOf((byte[])[0xA7, 0x74]);
            code[jump + 3] = (byte)((code.Length - jump) / 2);
            var back = code.Length - 4;
            System.Buffers.Binary.BinaryPrimitives.WriteInt16BigEndian(code.AsSpan(back + 2), (short)(-back / 2));
            Assert.Equal(StopReason.Wait, level.Run(code));
            // What the second noted of how the third ended; the first's last look at the second.
            Assert.Equal((ProgramCode.None, 4UL, 0x8301UL, 0x8300UL), (level.Interruption, level[5], level[6], level[1]));
            // The third's state is in its block, in the second's storage.
            Assert.Equal(HostLevel.GuestCode + 16, level.Read64(Second + InnerBlock + StateDescription.PswAddressOffset));
            Assert.Equal(0xE5UL, level.Read64(Second + InnerBlock + StateDescription.Gr14Offset));
            Assert.Equal(0x77UL, level.Read64(Second + InnerOrigin + 0x3F0) >> 32);
            // The second ended by its own DIAGNOSE.
            Assert.Equal(((byte)4, (ushort)0x8300, 0x1234UL), level.Field(sd => (sd.InterceptionCode, sd.Ipa, sd.Gr14)));
        }
        var places = new[] { (Block, 0x200), (Shadow, 0x200), (Second, 0x9000), (Second + InnerOrigin, 0x3000) };
        foreach (var (address, length) in places)
            Assert.Equal(Timeless(bare.Read(address, length)), Timeless(nested.Read(address, length)));
        Assert.Equal(Enumerable.Range(0, 16).Select(n => bare[n]), Enumerable.Range(0, 16).Select(n => nested[n]));

        static byte[] Timeless(byte[] bytes)
        {
            if (bytes.Length == 0x9000) bytes.AsSpan((int)InnerBlock + 0x28, 8).Clear();
            return bytes;
        }
    }

    public static TheoryData<string> Designs => [.. DomainDesigns.Names];

    /// <summary>
    /// The second guest's RPCIT goes to the first, which puts the page into its own I/O tables and executes RPCIT itself: DMA
    /// then reaches the second guest's page, and no other.
    /// </summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void DmaReachesThePageOfAGuestsGuest(string design)
    {
        const ulong Iova = 0x1_0000_0000, Pal = Iova + (1 << 20) - 1;
        const ulong InnerEntry = 0x6000, InnerFrame = 0x5000, Description = 0x7_8000;
        using var level = new KvmLevel(new(design) { OffersNesting = true });
        var bench = level.Bench;
        level.Prepare("");
        var description = level.Read(Block, 0x200);
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Iova, Pal));
        level.Write(Description, description);
        level.Write64(Description + StateDescription.MainStorageOriginOffset, Second);
        level.Write64(Description + StateDescription.MainStorageLimitOffset, Second);
        level.SetControl(1, 0x20);
        level.Write(Second + HostLevel.GuestCode, Convert.FromHexString("B9D30046" + "83000044"));
        level.Write64(Second + InnerEntry, InnerFrame);
        (level[2], level[4], level[6], level[7]) = (Description, (ulong)bench.Function.Handle << 32, Iova, 4096);
        (level[8], level[9], level[10]) = (Second + InnerEntry, Second, TraceLayout.PageTable(0));
        // SIE; end unless RPCIT; the entry of the second, moved by its main storage; RPCIT; again.
        level.Run(Convert.FromHexString("B2142000" + "E31020560091" + "C21F0000B9D3" + "A774000E"
            + "E31080000004" + "B9080019" + "E310A0000024" + "B9D30046" + "A7F4FFEC"));
        Assert.Equal(ProgramCode.None, level.Interruption);
        Assert.Equal(0x8300, level.Read(Description + 0x56, 2) is [var high, var low] ? high << 8 | low : 0);
        Assert.Equal(1UL, bench.Machine.Refreshes);
        Assert.True(bench.Function.Write(Iova + 0x18, [1, 2, 3, 4]));
        Assert.Equal(0x0102_0304U, (uint)(level.Read64(Second + InnerFrame + 0x18) >> 32));
        Assert.False(bench.Function.Write(Iova + 0x1000, [1]));
    }
}
