using S390Sim.Cpu;

namespace S390Sim.Testing.Arithmetic;

/// <summary>Executes cases on a real processor.</summary>
public sealed unsafe class GeneralRunner : IDisposable
{
    private readonly CpuBench _bench;

    /// <summary>Makes a runner with a processor of its own.</summary>
    public GeneralRunner(FacilitySet? facilities = null) => _bench = new CpuBench(facilities: facilities);

    /// <summary>Executes one instruction.</summary>
    public GeneralOutcome Run(GeneralCase test)
    {
        ArgumentNullException.ThrowIfNull(test);
        var c = _bench.State;
        for (var n = 0; n < 16; n++) c->Gr[n] = test.Registers[n];
        _bench.Storage.Write(GeneralCase.StorageAddress, test.Storage);
        var mask = CpuBench.SupervisorMask | ((ulong)test.Cc << 44) | (test.OverflowMask ? Psw.FixedPointOverflow : 0);
        _bench.Run(test.Bytes, 1, mask);
        var interruption = _bench.Interruption;
        var psw = interruption == ProgramCode.None ? c->Psw : _bench.ProgramOld;
        var registers = new ulong[16];
        for (var n = 0; n < 16; n++) registers[n] = c->Gr[n];
        var storage = new byte[16];
        for (var n = 0; n < 16; n++) storage[n] = _bench.Storage.Base[GeneralCase.StorageAddress + (ulong)n];
        return new GeneralOutcome(registers, psw.ConditionCode, (int)(psw.Mask >> 40) & 0xF, storage, psw.Address, interruption);
    }

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();
}
