# Quire's build. `make help` lists the targets.
#
# Everything that is compiled lies in $(B), which depends on the variant (DEBUG, SAN, TRACE), so that
# variants don't rebuild each other. O=DIR puts all of it elsewhere. The kernel is linked in $(K): that is
# $(B), or with BUG=NAME a folder beside it, with objects only of the files that have the bug.

O		?= build
V		?= 0
DEBUG		?= 0
SAN		?= 0
WERROR		?= 0
TRACE		?= 1
BUG		?=

VARIANT		:= $(if $(filter 1,$(DEBUG)),-debug)$(if $(filter 1,$(SAN)),-san)$(if $(filter 0,$(TRACE)),-notrace)
# Always relative inside the tree: the files of dependencies name their targets as they were made.
B		:= $(patsubst $(CURDIR)/%,%,$(O))$(VARIANT)
K		:= $(B)$(if $(BUG),-bug-$(BUG))
Q		:= $(if $(filter 1,$(V)),,@)
say		= $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)')

# --- tools ----------------------------------------------------------------------------------------

ifndef CROSS_COMPILE
CROSS_COMPILE	:= $(if $(shell command -v x86_64-elf-gcc),x86_64-elf-,$(if \
		     $(shell command -v x86_64-linux-gnu-gcc),x86_64-linux-gnu-))
endif
CC		:= $(CROSS_COMPILE)gcc
LD		:= $(CROSS_COMPILE)ld
NM		:= $(CROSS_COMPILE)nm
OBJDUMP		:= $(CROSS_COMPILE)objdump
NASM		:= nasm
USER_CC		:= musl-gcc

# --- sources --------------------------------------------------------------------------------------

FLOORS		:= boot kernel drivers mm fs process
KERNEL_C	:= $(shell find $(wildcard $(FLOORS)) -name '*.c' | LC_ALL=C sort)
KERNEL_ASM	:= $(shell find $(wildcard $(FLOORS)) -name '*.asm' | LC_ALL=C sort)
BUG_C		:= $(if $(BUG),$(shell grep -lw 'BUG_$(BUG)' $(KERNEL_C)))
KERNEL_OBJS	:= $(KERNEL_ASM:%.asm=$(B)/%.asm.o) $(patsubst %.c,$(B)/%.o,$(filter-out $(BUG_C),$(KERNEL_C))) \
		   $(BUG_C:%.c=$(K)/%.o)
ifneq ($(BUG),)
ifeq ($(BUG_C),)
$(error there is no bug $(BUG): docs/bugs.md lists them)
endif
endif

# --- flags ----------------------------------------------------------------------------------------

CFLAGS		:= -std=gnu11 -O2 -g -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes \
		   -ffreestanding -nostdinc -isystem $(shell $(CC) -print-file-name=include) -I. \
		   -m64 -march=x86-64 -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
		   -fno-pic -fno-pie -fno-common -fno-strict-aliasing -fno-strict-overflow \
		   -fno-delete-null-pointer-checks -fno-stack-protector -fcf-protection=none \
		   -fno-asynchronous-unwind-tables -fno-omit-frame-pointer \
		   -fno-optimize-sibling-calls -fno-ipa-icf -fno-partial-inlining
ASFLAGS		:= -f elf64 -g -F dwarf -I./
LDFLAGS		:= -nostdlib -static -z max-page-size=0x1000 -z noexecstack --no-warn-rwx-segments \
		   --build-id=none --no-dynamic-linker
USER_CFLAGS	:= -std=gnu11 -O2 -g -static -Wall -Wextra -I. -fno-omit-frame-pointer

ifeq ($(DEBUG),1)
CFLAGS		+= -DCONFIG_DEBUG
ASFLAGS		+= -DCONFIG_DEBUG
endif
ifeq ($(TRACE),0)
CFLAGS		+= -DCONFIG_NO_TRACE
endif
# Not in CFLAGS: it changes what is accepted, not what is built, and need not build everything again.
STRICT		:= $(if $(filter 1,$(WERROR)),-Werror)
# The sanitizers, on top of all checks of a debug build. SAN_SKIP: files whose work is to touch what others may not.
ifeq ($(SAN),1)
ifneq ($(DEBUG),1)
CFLAGS		+= -DCONFIG_DEBUG
ASFLAGS		+= -DCONFIG_DEBUG
endif
CFLAGS		+= -DCONFIG_SAN -Wno-array-bounds -Wno-maybe-uninitialized
SAN_CFLAGS	:= -fsanitize=undefined -fno-sanitize=vptr,null -fsanitize=kernel-address \
		   --param asan-instrumentation-with-call-threshold=0 --param asan-stack=0 --param asan-globals=1
SAN_FLAGS_ALL	:= $(SAN_CFLAGS)
SAN_SKIP	:= kernel/debug/ubsan.c kernel/debug/kasan.c kernel/debug/expect.c kernel/debug/panic.c \
		   kernel/lib/string.c mm/alloc/slab.c
$(addprefix $(B)/,$(SAN_SKIP:.c=.o)): SAN_CFLAGS :=
endif

# --- targets --------------------------------------------------------------------------------------

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all kernel help clean format FORCE
MAKEFLAGS	+= --no-builtin-rules
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS	+= -j$(shell nproc 2>/dev/null || echo 2)
endif

all: kernel user compile_commands.json

kernel: $(K)/quire.elf $(if $(BUG),$(K)/user)

# The kernel is linked twice: the second time with the table of its own functions (tools/ksyms.py).
$(K)/quire.elf: $(K)/first.elf $(K)/ksyms.o linker.ld
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T linker.ld -o $@ $(KERNEL_OBJS) $(K)/ksyms.o
	$(Q)tools/ksyms.py --nm $(NM) --check $< $@

$(K)/first.elf: $(KERNEL_OBJS) $(K)/ksyms-empty.o linker.ld
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T linker.ld -o $@ $(KERNEL_OBJS) $(K)/ksyms-empty.o

$(K)/ksyms.c: $(K)/first.elf tools/ksyms.py
	$(Q)tools/ksyms.py --nm $(NM) $< > $@

$(K)/ksyms-empty.c: tools/ksyms.py
	$(Q)mkdir -p $(@D)
	$(Q)tools/ksyms.py --empty > $@

$(K)/ksyms.o $(K)/ksyms-empty.o: %.o: %.c
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<

$(KERNEL_C:%.c=$(B)/%.o): $(B)/%.o: %.c $(B)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SAN_CFLAGS) $(STRICT) -MMD -MP -c -o $@ $<

ifneq ($(BUG),)
$(BUG_C:%.c=$(K)/%.o): $(K)/%.o: %.c $(B)/flags
	$(call say,BUG,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(STRICT) -DBUG_$(BUG) -MMD -MP -c -o $@ $<

$(K)/user:
	$(Q)mkdir -p $(@D)
	$(Q)ln -sfn $(abspath $(B))/user $@
endif

$(KERNEL_ASM:%.asm=$(B)/%.asm.o): $(B)/%.asm.o: %.asm $(B)/flags
	$(call say,NASM,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(NASM) $(ASFLAGS) -MD $(@:.o=.d) -MP -o $@ $<

# A change of flags rebuilds everything, a new or removed file links again.
$(B)/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(CC) $(CFLAGS) $(SAN_FLAGS_ALL) $(ASFLAGS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS) $(SAN_FLAGS_ALL) $(ASFLAGS)' > $@

$(K)/objects: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(KERNEL_OBJS)' | cmp -s - $@ || echo '$(KERNEL_OBJS)' > $@

$(K)/first.elf: $(K)/objects

# One file: make mm/fault/fault.o, .i (preprocessed), .s (assembly), .lst (assembly with source).
.PHONY: $(KERNEL_C:.c=.o) $(KERNEL_C:.c=.i) $(KERNEL_C:.c=.s) $(KERNEL_C:.c=.lst) $(KERNEL_ASM:.asm=.asm.o)
$(KERNEL_C:.c=.o): %.o: $(B)/%.o
$(KERNEL_ASM:.asm=.asm.o): %: $(B)/%
$(KERNEL_C:.c=.i): %.i: %.c
	$(Q)mkdir -p $(dir $(B)/$@)
	$(Q)$(CC) $(CFLAGS) -E -o $(B)/$@ $< && echo $(B)/$@
$(KERNEL_C:.c=.s): %.s: %.c
	$(Q)mkdir -p $(dir $(B)/$@)
	$(Q)$(CC) $(CFLAGS) -g0 -fverbose-asm -S -o $(B)/$@ $< && echo $(B)/$@
$(KERNEL_C:.c=.lst): %.lst: $(B)/%.o
	$(Q)$(OBJDUMP) -dSr --no-show-raw-insn $< > $(B)/$@ && echo $(B)/$@

# --- user programs --------------------------------------------------------------------------------
#
# A folder of user/ is a place in the guest: init is /init, everything in tests/ goes to /tests, the
# others to /bin. A test that is too long for one file has a folder of its name beside it.
# build/user/stripped/ holds what is packed, build/user/ the same with symbols.

USER_TESTS	:= $(patsubst user/%.c,%,$(wildcard user/tests/*.c))
USER_BENCH	:= $(patsubst user/bench/%.c,bin/%,$(wildcard user/bench/*.c))
USER_DEMO	:= $(patsubst user/demo/%.c,bin/%,$(wildcard user/demo/*.c))
USER_PROGRAMS	:= init bin/testrun bin/recorder bin/memtop $(USER_TESTS) $(USER_BENCH) $(USER_DEMO)

# musl-gcc has no -static-pie: its start file for it is linked by hand.
USER_CFLAGS_exec_pie := -fPIE -Wl,-pie,--no-dynamic-linker,-z,text -nostartfiles \
			$(wildcard /usr/lib/*-linux-musl/rcrt1.o)

.PHONY: user
user: $(USER_PROGRAMS:%=$(B)/user/stripped/%)

$(B)/user/stripped/%: $(B)/user/%
	$(Q)mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)strip -o $@ $<

# Kernel variants share the flags of user programs, but not their places.
define user_program
$(B)/user/$(1): $(2) $(B)/user/flags
	$$(call say,USERCC,$(firstword $(2)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(USER_CC) $$(USER_CFLAGS) $$(STRICT) $$(USER_CFLAGS_$(notdir $(1))) -MMD -MP -MF $$@.d -o $$@ $(filter %.c,$(2))
-include $(B)/user/$(1).d
endef
$(eval $(call user_program,init,user/init/init.c))
$(eval $(call user_program,bin/testrun,user/testrun/testrun.c))
$(eval $(call user_program,bin/memtop,user/memtop/memtop.c $(filter-out %/memtop.c,$(wildcard user/memtop/*.[ch]))))
$(eval $(call user_program,bin/recorder,$(wildcard user/recorder/*.[ch])))
$(foreach t,$(USER_TESTS),$(eval $(call user_program,$(t),user/$(t).c $(wildcard user/$(t)/*.[ch]))))
$(foreach t,$(USER_BENCH),$(eval $(call user_program,$(t),user/bench/$(notdir $(t)).c)))
$(foreach t,$(USER_DEMO),$(eval $(call user_program,$(t),user/demo/$(notdir $(t)).c)))

$(B)/user/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(USER_CC) $(USER_CFLAGS)' | cmp -s - $@ || echo '$(USER_CC) $(USER_CFLAGS)' > $@

# --- for editors and for tidiness -----------------------------------------------------------------

compile_commands.json: $(B)/flags $(K)/objects
	$(Q){ echo '['; for f in $(KERNEL_C); do \
		printf '{"directory":"%s","file":"%s","command":"%s -c %s"},\n' \
			'$(CURDIR)' "$$f" '$(CC) $(CFLAGS)' "$$f"; \
	done | sed '$$s/,$$//'; echo ']'; } > $@

format:
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	$(Q)rm -rf $(O) $(O)-debug* $(O)-san* $(O)-notrace $(O)-bug-* compile_commands.json

# --- boot it, prove it ----------------------------------------------------------------------------

MEM		?= 256
SWAP		?= 512
CPUS		?= 2
GDB		?=
QUIRE_OPTIONS	:= --build $(K) --no-make --mem $(MEM) --swap $(SWAP) --cpus $(CPUS) \
		   $(if $(filter 1,$(GDB)),--gdb)

.PHONY: run gdb record replay transcript test test-linux soak fuzz coverage bugs check bench-icount bench-linux bench-swap bench-thp bench-tlb bench-trace bench-growth report host-packages

host-packages:
	$(Q)tools/host-packages build run

# A shell on the terminal; without a terminal there is nobody to type: the demo.
run: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)if [ -t 0 ]; then tools/quire run $(QUIRE_OPTIONS); \
	else tools/quire run $(QUIRE_OPTIONS) --timeout 300 -- demo; fi

gdb: host-packages
	$(Q)tools/host-packages gdb
	$(Q)tools/gdb/attach $(K)

# What was asked for on the command line, which may be more than can be; else the second.
asked		= $(if $(filter command environment,$(firstword $(origin $1))),$($1),$2)

# One CPU, and a command: what the machine cannot know by itself is written to $(K)/recording.
record: COMMAND	?= tour
record: host-packages
	$(Q)tools/host-packages record
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/quire run --build $(K) --no-make --mem $(MEM) --swap $(SWAP) --cpus $(call asked,CPUS,1) --record $(K)/recording -- $(COMMAND)

replay: host-packages
	$(Q)tools/host-packages record
	$(Q)tools/quire replay $(K)/recording $(if $(filter 0,$(GDB)),,--gdb) $(addprefix --mem ,$(call asked,MEM)) \
		$(addprefix --cpus ,$(call asked,CPUS))

transcript: host-packages
	$(Q)tools/host-packages gdb
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/gdb/transcript --build $(K) --write docs/gdb-transcript.md

test: host-packages
	$(Q)tools/host-packages test
	$(Q)tools/host-packages fuzz || true
	$(Q)tools/host-packages trace || true
	$(Q)tools/host-packages record || true
	$(Q)tools/host-packages gdb || echo "  without gdb its tests are skipped"
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)rm -f $(K)/test/finished
	$(Q)tools/test --build $(K) $(TEST)

test-linux: host-packages
	$(Q)$(MAKE) --no-print-directory user
	$(Q)tools/test --linux --build $(K) $(TEST)

# MINUTES of mmstress and the storms, on machines with each number of CPUS.
MINUTES		?= 30
soak: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/soak --build $(K) --minutes $(MINUTES) --cpus "$(if $(filter file,$(origin CPUS)),1 2 4,$(CPUS))"

# SECONDS in all, divided among the targets.
fuzz: SECONDS	?= 60
fuzz:
	$(Q)tools/host-packages fuzz
	$(Q)tools/fuzz --build $(B) --seconds $(SECONDS)

# One kernel for all of it: what another build has reached says nothing about this one.
coverage: host-packages
	$(Q)tools/host-packages test
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/coverage --build $(B) $(TEST)

bugs: host-packages
	$(Q)tools/host-packages test
	$(Q)$(MAKE) --no-print-directory BUG= kernel user
	$(Q)tools/bugs --build $(B) --make '$(MAKE)' $(BUG)

check: host-packages
	$(Q)$(MAKE) --no-print-directory kernel
	$(Q)tools/floors --build $(K)
	$(Q)tools/style
	$(Q)tools/abi --check
	$(Q)tools/bugs --check

bench-icount: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/bench --build $(K)

bench-linux: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/bench-linux --build $(K) --csv $(K)/bench-linux.csv

bench-swap: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/bench-swap --build $(K) --csv $(K)/bench-swap.csv

bench-growth: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/bench-growth --build $(K) --csv $(K)/bench-growth.csv

bench-thp: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/bench-thp --build $(K) --csv $(K)/bench-thp.csv

bench-trace: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)$(MAKE) --no-print-directory TRACE=0 kernel
	$(Q)rm -rf $(B)-notrace/user && ln -s $(abspath $(B))/user $(B)-notrace/user
	$(Q)tools/bench-trace --build $(K)

bench-tlb: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/bench-tlb --build $(K) --csv $(K)/bench-tlb.csv

# RUN=FILE: a record or a trace that is there already; else COMMAND is recorded, in a machine of 128 MB if MEM does not say
# otherwise. COMPARE=FILE: a second run.
given		= $(if $(filter-out file,$(origin $(1))),$(2) $($(1)))
report: COMMAND	?= crowd 60
REPORT		?= $(K)/report.html
report: host-packages
	$(Q)$(MAKE) --no-print-directory kernel user
	$(Q)tools/quire report $(if $(RUN),$(RUN),--record '$(COMMAND)' --no-make --keep $(REPORT:.html=.record.gz) \
		$(call given,MEM,--mem) $(call given,SWAP,--swap) $(call given,CPUS,--cpus)) \
		$(if $(COMPARE),--compare $(COMPARE)) --build $(K) -o $(REPORT)

help:
	@sed -n 's/^#: \?//p' $(firstword $(MAKEFILE_LIST))

#: make                     build the kernel (build/quire.elf)
#: make run                 boot it: a shell on this terminal; GDB=1 waits for `make gdb`
#:                          MEM=256 SWAP=512 (MB) CPUS=2; without a terminal it runs the demo
#: make gdb                 attach to `make run GDB=1`
#: make record [COMMAND=..]  run a command on one CPU so that the run can be had again
#: make replay              live through it again, with `make gdb`, which can go back; GDB=0: without
#: make transcript          docs/gdb-transcript.md anew: a session of the debugger
#: make test [TEST=NAME]    every test: in the kernel, in user space, whole machines
#: make test-linux          the user tests on Debian's Linux: they must pass there, too
#: make soak MINUTES=30      mmstress and the storms, round after round; CPUS="1 2 4"
#: make fuzz SECONDS=60      the parsers that read foreign bytes, on the host, with libFuzzer and sanitizers
#: make coverage            the whole suite, and which lines of the kernel it reached: build/coverage/index.html
#: make bugs [BUG=NAME]     each bug of docs/bugs.md is built in, and its test must fail
#: make check               the order of the floors (tools/floors) and the style
#: make bench-icount        instructions of the main paths, beside Linux's
#: make bench-linux         speed of swap and of huge pages, beside Linux's, run by turns
#: make bench-swap          the three ways of huge pages to swap and back: how fast, at what cost
#: make bench-growth        what one step costs with little and with much of memory, areas, sharers, processes
#: make bench-thp           huge pages after swap, and out of memory in pieces, beside Linux's
#: make bench-trace         what a fault costs with trace events compiled out, off, and on
#: make report              a run as pictures: build/report.html, which needs no network; COMMAND='crowd 60'
#:                          MEM=128 SWAP=512 CPUS=2; or RUN=FILE, COMPARE=FILE (docs/report.md)
#: make bench-tlb           what a TLB misses in a program with small and with huge pages
#:
#: make FILE.o .i .s .lst   one source file: object, preprocessed, assembly, listing
#: make format              apply .clang-format
#: make clean               remove what was built
#:
#: V=1 shows the commands. DEBUG=1 builds with expensive assertions (build-debug/). WERROR=1 makes
#: warnings errors. SAN=1 adds the sanitizers (build-san/; docs/debugging.md). BUG=NAME builds in a bug (docs/bugs.md).
#: TRACE=0 leaves the trace events out (build-notrace/; for measuring). CROSS_COMPILE=x86_64-elf- chooses a compiler.
#: O=DIR builds in DIR.

-include $(KERNEL_OBJS:.o=.d)
