using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Isa;
using S390Sim.Pci;

namespace S390Sim.Debugging;

/// <summary>What a stage means, as one sentence for a person: codes by name, entries and instructions decoded.</summary>
public static class StageText
{
    private static readonly Dictionary<StageKind, Func<Stage, string>> s_sentences = new()
    {
        [HypervisorStages.SieExit] = SieExit,
        [HypervisorStages.SieEntered] = s => $"state description 0x{s.A:x}, guest PSW address 0x{s.B:x}",
        [HypervisorStages.NestedEntered] = s => $"state description 0x{s.A:x} of the guest, shadow 0x{s.B:x}, PSW address 0x{s.C:x}",
        [HypervisorStages.NestedExit] = s => $"state description 0x{s.A:x} of the guest: code {s.B:x2}, ipa {s.C:x4}, PSW address 0x{s.D:x}",
        [HypervisorStages.HandlerEntered] = s => $"{Instruction(s.A, s.B)}, {(s.C != 0 ? "in the kernel" : "in user space")}",
        [HypervisorStages.PagePinned] = s => $"guest page 0x{s.A:x} is host frame 0x{s.B:x}, pinned {Times(s.C)}; {s.D} pages charged",
        [HypervisorStages.PinRefused] = s => $"guest page 0x{s.A:x}: {s.B} pages charged, the limit is {s.C}",
        [HypervisorStages.PageUnpinned] = s => $"host frame 0x{s.A:x}, now pinned {Times(s.B)}; {s.C} pages charged",
        [HypervisorStages.HostEntryCleared] = s => $"iova 0x{s.A:x}, was host frame 0x{s.B:x}",
        [HypervisorStages.DomainLent] = s => $"to KVM for the guest's anchor 0x{s.A:x}, generation {s.B}",
        [HypervisorStages.DomainNested] = s => $"for the guest's anchor 0x{s.A:x}",
        [HypervisorStages.DomainRecalled] = s => $"{s.A} entries cleared, generation {s.B}",
        [PciStages.FunctionLookup] = FunctionLookup,
        [PciStages.StatusSet] = s => $"handle {s.A:x8}: cc {s.B}{(s.B == 1 ? $", status {s.C}" : "")}",
        [PciStages.StateEntered] = s => $"function {s.A}: {(FunctionState)s.B}, handle {s.C:x8}",
        [PciStages.ErrorEvent] = s => $"handle {s.A:x8}, function {s.D}: code {s.B:x4} at 0x{s.C:x}",
        [PciStages.VectorSignalled] = s => $"function {s.A}: vector {s.B}, summary bit was {s.C}",
        [PciStages.AdapterInterruption] = s => $"interruption subclass {s.A}",
        [PciStages.DirectedInterruption] = s => $"CPU {s.A}, interruption subclass {s.B}",
        [IommuStages.RegionEntryRead] = s => Entry((IoTableLevel)s.C, s.A, s.B),
        [IommuStages.SegmentEntryRead] = s => Entry(IoTableLevel.Segment, s.A, s.B),
        [IommuStages.PageEntryRead] = s => Entry(IoTableLevel.Page, s.A, s.B),
        [IommuStages.HostEntryWritten] = s => $"iova 0x{s.A:x}: {s.C:x16} at host 0x{s.B:x}",
        [IommuStages.IotlbFlushed] = s => $"device {s.A}: iova 0x{s.B:x}, 0x{s.C:x} bytes; {s.D} translations dropped",
        [IommuStages.DmaTranslated] = s => $"device {s.A} {Access(s.D)} iova 0x{s.B:x}: host 0x{s.C:x}",
        [IommuStages.DmaRefused] = s => $"device {s.A} {Access(s.D)} iova 0x{s.B:x}: {(IoError)s.C} ({s.C:x4})",
    };

    /// <summary>The sentence; names and values of the fields for a kind that has none here.</summary>
    public static string Describe(in Stage stage)
    {
        if (s_sentences.TryGetValue(stage.Kind, out var sentence)) return sentence(stage);
        var copy = stage;
        return string.Join("  ", stage.Kind.Fields.Select((name, n) => $"{name} 0x{copy[n]:x}"));
    }

    private static string SieExit(Stage s)
    {
        var code = (Interception)s.A;
        var text = (s.B << 48) | (s.C << 16);
        var what = code is Interception.Instruction or Interception.OperationException
            ? $": ipa {s.B:x4} ipb {s.C:x8} = {Instruction(text, s.D)}" : "";
        return $"code {s.A:x2} {code}{what}; guest PSW address 0x{s.D:x}";
    }

    private static string FunctionLookup(Stage s) => s.B == ulong.MaxValue
        ? $"handle {s.A:x8}: no function has it"
        : $"handle {s.A:x8}: function {s.B}, {(FunctionState)s.C}";

    private static string Entry(IoTableLevel level, ulong address, ulong value)
        => $"guest 0x{address:x}: {new IoTableEntry(level, value)}";

    private static string Instruction(ulong text, ulong address) => Disassembler.Format(text, address).Replace('\t', ' ');

    private static string Access(ulong access) => access != 0 ? "stores at" : "fetches from";

    private static string Times(ulong count) => count == 1 ? "once" : $"{count} times";
}
