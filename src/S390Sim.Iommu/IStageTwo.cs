using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>A translation of the addresses that a device's own tables yield: from guest absolute to host absolute.</summary>
public interface IStageTwo
{
    /// <summary>Translates within one 4 KB page; false when the host does not map it for such an access.</summary>
    bool TryTranslate(ulong guestAbsolute, bool store, out ulong hostAbsolute);
}

/// <summary>Tables whose addresses a second stage translates.</summary>
/// <param name="storage">Host absolute storage.</param>
/// <param name="parent">The second stage.</param>
public readonly struct NestedTables(Storage storage, IStageTwo parent) : ITableReader
{
    /// <inheritdoc/>
    public bool TryRead(ulong address, out ulong entry)
    {
        entry = 0;
        return parent.TryTranslate(address, store: false, out var host) && new AbsoluteTables(storage).TryRead(host, out entry);
    }
}
