namespace S390Sim.Isa;

/// <summary>The instruction formats of the Principles of Operation; the variant letter follows an underscore.</summary>
public enum Format : byte
{
    /// <summary>Format E.</summary>
    E,

    /// <summary>Format I.</summary>
    I,

    /// <summary>Format IE.</summary>
    IE,

    /// <summary>Format MII.</summary>
    MII,

    /// <summary>Format RI-a.</summary>
    RI_a,

    /// <summary>Format RI-b.</summary>
    RI_b,

    /// <summary>Format RI-c.</summary>
    RI_c,

    /// <summary>Format RIE-a.</summary>
    RIE_a,

    /// <summary>Format RIE-b.</summary>
    RIE_b,

    /// <summary>Format RIE-c.</summary>
    RIE_c,

    /// <summary>Format RIE-d.</summary>
    RIE_d,

    /// <summary>Format RIE-e.</summary>
    RIE_e,

    /// <summary>Format RIE-f.</summary>
    RIE_f,

    /// <summary>Format RIE-g.</summary>
    RIE_g,

    /// <summary>Format RIL-a.</summary>
    RIL_a,

    /// <summary>Format RIL-b.</summary>
    RIL_b,

    /// <summary>Format RIL-c.</summary>
    RIL_c,

    /// <summary>Format RIS.</summary>
    RIS,

    /// <summary>Format RR.</summary>
    RR,

    /// <summary>Format RR with a mask in the place of the first register: BRANCH ON CONDITION.</summary>
    RR_m,

    /// <summary>Format RRD.</summary>
    RRD,

    /// <summary>Format RRE.</summary>
    RRE,

    /// <summary>Format RRF-a.</summary>
    RRF_a,

    /// <summary>Format RRF-b.</summary>
    RRF_b,

    /// <summary>Format RRF-c.</summary>
    RRF_c,

    /// <summary>Format RRF-d.</summary>
    RRF_d,

    /// <summary>Format RRF-e.</summary>
    RRF_e,

    /// <summary>Format RRS.</summary>
    RRS,

    /// <summary>Format RS-a.</summary>
    RS_a,

    /// <summary>Format RS-b.</summary>
    RS_b,

    /// <summary>Format RSI.</summary>
    RSI,

    /// <summary>Format RSL-a.</summary>
    RSL_a,

    /// <summary>Format RSL-b.</summary>
    RSL_b,

    /// <summary>Format RSY-a.</summary>
    RSY_a,

    /// <summary>Format RSY-b.</summary>
    RSY_b,

    /// <summary>Format RX-a.</summary>
    RX_a,

    /// <summary>Format RX-b.</summary>
    RX_b,

    /// <summary>Format RXE.</summary>
    RXE,

    /// <summary>Format RXF.</summary>
    RXF,

    /// <summary>Format RXY-a.</summary>
    RXY_a,

    /// <summary>Format RXY-b.</summary>
    RXY_b,

    /// <summary>Format S.</summary>
    S,

    /// <summary>Format SI.</summary>
    SI,

    /// <summary>Format SIL.</summary>
    SIL,

    /// <summary>Format SIY.</summary>
    SIY,

    /// <summary>Format SMI.</summary>
    SMI,

    /// <summary>Format SS-a.</summary>
    SS_a,

    /// <summary>Format SS-b.</summary>
    SS_b,

    /// <summary>Format SS-c.</summary>
    SS_c,

    /// <summary>Format SS-d.</summary>
    SS_d,

    /// <summary>Format SS-e.</summary>
    SS_e,

    /// <summary>Format SS-f.</summary>
    SS_f,

    /// <summary>Format SSE.</summary>
    SSE,

    /// <summary>Format SSF.</summary>
    SSF,

    /// <summary>Format VRI-a.</summary>
    VRI_a,

    /// <summary>Format VRI-b.</summary>
    VRI_b,

    /// <summary>Format VRI-c.</summary>
    VRI_c,

    /// <summary>Format VRI-d.</summary>
    VRI_d,

    /// <summary>Format VRI-e.</summary>
    VRI_e,

    /// <summary>Format VRI-f.</summary>
    VRI_f,

    /// <summary>Format VRI-g.</summary>
    VRI_g,

    /// <summary>Format VRI-h.</summary>
    VRI_h,

    /// <summary>Format VRI-i.</summary>
    VRI_i,

    /// <summary>Format VRR-a.</summary>
    VRR_a,

    /// <summary>Format VRR-b.</summary>
    VRR_b,

    /// <summary>Format VRR-c.</summary>
    VRR_c,

    /// <summary>Format VRR-d.</summary>
    VRR_d,

    /// <summary>Format VRR-e.</summary>
    VRR_e,

    /// <summary>Format VRR-f.</summary>
    VRR_f,

    /// <summary>Format VRR-g.</summary>
    VRR_g,

    /// <summary>Format VRR-h.</summary>
    VRR_h,

    /// <summary>Format VRR-i.</summary>
    VRR_i,

    /// <summary>Format VRR-j.</summary>
    VRR_j,

    /// <summary>Format VRR-k.</summary>
    VRR_k,

    /// <summary>Format VRS-a.</summary>
    VRS_a,

    /// <summary>Format VRS-b.</summary>
    VRS_b,

    /// <summary>Format VRS-c.</summary>
    VRS_c,

    /// <summary>Format VRS-d.</summary>
    VRS_d,

    /// <summary>Format VRV.</summary>
    VRV,

    /// <summary>Format VRX.</summary>
    VRX,

    /// <summary>Format VSI.</summary>
    VSI,
}
