namespace S390Sim.Isa;

/// <summary>The facility that installs an instruction; <see cref="FacilityExtensions.StfleBit"/> gives its number.</summary>
public enum Facility : byte
{
    /// <summary>Instructions that every z/Architecture machine has, from ESA/390 or z900.</summary>
    Base,

    /// <summary>DAT-enhancement facility 1.</summary>
    DatEnhancement1,

    /// <summary>DAT-enhancement facility 2.</summary>
    DatEnhancement2,

    /// <summary>ASN-and-LX-reuse facility.</summary>
    AsnAndLxReuse,

    /// <summary>Store-facility-list-extended facility.</summary>
    StoreFacilityListExtended,

    /// <summary>Enhanced-DAT facility 1.</summary>
    EnhancedDat1,

    /// <summary>Configuration-topology facility.</summary>
    ConfigurationTopology,

    /// <summary>Extended-translation facility 2.</summary>
    ExtendedTranslation2,

    /// <summary>Message-security assist.</summary>
    MessageSecurityAssist,

    /// <summary>Long-displacement facility.</summary>
    LongDisplacement,

    /// <summary>HFP-multiply-and-add/subtract facility.</summary>
    HfpMultiplyAddSubtract,

    /// <summary>Extended-immediate facility.</summary>
    ExtendedImmediate,

    /// <summary>Extended-translation facility 3.</summary>
    ExtendedTranslation3,

    /// <summary>HFP-unnormalized-extension facility.</summary>
    HfpUnnormalizedExtension,

    /// <summary>Store-clock-fast facility.</summary>
    StoreClockFast,

    /// <summary>Parsing-enhancement facility.</summary>
    ParsingEnhancement,

    /// <summary>Move-with-optional-specifications facility.</summary>
    MoveWithOptionalSpecifications,

    /// <summary>TOD-clock-steering facility.</summary>
    TodClockSteering,

    /// <summary>Extract-CPU-time facility.</summary>
    ExtractCpuTime,

    /// <summary>Compare-and-swap-and-store facility.</summary>
    CompareAndSwapAndStore,

    /// <summary>General-instructions-extension facility.</summary>
    GeneralInstructionsExtension,

    /// <summary>Execute-extensions facility.</summary>
    ExecuteExtensions,

    /// <summary>Floating-point-extension facility.</summary>
    FloatingPointExtension,

    /// <summary>Load-program-parameter facility.</summary>
    LoadProgramParameter,

    /// <summary>FPR-GR-transfer facility.</summary>
    FprGrTransfer,

    /// <summary>Floating-point-support-sign-handling facility.</summary>
    FloatingPointSupportSignHandling,

    /// <summary>IEEE-exception-simulation facility.</summary>
    IeeeExceptionSimulation,

    /// <summary>Decimal-floating-point facility.</summary>
    DecimalFloatingPoint,

    /// <summary>PFPO facility.</summary>
    PerformFloatingPointOperation,

    /// <summary>Distinct-operands facility.</summary>
    DistinctOperands,

    /// <summary>High-word facility.</summary>
    HighWord,

    /// <summary>Interlocked-access facility 1.</summary>
    InterlockedAccess1,

    /// <summary>Load/store-on-condition facility 1.</summary>
    LoadStoreOnCondition1,

    /// <summary>Population-count facility.</summary>
    PopulationCount,

    /// <summary>DFP-zoned-conversion facility.</summary>
    DfpZonedConversion,

    /// <summary>Execution-hint facility.</summary>
    ExecutionHint,

    /// <summary>Load-and-trap facility.</summary>
    LoadAndTrap,

    /// <summary>Miscellaneous-instruction-extensions facility 1.</summary>
    MiscellaneousInstructionExtensions1,

    /// <summary>Processor-assist facility.</summary>
    ProcessorAssist,

    /// <summary>Constrained-transactional-execution facility.</summary>
    ConstrainedTransactionalExecution,

    /// <summary>Load/store-on-condition facility 2.</summary>
    LoadStoreOnCondition2,

    /// <summary>Load-and-zero-rightmost-byte facility.</summary>
    LoadAndZeroRightmostByte,

    /// <summary>Message-security-assist extension 5.</summary>
    MessageSecurityAssist5,

    /// <summary>Miscellaneous-instruction-extensions facility 2.</summary>
    MiscellaneousInstructionExtensions2,

    /// <summary>Miscellaneous-instruction-extensions facility 3.</summary>
    MiscellaneousInstructionExtensions3,

    /// <summary>Runtime-instrumentation facility.</summary>
    RuntimeInstrumentation,

    /// <summary>Reset-reference-bits-multiple facility.</summary>
    ResetReferenceBitsMultiple,

    /// <summary>CPU-measurement counter facility.</summary>
    CpuMeasurementCounter,

    /// <summary>CPU-measurement sampling facility.</summary>
    CpuMeasurementSampling,

    /// <summary>zPCI: the privileged PCI instructions and CALL LOGICAL PROCESSOR.</summary>
    Zpci,

    /// <summary>Adapter-interruption-suppression facility.</summary>
    AdapterInterruptionSuppression,

    /// <summary>Transactional-execution facility.</summary>
    TransactionalExecution,

    /// <summary>Store-hypervisor-information facility.</summary>
    StoreHypervisorInformation,

    /// <summary>Message-security-assist extension 3.</summary>
    MessageSecurityAssist3,

    /// <summary>Message-security-assist extension 4.</summary>
    MessageSecurityAssist4,

    /// <summary>Enhanced-DAT facility 2.</summary>
    EnhancedDat2,

    /// <summary>DFP-packed-conversion facility.</summary>
    DfpPackedConversion,

    /// <summary>Vector facility for z/Architecture.</summary>
    Vector,

    /// <summary>Guarded-storage facility.</summary>
    GuardedStorage,

    /// <summary>Vector packed-decimal facility.</summary>
    VectorPackedDecimal,

    /// <summary>Vector-enhancements facility 1.</summary>
    VectorEnhancements1,

    /// <summary>Store-CPU-counter-multiple facility.</summary>
    StoreCpuCounterMultiple,

    /// <summary>Test-pending-external-interruption facility.</summary>
    TestPendingExternalInterruption,

    /// <summary>Insert-reference-bits-multiple facility.</summary>
    InsertReferenceBitsMultiple,

    /// <summary>Message-security-assist extension 8.</summary>
    MessageSecurityAssist8,

    /// <summary>Vector-enhancements facility 2.</summary>
    VectorEnhancements2,

    /// <summary>Enhanced-sort facility.</summary>
    EnhancedSort,

    /// <summary>DEFLATE-conversion facility.</summary>
    DeflateConversion,

    /// <summary>PCI memory-I/O instructions for the problem state.</summary>
    PciMemoryIo,

    /// <summary>Message-security-assist extension 9.</summary>
    MessageSecurityAssist9,

    /// <summary>Ultravisor-call facility.</summary>
    Ultravisor,

    /// <summary>Neural-network-processing-assist facility.</summary>
    NeuralNetworkProcessingAssist,

    /// <summary>Vector-packed-decimal-enhancement facility 2.</summary>
    VectorPackedDecimalEnhancement2,

    /// <summary>BEAR-enhancement facility.</summary>
    Bear,

    /// <summary>Reset-DAT-protection facility.</summary>
    ResetDatProtection,

    /// <summary>Processor-activity-instrumentation facility.</summary>
    ProcessorActivityInstrumentation,

    /// <summary>Interpretive execution, reported by SCLP.</summary>
    InterpretiveExecution,

    /// <summary>The service processor interface (SCLP).</summary>
    ServiceCall,

    /// <summary>Adjunct-processor (cryptographic coprocessor) queues.</summary>
    AdjunctProcessor,

    /// <summary>Queued direct I/O, reported by CHSC.</summary>
    QueuedDirectIo,

    /// <summary>Collaborative memory management, reported by SCLP.</summary>
    CollaborativeMemoryManagement,

    /// <summary>Expanded storage; gone since z13.</summary>
    ExpandedStorage,
}
