using System.Globalization;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>
/// Every line of the table of interceptions (sie.md section 5), and of program interruptions (section 4.5), executed by a guest
/// with its control bits on and off.
/// </summary>
public sealed unsafe class InterceptionTableTests
{
    private static readonly IReadOnlyList<InterceptionRow> s_rows
        = [.. InterceptionRow.Read("instructions.tsv"), .. InterceptionRow.Read("programs.tsv")];

    public static TheoryData<int, string> All => Select(_ => true);
    /// <summary>What comes out with its text: EXECUTE may be before it.</summary>
    public static TheoryData<int, string> Executable => Select(row => row.Outcome is "04" or "2C" or "5C");
    public static TheoryData<int, string> Privileged => Select(row => row.Outcome is "04" or "2C" or "5C" or "run"
        && (InstructionTable.Get(Decoder.Decode(row.TextBits)).Flags & InstructionFlags.Privileged) != 0);

    private static TheoryData<int, string> Select(Func<InterceptionRow, bool> isWanted)
    {
        var data = new TheoryData<int, string>();
        for (var n = 0; n < s_rows.Count; n++)
        {
            if (isWanted(s_rows[n])) data.Add(n, s_rows[n].ToString());
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Comes_out_or_is_executed_as_the_table_says(int number, string row)
    {
        Assert.NotNull(row);
        Check(s_rows[number], s_rows[number].Text, SieBench.Code, 0);
    }

    [Theory]
    [MemberData(nameof(Executable))]
    public void Comes_out_as_the_target_of_execute(int number, string row)
    {
        Assert.NotNull(row);
        const int Distance = ((int)SieBench.Target - (int)SieBench.Code) / 2;
        Check(s_rows[number], "44000F00", SieBench.Target, 0x41);
        Check(s_rows[number], "C600" + Distance.ToString("X8", CultureInfo.InvariantCulture), SieBench.Target, 0x61);
    }

    /// <summary>Privilege comes first, whatever the controls.</summary>
    [Theory]
    [MemberData(nameof(Privileged))]
    public void Is_privileged(int number, string row)
    {
        Assert.NotNull(row);
        using var bench = new SieBench();
        Prepare(bench, s_rows[number], out var mask);
        bench.Run(s_rows[number].Text, mask | Psw.Problem);
        Assert.Equal((SieBench.ProgramNew + 4, (ushort)ProgramCode.PrivilegedOperation),
            (bench.Description.PswAddress, bench.Lowcore.ProgramInterruptionCode));
    }

    private static void Prepare(SieBench bench, InterceptionRow row, out ulong mask)
    {
        mask = SieBench.SupervisorMask;
        bench.State->Gr[3] = SieBench.Data;
        foreach (var (name, value) in SieSetting.Parse(row.Setup).Concat(SieSetting.Parse(row.Controls)))
        {
            if (name == "mask") mask |= value;
            else SieSetting.Apply(bench, name, value);
        }
    }

    private static void Check(InterceptionRow row, string program, ulong at, byte status)
    {
        using var bench = new SieBench();
        Prepare(bench, row, out var mask);
        bench.Put(at, row.Text);
        var registers = new ReadOnlySpan<ulong>(bench.State->Gr, 14).ToArray();
        var data = bench.Storage.Read(SieBench.Origin + SieBench.Data, 64).ToArray();
        var reason = bench.Run(program, mask);
        var sd = bench.Description;
        var next = SieBench.Code + (uint)program.Length / 2;
        if (row.Outcome is "04" or "2C" or "38")
        {
            var code = Convert.ToByte(row.Outcome, 16);
            Assert.Equal((StopReason.Interception, code, status, (ushort)(row.TextBits >> 48), (uint)(row.TextBits >> 16), next),
                (reason, sd.InterceptionCode, sd.InterceptionStatus, sd.Ipa, sd.Ipb, sd.PswAddress));
        }
        else
        {
            CheckOther(bench, row, reason, next);
        }
        // What comes out has not begun, unless the line says what it did.
        if (row.Checks == "-" && row.Outcome is "04" or "2C" or "38" or "5C")
        {
            Assert.Equal(registers, new ReadOnlySpan<ulong>(bench.State->Gr, 14).ToArray());
            Assert.Equal(data, bench.Storage.Read(SieBench.Origin + SieBench.Data, 64).ToArray());
        }
        foreach (var (name, value) in SieSetting.Parse(row.Checks))
        {
            var actual = SieSetting.Read(bench, name);
            Assert.True(value == actual, $"{name}: {actual:x} instead of {value:x}");
        }
    }

    private static void CheckOther(SieBench bench, InterceptionRow row, StopReason reason, ulong next)
    {
        var sd = bench.Description;
        if (row.IsOutcome("host"))
        {
            Assert.Equal((StopReason.HostFault, row.Code, (byte)0, SieBench.Code),
                (reason, bench.State->HostFault.Code, sd.InterceptionCode, sd.PswAddress));
            return;
        }
        Assert.Equal(StopReason.Interception, reason);
        switch (row.Outcome)
        {
            case "5C":
                Assert.Equal((0x5C, 0, 0, 0u, SieBench.Code),
                    (sd.InterceptionCode, sd.InterceptionStatus, sd.Ipa, sd.Ipb, sd.PswAddress));
                break;
            case "run":
                Assert.Equal((4, 0x8300, 0x0044_0000u, next + 4), (sd.InterceptionCode, sd.Ipa, sd.Ipb, sd.PswAddress));
                break;
            case "svc":
                Assert.Equal((4, SieBench.SvcNew + 4, next),
                    (sd.InterceptionCode, sd.PswAddress, bench[(ulong)Lowcore.SvcOldMaskOffset + 8]));
                break;
            case var _ when row.IsOutcome("20"):
                Assert.Equal((0x20, (uint)row.Code, SieBench.Code), (sd.InterceptionCode, sd.Ipb >> 16, sd.PswAddress));
                break;
            case var _ when row.IsOutcome("pgm"):
                Assert.Equal((4, SieBench.ProgramNew + 4, (ushort)row.Code),
                    (sd.InterceptionCode, sd.PswAddress, bench.Lowcore.ProgramInterruptionCode));
                break;
            default:
                Assert.Equal((8, 0, 0, 0u, (ushort)row.Code),
                    (sd.InterceptionCode, sd.InterceptionStatus, sd.Ipa, sd.Ipb, sd.ProgramCode));
                Assert.Equal(row.Code.Nullifies() ? SieBench.Code : next, sd.PswAddress);
                break;
        }
    }
}
