namespace S390Sim.Machine;

/// <summary>Generations of machines, in order.</summary>
public enum Generation
{
#pragma warning disable CS1591 // The names are the machines'.
    Z900 = 7, Z990, Z9, Z10, Z196, ZEc12, Z13, Z14, Z15, Z16,
#pragma warning restore CS1591
    /// <summary>On none of them.</summary>
    Never = int.MaxValue,
}

/// <summary>A facility bit of STORE FACILITY LIST EXTENDED.</summary>
/// <param name="Bit">Its number.</param>
/// <param name="Name">Its name in <c>--cpu</c>: that of Linux' and QEMU's vocabulary where they have one.</param>
/// <param name="Title">What it installs.</param>
/// <param name="Since">The first generation that had it, at the latest level of its microcode.</param>
public sealed record FacilityEntry(int Bit, string Name, string Title, Generation Since);

/// <summary>One facility cannot be without another.</summary>
/// <param name="Bit">The one.</param>
/// <param name="Needs">The other.</param>
/// <param name="Reason">Why.</param>
public sealed record FacilityDependency(int Bit, int Needs, string Reason);

/// <summary>The facility bits that have a name, and what they need of one another.</summary>
public static class FacilityCatalog
{
    /// <summary>The bits in order.</summary>
    public static IReadOnlyList<FacilityEntry> Entries { get; } =
    [
        new(0, "n3", "instructions marked N3 in the ESA/390 summary", Generation.Z900),
        new(1, "zarch", "z/Architecture is installed", Generation.Z900),
        new(2, "zarch-active", "z/Architecture is active", Generation.Z900),
        new(3, "dateh", "DAT enhancement 1", Generation.Z990),
        new(4, "idtes", "IDTE clears the TLB by segment table", Generation.Z9),
        new(5, "idter", "IDTE clears the TLB by region table", Generation.Never),
        new(6, "asnlxr", "ASN-and-LX reuse", Generation.Z990),
        new(7, "stfle", "store facility list extended", Generation.Z9),
        new(8, "edat", "enhanced DAT 1", Generation.Z10),
        new(9, "srs", "sense running status", Generation.Z9),
        new(10, "csske", "conditional SSKE", Generation.Z9),
        new(11, "ctop", "configuration topology", Generation.Z10),
        new(12, "apqci", "AP query configuration information", Generation.ZEc12),
        new(13, "ipter", "IPTE range", Generation.Z196),
        new(14, "nonqks", "nonquiescing key setting", Generation.Z196),
        new(15, "apft", "AP facilities test", Generation.ZEc12),
        new(16, "etf2", "extended translation 2", Generation.Z900),
        new(17, "msa", "message-security assist", Generation.Z990),
        new(18, "ldisp", "long displacement", Generation.Z900),
        new(19, "ldisphp", "long displacement has high performance", Generation.Z990),
        new(20, "hfpm", "HFP multiply and add/subtract", Generation.Z990),
        new(21, "eimm", "extended immediate", Generation.Z9),
        new(22, "etf3", "extended translation 3", Generation.Z990),
        new(23, "hfpue", "HFP unnormalized extension", Generation.Z9),
        new(24, "etf2eh", "ETF2 enhancement", Generation.Z9),
        new(25, "stckf", "store clock fast", Generation.Z9),
        new(26, "parseh", "parsing enhancement", Generation.Z10),
        new(27, "mvcos", "move with optional specifications", Generation.Z9),
        new(28, "tods", "TOD-clock steering", Generation.Z9),
        new(30, "etf3eh", "ETF3 enhancement", Generation.Z9),
        new(31, "ectg", "extract CPU time", Generation.Z9),
        new(32, "csst", "compare and swap and store", Generation.Z9),
        new(33, "csst2", "compare and swap and store 2", Generation.Z10),
        new(34, "ginste", "general-instructions extension", Generation.Z10),
        new(35, "exrl", "execute extensions", Generation.Z10),
        new(36, "emon", "enhanced monitor", Generation.Z196),
        new(37, "fpe", "floating-point extension", Generation.Z196),
        new(38, "opc", "order-preserving compression", Generation.Z14),
        new(40, "sprogp", "load program parameter", Generation.Z10),
        new(41, "fpseh", "FPR-GR transfer, sign handling, IEEE exception simulation", Generation.Z9),
        new(42, "dfp", "decimal floating point", Generation.Z9),
        new(43, "dfphp", "decimal floating point has high performance", Generation.Z10),
        new(44, "pfpo", "perform floating-point operation", Generation.Z9),
        new(45, "stfle45", "distinct operands, high word, load/store on condition 1, population count", Generation.Z196),
        new(47, "cmpsceh", "CMPSC enhancement", Generation.Z196),
        new(48, "dfpzc", "DFP zoned conversion", Generation.ZEc12),
        new(49, "stfle49", "execution hint, load and trap, miscellaneous instructions 1, processor assist", Generation.ZEc12),
        new(50, "cte", "constrained transactional execution", Generation.ZEc12),
        new(51, "ltlbc", "local TLB clearing", Generation.ZEc12),
        new(52, "iacc2", "interlocked access 2", Generation.Z196),
        new(53, "stfle53", "load/store on condition 2, load and zero rightmost byte", Generation.Z13),
        new(54, "eec", "entropy-encoding compression", Generation.Z14),
        new(57, "msa5", "message-security assist, extension 5", Generation.ZEc12),
        new(58, "minste2", "miscellaneous instructions 2", Generation.Z14),
        new(59, "sema", "semaphore assist", Generation.Z14),
        new(60, "tsi", "time-slice instrumentation", Generation.Z14),
        new(61, "minste3", "miscellaneous instructions 3", Generation.Z15),
        new(64, "ri", "runtime instrumentation", Generation.ZEc12),
        new(65, "apqi", "AP queue interruption", Generation.ZEc12),
        new(66, "rrbm", "reset reference bits multiple", Generation.Z196),
        new(67, "cpumf-counter", "CPU-measurement counters", Generation.Z10),
        new(68, "cpumf-sampling", "CPU-measurement sampling", Generation.Z10),
        new(69, "zpci", "zPCI: PCI instructions", Generation.ZEc12),
        new(71, "aen", "adapter-event notification", Generation.ZEc12),
        new(72, "ais", "adapter-interruption suppression", Generation.ZEc12),
        new(73, "te", "transactional execution", Generation.ZEc12),
        new(74, "sthyi", "store hypervisor information", Generation.Z9),
        new(75, "aefsi", "access-exception fetch/store indication", Generation.Z196),
        new(76, "msa3", "message-security assist, extension 3", Generation.Z10),
        new(77, "msa4", "message-security assist, extension 4", Generation.Z196),
        new(78, "edat2", "enhanced DAT 2", Generation.ZEc12),
        new(80, "dfppc", "DFP packed conversion", Generation.Z13),
        new(81, "ppa15", "processor assist, function 15", Generation.Z196),
        new(82, "bpb", "branch-prediction blocking", Generation.Z196),
        new(129, "vx", "vector", Generation.Z13),
        new(130, "iep", "instruction-execution protection", Generation.Z14),
        new(131, "sea_esop2", "side-effect access, enhanced suppression on protection 2", Generation.ZEc12),
        new(133, "gs", "guarded storage", Generation.Z14),
        new(134, "vxpd", "vector packed decimal", Generation.Z14),
        new(135, "vxeh", "vector enhancements 1", Generation.Z14),
        new(138, "czam", "configuration z/Architecture mode", Generation.Z14),
        new(139, "mepoch", "multiple epochs", Generation.Z14),
        new(142, "cpumf-stccm", "store CPU counter multiple", Generation.Z13),
        new(144, "tpei", "test pending external interruption", Generation.Z14),
        new(145, "irbm", "insert reference bits multiple", Generation.Z14),
        new(146, "msa8", "message-security assist, extension 8", Generation.Z14),
        new(147, "cmmnt", "ESSA without translation", Generation.Z14),
        new(148, "vxeh2", "vector enhancements 2", Generation.Z15),
        new(150, "esort", "enhanced sort", Generation.Z15),
        new(151, "deflate", "DEFLATE conversion", Generation.Z15),
        new(152, "vxpdeh", "vector packed decimal, enhancement 1", Generation.Z15),
        new(153, "pcimio", "PCI memory I/O from the problem state", Generation.Z15),
        new(155, "msa9", "message-security assist, extension 9", Generation.Z15),
        new(156, "etoken", "entropy token", Generation.Z14),
        new(158, "uv", "ultravisor call", Generation.Z15),
        new(161, "unpack", "unpack", Generation.Z15),
        new(165, "nnpa", "neural-network processing assist", Generation.Z16),
        new(192, "vxpdeh2", "vector packed decimal, enhancement 2", Generation.Z16),
        new(193, "beareh", "BEAR enhancement", Generation.Z16),
        new(194, "rdp", "reset DAT protection", Generation.Z16),
        new(196, "pai", "processor-activity instrumentation", Generation.Z16),
        new(197, "paiext", "processor-activity instrumentation, extension 1", Generation.Z16),
    ];

    /// <summary>What needs what.</summary>
    public static IReadOnlyList<FacilityDependency> Dependencies { get; } =
    [
        new(2, 1, "what is active must be installed"),
        new(4, 3, "it is an addition to IDTE, which comes with that"),
        new(5, 4, "region tables are cleared as segment tables are, and more"),
        new(13, 3, "the range is one of several invalidations, like those of IDTE"),
        new(51, 3, "the control is one of IPTE and IDTE"),
        new(19, 18, "it says how fast the other is"),
        new(24, 16, "it enhances the other"),
        new(30, 22, "it enhances the other"),
        new(33, 32, "it adds functions to the other's instruction"),
        new(42, 41, "DFP values move by the instructions and rounding modes of that"),
        new(43, 42, "it says how fast the other is"),
        new(44, 42, "the operation converts to and from DFP"),
        new(48, 42, "the conversions are from and to DFP"),
        new(80, 42, "the conversions are from and to DFP"),
        new(50, 73, "constrained transactions are transactions"),
        new(73, 49, "a transaction that was aborted asks for assistance by PERFORM PROCESSOR ASSIST"),
        new(78, 8, "its table entries are reached and enabled as those of enhanced DAT 1"),
        new(131, 75, "the bits that it defines qualify those that tell fetch from store"),
        new(53, 45, "it is the second part of load/store on condition"),
        new(72, 71, "what is suppressed are the interruptions that the other brings"),
        new(69, 71, "a PCI function reports by adapter interruptions"),
        new(153, 69, "the instructions act on functions that those of zPCI have enabled"),
        new(76, 17, "it extends the other"),
        new(77, 76, "it extends the other"),
        new(57, 17, "it extends the other"),
        new(146, 77, "it extends the other"),
        new(155, 146, "it extends the other"),
        new(134, 129, "its operands are vector registers"),
        new(135, 129, "it enhances the other"),
        new(148, 135, "it enhances the other"),
        new(152, 134, "it enhances the other"),
        new(192, 152, "it enhances the other"),
        new(165, 129, "its data conversions work on vector registers"),
        new(139, 28, "the epoch index is set and queried by functions of the other"),
        new(142, 67, "it stores the counters of the other"),
        new(161, 158, "it is done by calls of the ultravisor"),
        new(197, 196, "it extends the other"),
    ];

    /// <summary>Bits that cannot be taken away: there is no other architectural mode.</summary>
    public static IReadOnlyList<int> Mandatory { get; } = [0, 1, 2];

    private static readonly Dictionary<int, FacilityEntry> s_byBit = Entries.ToDictionary(e => e.Bit);
    private static readonly Dictionary<string, FacilityEntry> s_byName =
        Entries.ToDictionary(e => e.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The facility of a bit, or null when the bit has no name here.</summary>
    public static FacilityEntry? Find(int bit) => s_byBit.GetValueOrDefault(bit);

    /// <summary>The facility of a name or a number, or null.</summary>
    public static FacilityEntry? Find(string text)
        => s_byName.GetValueOrDefault(text) ?? (Quantity.TryNumber(text, out var bit) && bit < 256 ? Find((int)bit) : null);
}
