using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>
/// Cases and outcomes as the guests of the oracles read and write them: big-endian records of one size, of which the
/// registers, the code or the parameters, and the data each have their place.
/// </summary>
internal static class Wire
{
    /// <summary>Bytes of a record.</summary>
    public const int RecordSize = 10240;

    private const int Gr = 0, Ar = 128, Fpr = 192, Fpc = 320, PswOffset = 328, ProgramMask = 344, Cr = 352;
    private const int Prefix = 480, Keys = 488, Flags = 496;
    private const int EndingOffset = 328, OldPsw = 336;
    private const int Code = 512, Data = 1024, Tables = 9216;
    private const uint WithKeys = 1, WithTables = 2;

    /// <summary>A case, to be run.</summary>
    public static void Write(MachineCase test, Span<byte> record)
    {
        var before = test.Before;
        for (var n = 0; n < 16; n++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(record[(Gr + n * 8)..], before.Gr[n]);
            BinaryPrimitives.WriteUInt32BigEndian(record[(Ar + n * 4)..], before.Ar[n]);
            BinaryPrimitives.WriteUInt64BigEndian(record[(Fpr + n * 8)..], before.Fpr[n]);
            BinaryPrimitives.WriteUInt64BigEndian(record[(Cr + n * 8)..], CaseBench.ControlRegister(test, n));
        }
        BinaryPrimitives.WriteUInt32BigEndian(record[Fpc..], before.Fpc);
        BinaryPrimitives.WriteUInt64BigEndian(record[PswOffset..], before.Psw.Mask);
        BinaryPrimitives.WriteUInt64BigEndian(record[(PswOffset + 8)..], before.Psw.Address);
        BinaryPrimitives.WriteUInt32BigEndian(record[ProgramMask..], (uint)(before.Cc << 28 | before.ProgramMask << 24));
        BinaryPrimitives.WriteUInt32BigEndian(record[Flags..],
            (before.Keys.Length > 0 ? WithKeys : 0) | (test.ChangesTables ? WithTables : 0));
        BinaryPrimitives.WriteUInt64BigEndian(record[Prefix..], before.Prefix);
        before.Keys.CopyTo(record[Keys..]);
        test.CodeBytes().CopyTo(record[Code..]);
        test.Data.CopyTo(record[Data..]);
    }

    /// <summary>What a case left behind on a whole machine.</summary>
    public static MachineOutcome ReadSystem(MachineCase test, ReadOnlySpan<byte> record)
    {
        var ending = (int)BinaryPrimitives.ReadUInt64BigEndian(record[EndingOffset..]);
        var outcome = new MachineOutcome
        {
            Ending = ending > 0 && ending <= MachineOutcome.Endings.Count ? MachineOutcome.Endings[ending - 1] : Ending.Endless,
            After = ReadState(record) with
            {
                Prefix = BinaryPrimitives.ReadUInt64BigEndian(record[Prefix..]),
                Keys = test.Before.Keys.Length == 0 ? [] : record.Slice(Keys, test.Before.Keys.Length).ToArray(),
            },
            Tables = test.ChangesTables ? record.Slice(Tables, StorageLayout.EntriesSize).ToArray() : [],
            Data = record.Slice(Data, TestLayout.DataSize).ToArray(),
            Parameters = record.Slice(Code, MachineOutcome.ParameterSize).ToArray(),
        };
        return outcome.CameToItsEnd(test) ? outcome with { Ending = Ending.Completed } : outcome;
    }

    /// <summary>What a case left behind in a Linux process.</summary>
    public static MachineOutcome ReadUser(MachineCase test, ReadOnlySpan<byte> record)
    {
        var state = ReadState(record);
        var signal = (int)BinaryPrimitives.ReadUInt64BigEndian(record[EndingOffset..]);
        var completed = signal == LinuxSignal.IllegalInstruction && state.Psw.Address == test.End + 2;
        return new MachineOutcome
        {
            Ending = completed ? Ending.Completed : Ending.Program,
            Signal = completed ? 0 : signal,
            After = state,
            Data = record.Slice(Data, TestLayout.DataSize).ToArray(),
        };
    }

    private static MachineState ReadState(ReadOnlySpan<byte> record)
    {
        var state = new MachineState
        {
            Psw = new Psw(BinaryPrimitives.ReadUInt64BigEndian(record[OldPsw..]),
                BinaryPrimitives.ReadUInt64BigEndian(record[(OldPsw + 8)..])),
            Fpc = BinaryPrimitives.ReadUInt32BigEndian(record[Fpc..]),
        };
        for (var n = 0; n < 16; n++)
        {
            state.Gr[n] = BinaryPrimitives.ReadUInt64BigEndian(record[(Gr + n * 8)..]);
            state.Ar[n] = BinaryPrimitives.ReadUInt32BigEndian(record[(Ar + n * 4)..]);
            state.Fpr[n] = BinaryPrimitives.ReadUInt64BigEndian(record[(Fpr + n * 8)..]);
            state.Cr[n] = BinaryPrimitives.ReadUInt64BigEndian(record[(Cr + n * 8)..]);
        }
        return state;
    }
}
