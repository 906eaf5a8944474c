using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Machine.Tests;

/// <summary>CPU models: what they have, what --cpu takes, and that facility bits and instructions agree.</summary>
public sealed unsafe class CpuModelTests
{
    private const ulong Code = 0x10000, Mask64 = Psw.ExtendedAddressing | Psw.BasicAddressing;

    public static TheoryData<string> Models => [.. CpuModel.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_is_consistent_and_has_only_what_is_implemented(string name)
    {
        var selection = CpuSelection.Parse(name);
        var bits = Enumerable.Range(0, 256).Where(b => selection.Facilities[b]).ToList();
        Assert.Equal(selection.Model.Present.Order(), bits);
        Assert.All(bits, b => Assert.Contains(b, CpuModel.Implemented));
        Assert.All([0, 1, 2], b => Assert.Contains(b, bits));
        foreach (var (bit, needs, _) in FacilityCatalog.Dependencies)
            Assert.False(bits.Contains(bit) && !bits.Contains(needs), $"{bit} without {needs}");
    }

    [Fact]
    public void Every_implemented_bit_has_a_name_and_max_has_it_unless_on_request()
    {
        Assert.All(CpuModel.Implemented, bit => Assert.NotNull(FacilityCatalog.Find(bit)));
        Assert.Equal(CpuModel.Implemented.Except(FacilitySet.OnRequest), CpuModel.Default.Present);
        Assert.Equal(FacilityCatalog.Entries.Select(e => e.Bit).Distinct().Order(), FacilityCatalog.Entries.Select(e => e.Bit));
    }

    [Fact]
    public void Later_models_have_what_earlier_ones_had()
    {
        foreach (var (earlier, later) in CpuModel.All.Zip(CpuModel.All.Skip(1)))
            Assert.Empty(earlier.Present.Except(later.Present).Except(later == CpuModel.Default ? FacilitySet.OnRequest : []));
    }

    [Theory]
    [InlineData("z10,-edat", 8, false)]
    [InlineData("z10,+45", 45, true)]
    [InlineData("ZEC12,-zpci,-aen,-ais", 69, false)]
    [InlineData("max,+stfle", 7, true)]
    [InlineData("max", 153, false)]
    [InlineData("max,+pcimio", 153, true)]
    [InlineData("z14", 153, false)]
    [InlineData("z15", 153, true)]
    public void Facilities_are_added_and_taken_away(string text, int bit, bool installed)
        => Assert.Equal(installed, CpuSelection.Parse(text).Facilities[bit]);

    [Theory]
    [InlineData("z17", "no such model; known are z900")]
    [InlineData("", "no such model")]
    [InlineData("z13,+flux", "no such facility: flux")]
    [InlineData("z13,+29", "no such facility: 29")]
    [InlineData("z13,vx", "neither")]
    [InlineData("z13,", "neither")]
    [InlineData("z13,+unpack", "not implemented")]
    [InlineData("z13,+etf2,-etf2", "twice")]
    [InlineData("z13,-zarch", "no mode but")]
    [InlineData("zEC12,-edat", "edat2 needs edat")]
    [InlineData("z13,-stfle45", "stfle53 needs stfle45")]
    [InlineData("zEC12,-aen", "needs aen")]
    public void Mistakes_are_told(string text, string message)
    {
        var mistake = Assert.Throws<ConfigurationException>(() => CpuSelection.Parse(text));
        Assert.Contains(message, mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mistake.Message);
    }

    // Every row, executed once: an operation exception exactly where the facility is absent or nothing is bound. ESSA is for guests.
    [Theory]
    [MemberData(nameof(Models))]
    public void Instructions_are_there_as_the_facilities_say(string name)
    {
        Assert.Empty(Disagreements(CpuSelection.Parse(name).Facilities, op => op != Op.ESSA));
    }

    [Fact]
    public void A_facility_that_is_taken_away_takes_its_instructions_along()
    {
        var wrong = new List<string>();
        foreach (var bit in CpuModel.Implemented)
        {
            var facilities = new FacilitySet(CpuModel.Implemented.Where(b => b != bit));
            wrong.AddRange(Disagreements(facilities, op => InstructionTable.Get(op).Facility.StfleBit() == bit));
        }
        Assert.Empty(wrong);
    }

    private static List<string> Disagreements(FacilitySet facilities, Func<Op, bool> isAsked)
    {
        using var storage = new Storage(1 << 20);
        using var code = new CodeCache(storage);
        var handlers = MachineHandlers.Create(facilities);
        using var processor = new Processor(
            storage, code, handlers, facilities, new TodClock(1UL << 40), new TimedEvents(), new FloatingInterruptions());
        var wrong = new List<string>();
        foreach (var row in InstructionTable.Rows)
        {
            // Rows of other rooms ask for what this processor has not; the gate before them is the same.
            if (!isAsked(row.Op) || (NeedsRoom(row.Op) && MachineHandlers.IsInstalled(row, facilities))) continue;
            var expected = !MachineHandlers.IsInstalled(row, facilities) || !handlers.IsBound(row.Op);
            if (IsOperationException(processor, row) != expected) wrong.Add($"{row.Mnemonic}: operation exception {!expected}");
        }
        code.Dispose();
        return wrong;
    }

    private static bool NeedsRoom(Op op) => op is Op.PCILG or Op.PCISTG or Op.PCISTB
        or Op.PCILGI or Op.PCISTGI or Op.PCISTBI or Op.PCIWB or Op.RPCIT or Op.MPCIFC or Op.STPCIFC
        or Op.SIC or Op.CLP or Op.CHSC or Op.STCRW or Op.SERVC or Op.DIAG or Op.STSI;

    private static bool IsOperationException(Processor processor, InstructionRow row)
    {
        var storage = processor.Storage;
        var c = processor.State;
        processor.ClearReset();
        processor.Start();
        processor.Pending.Floating.Clear();
        // No-operations for EXECUTE to find, and a program-new PSW.
        for (ulong at = 0; at < 0x2000; at += 8) storage.Write64(at, 0x0700_0700_0700_0700);
        storage.Write64((ulong)Lowcore.ProgramNewMaskOffset, Mask64 | Psw.Wait);
        storage.Write64((ulong)Lowcore.ProgramNewMaskOffset + 8, 0xDEAD);
        storage.Write64(Lowcore.ProgramIlcOffset, 0);
        storage.Write64(Code, row.Opcode);
        storage.Write64(Code + 8, 0x0700_0700_0700_0700);
        c->Cr[0] |= 1UL << 18;      // AFP registers
        c->LoadPsw(new Psw(Mask64, Code));
        processor.Run(c->InstructionCount + 1);
        return c->PswAddress == 0xDEAD && (storage.Read64(Lowcore.ProgramIlcOffset) >> 32 & 0xFF) == (ulong)ProgramCode.Operation;
    }

    [Fact]
    public void STFLE_and_STFL_store_the_facilities_of_the_model()
    {
        foreach (var model in CpuModel.All)
        {
            var selection = CpuSelection.Parse(model.Name);
            // LGHI 2,0x2000; LGHI 0,3; STFLE 0(2); STFL; LPSWE 0xf00.
            var dump = Run("a7292000 a7090003 b2b02000 b2b10000 b2b20f00", c => c with { Cpu = selection }, 0x2000, 32);
            if (!selection.Facilities[7]) continue;
            for (var word = 0; word < 4; word++)
            {
                if (selection.Facilities.Doublewords[word..].ContainsAnyExcept(0UL))
                    Assert.Equal($"{selection.Facilities.Doublewords[word]:x16}", dump.Substring(word * 16, 16));
            }
        }
    }

    [Theory]
    [InlineData("z10", "0000000120970000")]
    [InlineData("z196", "0000000128170000")]
    [InlineData("zEC12", "0000000128270000")]
    [InlineData("z13", "0000000129640000")]
    [InlineData("z14", "0000000139060000")]
    [InlineData("z15", "0000000185610000")]
    [InlineData("z16", "0000000139310000")]
    [InlineData("max", "0000000128270000")]
    public void STIDP_stores_the_machine_type(string name, string id)
    {
        var cpu = CpuSelection.Parse(name);
        Assert.Equal(id, Run("a7292000 b2022000 b2b20f00", c => c with { Cpu = cpu }, 0x2000, 8));
        Assert.Equal($"ff{id[2..]}", Run("a7292000 b2022000 b2b20f00", c => c with { Cpu = cpu, KvmDesign = "lent" }, 0x2000, 8));
    }

    // The bytes of a range after a program at 0x1000 has run.
    internal static string Run(string code, Func<MachineConfiguration, MachineConfiguration> change, ulong address, int length)
    {
        var configuration = change(new MachineConfiguration
        {
            MemorySize = 1 << 20,
            Start = new Psw(Mask64, 0x1000),
            Contents =
            [
                new(0x1000, null, Convert.FromHexString(code.Replace(" ", ""))),
                new(0xF00, null, Convert.FromHexString("00020001800000000000000000000fff")),
                new(0x1D0, null, Convert.FromHexString("0002000180000000000000000000dead")),
            ],
        });
        using var machine = S390Machine.Create(configuration, Stream.Null);
        machine.Run();
        var bytes = new byte[length];
        Assert.True(machine.Host.Storage.TryRead(address, bytes));
        return Convert.ToHexStringLower(bytes);
    }
}
