using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>User space's side of a function: what it has mapped through the container.</summary>
internal sealed class UserShadow(Type1Container container, S390Domain domain) : IShadow
{
    private readonly UserMappings _mappings = new();

    public S390Domain Domain => domain;

    public ulong Released { get; private set; }

    public void Unmap(ulong start, ulong length)
    {
        var end = length > ulong.MaxValue - start ? ulong.MaxValue : start + length;
        while (_mappings.TryFindNext(start, end, out var iova))
        {
            Remove(iova);
            start = iova + Storage.PageSize;
            if (start == 0) return;
        }
    }

    public bool TryMap(ulong iova, ulong guest, bool writable)
    {
        if (_mappings.Matches(iova, guest, writable, out var isMapped)) return true;
        if (isMapped) Remove(iova);
        if (!container.TryMap(domain, iova, guest, writable)) return false;
        _mappings.Add(iova, guest, writable);
        return true;
    }

    // User space's memory listener: what is no guest storage any more is unmapped.
    public void Forget(ulong guest, ulong length)
    {
        for (ulong start = 0; _mappings.TryFindNext(start, ulong.MaxValue, out var iova); start = iova + Storage.PageSize)
        {
            if (_mappings.GuestOf(iova) - guest < length) Remove(iova);
        }
    }

    private void Remove(ulong iova)
    {
        _mappings.Remove(iova);
        container.Unmap(domain, iova);
        Released++;
    }
}
