namespace S390Sim.Testing;

/// <summary>
/// Where everything lies that a test case can see: the same logical addresses on the bench, in a Linux process under QEMU and
/// under the driver that QEMU's whole machine runs. All are below 16 MB, so that every addressing mode reaches them.
/// </summary>
public static class TestLayout
{
    /// <summary>Where a program begins; its page is writable.</summary>
    public const ulong Code = 0x20_0000;
    /// <summary>Bytes of code: the program, its end, then what EXECUTE executes.</summary>
    public const int CodeSize = 512;
    /// <summary>Offset of the EXECUTE targets in the code, each in eight bytes.</summary>
    public const int TargetOffset = 384;
    /// <summary>Two pages of data that may be stored into; the one before them is not there.</summary>
    public const ulong Data = 0x30_0000;
    /// <summary>Bytes of data that a case has and compares.</summary>
    public const int DataSize = 8192;
    /// <summary>A page that may only be fetched from, after the data; the one after it is not there.</summary>
    public const ulong ReadOnly = Data + DataSize;
    /// <summary>Absolute address of the tables that map this.</summary>
    public const ulong Tables = 0x40_0000;
    /// <summary>Bytes of storage that a machine has for a case.</summary>
    public const ulong StorageSize = 0x180_0000;

    /// <summary>Absolute addresses that the prefix may have: areas with the new PSWs of the machine that runs cases.</summary>
    public static ReadOnlySpan<ulong> Prefixes => [0, 0xC000, 0xE000];
    /// <summary>Bytes of a prefix area.</summary>
    public const int PrefixSize = 8192;
    /// <summary>Real address in a prefix area of the PSW that a case begins with.</summary>
    public const int FirstPsw = 0x490;
    /// <summary>Real address in a prefix area of wait PSWs, one for each interruption class in their order.</summary>
    public const int WaitPsws = 0xF00;
    /// <summary>Real address where new PSW n leads: <see cref="Entry"/> + 0x100 n.</summary>
    public const ulong Entry = 0x1_8000;
    /// <summary>First address of the program that runs cases; the page that it begins with is not a case's to look at.</summary>
    public const ulong Driver = 0x1_0000;
    /// <summary>Address after that program.</summary>
    public const ulong DriverEnd = 0x2_0000;
    /// <summary>First of the addresses, up to the end of storage, that the program that runs cases has for itself.</summary>
    public const ulong Workspace = 0x60_0000;
    /// <summary>Frames whose storage keys a case has and compares: code, both pages of data, and the page after them.</summary>
    public static ReadOnlySpan<ulong> KeyedFrames => [Code, Data, Data + 4096, ReadOnly];

    /// <summary>The bytes of the page that may only be fetched from.</summary>
    public static ReadOnlySpan<byte> ReadOnlyPage => s_readOnly;

    private static readonly byte[] s_readOnly = MakeReadOnlyPage();

    private static byte[] MakeReadOnlyPage()
    {
        var page = new byte[4096];
        var dice = new Dice(0x5390);
        for (var n = 0; n < page.Length; n++) page[n] = (byte)dice.Next();
        return page;
    }
}
