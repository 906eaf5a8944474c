using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace S390Sim.Cpu;

/// <summary>What changes hands at entry and exit (sie.md section 1.1).</summary>
public sealed unsafe partial class SieUnit
{
    private HostState _host;

    /// <summary>What the processor keeps of its host while a guest runs.</summary>
    private struct HostState
    {
        public Psw Psw;
        public fixed ulong Cr[16];
        public ulong Gr14, Gr15, Prefix, ProgramParameter, ClockComparator, CpuTimer, CpuTimerBase, TodEpoch, BreakingEvent;
        public uint TodProgrammable;
        public TlbEntry* Tlb;
        public FetchTlbEntry* FetchTlb;
    }

    private void SaveHost(CpuState* c)
    {
        _host.Psw = c->Psw;
        LoadedRegisters(c).CopyTo(SavedRegisters);
        _host.Gr14 = c->Gr[14];
        _host.Gr15 = c->Gr[15];
        _host.Prefix = c->Prefix;
        _host.ClockComparator = c->ClockComparator;
        _host.CpuTimer = c->CpuTimer;
        _host.CpuTimerBase = c->CpuTimerBase;
        _host.TodEpoch = c->TodEpoch;
        _host.TodProgrammable = c->TodProgrammable;
        _host.ProgramParameter = c->ProgramParameter;
        _host.BreakingEvent = c->BreakingEvent;
        _host.Tlb = c->Tlb;
        _host.FetchTlb = c->FetchTlb;
    }

    private void RestoreHost(CpuState* c)
    {
        SavedRegisters.CopyTo(LoadedRegisters(c));
        c->Gr[14] = _host.Gr14;
        c->Gr[15] = _host.Gr15;
        c->Prefix = _host.Prefix;
        c->ClockComparator = _host.ClockComparator;
        c->CpuTimer = _host.CpuTimer;
        c->CpuTimerBase = _host.CpuTimerBase;
        c->TodEpoch = _host.TodEpoch;
        c->TodProgrammable = _host.TodProgrammable;
        c->ProgramParameter = _host.ProgramParameter;
        c->BreakingEvent = _host.BreakingEvent;
        c->Tlb = _host.Tlb;
        c->FetchTlb = _host.FetchTlb;
        c->LoadPsw(_host.Psw);
    }

    private void LoadGuest(CpuState* c, StateDescription sd)
    {
        BinaryPrimitives.ReverseEndianness(ControlRegisters(sd), LoadedRegisters(c));
        c->Gr[14] = sd.Gr14;
        c->Gr[15] = sd.Gr15;
        c->Prefix = sd.Prefix;
        c->ClockComparator = sd.ClockComparator;
        c->CpuTimer = sd.CpuTimer;
        c->TodEpoch = _host.TodEpoch + sd.Epoch;
        c->CpuTimerBase = _processor.Tod;
        c->TodProgrammable = sd.TodProgrammable;
        c->ProgramParameter = sd.ProgramParameter;
        c->BreakingEvent = sd.BreakingEvent;
        c->Tlb = _guestTlb;
        c->FetchTlb = _guestFetchTlb;
        c->LoadPsw(new Psw(sd.PswMask, sd.PswAddress));
    }

    private void StoreGuest(CpuState* c, StateDescription sd)
    {
        BinaryPrimitives.ReverseEndianness(LoadedRegisters(c), ControlRegisters(sd));
        sd.Gr14 = c->Gr[14];
        sd.Gr15 = c->Gr[15];
        sd.ClockComparator = c->ClockComparator;
        sd.CpuTimer = _processor.CpuTimer;
        sd.Epoch = c->TodEpoch - _host.TodEpoch;
        sd.TodProgrammable = c->TodProgrammable;
        sd.ProgramParameter = c->ProgramParameter;
        sd.BreakingEvent = c->BreakingEvent;
        sd.PswMask = c->Psw.Mask;
        sd.PswAddress = c->PswAddress;
    }

    private Span<ulong> SavedRegisters => MemoryMarshal.CreateSpan(ref _host.Cr[0], 16);

    private static Span<ulong> LoadedRegisters(CpuState* c) => new(c->Cr, 16);

    private static Span<ulong> ControlRegisters(StateDescription sd) => new(sd.Address + StateDescription.Cr0Offset, 16);

    private static ulong Swap(ulong value) => BinaryPrimitives.ReverseEndianness(value);
}
