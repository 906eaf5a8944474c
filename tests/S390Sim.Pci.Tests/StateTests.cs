namespace S390Sim.Pci.Tests;

/// <summary>The state machine of a function: every state with everything that can happen to it.</summary>
public sealed class StateTests
{
    // For each state: CLP enable, CLP disable, MPCIFC 7, MPCIFC 9, failure, permanent failure, SCLP configure, SCLP deconfigure,
    // reset: the answer or the event, and the state that follows, a dot for the same.
    [Theory]
    [InlineData("Reserved", "0101 0101 cc3 cc3 - - 05F0 05F0 -", ". . . . . . . . .")]
    [InlineData("Standby", "0102 0102 cc3 cc3 - - 0020 0120 -", ". . . . . . Disabled . .")]
    [InlineData("Disabled", "0010 0105 cc3 cc3 - - 0120 0020 -", "Enabled . . . . . . Standby .")]
    [InlineData("Enabled", "0105 0010 st24 st24 7 3B 0120 0020 -", ". Disabled . . Error PermanentError . Standby Disabled")]
    [InlineData("Blocked", "0105 0010 cc0 st24 7 3B 0120 0020 -", ". Disabled Enabled . Error PermanentError . Standby Disabled")]
    [InlineData("Error", "0105 0010 cc0 cc0 - 3B 0120 0020 -", ". Disabled Enabled Blocked . PermanentError . Standby Disabled")]
    [InlineData("PermanentError", "0106 0106 cc3 cc3 - - 0120 0020 -", ". . . . . . . Standby Disabled")]
    public void Every_transition(string state, string answers, string states)
    {
        for (var n = 0; n < 9; n++)
        {
            using var b = new PciBench();
            Bring(b, Enum.Parse<FunctionState>(state));
            b.DrainEvents();
            Assert.Equal(answers.Split(' ')[n], Happen(b, n));
            Assert.Equal(states.Split(' ')[n], b.Function.State == Enum.Parse<FunctionState>(state) ? "." : $"{b.Function.State}");
            Assert.Equal(b.Function.State >= FunctionState.Enabled, (b.Handle & FunctionHandle.Enabled) != 0);
        }
    }

    private static void Bring(PciBench b, FunctionState state)
    {
        var f = b.Function;
        switch (state)
        {
            case FunctionState.Reserved: f.Withdraw(); break;
            case FunctionState.Standby: f.Deconfigure(); break;
            case FunctionState.Disabled: f.Disable(); break;
            case FunctionState.Enabled: break;
            case FunctionState.PermanentError: f.FailPermanently(); break;
            default:
                f.Fail(7, 0);
                if (state == FunctionState.Blocked) f.ResetLoadStoreBlock();
                break;
        }
        Assert.Equal(state, f.State);
    }

    private static string Happen(PciBench b, int what)
    {
        switch (what)
        {
            case 0: return b.Set(0, 1)[4..];
            case 1: return b.Set(1, 0)[4..];
            case 2: return Last(b.Modify(7));
            case 3: return Last(b.Modify(9));
            case 4: b.Function.Fail(7, 0); return b.DrainEvents();
            case 5: b.Function.FailPermanently(); return b.DrainEvents();
            case 6: return $"{b.Configuration.ConfigureAdapter(2, 0):X4}";
            case 7: return $"{b.Configuration.DeconfigureAdapter(2, 0):X4}";
            default: b.Configuration.Reset(); return b.DrainEvents();
        }
    }

    private static string Last(string outcome) => outcome.Split(' ')[^1];

    /// <summary>Everything that is registered goes with each way out of the enabled states.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    public void Registrations_are_dropped(int what)
    {
        using var b = new PciBench();
        b.RegisterTranslation();
        b.RegisterInterruptions();
        b.Modify(10, fib => fib.MeasurementBlock = 0x32000);
        b.Function.Write(PciBench.Sdma, new byte[8]);
        Assert.True(b.Iommu.IotlbContains(0, PciBench.Sdma));
        Happen(b, what);
        var f = b.Function;
        Assert.Equal((null, null, 0UL), (f.AddressSpace, f.Interruptions, f.Measurement.Address));
        Assert.False(b.Iommu.TryGetSpace(0, out _));
        Assert.Empty(b.Iommu.IotlbContents());
        Assert.Equal(0u, f.Device.Configuration.Load(4, 2) & ConfigurationSpace.CommandMaster);
        b.RunUntil(b.Now + (1UL << 60));
        Assert.Equal(0UL, b.Read64(0x32000));
    }

    [Fact]
    public void Errors_keep_registrations()
    {
        using var b = new PciBench();
        b.RegisterTranslation();
        b.RegisterInterruptions();
        b.Function.Fail(7, 0);
        Assert.False(b.Function.Write(PciBench.Sdma, new byte[8]));
        Assert.Equal("cc0", b.Modify(7));
        Assert.True(b.Function.Write(PciBench.Sdma, new byte[8]));
        Assert.Equal("cc1 st24", b.RegisterInterruptions());
    }

    [Fact]
    public void Plugging_and_unplugging_is_announced()
    {
        using var b = new PciBench();
        b.Configuration.Plug(new PciFunction(5, 5, new MemoryDevice()));
        var standby = new PciFunction(6, 6, new MemoryDevice());
        b.Configuration.Plug(standby, isConfigured: false);
        Assert.Equal(("301 302", FunctionState.Standby), (b.DrainEvents(), standby.State));
        b.Configuration.RequestUnplug(standby);
        Assert.Equal(("308", FunctionState.Reserved), (b.DrainEvents(), standby.State));
        b.Configuration.Unplug(standby);
        Assert.Equal("-", b.DrainEvents());
        b.Configuration.RequestUnplug(b.Function);
        Assert.Equal(("303", FunctionState.Enabled), (b.DrainEvents(), b.Function.State));
        Assert.Equal(0x0020, b.Configuration.DeconfigureAdapter(2, 0));
        Assert.Equal(("308", FunctionState.Reserved), (b.DrainEvents(), b.Function.State));
        var other = b.Configuration.FindByFid(5)!;
        other.Enable();
        b.Configuration.Unplug(other);
        Assert.Equal(("304", FunctionState.Reserved), (b.DrainEvents(), other.State));
        Assert.Equal("cc0 0010", b.CallClp(2, space: 64));
        Assert.Equal(32UL, b.Read64(PciBench.Clp + 32) >> 48);
    }
}
