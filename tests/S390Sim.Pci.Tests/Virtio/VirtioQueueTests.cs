namespace S390Sim.Pci.Tests;

/// <summary>Split queues: chains, good and malformed, and who is told when (virtio 1.2, 2.7).</summary>
public sealed class VirtioQueueTests : IDisposable
{
    private const ulong Base = VirtioBench.Base;
    private readonly MemoryImage _image = new(1 << 20);
    private readonly VirtioBench _b;

    public VirtioQueueTests()
    {
        _b = new VirtioBench(_image, queues: 2);
        Random.Shared.NextBytes(_image.Bytes);
    }

    public void Dispose() => _b.Dispose();

    // Header and data in pieces, of lengths that fit nothing; data across a page boundary.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_chain_may_be_cut_anywhere(bool isIndirect)
    {
        _b.Start();
        _b.PutHeader(type: 0, sector: 5);
        var table = isIndirect ? 0x8000UL : 0UL;
        (ulong At, uint Length, bool Write)[] pieces =
        [
            (VirtioBench.Header, 3, false), (VirtioBench.Header + 3, 13, false),
            (VirtioBench.Data + 0xFF0, 0x21, true), (VirtioBench.Data + 0x3000, 0x3D6, true),
            (VirtioBench.Data + 0x5001, 10, true),
        ];
        for (var n = 0; n < pieces.Length; n++)
        {
            var flags = (pieces[n].Write ? 2 : 0) | (n + 1 < pieces.Length ? 1 : 0);
            _b.Descriptor(n, Base + pieces[n].At, pieces[n].Length, flags, n + 1, table);
        }
        if (isIndirect) _b.Descriptor(7, Base + table, (uint)pieces.Length * 16, 4);
        _b.Submit(head: isIndirect ? 7 : 0);
        byte[] read = [.. pieces.Where(p => p.Write).SelectMany(p => _b.Bytes(p.At, (int)p.Length))];
        Assert.Equal([.. _image.Bytes.Slice(5 * 512, 1024), 0], read);
        Assert.Equal((isIndirect ? 7u : 0, 1025u), _b.LastUsed());
    }

    [Theory]
    [InlineData("first beyond the table")]
    [InlineData("next beyond the table")]
    [InlineData("loop")]
    [InlineData("loop to itself")]
    [InlineData("empty buffer")]
    [InlineData("read after written")]
    [InlineData("no header")]
    [InlineData("nothing to write")]
    [InlineData("indirect and next")]
    [InlineData("indirect of odd length")]
    [InlineData("indirect of no length")]
    [InlineData("indirect in indirect")]
    [InlineData("next beyond the indirect table")]
    [InlineData("loop in the indirect table")]
    [InlineData("indirect table longer than the queue")]
    [InlineData("index too far ahead")]
    public void What_is_no_chain_asks_for_a_reset(string what)
    {
        _b.Start();
        _b.PutHeader(0, 0);
        _b.Descriptor(0, Base + VirtioBench.Header, 16, 1, 1);
        _b.Descriptor(1, Base + VirtioBench.Data, 513, 2);
        var head = Spoil(what);
        _b.Submit(head);
        Assert.Equal(0x4F, _b.Status);
        Assert.Equal("1000", _b.Signals());     // the configuration's vector
        Assert.Equal((2UL, 0), (_b.Get(0x1000, 1), _b.UsedIndex()));
        Assert.Equal("- Enabled", $"{_b.Pci.DrainEvents()} {_b.Pci.Function.State}");
        _b.Submit();
        Assert.Equal(0, _b.UsedIndex());
        _b.Start();
        Assert.Equal(0, _b.Request(0, 0, 512, toDevice: false));
    }

    private int Spoil(string what)
    {
        const ulong table = 0x8000;
        _b.Descriptor(0, Base + VirtioBench.Header, 16, 1, 1, table);
        _b.Descriptor(1, Base + VirtioBench.Data, 513, 2, 0, table);
        switch (what)
        {
            case "first beyond the table": return VirtioBench.Size;
            case "next beyond the table": _b.Descriptor(0, Base + VirtioBench.Header, 16, 1, VirtioBench.Size); break;
            case "loop": _b.Descriptor(1, Base + VirtioBench.Data, 513, 3, 1); break;
            case "loop to itself": _b.Descriptor(0, Base + VirtioBench.Header, 16, 1, 0); break;
            case "empty buffer": _b.Descriptor(1, Base + VirtioBench.Data, 0, 2); break;
            case "read after written": _b.Descriptor(1, Base + VirtioBench.Data, 513, 3, 2); _b.Descriptor(2, Base, 1, 0); break;
            case "no header": _b.Descriptor(0, Base + VirtioBench.Header, 15, 1, 1); break;
            case "nothing to write": _b.Descriptor(0, Base + VirtioBench.Header, 16, 0); break;
            case "indirect and next": _b.Descriptor(0, Base + table, 32, 5, 1); break;
            case "indirect of odd length": _b.Descriptor(0, Base + table, 33, 4); break;
            case "indirect of no length": _b.Descriptor(0, Base + table, 0, 4); break;
            case "indirect in indirect":
                _b.Descriptor(0, Base + table, 32, 4);
                _b.Descriptor(0, Base + table, 32, 4, 0, table);
                break;
            case "next beyond the indirect table": _b.Descriptor(0, Base + table, 16, 4); break;
            case "loop in the indirect table":
                _b.Descriptor(0, Base + table, 32, 4);
                _b.Descriptor(1, Base + VirtioBench.Data, 513, 3, 1, table);
                break;
            case "indirect table longer than the queue":
                _b.Descriptor(0, Base + table, 16 * (VirtioBench.Size + 1), 4);
                for (var n = 0; n <= VirtioBench.Size; n++)
                {
                    var flags = (n == 0 ? 0 : 2) | (n < VirtioBench.Size ? 1 : 0);
                    _b.Descriptor(n, Base + VirtioBench.Data, 16, flags, n + 1, table);
                }
                break;
            case "index too far ahead": for (var n = 0; n < VirtioBench.Size; n++) _b.Offer(0); break;
            default: throw new ArgumentException(what);
        }
        return 0;
    }

    [Fact]
    public void A_chain_as_long_as_the_queue_is_one()
    {
        _b.Start();
        _b.PutHeader(0, 0);
        for (var n = 0; n < VirtioBench.Size; n++)
        {
            var last = n == VirtioBench.Size - 1;
            var at = n == 0 ? VirtioBench.Header : last ? VirtioBench.StatusByte : VirtioBench.Data + (ulong)n * 512;
            _b.Descriptor(n, Base + at, n == 0 ? 16u : last ? 1u : 512u, (n == 0 ? 0 : 2) | (last ? 0 : 1), n + 1);
        }
        _b.Submit();
        Assert.Equal((0, 0x0F), (_b.Byte(VirtioBench.StatusByte), _b.Status));
        Assert.Equal(_image.Bytes[..(30 * 512)].ToArray(), _b.Bytes(VirtioBench.Data + 512, 30 * 512));
    }

    [Theory]
    [InlineData(0UL, "PGM")]
    [InlineData(VirtioBench.Mapped, "7")]               // an invalid entry
    [InlineData(0xFFFF_FFFF_FFFF_FFF0, "2")]            // outside of the aperture
    public void A_buffer_out_of_reach_stops_function_and_device(ulong offset, string code)
    {
        _b.Start();
        _b.PutHeader(0, 0);
        var address = offset == 0 ? 0xFFFF_FFFF_FFFF_FFFE : Base + offset;
        _b.Descriptor(0, Base + VirtioBench.Header, 16, 1, 1);
        _b.Descriptor(1, address, 513, 2);
        _b.Submit();
        Assert.Equal($"Error {(code == "PGM" ? "2" : code)}", $"{_b.Pci.Function.State} {_b.Pci.DrainEvents()}");
        Assert.Equal("cc0", _b.Pci.Modify(7));
        Assert.Equal((0x4F, 0, "0000"), (_b.Status, _b.UsedIndex(), _b.Signals()));
    }

    [Theory]
    [InlineData(0UL, 0, "0100")]
    [InlineData(0UL, 1, "0000")]                         // avail.flags says: no interruption
    [InlineData(VirtioBench.EventIndex, 0, "0100")]      // used_event is 0: the first
    [InlineData(VirtioBench.EventIndex, 1, "0100")]      // the flags do not count
    public void The_driver_says_whether_it_wants_to_hear(ulong features, byte flags, string signals)
    {
        _b.Start(VirtioBench.Usual | features);
        _b.Fill(VirtioBench.Available(0), [flags]);
        Assert.Equal(0, _b.Request(0, 0, 512, toDevice: false));
        Assert.Equal(signals, _b.Signals());
    }

    [Fact]
    public void With_event_indexes_each_side_says_which_element_it_waits_for()
    {
        _b.Start(VirtioBench.Usual | VirtioBench.EventIndex);
        var usedEvent = VirtioBench.Available(0) + 4 + 2 * VirtioBench.Size;
        var availableEvent = VirtioBench.Used(0) + 4 + 8 * VirtioBench.Size;
        _b.Fill(usedEvent, [2, 0]);
        for (var n = 1; n <= 5; n++)
        {
            Assert.Equal(0, _b.Request(0, 0, 512, toDevice: false));
            Assert.Equal(n == 3 ? "0100" : "0000", _b.Signals());
            Assert.Equal(n, BitConverter.ToUInt16(_b.Bytes(availableEvent, 2)));
        }
    }

    [Fact]
    public void Several_at_once_are_told_of_once()
    {
        _b.Start();
        _b.PutHeader(0, 0);
        _b.Descriptor(0, Base + VirtioBench.Header, 16, 1, 1);
        _b.Descriptor(1, Base + VirtioBench.Data, 513, 2);
        for (var n = 0; n < 9; n++) _b.Offer(0);
        _b.Submit();
        Assert.Equal((10, "0100"), (_b.UsedIndex(), _b.Signals()));
    }

    [Fact]
    public void The_rings_go_round()
    {
        _b.Start();
        for (var n = 1; n <= 70_000; n++)
        {
            if (_b.Request(8, 0, 20, toDevice: false) != 0 || _b.UsedIndex() != (ushort)n) Assert.Fail($"round {n}");
        }
    }

    [Fact]
    public void Queues_have_rings_and_vectors_of_their_own()
    {
        _b.Start(VirtioBench.Usual | 1 << 12, queues: 2);
        _b.PutHeader(0, 3);
        _b.Descriptor(0, Base + VirtioBench.Header, 16, 1, 1, VirtioBench.Descriptors(1));
        _b.Descriptor(1, Base + VirtioBench.Data, 513, 2, 0, VirtioBench.Descriptors(1));
        _b.Submit(queue: 1);
        Assert.Equal((0, 1, "0010"), (_b.UsedIndex(0), _b.UsedIndex(1), _b.Signals()));
        Assert.Equal(_image.Bytes.Slice(3 * 512, 512).ToArray(), _b.Bytes(VirtioBench.Data, 512));
    }

    [Fact]
    public void A_device_that_is_not_master_waits_until_it_is()
    {
        _b.Start();
        _b.Device.Configuration.Store(4, 2, 2);
        _b.Request(0, 0, 512, toDevice: false);
        Assert.Equal((0, 0x0F), (_b.UsedIndex(), _b.Status));
        _b.Device.Configuration.Store(4, 2, 6);
        _b.Run();
        Assert.Equal((1, 0), (_b.UsedIndex(), _b.Byte(VirtioBench.StatusByte)));
    }

    // The device may not make garbage of its own for every request.
    [Fact]
    public void A_request_allocates_nothing()
    {
        _b.Start();
        Assert.Equal(0, _b.Request(0, 0, 4096, toDevice: false));
        _b.Pci.Sink.Requests.Capacity = 4096;
        var (index, notify) = (_b.UsedIndex(), _b.Device.Bar(4)!);
        // The runtime may make something of its own when it replaces code; what a request makes shows in every round.
        Assert.Contains(0L, Enumerable.Range(0, 4).Select(_ => AllocatedBy(250)));
        Assert.Equal(index, _b.UsedIndex());

        long AllocatedBy(int requests)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var n = 0; n < requests; n++)
            {
                Span<byte> bytes = [(byte)++index, (byte)(index >> 8)];
                _b.Fill(VirtioBench.Available(0) + 2, bytes);
                notify.Store(0x3000, 2, 0);
                _b.Pci.RunUntil(_b.Pci.Events.Next);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Nothing_happens_before_the_driver_is_ready_or_after_a_reset()
    {
        _b.Start();
        _b.PutHeader(0, 0);
        _b.Descriptor(0, Base + VirtioBench.Header, 16, 1, 1);
        _b.Descriptor(1, Base + VirtioBench.Data, 513, 2);
        _b.Submit(run: false);
        _b.Put(0x14, 1, 0);
        _b.Run();
        Assert.Equal(0, _b.UsedIndex());
        _b.Put(0x3000, 2, 0);
        _b.Run();
        Assert.Equal((0, 0), (_b.UsedIndex(), _b.Status));
    }
}
