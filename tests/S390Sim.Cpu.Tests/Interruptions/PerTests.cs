using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Interruptions;

/// <summary>Program-event recording: which events, and what the interruption stores (chapter 4).</summary>
public sealed unsafe class PerTests : IDisposable
{
    private const ulong Per64 = EngineBench.Mask64 | Psw.Per, PerDat64 = Per64 | Psw.Dat;
    private const ulong Branch = 0x8000_0000, Fetch = 0x4000_0000, Alter = 0x2000_0000, Real = 0x0800_0000;
    private const ulong Zero = 0x0400_0000, Nullify = 0x0100_0000, BranchControl = 0x0080_0000, SpaceControl = 0x0020_0000;
    private readonly EngineBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private void Area(ulong events, ulong start = 0, ulong end = ulong.MaxValue)
    {
        _bench.C->Cr[9] = events;
        _bench.C->Cr[10] = start;
        _bench.C->Cr[11] = end;
    }

    /// <summary>"code ilc old-address per-code per-address": of the last program interruption.</summary>
    private string Event => $"{_bench.Interruption} {_bench.Lowcore.PerCode:x4} {_bench.Lowcore.PerAddress:x}";

    [Theory]
    [InlineData("A7F40010", Branch, "80 4 10020 80e0 10000")]
    [InlineData("A7F40002", Branch, "80 4 10004 80e0 10000")]       // to the next instruction: a branch all the same
    [InlineData("A7040010", Branch, "0 0 0 0000 0")]                // not taken
    [InlineData("07F5", Branch, "80 2 20000 80e0 10000")]
    [InlineData("07F0", Branch, "0 0 0 0000 0")]
    [InlineData("0D65", Branch, "80 2 20000 80e0 10000")]           // BASR
    [InlineData("0D60", Branch, "0 0 0 0000 0")]
    [InlineData("0B05", Branch, "80 2 20000 80e0 10000")]           // BSM
    [InlineData("C0E500008000", Branch, "80 6 20000 80e0 10000")]   // BRASL
    [InlineData("EC560010F064", Branch, "80 6 10020 80e0 10000")]   // CGRJ
    [InlineData("4400A000", Branch, "80 4 20000 80e0 10000")]       // EX of BR 5
    [InlineData("C60000000008", Branch, "80 6 20000 80e0 10000")]   // EXRL of BR 5 at 10010
    [InlineData("1811", Branch, "0 0 0 0000 0")]
    [InlineData("A7F40010", Branch | Fetch, "80 4 10020 c0e0 10000")]
    [InlineData("1811", Branch | Fetch | Alter, "80 2 10002 40e0 10000")]
    [InlineData("B277A200 0000 0000 0000 0004", Branch, "80 4 20000 80e0 10000")]    // RP
    [InlineData("4400A300", Branch, "80 4 20000 80e0 10000")]       // EX of RP
    [InlineData("B277A200 8000 0000 0000 0004", Branch, "6 4 10004 0000 0")]
    [InlineData("B2B2A100", Branch, "0 0 0 0000 0")]                // LPSWE is no branch
    [InlineData("B2B2A100", Fetch, "80 4 20000 40e0 10000")]
    public void Branching_and_fetching(string code, ulong events, string expected)
    {
        Area(events);
        _bench.C->Gr[5] = 0x20000;
        _bench.C->Gr[6] = 0x20000;
        _bench.C->Gr[10] = 0x30000;
        _bench.Put(0x30000, "07F5");
        _bench.Put(0x10010, "07F5");
        _bench.NewPsw(0x30100, 0x20000, EngineBench.Mask64);
        _bench.Put(0x30200, "00000001 80020000");
        _bench.Put(0x30300, "B277A200 0000 0000 0000 0004");
        _bench.Run(code, 1, Per64);
        Assert.Equal(expected, Event);
    }

    [Theory]
    [InlineData("B277A000 0000 0000 0000 0004", 0, "9c 4 20000 80f0 10000 1")]             // RP into the home space
    [InlineData("B2790300", 0, "9c 4 10004 40f0 10000 1")]                                 // SAC
    [InlineData("B2790000", 3, "9c 4 10004 40fc 10000 0")]
    [InlineData("B2790100", 0, "80 4 10004 40f0 10000 0")]                                 // not to home
    public void Event_makes_one_of_entering_and_leaving_the_home_space(string code, int space, string expected)
    {
        _bench.BuildSpaces();
        _bench.C->Cr[0] |= 1UL << 26;
        _bench.C->Cr[4] = 1;
        Area(code.StartsWith("B277", StringComparison.Ordinal) ? Branch : Fetch);
        _bench.C->Gr[10] = 0x30000;
        _bench.Put(0x30000, "0000C001 80020000");
        _bench.Run(code, 1, PerDat64 | ((ulong)space << 46));
        Assert.Equal(expected, $"{Event} {_bench.Lowcore.TranslationException:x}");
    }

    [Theory]
    [InlineData("B277A000 0000 0000 0000 0004", 0x10000UL)]
    [InlineData("B277A000 8000 0000 0000 0004", 0x777UL)]      // not carried out: no break
    [InlineData("4400A200 0700", 0x10000UL)]                   // the EXECUTE's address
    public void Resuming_is_a_breaking_event(string code, ulong expected)
    {
        _bench.C->Gr[10] = 0x30000;
        _bench.Put(0x30000, "00000001 80020000");
        _bench.Put(0x30200, "B277A000 0000 0000 0000 0004");
        _bench.C->BreakingEvent = 0x777;
        _bench.Run(code);
        Assert.Equal(expected, _bench.C->BreakingEvent);
    }

    [Theory]
    [InlineData(0x20000UL, 0x20000UL, true)]
    [InlineData(0x20001UL, 0x2FFFFUL, false)]
    [InlineData(0x10000UL, 0x1FFFFUL, false)]       // where the branch is does not count
    [InlineData(0x30000UL, 0x20000UL, true)]        // wraps around
    [InlineData(0x20001UL, 0x1FFFFUL, false)]
    public void A_branch_address_may_be_asked_for(ulong start, ulong end, bool expected)
    {
        Area(Branch | BranchControl, start, end);
        _bench.C->Gr[5] = 0x20000;
        _bench.Run("07F5", 1, Per64);
        Assert.Equal(expected ? "80 2 20000 80e0 10000" : "0 0 0 0000 0", Event);
    }

    [Theory]
    [InlineData(0x10000UL, 0x10000UL, true)]
    [InlineData(0x10001UL, 0x10005UL, false)]       // only the first byte counts
    [InlineData(0x0UL, 0xFFFFUL, false)]
    [InlineData(0xFFFFUL, 0x10001UL, true)]
    [InlineData(0x20000UL, 0x10000UL, true)]        // wraps around
    [InlineData(0x10001UL, 0xFFFFUL, false)]
    [InlineData(0x1_0001_0000UL, 0x1_0001_0000UL, false)]
    public void An_instruction_is_in_the_area_by_its_first_byte(ulong start, ulong end, bool expected)
    {
        Area(Fetch, start, end);
        _bench.Run("E31000000004", 1, Per64);
        Assert.Equal(expected ? "80 6 10006 40e0 10000" : "0 0 0 0000 0", Event);
    }

    [Theory]
    [InlineData("4400A000", "80 4 10004 40e0 10000")]
    [InlineData("C60000008000", "80 6 10006 40e0 10000")]
    public void The_target_of_execute_is_fetched_too(string code, string expected)
    {
        Area(Fetch, 0x20000, 0x20000);
        _bench.C->Gr[10] = 0x20000;
        _bench.Put(0x20000, "1811");
        _bench.Run(code, 1, Per64);
        Assert.Equal(expected, Event);
    }

    [Theory]
    [InlineData("50106000", "80 4 10004 20e0 10000")]               // ST
    [InlineData("58106000", "0 0 0 0000 0")]                        // L
    [InlineData("92FF6002", "80 4 10004 20e0 10000")]               // MVI
    [InlineData("D20360007000", "80 6 10006 20e0 10000")]           // MVC
    [InlineData("D20370006000", "0 0 0 0000 0")]
    [InlineData("9012 6000", "80 4 10004 20e0 10000")]              // STM
    [InlineData("BA12 6000", "80 4 10004 20e0 10000")]              // CS
    [InlineData("D60360006000", "80 6 10006 20e0 10000")]           // OC
    [InlineData("DC036000A000", "80 6 10006 20e0 10000")]           // TR
    [InlineData("0E68", "80 2 10002 20e0 10000")]                   // MVCL
    [InlineData("B2540068", "80 4 10004 20e0 10000")]               // MVPG
    [InlineData("B2540086", "0 0 0 0000 0")]
    [InlineData("4400A000", "80 4 10004 20e0 10000")]               // EX of ST
    public void Storage_is_altered(string code, string expected)
    {
        Area(Alter, 0x40002, 0x40002);
        _bench.C->Gr[6] = 0x40000;
        _bench.C->Gr[7] = 0x4;
        _bench.C->Gr[8] = 0x48000;
        _bench.C->Gr[9] = 0x4;
        _bench.C->Gr[10] = 0x30000;
        _bench.C->Gr[0] = 0;
        if (code[0] == 'D' && code[1] == '2') _bench.C->Gr[7] = 0x48000;
        _bench.Put(0x30000, "50106000");
        _bench.Run(code, 1, Per64);
        Assert.Equal(expected, Event);
    }

    [Theory]
    [InlineData(0x40004UL, 0x40007UL, false)]
    [InlineData(0x40003UL, 0x40007UL, true)]
    [InlineData(0x3FFF0UL, 0x3FFFFUL, false)]
    [InlineData(0x3FFF0UL, 0x40000UL, true)]
    [InlineData(0x40001UL, 0x40002UL, true)]
    [InlineData(0x40003UL, 0x3FFFFUL, true)]        // wraps around
    [InlineData(0x40004UL, 0x3FFFFUL, false)]
    [InlineData(0UL, ulong.MaxValue, true)]
    [InlineData(0x40004UL, 0x40000UL, true)]
    public void A_byte_of_the_operand_in_the_area_is_enough(ulong start, ulong end, bool expected)
    {
        Area(Alter, start, end);
        _bench.C->Gr[6] = 0x40000;
        _bench.Run("50106000", 1, Per64);
        Assert.Equal(expected ? "80 4 10004 20e0 10000" : "0 0 0 0000 0", Event);
    }

    [Theory]
    [InlineData(0x7FFF_FFFEUL, 0x7FFF_FFFFUL, true)]
    [InlineData(0UL, 1UL, true)]
    [InlineData(2UL, 0x7FFF_FFFDUL, false)]
    public void An_operand_wraps_around_in_its_addressing_mode(ulong start, ulong end, bool expected)
    {
        // The last page below 2 GB is mapped, too.
        _bench.BuildSpaces();
        _bench.Storage.Write64(EngineBench.Segments + 2047 * 8, EngineBench.Pages);
        _bench.Storage.Write64(EngineBench.Pages + 255 * 8, 0x60000);
        Area(Alter, start, end);
        _bench.C->Gr[6] = 0x7FFF_FFFE;
        _bench.Run("50106000", 1, EngineBench.Mask31 | Psw.Per | Psw.Dat);
        Assert.Equal(expected ? "80 4 10004 2070 10000" : "0 0 0 0000 0", Event);
    }

    [Theory]
    [InlineData(Alter | SpaceControl, false, 0UL, "0 0 0 0000 0")]
    [InlineData(Alter | SpaceControl, true, 0UL, "80 4 10004 20f0 10000")]
    [InlineData(Alter, false, 0UL, "80 4 10004 20f0 10000")]
    [InlineData(Alter, false, 1UL, "80 4 10004 20f5 10000")]                // access register
    [InlineData(Alter, false, 2UL, "80 4 10004 20fa 10000")]                // secondary
    [InlineData(Alter, false, 3UL, "80 4 10004 20ff 10000")]                // home
    public void An_alteration_names_its_space(ulong events, bool bit, ulong space, string expected)
    {
        _bench.BuildSpaces();
        if (bit) _bench.C->Cr[1] |= Dat.AsceStorageAlteration;
        Area(events);
        _bench.C->Gr[6] = 0x40000;
        _bench.Run("50106000", 1, PerDat64 | (space << 46));
        Assert.Equal(expected, Event);
        Assert.Equal(space == 1 ? 6 : 0, _bench.Lowcore.PerAccess);
    }

    [Fact]
    public void The_space_control_does_not_count_for_real_addresses()
    {
        Area(Alter | SpaceControl);
        _bench.C->Gr[6] = 0x40000;
        _bench.Run("50106000", 1, Per64);
        Assert.Equal("80 4 10004 20e0 10000", Event);
    }

    [Theory]
    [InlineData(Alter | Real, "80 4 10004 08e0 10000")]
    [InlineData(Real, "0 0 0 0000 0")]              // the mask of storage alteration must be one, too
    [InlineData(Alter, "0 0 0 0000 0")]
    public void Stura_has_its_own_event(ulong events, string expected)
    {
        Area(events, 0x70000, 0x70000);             // the area does not count
        _bench.C->Gr[6] = 0x40000;
        _bench.Run("B2460016", 1, Per64);
        Assert.Equal(expected, Event);
        _bench.Run("B9250016", 1, Per64);           // STURG
        Assert.Equal(expected, Event);
    }

    [Theory]
    [InlineData("58106000", true)]
    [InlineData("58101000", false)]
    [InlineData("58100008", false)]                 // neither base nor index
    [InlineData("58161000", true)]                  // the index
    [InlineData("58116000", true)]                  // the base
    [InlineData("41106000", false)]                 // LA accesses nothing
    [InlineData("D20310006000", true)]
    [InlineData("D20310001010", false)]
    [InlineData("0E62", true)]                      // MVCL to 0: the register is the address
    [InlineData("4400A000", true)]                  // EX of L
    [InlineData("B24B0016", true)]                  // LURA
    public void A_register_that_contains_zero(string code, bool expected)
    {
        Area(Zero);
        _bench.C->Gr[1] = _bench.C->Gr[2] = 0x40000;
        _bench.C->Gr[3] = _bench.C->Gr[7] = 4;
        _bench.C->Gr[10] = 0x30000;
        _bench.Put(0x30000, "58106000");
        _bench.Run(code, 1, Per64);
        Assert.Equal(expected, _bench.Lowcore.PerCode == 0x04E0);
        Assert.Equal(expected ? 0x80 : 0, _bench.Lowcore.ProgramInterruptionCode);
    }

    [Fact]
    public void A_move_of_a_page_from_address_0_is_a_zero_address()
    {
        Area(Zero);
        _bench.C->Gr[6] = 0x40000;
        _bench.Run("B2540068", 1, Per64);
        Assert.Equal("80 4 10004 04e0 10000", Event);
    }

    [Theory]
    [InlineData("58106000", "80 4 10000 41e0 10000")]
    [InlineData("4400A000", "80 4 10000 41e0 10000")]
    [InlineData("0000", "80 2 10000 41e0 10000")]
    public void A_fetch_may_nullify(string code, string expected)
    {
        Area(Fetch | Nullify, 0x10000, 0x10000);
        _bench.C->Gr[1] = 0x1234;
        _bench.C->Gr[6] = 0x40000;
        _bench.C->Gr[10] = 0x30000;
        _bench.Run(code, 1, Per64);
        Assert.Equal(expected, Event);
        Assert.Equal(0x1234UL, _bench.C->Gr[1]);
        Assert.False(_bench.C->Executing);
    }

    [Fact]
    public void The_mask_of_nullification_alone_is_nothing()
    {
        Area(Nullify | Alter);
        _bench.Run("1811", 1, Per64);
        Assert.Equal("0 0 0 0000 0", Event);
    }

    [Theory]
    [InlineData("0000", "81 2 10002 40e0 10000")]                   // operation, suppressed
    [InlineData("1A55", "88 2 10002 40e0 10000")]                   // overflow, completed
    [InlineData("E320B0000004", "91 6 10000 40f0 10000")]           // page translation, nullified
    [InlineData("50109000", "85 4 10004 40e0 10000")]               // addressing; nothing was altered
    [InlineData("D20740009000", "85 6 10006 40e0 10000")]
    [InlineData("AF00 0000", "c0 4 10004 40e0 10000")]              // monitor event
    public void Another_condition_is_indicated_along_with_the_events(string code, string expected)
    {
        Area(Fetch | Alter | Branch);
        _bench.BuildSpaces();
        _bench.Storage.Write64(EngineBench.PageEntry(0x50000), 0x50400);
        _bench.C->Cr[8] = 0x8000;
        _bench.C->Gr[4] = 0x40000;
        _bench.C->Gr[5] = 0x7FFF_FFFF;
        _bench.C->Gr[9] = 0x100_0000;
        _bench.C->Gr[11] = 0x50123;
        var dat = code[0] == 'E' ? Psw.Dat : 0;
        _bench.Run(code, 1, Per64 | dat | Psw.FixedPointOverflow);
        Assert.Equal(expected, Event);
    }

    [Fact]
    public void An_overflow_of_a_store_keeps_the_alteration()
    {
        Area(Alter);
        _bench.C->Gr[6] = 0x40000;
        _bench.Put(0x40000, "7FFFFFFF");
        _bench.Run("EB016000006A", 1, Per64 | Psw.FixedPointOverflow);  // ASI
        Assert.Equal("88 6 10006 20e0 10000", Event);
    }

    [Fact]
    public void A_protected_store_has_no_alteration()
    {
        Area(Alter | Fetch);
        _bench.Storage.SetKey(0x40000, 0x30);
        _bench.Storage.SetKey(0x10000, 0x20);
        _bench.C->Gr[6] = 0x40000;
        _bench.Run("50106000", 1, Per64 | (2UL << 52));
        Assert.Equal("84 4 10004 40e0 10000", Event);
    }

    [Theory]
    [InlineData("0A05", "80 2 abc0 40e0 10000")]
    [InlineData("4400A000", "80 4 abc0 40e0 10000")]
    public void The_event_of_a_supervisor_call_follows_its_interruption(string code, string expected)
    {
        Area(Fetch, 0x10000, 0x10000);
        _bench.NewPsw(0x1C0, 0xABC0, EngineBench.Mask64);
        _bench.C->Gr[10] = 0x30000;
        _bench.Put(0x30000, "0A05");
        _bench.Run(code, 1, Per64);
        Assert.Equal(expected, Event);
        Assert.Equal(5, _bench.Lowcore.SvcCode);
        Assert.Equal(0x10000UL + (ulong)code.Length / 2, _bench.Storage.Read64(0x148));
        Assert.Equal(EngineBench.Mask64, _bench.Old.Mask);
    }

    [Fact]
    public void An_invalid_psw_is_indicated_along_with_the_event_that_loaded_it()
    {
        Area(Fetch);
        _bench.NewPsw(0x800, 0x123456, 0x8000_0001_8000_0000);
        _bench.Run("B2B20800", 1, Per64);
        Assert.Equal("86 4 123456 40e0 10000", Event);
        Assert.Equal(0x8000_0001_8000_0000UL, _bench.Old.Mask);
        _bench.Run("AD800900", 1, Per64);           // STOSM
        Assert.Equal("86 4 10004 40e0 10000", Event);
    }

    [Theory]
    [InlineData(0x10001UL, "6 2 10003 0000 0")]
    [InlineData(0x40_0000UL, "5 2 400002 0000 0")]
    [InlineData(0x3F_FFFEUL, "5 4 400002 0000 0")]
    public void An_instruction_that_cannot_be_fetched_has_no_event(ulong address, string expected)
    {
        Area(Fetch | Nullify);
        _bench.Put(0x3F_FFFE, "5820");
        _bench.Go(address, 1, Per64);
        Assert.Equal(expected, Event);
    }

    [Fact]
    public void An_instruction_across_pages_is_watched()
    {
        Area(Fetch | Alter);
        _bench.C->Gr[6] = 0x40000;
        _bench.Run("E31060000024", 1, Per64, 0x10FFC);
        Assert.Equal("80 6 11002 60e0 10ffc", Event);
        _bench.Run("4400A000", 1, Per64, 0x10FFE);
        Assert.Equal(0x10FFEUL, _bench.Lowcore.PerAddress);
    }

    [Fact]
    public void The_breaking_event_address_is_as_without()
    {
        Area(Fetch);
        _bench.C->BreakingEvent = 0x5678;
        _bench.Run("A7040010", 1, Per64);
        Assert.Equal(0x5678UL, _bench.Lowcore.BreakingEventAddress);
        _bench.Run("A7F40010", 1, Per64);
        Assert.Equal(0x10000UL, _bench.Lowcore.BreakingEventAddress);
    }

    [Theory]
    [InlineData(0x0000_0000_0000_0000UL, "4040")]
    [InlineData(0x0000_0000_8000_0000UL, "4060")]
    [InlineData(0x0000_0001_8000_0000UL, "40e0")]
    public void The_addressing_mode_is_that_of_the_instruction(ulong mode, string expected)
    {
        Area(Fetch);
        _bench.Run("010E", 1, mode | Psw.Per);      // SAM64 changes it
        Assert.Equal(expected, $"{_bench.Lowcore.PerCode:x4}");
        Assert.Equal(Per64, _bench.Old.Mask);
    }

    [Fact]
    public void A_long_move_is_interrupted_after_each_unit_of_operation()
    {
        Area(Alter, 0x60000, 0x60FFF);
        _bench.C->Gr[2] = 0x5FF00;
        _bench.C->Gr[4] = 0x80000;
        _bench.C->Gr[3] = _bench.C->Gr[5] = 0x1800;
        _bench.Run("0E24", 2, Per64);
        Assert.Equal("80 2 10000 20e0 10000", Event);
        Assert.Equal(0x60000UL, _bench.C->Gr[2] & ~0xFFFUL);
        Assert.Equal(0x5FF00UL + 0x1800, _bench.C->Gr[2] + _bench.C->Gr[3]);
    }

    [Fact]
    public void An_instruction_that_turns_the_mask_on_is_not_watched_and_one_that_turns_it_off_is()
    {
        Area(Fetch);
        _bench.Run("AD400900 1811", 2);             // STOSM: the PER mask
        Assert.Equal("80 2 10006 40e0 10004", Event);
        _bench.Run("ACBF0900 1811", 1, Per64);      // STNSM
        Assert.Equal("80 4 10004 40e0 10000", Event);
        Assert.Equal(EngineBench.Mask64, _bench.Old.Mask);
    }

    [Fact]
    public void Without_the_mask_of_the_psw_nothing_is_recorded()
    {
        Area(Fetch | Alter | Branch);
        _bench.C->Gr[6] = 0x40000;
        _bench.Run("50106000 A7F40002", 2);
        Assert.Equal("0 0 0 0000 0", Event);
    }
}
