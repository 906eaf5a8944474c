using System.Numerics;

namespace S390Sim.Cpu;

/// <summary>A machine check to be presented (chapter 11).</summary>
/// <param name="Code">Machine-check-interruption code: its leftmost 14 bits are the conditions.</param>
/// <param name="FailingAddress">Failing-storage address, stored when bit 24 of the code says that it is valid.</param>
/// <param name="ExternalDamage">External-damage code, stored when bit 26 of the code says that it is valid.</param>
public readonly record struct MachineCheck(ulong Code, ulong FailingAddress = 0, uint ExternalDamage = 0)
{
    /// <summary>Bits of the code that are conditions.</summary>
    public const ulong Conditions = 0xEDF0_0000_0000_0000;

    /// <summary>A channel report is pending: bit 9, with registers, timers and storage valid.</summary>
    internal static readonly MachineCheck ChannelReport = new(0x0040_0F1D_4033_0000);

    /// <summary>Subclass mask of channel reports: control register 14, bit 35.</summary>
    internal const ulong ChannelReportMask = 1UL << 28;

    internal bool HasFailingAddress => (Code & (1UL << 39)) != 0;
    internal bool HasExternalDamage => (Code & (1UL << 37)) != 0;

    internal MachineCheck With(in MachineCheck other) => new(Code | other.Code,
        other.HasFailingAddress ? other.FailingAddress : FailingAddress, ExternalDamage | other.ExternalDamage);
}

/// <summary>
/// Machine checks that a CPU has pending, one of each subclass: conditions of a subclass are indicated together, as are all that
/// are open when the interruption is taken (chapter 11, "Interruption Action").
/// </summary>
internal sealed class MachineChecks
{
    /// <summary>
    /// The conditions by subclass: exigent ones, which no mask of control register 14 holds back, and its bits 35-39: channel
    /// reports and channel-subsystem damage, system recovery, degradation, damage to timing, service processor or the outside, warning.
    /// </summary>
    private static readonly (ulong Conditions, ulong Mask)[] s_subclasses =
    [
        (0xC000_0000_0000_0000, 0), (0x0050_0000_0000_0000, MachineCheck.ChannelReportMask), (0x2000_0000_0000_0000, 1UL << 27),
        (0x0100_0000_0000_0000, 1UL << 26), (0x0C20_0000_0000_0000, 1UL << 25), (0x0080_0000_0000_0000, 1UL << 24),
    ];

    private readonly MachineCheck[] _pending = new MachineCheck[s_subclasses.Length];
    private int _present;       // bit n: subclass n

    /// <summary>Whether any is pending, open or not.</summary>
    public bool Any => _present != 0;

    /// <summary>Makes the conditions of a code pending; false when it has none.</summary>
    public bool TryRequest(in MachineCheck check)
    {
        var rest = check.Code & ~MachineCheck.Conditions;
        if (rest == check.Code) return false;
        for (var n = 0; n < s_subclasses.Length; n++)
        {
            var conditions = check.Code & s_subclasses[n].Conditions;
            if (conditions == 0) continue;
            _pending[n] = _pending[n].With(check with { Code = conditions | rest });
            _present |= 1 << n;
        }
        return true;
    }

    /// <summary>Whether some is open with the masks of control register 14.</summary>
    public bool IsOpen(ulong masks) => Open(masks) != 0;

    /// <summary>What is open, as one machine check; it stays.</summary>
    public MachineCheck Peek(ulong masks)
    {
        var check = default(MachineCheck);
        for (var open = Open(masks); open != 0; open &= open - 1)
            check = check.With(_pending[BitOperations.TrailingZeroCount(open)]);
        return check;
    }

    /// <summary>Drops what is open: it was taken.</summary>
    public void Take(ulong masks)
    {
        for (var open = Open(masks); open != 0; open &= open - 1) Drop(BitOperations.TrailingZeroCount(open));
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        for (var n = 0; n < s_subclasses.Length; n++) Drop(n);
    }

    private void Drop(int subclass)
    {
        _pending[subclass] = default;
        _present &= ~(1 << subclass);
    }

    private int Open(ulong masks)
    {
        var open = 0;
        for (var rest = _present; rest != 0; rest &= rest - 1)
        {
            var n = BitOperations.TrailingZeroCount(rest);
            var mask = s_subclasses[n].Mask;
            if (mask == 0 || (masks & mask) != 0) open |= 1 << n;
        }
        return open;
    }
}
