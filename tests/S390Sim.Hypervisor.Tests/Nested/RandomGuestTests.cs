using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests.Nested;

/// <summary>
/// Random guests in random state descriptions, run by a host on the bare machine and by the same host in a guest of KVM: state
/// description, registers, what the host is interrupted for, and all of both storages are the same.
/// </summary>
public sealed class RandomGuestTests
{
    private const int Cases = 120, CodeLength = 40, Turns = 3;
    private const ulong Beyond = 0x10_0000, Code2 = 0x3000, Psws = 0x800, SegmentTable = 0x6_0000, PageTable = 0x5_0000;
    private const ulong Limit = 200, More = 50;

    // Registers: 4 and 5 data, 6 a page that the host misses, 8 one that it protects, 9 beyond storage, 10 and 11 ordinary.
    private static readonly string[] s_instructions =
    [
        "1A45", "B9080045", "B9040054", "A74A0001", "A7590007", "4140A008", "5040A010", "5850A010", "E340A0200024",
        "E350A0200004", "D207A100A010", "D2FFA0F8B0F8", "BA45A010", "95FFA010", "96FFB010", "0E4A", "0D40", "A7F40004",
        "A7740003", "A7150003", "A7650004", "50406010", "58406010", "D2076010A010", "D207A0106010", "58408010",
        "50408010", "D2078010A010", "58409000", "50409010", "D2FF6F80A000", "0A01", "0A17", "83450044", "8345009C",
        "B2140000", "B9D30046", "0000", "B2FE0000", "0103", "0A00", "B2B20800", "B2B20810", "B2B20820", "B2B20830",
        "82000840", "ADFFA030", "AC00A031", "AD05A030", "80000800", "EB000850002F", "EB66A050002F", "EB0FA0800025",
        "EB000850002F", "B6CCA080", "B700A080", "B2290045", "B22B0045", "B22A0045", "B20D0000", "B221004A", "B250004A",
        "B240004A", "E501A010A018", "E50160108010", "B2540084", "B254004B", "B100A010", "E340A0100003", "B2B0A200", "B2B10000", "B2020800", "B211A010", "B2100800", "B212A010",
        "AE450001", "AE45000D", "B27DA000", "B22C0045", "B9AF0045", "B254004B", "B254004A", "B2540064", "B20A0010",
        "B24A0045", "B2790000", "4440A010", "C60000000006", "C6000000000A", "B2080850", "B209A010", "B2060850",
        "B207A010", "0700", "0710", "B3CD0045", "2445", "B3150045", "6800A010", "6000A018", "0C45", "B9820044", "17FF",
        "41EE0001", "41FF0001", "B90400E4", "B90400F5", "07F4", "070A", "E34560100008", "E34060100009",
    ];

    [Fact]
    public void AreTheSameInAGuest()
    {
        var random = new Random(390);
        var (ends, interruptions) = (new HashSet<Interception>(), new HashSet<string>());
        for (var n = 0; n < Cases; n++)
        {
            var seed = random.Next();
            using var bare = HostLevel.Create(isNested: false);
            using var nested = HostLevel.Create(isNested: true);
            var expected = Run(bare, new Random(seed));
            var actual = Run(nested, new Random(seed));
            Assert.True(expected.Text == actual.Text, $"case {n}:\n{expected.Text}\n{actual.Text}");
            var difference = expected.Storage.AsSpan().CommonPrefixLength(actual.Storage);
            Assert.True(difference == expected.Storage.Length, $"case {n}: storage at {difference:x}\n{expected.Text}");
            foreach (var line in expected.Text.Split('\n'))
            {
                if (line.Length == 0x400) ends.Add((Interception)Convert.ToByte(line[0xA0..0xA2], 16));
                else if (line.Contains("teid", StringComparison.Ordinal)) interruptions.Add(line.Split(' ')[1]);
            }
        }
        // Cases of all kinds were among them.
        Assert.Superset(new HashSet<Interception>
        {
            Interception.None, Interception.Instruction, Interception.Program, Interception.ExternalRequest,
            Interception.IoRequest, Interception.Wait, Interception.Validity, Interception.StopRequest,
            Interception.OperationException,
        }, ends);
        Assert.Superset(
            new HashSet<string> { nameof(ProgramCode.None), nameof(ProgramCode.Protection), nameof(ProgramCode.PageTranslation) },
            interruptions);
    }

    // Several guests in turn in one state description; in between the host remaps pages, and purges its TLB for that.
    private static (string Text, byte[] Storage) Run(HostLevel level, Random random)
    {
        level.Prepare("");
        var text = "";
        for (var turn = 0; turn < Turns; turn++)
        {
            PrepareGuest(level, random);
            level.Describe(sd => Change(sd, random));
            (level[4], level[5]) = ((ulong)random.NextInt64() >> random.Next(64), (ulong)random.NextInt64() >> random.Next(64));
            (level[6], level[8], level[9]) = (HostLevel.Missing, HostLevel.Protected, Beyond);
            (level[10], level[11]) = (0x3_0000, 0x3_0F00);
            text += RunOnce(level, isPurged: turn > 0);
            Remap(level, random);
        }
        return (text, [.. level.Read(0x1000, 0xF000), .. level.Read(HostLevel.Origin, 0x10_0000)]);
    }

    private static string RunOnce(HostLevel level, bool isPurged)
    {
        var reason = level.Run([.. isPurged ? [0xB2, 0x0D, 0x00, 0x00] : (byte[])[], 0xB2, 0x14, 0x20, 0x00], limit: Limit);
        // What does not end by itself is asked to.
        if (reason is StopReason.InstructionLimit or StopReason.ProgramLoop)
        {
            level.Describe(sd => sd.CpuFlags |= SieFlags.StopRequest);
            reason = level.Continue(More);
        }
        var block = level.Read(HostLevel.Block, (int)StateDescription.Size);
        if (block[0x50] == (byte)Interception.Validity) block.AsSpan(0x52, 6).Clear();
        var registers = string.Join(' ', Enumerable.Range(0, 16).Select(n => $"{level[n]:x}"));
        return $"\n{reason} {level.Interruption} teid {level.Teid:x} old {level.ProgramOld:x}\n{registers}\n"
            + Convert.ToHexString(block);
    }

    private static void Remap(HostLevel level, Random random)
    {
        for (var n = random.Next(4); n > 0; n--)
        {
            var entry = HostLevel.PageTable + (ulong)random.Next(0x20, 0x40) * 8;
            level.Write64(entry, (HostLevel.Origin + (ulong)random.Next(0x40) * 0x1000) | Bit(0x200, 4) | Bit(0x400, 4));
        }
        level.Write64((ulong)Lowcore.ProgramInterruptionCodeOffset - 6, 0);

        ulong Bit(ulong bit, int rarity) => random.Next(rarity) == 0 ? bit : 0;
    }

    private static void PrepareGuest(HostLevel level, Random random)
    {
        foreach (var at in (ulong[])[HostLevel.GuestCode, Code2])
        {
            var code = string.Concat(random.GetItems(s_instructions, CodeLength));
            level.Write(HostLevel.Origin + at, Convert.FromHexString(code + "83000044"));
        }
        // New PSWs, and some to load: code, waits, what is invalid.
        foreach (var at in (ulong[])[0x1A0, 0x1B0, 0x1C0, 0x1D0, 0x1E0, 0x1F0, Psws, Psws + 16, Psws + 32, Psws + 48])
        {
            level.Write64(HostLevel.Origin + at, Mask(random));
            var address = random.Next(2) == 0 ? HostLevel.GuestCode : Code2;
            level.Write64(HostLevel.Origin + at + 8, random.Next(10) == 0 ? (ulong)random.NextInt64() : address);
        }
        level.Write64(HostLevel.Origin + 0x840, 0x000C_0000_8000_2000);
        level.Write64(HostLevel.Origin + 0x850, 0x0000_0000_0000_80E0 | (ulong)random.Next(16) << 8);
        // Its own tables: what it can reach is where it is, but for a few pages.
        for (var n = 0UL; n < 256; n++)
        {
            var bits = (random.Next(20) == 0 ? 0x400UL : 0) | (random.Next(20) == 0 ? 0x200UL : 0);
            level.Write64(HostLevel.Origin + PageTable + n * 8, (n << 12) | bits);
        }
        for (var n = 0UL; n < 512; n++) level.Write64(HostLevel.Origin + SegmentTable + n * 8, n == 0 ? PageTable : 0x20);
        var data = new byte[0x2000];
        random.NextBytes(data);
        level.Write(HostLevel.Origin + 0x3_0000, data);
    }

    private static ulong Mask(Random random) => random.Next(12) switch
    {
        0 => (ulong)random.NextInt64(),
        1 => HostLevel.Mask | Psw.Wait,
        2 => HostLevel.Mask | Psw.Problem,
        3 => HostLevel.Mask | Psw.Dat | Psw.Problem,
        4 or 5 => HostLevel.Mask | Psw.Dat,
        6 => HostLevel.Mask | Psw.External | Psw.Io,
        7 => 0x0000_0000_8000_0000,
        _ => HostLevel.Mask,
    };

    private static void Change(StateDescription sd, Random random)
    {
        // As every host does; what finds a block invalid is different at both levels, and stays in it.
        (sd.InterceptionCode, sd.Ipa) = (0, 0);
        sd.PswMask = Mask(random);
        BinaryPrimitives.WriteUInt64BigEndian(sd.Bytes[(StateDescription.Cr0Offset + 8)..], SegmentTable);
        sd.Cr0 = 0xE0 | (random.Next(2) == 0 ? 0x4E0UL : 0);
        if (random.Next(3) == 0) sd.InterceptionControl |= 1u << random.Next(32);
        if (random.Next(3) == 0) sd.InterceptionControl |= (uint)random.NextInt64();
        if (random.Next(3) == 0) sd.LoadControl = (ushort)random.Next(0x10000);
        if (random.Next(3) == 0) sd.SvcControl = (uint)random.Next(16) << 28 | 0x17_0100;
        if (random.Next(4) == 0) sd.CpuTimer = (ulong)random.Next(1 << 20);
        if (random.Next(3) == 0) sd.Ecb |= ExecutionControlsB.SpecificationExceptions;
        if (random.Next(6) == 0) sd.Ecb &= unchecked((byte)~ExecutionControlsB.HostProtection);
        if (random.Next(6) == 0) sd.Eca &= ~ExecutionControlsA.ProtectionExceptions;
        if (random.Next(4) == 0) sd.Eca |= ExecutionControlsA.ExternalInterruptions | ExecutionControlsA.InterventionBypass;
        if (random.Next(2) == 0) sd.Eca |= ExecutionControlsA.MovePage;
        if (random.Next(6) == 0) sd.CpuFlags |= SieFlags.GuestPer;
        if (random.Next(6) == 0) sd.CpuFlags |= SieFlags.ExternalRequest;
        if (random.Next(6) == 0) sd.CpuFlags |= SieFlags.IoRequest;
        if (random.Next(6) == 0) sd.CpuFlags |= SieFlags.KeylessSubset;
        if (random.Next(12) == 0) sd.CpuFlags |= SieFlags.StopRequest;
        if (random.Next(8) == 0) sd.Prefix = (uint)random.Next(0x20_0000);
        if (random.Next(20) == 0) sd.MainStorageLimit = (ulong)random.Next(0x40_0000);
        sd.ProgramParameter = (ulong)random.NextInt64();
        sd.TodProgrammable = (uint)random.Next(0x10000);
        sd.BreakingEvent = (ulong)random.NextInt64();
    }
}
