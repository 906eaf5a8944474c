using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// Code 14: an external interruption that the machine does not present itself (sie.md section 4.4). The host makes it pending, and
/// its next delivery presents it in the order of priority.
/// </summary>
internal static class ExternalInterruptions
{
    private const ushort ClockComparator = 0x1004, CpuTimer = 0x1005, ExternalCall = 0x1202;

    /// <summary>Takes it up; the end of the run when it can only lead to itself.</summary>
    public static StopReason? Handle(VirtualCpu vcpu)
    {
        var block = vcpu.Block;
        switch (block.ExternalCode)
        {
            case ClockComparator or CpuTimer:
                // Timers stay due: a new PSW that is enabled for them would take them for ever.
                return IsNewPswEnabled(vcpu) ? StopReason.ProgramLoop : null;
            case ExternalCall:
                // One that is pending already covers it.
                vcpu.Pending.TryRequestExternalCall(block.ExternalCpuAddress);
                return null;
            default:
                return StopReason.Interception;
        }
    }

    private static bool IsNewPswEnabled(VirtualCpu vcpu)
    {
        Span<byte> mask = stackalloc byte[8];
        return vcpu.TryReadReal(Lowcore.ExternalNewMaskOffset, mask) && (BinaryPrimitives.ReadUInt64BigEndian(mask) & Psw.External) != 0;
    }
}
