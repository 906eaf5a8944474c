using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>MONITOR CALL (chapter 7).</summary>
internal static unsafe class Monitor
{
    private const int EnhancedMonitor = 36;     // STFLE bit

    private const ulong FirstMask = 0x8000, FirstEnhancedMask = 0x8000_0000;

    /// <summary>
    /// Bit 48 + n of control register 8 is the mask of monitor class n. With the enhanced-monitor mask, bit 32 + n, one too the
    /// event is counted instead of interrupting.
    /// </summary>
    [Instruction(Op.MC)]
    public static Insn* Mc(CpuState* c, Insn* i)
    {
        var number = (byte)i->I2;
        if ((number & 0xF0) != 0) return c->Program(ProgramCode.Specification);
        if ((c->Cr[8] & (FirstMask >> number)) == 0) return i + 2;
        var code = i->Address1(c);
        if ((c->Cr[8] & (FirstEnhancedMask >> number)) != 0 && c->Processor.Facilities[EnhancedMonitor])
            return Count(c, code) ? i + 2 : null;
        c->Program(ProgramCode.MonitorEvent);
        c->Fault.MonitorClass = number;
        c->Fault.MonitorCode = code;
        return null;
    }

    // The array is in the home space: halfword counters, then the words that count their overflows. What cannot be counted is
    // counted as an exception; only a fault of the host ends the instruction.
    private static bool Count(CpuState* c, ulong code)
    {
        if (!c->TryLowcore(out var lowcore)) return false;
        var origin = lowcore.MonitorCounterOrigin & ~7UL;
        var size = lowcore.MonitorCounterSize;
        var counted = false;
        if (code < size)
        {
            if (!TryLocate(c, origin + code * 2, 2, out var low)) return false;
            counted = low.Length != 0;
            if (counted && low[0] == 0xFF && low[1] == 0xFF)
            {
                if (!TryLocate(c, origin + size * 2UL + code * 4, 4, out var high)) return false;
                counted = high.Length != 0;
                if (counted) Increment(high);
            }
            if (counted) Increment(low);
        }
        if (counted) return true;
        lowcore.MonitorExceptionCount++;
        c->StoredAt(lowcore.Address + Lowcore.MonitorExceptionCountOffset, 4);
        return true;
    }

    private static void Increment(StorageOperand counter)
    {
        for (var n = counter.Length - 1; n >= 0 && ++counter[n] == 0; n--) { }
        counter.Stored();
    }

    // An operand of length zero where the counter is not available; false after the host's fault.
    private static bool TryLocate(CpuState* c, ulong address, int length, out StorageOperand counter)
    {
        counter = default;
        var first = Math.Min(length, LongOperand.InBlock(address, (ulong)length));
        if (!TryFrame(c, address, out var frame)) return c->Exit != ExitKind.HostFault;
        var operand = new StorageOperand(c->HostStorage, frame, first);
        if (first != length)
        {
            if (!TryFrame(c, address + (ulong)first, out frame)) return c->Exit != ExitKind.HostFault;
            operand.Add(frame, length - first);
        }
        counter = operand;
        return true;
    }

    private static bool TryFrame(CpuState* c, ulong address, out ulong frame)
    {
        frame = 0;
        c->Exit = ExitKind.Resume;
        if (!c->TryTranslateHome(address, out var result)) return false;
        if (result.Exception != ProgramCode.None || result.IsProtected) return false;
        if (!c->ResolveAbsolute(c->ToAbsolute(result), store: true, out frame)) return false;
        c->HostStorage.Key(frame) |= 0x06;
        return true;
    }
}
