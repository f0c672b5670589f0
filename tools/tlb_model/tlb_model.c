/* tools/tlb_model/tlb_model.c - a TLB as processors have it, beside a machine that QEMU emulates.
 *
 * QEMU's own TLB knows only 4 KB entries, so under emulation a huge page saves no translation. This plugin sees
 * every access of the guest and keeps a TLB with real sizes for each CPU. What misses there is walked in the guest's
 * own page tables, which lie in the file that is the guest's memory: so a page's size is never guessed.
 *
 * The model, about a desktop core of 2016 to 2020 (Intel's optimization manual, "Skylake" and later):
 *	L1 data		64 x 4 KB (4 ways), 32 x 2 MB (4 ways), 4 x 1 GB
 *	L1 code		128 x 4 KB (8 ways), 8 x 2 MB
 *	L2, shared	1536 x 4 KB or 2 MB (12 ways), 16 x 1 GB (4 ways); `l2=N` changes the first number
 *	walk caches	32 PDEs that lead to a table, 4 PDPTEs that lead to a directory
 * A walk step is one page-table entry read: at most 4 for a 4 KB page, 3 for 2 MB, 2 for 1 GB, fewer when a walk
 * cache knows the upper part. Replacement is least recently used. There is no prefetch and no speculation.
 *
 * What drops entries: a load of CR3 (all but the global ones), a write of CR4 (all), and INVLPG. An INVLPG's address
 * can't be seen through the plugin interface, so it starts a new epoch: an entry of an older one is compared with the
 * page tables before it counts as a hit.
 *
 * What CPU uses which tables is read from the kernel's own variable (loaded_root, kernel/x86/thread.c). Each CPU's
 * thread touches only its own model: no locks.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "qemu_plugin_api.h"

#define MAX_CPUS		64
#define DIRECT_MAP_BASE		0xffff888000000000ULL
#define DIRECT_MAP_END		0xffffc88000000000ULL
#define KERNEL_IMAGE_BASE	0xffffffff80000000ULL
#define PTE_PRESENT		1ULL
#define PTE_HUGE		(1ULL << 7)
#define PTE_GLOBAL		(1ULL << 8)
#define PTE_ADDRESS		0x000ffffffffff000ULL

enum size { SIZE_4K, SIZE_2M, SIZE_1G, NR_SIZES };
enum mode { USER, KERNEL, NR_MODES };
enum kind { DATA, CODE, NR_KINDS };

static const unsigned int shift_of[NR_SIZES] = { 12, 21, 30 };
static const char *const size_name[NR_SIZES] = { "4 KB", "2 MB", "1 GB" };

struct translation {
	uint64_t page;		/* address >> shift_of[size] */
	uint64_t frame;
	uint64_t used;		/* the CPU's clock at its last use; 0: empty */
	uint64_t epoch;
	uint8_t size;
	bool global;
};

struct cache {
	unsigned int sets, ways;
	struct translation *entries;
};

struct counts {
	uint64_t hits_l1, hits_l2, walks, steps;
};

struct cpu {
	uint64_t clock, epoch;
	struct cache l1[NR_KINDS][NR_SIZES];
	struct cache l2, l2_1g;			/* l2 holds 4 KB and 2 MB */
	struct cache pde, pdpte;		/* page: address >> 21, >> 30; frame: the table below */
	struct counts counts[NR_MODES][NR_KINDS][NR_SIZES];
};

static struct cpu cpus[MAX_CPUS];
static const uint8_t *ram;
static uint64_t ram_size, ram_below_4g;
static uint64_t loaded_root, per_cpu_offset;	/* addresses of the kernel's symbols */
static const char *out_path;
static unsigned long l2_entries = 1536;

PLUGIN_EXPORT int qemu_plugin_version = QUIRE_PLUGIN_VERSION;

/* --- the guest's memory ----------------------------------------------------------------------- */

static const void *physical(uint64_t address, size_t size)
{
	if (address >= ram_below_4g) {
		if (address < (4ULL << 30))
			return NULL;
		address -= (4ULL << 30) - ram_below_4g;
	}
	return address + size <= ram_size ? ram + address : NULL;
}

/* Only what the direct map and the kernel's image show: enough for its variables. */
static const void *kernel_memory(uint64_t address, size_t size)
{
	if (address >= KERNEL_IMAGE_BASE)
		return physical(address - KERNEL_IMAGE_BASE, size);
	if (address >= DIRECT_MAP_BASE && address < DIRECT_MAP_END)
		return physical(address - DIRECT_MAP_BASE, size);
	return NULL;
}

static uint64_t kernel_word(uint64_t address)
{
	const volatile uint64_t *word = kernel_memory(address, sizeof(*word));

	return word ? *word : 0;
}

/* root_of - physical address of the PGD that this CPU uses; 0 while the kernel has not set its own */
static uint64_t root_of(unsigned int cpu)
{
	uint64_t offset = kernel_word(per_cpu_offset + 8 * cpu);
	uint64_t root = offset ? kernel_word(loaded_root + offset) : 0;

	return root ? kernel_word(root) & PTE_ADDRESS : 0;
}

/* --- one cache -------------------------------------------------------------------------------- */

static void cache_init(struct cache *c, unsigned int entries, unsigned int ways)
{
	c->ways = ways;
	c->sets = entries / ways ? entries / ways : 1;
	c->entries = calloc((size_t)c->sets * ways, sizeof(*c->entries));
	if (!c->entries)
		abort();
}

static struct translation *cache_set(const struct cache *c, uint64_t page)
{
	return &c->entries[page % c->sets * c->ways];
}

static struct translation *cache_find(struct cache *c, uint64_t page, enum size size)
{
	struct translation *t = cache_set(c, page);

	for (unsigned int i = 0; i < c->ways; i++)
		if (t[i].used && t[i].page == page && t[i].size == size)
			return &t[i];
	return NULL;
}

static void cache_insert(struct cache *c, const struct translation *new)
{
	struct translation *t = cache_set(c, new->page), *oldest = t;

	for (unsigned int i = 1; i < c->ways; i++)
		if (t[i].used < oldest->used)
			oldest = &t[i];
	*oldest = *new;
}

static void cache_flush(struct cache *c, bool global_too)
{
	for (unsigned int i = 0; i < c->sets * c->ways; i++)
		if (global_too || !c->entries[i].global)
			c->entries[i].used = 0;
}

/* --- one CPU ---------------------------------------------------------------------------------- */

static void cpu_init(struct cpu *c)
{
	cache_init(&c->l1[DATA][SIZE_4K], 64, 4);
	cache_init(&c->l1[DATA][SIZE_2M], 32, 4);
	cache_init(&c->l1[DATA][SIZE_1G], 4, 4);
	cache_init(&c->l1[CODE][SIZE_4K], 128, 8);
	cache_init(&c->l1[CODE][SIZE_2M], 8, 8);
	cache_init(&c->l1[CODE][SIZE_1G], 4, 4);
	cache_init(&c->l2, l2_entries, 12);
	cache_init(&c->l2_1g, 16, 4);
	cache_init(&c->pde, 32, 4);
	cache_init(&c->pdpte, 4, 4);
}

static void cpu_flush(struct cpu *c, bool global_too)
{
	for (int kind = 0; kind < NR_KINDS; kind++)
		for (int size = 0; size < NR_SIZES; size++)
			cache_flush(&c->l1[kind][size], global_too);
	cache_flush(&c->l2, global_too);
	cache_flush(&c->l2_1g, global_too);
	cache_flush(&c->pde, true);
	cache_flush(&c->pdpte, true);
}

static uint64_t entry_of(uint64_t table, uint64_t address, unsigned int shift, unsigned int *steps)
{
	const volatile uint64_t *entry = physical(table + (address >> shift & 511) * 8, 8);

	++*steps;
	return entry ? *entry : 0;
}

static void remember_table(struct cpu *c, struct cache *cache, uint64_t page, uint64_t entry)
{
	struct translation t = { .page = page, .frame = entry & PTE_ADDRESS, .used = c->clock };

	cache_insert(cache, &t);
}

static bool leaf(struct translation *t, uint64_t address, uint64_t entry, enum size size)
{
	if (!(entry & PTE_PRESENT))
		return false;
	t->size = size;
	t->page = address >> shift_of[size];
	t->frame = (entry & PTE_ADDRESS) >> shift_of[size];
	t->global = entry & PTE_GLOBAL;
	return true;
}

/*
 * walk - look an address up in the guest's page tables, as the processor would
 *
 * => use_caches: begin where the walk caches know the way, and teach them
 * => false when nothing is mapped there (the guest will fault, or has just changed it)
 */
static bool walk(struct cpu *c, unsigned int cpu, uint64_t address, bool use_caches, struct translation *t,
		 unsigned int *steps)
{
	struct translation *known;
	uint64_t table, entry;

	*steps = 0;
	known = use_caches ? cache_find(&c->pde, address >> 21, 0) : NULL;
	if (known) {
		known->used = c->clock;
		return leaf(t, address, entry_of(known->frame, address, 12, steps), SIZE_4K);
	}
	known = use_caches ? cache_find(&c->pdpte, address >> 30, 0) : NULL;
	if (known) {
		known->used = c->clock;
		table = known->frame;
	} else {
		table = root_of(cpu);
		if (!table)
			return false;
		entry = entry_of(table, address, 39, steps);
		if (!(entry & PTE_PRESENT))
			return false;
		entry = entry_of(entry & PTE_ADDRESS, address, 30, steps);
		if (entry & PTE_HUGE || !(entry & PTE_PRESENT))
			return leaf(t, address, entry, SIZE_1G);
		table = entry & PTE_ADDRESS;
		if (use_caches)
			remember_table(c, &c->pdpte, address >> 30, entry);
	}
	entry = entry_of(table, address, 21, steps);
	if (entry & PTE_HUGE || !(entry & PTE_PRESENT))
		return leaf(t, address, entry, SIZE_2M);
	if (use_caches)
		remember_table(c, &c->pde, address >> 21, entry);
	return leaf(t, address, entry_of(entry & PTE_ADDRESS, address, 12, steps), SIZE_4K);
}

/* An INVLPG came since this entry was last known to be right: is it still? */
static bool still_right(struct cpu *c, unsigned int cpu, uint64_t address, struct translation *t)
{
	struct translation now;
	unsigned int steps;

	if (t->epoch == c->epoch)
		return true;
	if (!walk(c, cpu, address, false, &now, &steps) || now.size != t->size || now.frame != t->frame) {
		t->used = 0;
		return false;
	}
	t->epoch = c->epoch;
	return true;
}

static struct translation *lookup(struct cpu *c, unsigned int cpu, uint64_t address, struct cache *cache,
				  enum size size)
{
	struct translation *t = cache_find(cache, address >> shift_of[size], size);

	if (!t || !still_right(c, cpu, address, t))
		return NULL;
	t->used = c->clock;
	return t;
}

static void reference(unsigned int cpu, uint64_t address, enum mode mode, enum kind kind)
{
	struct cpu *c = &cpus[cpu];
	struct counts *counts = c->counts[mode][kind];
	struct translation new;
	unsigned int steps;

	c->clock++;
	for (int size = 0; size < NR_SIZES; size++) {
		if (lookup(c, cpu, address, &c->l1[kind][size], size)) {
			counts[size].hits_l1++;
			return;
		}
	}
	for (int size = 0; size < NR_SIZES; size++) {
		struct translation *t = lookup(c, cpu, address, size == SIZE_1G ? &c->l2_1g : &c->l2, size);

		if (t) {
			counts[size].hits_l2++;
			cache_insert(&c->l1[kind][size], t);
			return;
		}
	}
	if (!walk(c, cpu, address, true, &new, &steps)) {
		/* The walk caches may be what is old. */
		cache_flush(&c->pde, true);
		cache_flush(&c->pdpte, true);
		if (!walk(c, cpu, address, true, &new, &steps))
			return;
	}
	counts[new.size].walks++;
	counts[new.size].steps += steps;
	new.used = c->clock;
	new.epoch = c->epoch;
	cache_insert(new.size == SIZE_1G ? &c->l2_1g : &c->l2, &new);
	cache_insert(&c->l1[kind][new.size], &new);
}

/* --- what QEMU tells -------------------------------------------------------------------------- */

static void on_user_access(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *arg)
{
	(void)info;
	(void)arg;
	if (cpu < MAX_CPUS)
		reference(cpu, address, USER, DATA);
}

static void on_kernel_access(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *arg)
{
	(void)info;
	(void)arg;
	if (cpu < MAX_CPUS)
		reference(cpu, address, KERNEL, DATA);
}

static void on_block(unsigned int cpu, void *address)
{
	if (cpu < MAX_CPUS)
		reference(cpu, (uint64_t)address, (int64_t)address < 0 ? KERNEL : USER, CODE);
}

static void on_load_cr3(unsigned int cpu, void *arg)
{
	(void)arg;
	if (cpu < MAX_CPUS)
		cpu_flush(&cpus[cpu], false);
}

static void on_load_cr4(unsigned int cpu, void *arg)
{
	(void)arg;
	if (cpu < MAX_CPUS)
		cpu_flush(&cpus[cpu], true);
}

static void on_invlpg(unsigned int cpu, void *arg)
{
	(void)arg;
	if (cpu >= MAX_CPUS)
		return;
	cpus[cpu].epoch++;
	/* The processor drops its walk caches with any INVLPG (SDM vol. 3, 4.10.4.1). */
	cache_flush(&cpus[cpu].pde, true);
	cache_flush(&cpus[cpu].pdpte, true);
}

/* Instructions that change what is translated. They are in the kernel's text, which the image shows. */
static void watch_kernel_instruction(struct qemu_plugin_insn *insn, uint64_t address)
{
	size_t size = qemu_plugin_insn_size(insn);
	const uint8_t *b = address >= KERNEL_IMAGE_BASE ? kernel_memory(address, size) : NULL;

	while (b && size > 3 && (*b & 0xf0) == 0x40) {	/* REX */
		b++;
		size--;
	}
	if (!b || size < 3 || b[0] != 0x0f)
		return;
	if (b[1] == 0x22 && (b[2] >> 3 & 7) == 3)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_load_cr3, QEMU_PLUGIN_CB_NO_REGS, NULL);
	else if (b[1] == 0x22 && (b[2] >> 3 & 7) == 4)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_load_cr4, QEMU_PLUGIN_CB_NO_REGS, NULL);
	else if (b[1] == 0x01 && b[2] >> 6 != 3 && (b[2] >> 3 & 7) == 7)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_invlpg, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t address = qemu_plugin_tb_vaddr(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, (void *)address);
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		bool kernel = (int64_t)qemu_plugin_insn_vaddr(insn) < 0;

		qemu_plugin_register_vcpu_mem_cb(insn, kernel ? on_kernel_access : on_user_access,
						 QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
		if (kernel)
			watch_kernel_instruction(insn, qemu_plugin_insn_vaddr(insn));
	}
}

/* --- the result: lines that a program can read, tools/quire makes the table ------------------------ */

static void report(qemu_plugin_id_t id, void *arg)
{
	static const char *const mode_name[] = { "user", "kernel" }, *const kind_name[] = { "data", "code" };
	FILE *f = fopen(out_path, "w");

	(void)id;
	(void)arg;
	if (!f) {
		perror(out_path);
		return;
	}
	fprintf(f, "mode,kind,page,accesses,l1_misses,walks,steps\n");
	for (int mode = 0; mode < NR_MODES; mode++)
		for (int kind = 0; kind < NR_KINDS; kind++)
			for (int size = 0; size < NR_SIZES; size++) {
				struct counts sum = { 0 };

				for (int i = 0; i < MAX_CPUS; i++) {
					const struct counts *c = &cpus[i].counts[mode][kind][size];

					sum.hits_l1 += c->hits_l1;
					sum.hits_l2 += c->hits_l2;
					sum.walks += c->walks;
					sum.steps += c->steps;
				}
				fprintf(f, "%s,%s,%s,%llu,%llu,%llu,%llu\n", mode_name[mode], kind_name[kind],
					size_name[size],
					(unsigned long long)(sum.hits_l1 + sum.hits_l2 + sum.walks),
					(unsigned long long)(sum.hits_l2 + sum.walks),
					(unsigned long long)sum.walks, (unsigned long long)sum.steps);
			}
	fclose(f);
}

static bool open_ram(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) < 0) {
		perror(path);
		return false;
	}
	ram_size = st.st_size;
	ram = mmap(NULL, ram_size, PROT_READ, MAP_SHARED, fd, 0);
	if (ram == MAP_FAILED) {
		perror(path);
		return false;
	}
	/* The q35 machine puts its memory below 2.75 GB when all of it fits there, and else 2 GB of it. */
	ram_below_4g = ram_size >= 0xb0000000ULL ? 0x80000000ULL : ram_size;
	return true;
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *ram_path = NULL;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "ram=", 4))
			ram_path = strdup(argv[i] + 4);
		else if (!strncmp(argv[i], "out=", 4))
			out_path = strdup(argv[i] + 4);
		else if (!strncmp(argv[i], "loaded_root=", 12))
			loaded_root = strtoull(argv[i] + 12, NULL, 0);
		else if (!strncmp(argv[i], "per_cpu_offset=", 15))
			per_cpu_offset = strtoull(argv[i] + 15, NULL, 0);
		else if (!strncmp(argv[i], "l2=", 3))
			l2_entries = strtoul(argv[i] + 3, NULL, 0);
	}
	if (!ram_path || !out_path || !loaded_root || !per_cpu_offset || !l2_entries || !open_ram(ram_path)) {
		fprintf(stderr, "tlb_model: needs ram=, out=, loaded_root= and per_cpu_offset=\n");
		return 1;
	}
	for (int i = 0; i < MAX_CPUS; i++)
		cpu_init(&cpus[i]);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, report, NULL);
	return 0;
}
