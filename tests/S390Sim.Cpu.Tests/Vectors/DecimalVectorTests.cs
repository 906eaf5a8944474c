using System.Buffers.Binary;
using System.Globalization;
using S390Sim.Cpu;
using S390Sim.Testing;
using S390Sim.Tests.General;

namespace S390Sim.Tests.Vectors;

/// <summary>The decimal instructions answer as Hercules 3.13 does.</summary>
public sealed unsafe class DecimalVectorTests : IDisposable
{
    private const ulong First = StorageBench.Data, Second = StorageBench.Data + 0x1000;
    private const int Room = 128;

    private readonly StorageBench _bench = new();

    [Fact]
    public void Decimal_instructions_agree_with_hercules() => Assert.True(VectorFile.Check("decimal", Run) > 14_000);

    // Instruction, program mask, operands; code, condition code, first operand, offset in it that register 1 designates.
    private string Run(string[] fields)
    {
        var text = Hexadecimal(fields[0], 8);
        _bench.Storage.Write(First, Hexadecimal(fields[2], Room));
        _bench.Storage.Write(Second, Hexadecimal(fields[3], Room));
        _bench.C->Gr[8] = First;
        _bench.C->Gr[9] = Second;
        _bench.C->Gr[1] = 0;
        _bench.Run([BinaryPrimitives.ReadUInt64BigEndian(text)], 1,
            CpuBench.SupervisorMask | Number(fields[1]) << 40);
        var code = (ProgramCode)Number(fields[4]);
        if (_bench.Interruption != code) return $"code {_bench.Interruption}";
        // How much was stored before a data exception is unpredictable.
        if (code == ProgramCode.Data) return "";
        var operand = _bench.Read(First, Room);
        if (!operand.AsSpan().SequenceEqual(Hexadecimal(fields[6], Room))) return "operand " + Convert.ToHexString(operand);
        if (_bench.C->Gr[1] != (fields[7] == "-" ? 0 : First + Number(fields[7]))) return $"register 1 {_bench.C->Gr[1]:x}";
        var conditionCode = code == ProgramCode.None ? _bench.C->Cc : _bench.ProgramOld.ConditionCode;
        return conditionCode == int.Parse(fields[5], CultureInfo.InvariantCulture) ? "" : $"condition code {conditionCode}";
    }

    internal static byte[] Hexadecimal(string field, int length)
    {
        var bytes = new byte[length];
        if (field != "-") Convert.FromHexString(field).CopyTo(bytes, 0);
        return bytes;
    }

    internal static ulong Number(string field) => ulong.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public void Dispose() => _bench.Dispose();
}
