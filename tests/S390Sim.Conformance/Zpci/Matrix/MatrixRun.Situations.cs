using S390Sim.Testing.Zpci;

namespace S390Sim.Conformance.Zpci.Matrix;

/// <summary>The verbs that are several instructions, or what happens outside of the program.</summary>
internal sealed partial class MatrixRun
{
    private static readonly byte[] s_written = [1, 2, 3, 4, 5, 6, 7, 8];

    // Enabled by CLP, and bus master.
    private void BeEnabled()
    {
        if (_guest.SetFunction(0) != 0x10) throw new MatrixException("the function cannot be enabled");
        _guest.StoreRegister(15, 4, 2, 0x0006);
        _isInstruction = false;
    }

    private void BeRegistered()
    {
        if (!_guest.Function.IsEnabled) BeEnabled();
        Succeed("mpcifc oc=4");
        _isInstruction = false;
    }

    private void BeInterrupting()
    {
        if (!_guest.Function.IsEnabled) BeEnabled();
        Succeed("mpcifc oc=2");
        _isInstruction = false;
    }

    // In the error state by a store to a page that is not mapped; the event is fetched.
    private void BeFailed()
    {
        if (_guest.Function.AddressSpace is null) BeRegistered();
        Perform("dma write at=sdma+10000");
        if (Probe.IsDone) throw new MatrixException("the function did not fail");
        Events();
        _isInstruction = false;
    }

    private void BeBlocked()
    {
        BeFailed();
        Succeed("mpcifc oc=9");
        _isInstruction = false;
    }

    // Memory I/O as a driver begins it: the control-register bit, CLP, and where the BARs are.
    private void BeOpenToMemory()
    {
        if (!_guest.Function.IsEnabled) BeEnabled();
        _guest.Cr[2] = 0x20;
        Succeed("clp set oc=2");
        Succeed("clp query");
        const ulong addresses = ZpciLayout.Block + 0x20 + 0x108;
        for (var n = 0; n < _addresses.Length; n++) _addresses[n] = _guest.Get64(addresses + (ulong)n * 8);
        _isInstruction = false;
    }

    // Directed interruptions as Linux begins them: for all CPUs, for this one, for the function.
    private void BeDirected(MatrixStep step)
    {
        if (!_guest.Function.IsEnabled) BeEnabled();
        _guest.Set(ZpciLayout.Data, ((ulong)step.Dec("isc", 2) << 60) | 1);
        _guest.Set(ZpciLayout.Data + 8, ZpciLayout.Summary);
        Succeed("sic oc=4");
        _guest.Set(ZpciLayout.Data + 8, ZpciLayout.Vector);
        Succeed("sic oc=18");
        Succeed("mpcifc oc=16 format=1 dibvo=3");
        _isInstruction = false;
    }

    private void Outside(Action action)
    {
        action();
        Events();
        _isInstruction = false;
    }

    private void Pass(Action action)
    {
        action();
        _isInstruction = false;
    }

    private void Store(MatrixStep step)
    {
        foreach (var (address, value) in step.Assignments) _guest.StoreDoubleword(address, value);
        _isInstruction = false;
    }

    // The driver puts the bytes into BAR 0 and programs the engine. Afterwards the device knows whether it was refused.
    private void Dma(MatrixStep step)
    {
        var isWrite = step.Has("write");
        if (!isWrite && !step.Has("read")) throw new FormatException("dma read or write");
        var data = isWrite && step.Text("data") is { } text ? Convert.FromHexString(text) : s_written;
        var length = step.Dec("len", data.Length);
        data.CopyTo(Probe.Memory.Bytes, 0);
        Program(ProbeDevice.AddressRegister, step.Hex("at", ZpciLayout.FirstDma));
        Program(ProbeDevice.OffsetRegister, 0);
        Program(ProbeDevice.LengthRegister, (ulong)length);
        Program(ProbeDevice.CommandRegister, isWrite ? ProbeDevice.ToStorage : ProbeDevice.FromStorage);
        _isInstruction = false;
    }

    private void Message(MatrixStep step)
    {
        Program(ProbeDevice.AddressRegister, (ulong)step.Dec("vector", 0));
        Program(ProbeDevice.CommandRegister, ProbeDevice.SendMessage);
        _isInstruction = false;
    }

    private void Program(ulong register, ulong value)
    {
        if (_guest.StoreRegister(4, register, 8, value) is not { End: GuestEnd.Completed, ConditionCode: 0 })
            throw new MatrixException("the device cannot be programmed");
    }
}
