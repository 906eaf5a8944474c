namespace S390Sim.Cpu;

/// <summary>
/// PER events: their masks in bits 32-39 of control register 9, and bits 0-7 of the PER code (chapter 4, "Program-Event
/// Recording").
/// </summary>
[Flags]
public enum PerEvents : byte
{
    /// <summary>No event.</summary>
    None = 0,
    /// <summary>Successful branching.</summary>
    Branch = 0x80,
    /// <summary>Instruction fetching.</summary>
    InstructionFetch = 0x40,
    /// <summary>Storage alteration.</summary>
    StorageAlteration = 0x20,
    /// <summary>STORE USING REAL ADDRESS; its mask counts only along with that of storage alteration.</summary>
    StoreUsingRealAddress = 0x08,
    /// <summary>An operand's address was formed from a general register that contains zero.</summary>
    ZeroAddress = 0x04,
    /// <summary>Instruction-fetching nullification; its mask counts only along with that of instruction fetching.</summary>
    Nullification = 0x01,
}

/// <summary>What a program interruption stores about PER events.</summary>
public struct PerReport
{
    /// <summary>The events; none when the interruption indicates none.</summary>
    public PerEvents Events;
    /// <summary>Addressing-and-translation-mode identification (bits 8-15 of the PER code).</summary>
    public byte Mode;
    /// <summary>PER access identification: the access register of the storage alteration.</summary>
    public byte Access;
    /// <summary>PER address: of the instruction, or of the EXECUTE.</summary>
    public ulong Address;

    /// <summary>The PER code as it is stored at real 0x96.</summary>
    public readonly ushort Code => (ushort)(((int)Events << 8) | Mode);

    /// <summary>
    /// Bits 8-13 of the PER code: PSW bits 31, 32, 5, 16 and 17 as they were when the instruction began, and bit 9, which says
    /// that they are there.
    /// </summary>
    public static byte ModeOf(ulong mask)
        => (byte)(((mask & Psw.ExtendedAddressing) != 0 ? 0x80 : 0) | 0x40
            | ((mask & Psw.BasicAddressing) != 0 ? 0x20 : 0)
            | ((mask & Psw.Dat) != 0 ? 0x10 : 0)
            | ((int)(mask >> 46) & 3) << 2);
}

/// <summary>What is noted while one instruction is executed with the PER mask one.</summary>
internal struct PerNotes
{
    /// <summary>Storage-alteration and store-using-real-address events so far.</summary>
    public PerEvents Events;
    /// <summary>Whose ASCE the first alteration used: 0 primary or real, 1 access register, 2 secondary, 3 home.</summary>
    public byte Space;
    /// <summary>Access register of the first alteration, in the access-register mode.</summary>
    public byte AccessRegister;
    /// <summary>Bit n: an operand whose base is general register n was accessed; bit 16 one without a base.</summary>
    public uint Bases;
    /// <summary>Whether the primary space was switched, without an event of its own, from <see cref="OldAsn"/>.</summary>
    public bool SwitchedSpace;
    /// <summary>Primary ASN before.</summary>
    public ushort OldAsn;
}
