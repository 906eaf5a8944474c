using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// The modifiers that choose a rounding method and suppress the inexact exception. What the floating-point-extension facility
/// brought is not there without it.
/// </summary>
internal static unsafe class Modifier
{
    private const int ExtensionFacility = 37;
    private const byte SuppressInexact = 4;      // M4 bit 1, XxC

    /// <summary>Whether the facility is installed.</summary>
    public static bool HasExtension(CpuState* c) => c->Processor.Facilities[ExtensionFacility];

    /// <summary>The method that a modifier names; else a specification exception was recognised.</summary>
    /// <param name="c">Processor.</param>
    /// <param name="modifier">M3 or M4; zero takes the FPC's.</param>
    /// <param name="mode">Rounding method.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryRounding(CpuState* c, byte modifier, out RoundingMode mode)
    {
        mode = modifier switch
        {
            0 => (RoundingMode)(c->Fpc & 7),
            1 => RoundingMode.NearestAway,
            3 => RoundingMode.PrepareForShorter,
            4 => RoundingMode.NearestEven,
            5 => RoundingMode.TowardZero,
            6 => RoundingMode.TowardPlusInfinity,
            _ => RoundingMode.TowardMinusInfinity,
        };
        if (modifier is not (2 or > 7) && (modifier != 3 || HasExtension(c))) return true;
        c->Program(ProgramCode.Specification);
        return false;
    }

    /// <summary>
    /// A context for M3 and M4. Instructions that had no M3 before the facility ignore it without.
    /// </summary>
    public static bool TryContext(CpuState* c, Insn* i, bool hasAlwaysM3, out BfpContext context)
    {
        context = new BfpContext(c->Fpc);
        if ((i->M3 | i->M4) == 0) return true;
        var hasExtension = HasExtension(c);
        context.SuppressInexact = hasExtension && (i->M4 & SuppressInexact) != 0;
        return (!hasExtension && !hasAlwaysM3) || TryRounding(c, i->M3, out context.Mode);
    }
}
