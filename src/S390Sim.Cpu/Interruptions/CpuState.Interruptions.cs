using System.Runtime.CompilerServices;

namespace S390Sim.Cpu;

/// <summary>Interruption action: storing the old PSW and its parameters, loading the new one (chapter 6).</summary>
public unsafe partial struct CpuState
{
    /// <summary>
    /// The lowcore of the level that runs; false, with the host's fault recorded, when a SIE guest's prefix area is not mapped.
    /// </summary>
    public bool TryLowcore(out Lowcore lowcore)
    {
        if (!ResolveAbsolute(Prefix, store: true, out var frame))
        {
            lowcore = default;
            return false;
        }
        Processor.Storage.Key(frame) |= 0x06;
        lowcore = new Lowcore(Processor.Storage.Base + frame);
        return true;
    }

    /// <summary>Stores the current PSW at an old-PSW location and loads the new one.</summary>
    /// <param name="lowcore">Assigned storage.</param>
    /// <param name="oldOffset">Real address of the old PSW.</param>
    /// <param name="newOffset">Real address of the new PSW.</param>
    public void SwapPsw(Lowcore lowcore, int oldOffset, int newOffset)
    {
        var old = (ulong*)(lowcore.Address + oldOffset);
        old[0] = Swap(Psw.Mask);
        old[1] = Swap(PswAddress);
        StoredAt(lowcore.Address, 512);
        Processor.Loops.Note(InstructionCount);
        var loaded = (ulong*)(lowcore.Address + newOffset);
        LoadPsw(new Psw(Swap(loaded[0]), Swap(loaded[1])));
    }

    /// <summary>
    /// Loads a PSW. An invalid one is loaded all the same; the early specification exception that follows is recognised by the
    /// loop (<see cref="Processor.Run"/>), with an ILC of zero unless <see cref="EarlyLength"/> says otherwise.
    /// </summary>
    public void LoadPsw(Psw psw)
    {
        PswAddress = psw.Address;
        EarlyLength = 0;
        SetPswMask(psw.Mask);
    }

    /// <summary>Takes a program interruption.</summary>
    /// <param name="fault">What happened.</param>
    /// <param name="length">Instruction length for the ILC, in bytes: 0, 2, 4 or 6.</param>
    public bool ProgramInterruption(in ProgramFault fault, uint length)
    {
        if (!TryLowcore(out var lowcore)) return false;
        Processor.Log.Add(fault, Psw, InstructionCount);
        Processor.Loops.NoteProgram(InstructionCount);
        lowcore.ProgramIlc = (ushort)length;
        lowcore.ProgramInterruptionCode = fault.InterruptionCode;
        lowcore.BreakingEventAddress = BreakingEvent;
        if (fault.Code.StoresTranslationException()) lowcore.TranslationException = fault.TranslationException;
        if (fault.Code.StoresExceptionAccess()) lowcore.ExceptionAccess = fault.ExceptionAccess;
        if (fault.Code == ProgramCode.PageTranslation) lowcore.OperandAccess = fault.OperandAccess;
        if (fault.Code is ProgramCode.Data or ProgramCode.VectorProcessing)
            lowcore.DataExceptionCode = fault.DataExceptionCode;
        if (fault.Code == ProgramCode.MonitorEvent)
        {
            lowcore.MonitorClass = fault.MonitorClass;
            lowcore.MonitorCode = fault.MonitorCode;
        }
        if (fault.Per.Events != PerEvents.None)
        {
            lowcore.PerCode = fault.Per.Code;
            lowcore.PerAddress = fault.Per.Address;
            lowcore.PerAccess = fault.Per.Access;
        }
        SwapPsw(lowcore, Lowcore.ProgramOldMaskOffset, Lowcore.ProgramNewMaskOffset);
        return true;
    }

    /// <summary>Takes a supervisor-call interruption; the PSW address is that of the next instruction.</summary>
    internal bool SupervisorCall(byte number, uint length)
    {
        if (!TryLowcore(out var lowcore)) return false;
        lowcore.SvcIlc = (ushort)length;
        lowcore.SvcCode = number;
        SwapPsw(lowcore, Lowcore.SvcOldMaskOffset, Lowcore.SvcNewMaskOffset);
        return true;
    }

    /// <summary>Takes an external interruption.</summary>
    /// <param name="code">Interruption code, e.g. 0x2401 service signal.</param>
    /// <param name="cpuAddress">Source CPU, for emergency signal and external call.</param>
    /// <param name="parameter">Parameter at real 0x80, or null when the code stores none.</param>
    public bool ExternalInterruption(ushort code, ushort cpuAddress, uint? parameter)
    {
        if (!TryLowcore(out var lowcore)) return false;
        lowcore.ExternalCode = code;
        lowcore.ExternalCpuAddress = cpuAddress;
        if (parameter is { } value) lowcore.ExternalParameter = value;
        SwapPsw(lowcore, Lowcore.ExternalOldMaskOffset, Lowcore.ExternalNewMaskOffset);
        return true;
    }

    /// <summary>Takes an I/O interruption.</summary>
    public bool IoInterruption(in IoInterruption interruption)
    {
        if (!TryLowcore(out var lowcore)) return false;
        lowcore.IoSubsystem = interruption.Subsystem;
        lowcore.IoParameter = interruption.Parameter;
        lowcore.IoIdentification = interruption.Identification;
        SwapPsw(lowcore, Lowcore.IoOldMaskOffset, Lowcore.IoNewMaskOffset);
        return true;
    }

    /// <summary>Takes a machine-check interruption; the registers go into their save areas.</summary>
    internal bool MachineCheck(in MachineCheck check)
    {
        if (!TryLowcore(out var lowcore) || !ResolveAbsolute(Prefix + Storage.PageSize, store: true, out var second)) return false;
        Processor.Storage.Key(second) |= 0x06;
        var area = second + (StatusArea.Start & (Storage.PageSize - 1));
        StatusArea.FillRegisters(
            (CpuState*)Unsafe.AsPointer(ref this), new Span<byte>(Processor.Storage.Base + area, StatusArea.Length));
        Processor.Storage.Written(area, StatusArea.Length);
        lowcore.MachineCheckCode = check.Code;
        if (check.HasFailingAddress) lowcore.FailingStorageAddress = check.FailingAddress;
        if (check.HasExternalDamage) lowcore.ExternalDamageCode = check.ExternalDamage;
        SwapPsw(lowcore, Lowcore.MachineCheckOldMaskOffset, Lowcore.MachineCheckNewMaskOffset);
        return true;
    }

    /// <summary>Takes a restart interruption.</summary>
    public bool Restart()
    {
        if (!TryLowcore(out var lowcore)) return false;
        SwapPsw(lowcore, Lowcore.RestartOldMaskOffset, Lowcore.RestartNewMaskOffset);
        return true;
    }

    private static ulong Swap(ulong value) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
}
