namespace S390Sim.Cpu.FloatingPoint;

/// <summary>IEEE exceptions by their bits in the mask and flag bytes of the FPC.</summary>
internal static class IeeeException
{
    public const byte Invalid = 0x80, DivisionByZero = 0x40, Overflow = 0x20, Underflow = 0x10, Inexact = 0x08;

    /// <summary>In a data-exception code, beside <see cref="Inexact"/>: the result's magnitude was incremented.</summary>
    public const byte Incremented = 0x04;
}

/// <summary>What an operation takes from the FPC, and what it gives back: flags, and the data exception to end with.</summary>
internal struct BfpContext
{
    /// <summary>How results are rounded.</summary>
    public RoundingMode Mode;
    /// <summary>Exceptions that interrupt: FPC byte 0.</summary>
    public byte Masks;
    /// <summary>Inexact results are not recognised as such (XxC, the inexact-exception control).</summary>
    public bool SuppressInexact;
    /// <summary>Flags to set in FPC byte 1.</summary>
    public byte Flags;
    /// <summary>Data-exception code, or zero.</summary>
    public byte Dxc;

    /// <summary>A context with the masks and the rounding mode of an FPC.</summary>
    public BfpContext(uint fpc)
    {
        Mode = (RoundingMode)(fpc & 7);
        Masks = (byte)(fpc >> 24);
    }

    /// <summary>The operation is suppressed: there is no result.</summary>
    public readonly bool IsSuppressed => Dxc >= IeeeException.DivisionByZero;

    /// <summary>The result was scaled, and of LOAD ROUNDED is in the source's format.</summary>
    public readonly bool IsScaled => (Dxc & (IeeeException.Overflow | IeeeException.Underflow)) != 0;

    /// <summary>Recognises an invalid operation or a division by zero: interrupts, or sets the flag.</summary>
    public void Signal(byte exception)
    {
        if ((Masks & exception) != 0) Dxc = exception;
        else Flags |= exception;
    }

    /// <summary>Recognises an inexact result.</summary>
    public void SignalInexact(bool incremented)
    {
        if (SuppressInexact) return;
        if ((Masks & IeeeException.Inexact) == 0) Flags |= IeeeException.Inexact;
        else Dxc = incremented ? (byte)(IeeeException.Inexact | IeeeException.Incremented) : IeeeException.Inexact;
    }
}
