using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace S390Sim.Pci;

/// <summary>The data structures of Identify (NVMe 1.4, chapter 5.15.2), written into 4096 bytes that are zero.</summary>
internal static class NvmeIdentify
{
    /// <summary>Bytes of each.</summary>
    public const int Size = 4096;
    /// <summary>Firmware revision.</summary>
    public const string FirmwareRevision = "0.1";
    /// <summary>Version of the specification: 1.4.</summary>
    public const uint Version = 0x0001_0400;

    private const string Model = "S390Sim NVMe";

    /// <summary>Identify Controller (figure 247).</summary>
    public static void Controller(Span<byte> bytes, PciIdentity identity, string serial, int namespaces)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, identity.Vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], identity.SubsystemVendor);
        Text(bytes[4..24], serial);
        Text(bytes[24..64], Model);
        Text(bytes[64..72], FirmwareRevision);
        bytes[77] = NvmeTransfer.MaximumShift;                  // MDTS
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[80..], Version);
        bytes[111] = 1;                                         // CNTRLTYPE: I/O controller
        bytes[258] = 3;                                         // ACL: four aborts at a time
        bytes[259] = NvmeEvents.Limit - 1;                      // AERL
        bytes[260] = 0x03;                                      // FRMW: one slot, read only
        bytes[261] = 0x06;                                      // LPA: effects log, offsets into log pages
        bytes[262] = NvmeLogs.ErrorEntries - 1;                 // ELPE
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[266..], 343);    // WCTEMP and CCTEMP in kelvins
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[268..], 373);
        bytes[512] = 0x66;                                      // SQES: 64 bytes
        bytes[513] = 0x44;                                      // CQES: 16 bytes
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[516..], (uint)namespaces);
        bytes[520] = 0x1D;                                      // ONCS: compare, DSM, write zeroes, save and select
        bytes[525] = 0x07;                                      // VWC: a cache; one flush can name all namespaces
        Text(bytes.Slice(768, 256), $"nqn.2014-08.org.nvmexpress:uuid:{Uuid(serial, 0)}", fill: 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2048..], 2500);  // power state 0: 25 W
    }

    /// <summary>Active Namespace ID list: those above one.</summary>
    public static void ActiveNamespaces(Span<byte> bytes, uint above, int namespaces)
    {
        for (var (id, at) = (above + 1, 0); id <= namespaces && at < Size; id++, at += 4)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], id);
    }

    /// <summary>Namespace Identification Descriptor list: a UUID.</summary>
    public static void Descriptors(Span<byte> bytes, string serial, uint id)
    {
        bytes[0] = 3;
        bytes[1] = 16;
        Uuid(serial, id).TryWriteBytes(bytes[4..], bigEndian: true, out _);
    }

    // The same for the same serial number, as one made of a name is (RFC 4122, version 5, but of SHA-256).
    private static Guid Uuid(string serial, uint id)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.ASCII.GetBytes($"s390sim nvme {serial} {id}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static void Text(Span<byte> bytes, string text, byte fill = (byte)' ')
    {
        bytes.Fill(fill);
        Encoding.ASCII.GetBytes(text.AsSpan(0, Math.Min(text.Length, bytes.Length)), bytes);
    }
}
