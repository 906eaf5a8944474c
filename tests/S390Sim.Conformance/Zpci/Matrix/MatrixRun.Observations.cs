using System.Buffers.Binary;
using System.Globalization;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Conformance.Zpci.Matrix;

/// <summary>What can be seen when the steps are done: by the program, but for the device's own word on its DMA.</summary>
internal sealed partial class MatrixRun
{
    // Blocks of the observer, apart from those that the steps used.
    private const ulong OwnFib = 0x5800, OwnList = 0xA000;
    private const int Many = 64;

    private readonly List<uint> _taken = [];

    private void Ready()
    {
        _taken.Clear();
        _checks = 0;
    }

    private int _checks;

    /// <summary>What an expectation's key is now, as text.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The value that is expected: of storage, as many bytes are looked at.</param>
    /// <param name="others">Keys of registers that have an expectation of their own.</param>
    public string Observe(string key, string expected, IEnumerable<string>? others = null) => key switch
    {
        "cc" => _last.End == GuestEnd.Completed ? $"{_last.ConditionCode}" : Outcome(),
        "st" => _last is { End: GuestEnd.Completed, ConditionCode: 1 } ? $"{Status}" : Outcome(),
        "pgm" => _last.End == GuestEnd.Program ? $"{(int)_last.Exception:X4}" : Outcome(),
        "rsp" => _response is { } code && _last.End == GuestEnd.Completed ? $"{code:X4}" : Outcome(),
        "kept" => Kept(others ?? []),
        "dma" => Probe.IsDone ? "done" : "refused",
        "state" => State(),
        "event" => Events(),
        "ints" => Interruptions(),
        "io" => _taken.Count == 0 ? "none" : $"{_taken[^1]:X8}",
        "checks" => $"{_checks}",
        _ when key.StartsWith("key@", StringComparison.Ordinal) => $"{_guest.GetKey(Evaluate(key[4..])):X2}",
        _ when key[0] == '@' => Bytes(key[1..], Normalise(key, expected).Length),
        _ when key[0] == 'r' => $"{_last.Gr[int.Parse(key.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture)]:X16}",
        _ => throw new FormatException($"'{key}' cannot be expected"),
    };

    private string Bytes(string place, int digits)
        => Convert.ToHexString(_guest.Get(Evaluate(place), digits / 2));

    /// <summary>An expected value as <see cref="Observe"/> gives it.</summary>
    public string Normalise(string key, string value) => key switch
    {
        "pgm" or "rsp" => $"{int.Parse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture):X4}",
        "event" => string.Join(',', value.Split(',').Select(NormaliseEvent)),
        _ when key[0] == '@' => value == "fh" ? $"{_guest.Handle:X8}" : value,
        _ when key[0] == 'r' => $"{Evaluate(value):X16}",
        _ => value,
    };

    private string NormaliseEvent(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? text : $"{text[..at]}@{Evaluate(text[(at + 1)..]):X}";
    }

    // With a program interruption nothing changes; a status goes to its place; a load may change its first register.
    private string Kept(IEnumerable<string> others)
    {
        if (_last.Gr is null) return "yes";
        var changed = Enumerable.Range(0, 16).Where(n => _last.Gr[n] != _before[n] && !others.Contains($"r{n}")
            && !(n == _requestRegister && _last is { End: GuestEnd.Completed, ConditionCode: 1 }
                && ((_last.Gr[n] ^ _before[n]) & ~0xFF00_0000UL) == 0));
        var text = string.Join(' ', changed.Select(n => $"r{n} became {_last.Gr[n]:X16}"));
        return text.Length == 0 ? "yes" : text;
    }

    private string State()
    {
        var result = _guest.Controls(Op.STPCIFC, ZpciGuest.Request(_guest.Handle & ~FunctionHandle.Enabled), OwnFib);
        if (result.ConditionCode == 3) return IsListed() ? "standby" : "reserved";
        if (result.ConditionCode == 1) return "permanent";
        return (_guest.Get(OwnFib + 8, 1)[0] & 0xE0) switch
        {
            0 => "disabled",
            0x80 => "enabled",
            0xC0 => "blocked",
            0xE0 => "error",
            var controls => $"controls {controls:X2}",
        };
    }

    private bool IsListed()
    {
        Span<byte> request = stackalloc byte[32 + 8];
        request.Clear();
        (request[1], request[3]) = (32, 2);
        BinaryPrimitives.WriteUInt16BigEndian(request[32..], 4064);
        _guest.Set(OwnList, request);
        _guest.CallLogicalProcessor(OwnList);
        var length = (int)(_guest.Get64(OwnList + 32) >> 48);
        return Enumerable.Range(0, (length - 32) / 16).Any(n => (_guest.Get64(OwnList + 64 + (ulong)n * 16 + 8) >> 32) == 0);
    }

    // Error events as code@address, availability events as their code; a wrong handle or identifier is told.
    private string Events()
    {
        var events = _guest.FetchEvents().Select(e =>
        {
            if (e.ContentCode != PciEvent.Error) return $"{e.Code:X}";
            var isOurs = e.Handle == _guest.Handle && e.Fid == 0;
            return $"{e.Code:X}@{e.Address:X}{(isOurs ? "" : $"(fh {e.Handle:X8} fid {e.Fid:X8})")}";
        }).ToList();
        return events.Count == 0 ? "none" : string.Join(',', events);
    }

    // As many as the program took since the steps in question began, and those that are pending now.
    private string Interruptions()
    {
        Take();
        return $"{_taken.Count}";
    }

    private void Take()
    {
        for (var n = 0; n < Many && _guest.Open(Psw.Io) == GuestEnd.Io; n++)
            _taken.Add((uint)(_guest.Get64((ulong)Lowcore.IoIdentificationOffset) >> 32));
        _isInstruction = false;
    }

    private void TakeMachineCheck()
    {
        for (var n = 0; n < Many && _guest.Open(Psw.MachineCheck) == GuestEnd.MachineCheck; n++) _checks++;
        _isInstruction = false;
    }
}
