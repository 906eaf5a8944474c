namespace S390Sim.Cpu;

/// <summary>A named point of a path that a person may watch; each room declares its own as static objects.</summary>
/// <param name="Name">The stage's name, e.g. <c>PageEntryRead</c>.</param>
/// <param name="Fields">Names of the values that a report carries, in order; at most four.</param>
public sealed record StageKind(string Name, params string[] Fields);

/// <summary>One report: a kind with its values. Values beyond the kind's fields are zero.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="A">First value.</param>
/// <param name="B">Second value.</param>
/// <param name="C">Third value.</param>
/// <param name="D">Fourth value.</param>
public readonly record struct Stage(StageKind Kind, ulong A = 0, ulong B = 0, ulong C = 0, ulong D = 0)
{
    /// <summary>The value of a field by position, 0-3.</summary>
    public ulong this[int index] => index switch { 0 => A, 1 => B, 2 => C, _ => D };
}

/// <summary>Someone who looks at stages; it may block, which is how one steps inside a handler.</summary>
public interface IStageListener
{
    /// <summary>Called at the stage, on the thread that reached it.</summary>
    void OnStage(in Stage stage);
}

/// <summary>Where a path reports its stages. Without a listener a report costs one test.</summary>
public sealed class StageReporter
{
    /// <summary>The listener, or null when nobody looks.</summary>
    public IStageListener? Listener { get; set; }

    /// <summary>Whether a listener is there.</summary>
    public bool IsActive => Listener is not null;

    /// <summary>Reports a stage.</summary>
    public void Report(StageKind kind, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0)
        => Listener?.OnStage(new Stage(kind, a, b, c, d));
}
