/* tests/fuzz/reset.h - included before every kernel source: its variables lie together, between those of edge.c, so that
 * host.c can put them back before the next input. clang keeps the red zones of the address sanitizer in such a section. */
#pragma clang section bss=".kernel_bss" data=".kernel_data"
