using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// KVM's part of one guest's adapter interruptions: its GISA, the functions whose events are forwarded to it, and the waking of
/// virtual CPUs that sleep while one is pending (sie.md sections 9 and 10.7).
/// </summary>
public sealed unsafe class GuestAdapters : IInterruptionForwarding, IDisposable
{
    private const ulong PageSize = Cpu.Storage.PageSize;

    private readonly VirtualMachine _machine;
    private readonly HostAdapters _host;
    private readonly Gisa _gisa;
    private readonly int[] _registered = new int[8];        // functions by subclass
    private readonly Dictionary<PciFunction, Pins> _pins = [];
    private bool _isUnsettled;

    private readonly record struct Pins(int Index, int Subclass, ulong Vector, ulong Summary);

    private GuestAdapters(VirtualMachine machine, HostAdapters host, Gisa gisa)
    {
        (_machine, _host, _gisa) = (machine, host, gisa);
        var area = gisa;
        area.NextAlert = gisa.Origin;
        host.Add(this);
        machine.Floating.Gisa = gisa;
        machine.Floating.AdapterRequested += WakeAll;
    }

    /// <summary>The GISA's designation: its address, and format 1.</summary>
    public uint Designation => _gisa.Designation;
    /// <summary>The GISA.</summary>
    public Gisa Area => _gisa;

    /// <summary>Gives a guest a GISA; null when the host has no storage where one can be.</summary>
    internal static GuestAdapters? TryCreate(VirtualMachine machine, HostAdapters host)
    {
        if (!machine.Frames.TryAllocate(PageSize, PageSize, out var page)) return null;
        if (page <= Gisa.OriginMask && Gisa.TryFind(machine.Storage, (uint)page | Gisa.Format1, out var gisa))
            return new GuestAdapters(machine, host, gisa);
        machine.Frames.Free(page, PageSize);
        return null;
    }

    /// <summary>
    /// Forwards a function's events (kvm_s390_pci_aif_enable): pins the guest's indicators, takes an entry of the host's table,
    /// and registers with the host's function. Null leaves the events to user space: where the indicators do not fit the table's
    /// terms, or there are no resources.
    /// </summary>
    public ForwardedInterruptions? Register(PciFunction function, in InterruptionParameters parameters)
    {
        if (function.GuestDesignation != Designation || !Fits(parameters)) return null;
        if (!_machine.Pinner.TryPin(parameters.BitVector, out var vector)) return null;
        ulong summary = 0;
        if (parameters.HasSummary && !_machine.Pinner.TryPin(parameters.SummaryAddress, out summary)) return Undo(vector, 0);
        var address = parameters.HasSummary ? summary | (parameters.SummaryAddress & (PageSize - 1)) : 0;
        if (!_host.TryTake(this, parameters.Subclass, address, parameters.SummaryOffset, out var index))
            return Undo(vector, summary);
        _pins.Add(function, new(index, parameters.Subclass, vector, summary));
        if (_registered[parameters.Subclass]++ == 0) RestoreAlertMask();
        var bits = vector | (parameters.BitVector & (PageSize - 1));
        return new ForwardedInterruptions(_host.Notification, _host.Registration(index, parameters, bits));
    }

    /// <inheritdoc/>
    public void Deregister(PciFunction function, ForwardedInterruptions forwarded)
    {
        if (!_pins.Remove(function, out var pins)) return;
        _host.Release(pins.Index);
        Undo(pins.Vector, pins.Summary);
        var area = _gisa;
        if (--_registered[pins.Subclass] == 0) area.AlertMask &= (byte)~Gisa.MaskOf(pins.Subclass);
    }

    // One page is pinned for each; the machine knows the summary bit by its doubleword.
    private static bool Fits(in InterruptionParameters parameters)
    {
        var last = (ulong)(parameters.VectorOffset + Math.Max(0, parameters.Count - 1)) / 8;
        return (parameters.BitVector & (PageSize - 1)) + last < PageSize
            && (!parameters.HasSummary || (parameters.SummaryAddress & 7) == 0);
    }

    private ForwardedInterruptions? Undo(ulong vector, ulong summary)
    {
        _machine.Pinner.Unpin(vector, isDirty: true);
        if (summary != 0) _machine.Pinner.Unpin(summary, isDirty: true);
        return null;
    }

    /// <summary>Delivers what the machine forwarded to the host, since the guest did not run.</summary>
    internal void Deliver(int subclass)
    {
        if (!_gisa.Admit(subclass)) return;
        _machine.Pci.PresentToGuest(_host.Notification.Guests, _gisa, subclass);
        Kick();
    }

    /// <summary>Takes the GISA out of the alert list.</summary>
    /// <returns>The rest of the list.</returns>
    internal uint Unlink()
    {
        var area = _gisa;
        var next = area.NextAlert;
        area.NextAlert = area.Origin;
        return next;
    }

    /// <summary>Subclasses whose alerts the host wants.</summary>
    public byte WantedAlerts
    {
        get
        {
            byte mask = 0;
            for (var subclass = 0; subclass < 8; subclass++)
            {
                if (_registered[subclass] != 0) mask |= Gisa.MaskOf(subclass);
            }
            return mask;
        }
    }

    /// <summary>Has the machine alert again, unless something is pending that it would alert of.</summary>
    internal void RestoreAlertMask()
    {
        var wanted = WantedAlerts;
        _isUnsettled = (_gisa.Pending & wanted) != 0;
        if (_isUnsettled || _gisa.IsQueued) return;
        var area = _gisa;
        area.AlertMask = wanted;
    }

    /// <summary>Wakes one sleeping virtual CPU that can take a pending interruption.</summary>
    internal void Kick()
    {
        RestoreAlertMask();
        foreach (var cpu in _machine.Cpus)
        {
            if (cpu.TryWake(_gisa.Pending)) return;
        }
    }

    /// <summary>What KVM's timer does while an alert is not settled yet: between the turns of virtual CPUs.</summary>
    internal void Settle()
    {
        if (_isUnsettled) Kick();
    }

    // The host's own request: it does not know who can take it.
    private void WakeAll()
    {
        foreach (var cpu in _machine.Cpus) cpu.Wake();
    }

    /// <summary>Takes the GISA back.</summary>
    public void Dispose()
    {
        _machine.Floating.AdapterRequested -= WakeAll;
        _machine.Floating.Gisa = null;
        var area = _gisa;
        area.AlertMask = 0;
        _host.Remove(this);
        _machine.Frames.Free(_gisa.Origin, PageSize);
    }
}

/// <summary>Suppression modes in the GISA, which SET INTERRUPTION CONTROLS of the guest changes without its host.</summary>
/// <param name="gisa">The guest's GISA, of format 1.</param>
internal sealed class GisaSuppression(Gisa gisa) : InterruptionSuppression
{
    /// <inheritdoc/>
    public override byte SingleMode => gisa.SingleMode;
    /// <inheritdoc/>
    public override byte NoInterruptions => gisa.NoInterruptions;

    /// <inheritdoc/>
    protected override void Set(byte single, byte none) => gisa.SetModes(single, none);
}
