# Executes the instruction of each record and puts what it did into the record. Loaded at 0 by make_vectors.py, started by the
# restart PSW, ends in a disabled wait.
        .equ RECORDS, 0x100000
        .equ SIZE, 512
# Offsets in a record:
        .equ TEXT, 0            # the instruction and no-operations, 8 bytes
        .equ MASK, 8            # the program mask, in the right half of the byte
        .equ COUNT, 9           # executed again so many times at most while it sets condition code 3
        .equ GRS, 16            # general registers 0 to 5
        .equ FPRS, 64           # floating-point registers 0, 2, 4, 6, 1, 3
        .equ CC, 112
        .equ CODE, 114
        .equ GRS_OUT, 120
        .equ FPRS_OUT, 168      # floating-point registers 0, 2
        .equ A, 192             # storage that register 8 designates, 128 bytes
        .equ B, 320             # storage that register 9 designates

        .org 0x1A0
        .quad 0x0000000180000000, start
        .org 0x1D0
        .quad 0x0000000180000000, program
        .org 0x1000
start:  larl  %r13, data
        lctlg %c0, %c0, control-data(%r13)
        lgf   %r14, limit-data(%r13)
        lgfi  %r15, RECORDS
loop:   mvc   slot-data(8,%r13), TEXT(%r15)
        mvi   CODE+1(%r15), 0
        llc   %r12, COUNT(%r15)
        llc   %r0, MASK(%r15)
        sll   %r0, 24
        spm   %r0
        ld    %f0, FPRS(%r15)
        ld    %f2, FPRS+8(%r15)
        ld    %f4, FPRS+16(%r15)
        ld    %f6, FPRS+24(%r15)
        ld    %f1, FPRS+32(%r15)
        ld    %f3, FPRS+40(%r15)
        la    %r8, A(%r15)
        la    %r9, B(%r15)
        lmg   %r0, %r5, GRS(%r15)
        j     slot
after:  jno   done
        brct  %r12, slot
done:   stmg  %r0, %r5, GRS_OUT(%r15)
        ipm   %r0
        srl   %r0, 28
        stc   %r0, CC(%r15)
finish: std   %f0, FPRS_OUT(%r15)
        std   %f2, FPRS_OUT+8(%r15)
        aghi  %r15, SIZE
        brct  %r14, loop
        lpswe halt-data(%r13)

program:
        stmg  %r0, %r5, GRS_OUT(%r15)
        mvc   CODE(2,%r15), 0x8E
        llc   %r0, 0x152
        srl   %r0, 4
        nill  %r0, 3
        stc   %r0, CC(%r15)
        j     finish

        .align 8
data:
control: .quad 0x0000000000040000           # AFP-register control
halt:   .quad 0x0002000180000000, 0
limit:  .long 0                             # number of records, put here by make_vectors.py
        .align 8
slot:   .skip 8
        j     after
