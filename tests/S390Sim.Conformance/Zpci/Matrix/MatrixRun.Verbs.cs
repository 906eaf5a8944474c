using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Zpci;

namespace S390Sim.Conformance.Zpci.Matrix;

/// <summary>The verbs that are one instruction each; README.md explains them.</summary>
internal sealed partial class MatrixRun
{
    private const ulong Pattern = 0x1122_3344_5566_7788;

    private static readonly Dictionary<string, Action<MatrixRun, MatrixStep>> s_verbs = new()
    {
        ["pcilg"] = (run, step) => run.LoadStore(step, Op.PCILG),
        ["pcistg"] = (run, step) => run.LoadStore(step, Op.PCISTG),
        ["pcistb"] = (run, step) => run.StoreBlock(step),
        ["pcilgi"] = (run, step) => run.LoadStoreMemory(step, Op.PCILGI),
        ["pcistgi"] = (run, step) => run.LoadStoreMemory(step, Op.PCISTGI),
        ["pcistbi"] = (run, step) => run.End(run._guest.StoreBlockMemory(
            (ulong)step.Dec("len", 16), step.Hex("at", 0), step.Hex("from", ZpciLayout.Data), Mode(step))),
        ["pciwb"] = (run, step) => run.End(run._guest.WriteBarrier(Mode(step))),
        ["mpcifc"] = (run, step) => run.Modify(step),
        ["stpcifc"] = (run, step) => run.StoreControls(step),
        ["rpcit"] = (run, step) => run.Refresh(step),
        ["sic"] = (run, step) => run.InterruptionControls(step),
        ["clp"] = (run, step) => run.Clp(step),
        ["sei"] = (run, step) => run.StoreEvent(step),
        ["sclp"] = (run, step) => run.ServiceCall(step),
        ["stcrw"] = (run, step) => run.End(run._guest.Store(Op.STCRW, step.Hex("at", ZpciLayout.Data), Mode(step))),
        ["tpi"] = (run, step) => run.End(run._guest.Store(Op.TPI, step.Hex("at", ZpciLayout.Data), Mode(step))),
        ["enabled"] = (run, _) => run.BeEnabled(),
        ["registered"] = (run, _) => run.BeRegistered(),
        ["interrupting"] = (run, _) => run.BeInterrupting(),
        ["failed"] = (run, _) => run.BeFailed(),
        ["blocked"] = (run, _) => run.BeBlocked(),
        ["key"] = (run, step) => run.Pass(() => run._guest.SetKey(step.Hex("at", ZpciLayout.Frame), step.Hex("is", 0))),
        ["reset"] = (run, step) => run.Pass(() => run._guest.ResetConfiguration((ulong)step.Dec("subcode", 1))),
        ["signal"] = (run, step) => run.Pass(
            () => run._guest.Function.Signal((uint)step.Dec("vector", 0), ZpciLayout.MessageAddress)),
        ["permanent"] = (run, _) => run.Outside(() => run._guest.Function.FailPermanently()),
        ["broken"] = (run, _) => run.Pass(() => run._guest.Function.FailPermanently()),
        ["unrecovered"] = (run, _) => run.Pass(() => run._guest.Function.FailPermanently(PciEventCode.RecoveryFailed)),
        ["recovered"] = (run, _) => run.Pass(() => run._guest.Function.EndRecovery()),
        ["reserved"] = (run, _) => run.Outside(() => run._guest.Function.Withdraw()),
        ["group"] = (_, step) => Group(step),
        ["function"] = (_, step) => FunctionType(step),
        ["machine"] = (_, step) => Settings(step).ToList(),
        ["store"] = (run, step) => run.Store(step),
        ["bytes"] = (run, step) => run._guest.Set(step.Hex("at", ZpciLayout.Data), step.Bytes("are")),
        ["dma"] = (run, step) => run.Dma(step),
        ["msi"] = (run, step) => run.Message(step),
        ["take"] = (run, _) => run.Take(),
        ["check"] = (run, _) => run.TakeMachineCheck(),
        ["wait"] = (run, step) => run.Pass(() => run._guest.Wait((ulong)step.Dec("ms", 0) * 1000 * PciClock.Microsecond)),
        ["memory-io"] = (run, _) => run.BeOpenToMemory(),
        ["directed"] = (run, step) => run.BeDirected(step),
        ["cr2"] = (run, step) => run.Pass(() => run._guest.Cr[2] = step.Hex("is", 0)),
        ["cr6"] = (run, step) => run.Pass(() => run._guest.Cr[6] = step.Hex("is", 0)),
    };

    // The PSW bits that a step's words ask for.
    private static ulong Mode(MatrixStep step)
        => (step.Has("problem") ? Psw.Problem : 0) | (step.Has("dat") ? Psw.Dat : 0) | (step.Has("cc2") ? 2UL << 44 : 0);

    private ulong Request(MatrixStep step, string space, int low)
        => ZpciGuest.Request((uint)step.Hex("fh", _guest.Handle), (ulong)step.Dec(space, 0), (ulong)low);

    private void LoadStore(MatrixStep step, Op op)
    {
        var data = step.Hex("value", op == Op.PCILG ? ulong.MaxValue : Pattern);
        End(_guest.LoadStore(op, Request(step, "space", step.Dec("len", 4)), step.Hex("at", 0), data,
            step.Dec("r1", 3), step.Dec("r2", 8), Mode(step)));
    }

    private void LoadStoreMemory(MatrixStep step, Op op)
    {
        var data = step.Hex("value", op == Op.PCILGI ? ulong.MaxValue : Pattern);
        End(_guest.LoadStoreMemory(op, step.Hex("at", 0), (ulong)step.Dec("len", 4), data,
            step.Dec("r1", 3), step.Dec("r2", 8), Mode(step)));
    }

    private void StoreBlock(MatrixStep step)
        => End(_guest.StoreBlock(Request(step, "space", step.Dec("len", 16)), step.Hex("at", 0),
            step.Hex("from", ZpciLayout.Data), 2, step.Dec("r3", 5), Mode(step)));

    private void Modify(MatrixStep step)
    {
        var operation = step.Dec("oc", 0);
        Span<byte> fib = stackalloc byte[FunctionInformationBlock.Size];
        fib.Clear();
        fib[0] = (byte)step.Dec("format", 0);
        var isTranslation = operation is 4 or 6;
        var isInterruption = operation == 2;
        Put(fib, 0x10, step.Hex("pba", isTranslation ? ZpciLayout.FirstDma : 0));
        Put(fib, 0x18, step.Hex("pal", isTranslation ? ZpciLayout.LastDma : 0));
        Put(fib, 0x20, step.Hex("iota", isTranslation ? ZpciLayout.Anchor : 0));
        Put(fib, 0x28, operation switch
        {
            2 => (ulong)Word(step) << 32,
            16 => ((ulong)step.Dec("noi", 3) << 48) | ((ulong)step.Dec("dibvo", 0) << 16),
            _ => 0,
        });
        Put(fib, 0x30, step.Hex("aibv", isInterruption ? ZpciLayout.Vector : 0));
        Put(fib, 0x38, step.Hex("aisb", isInterruption ? ZpciLayout.Summary : 0));
        Put(fib, 0x40, step.Hex("fmb", 0));
        var at = step.Hex("block", ZpciLayout.Fib);
        if (at < ZpciLayout.StorageSize) _guest.Set(at, fib);
        End(_guest.Controls(Op.MPCIFC, Request(step, "dmaas", operation), at, 1, Mode(step)));
    }

    // The interruption word: subclass, number, offset of the first bit, whether there is a summary bit, and which.
    private static uint Word(MatrixStep step)
        => ((uint)step.Dec("isc", 2) << 28) | ((uint)step.Dec("noi", 3) << 16) | ((uint)step.Dec("aibvo", 0) << 8)
            | (step.Has("no-summary") ? 0 : 0x80u) | (uint)step.Dec("aisbo", 5);

    private static void Put(Span<byte> fib, int offset, ulong value)
        => BinaryPrimitives.WriteUInt64BigEndian(fib[offset..], value);

    private void StoreControls(MatrixStep step)
    {
        var at = step.Hex("block", ZpciLayout.Fib);
        if (at < ZpciLayout.StorageSize) _guest.Set(at, Enumerable.Repeat((byte)0xEE, FunctionInformationBlock.Size).ToArray());
        End(_guest.Controls(Op.STPCIFC, Request(step, "dmaas", 0), at, 1, Mode(step)));
    }

    private void Refresh(MatrixStep step)
        => End(_guest.Refresh(Request(step, "space", 0), step.Hex("from", ZpciLayout.FirstDma), step.Hex("len", 0x1000),
            4, step.Dec("r2", 6), Mode(step)));

    private void InterruptionControls(MatrixStep step)
        => End(_guest.InterruptionControls((ulong)step.Dec("oc", 0), (ulong)step.Dec("isc", 2),
            step.Hex("block", ZpciLayout.Data), Mode(step)));

    // Commands in words: list, query, group, set; or their number and the request's bytes behind the header.
    private void Clp(MatrixStep step)
    {
        Span<byte> body = stackalloc byte[16];
        body.Clear();
        var (command, space) = Command(step, body);
        step.Bytes("body").CopyTo(body);
        var length = step.Dec("len", 32);
        space = step.Dec("rsp", space);
        _guest.SetClp(command, body, length, space, (uint)step.Hex("format", 0), step.Hex("reserved", 0));
        var at = step.Hex("block", ZpciLayout.Block);
        if (at != ZpciLayout.Block && at < ZpciLayout.StorageSize)
            _guest.Set(at, _guest.Get(ZpciLayout.Block, (int)(0x1000 - at % 0x1000)));
        End(_guest.CallLogicalProcessor(step.Has("immediate") ? step.Hex("is", 1) : at,
            step.Dec("m3", 0), step.Dec("m4", 2), Mode(step)));
        _response = (int)(_guest.Get64(ZpciLayout.Block + (ulong)(length & 0x1FF8)) >> 32) & 0xFFFF;
    }

    private (int Command, int Space) Command(MatrixStep step, Span<byte> body)
    {
        if (step.Has("list"))
        {
            BinaryPrimitives.WriteUInt64BigEndian(body, step.Hex("token", 0));
            return (2, 4064);
        }
        if (step.Has("group"))
        {
            body[3] = (byte)step.Hex("id", 0xFF);
            return (4, 64);
        }
        if (step.Has("query"))
        {
            BinaryPrimitives.WriteUInt32BigEndian(body, (uint)step.Hex("fh", _guest.Handle));
            return (3, 384);
        }
        if (!step.Has("set")) return (step.Dec("command", 0), 64);
        BinaryPrimitives.WriteUInt32BigEndian(body, (uint)step.Hex("fh", _guest.Handle));
        body[6] = (byte)step.Dec("oc", 0);
        body[7] = (byte)step.Dec("spaces", 1);
        return (5, 160);
    }

    private void StoreEvent(MatrixStep step)
    {
        var at = step.Hex("block", ZpciLayout.Channel);
        var length = step.Dec("len", 16);
        if (at % 0x1000 == 0 && at < ZpciLayout.StorageSize)
        {
            _guest.Set(at, ((ulong)length << 48) | ((ulong)step.Hex("command", 0xE) << 32));
            _guest.Set(at + 8, step.Hex("types", 0x2000_0000_0000_0000));
        }
        End(_guest.ChannelSubsystemCall(at, Mode(step)));
        if (_last.End == GuestEnd.Completed) _response = (int)(_guest.Get64(at + (ulong)length) >> 32) & 0xFFFF;
    }

    private void ServiceCall(MatrixStep step)
    {
        var isConfigure = step.Has("configure");
        if (!isConfigure && !step.Has("deconfigure")) throw new FormatException("sclp configure or deconfigure");
        _guest.Set(ZpciLayout.Channel, (ulong)step.Dec("len", 16) << 48);
        _guest.Set(ZpciLayout.Channel + 8, ((ulong)step.Dec("type", 2) << 56) | step.Hex("fid", 0));
        End(_guest.ServiceCall(isConfigure ? 0x001A_0001u : 0x001B_0001, mask: Mode(step)));
        _response = (int)_guest.Get64(ZpciLayout.Channel) & 0xFFFF;
    }
}
