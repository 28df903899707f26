// SPDX-License-Identifier: MIT
// Start-up of the lx106, the ESP8266's CPU: stack, an empty .bss, and the exception vectors. An interrupt
// calls interrupt(), any other exception report_fault(). Both are as on the chip: in IRAM, so that they run
// while flash cannot be read.

    .section .reset, "ax"       // QEMU's sim machine starts here, whatever the entry of the ELF file
    j       reset
    .align  4
entry:
    .word   _start
reset:
    l32r    a0, entry
    jx      a0

    .section .vectors, "ax"
    .align  16
vectors:
    .org    vectors + 0x10      // debug
    j       fault
    .org    vectors + 0x20      // non-maskable interrupt
    j       fault
    .org    vectors + 0x30      // exception in kernel mode
    wsr     a0, excsave1
    j       exception
    .org    vectors + 0x50      // exception in user mode
    wsr     a0, excsave1
    j       exception
    .org    vectors + 0x70      // exception while handling one
    j       double_fault

    .set    LEVEL_1_INTERRUPT, 4
    .set    FRAME, 64           // a multiple of 16, which the ABI wants

    .section .iram.text, "ax"
    .align  4
    .literal .Linterrupt, interrupt
    .literal .Lreport, report_fault
exception:
    rsr     a0, exccause
    bnei    a0, LEVEL_1_INTERRUPT, fault
    addi    a1, a1, -FRAME
    s32i    a2, a1, 0
    s32i    a3, a1, 4
    s32i    a4, a1, 8
    s32i    a5, a1, 12
    s32i    a6, a1, 16
    s32i    a7, a1, 20
    s32i    a8, a1, 24
    s32i    a9, a1, 28
    s32i    a10, a1, 32
    s32i    a11, a1, 36
    rsr     a2, excsave1
    rsr     a3, sar
    s32i    a2, a1, 40
    s32i    a3, a1, 44
    l32r    a0, .Linterrupt
    callx0  a0                  // with interrupts off, because PS.EXCM is set; it keeps a12 to a15
    l32i    a0, a1, 40
    l32i    a3, a1, 44
    wsr     a3, sar
    l32i    a2, a1, 0
    l32i    a3, a1, 4
    l32i    a4, a1, 8
    l32i    a5, a1, 12
    l32i    a6, a1, 16
    l32i    a7, a1, 20
    l32i    a8, a1, 24
    l32i    a9, a1, 28
    l32i    a10, a1, 32
    l32i    a11, a1, 36
    addi    a1, a1, FRAME
    rfe
double_fault:
    rsr     a3, depc
    j       report
fault:
    rsr     a3, epc1
report:
    rsr     a2, exccause
    rsr     a4, excvaddr
    l32r    a0, .Lreport
    jx      a0

    .text
    .align  4
    .global _start
    .literal .Lstack, stack_top
    .literal .Lvectors, vectors
    .literal .Lbss, bss_start
    .literal .Lbss_end, bss_end
    .literal .Lprogram, start_program
_start:
    l32r    a1, .Lstack
    l32r    a2, .Lvectors
    wsr     a2, vecbase
    movi    a2, 0
    wsr     a2, intenable
    movi    a2, 0x20            // PS: user mode, no exception, all interrupt levels
    wsr     a2, ps
    rsync
    l32r    a2, .Lbss
    l32r    a3, .Lbss_end
    movi    a4, 0
clear:
    bgeu    a2, a3, cleared
    s32i    a4, a2, 0
    addi    a2, a2, 4
    j       clear
cleared:
    l32r    a0, .Lprogram
    callx0  a0
