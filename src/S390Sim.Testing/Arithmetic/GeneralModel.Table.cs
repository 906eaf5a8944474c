using S390Sim.Isa;

namespace S390Sim.Testing.Arithmetic;

/// <summary>The instructions the model knows.</summary>
public static partial class GeneralModel
{
    // family destination source: mnemonics. Kinds of operand: g doubleword of a register, w its low and h its high word, b its
    // low byte, hh hl lh ll its halfwords, p the low words of an even-odd pair, q such a pair whole, m1 m2 m4 m8 storage,
    // i the immediate, a the second-operand address, - none.
    private const string Table = """
        Sum w w: ar ark
        Sum w m4: a ay
        Sum w i: afi ahi ahik
        Sum w m2: ah ahy
        Sum g g: agr agrk
        Sum g m8: ag
        Sum g w: agfr
        Sum g m4: agf
        Sum g m2: agh
        Sum g i: agfi aghi aghik
        Sum h h: ahhhr
        Sum h w: ahhlr
        Sum h i: aih
        Sum m4 i: asi
        Sum m8 i: agsi
        Difference w w: sr srk
        Difference w m4: s sy
        Difference w m2: sh shy
        Difference g g: sgr sgrk
        Difference g m8: sg
        Difference g w: sgfr
        Difference g m4: sgf
        Difference g m2: sgh
        Difference h h: shhhr
        Difference h w: shhlr
        LogicalSum w w: alr alrk
        LogicalSum w m4: al aly
        LogicalSum w i: alfi alhsik
        LogicalSum g g: algr algrk
        LogicalSum g m8: alg
        LogicalSum g w: algfr
        LogicalSum g m4: algf
        LogicalSum g i: algfi alghsik
        LogicalSum h h: alhhhr
        LogicalSum h w: alhhlr
        LogicalSum h i: alsih
        LogicalSum m4 i: alsi
        LogicalSum m8 i: algsi
        SilentSum h i: alsihn
        SumWithCarry w w: alcr
        SumWithCarry w m4: alc
        SumWithCarry g g: alcgr
        SumWithCarry g m8: alcg
        LogicalDifference w w: slr slrk
        LogicalDifference w m4: sl sly
        LogicalDifference w i: slfi
        LogicalDifference g g: slgr slgrk
        LogicalDifference g m8: slg
        LogicalDifference g w: slgfr
        LogicalDifference g m4: slgf
        LogicalDifference g i: slgfi
        LogicalDifference h h: slhhhr
        LogicalDifference h w: slhhlr
        DifferenceWithBorrow w w: slbr
        DifferenceWithBorrow w m4: slb
        DifferenceWithBorrow g g: slbgr
        DifferenceWithBorrow g m8: slbg
        And w w: nr nrk
        And w m4: n ny
        And g g: ngr ngrk
        And g m8: ng
        And m1 i: ni niy
        And hh i: nihh
        And hl i: nihl
        And lh i: nilh
        And ll i: nill
        And h i: nihf
        And w i: nilf
        Or w w: or ork
        Or w m4: o oy
        Or g g: ogr ogrk
        Or g m8: og
        Or m1 i: oi oiy
        Or hh i: oihh
        Or hl i: oihl
        Or lh i: oilh
        Or ll i: oill
        Or h i: oihf
        Or w i: oilf
        ExclusiveOr w w: xr xrk
        ExclusiveOr w m4: x xy
        ExclusiveOr g g: xgr xgrk
        ExclusiveOr g m8: xg
        ExclusiveOr m1 i: xi xiy
        ExclusiveOr h i: xihf
        ExclusiveOr w i: xilf
        Nand w w: nnrk
        Nand g g: nngrk
        Nor w w: nork
        Nor g g: nogrk
        NotExclusiveOr w w: nxrk
        NotExclusiveOr g g: nxgrk
        AndComplement w w: ncrk
        AndComplement g g: ncgrk
        OrComplement w w: ocrk
        OrComplement g g: ocgrk
        Test m1 i: tm tmy
        TestRegister hh i: tmhh
        TestRegister hl i: tmhl
        TestRegister lh i: tmlh
        TestRegister ll i: tmll
        Compare w w: cr
        Compare w m4: c cy
        Compare w m2: ch chy
        Compare w i: cfi chi
        Compare g g: cgr
        Compare g m8: cg
        Compare g w: cgfr
        Compare g m4: cgf
        Compare g m2: cgh
        Compare g i: cgfi cghi
        Compare h h: chhr
        Compare h w: chlr
        Compare h m4: chf
        Compare h i: cih
        Compare m2 i: chhsi
        Compare m4 i: chsi
        Compare m8 i: cghsi
        LogicalCompare w w: clr
        LogicalCompare w m4: cl cly
        LogicalCompare w i: clfi
        LogicalCompare g g: clgr
        LogicalCompare g m8: clg
        LogicalCompare g w: clgfr
        LogicalCompare g m4: clgf
        LogicalCompare g i: clgfi
        LogicalCompare h h: clhhr
        LogicalCompare h w: clhlr
        LogicalCompare h m4: clhf
        LogicalCompare h i: clih
        LogicalCompare m1 i: cli cliy
        LogicalCompare m2 i: clhhsi
        LogicalCompare m4 i: clfhsi
        LogicalCompare m8 i: clghsi
        RelativeCompare w m4: crl
        RelativeCompare w m2: chrl
        RelativeCompare g m8: cgrl
        RelativeCompare g m4: cgfrl
        RelativeCompare g m2: cghrl
        RelativeLogicalCompare w m4: clrl
        RelativeLogicalCompare w m2: clhrl
        RelativeLogicalCompare g m8: clgrl
        RelativeLogicalCompare g m4: clgfrl
        RelativeLogicalCompare g m2: clghrl
        CompareUnderMask w -: clm clmy
        CompareUnderMask h -: clmh
        CompareAndBranch w w: crb crj
        CompareAndBranch g g: cgrb cgrj
        CompareAndBranch w i: cib cij
        CompareAndBranch g i: cgib cgij
        LogicalCompareAndBranch w w: clrb clrj
        LogicalCompareAndBranch g g: clgrb clgrj
        LogicalCompareAndBranch w i: clib clij
        LogicalCompareAndBranch g i: clgib clgij
        CompareAndTrap w w: crt
        CompareAndTrap g g: cgrt
        CompareAndTrap w i: cit
        CompareAndTrap g i: cgit
        LogicalCompareAndTrap w w: clrt
        LogicalCompareAndTrap g g: clgrt
        LogicalCompareAndTrap w i: clfit
        LogicalCompareAndTrap g i: clgit
        LogicalCompareAndTrap w m4: clt
        LogicalCompareAndTrap g m8: clgt
        Load w w: lr
        Load w m4: l ly
        Load h m4: lfh
        Load g g: lgr
        Load g m8: lg
        Load g w: lgfr
        Load g m4: lgf
        Load w b: lbr
        Load w m1: lb
        Load g b: lgbr
        Load g m1: lgb
        Load h m1: lbh
        Load w ll: lhr
        Load w m2: lh lhy
        Load g ll: lghr
        Load g m2: lgh
        Load h m2: lhh
        Load w i: lhi iilf
        Load g i: lghi lgfi
        Load h i: iihf
        Load hh i: iihh
        Load hl i: iihl
        Load lh i: iilh
        Load ll i: iill
        Load b m1: ic icy
        LoadLogical g w: llgfr
        LoadLogical g m4: llgf
        LoadLogical w b: llcr
        LoadLogical w m1: llc
        LoadLogical g b: llgcr
        LoadLogical g m1: llgc
        LoadLogical h m1: llch
        LoadLogical w ll: llhr
        LoadLogical w m2: llh
        LoadLogical g ll: llghr
        LoadLogical g m2: llgh
        LoadLogical h m2: llhh
        LoadLogical g i: llill llilf
        LoadLogicalAt16 g i: llilh
        LoadLogicalAt32 g i: llihl llihf
        LoadLogicalAt48 g i: llihh
        LoadThirtyOneBits g w: llgtr
        LoadThirtyOneBits g m4: llgt
        LoadZeroByte w m4: lzrf
        LoadZeroByte g m8: lzrg
        LoadZeroByte g m4: llzrgf
        LoadReversed w w: lrvr
        LoadReversed w m4: lrv
        LoadReversed g g: lrvgr
        LoadReversed g m8: lrvg
        LoadReversed ll m2: lrvh
        LoadAndTest w w: ltr
        LoadAndTest w m4: lt
        LoadAndTest g g: ltgr
        LoadAndTest g m8: ltg
        LoadAndTest g w: ltgfr
        LoadAndTest g m4: ltgf
        LoadComplement w w: lcr
        LoadComplement g g: lcgr
        LoadComplement g w: lcgfr
        LoadPositive w w: lpr
        LoadPositive g g: lpgr
        LoadPositive g w: lpgfr
        LoadNegative w w: lnr
        LoadNegative g g: lngr
        LoadNegative g w: lngfr
        LoadAndTrap w m4: lat
        LoadAndTrap h m4: lfhat
        LoadAndTrap g m8: lgat
        LoadAndTrap g m4: llgfat
        LoadThirtyOneBitsAndTrap g m4: llgtat
        RelativeLoad w m4: lrl
        RelativeLoad w m2: lhrl
        RelativeLoad g m8: lgrl
        RelativeLoad g m4: lgfrl
        RelativeLoad g m2: lghrl
        RelativeLoadLogical w m2: llhrl
        RelativeLoadLogical g m4: llgfrl
        RelativeLoadLogical g m2: llghrl
        RelativeStore m4 w: strl
        RelativeStore m8 g: stgrl
        RelativeStore m2 ll: sthrl
        LoadOnCondition w w: locr
        LoadOnCondition g g: locgr
        LoadOnCondition h h: locfhr
        LoadOnCondition w m4: loc
        LoadOnCondition g m8: locg
        LoadOnCondition h m4: locfh
        LoadOnCondition w i: lochi
        LoadOnCondition g i: locghi
        LoadOnCondition h i: lochhi
        Select w w: selr
        Select g g: selgr
        Select h h: selfhr
        Store m4 w: st sty
        Store m4 h: stfh
        Store m8 g: stg
        Store m2 ll: sth sthy
        Store m2 hl: sthh
        Store m1 b: stc stcy
        Store m1 hb: stch
        StoreReversed m2 ll: strvh
        StoreReversed m4 w: strv
        StoreReversed m8 g: strvg
        StoreOnCondition m4 w: stoc
        StoreOnCondition m4 h: stocfh
        StoreOnCondition m8 g: stocg
        InsertUnderMask w -: icm icmy
        InsertUnderMask h -: icmh
        StoreUnderMask w -: stcm stcmy
        StoreUnderMask h -: stcmh
        LoadAddress g a: la lay
        MultiplySingle w w: msr
        MultiplySingle w m4: ms msy
        MultiplySingle w m2: mh mhy
        MultiplySingle w i: msfi mhi
        MultiplySingle g g: msgr
        MultiplySingle g m8: msg
        MultiplySingle g w: msgfr
        MultiplySingle g m4: msgf
        MultiplySingle g m2: mgh
        MultiplySingle g i: msgfi mghi
        MultiplySingleWithCode w w: msrkc
        MultiplySingleWithCode w m4: msc
        MultiplySingleWithCode g g: msgrkc
        MultiplySingleWithCode g m8: msgc
        Multiply p w: mr
        Multiply p m4: m mfy
        Multiply q g: mgrk
        Multiply q m8: mg
        LogicalMultiply p w: mlr
        LogicalMultiply p m4: ml
        LogicalMultiply q g: mlgr
        LogicalMultiply q m8: mlg
        Divide p w: dr
        Divide p m4: d
        DivideSingle q g: dsgr
        DivideSingle q m8: dsg
        DivideSingle q w: dsgfr
        DivideSingle q m4: dsgf
        LogicalDivide p w: dlr
        LogicalDivide p m4: dl
        LogicalDivide q g: dlgr
        LogicalDivide q m8: dlg
        ShiftLeft w a: sla slak
        ShiftLeft g a: slag
        ShiftLeft p a: slda
        ShiftRight w a: sra srak
        ShiftRight g a: srag
        ShiftRight p a: srda
        LogicalShiftLeft w a: sll sllk
        LogicalShiftLeft g a: sllg
        LogicalShiftLeft p a: sldl
        LogicalShiftRight w a: srl srlk
        LogicalShiftRight g a: srlg
        LogicalShiftRight p a: srdl
        Rotate w a: rll
        Rotate g a: rllg
        RotateInsert g g: risbg
        RotateInsertSilent g g: risbgn
        RotateInsertSilent h g: risbhg
        RotateInsertSilent w g: risblg
        RotateAnd g g: rnsbg
        RotateOr g g: rosbg
        RotateExclusiveOr g g: rxsbg
        FindLeftmostOne q g: flogr
        PopulationCount g g: popcnt
        InsertProgramMask w -: ipm
        SetProgramMask w -: spm
        BranchOnCondition - -: bc bcr brc brcl
        BranchOnCount w -: bct bctr brct
        BranchOnCount g -: bctg bctgr brctg
        BranchOnCount h -: brcth
        BranchOnIndexHigh w -: bxh brxh
        BranchOnIndexHigh g -: bxhg brxhg
        BranchOnIndexLow w -: bxle brxle
        BranchOnIndexLow g -: bxleg brxlg
        BranchAndSave g -: bas basr bras brasl bal balr
        """;

    private static readonly Dictionary<Op, Row> s_rows = Read();

    /// <summary>Every instruction the model predicts.</summary>
    public static IReadOnlyCollection<Op> Instructions => s_rows.Keys;

    /// <summary>The kind of operation, such as Sum or ShiftLeft: several instructions share it.</summary>
    public static string Family(Op op) => s_rows[op].Family;

    internal sealed record Row(string Family, string Destination, string Source);

    internal static Row Describe(Op op) => s_rows[op];

    private static Dictionary<Op, Row> Read()
    {
        var rows = new Dictionary<Op, Row>();
        foreach (var line in Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            foreach (var mnemonic in words[3..])
            {
                if (!InstructionTable.TryFind(mnemonic, out var op)) throw new InvalidOperationException($"no row {mnemonic}");
                rows.Add(op, new Row(words[0], words[1], words[2]));
            }
        }
        return rows;
    }
}
