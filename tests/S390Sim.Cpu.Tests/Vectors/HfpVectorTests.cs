using System.Buffers.Binary;
using System.Globalization;
using S390Sim.Cpu;
using S390Sim.Testing;
using S390Sim.Tests.General;
using static S390Sim.Tests.Vectors.DecimalVectorTests;

namespace S390Sim.Tests.Vectors;

/// <summary>The hexadecimal-floating-point instructions answer as Hercules 3.13 does.</summary>
public sealed unsafe class HfpVectorTests : IDisposable
{
    private const ulong AfpRegisters = 1UL << 18;
    private static readonly int[] s_operandRegisters = [0, 2, 4, 6, 1];

    private readonly StorageBench _bench = new();

    public HfpVectorTests() => _bench.C->Cr[0] |= AfpRegisters;

    [Fact]
    public void Hfp_instructions_agree_with_hercules() => Assert.True(VectorFile.Check("hfp", Run) > 15_000);

    // Instruction, program mask, register 2, registers 0 2 4 6 1; code, condition code, register 2, registers 0 2.
    private string Run(string[] fields)
    {
        for (var n = 0; n < s_operandRegisters.Length; n++) _bench.C->Fpr(s_operandRegisters[n]) = Number(fields[3 + n]);
        _bench.C->Gr[2] = Number(fields[2]);
        _bench.C->Gr[9] = StorageBench.Data;
        _bench.Storage.Write64(StorageBench.Data, _bench.C->Fpr(4));
        _bench.Run([BinaryPrimitives.ReadUInt64BigEndian(Hexadecimal(fields[0], 8))], 1,
            CpuBench.SupervisorMask | Number(fields[1]) << 40);
        var code = (ProgramCode)Number(fields[8]);
        if (_bench.Interruption != code) return $"code {_bench.Interruption}";
        if (_bench.C->Fpr(0) != Number(fields[11])) return $"register 0 {_bench.C->Fpr(0):x16}";
        if (_bench.C->Fpr(2) != Number(fields[12])) return $"register 2 {_bench.C->Fpr(2):x16}";
        if (_bench.C->Gr[2] != Number(fields[10])) return $"general register 2 {_bench.C->Gr[2]:x16}";
        var conditionCode = code == ProgramCode.None ? _bench.C->Cc : _bench.ProgramOld.ConditionCode;
        return conditionCode == int.Parse(fields[9], CultureInfo.InvariantCulture) ? "" : $"condition code {conditionCode}";
    }

    public void Dispose() => _bench.Dispose();
}
