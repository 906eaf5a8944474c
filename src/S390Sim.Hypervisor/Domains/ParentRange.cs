using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>A memory slot as its parent domain has it: the pinned frame of each of its pages.</summary>
internal sealed class ParentRange(ulong start, ulong size, bool isReadOnly)
{
    /// <summary>A range without pages.</summary>
    public static ParentRange Empty { get; } = new(0, 0, isReadOnly: true);

    /// <summary>Host absolute addresses of the frames, in order of page.</summary>
    public readonly ulong[] Frames = new ulong[size / Storage.PageSize];

    /// <summary>First guest absolute address.</summary>
    public readonly ulong Start = start;

    /// <summary>Bytes.</summary>
    public readonly ulong Size = size;

    /// <summary>Whether nobody may store there.</summary>
    public readonly bool IsReadOnly = isReadOnly;

    /// <summary>Pages that are pinned, from the first on.</summary>
    public int Pinned;
}
