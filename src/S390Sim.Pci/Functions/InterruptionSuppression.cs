namespace S390Sim.Pci;

/// <summary>Adapter-interruption suppression: the single-mode and no-interruptions masks, bit 0x80 >> n for subclass n.</summary>
public class InterruptionSuppression
{
    private byte _single, _none;

    /// <summary>SIMM: subclasses that deliver one interruption and then none.</summary>
    public virtual byte SingleMode => _single;
    /// <summary>NIMM: subclasses that deliver none; what they drop is not remembered.</summary>
    public virtual byte NoInterruptions => _none;

    /// <summary>Delivers every interruption of a subclass.</summary>
    public void SetAll(int subclass)
        => Set((byte)(SingleMode & ~Mask(subclass)), (byte)(NoInterruptions & ~Mask(subclass)));

    /// <summary>Delivers the next interruption of a subclass and then none.</summary>
    public void SetSingle(int subclass)
        => Set((byte)(SingleMode | Mask(subclass)), (byte)(NoInterruptions & ~Mask(subclass)));

    /// <summary>Whether interruptions of a subclass are dropped now.</summary>
    public bool Suppresses(int subclass) => (NoInterruptions & Mask(subclass)) != 0;

    /// <summary>Whether an interruption of a subclass is delivered; in single mode it is the last one.</summary>
    public bool Admit(int subclass)
    {
        if (Suppresses(subclass)) return false;
        if ((SingleMode & Mask(subclass)) != 0) Set(SingleMode, (byte)(NoInterruptions | Mask(subclass)));
        return true;
    }

    /// <summary>Back to delivering everything.</summary>
    public void Reset() => Set(0, 0);

    /// <summary>Keeps both masks.</summary>
    protected virtual void Set(byte single, byte none) => (_single, _none) = (single, none);

    private static byte Mask(int subclass) => (byte)(0x80 >> subclass);
}
