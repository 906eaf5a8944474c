using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Conformance.Zpci.Matrix;

/// <summary>A step of a row did not do what it had to.</summary>
internal sealed class MatrixException(string message) : Exception(message);

/// <summary>One row on one machine: its steps as code of the guest, and what can be seen afterwards.</summary>
internal sealed partial class MatrixRun : IDisposable
{
    private readonly ZpciGuest _guest;
    private readonly ulong[] _before = new ulong[16];
    private readonly ulong[] _addresses = new ulong[12];
    private GuestResult _last;
    private int _requestRegister;
    private int? _response;
    private bool _isInstruction;

    /// <summary>Makes the machine and takes it into the situation.</summary>
    public MatrixRun(MatrixRow row, string? design, bool interprets)
    {
        _guest = new ZpciGuest(Options(row, design, interprets));
        try
        {
            _guest.SetIoTables();
            foreach (var step in row.Preparations) Succeed(step);
            StateBefore = State();
            Ready();
        }
        catch
        {
            _guest.Dispose();
            throw;
        }
    }

    /// <summary>The state of function 0 before the steps in question.</summary>
    public string StateBefore { get; }

    private ProbeDevice Probe => (ProbeDevice)_guest.Device;

    /// <summary>Does the steps in question; what the last one ended in is left to be looked at.</summary>
    public void Act(IReadOnlyList<string> steps)
    {
        for (var n = 0; n < steps.Count; n++)
        {
            var parts = steps[n].Split("=>", 2, StringSplitOptions.TrimEntries);
            if (n < steps.Count - 1 && parts.Length == 1) Succeed(steps[n]);
            else Perform(parts[0]);
            if (parts.Length == 2) Compare(parts[0], MatrixRow.Facts(parts[1]));
        }
    }

    private void Compare(string step, IReadOnlyDictionary<string, string> facts)
    {
        foreach (var (key, value) in facts)
        {
            var got = Observe(key, value);
            if (got != Normalise(key, value)) throw new MatrixException($"after '{step}': expected {key}={value}, got {got}");
        }
    }

    private void Succeed(string step)
    {
        Perform(step);
        if (!_isInstruction) return;
        var done = _last is { End: GuestEnd.Completed, ConditionCode: 0 } && _response is null or 0x10 or 0x20 or 1;
        if (!done) throw new MatrixException($"'{step}' did not succeed: {Outcome()}");
    }

    private void Perform(string text)
    {
        var step = new MatrixStep(text, Evaluate);
        if (!s_verbs.TryGetValue(step.Verb, out var verb)) throw new FormatException($"'{text}': no such verb");
        var response = _response;
        _response = null;
        _isInstruction = true;
        verb(this, step);
        if (!_isInstruction) _response = response;
        if (step.Unused.FirstOrDefault() is { } unused)
            throw new FormatException($"'{text}': {step.Verb} does not know {unused}");
    }

    private ulong Evaluate(string text) => MatrixNames.Evaluate(text, Own);

    // The handle, also in bits 0-31 of a register; the write-through and write-back addresses of a BAR.
    private ulong? Own(string name) => name switch
    {
        "fh" => _guest.Handle,
        "req" => (ulong)_guest.Handle << 32,
        ['w', 't', >= '0' and <= '5'] => _addresses[2 * (name[2] - '0') + 1],
        ['w', 'b', >= '0' and <= '5'] => _addresses[2 * (name[2] - '0')],
        _ => null,
    };

    // What an instruction was given, for the comparison of registers.
    private void End(GuestResult result)
    {
        _guest.Gr.CopyTo(_before, 0);
        _requestRegister = _guest.RequestRegister;
        _last = result;
    }

    private string Outcome()
        => _last.End == GuestEnd.Program ? $"pgm={(int)_last.Exception:X4}"
            : $"cc={_last.ConditionCode}{(_last.ConditionCode == 1 ? $" st={Status}" : "")}"
                + (_response is { } code ? $" rsp={code:X4}" : "");

    private ulong Status => _requestRegister < 0 ? 0 : (_last.Gr[_requestRegister] >> 24) & 0xFF;

    // The group is what the machine is made with; the rest of the preparations is steps.
    private static ZpciGuestOptions Options(MatrixRow row, string? design, bool interprets)
    {
        var options = new ZpciGuestOptions(design);
        if (interprets) options = options with { Settings = [("pci", "interpretation=on")] };
        foreach (var text in row.Preparations)
        {
            var step = new MatrixStep(text, t => MatrixNames.Evaluate(t, _ => null));
            if (step.Verb == "group") options = options with { Group = Group(step) };
            if (step.Verb == "function") options = options with { FunctionType = FunctionType(step) };
            if (step.Verb == "machine")
                options = options with { Settings = [.. options.Settings, .. Settings(step)] };
        }
        return options;
    }

    private static PciGroup Group(MatrixStep step) => PciGroup.Default with
    {
        Id = 0x20,
        Flags = (step.Has("relaxed-store-block") ? PciGroupFlags.RelaxedStoreBlock : 0)
            | (step.Has("relaxed-translation") ? PciGroupFlags.RelaxedTranslation : 0)
            | (step.Has("large-frames") ? PciGroupFlags.LargeFrames : 0),
        Designations = (byte)step.Hex("designations", PciGroup.Default.Designations),
    };

    private static byte FunctionType(MatrixStep step) => (byte)step.Hex("type", 0);

    private static IEnumerable<(string, string)> Settings(MatrixStep step)
        => step.Unused.ToList().Select(key => (key, step.Text(key)!));

    public void Dispose() => _guest.Dispose();
}
