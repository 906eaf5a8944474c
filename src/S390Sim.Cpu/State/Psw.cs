namespace S390Sim.Cpu;

/// <summary>A 16-byte program-status word (Principles of Operation, chapter 4, "Program-Status Word Format").</summary>
/// <param name="Mask">Bits 0-63.</param>
/// <param name="Address">Bits 64-127: the instruction address.</param>
public readonly record struct Psw(ulong Mask, ulong Address)
{
    /// <summary>Bit 1: PER mask.</summary>
    public const ulong Per = 1UL << 62;
    /// <summary>Bit 5: DAT mode.</summary>
    public const ulong Dat = 1UL << 58;
    /// <summary>Bit 6: I/O mask.</summary>
    public const ulong Io = 1UL << 57;
    /// <summary>Bit 7: external mask.</summary>
    public const ulong External = 1UL << 56;
    /// <summary>Bits 8-11: access key.</summary>
    public const ulong KeyMask = 0xFUL << 52;
    /// <summary>Bit 13: machine-check mask.</summary>
    public const ulong MachineCheck = 1UL << 50;
    /// <summary>Bit 14: wait state.</summary>
    public const ulong Wait = 1UL << 49;
    /// <summary>Bit 15: problem state.</summary>
    public const ulong Problem = 1UL << 48;
    /// <summary>Bits 16-17: address-space control (0 primary, 1 access register, 2 secondary, 3 home).</summary>
    public const ulong SpaceMask = 3UL << 46;
    /// <summary>Bits 18-19: condition code.</summary>
    public const ulong ConditionCodeMask = 3UL << 44;
    /// <summary>Bit 20: fixed-point-overflow mask.</summary>
    public const ulong FixedPointOverflow = 1UL << 43;
    /// <summary>Bit 21: decimal-overflow mask.</summary>
    public const ulong DecimalOverflow = 1UL << 42;
    /// <summary>Bit 22: HFP-exponent-underflow mask.</summary>
    public const ulong HfpExponentUnderflow = 1UL << 41;
    /// <summary>Bit 23: HFP-significance mask.</summary>
    public const ulong HfpSignificance = 1UL << 40;
    /// <summary>Bit 31: extended addressing mode.</summary>
    public const ulong ExtendedAddressing = 1UL << 32;
    /// <summary>Bit 32: basic addressing mode.</summary>
    public const ulong BasicAddressing = 1UL << 31;
    /// <summary>Bit 12: one in an ESA/390 (short) PSW, zero in a z/Architecture PSW.</summary>
    public const ulong ShortFormat = 1UL << 51;

    /// <summary>Bits 0, 2-4, 12, 24-30 and 33-63: must be zero, or an early specification exception is recognised.</summary>
    public const ulong Reserved = 0xB808_00FE_7FFF_FFFFUL;

    /// <summary>Access key, 0-15.</summary>
    public int Key => (int)(Mask >> 52) & 0xF;
    /// <summary>Condition code, 0-3.</summary>
    public int ConditionCode => (int)(Mask >> 44) & 3;
    /// <summary>Address-space control, 0 primary, 1 access register, 2 secondary, 3 home.</summary>
    public int Space => (int)(Mask >> 46) & 3;

    /// <summary>Whether the wait state admits no interruption at all: only an operator ends it.</summary>
    public bool IsDisabledWait => (Mask & (Wait | Io | External | MachineCheck)) == Wait;

    /// <summary>Whether loading this PSW ends in an early specification exception (chapter 6, "Early Exception Recognition").</summary>
    public bool IsInvalid
    {
        get
        {
            if ((Mask & Reserved) != 0) return true;
            return (Mask & (ExtendedAddressing | BasicAddressing)) switch
            {
                0 => (Address & ~0xFF_FFFFUL) != 0,
                BasicAddressing => (Address & ~0x7FFF_FFFFUL) != 0,
                ExtendedAddressing => true,
                _ => false,
            };
        }
    }

    /// <summary>The bits an address keeps in the addressing mode of a PSW mask.</summary>
    public static ulong AddressMask(ulong mask) => (mask & (ExtendedAddressing | BasicAddressing)) switch
    {
        0 => 0xFF_FFFFUL,
        BasicAddressing => 0x7FFF_FFFFUL,
        _ => ulong.MaxValue,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Mask:x16} {Address:x16}";
}
