using System.Buffers.Binary;

namespace S390Sim.Pci.Tests;

/// <summary>A command: its words where they differ from zero.</summary>
internal sealed record NvmeRequest(byte Opcode, uint Namespace = 0)
{
    public byte Flags { get; init; }
    public ulong Prp1 { get; init; }
    public ulong Prp2 { get; init; }
    public uint W10 { get; init; }
    public uint W11 { get; init; }
    public uint W12 { get; init; }
    public uint W13 { get; init; }

    public static NvmeRequest Transfer(byte opcode, ulong block, int blocks, ulong prp1, ulong prp2 = 0, uint ns = 1)
        => new(opcode, ns)
        {
            Prp1 = prp1,
            Prp2 = prp2,
            W10 = (uint)block,
            W11 = (uint)(block >> 32),
            W12 = (uint)blocks - 1,
        };

    public byte[] Bytes(ushort id)
    {
        var bytes = new byte[64];
        var at = bytes.AsSpan();
        (bytes[0], bytes[1]) = (Opcode, Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], id);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], Namespace);
        BinaryPrimitives.WriteUInt64LittleEndian(at[24..], Prp1);
        BinaryPrimitives.WriteUInt64LittleEndian(at[32..], Prp2);
        BinaryPrimitives.WriteUInt32LittleEndian(at[40..], W10);
        BinaryPrimitives.WriteUInt32LittleEndian(at[44..], W11);
        BinaryPrimitives.WriteUInt32LittleEndian(at[48..], W12);
        BinaryPrimitives.WriteUInt32LittleEndian(at[52..], W13);
        return bytes;
    }
}

/// <summary>
/// A completion: status code type and status code, word 0, what it belongs to, and of the flags more and do not retry.
/// </summary>
internal readonly record struct NvmeAnswer(int Status, uint Value, ushort Command, ushort Queue, ushort Head, int Flags);

/// <summary>Drives an NVMe controller: an admin queue pair, one I/O queue pair, one command at a time.</summary>
internal sealed class NvmeDriver(IPciHost host)
{
    public const int Data = 16 * 4096, Lists = 8 * 4096;
    public const ulong Cap = 0x00, Vs = 0x08, Intms = 0x0C, Intmc = 0x10, Cc = 0x14, Csts = 0x1C;
    public const ulong Aqa = 0x24, Asq = 0x28, Acq = 0x30;
    public const uint Enabled = 0x0046_0001;

    private sealed class Queue(int id, int entries)
    {
        public int Submissions { get; } = id * 2 * 4096;
        public int Completions { get; } = (id * 2 + 1) * 4096;
        public int Entries => entries;
        public int Tail { get; set; }
        public int Head { get; set; }
        public int Phase { get; set; } = 1;
    }

    private readonly Dictionary<int, Queue> _queues = [];
    private ushort _nextId = 1;

    public IPciHost Host => host;

    /// <summary>Resets and enables the controller.</summary>
    public void Start(int entries = 16, uint configuration = Enabled)
    {
        Stop();
        _queues[0] = new Queue(0, entries);
        Clear(_queues[0]);
        host.Store(Aqa, 4, (uint)((entries - 1) << 16 | (entries - 1)));
        host.Store(Asq, 8, host.AddressOf(_queues[0].Submissions));
        host.Store(Acq, 8, host.AddressOf(_queues[0].Completions));
        host.Store(Cc, 4, configuration);
        host.WaitFor(() => (Status & 3) != 0);
    }

    public void Stop()
    {
        host.Store(Cc, 4, 0);
        Assert.True(host.WaitFor(() => (Status & 1) == 0));
    }

    public uint Status => (uint)host.Load(Csts, 4);

    /// <summary>Creates the I/O queue pair 1.</summary>
    public void CreateQueues(int entries = 16)
    {
        _queues[1] = new Queue(1, entries);
        Clear(_queues[1]);
        Assert.Equal(0, Admin(CreateCompletion(1, entries)).Status);
        Assert.Equal(0, Admin(CreateSubmission(1, entries, 1)).Status);
    }

    public NvmeRequest CreateCompletion(uint id, int entries, uint vector = 0, uint flags = 3) => new(0x05)
    {
        Prp1 = host.AddressOf(3 * 4096),
        W10 = (uint)(entries - 1) << 16 | id,
        W11 = vector << 16 | flags,
    };

    public NvmeRequest CreateSubmission(uint id, int entries, uint completions, uint flags = 1) => new(0x01)
    {
        Prp1 = host.AddressOf(2 * 4096),
        W10 = (uint)(entries - 1) << 16 | id,
        W11 = completions << 16 | flags,
    };

    public NvmeAnswer Admin(NvmeRequest request) => Execute(0, request);

    public NvmeAnswer Io(NvmeRequest request) => Execute(1, request);

    /// <summary>One command to its completion.</summary>
    public NvmeAnswer Execute(int queue, NvmeRequest request)
    {
        var id = Submit(queue, request);
        Ring(queue);
        Assert.True(TryAnswer(queue, out var answer), $"no completion of {request}");
        Assert.Equal(((int)id, queue), (answer.Command, answer.Queue));
        return answer;
    }

    /// <summary>Puts a command into a queue.</summary>
    public ushort Submit(int queue, NvmeRequest request)
    {
        var q = _queues[queue];
        host.Write(q.Submissions + q.Tail * 64, request.Bytes(_nextId));
        q.Tail = (q.Tail + 1) % q.Entries;
        return _nextId++;
    }

    /// <summary>Tells of the commands.</summary>
    public void Ring(int queue) => host.Store(Doorbell(queue, completions: false), 4, (ulong)_queues[queue].Tail);

    public static ulong Doorbell(int queue, bool completions) => 0x1000 + 8 * (ulong)queue + (completions ? 4UL : 0);

    /// <summary>The next completion, if one comes; it is consumed.</summary>
    public bool TryAnswer(int queue, out NvmeAnswer answer, bool consume = true)
    {
        var q = _queues[queue];
        byte[] entry = [];
        var come = host.WaitFor(() =>
        {
            entry = host.Read(q.Completions + q.Head * 16, 16);
            return (entry[14] & 1) == q.Phase;
        });
        answer = default;
        if (!come) return false;
        answer = Parse(entry);
        q.Head = (q.Head + 1) % q.Entries;
        if (q.Head == 0) q.Phase ^= 1;
        if (consume) Consume(queue);
        return true;
    }

    /// <summary>Tells how far completions were consumed.</summary>
    public void Consume(int queue) => host.Store(Doorbell(queue, completions: true), 4, (ulong)_queues[queue].Head);

    private static NvmeAnswer Parse(ReadOnlySpan<byte> entry)
    {
        var field = BinaryPrimitives.ReadUInt16LittleEndian(entry[14..]) >> 1;
        return new NvmeAnswer(field & 0x7FF, BinaryPrimitives.ReadUInt32LittleEndian(entry),
            BinaryPrimitives.ReadUInt16LittleEndian(entry[12..]), BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]),
            BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]), field & 0x6000);
    }

    private void Clear(Queue queue) => host.Write(queue.Completions, new byte[4096]);
}
