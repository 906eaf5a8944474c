using S390Sim.Cpu;
using S390Sim.Machine;

namespace S390Sim.Testing;

/// <summary>
/// This simulator with the driver as its guest, as a user runs a program: what it says of a case must be what the bench says
/// that runs the case itself.
/// </summary>
public sealed unsafe class SimulatedSystem : DriverOracle
{
    private const ulong Slice = 50_000, Patience = 400_000_000;

    private readonly CpuBench _bench;

    /// <summary>Builds the driver and loads it.</summary>
    /// <param name="facilities">Installed facilities, or the machine's default.</param>
    public SimulatedSystem(FacilitySet? facilities = null)
    {
        var folder = Directory.CreateTempSubdirectory("s390sim-driver");
        try
        {
            var image = ElfImage.Parse("driver", File.ReadAllBytes(BuildDriver(folder.FullName)));
            _bench = new CpuBench(TestLayout.StorageSize, facilities);
            foreach (var segment in image.Segments) _bench.Storage.Write(segment.Address, image.Bytes(segment));
            _bench.State->LoadPsw(new Psw(CpuBench.SupervisorMask, image.Entry));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private protected override string Name => "the driver as a guest";

    private protected override Span<byte> At(ulong address, int length) => new(_bench.Storage.Base + address, length);

    private protected override void Prepare() { }

    private protected override string? Await()
    {
        var start = _bench.State->InstructionCount;
        while (Remaining != 0)
        {
            if (_bench.State->InstructionCount - start > Patience) return "does not answer";
            if (_bench.Processor.Run(_bench.State->InstructionCount + Slice) is not StopReason.InstructionLimit and var stop)
                return $"ended: {stop}";
        }
        return null;
    }

    /// <inheritdoc/>
    public override void Dispose() => _bench.Dispose();
}
