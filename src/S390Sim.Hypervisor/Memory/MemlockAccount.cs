namespace S390Sim.Hypervisor;

/// <summary>
/// The locked-memory account of the process that owns a virtual machine (RLIMIT_MEMLOCK): every pin is charged to it, and
/// what would go beyond the limit is refused.
/// </summary>
/// <param name="limit">Most 4 KB pages that may be charged at a time.</param>
public sealed class MemlockAccount(ulong limit)
{
    /// <summary>Most pages that may be charged; lowering it does not touch what is charged already.</summary>
    public ulong Limit { get; set; } = limit;

    /// <summary>Pages charged now.</summary>
    public ulong Charged { get; private set; }

    /// <summary>Most pages charged at any time.</summary>
    public ulong Peak { get; private set; }

    /// <summary>Charges a page; false, with nothing charged, at the limit.</summary>
    public bool TryCharge()
    {
        if (Charged >= Limit) return false;
        Charged++;
        Peak = Math.Max(Peak, Charged);
        return true;
    }

    /// <summary>Takes the charge of a page back.</summary>
    public void Uncharge() => Charged--;
}
