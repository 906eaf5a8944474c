using System.Numerics;
using S390Sim.Generated;

namespace S390Sim.Cpu;

/// <summary>Guest interruption state area (GISA), what both formats have at the same place (sie.md section 9.1).</summary>
[Block(0x20)]
public readonly unsafe partial struct GisaBlock
{
    /// <summary>The next GISA of the alert list; the area's own address while it is in none.</summary>
    [At(0x00)] public partial uint NextAlert { get; set; }
    /// <summary>IPM: pending adapter interruptions, 0x80 >> n for subclass n.</summary>
    [At(0x04)] public partial byte Pending { get; set; }
    /// <summary>SIMM, format 1: subclasses that deliver one interruption and then none.</summary>
    [At(0x05)] public partial byte SingleMode { get; set; }
    /// <summary>NIMM, format 1: subclasses that deliver none.</summary>
    [At(0x06)] public partial byte NoInterruptions { get; set; }
    /// <summary>IAM: subclasses of which the host is alerted.</summary>
    [At(0x07)] public partial byte AlertMask { get; set; }
}

/// <summary>A guest's interruption state area in host storage, in either format.</summary>
public readonly unsafe struct Gisa
{
    /// <summary>Bit of a designation: the area has format 1.</summary>
    public const uint Format1 = 1;
    /// <summary>The part of a designation that is the area's address: 32-byte aligned, in the first 2 GB.</summary>
    public const uint OriginMask = 0x7FFF_FFE0;

    private readonly Storage _storage;
    private readonly uint _designation;

    private Gisa(Storage storage, uint designation)
    {
        _storage = storage;
        _designation = designation;
    }

    /// <summary>The area that is designated; false for none, or when it is not in storage.</summary>
    /// <param name="storage">Host absolute storage.</param>
    /// <param name="designation">As in the state description: address, and the format in bit 31.</param>
    /// <param name="gisa">The area.</param>
    public static bool TryFind(Storage storage, uint designation, out Gisa gisa)
    {
        var origin = designation & OriginMask;
        var isThere = origin != 0 && storage.Contains(origin, GisaBlock.Size);
        gisa = isThere ? new(storage, designation) : default;
        return isThere;
    }

    /// <summary>Host absolute address.</summary>
    public uint Origin => _designation & OriginMask;
    /// <summary>The designation that found it.</summary>
    public uint Designation => _designation;
    /// <summary>Whether it has the suppression modes.</summary>
    public bool HasModes => (_designation & Format1) != 0;
    /// <summary>Whether it is in the alert list.</summary>
    public bool IsQueued => Block.NextAlert != Origin;

    /// <summary>The next of the alert list.</summary>
    public uint NextAlert
    {
        get => Block.NextAlert;
        set
        {
            var block = Block;
            block.NextAlert = value;
            Changed();
        }
    }

    /// <summary>Pending subclasses: 0x80 >> n for subclass n.</summary>
    public byte Pending => Block.Pending;

    /// <summary>Subclasses of which the host is alerted.</summary>
    public byte AlertMask
    {
        get => Block.AlertMask;
        set
        {
            var block = Block;
            block.AlertMask = value;
            Changed();
        }
    }

    /// <summary>Subclasses in single mode; none in format 0.</summary>
    public byte SingleMode => HasModes ? Block.SingleMode : (byte)0;
    /// <summary>Subclasses that deliver nothing; none in format 0.</summary>
    public byte NoInterruptions => HasModes ? Block.NoInterruptions : (byte)0;

    /// <summary>Sets the suppression modes; without effect in format 0.</summary>
    public void SetModes(byte single, byte none)
    {
        if (!HasModes) return;
        var block = Block;
        (block.SingleMode, block.NoInterruptions) = (single, none);
        Changed();
    }

    /// <summary>Whether an interruption that can be suppressed is let through; in single mode it is the last one.</summary>
    public bool Admit(int subclass)
    {
        var (mask, single, none) = (MaskOf(subclass), SingleMode, NoInterruptions);
        if ((none & mask) != 0) return false;
        if ((single & mask) != 0) SetModes(single, (byte)(none | mask));
        return true;
    }

    /// <summary>Makes an interruption of a subclass pending.</summary>
    public void Request(int subclass) => SetPending((byte)(Pending | MaskOf(subclass)));

    /// <summary>Takes the pending interruption of a subclass; false when there is none.</summary>
    public bool TryTake(int subclass)
    {
        var pending = Pending;
        if ((pending & MaskOf(subclass)) == 0) return false;
        SetPending((byte)(pending & ~MaskOf(subclass)));
        return true;
    }

    /// <summary>Drops all pending interruptions.</summary>
    public void Clear() => SetPending(0);

    /// <summary>The most significant subclass of a mask byte; 8 when it is zero.</summary>
    public static int FirstOf(byte mask) => BitOperations.LeadingZeroCount((uint)mask) - 24;

    /// <summary>The bit of a subclass in all the masks.</summary>
    public static byte MaskOf(int subclass) => (byte)(0x80 >> subclass);

    private GisaBlock Block => new(_storage.Base + Origin);

    private void SetPending(byte pending)
    {
        var block = Block;
        block.Pending = pending;
        Changed();
    }

    private void Changed() => _storage.Written(Origin, GisaBlock.Size);
}
