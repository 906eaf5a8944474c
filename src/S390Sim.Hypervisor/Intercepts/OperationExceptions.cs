using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>Code 2C: the guest has its operation exception, unless that would only lead to the next one.</summary>
internal static class OperationExceptions
{
    private const ulong Compared = Psw.Dat | Psw.SpaceMask;
    private const ulong Near = 6;

    /// <summary>
    /// Whether the program-new PSW goes on at the instruction itself: in the supervisor state, not waiting, in the same space, and
    /// at most the length of an instruction before the PSW.
    /// </summary>
    public static bool IsLoop(VirtualCpu vcpu)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!vcpu.TryReadReal(Lowcore.ProgramNewMaskOffset, bytes)) return false;
        var (mask, address) = (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        var psw = vcpu.Psw;
        return (psw.Mask & Psw.Problem) == 0 && (mask & Psw.Wait) == 0
            && ((mask ^ psw.Mask) & Compared) == 0 && address <= psw.Address && psw.Address - address <= Near;
    }
}
