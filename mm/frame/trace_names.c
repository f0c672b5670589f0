/* mm/frame/trace_names.c - how trace events call flags of requests for memory, lists of pages and zones.
 *
 * Linux: include/trace/events/mmflags.h.
 */
#include <mm/frame/buddy_internal.h>

#include <kernel/trace/trace.h>

/* The longest first: GFP_KERNEL, not its parts. */
static const struct trace_flag gfp_names[] = {
#define NAME(flag)	{ flag, #flag }
	NAME(GFP_TRANSHUGE), NAME(GFP_TRANSHUGE_LIGHT), NAME(GFP_HIGHUSER_MOVABLE), NAME(GFP_KERNEL), NAME(GFP_ATOMIC),
	NAME(__GFP_RECLAIM), NAME(__GFP_DMA32), NAME(__GFP_MOVABLE), NAME(__GFP_RECLAIMABLE), NAME(__GFP_HIGH),
	NAME(__GFP_KSWAPD_RECLAIM), NAME(__GFP_DIRECT_RECLAIM), NAME(__GFP_ZERO), NAME(__GFP_NOWARN), NAME(__GFP_NORETRY),
	NAME(__GFP_RETRY_MAYFAIL), NAME(__GFP_NOFAIL), NAME(__GFP_MEMALLOC), NAME(__GFP_NOMEMALLOC), NAME(__GFP_COMP),
	NAME(__GFP_IO),
#undef NAME
};
static const char *const lru_names[NR_LRU_LISTS] = {
	[LRU_INACTIVE_ANON] = "inactive_anon", [LRU_ACTIVE_ANON] = "active_anon", [LRU_INACTIVE_FILE] = "inactive_file",
	[LRU_ACTIVE_FILE] = "active_file", [LRU_UNEVICTABLE] = "unevictable",
};

static struct trace_symbols tables[] = {
	{ .name = "gfp_flags", .flags = gfp_names, .nr = ARRAY_SIZE(gfp_names), .none = "none" },
	{ .name = "lru", .names = lru_names, .nr = NR_LRU_LISTS },
};

void frame_register_trace_names(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++)
		trace_symbols_register(&tables[i]);
}
