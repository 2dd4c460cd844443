// A function with more than one page of variables calls __chkstk with their size / 16 in x15. It has to touch the pages
// from the top, because Windows extends the stack page by page, and may change x16 and x17 only.
#ifdef __arm64ec__
#define __chkstk "#__chkstk_arm64ec"
#endif
    .globl __chkstk
__chkstk:
    mov x16, sp
    sub x17, x16, x15, lsl #4
next:
    sub x16, x16, #4096
    cmp x16, x17
    b.ls last
    ldr xzr, [x16]
    b next
last:
    ldr xzr, [x17]
    ret
