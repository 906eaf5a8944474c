using System.Globalization;
using S390Sim.Cpu;

namespace S390Sim.Debugging;

/// <summary>
/// Keeps the stages from one that begins something to the one that ends it, for one occurrence, to be told as lines: the
/// stage's name, then what it means.
/// </summary>
/// <param name="begins">Whether a stage begins the thing.</param>
/// <param name="ends">Whether a stage ends it; that stage belongs to it.</param>
/// <param name="occurrence">Which one to keep, from 1.</param>
public sealed class StageAccount(Predicate<Stage> begins, Predicate<Stage> ends, int occurrence = 1) : IStageListener
{
    /// <summary>At most so many stages are kept; a refresh of a large range has many.</summary>
    public const int MaxStages = 4096;

    private readonly List<Stage> _stages = [];
    private int _begun;
    private bool _isOpen;

    /// <summary>The stages kept, in the order in which they were reached.</summary>
    public IReadOnlyList<Stage> Stages => _stages;

    /// <summary>Stages that belong to it but were too many to keep.</summary>
    public int Dropped { get; private set; }

    /// <inheritdoc/>
    public void OnStage(in Stage stage)
    {
        if (!_isOpen)
        {
            if (_begun >= occurrence || !begins(stage) || ++_begun < occurrence) return;
            _isOpen = true;
        }
        if (_stages.Count < MaxStages) _stages.Add(stage);
        else Dropped++;
        if (ends(stage)) _isOpen = false;
    }

    /// <summary>Writes one line for each stage.</summary>
    public void Write(TextWriter writer)
    {
        var width = _stages.Count == 0 ? 0 : _stages.Max(s => s.Kind.Name.Length);
        var number = 0;
        foreach (var stage in _stages) writer.WriteLine(Line(++number, stage, width));
        if (Dropped != 0) writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"     ... and {Dropped} more"));
    }

    private static string Line(int number, Stage stage, int width)
        => string.Create(CultureInfo.InvariantCulture, $"{number,4}  {stage.Kind.Name.PadRight(width)}  {StageText.Describe(stage)}");
}
