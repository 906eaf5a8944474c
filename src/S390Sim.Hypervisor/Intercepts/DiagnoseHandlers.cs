using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// The functions of DIAGNOSE that the kernel knows: 10 release pages, 44 and 9C give the turn away, 258 page faults told by
/// interruption. All others are user space's: 288 watchdog, 308 resets, 318 control-program name, 500 hypercall.
/// </summary>
internal static class DiagnoseHandlers
{
    private const uint ReleasePages = 0x10, EndTimeSlice = 0x44, DirectedYield = 0x9C, PageReference = 0x258;
    private const ulong PageSize = Storage.PageSize;

    public static void AddTo(InterceptEntry[] table) => table[(int)Op.DIAG] = new(Handle, Claims);

    private static uint Code(InterceptContext c) => (uint)c.Address2 & 0xFFFF;

    private static bool Claims(InterceptContext c) => Code(c) is ReleasePages or EndTimeSlice or DirectedYield or PageReference;

    private static bool Handle(InterceptContext c)
    {
        switch (Code(c))
        {
            case ReleasePages: Release(c); return true;
            // There is no CPU to be preferred: all others have their turn before this one is back.
            case EndTimeSlice or DirectedYield: c.Vcpu.Yield(); return true;
            case PageReference: return Pages(c);
            default: return false;
        }
    }

    // From the page in R1 up to and with the page in R3; the prefix area is never released, whatever address it goes by.
    private static void Release(InterceptContext c)
    {
        var start = c[c.Operands.R1];
        var last = c[c.Operands.R3];
        var end = last + PageSize;
        if (((start | last) & (PageSize - 1)) != 0 || start >= end || start < 2 * PageSize)
        {
            c.Program(ProgramCode.Specification);
            return;
        }
        ulong prefix = c.Vcpu.Block.Prefix;
        var memory = c.Vcpu.Machine.Memory;
        if (end <= prefix || start >= prefix + 2 * PageSize)
        {
            memory.Release(start, end - start);
            return;
        }
        // Real pages that are prefixed lie at absolute 0 and 4096.
        if (start < prefix) memory.Release(start, prefix - start);
        if (start <= prefix) memory.Release(0, PageSize);
        if (end > prefix + PageSize) memory.Release(PageSize, PageSize);
        if (end > prefix + 2 * PageSize) memory.Release(prefix + 2 * PageSize, end - prefix - 2 * PageSize);
    }

    /// <summary>
    /// The handshake for page faults: a guest that has a token may be told of a page that the host is still fetching. Pages come
    /// at once here, so that no such interruption is ever needed.
    /// </summary>
    private static bool Pages(InterceptContext c)
    {
        const int Length = 40, SmallestLength = 5;
        const ushort Version = 2, Establish = 0, Cancel = 1, Established = 8, NotEstablished = 4;
        const ulong ZArchitecture = 0x8000_0000_0000_0000;
        var address = c[c.Operands.R1];
        if ((address & 7) != 0) return Refuse(c);
        Span<byte> block = stackalloc byte[Length];
        if (!c.Vcpu.TryReadReal(address, block))
        {
            c.Program(ProgramCode.Addressing);
            return true;
        }
        var (token, select) = (BinaryPrimitives.ReadUInt64BigEndian(block[8..]), BinaryPrimitives.ReadUInt64BigEndian(block[16..]));
        var (compare, mode) = (BinaryPrimitives.ReadUInt64BigEndian(block[24..]), BinaryPrimitives.ReadUInt64BigEndian(block[32..]));
        if (Half(block, 6) != Version || Half(block, 4) < SmallestLength || Half(block, 0) != PageReference) return Refuse(c);
        var vcpu = c.Vcpu;
        switch (Half(block, 2))
        {
            case Establish:
                if (vcpu.PageFaultToken is not null)
                {
                    c[c.Operands.R3] = Established;
                    return true;
                }
                if ((compare & select) != compare || (token & 7) != 0 || mode != ZArchitecture) return Refuse(c);
                if (!vcpu.Machine.Memory.IsInstalled(token, 1))
                {
                    c.Program(ProgramCode.Addressing);
                    return true;
                }
                vcpu.PageFaultToken = token;
                c[c.Operands.R3] = 0;
                return true;
            case Cancel:
                if ((token | select | compare | mode) != 0) return Refuse(c);
                c[c.Operands.R3] = vcpu.PageFaultToken is null ? NotEstablished : 0UL;
                vcpu.PageFaultToken = null;
                return true;
            default:
                return false;
        }
    }

    private static ushort Half(ReadOnlySpan<byte> block, int at) => BinaryPrimitives.ReadUInt16BigEndian(block[at..]);

    private static bool Refuse(InterceptContext c)
    {
        c.Program(ProgramCode.Specification);
        return true;
    }
}
