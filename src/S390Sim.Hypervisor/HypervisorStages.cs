using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>The stages that the hypervisor reports, in the order in which a handled RPCIT passes them.</summary>
public static class HypervisorStages
{
    /// <summary>SIE was entered: state description, guest PSW address.</summary>
    public static readonly StageKind SieEntered = new("SieEntered", "block", "psw");
    /// <summary>SIE was left: interception code, IPA, IPB, guest PSW address.</summary>
    public static readonly StageKind SieExit = new("SieExit", "code", "ipa", "ipb", "psw");
    /// <summary>A guest's guest is run: its state description, in the guest; the shadow, in the host; its PSW address.</summary>
    public static readonly StageKind NestedEntered = new("NestedEntered", "block", "shadow", "psw");
    /// <summary>SIE of a guest ended: its state description, interception code, IPA, its guest's PSW address.</summary>
    public static readonly StageKind NestedExit = new("NestedExit", "block", "code", "ipa", "psw");
    /// <summary>A handler took an intercepted instruction: instruction text, guest PSW address, 1 in the kernel or 0 in user space.</summary>
    public static readonly StageKind HandlerEntered = new("HandlerEntered", "text", "psw", "kernel");
    /// <summary>A frame was pinned: guest page, host frame, pins on it now, pages charged to the account.</summary>
    public static readonly StageKind PagePinned = new("PagePinned", "guest", "frame", "pins", "charged");
    /// <summary>A page could not be pinned: guest page, pages charged, limit.</summary>
    public static readonly StageKind PinRefused = new("PinRefused", "guest", "charged", "limit");
    /// <summary>A frame was unpinned: host frame, pins left, pages charged.</summary>
    public static readonly StageKind PageUnpinned = new("PageUnpinned", "frame", "pins", "charged");
    /// <summary>A host entry was cleared: I/O virtual address, frame it had.</summary>
    public static readonly StageKind HostEntryCleared = new("HostEntryCleared", "iova", "frame");
    /// <summary>The domain was lent: the guest's anchor.</summary>
    public static readonly StageKind DomainLent = new("DomainLent", "iota", "generation");
    /// <summary>A nested domain was made: the guest's anchor.</summary>
    public static readonly StageKind DomainNested = new("DomainNested", "iota");
    /// <summary>The domain was recalled: entries cleared.</summary>
    public static readonly StageKind DomainRecalled = new("DomainRecalled", "entries", "generation");
}
