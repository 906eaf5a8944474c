namespace S390Sim.Isa;

/// <summary>The assembler's extended mnemonics: other names for an instruction with certain values in some fields.</summary>
/// <remarks>
/// One line each: mnemonic, the instructions it stands for, operands, conditions. In the mnemonic "#" is the instruction's
/// own mnemonic, "~" the same without its last letter, "^" without its first, and "*" the suffix that the condition with a
/// list selects: the list's nth suffix, counted from 0, for the field value n ("-" for none); "cc" and "cmp" are the lists
/// of condition-code and comparison suffixes. A condition field=value or field&amp;mask=value is hexadecimal; the bits it
/// names are taken out of the operand. Of several that match, the first is used.
/// </remarks>
internal static class ExtendedMnemonics
{
    /// <summary>The lines of the table, comments and empty lines removed.</summary>
    public static IEnumerable<string> Lines =>
        Table.Split('\n').Where(l => l.Length != 0 && !l.StartsWith("//", StringComparison.Ordinal));

    private const string Table = """
        // Branches and conditions
        nop bc D2(X2,B2) M1=0
        b* bc D2(X2,B2) M1=cc
        b bc D2(X2,B2) M1=f
        nopr bcr R2? M1=0
        b*r bcr R2 M1=cc
        br bcr R2 M1=f
        jnop brc RI2 M1=0
        j* brc RI2 M1=cc
        j brc RI2 M1=f
        jgnop brcl RI2 M1=0
        jg* brcl RI2 M1=cc
        jg brcl RI2 M1=f
        bi* bic D2(X2,B2) M1=cc
        bi bic D2(X2,B2) M1=f
        #* locr,locgr,locfhr R1,R2 M3=cc
        #* selr,selgr,selfhr R1,R2,R3 M4=cc
        #* loc,locg,locfh,stoc,stocg,stocfh R1,D2(B2) M3=cc
        #* lochi,locghi,lochhi R1,I2 M3=cc
        #* crt,cgrt,clrt,clgrt R1,R2 M3=cmp
        #* cit,cgit,clfit,clgit R1,I2 M3=cmp
        #* clt,clgt R1,D2(B2) M3=cmp
        #* crj,cgrj,clrj,clgrj R1,R2,RI4 M3=cmp
        #* cij,cgij,clij,clgij R1,I2,RI4 M3=cmp
        #* crb,cgrb,clrb,clgrb R1,R2,D4(B4) M3=cmp
        #* cib,cgib,clib,clgib R1,I2,D4(B4) M3=cmp
        #z risbg,risbgn R1,R2,I3,I4,I5 I4&c0=80

        // Names from before a modifier field was added
        cuutf cu21 R1,R2 M3=0
        cutfu cu12 R1,R2 M3=0
        ~ mdtra,ddtra,adtra,sdtra,mxtra,dxtra,axtra,sxtra F1,F2,F3 M4=0
        ~ ledbra,ldxbra,lexbra F1,F2 M3=0 M4=0
        ~ fiebra,fidbra,fixbra F1,M3,F2 M4=0
        ~ cefbra,cdfbra,cxfbra,cegbra,cdgbra,cxgbra,cdgtra,cxgtra F1,R2 M3=0 M4=0
        ~ cfebra,cfdbra,cfxbra,cgebra,cgdbra,cgxbra,cgdtra,cgxtra R1,M3,F2 M4=0

        // Vector loads, stores and element operations
        #* vllebrz V1,D2(X2,B2) M3=-,h,f
        ldrv vllebrz V1,D2(X2,B2) M3=3
        lerv vllebrz V1,D2(X2,B2) M3=6
        stdrv vstebrg V1,D2(X2,B2) M3=0
        sterv vstebrf V1,D2(X2,B2) M3=0
        #* vlbr,vstbr V1,D2(X2,B2) M3=-,h,f,g,q
        #* vlbrrep,vler,vster V1,D2(X2,B2) M3=-,h,f,g
        #* vlrep V1,D2(X2,B2) M3=b,h,f,g
        #* vllez V1,D2(X2,B2) M3=b,h,f,g,-,-,lf
        #* vlgv R1,V3,D2(B2) M4=b,h,f,g
        #* vlvg V1,R3,D2(B2) M4=b,h,f,g
        #* vesl,verll,vesrl,vesra V1,V3,D2(B2) M4=b,h,f,g
        vzero vgbm V1 I2=0
        vone vgbm V1 I2=ffff
        #* vrepi V1,I2 M3=b,h,f,g
        #* vgm V1,I2,I3 M4=b,h,f,g
        #* vrep V1,V3,I2 M4=b,h,f,g
        #* vpopct,vctz,vclz,vlc,vlp,vec,vecl V1,V2 M3=b,h,f,g
        #* vseg,vuph,vuplh,vupll V1,V2 M3=b,h,f
        #* vupl V1,V2 M3=b,hw,f
        #* va,vs,vacc,vscbi V1,V2,V3 M4=b,h,f,g,q
        #* vavg,vavgl,vmn,vmnl,vmx,vmxl,vmrl,vmrh,vgfm V1,V2,V3 M4=b,h,f,g
        #* veslv,verllv,vesrlv,vesrav V1,V2,V3 M4=b,h,f,g
        #* vmh,vmlh,vme,vmle,vmo,vmlo V1,V2,V3 M4=b,h,f
        #* vml V1,V2,V3 M4=b,hw,f
        #* vsum V1,V2,V3 M4=b,h
        #* vsumg V1,V2,V3 M4=-,h,f
        #* vsumq V1,V2,V3 M4=-,-,f,g
        #* vpk V1,V2,V3 M4=-,h,f,g
        #*s vpks,vpkls V1,V2,V3 M4=-,h,f,g M5=1
        #* vpks,vpkls V1,V2,V3 M4=-,h,f,g M5=0
        #*s vceq,vch,vchl V1,V2,V3 M4=b,h,f,g M5=1
        #* vceq,vch,vchl V1,V2,V3 M4=b,h,f,g M5=0
        #* verim V1,V2,V3,I4 M5=b,h,f,g
        #* vmae,vmah,vmale,vmalh,vmalo,vmao V1,V2,V3,V4 M5=b,h,f
        #* vmal V1,V2,V3,V4 M5=b,hw,f
        #* vgfma V1,V2,V3,V4 M5=b,h,f,g
        #* vmsl V1,V2,V3,V4,M6 M5=-,-,-,g
        #* vac,vaccc,vsbi,vsbcbi V1,V2,V3,V4 M5=-,-,-,-,q

        // Vector strings
        #*s vfee,vfene V1,V2,V3 M4=b,h,f M5=1
        #z* vfee,vfene V1,V2,V3 M4=b,h,f M5=2
        #z*s vfee,vfene V1,V2,V3 M4=b,h,f M5=3
        #* vfee,vfene V1,V2,V3,M5? M4=b,h,f
        #* vfae V1,V2,V3,M5? M4=b,h,f M5&3=0
        #*s vfae V1,V2,V3,M5? M4=b,h,f M5&3=1
        #z* vfae V1,V2,V3,M5? M4=b,h,f M5&3=2
        #z*s vfae V1,V2,V3,M5? M4=b,h,f M5&3=3
        #*s vistr V1,V2 M3=b,h,f M5=1
        #* vistr V1,V2,M5? M3=b,h,f
        #* vstrc V1,V2,V3,V4,M6? M5=b,h,f M6&3=0
        #*s vstrc V1,V2,V3,V4,M6? M5=b,h,f M6&3=1
        #z* vstrc V1,V2,V3,V4,M6? M5=b,h,f M6&3=2
        #z*s vstrc V1,V2,V3,V4,M6? M5=b,h,f M6&3=3
        #z* vstrs V1,V2,V3,V4 M5=b,h,f M6=2
        #* vstrs V1,V2,V3,V4,M6? M5=b,h,f

        // Vector floating point
        #* vfa,vfd,vfm,vfs V1,V2,V3 M4=-,-,sb,db M5=0
        w^* vfa,vfd,vfm,vfs V1,V2,V3 M4=-,-,sb,db,xb M5=8
        #* vfma,vfms,vfnma,vfnms V1,V2,V3,V4 M6=-,-,sb,db M5=0
        w^* vfma,vfms,vfnma,vfnms V1,V2,V3,V4 M6=-,-,sb,db,xb M5=8
        #* vfmin,vfmax V1,V2,V3,M6 M4=-,-,sb,db M5=0
        w^* vfmin,vfmax V1,V2,V3,M6 M4=-,-,sb,db,xb M5=8
        #* vfsq V1,V2 M3=-,-,sb,db M4=0
        w^* vfsq V1,V2 M3=-,-,sb,db,xb M4=8
        #* wfc,wfk V1,V2 M3=-,-,sb,db,xb M4=0
        #* vftci V1,V2,I3 M4=-,-,sb,db M5=0
        w^* vftci V1,V2,I3 M4=-,-,sb,db,xb M5=8
        #* vfi V1,V2,M4,M5 M3=-,-,sb,db M4&8=0
        w^* vfi V1,V2,M4,M5 M3=-,-,sb,db,xb M4&8=8
        #* vflr V1,V2,M4,M5 M3=-,-,-,d M4&8=0
        w^* vflr V1,V2,M4,M5 M3=-,-,-,d,x M4&8=8
        #* vfll V1,V2 M3=-,-,s M4=0
        w^* vfll V1,V2 M3=-,-,s,d M4=8
        vcl*b vclfp V1,V2,M4,M5 M3=-,-,fe,gd M4&8=0
        wcl*b vclfp V1,V2,M4,M5 M3=-,-,fe,gd M4&8=8
        vc*b vcsfp V1,V2,M4,M5 M3=-,-,fe,gd M4&8=0
        wc*b vcsfp V1,V2,M4,M5 M3=-,-,fe,gd M4&8=8
        vc*b vcfpl V1,V2,M4,M5 M3=-,-,elf,dlg M4&8=0
        wc*b vcfpl V1,V2,M4,M5 M3=-,-,elf,dlg M4&8=8
        vc*b vcfps V1,V2,M4,M5 M3=-,-,ef,dg M4&8=0
        wc*b vcfps V1,V2,M4,M5 M3=-,-,ef,dg M4&8=8
        vflc* vfpso V1,V2 M3=-,-,sb,db M4=0 M5=0
        vfln* vfpso V1,V2 M3=-,-,sb,db M4=0 M5=1
        vflp* vfpso V1,V2 M3=-,-,sb,db M4=0 M5=2
        #* vfpso V1,V2,M5 M3=-,-,sb,db M4=0
        wflc* vfpso V1,V2 M3=-,-,sb,db,xb M4=8 M5=0
        wfln* vfpso V1,V2 M3=-,-,sb,db,xb M4=8 M5=1
        wflp* vfpso V1,V2 M3=-,-,sb,db,xb M4=8 M5=2
        w^* vfpso V1,V2,M5 M3=-,-,sb,db,xb M4=8
        #* vfce,vfch,vfche V1,V2,V3 M4=-,-,sb,db M5=0 M6=0
        #*s vfce,vfch,vfche V1,V2,V3 M4=-,-,sb,db M5=0 M6=1
        w^* vfce,vfch,vfche V1,V2,V3 M4=-,-,sb,db,xb M5=8 M6=0
        w^*s vfce,vfch,vfche V1,V2,V3 M4=-,-,sb,db,xb M5=8 M6=1
        vfke* vfce V1,V2,V3 M4=-,-,sb,db M5=4 M6=0
        vfke*s vfce V1,V2,V3 M4=-,-,sb,db M5=4 M6=1
        wfke* vfce V1,V2,V3 M4=-,-,sb,db,xb M5=c M6=0
        wfke*s vfce V1,V2,V3 M4=-,-,sb,db,xb M5=c M6=1
        vfkh* vfch V1,V2,V3 M4=-,-,sb,db M5=4 M6=0
        vfkh*s vfch V1,V2,V3 M4=-,-,sb,db M5=4 M6=1
        wfkh* vfch V1,V2,V3 M4=-,-,sb,db,xb M5=c M6=0
        wfkh*s vfch V1,V2,V3 M4=-,-,sb,db,xb M5=c M6=1
        vfkhe* vfche V1,V2,V3 M4=-,-,sb,db M5=4 M6=0
        vfkhe*s vfche V1,V2,V3 M4=-,-,sb,db M5=4 M6=1
        wfkhe* vfche V1,V2,V3 M4=-,-,sb,db,xb M5=c M6=0
        wfkhe*s vfche V1,V2,V3 M4=-,-,sb,db,xb M5=c M6=1

        // Vector decimal
        vsch*p vschp V1,V2,V3,M5 M4=-,-,s,d,x
        """;
}
