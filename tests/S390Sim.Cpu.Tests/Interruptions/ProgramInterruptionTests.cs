using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Interruptions;

public sealed unsafe class ProgramInterruptionTests : IDisposable
{
    private readonly EngineBench _bench = new();

    [Theory]
    [InlineData("0000", "1 2 10002")]                   // operation, suppressed
    [InlineData("1D12", "6 2 10002")]                   // DR of an odd register, specification
    [InlineData("1D24", "9 2 10002")]                   // DR by zero, fixed-point divide
    [InlineData("1A55", "8 2 10002")]                   // AR overflows, completed
    [InlineData("58209000", "5 4 10004")]               // L beyond storage, addressing
    [InlineData("E320900000 04", "5 6 10006")]
    [InlineData("AF00 0000", "0 0 0")]                  // MC of a class that is masked: no interruption
    [InlineData("B2B20004", "6 4 10004")]               // LPSWE, misaligned
    [InlineData("B221FFFF", "5 4 10004")]               // IPTE of an entry beyond storage
    [InlineData("44008000", "3 4 10004")]               // EX of EX
    [InlineData("44008001", "6 4 10004")]               // EX of an odd address
    [InlineData("44009000", "5 4 10004")]               // EX of a target that is not there
    [InlineData("44008010", "6 4 10004")]               // EX of a DR that fails
    [InlineData("C60000000008", "6 6 10006")]           // EXRL of it, at 10010
    public void Old_psw_and_ilc(string code, string expected)
    {
        _bench.C->Gr[5] = 0x7FFF_FFFF;
        _bench.C->Gr[8] = 0x11000;
        _bench.C->Gr[9] = 0x100_0000;
        _bench.C->Gr[15] = 0x100_0000;
        _bench.Put(0x11000, "44008000");
        _bench.Put(0x11010, "1D12");
        _bench.Put(0x10010, "1D12");
        _bench.Run(code, 1, EngineBench.Mask64 | Psw.FixedPointOverflow);
        Assert.Equal(expected, _bench.Interruption);
        Assert.False(_bench.C->Executing);
    }

    [Theory]
    [InlineData(0x10001UL, "6 2 10003")]                // odd: late specification, the address is ahead by the ILC
    [InlineData(0x40_0000UL, "5 2 400002")]             // beyond storage
    [InlineData(0x3F_FFFEUL, "5 4 400002")]             // the second halfword is beyond storage
    public void A_fetch_that_suppresses_leaves_the_psw_ahead_by_the_ilc(ulong address, string expected)
    {
        _bench.Put(0x3F_FFFE, "5820");
        _bench.Go(address, 1);
        Assert.Equal(expected, _bench.Interruption);
    }

    [Theory]
    [InlineData(0x50000UL, "11 2 50000")]
    [InlineData(0x4FFFEUL, "11 6 4fffe")]               // the rest of a six-byte instruction is not translated
    public void A_fetch_that_nullifies_leaves_the_psw_at_the_instruction(ulong address, string expected)
    {
        _bench.BuildSpaces();
        _bench.Storage.Write64(EngineBench.PageEntry(0x50000), 0x50400);
        _bench.Put(0x4FFFE, "E300");
        _bench.Go(address, 1, EngineBench.Dat64);
        Assert.Equal(expected, _bench.Interruption);
        Assert.Equal(0x50000UL | 0x800, _bench.Lowcore.TranslationException);
    }

    [Fact]
    public void A_fetch_from_a_protected_page_is_ahead_too()
    {
        _bench.Storage.SetKey(0x10000, 0x38);
        _bench.Run("0700", 1, EngineBench.Mask64 | (2UL << 52));
        Assert.Equal("4 2 10002", _bench.Interruption);
    }

    [Fact]
    public void A_nullified_operand_access_leaves_the_psw_at_the_instruction()
    {
        _bench.BuildSpaces();
        _bench.C->Gr[9] = 0x50123;
        _bench.Storage.Write64(EngineBench.PageEntry(0x50000), 0x50400);
        _bench.Run("E32090000004", 1, EngineBench.Dat64);
        Assert.Equal("11 6 10000", _bench.Interruption);
        Assert.Equal(0x50800UL, _bench.Lowcore.TranslationException);
    }

    [Theory]
    [InlineData(0x8000_0001_8000_0000UL, 0UL)]          // bit 0
    [InlineData(0x0008_0001_8000_0000UL, 0UL)]          // bit 12
    [InlineData(0x0000_0001_8000_0001UL, 0UL)]          // bit 63
    [InlineData(0x0000_0001_0000_0000UL, 0UL)]          // EA without BA
    [InlineData(0x0000_0000_8000_0000UL, 0x8000_0000UL)]
    [InlineData(0UL, 0x100_0000UL)]
    public void A_loaded_psw_that_is_invalid_is_an_early_exception_with_ilc_0(ulong mask, ulong address)
    {
        _bench.NewPsw(0x800, address, mask);
        _bench.Run("B2B20800", 2);
        Assert.Equal($"6 0 {address:x}", _bench.Interruption);
        Assert.Equal(mask, _bench.Old.Mask);
    }

    [Theory]
    [InlineData("80008000", "6 4 10004")]               // SSM
    [InlineData("AD808000", "6 4 10004")]               // STOSM
    [InlineData("44008010", "6 4 10004")]               // EX of STOSM
    [InlineData("C60000000008", "6 6 10006")]           // EXRL of STOSM
    public void A_system_mask_that_is_invalid_has_the_ilc_of_its_instruction(string code, string expected)
    {
        _bench.C->Gr[8] = 0x11000;
        _bench.Storage.Write(0x11000, [0x80]);
        _bench.Put(0x11010, "AD808000");
        _bench.Put(0x10010, "AD808000");
        _bench.Run(code, 2);
        Assert.Equal(expected, _bench.Interruption);
    }

    [Fact]
    public void Load_psw_inverts_bit_12_and_widens()
    {
        _bench.C->Gr[8] = 0x11000;
        _bench.Storage.Write64(0x11000, 0x0008_2000_8012_3456);
        _bench.Run("82008000");
        Assert.Equal(new Psw(0x0000_2000_8000_0000, 0x12_3456), _bench.C->Psw);
        _bench.Storage.Write64(0x11000, 0x0000_0000_8012_3456);
        _bench.Run("82008000");
        Assert.Equal("6 4 10004", _bench.Interruption);
    }

    [Fact]
    public void Nobody_knows_that_an_instruction_which_is_not_installed_is_privileged()
    {
        _bench.Run("B2220000 B2290012", 2, EngineBench.Mask64 | Psw.Problem);
        Assert.Equal("2 4 10008", _bench.Interruption);     // ISKE
        _bench.Processor.Handlers.Remove(Isa.Op.ISKE);
        _bench.Run("B2290012", 1, EngineBench.Mask64 | Psw.Problem, 0x11000);
        Assert.Equal("1 4 11004", _bench.Interruption);
    }

    [Fact]
    public void Suppression_of_ssm_comes_before_its_operand()
    {
        _bench.C->Cr[0] |= 1UL << 30;
        _bench.C->Gr[8] = 0x100_0000;
        _bench.Run("80008000");
        Assert.Equal("13 4 10004", _bench.Interruption);
    }

    [Theory]
    [InlineData(EngineBench.Mask64, 0x8000UL)]          // an operation exception at its own new PSW
    [InlineData(EngineBench.Mask64, 0x100_0000UL)]      // one that cannot be fetched: no instruction is ever counted
    [InlineData(EngineBench.Mask64, 0x8001UL)]
    [InlineData(1UL, 0UL)]                              // an invalid new PSW
    public void New_psws_that_only_interrupt_end_the_run(ulong mask, ulong address)
    {
        _bench.NewPsw(0x1D0, address, mask);
        Assert.Equal(StopReason.ProgramLoop, _bench.Run("0000", 100_000));
        Assert.InRange(_bench.C->InstructionCount, 0UL, 20UL);
    }

    [Fact]
    public void A_timer_that_stays_due_under_its_own_new_psw_ends_the_run()
    {
        _bench.C->Cr[0] = 1UL << 11;
        _bench.NewPsw(0x1B0, 0x10000, EngineBench.Mask64 | Psw.External);
        Assert.Equal(StopReason.ProgramLoop, _bench.Run("0700", 100_000, EngineBench.Mask64 | Psw.External));
    }

    [Fact]
    public void A_loop_of_supervisor_calls_is_bounded_by_its_instructions_alone()
    {
        _bench.NewPsw(0x1C0, 0x10000, EngineBench.Mask64);
        Assert.Equal(StopReason.InstructionLimit, _bench.Run("0A05", 1000));
        Assert.Equal(2, _bench.Lowcore.SvcIlc);
        Assert.Equal(5, _bench.Lowcore.SvcCode);
        Assert.Equal(0x10002UL, _bench.Storage.Read64(0x148));
    }

    [Fact]
    public void An_executed_supervisor_call_has_the_length_of_the_execute()
    {
        _bench.NewPsw(0x1C0, 0x123456);
        _bench.Put(0x10010, "0A07");
        _bench.Run("C60000000008", 1);
        Assert.Equal(6, _bench.Lowcore.SvcIlc);
        Assert.Equal(7, _bench.Lowcore.SvcCode);
        Assert.Equal(0x10006UL, _bench.Storage.Read64(0x148));
        Assert.Equal(0x123456UL, _bench.C->PswAddress);
    }

    [Fact]
    public void Every_attempt_is_counted()
    {
        _bench.BuildSpaces();
        _bench.NewPsw(0x1D0, 0x60000, EngineBench.Mask64);
        _bench.Put(0x60000, "E548A0000000 B2B20150");   // MVGHI 0(10),0: the entry becomes an address; LPSWE
        _bench.Storage.Write64(EngineBench.PageEntry(0), 0x400);
        _bench.C->Gr[10] = EngineBench.PageEntry(0);
        _bench.Run("58200200 0700", 5, EngineBench.Dat64);
        Assert.Equal("11 4 10000", _bench.Interruption);
        // L nullified, MVGHI, LPSWE, L, NOPR.
        Assert.Equal(0x10006UL, _bench.C->PswAddress);
        Assert.Equal(5UL, _bench.C->InstructionCount);
    }

    public void Dispose() => _bench.Dispose();
}
