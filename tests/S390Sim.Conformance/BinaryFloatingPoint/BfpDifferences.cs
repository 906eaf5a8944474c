using S390Sim.Isa;

namespace S390Sim.Conformance.BinaryFloatingPoint;

/// <summary>Where QEMU 7.2 is not followed, and why. An entry that explains nothing any more fails the test.</summary>
internal static class BfpDifferences
{
    private const byte Invalid = 0x80, Inexact = 0x08, Incremented = 0x04, Completing = 0x3C;
    private const int FloatingPointException = 8, IllegalInstruction = 4;

    /// <summary>A fault of QEMU's, and whether it explains a difference.</summary>
    public sealed record Entry(string Reason, Func<BfpVariant, BfpCase, BfpOutcome, BfpOutcome, bool> Explains);

    /// <summary>The list; the first that explains a difference takes it.</summary>
    public static IReadOnlyList<Entry> Entries { get; } =
    [
        new("DIVIDE TO INTEGER is not implemented",
            (v, _, _, qemu) => v.Op is Op.DIEBR or Op.DIDBR && qemu.Signal == IllegalInstruction),
        new("an overflow, underflow or inexact result that interrupts is not stored, and called neither exact nor incremented",
            (_, test, ours, qemu) => Interrupts(ours) && qemu.Signal == FloatingPointException
                && ((ours.Dxc & ~Incremented) == qemu.Dxc || (ours.Dxc | Inexact) == qemu.Dxc)
                && (ours.Fpc & 0xFFFF_00FF) == (qemu.Fpc & 0xFFFF_00FF) && qemu.First == test.First && qemu.Cc == test.Cc),
        new("LOAD AND TEST leaves a signaling NaN as it is",
            (v, _, ours, qemu) => v.Is("LOAD AND TEST") && qemu.Signal == 0 && qemu.Cc == 3 && (Signals(ours) & Invalid) != 0),
        new("MULTIPLY to a longer format takes a multiplicand of that format",
            (v, _, _, _) => v.Op is Op.MDEBR or Op.MDEB or Op.MXDBR or Op.MXDB),
        new("MULTIPLY AND ADD takes the first NaN, signaling or not, and the addend's after zero times infinity",
            (v, test, ours, _) => v.Is("MULTIPLY AND") && (Signals(ours) & Invalid) != 0 && (IsNaN(v.Source, test.First)
                || IsNaN(v.Source, test.Second) || IsNaN(v.Source, (UInt128)test.Third << 64))),
        new("an exact tiny result does not interrupt",
            (_, test, ours, qemu) => ours.Signal == FloatingPointException && ours.Dxc == 0x10 && qemu.Signal == 0
                && (qemu.Fpc & ~0xFF00) == (ours.Fpc & ~0xFF00) && ((test.Fpc >> 24) & 0x10) != 0),
        new("what does not fit a fixed-point number is not inexact too",
            (v, test, ours, qemu) => v.Is("CONVERT TO") && ours.Cc == 3 && qemu.Cc == 3 && v.Operands.M4 == 0 && qemu.Signal == 0
                && ours.General == qemu.General && ((qemu.Fpc >> 16) & Invalid) != 0
                && (ours.Signal != 0 ? ours.Dxc == Inexact : ((ours.Fpc >> 16) & Inexact) != 0)),
        new("an invalid conversion that interrupts is called inexact too",
            (v, _, ours, qemu) => v.Is("CONVERT TO") && ours.Dxc == Invalid && qemu.Dxc == (Invalid | Inexact)
                && ours with { Fpc = qemu.Fpc } == qemu),
        new("LOAD ROUNDED takes a first operand that names no pair",
            (v, _, ours, _) => v.Op is Op.LDXBRA or Op.LEXBRA && v.Operands.R1 == 2 && ours.Signal == IllegalInstruction),
        new("a DFP rounding mode is taken without DFP",
            (v, test, ours, _) => ours.Signal == IllegalInstruction && (v.Op switch
            {
                Op.SFPC or Op.SFASR => (uint)test.General,
                Op.LFPC or Op.LFAS => (uint)(test.Second >> 96),
                _ => 0U,
            } & 0x70) != 0),
    ];

    // Exceptions that were recognised: the flags, or the data-exception code.
    private static int Signals(BfpOutcome outcome)
        => outcome.Signal == FloatingPointException ? outcome.Dxc : (int)(outcome.Fpc >> 16) & 0xF8;

    private static bool IsNaN(BfpWidth width, UInt128 left)
        => width == BfpWidth.Short ? float.IsNaN(BitConverter.UInt32BitsToSingle((uint)(left >> 96)))
            : double.IsNaN(BitConverter.UInt64BitsToDouble((ulong)(left >> 64)));

    private static bool Interrupts(BfpOutcome outcome)
        => outcome.Signal == FloatingPointException && (outcome.Dxc & Completing) != 0 && (outcome.Dxc & 3) == 0;
}
