namespace S390Sim.Iommu;

/// <summary>Work on translation tables, summed over all tables that are given the same counters.</summary>
public sealed class IoTableCounters
{
    /// <summary>Valid entries stored at any level, without the filling of new tables.</summary>
    public ulong Written { get; internal set; }
    /// <summary>Page-table entries made invalid.</summary>
    public ulong Cleared { get; internal set; }
}
