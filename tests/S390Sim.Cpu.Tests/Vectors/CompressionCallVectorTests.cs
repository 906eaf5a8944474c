using System.Globalization;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Tests.General;
using static S390Sim.Tests.Vectors.DecimalVectorTests;

namespace S390Sim.Tests.Vectors;

/// <summary>COMPRESSION CALL answers as Hercules 3.13 does.</summary>
public sealed unsafe class CompressionCallVectorTests : IDisposable
{
    private const ulong First = StorageBench.Data, Second = StorageBench.Data + 0x1000;
    private const int Room = 128;

    private readonly StorageBench _bench = new();

    [Fact]
    public void Compression_call_agrees_with_hercules() => Assert.True(VectorFile.Check("cmpsc", Run) > 2_200);

    // Registers 0 and 1, length of the first operand, second operand; code, condition code, register 1, lengths left, result.
    private string Run(string[] fields)
    {
        if (fields[0] == "=")
        {
            _bench.Storage.Write(Number(fields[1]), Convert.FromHexString(fields[2]));
            return "";
        }
        var length = Decimal(fields[2]);
        var second = fields[3] == "-" ? [] : Convert.FromHexString(fields[3]);
        _bench.Storage.Write(First, [(byte)(0xFF00 >> ((int)Number(fields[1]) & 7)), .. Enumerable.Repeat((byte)0xA5, Room - 1)]);
        _bench.Storage.Write(Second, second);
        var c = _bench.C;
        (c->Gr[0], c->Gr[1]) = (Number(fields[0]), Number(fields[1]));
        (c->Gr[2], c->Gr[3], c->Gr[4], c->Gr[5]) = (First, length, Second, (ulong)second.Length);
        _bench.RunToEnd(Op.CMPSC, new() { R1 = 2, R2 = 4 });

        var code = (ProgramCode)Number(fields[4]);
        if (_bench.Interruption != code) return $"code {_bench.Interruption}";
        var (firstLeft, secondLeft) = (Decimal(fields[7]), Decimal(fields[8]));
        if (c->Gr[3] != firstLeft || c->Gr[2] != First + length - firstLeft) return $"first operand {c->Gr[2]:x} {c->Gr[3]}";
        if (c->Gr[5] != secondLeft || c->Gr[4] != Second + (ulong)second.Length - secondLeft)
            return $"second operand {c->Gr[4]:x} {c->Gr[5]}";
        if (c->Gr[1] != Number(fields[6])) return $"register 1 {c->Gr[1]:x}";
        if (code == ProgramCode.None && c->Cc != (int)Decimal(fields[5])) return $"condition code {c->Cc}";
        var result = _bench.Read(First, (int)(length - firstLeft) + 1);
        var wanted = Convert.FromHexString(fields[9]);
        // A compressed symbol may end within the last byte.
        var bits = (Number(fields[0]) & 0x100) != 0 ? 0 : (int)Number(fields[6]) & 7;
        wanted[^1] &= (byte)~(0xFF >> bits);
        result[^1] &= (byte)~(0xFF >> bits);
        return result.AsSpan().SequenceEqual(wanted) ? "" : Convert.ToHexString(result);
    }

    private static ulong Decimal(string field) => ulong.Parse(field, CultureInfo.InvariantCulture);

    public void Dispose() => _bench.Dispose();
}
