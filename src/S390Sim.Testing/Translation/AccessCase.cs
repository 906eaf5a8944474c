using S390Sim.Cpu;

namespace S390Sim.Testing.Translation;

/// <summary>How an access ends.</summary>
/// <param name="Code">None when it is made.</param>
/// <param name="Identification">Translation-exception identification.</param>
/// <param name="Absolute">Absolute address of the byte.</param>
/// <param name="Key">Storage key of its block afterwards.</param>
public sealed record AccessOutcome(ProgramCode Code, ulong Identification, ulong Absolute, byte Key);

/// <summary>One access to storage with all that decides about it: registers, tables, keys.</summary>
public sealed class AccessCase
{
    /// <summary>Bytes of storage.</summary>
    public const ulong StorageSize = 4 << 20;

    private readonly Dictionary<ulong, ulong> _entries = [];
    private readonly byte[] _keys = new byte[StorageSize / 4096];

    /// <summary>Control register 0.</summary>
    public ulong Cr0 { get; set; }
    /// <summary>Primary ASCE.</summary>
    public ulong Primary { get; set; }
    /// <summary>Secondary ASCE.</summary>
    public ulong Secondary { get; set; }
    /// <summary>Home ASCE.</summary>
    public ulong Home { get; set; }
    /// <summary>Logical address.</summary>
    public ulong Address { get; set; }
    /// <summary>Kind of access.</summary>
    public AccessKind Kind { get; set; }
    /// <summary>PSW key.</summary>
    public int Key { get; set; }
    /// <summary>PSW bit 5.</summary>
    public bool Dat { get; set; }
    /// <summary>PSW bits 16-17; not 1.</summary>
    public int Space { get; set; }
    /// <summary>Prefix.</summary>
    public ulong Prefix { get; set; }
    /// <summary>Facility 8.</summary>
    public bool HasEdat1 { get; set; } = true;
    /// <summary>Facility 78.</summary>
    public bool HasEdat2 { get; set; } = true;
    /// <summary>Facility 130.</summary>
    public bool HasExecutionProtection { get; set; } = true;
    /// <summary>Facility 75.</summary>
    public bool HasFetchStoreIndication { get; set; } = true;
    /// <summary>Facility 131.</summary>
    public bool HasSuppression2 { get; set; } = true;

    /// <summary>Doublewords of storage that are not zero, by absolute address.</summary>
    public IReadOnlyDictionary<ulong, ulong> Entries => _entries;

    /// <summary>Storage keys by block.</summary>
    public IReadOnlyList<byte> Keys => _keys;

    /// <summary>The doubleword of storage at an absolute address.</summary>
    public ulong EntryAt(ulong absolute) => _entries.GetValueOrDefault(absolute);

    /// <summary>The key of the block at an absolute address.</summary>
    public byte KeyOf(ulong absolute) => _keys[absolute / 4096];

    internal void SetEntry(ulong absolute, ulong value)
    {
        if (absolute <= StorageSize - 8) _entries[absolute] = value;
    }

    internal void SetKeys(byte key) => Array.Fill(_keys, key);

    internal void SetKey(ulong absolute, byte key)
    {
        if (absolute < StorageSize) _keys[absolute / 4096] = key;
    }

    /// <inheritdoc/>
    public override string ToString()
        => $"{Kind} {Address:x} key {Key} dat {Dat} space {Space} cr0 {Cr0:x} asces {Primary:x} {Secondary:x} {Home:x} "
            + $"prefix {Prefix:x} " + string.Join(' ', _entries.Select(e => $"{e.Key:x}:{e.Value:x}"));
}
