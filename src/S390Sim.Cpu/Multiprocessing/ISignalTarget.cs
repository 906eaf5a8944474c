namespace S390Sim.Cpu;

/// <summary>A CPU that SIGNAL PROCESSOR addresses: a processor of the machine, or a virtual CPU of a guest.</summary>
public interface ISignalTarget
{
    /// <summary>CPU address.</summary>
    ushort CpuAddress { get; }
    /// <summary>Whether it is not in the operating state.</summary>
    bool IsStopped { get; }
    /// <summary>Whether it is in the check-stop state.</summary>
    bool IsCheckStopped { get; }
    /// <summary>Whether it has accepted a stop or restart order and not performed it yet.</summary>
    bool IsBusy { get; }
    /// <summary>Its PSW, at an instruction boundary.</summary>
    Psw Psw { get; }
    /// <summary>Its interruption requests.</summary>
    PendingInterruptions Pending { get; }

    /// <summary>A control register.</summary>
    ulong ControlRegister(int number);
    /// <summary>Enters the operating state.</summary>
    void Start();
    /// <summary>Stops after the unit of operation and open interruptions; stores its status at absolute 4608 if asked.</summary>
    void Stop(bool storesStatus);
    /// <summary>Enters the operating state and takes a restart interruption; when stopped, before any other.</summary>
    void Restart();
    /// <summary>CPU reset.</summary>
    void CpuReset();
    /// <summary>Initial CPU reset.</summary>
    void InitialCpuReset();
    /// <summary>The CPU's part of a clear reset: initial CPU reset, and zeros in all other registers.</summary>
    void ClearReset();
    /// <summary>Loads a PSW.</summary>
    void LoadPsw(Psw psw);
    /// <summary>Whether a range of the configuration's absolute storage is there.</summary>
    bool IsInstalled(ulong absolute, ulong length);
    /// <summary>Replaces the prefix and forgets translations.</summary>
    void SetPrefix(ulong prefix);
    /// <summary>Stores the status into 512 bytes at an absolute address.</summary>
    void StoreStatus(ulong address);
}
