namespace S390Sim.Pci;

/// <summary>Adapter-interruption suppression: the single-mode and no-interruptions masks, bit 0x80 >> n for subclass n.</summary>
public sealed class InterruptionSuppression
{
    /// <summary>SIMM: subclasses that deliver one interruption and then none.</summary>
    public byte SingleMode { get; private set; }
    /// <summary>NIMM: subclasses that deliver none; what they drop is not remembered.</summary>
    public byte NoInterruptions { get; private set; }

    /// <summary>Delivers every interruption of a subclass.</summary>
    public void SetAll(int subclass)
    {
        SingleMode &= (byte)~Mask(subclass);
        NoInterruptions &= (byte)~Mask(subclass);
    }

    /// <summary>Delivers the next interruption of a subclass and then none.</summary>
    public void SetSingle(int subclass)
    {
        SingleMode |= Mask(subclass);
        NoInterruptions &= (byte)~Mask(subclass);
    }

    /// <summary>Whether interruptions of a subclass are dropped now.</summary>
    public bool Suppresses(int subclass) => (NoInterruptions & Mask(subclass)) != 0;

    /// <summary>Whether an interruption of a subclass is delivered; in single mode it is the last one.</summary>
    public bool Admit(int subclass)
    {
        if (Suppresses(subclass)) return false;
        NoInterruptions |= (byte)(SingleMode & Mask(subclass));
        return true;
    }

    /// <summary>Back to delivering everything.</summary>
    public void Reset() => SingleMode = NoInterruptions = 0;

    private static byte Mask(int subclass) => (byte)(0x80 >> subclass);
}
