// Tables for the loader of Windows in a DLL for ARM64X, as winnt.h has them: IMAGE_LOAD_CONFIG_DIRECTORY64 of both views, and
// IMAGE_ARM64EC_METADATA. Symbols with two underscores that are not defined here come from the linker, which also writes
// the differences between the views behind the first table.
    .section .rdata, "dr"
    .globl _load_config_used
    .p2align 3
_load_config_used:
    .long 0x140                 // Size
    .fill 0xC4                  // no security cookie, no control flow guard
#ifdef __arm64ec__
    .quad __chpe_metadata       // CHPEMetadataPointer, of the other view by the linker
#else
    .quad 0
#endif
    .fill 0x70

#ifdef __arm64ec__

// Pointers to functions of the system, which the loader fills in, by the names that the compiler and the linker use.
.macro system_function names:vararg
    .irp name, \names
    .globl \name
\name:
    .endr
    .quad 0
.endm

    .section .00cfg, "dr"
    .p2align 3
    system_function __os_arm64x_dispatch_call_no_redirect
    system_function __os_arm64x_dispatch_ret
    system_function __os_arm64x_check_call
    system_function __os_arm64x_check_icall, __os_arm64x_dispatch_icall
    system_function __os_arm64x_check_icall_cfg
    system_function __os_arm64x_get_x64_information
    system_function __os_arm64x_set_x64_information
    system_function __os_arm64x_dispatch_fptr
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8
    system_function __os_arm64x_helper\number
    .endr

    .data
    .globl __chpe_metadata
    .p2align 3
__chpe_metadata:
    .long 1                     // Version
    .rva __hybrid_code_map
    .long __hybrid_code_map_count
    .rva __x64_code_ranges_to_entry_points
    .rva __arm64x_redirection_metadata
    .rva __os_arm64x_dispatch_call_no_redirect
    .rva __os_arm64x_dispatch_ret
    .rva __os_arm64x_check_call
    .rva __os_arm64x_check_icall
    .rva __os_arm64x_check_icall_cfg
    .rva __arm64x_native_entrypoint
    .rva __hybrid_auxiliary_iat
    .long __x64_code_ranges_to_entry_points_count
    .long __arm64x_redirection_metadata_count
    .rva __os_arm64x_get_x64_information
    .rva __os_arm64x_set_x64_information
    .rva __arm64x_extra_rfe_table
    .long __arm64x_extra_rfe_table_size
    .rva __os_arm64x_dispatch_fptr
    .rva __hybrid_auxiliary_iat_copy
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8
    .rva __os_arm64x_helper\number
    .endr

// A call of an imported function passes through here, with the function in x11 and its exit thunk in x10. The system puts
// the one to call into x11.
    .text
    .globl "#__icall_helper_arm64ec"
    .globl __icall_helper_arm64ec
"#__icall_helper_arm64ec":
__icall_helper_arm64ec:
    .seh_proc "#__icall_helper_arm64ec"
    stp x29, x30, [sp, #-16]!
    .seh_save_fplr_x 16
    mov x29, sp
    .seh_set_fp
    .seh_endprologue
    adrp x16, __os_arm64x_check_icall
    ldr x16, [x16, :lo12:__os_arm64x_check_icall]
    blr x16
    .seh_startepilogue
    ldp x29, x30, [sp], #16
    .seh_save_fplr_x 16
    .seh_endepilogue
    br x11
    .seh_endproc

#endif
