using S390Sim.Cpu;
using S390Sim.Isa;
using PciInstructions = S390Sim.Pci.PciInstructions<S390Sim.Hypervisor.GuestContext>;

namespace S390Sim.Hypervisor;

/// <summary>
/// The virtual machine's user-space part: instructions for which the kernel answered -EOPNOTSUPP, and of which it is told the
/// interception code, IPA and IPB (KVM_EXIT_S390_SIEIC).
/// </summary>
internal sealed class UserSpace(VirtualMachine machine)
{
    /// <summary>Handles an instruction; what nobody knows is an operation exception.</summary>
    public void Handle(InterceptContext c)
    {
        var (pci, guest) = (machine.Pci, new GuestContext(c));
        ref readonly var o = ref c.Operands;
        switch (c.Op)
        {
            case Op.RPCIT: Refresh(c); break;
            case Op.PCILG: PciInstructions.Pcilg(guest, pci, o.R1, o.R2); break;
            case Op.PCISTG: PciInstructions.Pcistg(guest, pci, o.R1, o.R2); break;
            case Op.PCISTB: PciInstructions.Pcistb(guest, pci, o.R1, o.R3, c.Address2, o.B2); break;
            case Op.PCILGI: PciInstructions.Pcilgi(guest, pci, o.R1, o.R2); break;
            case Op.PCISTGI: PciInstructions.Pcistgi(guest, pci, o.R1, o.R2); break;
            case Op.PCISTBI: PciInstructions.Pcistbi(guest, pci, o.R1, o.R3, c.Address2, o.B2); break;
            case Op.PCIWB: PciInstructions.Pciwb(guest); break;
            case Op.MPCIFC: PciInstructions.Mpcifc(guest, pci, o.R1, c.Address2, o.B2); break;
            case Op.STPCIFC: PciInstructions.Stpcifc(guest, pci, o.R1, c.Address2, o.B2); break;
            case Op.SIC: PciInstructions.Sic(guest, pci, o.R1, o.R3, c.Address2, o.B2); break;
            case Op.CLP: PciInstructions.Clp(guest, pci, o.R1, o.R2, o.M3, o.M4); break;
            case Op.CHSC: PciInstructions.Chsc(guest, pci, c[o.R1] & c.AddressMask, o.R1); break;
            case Op.STCRW: PciInstructions.Stcrw(guest, pci, c.Address2, o.B2); break;
            case Op.SERVC: ServiceCall(c); break;
            case Op.DIAG: Diagnose(c); break;
            // An empty channel subsystem.
            case Op.SSCH or Op.TSCH or Op.STSCH or Op.MSCH or Op.CSCH or Op.HSCH or Op.RSCH or Op.XSCH: c.Emulate(); break;
            case Op.RCHP or Op.SAL or Op.STCPS or Op.SCHM or Op.SIGA: c.Emulate(); break;
            default: c.Program(ProgramCode.Operation); break;
        }
    }

    private void Refresh(InterceptContext c)
    {
        machine.Counters.RefreshesInUserSpace++;
        PciInstructions.Rpcit(new GuestContext(c), machine.Pci, c.Operands.R1, c.Operands.R2);
    }

    private void ServiceCall(InterceptContext c)
    {
        var command = (uint)c[c.Operands.R1];
        var prefix = c.Vcpu.Block.Prefix;
        var code = machine.Services.ServiceCall(machine, command, c[c.Operands.R2], prefix, out var conditionCode);
        if (code == ProgramCode.None) c.SetConditionCode(conditionCode);
        else c.Program(code);
    }

    private void Diagnose(InterceptContext c)
    {
        var code = machine.Services.Diagnose(c, (uint)c.Address2 & 0xFFFF);
        if (code != ProgramCode.None) c.Program(code);
    }
}
