using System.Buffers.Binary;

namespace S390Sim.Pci.Tests;

/// <summary>
/// A transfer's data scattered over pages of the driver's storage in no order, with the PRP entries that name them: an offset
/// into the first page, lists that begin anywhere in a page and lead on to others.
/// </summary>
internal sealed class NvmeBuffer
{
    private const int Pages = (IPciHost.StorageSize - NvmeDriver.Data) / 4096;

    private readonly IPciHost _host;
    private readonly List<(int At, int Length)> _parts = [];

    public NvmeBuffer(IPciHost host, Random random, int length)
    {
        _host = host;
        var pages = Enumerable.Range(0, Pages).Select(n => NvmeDriver.Data + n * 4096).ToArray();
        random.Shuffle(pages);
        var offset = 4 * random.Next(random.Next(3) == 0 ? 1024 : 1);
        for (var page = 0; length > 0; page++, offset = 0)
        {
            var part = Math.Min(length, 4096 - offset);
            _parts.Add((pages[page] + offset, part));
            length -= part;
        }
        Prp1 = Address(0);
        Prp2 = _parts.Count switch { 1 => 0, 2 => Address(1), _ => WriteLists(random) };
    }

    public ulong Prp1 { get; }
    public ulong Prp2 { get; }

    public void Fill(ReadOnlySpan<byte> bytes)
    {
        foreach (var (at, length) in _parts)
        {
            _host.Write(at, bytes[..length]);
            bytes = bytes[length..];
        }
    }

    public byte[] Contents() => [.. _parts.SelectMany(p => _host.Read(p.At, p.Length))];

    private ulong Address(int part) => _host.AddressOf(_parts[part].At);

    private ulong WriteLists(Random random)
    {
        var at = NvmeDriver.Lists + 8 * (random.Next(2) == 0 ? random.Next(512) : 508 + random.Next(4));
        var first = _host.AddressOf(at);
        for (var part = 1; part < _parts.Count;)
        {
            var isLastOfPage = at % 4096 == 4088;
            if (isLastOfPage && part != _parts.Count - 1)
            {
                var next = at + 8;
                Put(at, _host.AddressOf(next));
                at = next;
            }
            Put(at, Address(part++));
            at += 8;
        }
        return first;
    }

    private void Put(int at, ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _host.Write(at, bytes);
    }
}
