using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Properties.Dma;

/// <summary>The isolation of devices is broken.</summary>
internal sealed class IsolationException(string message) : Exception(message);

/// <summary>What a machine could do wrong: what a test is worth shows when it is done to it.</summary>
internal enum DmaFlaw
{
    None, ForgetsFlush, IgnoresProtection, IgnoresLimit, IgnoresBase, ForgetsEvent, BlamesAnother, BlamesAnotherAddress,
    WritesElsewhere, ReadsElsewhere,
}

/// <summary>Executes a program of a guest and its device beside the model, and compares after each command.</summary>
internal sealed partial class DmaRunner : IStageListener, IDisposable
{
    private const ulong FirstDma = 0x1_0000_0000, LastDma = 0x01FF_FFFF_FFFF_FFFF;
    private const string Enabled = "enabled", Error = "error", Blocked = "blocked";

    private readonly DmaFlaw _flaw;
    private readonly ZpciGuest _guest;
    private readonly DmaModel _model;
    private readonly EduDevice _edu;
    private readonly bool _isFollowed;
    private readonly byte[] _mirror = new byte[DmaWorld.End - DmaWorld.First];
    private readonly byte[] _actual = new byte[DmaWorld.End - DmaWorld.First];
    private readonly HashSet<ulong> _reached = [];
    private string _state = Enabled;

    public DmaRunner(string? design, DmaFlaw flaw = DmaFlaw.None)
    {
        _flaw = flaw;
        _isFollowed = design is null || DomainDesigns.ContractOf(design).FollowsGuestTables;
        _edu = new EduDevice { TransferTime = 1 };
        _guest = new ZpciGuest(new ZpciGuestOptions(design)
        {
            Group = PciGroup.Default with { Designations = IoCapabilities.Tables },
            Device = _edu,
            Stages = new StageReporter { Listener = this },
        });
        _model = new DmaModel(_isFollowed);
        Fill();
        _guest.SetFunction(0);
        _guest.StoreRegister(15, 4, 2, 0x0006);
        Do(new Modify(4, 1, false, FirstDma, LastDma));
    }

    /// <summary>How often each kind of outcome was seen.</summary>
    public Dictionary<string, int> Tally { get; } = [];

    /// <summary>Runs a program.</summary>
    /// <exception cref="IsolationException">The machine did what the model forbids.</exception>
    public void Run(IEnumerable<DmaCommand> program)
    {
        foreach (var command in program) Do(command);
    }

    /// <summary>A device's access was translated: where it reached.</summary>
    public void OnStage(in Stage stage)
    {
        if (stage.Kind == IommuStages.DmaTranslated) _reached.Add(stage[2] & ~0xFFFUL);
    }

    private void Do(DmaCommand command)
    {
        switch (command)
        {
            case StoreEntry store: Store(store); break;
            case Modify modify: Modify(modify); break;
            case Refresh refresh:
                Recover(refresh.Recovery);
                Refresh(refresh);
                break;
            case Transfer transfer:
                Recover(transfer.Recovery);
                Move(transfer);
                break;
        }
        CompareStorage($"{command}");
    }

    private void Recover(DmaRecovery recovery)
    {
        if (recovery == DmaRecovery.Reset && _state != Enabled) Modify(new Modify(7, 1, false, 0, 0));
        if (recovery == DmaRecovery.Unblock && _state == Error) Modify(new Modify(9, 1, false, 0, 0));
    }

    private void Store(StoreEntry store)
    {
        var (address, _) = DmaWorld.Entries[store.Entry];
        var value = _flaw == DmaFlaw.IgnoresProtection ? store.Value & ~DmaWorld.Protect : store.Value;
        _guest.StoreDoubleword(address, value);
        BinaryPrimitives.WriteUInt64BigEndian(_mirror.AsSpan((int)(address - DmaWorld.First)), value);
        _model.Store(address, store.Value);
    }

    private void Modify(Modify modify)
    {
        var status = Expected(modify);
        var (type, top, _) = DmaWorld.Types[modify.Type];
        Span<byte> fib = stackalloc byte[80];
        fib.Clear();
        var isProtected = modify.Protect && _flaw != DmaFlaw.IgnoresProtection;
        var pba = _flaw == DmaFlaw.IgnoresBase ? FirstDma : modify.Pba;
        var pal = _flaw == DmaFlaw.IgnoresLimit ? LastDma : modify.Pal;
        BinaryPrimitives.WriteUInt64BigEndian(fib[0x10..], pba);
        BinaryPrimitives.WriteUInt64BigEndian(fib[0x18..], pal);
        BinaryPrimitives.WriteUInt64BigEndian(fib[0x20..], top | 0x800 | (type << 2) | (isProtected ? 0x200UL : 0));
        _guest.Set(ZpciLayout.Fib, fib);
        var result = _guest.Controls(Op.MPCIFC, ZpciGuest.Request(_guest.Handle, low: (ulong)modify.Operation));
        Require(Outcome(result, 1) == status, $"{modify}: {Outcome(result, 1)} instead of {status}");
        if (status == "cc0") Apply(modify);
    }

    private string Expected(Modify modify) => modify.Operation switch
    {
        4 when _state == Error => "cc1 st40",
        6 when _state == Error => "cc1 st40",
        4 => _model.IsRegistered ? "cc1 st24" : "cc0",
        5 or 6 => _model.IsRegistered ? "cc0" : "cc1 st24",
        7 => _state == Enabled ? "cc1 st24" : "cc0",
        _ => _state == Error ? "cc0" : "cc1 st24",
    };

    private void Apply(Modify modify)
    {
        if (modify.Operation is 4 or 6) _model.Register(modify.Type, modify.Protect, modify.Pba, modify.Pal);
        else if (modify.Operation == 5) _model.Deregister();
        else _state = modify.Operation == 7 ? Enabled : Blocked;
    }

    private void Refresh(Refresh refresh)
    {
        var (status, code, at) = Expected(refresh);
        var length = _flaw == DmaFlaw.ForgetsFlush && status == "cc0" ? 0 : refresh.Length;
        var result = _guest.Refresh(ZpciGuest.Request(_guest.Handle), refresh.Start, length);
        Require(Outcome(result, 4) == status, $"{refresh}: {Outcome(result, 4)} instead of {status}");
        Count($"refresh {status}");
        if (code != 0) Fail($"{refresh}", code, at);
    }

    private (string Status, int Code, ulong At) Expected(Refresh refresh)
    {
        if (_state == Error) return ("cc1 st40", 0, 0);
        if (!_model.IsRegistered) return ("cc1 st8", 1, refresh.Start);
        if (!_model.Touches(refresh.Start, refresh.Length)) return ("cc1 st8", 2, refresh.Start);
        var (error, at, isShort) = _model.Refresh(refresh.Start, refresh.Length);
        return error != 0 ? ("cc1 st8", error, at) : (isShort ? "cc1 st16" : "cc0", 0, 0);
    }

    private void Fail(string what, int code, ulong address)
    {
        _state = Error;
        var events = _flaw == DmaFlaw.ForgetsEvent ? [] : _guest.FetchEvents().Select(Flawed).ToList();
        var expected = new PciEvent(PciEvent.Error, _guest.Handle, 0, (ushort)code, address);
        Require(events.Count == 1 && events[0] == expected, $"{what}: events {string.Join(", ", events)} instead of {expected}");
    }

    private PciEvent Flawed(PciEvent item) => _flaw switch
    {
        DmaFlaw.BlamesAnother => item with { Handle = item.Handle + 1 },
        DmaFlaw.BlamesAnotherAddress => item with { Address = item.Address & ~0xFFFUL },
        _ => item,
    };

    private void Count(string what) => Tally[what] = Tally.GetValueOrDefault(what) + 1;

    private static string Outcome(GuestResult result, int register)
        => result.End != GuestEnd.Completed ? $"{result.End} {result.Exception}"
            : result.ConditionCode == 1 ? $"cc1 st{(result.Gr[register] >> 24) & 0xFF}" : $"cc{result.ConditionCode}";

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new IsolationException(otherwise);
    }

    public void Dispose() => _guest.Dispose();
}
