using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>A bench with what tests of storage-operand instructions ask again and again.</summary>
internal sealed unsafe class StorageBench : IDisposable
{
    public const ulong Data = 0x40000;

    private readonly CpuBench _bench = new(16 << 20);

    public CpuState* C => _bench.State;

    public Storage Storage => _bench.Storage;

    public Processor Processor => _bench.Processor;

    public ProgramCode Interruption => _bench.Interruption;

    public Psw ProgramOld => _bench.ProgramOld;

    /// <summary>Executes instructions given as their text; stops at the limit, by default as many as there are.</summary>
    public void Run(ulong[] texts, ulong? limit = null, ulong mask = CpuBench.SupervisorMask)
        => _bench.Run(Bytes(texts), limit ?? (ulong)texts.Length, mask);

    public void Run(Op op, Operands operands, ulong limit = 1, ulong mask = CpuBench.SupervisorMask)
        => Run([Text(op, operands)], limit, mask);

    /// <summary>Executes one instruction, again while it sets condition code 3.</summary>
    public void RunToEnd(Op op, Operands operands, ulong mask = CpuBench.SupervisorMask)
    {
        // BRC 1,*-length: back to the instruction.
        var halfwords = InstructionTable.Get(op).Length / 2;
        var branch = 0xA714_0000_0000_0000UL | ((ulong)(ushort)-halfwords << 32);
        var end = CpuBench.CodeAddress + (ulong)halfwords * 2 + 4;
        _bench.Run(Bytes([Text(op, operands), branch]), 0, mask);
        for (var n = 0; n < 100_000 && C->PswAddress != end && Interruption == ProgramCode.None; n++)
            Processor.Run(C->InstructionCount + 1);
    }

    public static ulong Text(Op op, Operands operands) => Encoder.Encode(op, operands);

    public static byte[] Bytes(params ulong[] texts)
    {
        var bytes = new List<byte>();
        Span<byte> text = stackalloc byte[8];
        foreach (var t in texts)
        {
            BinaryPrimitives.WriteUInt64BigEndian(text, t);
            bytes.AddRange(text[..Decoder.Length(text[0])]);
        }
        return [.. bytes];
    }

    public byte[] Read(ulong address, int length) => Storage.Read(address, length).ToArray();

    /// <summary>Forbids storing into the block, or any access to it (fetch protection), with access key 2.</summary>
    public void Protect(ulong address, bool fetchToo = false) => Storage.SetKey(address, fetchToo ? (byte)0x18 : (byte)0x10);

    /// <summary>Supervisor state with access key 2, for which all blocks of key 2 are open.</summary>
    public const ulong Key2 = CpuBench.SupervisorMask | (2UL << 52);

    public void OpenAll()
    {
        for (ulong block = 0; block < Storage.Size; block += Storage.PageSize) Storage.SetKey(block, 0x20);
    }

    public void Dispose() => _bench.Dispose();
}
