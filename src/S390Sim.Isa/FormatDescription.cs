namespace S390Sim.Isa;

/// <summary>
/// The fields of each format: <c>name@bit:width</c>, bit 0 leftmost. This is the only place that states them. A width of 5
/// means a vector register with its RXB bit, 20 a displacement split into DL and DH.
/// </summary>
public static class FormatDescription
{
    private static string Declaration(Format format) => format switch
    {
        Format.E => "",
        Format.I => "I1@8:8",
        Format.IE => "I1@24:4 I2@28:4",
        Format.MII => "M1@8:4 RI2@12:12 RI3@24:24",
        Format.RI_a => "R1@8:4 I2@16:16",
        Format.RI_b => "R1@8:4 RI2@16:16",
        Format.RI_c => "M1@8:4 RI2@16:16",
        Format.RIE_a => "R1@8:4 I2@16:16 M3@32:4",
        Format.RIE_b => "R1@8:4 R2@12:4 RI4@16:16 M3@32:4",
        Format.RIE_c => "R1@8:4 M3@12:4 RI4@16:16 I2@32:8",
        Format.RIE_d => "R1@8:4 R3@12:4 I2@16:16",
        Format.RIE_e => "R1@8:4 R3@12:4 RI2@16:16",
        Format.RIE_f => "R1@8:4 R2@12:4 I3@16:8 I4@24:8 I5@32:8",
        Format.RIE_g => "R1@8:4 M3@12:4 I2@16:16",
        Format.RIL_a => "R1@8:4 I2@16:32",
        Format.RIL_b => "R1@8:4 RI2@16:32",
        Format.RIL_c => "M1@8:4 RI2@16:32",
        Format.RIS => "R1@8:4 M3@12:4 B4@16:4 D4@20:12 I2@32:8",
        Format.RR => "R1@8:4 R2@12:4",
        Format.RR_m => "M1@8:4 R2@12:4",
        Format.RRD => "R1@16:4 R3@24:4 R2@28:4",
        Format.RRE => "R1@24:4 R2@28:4",
        Format.RRF_a => "R3@16:4 M4@20:4 R1@24:4 R2@28:4",
        Format.RRF_b => "R3@16:4 M4@20:4 R1@24:4 R2@28:4",
        Format.RRF_c => "M3@16:4 R1@24:4 R2@28:4",
        Format.RRF_d => "M4@20:4 R1@24:4 R2@28:4",
        Format.RRF_e => "M3@16:4 M4@20:4 R1@24:4 R2@28:4",
        Format.RRS => "R1@8:4 R2@12:4 B4@16:4 D4@20:12 M3@32:4",
        Format.RS_a => "R1@8:4 R3@12:4 B2@16:4 D2@20:12",
        Format.RS_b => "R1@8:4 M3@12:4 B2@16:4 D2@20:12",
        Format.RSI => "R1@8:4 R3@12:4 RI2@16:16",
        Format.RSL_a => "L1@8:4 B1@16:4 D1@20:12",
        Format.RSL_b => "L2@8:8 B2@16:4 D2@20:12 R1@32:4 M3@36:4",
        Format.RSY_a => "R1@8:4 R3@12:4 B2@16:4 D2@20:20",
        Format.RSY_b => "R1@8:4 M3@12:4 B2@16:4 D2@20:20",
        Format.RX_a => "R1@8:4 X2@12:4 B2@16:4 D2@20:12",
        Format.RX_b => "M1@8:4 X2@12:4 B2@16:4 D2@20:12",
        Format.RXE => "R1@8:4 X2@12:4 B2@16:4 D2@20:12 M3@32:4",
        Format.RXF => "R3@8:4 X2@12:4 B2@16:4 D2@20:12 R1@32:4",
        Format.RXY_a => "R1@8:4 X2@12:4 B2@16:4 D2@20:20",
        Format.RXY_b => "M1@8:4 X2@12:4 B2@16:4 D2@20:20",
        Format.S => "B2@16:4 D2@20:12",
        Format.SI => "I2@8:8 B1@16:4 D1@20:12",
        Format.SIL => "B1@16:4 D1@20:12 I2@32:16",
        Format.SIY => "I2@8:8 B1@16:4 D1@20:20",
        Format.SMI => "M1@8:4 B3@16:4 D3@20:12 RI2@32:16",
        Format.SS_a => "L1@8:8 B1@16:4 D1@20:12 B2@32:4 D2@36:12",
        Format.SS_b => "L1@8:4 L2@12:4 B1@16:4 D1@20:12 B2@32:4 D2@36:12",
        Format.SS_c => "L1@8:4 I3@12:4 B1@16:4 D1@20:12 B2@32:4 D2@36:12",
        Format.SS_d => "R1@8:4 R3@12:4 B1@16:4 D1@20:12 B2@32:4 D2@36:12",
        Format.SS_e => "R1@8:4 R3@12:4 B2@16:4 D2@20:12 B4@32:4 D4@36:12",
        Format.SS_f => "L2@8:8 B1@16:4 D1@20:12 B2@32:4 D2@36:12",
        Format.SSE => "B1@16:4 D1@20:12 B2@32:4 D2@36:12",
        Format.SSF => "R3@8:4 B1@16:4 D1@20:12 B2@32:4 D2@36:12",
        Format.VRI_a => "V1@8:5 I2@16:16 M3@32:4",
        Format.VRI_b => "V1@8:5 I2@16:8 I3@24:8 M4@32:4",
        Format.VRI_c => "V1@8:5 V3@12:5 I2@16:16 M4@32:4",
        Format.VRI_d => "V1@8:5 V2@12:5 V3@16:5 I4@24:8 M5@32:4",
        Format.VRI_e => "V1@8:5 V2@12:5 I3@16:12 M5@28:4 M4@32:4",
        Format.VRI_f => "V1@8:5 V2@12:5 V3@16:5 M5@24:4 I4@28:8",
        Format.VRI_g => "V1@8:5 V2@12:5 I4@16:8 M5@24:4 I3@28:8",
        Format.VRI_h => "V1@8:5 I2@16:16 I3@32:4",
        Format.VRI_i => "V1@8:5 R2@12:4 M4@24:4 I3@28:8",
        Format.VRR_a => "V1@8:5 V2@12:5 M5@24:4 M4@28:4 M3@32:4",
        Format.VRR_b => "V1@8:5 V2@12:5 V3@16:5 M5@24:4 M4@32:4",
        Format.VRR_c => "V1@8:5 V2@12:5 V3@16:5 M6@24:4 M5@28:4 M4@32:4",
        Format.VRR_d => "V1@8:5 V2@12:5 V3@16:5 M5@20:4 M6@24:4 V4@32:5",
        Format.VRR_e => "V1@8:5 V2@12:5 V3@16:5 M6@20:4 M5@28:4 V4@32:5",
        Format.VRR_f => "V1@8:5 R2@12:4 R3@16:4",
        Format.VRR_g => "V1@12:5",
        Format.VRR_h => "V1@12:5 V2@16:5 M3@24:4",
        Format.VRR_i => "R1@8:4 V2@12:5 M3@24:4 M4@28:4",
        Format.VRR_j => "V1@8:5 V2@12:5 V3@16:5 M4@24:4",
        Format.VRR_k => "V1@8:5 V2@12:5 M3@24:4",
        Format.VRS_a => "V1@8:5 V3@12:5 B2@16:4 D2@20:12 M4@32:4",
        Format.VRS_b => "V1@8:5 R3@12:4 B2@16:4 D2@20:12 M4@32:4",
        Format.VRS_c => "R1@8:4 V3@12:5 B2@16:4 D2@20:12 M4@32:4",
        Format.VRS_d => "R3@12:4 B2@16:4 D2@20:12 V1@32:5",
        Format.VRV => "V1@8:5 V2@12:5 B2@16:4 D2@20:12 M3@32:4",
        Format.VRX => "V1@8:5 X2@12:4 B2@16:4 D2@20:12 M3@32:4",
        Format.VSI => "I3@8:8 B2@16:4 D2@20:12 V1@32:5",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such format"),
    };

    private static readonly FieldDescription[]?[] s_fields = new FieldDescription[byte.MaxValue + 1][];

    /// <summary>The fields of a format in the order of their bits; immediates are unsigned until a row says otherwise.</summary>
    public static ReadOnlySpan<FieldDescription> Fields(Format format) => Of(format);

    /// <summary>The array behind <see cref="Fields"/>, for the table to share.</summary>
    internal static FieldDescription[] Of(Format format) => s_fields[(int)format] ??= Parse(Declaration(format));

    /// <summary>Whether the field of a format is a two's-complement number whatever the instruction is.</summary>
    private static bool IsSigned(Field field, int width) =>
        field is Field.RI2 or Field.RI3 or Field.RI4 || (width == 20 && field is Field.D1 or Field.D2);

    private static FieldDescription[] Parse(string declaration)
        => [.. declaration.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseField)];

    private static FieldDescription ParseField(string declaration)
    {
        var parts = declaration.Split('@', ':');
        var field = FieldNames.Parse(parts[0]);
        int width = int.Parse(parts[2]);
        return new FieldDescription(field, int.Parse(parts[1]), width, IsSigned(field, width));
    }
}
