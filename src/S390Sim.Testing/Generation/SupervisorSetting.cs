using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>
/// What a program in the supervisor state finds: control registers, three address spaces that differ, a prefix, storage keys,
/// an addressing mode. Everything is such that the program can go on, most of the time.
/// </summary>
public static class SupervisorSetting
{
    /// <summary>CR0 bit 33: SET SYSTEM MASK is a special-operation exception.</summary>
    private const ulong SsmSuppression = 1UL << 30;
    /// <summary>CR0 bit 35: low-address protection.</summary>
    private const ulong LowAddressProtection = 1UL << 28;
    /// <summary>CR0 bit 36: extraction authority.</summary>
    private const ulong ExtractionAuthority = 1UL << 27;
    /// <summary>CR0 bit 37: secondary-space control.</summary>
    private const ulong SecondarySpace = 1UL << 26;
    /// <summary>CR0 bit 38: fetch-protection override.</summary>
    private const ulong FetchProtectionOverride = 1UL << 25;
    /// <summary>CR0 bit 39: storage-protection override.</summary>
    private const ulong StorageProtectionOverride = 1UL << 24;
    /// <summary>CR0 bit 40: enhanced DAT.</summary>
    private const ulong EnhancedDat = 1UL << 23;
    /// <summary>CR0 bit 45: AFP-register control.</summary>
    private const ulong AfpControl = 1UL << 18;

    /// <summary>
    /// The address spaces: the standard one; one with the pages of data exchanged; one whose pages of data are the same frame, the
    /// first protected. They differ in the levels of their tables, too.
    /// </summary>
    public static IReadOnlyList<StorageLayout> Spaces { get; } =
    [
        StorageLayout.Standard.As("first", slot: 1),
        StorageLayout.Standard.Page(TestLayout.Data, TestLayout.Data + 4096).Page(TestLayout.Data + 4096, TestLayout.Data)
            .WithLevels(1).As("exchanged", slot: 2),
        StorageLayout.Standard.Page(TestLayout.Data, PageKind.ReadOnly).Alias(TestLayout.Data + 4096, of: TestLayout.Data)
            .WithLevels(3).As("same", slot: 3),
    ];

    /// <summary>A PSW mask: any addressing mode, DAT on or off, and some address space.</summary>
    /// <param name="dice">Where it is drawn from.</param>
    public static ulong Mask(Dice dice)
    {
        ArgumentNullException.ThrowIfNull(dice);
        var addressing = dice.Below(6) switch { 0 => 24, 1 => 31, _ => 64 };
        var space = dice.Below(6) switch { 0 => 2, 1 => 3, _ => 0 };
        var mask = CasePlan.Mode(addressing, dat: dice.OneIn(2), problem: dice.OneIn(10), space, key: Key(dice));
        if (dice.OneIn(8)) mask |= dice.Pick(Psw.Io, Psw.External, Psw.MachineCheck, Psw.Io | Psw.External);
        return mask;
    }

    /// <summary>An access key, mostly zero.</summary>
    internal static int Key(Dice dice) => dice.OneIn(6) ? dice.Pick(1, 3, 3, 9, 15) : 0;

    /// <summary>A storage key that mostly lets an access with a key pass.</summary>
    internal static byte StorageKey(Dice dice, int key)
        => (byte)(dice.Below(32) switch
        {
            0 => dice.Below(128) << 1,
            1 => 0x90,
            _ => key << 4 | (dice.OneIn(3) ? 8 : 0) | dice.Below(4) << 1,
        });

    /// <summary>What a control register may hold so that the program can go on, most of the time.</summary>
    internal static ulong Control(Dice dice, int register) => register switch
    {
        0 => ControlZero(dice),
        1 or 7 or 13 => Asce(dice),
        3 => (uint)(dice.OneIn(3) ? dice.Below(0x10000) : 0xFFFF) << 16 | (uint)dice.Below(3),
        4 => (uint)dice.Below(0x10000) << 16 | (uint)dice.Below(3),
        8 => (ulong)dice.Below(0x10000),
        // Program-event recording, tracing, machine checks and the linkage stack stay off.
        9 or 12 or 14 or 15 => 0,
        _ => OperandValues.Doubleword(dice) & ~0x3FUL,
    };

    private static ulong ControlZero(Dice dice)
    {
        var control = CaseBench.ControlZero;
        void Toggle(ulong bit, int odds) => control ^= dice.OneIn(odds) ? bit : 0;
        control |= ExtractionAuthority | SecondarySpace;
        Toggle(SsmSuppression, 16);
        Toggle(LowAddressProtection, 8);
        Toggle(ExtractionAuthority, 8);
        Toggle(SecondarySpace, 8);
        Toggle(FetchProtectionOverride, 12);
        Toggle(StorageProtectionOverride, 12);
        Toggle(EnhancedDat, 2);
        Toggle(AfpControl, 32);
        return control;
    }

    private static ulong Asce(Dice dice)
    {
        var asce = Spaces[dice.Below(Spaces.Count)].Asce;
        return dice.Below(24) switch
        {
            0 => asce ^ 4,                      // another kind of table than it is
            1 => asce | Dat.AscePrivateSpace,
            2 => Dat.AsceRealSpace,
            _ => asce,
        };
    }

    /// <summary>The case in the supervisor state.</summary>
    /// <param name="test">A case with its PSW mask.</param>
    /// <param name="dice">What the rest is drawn from.</param>
    public static MachineCase Apply(MachineCase test, Dice dice)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(dice);
        var key = test.Before.Psw.Key;
        var before = test.Before with
        {
            Prefix = TestLayout.Prefixes[dice.Below(TestLayout.Prefixes.Length)],
            Keys = [.. Enumerable.Range(0, TestLayout.KeyedFrames.Length).Select(_ => StorageKey(dice, key))],
        };
        // Mostly the code can be fetched, whatever key the program comes to have.
        if (!dice.OneIn(24)) before.Keys[0] &= 0xF6;
        foreach (var register in new[] { 0, 1, 3, 4, 7, 8, 13 }) before.Cr[register] = Control(dice, register);
        return test with { Before = before, Layout = Spaces[0], Spaces = [.. Spaces.Skip(1)] };
    }
}
