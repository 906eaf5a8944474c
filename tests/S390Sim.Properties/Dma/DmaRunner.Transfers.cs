using System.Buffers.Binary;
using S390Sim.Hypervisor;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Properties.Dma;

/// <summary>The device's accesses: which bytes moved, and where from.</summary>
internal sealed partial class DmaRunner
{
    private const ulong Source = 0x80, Destination = 0x88, Count_ = 0x90, Command = 0x98;
    private const int BufferOffset = 0x100;

    private byte _stamp;

    /// <summary>A part of an access within a page: the frames that it may reach, and the refusal that it may meet.</summary>
    private readonly record struct Piece(ulong Iova, int Length, ulong[] Frames, int Refusal);

    private void Move(Transfer transfer)
    {
        var mine = Fresh(transfer.Length);
        mine.CopyTo(_edu.Buffer[BufferOffset..]);
        _reached.Clear();
        if (!TryProgram(transfer))
        {
            Require(_state == Error, $"{transfer}: the device cannot be programmed in state {_state}");
            Count("not programmed");
            return;
        }
        Require(_state != Error, $"{transfer}: the device can be programmed in the error state");
        Disturb(transfer);
        Judge(transfer, mine);
    }

    private void Judge(Transfer transfer, byte[] mine)
    {
        var events = _flaw == DmaFlaw.ForgetsEvent ? [] : _guest.FetchEvents().Select(Flawed).ToList();
        var pieces = Pieces(transfer).ToList();
        if (_state == Blocked || events.Count != 0)
        {
            Require(_edu.Buffer.Slice(BufferOffset, mine.Length).SequenceEqual(mine),
                $"{transfer}: refused, but the buffer changed");
            if (_state == Blocked) Require(events.Count == 0, $"{transfer}: an event in the blocked state");
            else JudgeRefusal(transfer, pieces, events);
            Count(_state == Blocked ? "blocked" : $"refused {events[0].Code:X}");
            if (events.Count != 0) _state = Error;
            return;
        }
        var at = 0;
        foreach (var piece in pieces)
        {
            JudgeAccess(transfer, piece, mine.AsSpan(at, piece.Length), at);
            at += piece.Length;
        }
        JudgePlaces(transfer, pieces);
        Count("done");
    }

    // Exactly one event, which tells the function, and the first page that may be refused and why.
    private void JudgeRefusal(Transfer transfer, List<Piece> pieces, List<PciEvent> events)
    {
        var possible = new List<PciEvent>();
        foreach (var piece in pieces)
        {
            if (piece.Refusal != 0) possible.Add(new(PciEvent.Error, _guest.Handle, 0, (ushort)piece.Refusal, piece.Iova));
            if (piece.Frames.Length == 0) break;
        }
        Require(events.Count == 1 && possible.Contains(events[0]),
            $"{transfer}: events {string.Join(", ", events)}; possible are {string.Join(", ", possible)}");
    }

    private void JudgeAccess(Transfer transfer, Piece piece, ReadOnlySpan<byte> mine, int at)
    {
        var inPage = piece.Iova & 0xFFF;
        var frame = ulong.MaxValue;
        foreach (var candidate in piece.Frames)
        {
            var place = (int)(candidate + inPage - DmaWorld.First);
            var isIt = transfer.ToStorage ? Read(candidate + inPage, mine.Length).AsSpan().SequenceEqual(mine)
                : _edu.Buffer.Slice(BufferOffset + at, mine.Length).SequenceEqual(_mirror.AsSpan(place, mine.Length));
            if (isIt) frame = candidate;
        }
        Require(frame != ulong.MaxValue,
            $"{transfer}: done, but {piece.Iova:x} may reach {Text(piece.Frames)} alone; refusal {piece.Refusal:X}");
        if (transfer.ToStorage) mine.CopyTo(_mirror.AsSpan((int)(frame + inPage - DmaWorld.First)));
    }

    // What the device reached of the host's storage is what is behind those frames.
    private void JudgePlaces(Transfer transfer, List<Piece> pieces)
    {
        var allowed = pieces.SelectMany(p => p.Frames).Select(HostFrame).ToHashSet();
        Require(_reached.IsSubsetOf(allowed), $"{transfer}: reached host frames {Text(_reached)}; allowed are {Text(allowed)}");
    }

    private ulong HostFrame(ulong frame)
        => _guest.Host.Storage is GuestMemory memory && memory.TryResolve(frame, out var host) ? host : frame;

    private IEnumerable<Piece> Pieces(Transfer transfer)
    {
        var (iova, left) = (transfer.Iova, transfer.Length);
        while (left > 0)
        {
            var length = Math.Min(left, 0x1000 - (int)(iova & 0xFFF));
            var (frames, refusal) = Allowed(iova, transfer.ToStorage);
            yield return new Piece(iova, length, frames, refusal);
            iova += (ulong)length;
            left -= length;
        }
    }

    private (ulong[] Frames, int Refusal) Allowed(ulong iova, bool isStore)
    {
        if (!_model.IsRegistered) return ([], 1);
        if (!_model.Contains(iova)) return ([], 2);
        var named = _model.At(iova);
        var frames = named.Where(n => n.Writable || !isStore).Select(n => n.Frame).Distinct().ToArray();
        if (!_isFollowed) return (frames, named.Count == 0 ? 7 : frames.Length == 0 ? 5 : 0);
        if (isStore && _model.IsProtected) return ([], 4);
        var walked = _model.Walk(iova);
        var refusal = walked.Error != 0 ? walked.Error
            : !DmaModel.Exists(walked.Frame) ? 0xA : isStore && !walked.Writable ? 5 : 0;
        return (frames, refusal);
    }

    private bool TryProgram(Transfer transfer)
    {
        var (memory, buffer) = (transfer.Iova, EduDevice.BufferAddress + BufferOffset);
        return Set(Source, transfer.ToStorage ? buffer : memory) && Set(Destination, transfer.ToStorage ? memory : buffer)
            && Set(Count_, (ulong)transfer.Length) && Set(Command, transfer.ToStorage ? 3UL : 1) && Finish();
    }

    private bool Set(ulong register, ulong value) => _guest.StoreRegister(0, register, 8, value).ConditionCode == 0;

    // The driver polls until the engine is idle, or the function is in error.
    private bool Finish()
    {
        for (var n = 0; n < 100; n++)
        {
            var result = _guest.LoadStore(Op.PCILG, ZpciGuest.Request(_guest.Handle, 0, 8), Command, 0);
            if (result.ConditionCode != 0 || (result.Gr[3] >> 56 & 1) == 0) return true;
        }
        throw new IsolationException("the transfer does not end");
    }

    private void Disturb(Transfer transfer)
    {
        if (_flaw == DmaFlaw.WritesElsewhere && transfer.ToStorage) _guest.Set(DmaWorld.Frames + 0x1_2340, [0xFF]);
        if (_flaw == DmaFlaw.ReadsElsewhere && !transfer.ToStorage) _edu.Buffer[BufferOffset] ^= 1;
    }

    private byte[] Fresh(int length)
    {
        _stamp = (byte)(_stamp % 250 + 1);
        var bytes = new byte[length];
        for (var n = 0; n < length; n++) bytes[n] = (byte)(_stamp + n * 3);
        return bytes;
    }

    private byte[] Read(ulong address, int length) => _guest.Get(address, length);

    private void CompareStorage(string after)
    {
        _guest.Host.Storage.TryRead(DmaWorld.First, _actual);
        if (_actual.AsSpan().SequenceEqual(_mirror)) return;
        var at = _actual.AsSpan().CommonPrefixLength(_mirror);
        throw new IsolationException($"{after}: storage changed at {DmaWorld.First + (ulong)at:x}, which nothing named");
    }

    // Tables of invalid entries but for one tree, and frames that all differ.
    private void Fill()
    {
        for (var at = 0; at < _mirror.Length; at += 8)
        {
            var address = DmaWorld.First + (ulong)at;
            var isTable = address < DmaWorld.Page + DmaWorld.PageTables * 0x800;
            var value = isTable ? DmaWorld.InvalidEntry(address < DmaWorld.Page ? 1 : 0) : address * 0x9E37_79B9_7F4A_7C15;
            BinaryPrimitives.WriteUInt64BigEndian(_mirror.AsSpan(at), value);
        }
        foreach (var (n, entry) in DmaWorld.Entries.Index())
            BinaryPrimitives.WriteUInt64BigEndian(
                _mirror.AsSpan((int)(entry.Address - DmaWorld.First)), DmaWorld.Valid(entry.Level, n));
        _guest.Set(DmaWorld.First, _mirror);
        _model.Load(_mirror);
    }

    private static string Text(IEnumerable<ulong> frames) => string.Join(' ', frames.Select(f => $"{f:x}"));
}
