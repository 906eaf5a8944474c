using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using S390Sim.Hypervisor;
using S390Sim.Testing.Hypervisor;
using Xunit.Abstractions;

namespace S390Sim.Properties.Hypervisor;

/// <summary>
/// Random guests: whatever they store into their tables, refresh, register and reset, and whatever the device, the IOMMU API
/// and the host do meanwhile, the invariants of kvm-pci-design.md section 12 hold after every step.
/// </summary>
public sealed class TraceProperties(ITestOutputHelper output)
{
    private const int Length = 40;
    // An invariant that had less to judge may as well not be there.
    private const int FewestOccasions = 5;
    // In every so many traces the host is a guest itself.
    private const int Nested = 8;

    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("S390SIM_TRACE_RUNS"), NumberStyles.None,
        CultureInfo.InvariantCulture, out var runs) ? runs : 200;

    // A generator that seldom gets anywhere would prove nothing.
    private static readonly string[] s_situations =
    [
        "refresh, status 0", "refresh, status 8", "refresh, status 16", "refresh, status 40", "refresh that takes away",
        "access done", "access refused with -1", "access refused with 1", "access refused with 2", "access refused with 5",
        "access refused with 7", "store during a refresh", "access during a refresh", "slot removed", "pages without a frame",
        "refresh short of means, status 16",
    ];

    /// <summary>
    /// Under every design; a trace has the same results under all (51); and each invariant had something to judge.
    /// </summary>
    [Fact]
    public void TheInvariantsHoldUnderEveryDesign()
    {
        using var worlds = new Worlds();
        Hold(worlds.Run);
        foreach (var world in worlds.All)
        {
            world.Sum();
            output.WriteLine(Report(world));
        }
        foreach (var world in worlds.All)
        {
            Assert.All(world.Expected, situation => Assert.True(world.Situation(situation) >= FewestOccasions, $"{world.Design}: {situation}"));
        }
        var idle = from world in worlds.All
                   from invariant in InvariantTable.All
                   where invariant.AppliesTo(world.Design) && world.Tally[invariant.Number] < FewestOccasions
                   select $"{world.Design}: {world.Tally[invariant.Number]} occasions for {invariant.Number}, {invariant.Title}";
        Assert.Empty(idle);
        var judged = worlds.All.SelectMany(w => w.Tally.All).Select(j => (j.Number, j.Checker)).Distinct().Order();
        Assert.Equal(InvariantTable.All.SelectMany(i => i.Checkers.Select(c => (i.Number, c))).Order(), judged);
    }

    private static string Report(World world)
        => $"{world.Design}\n{string.Join('\n', world.Tally.All.Select(j => $"  {j.Number} {j.Checker}: {j.Count}"))}";

    private static void Hold(Action<Trace> run)
        => Prop.ForAll(TraceGenerator.Traces(Length), trace =>
        {
            try
            {
                run(trace);
                return true.Label("");
            }
            catch (InvariantException e)
            {
                return false.Label(e.Message);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs).WithReplay(TraceSeed.Value, TraceSeed.Gamma));

    /// <summary>The runners of one design: on an ordinary host, and on one that is a guest itself.</summary>
    private sealed class World(string design) : IDisposable
    {
        private readonly TraceRunner _ordinary = new(new(design)), _guest = new(new(design) { HostRequiresRefresh = true });

        public string Design => design;

        // The first design pins page by page.
        public Certainty Needed => DesignPromises.Of(design).PinsEach ? Certainty.SamePins : Certainty.All;

        public bool Shadows => !DesignPromises.Of(design).InMachine;

        public IEnumerable<string> Expected => s_situations.Where(s => s switch
        {
            "pages without a frame" => DesignPromises.Of(design).Contract.AllowsPaging,
            "refresh, status 16" or "refresh short of means, status 16" => Shadows,
            _ => true,
        });

        public InvariantTally Tally { get; } = new();

        public void Agree(Observation one, Observation other)
            => new Invariants(Tally, DesignPromises.Of(design)).DesignsAgree(one, other);

        public int Situation(string name)
            => _ordinary.Situations.GetValueOrDefault(name) + _guest.Situations.GetValueOrDefault(name);

        public void Run(Trace trace, bool isGuest, Action<Observation, Certainty> seen)
            => (isGuest ? _guest : _ordinary).Run(trace.Commands, seen);

        public void Sum()
        {
            Tally.Add(_ordinary.Tally);
            Tally.Add(_guest.Tally);
        }

        public void Dispose()
        {
            _ordinary.Dispose();
            _guest.Dispose();
        }
    }

    private sealed class Worlds : IDisposable
    {
        private readonly World[] _worlds = [.. DomainDesigns.Names.Select(n => new World(n))];
        private int _runs;

        public IReadOnlyList<World> All => _worlds;

        public void Run(Trace trace)
        {
            var isGuest = ++_runs % Nested == 0;
            List<(Observation Now, Certainty Certainty)> first = [];
            foreach (var world in _worlds)
            {
                var step = 0;
                world.Run(trace, isGuest, (now, certainty) =>
                {
                    if (world == _worlds[0]) first.Add((now, certainty));
                    else if (world.Shadows
                        && (Certainty)Math.Min((int)first[step].Certainty, (int)certainty) >= world.Needed) Agree(world,
                        first[step].Now, now);
                    step++;
                });
            }
        }

        // It is the first design's invariant as well.
        private void Agree(World world, Observation first, Observation now)
        {
            world.Agree(first, now);
            _worlds[0].Agree(now, first);
        }

        public void Dispose()
        {
            foreach (var world in _worlds) world.Dispose();
        }
    }
}

/// <summary>Where the default traces are drawn from; the second number must be odd.</summary>
internal static class TraceSeed
{
    public const ulong Value = 0x5390, Gamma = 0x51E1;
}
