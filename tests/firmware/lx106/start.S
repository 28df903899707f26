// SPDX-License-Identifier: MIT
// Start-up of the lx106, the ESP8266's CPU: exception vectors, stack, and an empty .bss.

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
    j       halt
    .org    vectors + 0x20      // non-maskable interrupt
    j       halt
    .org    vectors + 0x30      // exception in kernel mode
    j       exception
    .org    vectors + 0x50      // exception in user mode
    j       exception
    .org    vectors + 0x70      // exception while handling one
    j       halt

    .section .iram.text, "ax"
    .align  4
    .literal .Lreport, report_exception
exception:
    rsr     a2, exccause
    rsr     a3, epc1
    rsr     a4, excvaddr
    l32r    a0, .Lreport
    jx      a0
halt:
    movi    a2, 1               // exit
    movi    a3, 255
    simcall
    j       halt

    .text
    .align  4
    .global _start
    .literal .Lstack, stack_top
    .literal .Lvectors, vectors
    .literal .Lbss, bss_start
    .literal .Lbss_end, bss_end
    .literal .Lrun, run
_start:
    l32r    a1, .Lstack
    l32r    a2, .Lvectors
    wsr     a2, vecbase
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
    l32r    a0, .Lrun
    callx0  a0
