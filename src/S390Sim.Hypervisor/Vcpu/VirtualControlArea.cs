using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// The system control area that all virtual CPUs of a machine share: in the basic format while their addresses fit into it, in
/// the extended one from then on (sie.md section 8.1).
/// </summary>
public sealed unsafe class VirtualControlArea : IDisposable
{
    private readonly Storage _storage;
    private readonly HostFrames _frames;
    private readonly List<VirtualCpu> _cpus = [];
    private ulong _origin;

    /// <summary>Makes an area without CPUs.</summary>
    /// <exception cref="ConfigurationLimitException">The host has no storage for it.</exception>
    internal VirtualControlArea(Storage storage, HostFrames frames)
    {
        _storage = storage;
        _frames = frames;
        _origin = Allocate(isExtended: false);
    }

    /// <summary>Host absolute address of the area.</summary>
    public ulong Origin => _origin;

    /// <summary>Whether it has the extended format.</summary>
    public bool IsExtended { get; private set; }

    /// <summary>Adds a virtual CPU: gives it an entry, and designates the area in its state description.</summary>
    /// <exception cref="ConfigurationLimitException">No format has an entry for its address, or the host no storage.</exception>
    internal void Add(VirtualCpu cpu)
    {
        if (cpu.Address >= ExtendedSca.Cpus)
            throw new ConfigurationLimitException($"a guest has {ExtendedSca.Cpus} virtual CPUs at most");
        if (cpu.Address >= BasicSca.Cpus) Extend();
        _cpus.Add(cpu);
        Designate(cpu);
    }

    /// <summary>
    /// Goes over to the extended format with what the basic one holds, pending external calls and the interlock included. Every
    /// virtual CPU must be out of SIE, as all are between their turns.
    /// </summary>
    public void Extend()
    {
        if (IsExtended) return;
        var extended = Allocate(isExtended: true);
        var (from, to) = (new BasicSca(_storage.Base + _origin), new ExtendedSca(_storage.Base + extended));
        to.InvalidationControl = from.InvalidationControl;
        to.Utility = from.Utility;
        to.Configured = from.Configured;
        var calls = _cpus.Where(cpu => cpu.Pending.IsExternalCallPending).Select(cpu => (Cpu: cpu, Call(cpu).Source)).ToArray();
        var old = _origin;
        (_origin, IsExtended) = (extended, true);
        foreach (var cpu in _cpus) Designate(cpu);
        foreach (var (cpu, source) in calls) Call(cpu).TryRequest(source);
        _frames.Free(old, Length(false));
    }

    private void Designate(VirtualCpu cpu)
    {
        var block = cpu.Block;
        (block.ScaOriginHigh, block.ScaOriginLow) = ((uint)(_origin >> 32), (uint)_origin);
        if (IsExtended) block.Ecb2 |= ExecutionControlsB2.ExtendedSca;
        if (SystemControlArea.TryFind(_storage, block, out var area)) area.Configure(cpu.Address, cpu.BlockAddress);
        cpu.Pending.KeepExternalCallsIn(Call(cpu));
    }

    private ExternalCallCell Call(VirtualCpu cpu)
        => SystemControlArea.TryFind(_storage, cpu.Block, out var area)
            && area.TryFindOwnCall(cpu.Block, out var call) ? call : default;

    private static ulong Length(bool isExtended) => isExtended ? (ulong)ExtendedSca.Length : BasicSca.Length;

    // At the begin of a frame: the basic format may not cross a page.
    private ulong Allocate(bool isExtended)
        => _frames.TryAllocate(Length(isExtended), Storage.PageSize, out var origin)
            ? origin : throw new ConfigurationLimitException("the host has no storage left for a system control area");

    /// <inheritdoc/>
    public void Dispose() => _frames.Free(_origin, Length(IsExtended));
}
