using System.Buffers.Binary;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Cli.Comparison;

/// <summary>
/// A program's storage at the end of its run: the pages that are not zero, and what its function handles look like.
/// </summary>
internal sealed class StorageImage
{
    private const int PageSize = Cpu.Storage.PageSize;
    private static readonly byte[] s_zeroes = new byte[PageSize];

    private readonly IReadOnlyDictionary<ulong, byte[]> _pages;
    private readonly IReadOnlyDictionary<ushort, uint> _simulationBits;

    /// <summary>Makes an image.</summary>
    /// <param name="pages">Contents of pages by their addresses; others are zero.</param>
    /// <param name="simulationBits">Simulation bits of the functions' handles, by index.</param>
    public StorageImage(IReadOnlyDictionary<ulong, byte[]> pages, IReadOnlyDictionary<ushort, uint> simulationBits)
        => (_pages, _simulationBits) = (pages, simulationBits);

    /// <summary>Copies the storage of a machine.</summary>
    public static StorageImage Of(IConfigurationHost host, ulong size)
    {
        var pages = new Dictionary<ulong, byte[]>();
        for (ulong page = 0; page < size; page += PageSize)
        {
            var content = host.Peek(page);
            if (content.ContainsAnyExcept((byte)0)) pages.Add(page, content.ToArray());
        }
        return new StorageImage(pages, host.Pci.Functions.ToDictionary(f => f.Index, f => f.SimulationBits));
    }

    /// <summary>One byte.</summary>
    public byte this[ulong address] => Page(address)[(int)(address % PageSize)];

    /// <summary>
    /// Words of four bytes in which two storages differ, in order of address. A word that is the handle of the same function in
    /// both is no difference: handles have simulation bits by which a design asks for user space.
    /// </summary>
    public static IEnumerable<ulong> Differences(StorageImage one, StorageImage other)
    {
        foreach (var page in one._pages.Keys.Union(other._pages.Keys).Order())
        {
            var (left, right) = (one.Page(page), other.Page(page));
            if (left.AsSpan().SequenceEqual(right)) continue;
            for (var at = 0; at < PageSize; at += 4)
            {
                var (a, b) = (Word(left, at), Word(right, at));
                if (a != b && !(one.HasSimulationBits(a) && other.HasSimulationBits(b) && IsSameFunction(a, b)))
                    yield return page + (ulong)at;
            }
        }
    }

    private static bool IsSameFunction(uint a, uint b) => ((a ^ b) & ~FunctionHandle.SimulationMask) == 0;

    private bool HasSimulationBits(uint handle) => _simulationBits.TryGetValue((ushort)handle, out var bits)
        && (handle & FunctionHandle.SimulationMask) == bits;

    private byte[] Page(ulong address) => _pages.GetValueOrDefault(address & ~(ulong)(PageSize - 1), s_zeroes);

    private static uint Word(byte[] page, int at) => BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at));
}
