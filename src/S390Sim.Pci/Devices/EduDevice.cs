namespace S390Sim.Pci;

/// <summary>
/// The educational device with the register map that QEMU's "edu" made known: a liveness check, a factorial computed in the
/// background, a DMA engine with a 4 KB buffer, and an interruption by message. DMA addresses have all 64 bits.
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
    private readonly MessageCapability _message;
    private readonly Action _compute, _transfer;
    private uint _liveness, _factorial, _status, _interrupts;
    private ulong _source, _destination, _count, _command;

    /// <summary>Makes a device.</summary>
    public EduDevice() : base(new PciIdentity(Vendor: 0x1234, Device: 0x11E8, Class: 0x00FF00, Revision: 0x10))
    {
        _message = new MessageCapability(this);
        _compute = Compute;
        _transfer = Transfer;
        AddBar(0, new RegisterBank(1 << 20)
            .Lengths(0x00, 4)
            .Lengths(0x80, 4, 8)
            .Add(0x00, "identification", () => 0x010000ED)
            .Add(0x04, "liveness", () => _liveness, v => _liveness = ~(uint)v)
            .Add(0x08, "factorial", () => _factorial, StartFactorial)
            .Add(0x20, "status", () => _status, v => _status = (uint)((_status & ~StatusInterrupt) | (v & StatusInterrupt)))
            .Add(0x24, "interrupt status", () => _interrupts)
            .Add(0x60, "interrupt raise", write: v => Raise((uint)v))
            .Add(0x64, "interrupt acknowledge", write: v => _interrupts &= ~(uint)v)
            .Add(0x80, "DMA source", () => _source, v => Program(ref _source, v))
            .Add(0x88, "DMA destination", () => _destination, v => Program(ref _destination, v))
            .Add(0x90, "DMA count", () => _count, v => Program(ref _count, v))
            .Add(0x98, "DMA command", () => _command, StartTransfer));
    }

    /// <summary>Time of a factorial, in TOD units.</summary>
    public ulong FactorialTime { get; init; } = 4 * PciClock.Microsecond;
    /// <summary>Time of a transfer, in TOD units.</summary>
    public ulong TransferTime { get; init; } = 2 * PciClock.Microsecond;
    /// <summary>The buffer.</summary>
    public Span<byte> Buffer => _buffer;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _liveness = _factorial = _status = _interrupts = 0;
        _source = _destination = _count = _command = 0;
        Array.Clear(_buffer);
    }

    private void StartFactorial(ulong value)
    {
        if ((_status & StatusBusy) != 0) return;
        _factorial = (uint)value;
        _status |= (uint)StatusBusy;
        After(FactorialTime, _compute);
    }

    private void Compute()
    {
        if ((_status & StatusBusy) == 0) return;        // reset meanwhile
        var product = 1u;
        for (var n = Math.Min(_factorial, 34); n > 1; n--) product *= n;     // from 34! on there are 32 factors of two
        _factorial = product;
        _status &= ~(uint)StatusBusy;
        if ((_status & StatusInterrupt) != 0) Raise(FactorialInterrupt);
    }

    // Registers of the DMA engine keep their values while it runs.
    private void Program(ref ulong register, ulong value)
    {
        if ((_command & CommandStart) == 0) register = value;
    }

    private void StartTransfer(ulong value)
    {
        if ((value & CommandStart) == 0 || (_command & CommandStart) != 0) return;
        _command = value;
        After(TransferTime, _transfer);
    }

    // A range outside the buffer leaves the transfer undone; the command ends as usual. So does one that the IOMMU refuses,
    // but then the function is in error and no message passes.
    private void Transfer()
    {
        if ((_command & CommandStart) == 0) return;
        var toMemory = (_command & CommandToMemory) != 0;
        if (TryBuffer(toMemory ? _source : _destination, out var bytes))
        {
            if (toMemory) WriteMemory(_destination, bytes);
            else ReadMemory(_source, bytes);
        }
        _command &= ~CommandStart;
        if ((_command & CommandInterrupt) != 0) Raise(DmaInterrupt);
    }

    private bool TryBuffer(ulong address, out Span<byte> bytes)
    {
        bytes = default;
        var offset = address - BufferAddress;
        if (offset >= BufferSize || _count > BufferSize - offset) return false;
        bytes = _buffer.AsSpan((int)offset, (int)_count);
        return true;
    }

    private void Raise(uint interrupt)
    {
        _interrupts |= interrupt;
        if (_interrupts != 0) _message.Send();
    }
}
