namespace S390Sim.Hypervisor;

/// <summary>Whoever a domain may be lent to: writes its tables meanwhile, and must be able to give it back at any time.</summary>
public interface IDomainBorrower
{
    /// <summary>
    /// The domain is being recalled: its tables are emptied, what was cached is flushed, and the pages are unpinned, in this
    /// order, before this returns. Nothing may be mapped any more.
    /// </summary>
    void Drain(S390Domain domain);
}
