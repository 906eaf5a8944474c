using System.Numerics;
using System.Text;

namespace S390Sim.Pci;

/// <summary>
/// virtio-blk (virtio 1.2, 5.2): a disk whose data are in an image. Its cache is write-back for a driver that negotiates
/// flushing, or chooses it by the configuration's writeback field; else a write is durable when it is done.
/// </summary>
public sealed class VirtioBlockDevice : VirtioDevice
{
    /// <summary>Characters of an identification string.</summary>
    public const int SerialLength = 20;
    /// <summary>Bytes of a sector, the unit of the protocol whatever the block size.</summary>
    public const uint SectorSize = 512;

    private const ushort DeviceType = 2;
    private const BlockFeatures Always = BlockFeatures.SegmentSize | BlockFeatures.Segments | BlockFeatures.BlockSize
        | BlockFeatures.Flush | BlockFeatures.Topology | BlockFeatures.ConfigurableCache;
    private const BlockFeatures Changing = BlockFeatures.Discard | BlockFeatures.WriteZeroes;
    private const uint MassStorage = 0x010000;
    private const uint ConfigurationLength = 0x3C;
    private const uint PhysicalBlock = 4096, OptimalTransfer = 64 << 10;

    private readonly BlockServer _server;
    private readonly DiskImage _image;
    private readonly BlockFeatures _features;
    private Register _writeBack = null!;

    /// <summary>Makes a device.</summary>
    /// <param name="image">Holds the data; the device disposes of it.</param>
    /// <param name="serial">Identification string, ASCII, at most <see cref="SerialLength"/> characters.</param>
    /// <param name="queues">Number of queues, 1 to <see cref="VirtioDevice.MaximumQueues"/>.</param>
    /// <param name="blockSize">Block size announced: 512, 1024, 2048 or 4096.</param>
    public VirtioBlockDevice(DiskImage image, string serial = "", int queues = 1, uint blockSize = SectorSize)
        : base(DeviceType, MassStorage, queues)
    {
        _image = image;
        _features = Always | (image.IsReadOnly ? BlockFeatures.ReadOnly : Changing) | (queues > 1 ? BlockFeatures.Queues : 0);
        Span<byte> id = stackalloc byte[SerialLength];
        id.Clear();
        Encoding.ASCII.GetBytes(serial.AsSpan(0, Math.Min(serial.Length, SerialLength)), id);
        _server = new BlockServer(this, image, id);
        AddRegisters(DeclareConfiguration(queues, blockSize), ConfigurationLength);
    }

    /// <inheritdoc/>
    protected override ulong TypeFeatures => (ulong)_features;

    /// <summary>Whether a write has to be durable before it is done.</summary>
    internal bool IsWriteThrough => Negotiated(BlockFeatures.ConfigurableCache)
        ? _writeBack.Value == 0 : !Negotiated(BlockFeatures.Flush);

    internal override bool TryServe(DescriptorChain chain, out uint written) => _server.TryServe(chain, out written);

    /// <inheritdoc/>
    protected override void ResetVirtio()
    {
        base.ResetVirtio();
        _writeBack.Value = _writeBack.ResetValue;
    }

    /// <inheritdoc/>
    public override IEnumerable<DiskImage> Images => [_image];

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _image.Dispose();
        base.Dispose(disposing);
    }

    private bool Negotiated(BlockFeatures feature) => (Features & (ulong)feature) != 0;

    private RegisterBank DeclareConfiguration(int queues, uint blockSize)
    {
        var bank = new RegisterBank(0x1000) { Unassigned = 0 };
        bank.ReadOnly(0x00, 8, "capacity", _image.Length / SectorSize);
        bank.ReadOnly(0x08, 4, "size_max", BlockLimits.SegmentSize);
        bank.ReadOnly(0x0C, 4, "seg_max", BlockLimits.Segments);
        bank.ReadOnly(0x14, 4, "blk_size", blockSize);
        bank.ReadOnly(0x18, 1, "physical_block_exp", (ulong)BitOperations.Log2(PhysicalBlock / blockSize));
        bank.ReadOnly(0x1A, 2, "min_io_size", PhysicalBlock / blockSize);
        bank.ReadOnly(0x1C, 4, "opt_io_size", OptimalTransfer / blockSize);
        _writeBack = bank.ReadWrite(0x20, 1, "writeback", reset: 1, writable: 1, write: SwitchCache);
        bank.ReadOnly(0x22, 2, "num_queues", (ulong)queues);
        bank.ReadOnly(0x24, 4, "max_discard_sectors", BlockLimits.DiscardSectors);
        bank.ReadOnly(0x28, 4, "max_discard_seg", BlockLimits.DiscardSegments);
        bank.ReadOnly(0x2C, 4, "discard_sector_alignment", PhysicalBlock / SectorSize);
        bank.ReadOnly(0x30, 4, "max_write_zeroes_sectors", BlockLimits.ZeroSectors);
        bank.ReadOnly(0x34, 4, "max_write_zeroes_seg", BlockLimits.ZeroSegments);
        bank.ReadOnly(0x38, 1, "write_zeroes_may_unmap", 1);
        return bank;
    }

    // Only a driver that negotiated it may choose; what the cache holds goes out with it.
    private void SwitchCache(ulong value)
    {
        if (!Negotiated(BlockFeatures.ConfigurableCache) || value == _writeBack.Value) return;
        if (value != 0 || _image.Flush() == ImageOutcome.Done) _writeBack.Value = value;
    }
}

/// <summary>Feature bits of virtio-blk (virtio 1.2, 5.2.3).</summary>
[Flags]
internal enum BlockFeatures : ulong
{
    SegmentSize = 1 << 1,
    Segments = 1 << 2,
    ReadOnly = 1 << 5,
    BlockSize = 1 << 6,
    Flush = 1 << 9,
    Topology = 1 << 10,
    ConfigurableCache = 1 << 11,
    Queues = 1 << 12,
    Discard = 1 << 13,
    WriteZeroes = 1 << 14,
}

/// <summary>What a request may ask for at most; what asks for more ends with an I/O error.</summary>
internal static class BlockLimits
{
    /// <summary>Bytes of a segment.</summary>
    public const uint SegmentSize = 128 << 10;
    /// <summary>Segments of a request: two descriptors are for its header and status.</summary>
    public const uint Segments = VirtioDevice.QueueSize - 2;
    /// <summary>Bytes of a request, in segments of whatever size.</summary>
    public const ulong RequestSize = (ulong)SegmentSize * Segments;
    /// <summary>Sectors of a range to discard.</summary>
    public const uint DiscardSectors = 1 << 22;
    /// <summary>Ranges of a request to discard.</summary>
    public const uint DiscardSegments = 16;
    /// <summary>Sectors of a range to make zero.</summary>
    public const uint ZeroSectors = 1 << 16;
    /// <summary>Ranges of a request to make zero.</summary>
    public const uint ZeroSegments = 1;
}
