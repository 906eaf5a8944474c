namespace S390Sim.Pci;

/// <summary>
/// The educational device with the register map that QEMU's "edu" made known: a liveness check, a factorial computed in the
/// background, a DMA engine with a 4 KB buffer, and an interruption by message.
/// </summary>
public sealed class EduDevice : PciDevice
{
    /// <summary>Where the device's buffer is in the addresses of its DMA engine.</summary>
    public const ulong BufferAddress = 0x40000;
    /// <summary>Bytes of the buffer.</summary>
    public const int BufferSize = 4096;
    /// <summary>Interruption status: the factorial is ready.</summary>
    public const uint FactorialInterrupt = 0x001;
    /// <summary>Interruption status: the DMA is done.</summary>
    public const uint DmaInterrupt = 0x100;

    private const ulong StatusBusy = 0x01, StatusInterrupt = 0x80;
    private const ulong CommandStart = 0x1, CommandToMemory = 0x2, CommandInterrupt = 0x4;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly MessageCapability _messages;
    private readonly DeviceTimer _computation, _transfer;
    private readonly Register _liveness, _factorial, _status, _interrupts, _source, _destination, _count, _command;

    /// <summary>Makes a device.</summary>
    public EduDevice() : base(new PciIdentity(Vendor: 0x1234, Device: 0x11E8, Class: 0x00FF00, Revision: 0x10))
    {
        _messages = new MessageCapability(this);
        _computation = AddTimer(Compute);
        _transfer = AddTimer(Transfer);

        var bank = new RegisterBank(1 << 20) { DecodesOffsetsOnly = true }.Lengths(0x00, 4).Lengths(0x80, 4, 8);
        bank.ReadOnly(0x00, 4, "identification", reset: 0x010000ED);
        _liveness = bank.ReadWrite(0x04, 4, "liveness", write: v => _liveness!.Value = ~(uint)v);
        _factorial = bank.ReadWrite(0x08, 4, "factorial", write: StartFactorial);
        _status = bank.ReadWrite(0x20, 4, "status", writable: StatusInterrupt);
        _interrupts = bank.ReadOnly(0x24, 4, "interrupt status");
        bank.WriteOnly(0x60, 4, "interrupt raise", v => Raise((uint)v));
        bank.WriteOnly(0x64, 4, "interrupt acknowledge", v => _interrupts.Value &= ~v);
        _source = bank.ReadWrite(0x80, 8, "DMA source", write: v => Program(_source!, v));
        _destination = bank.ReadWrite(0x88, 8, "DMA destination", write: v => Program(_destination!, v));
        _count = bank.ReadWrite(0x90, 8, "DMA count", write: v => Program(_count!, v));
        _command = bank.ReadWrite(0x98, 8, "DMA command", write: StartTransfer);
        AddBar(0, bank);
    }

    /// <summary>Time of a factorial, in TOD units.</summary>
    public ulong FactorialTime { get; init; } = 4 * PciClock.Microsecond;
    /// <summary>Time of a transfer, in TOD units.</summary>
    public ulong TransferTime { get; init; } = 2 * PciClock.Microsecond;
    /// <summary>Bits of storage addresses that the DMA engine has; QEMU's has 28 unless told otherwise.</summary>
    public ulong DmaMask { get; init; } = ulong.MaxValue;
    /// <summary>The buffer.</summary>
    public Span<byte> Buffer => _buffer;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        Array.Clear(_buffer);
    }

    private void StartFactorial(ulong value)
    {
        if ((_status.Value & StatusBusy) != 0) return;
        _factorial.Value = value;
        _status.Value |= StatusBusy;
        _computation.Start(FactorialTime);
    }

    private void Compute()
    {
        // From 34! on there are 32 factors of two.
        var product = 1u;
        for (var n = Math.Min(_factorial.Value, 34); n > 1; n--) product *= (uint)n;
        _factorial.Value = product;
        _status.Value &= ~StatusBusy;
        if ((_status.Value & StatusInterrupt) != 0) Raise(FactorialInterrupt);
    }

    // Registers of the DMA engine keep their values while it runs.
    private void Program(Register register, ulong value)
    {
        if ((_command.Value & CommandStart) == 0) register.Value = value;
    }

    private void StartTransfer(ulong value)
    {
        if ((value & CommandStart) == 0 || (_command.Value & CommandStart) != 0) return;
        _command.Value = value;
        _transfer.Start(TransferTime);
    }

    // A range outside the buffer leaves the transfer undone; the command ends as usual. So does one that the IOMMU refuses,
    // but then the function is in error and no message passes.
    private void Transfer()
    {
        var toMemory = (_command.Value & CommandToMemory) != 0;
        if (TryBuffer(toMemory ? _source.Value : _destination.Value, out var bytes))
        {
            if (toMemory) WriteMemory(_destination.Value & DmaMask, bytes);
            else ReadMemory(_source.Value & DmaMask, bytes);
        }
        _command.Value &= ~CommandStart;
        if ((_command.Value & CommandInterrupt) != 0) Raise(DmaInterrupt);
    }

    private bool TryBuffer(ulong address, out Span<byte> bytes)
    {
        bytes = default;
        var offset = address - BufferAddress;
        if (offset >= BufferSize || _count.Value > BufferSize - offset) return false;
        bytes = _buffer.AsSpan((int)offset, (int)_count.Value);
        return true;
    }

    private void Raise(uint interrupt)
    {
        _interrupts.Value |= interrupt;
        if (_interrupts.Value != 0) _messages.Send();
    }
}
