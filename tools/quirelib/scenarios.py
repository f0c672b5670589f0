"""Tests that need the host: machines of every size, GRUB, a terminal, kernels that die."""

import os
import tempfile
import time

from . import tlb
from . import stalling_disk, swapdisk, tracing
from .report.scenario import ReportScenario
from .terminal import Gone, Terminal


class Scenario:
    """One boot with one command, whose output must contain some lines."""

    def __init__(self, name, about, arguments, command, expect=(), status=0, timeout=120, on_linux=False,
                 needs="/"):
        self.name = name
        self.about = about
        self.arguments = arguments
        self.command = command
        self.expect = expect
        self.status = status
        self.timeout = timeout
        self.on_linux = on_linux
        self.needs = needs
        self.possible = os.path.exists(needs)

    def run(self, runner):
        """=> (problem or "", output)"""
        status, output, errors = runner.quire(self.arguments, self.command, self.timeout,
                                              "scenario-" + self.name)
        if status != self.status:
            return "status %d, not %d" % (status, self.status), output + errors
        for line in self.expect:
            if line not in output:
                return "no %r in the output" % line, output + errors
        return "", output


class DiskScenario(Scenario):
    """A Scenario with two disks of its own, whose images are looked at afterwards."""

    SIZE = 16 << 20
    BLKDEBUG = """\
[inject-error]
event = "none"
iotype = "read"
errno = "5"
sector = "64"
once = "off"
"""

    def run(self, runner):
        with tempfile.TemporaryDirectory(prefix="quire-disks-") as directory:
            images = [os.path.join(directory, n) for n in ("first.img", "second.img")]
            for number, image in enumerate(images):
                with open(image, "wb") as f:
                    f.write(bytes([number + 1]) * self.SIZE)
            config = os.path.join(directory, "blkdebug.cfg")
            with open(config, "w") as f:
                f.write(self.BLKDEBUG)
            self.arguments = ["--disk", images[0], "--disk", "blkdebug:%s:%s" % (config, images[1])]
            problem, output = super().run(runner)
            with open(images[0], "rb") as f:
                f.seek(1 << 20)
                if not problem and f.read(6) != b"quire\n":
                    problem = "what the guest wrote did not reach the disk"
        return problem, output


class TlbScenario(Scenario):
    """What the TLB model counts is what arithmetic says: it is no rough picture.

    A million random reads over 4096 pages find a page among the 1536 of the second level with a probability of
    3/8; the 4096 first touches miss as well. Eight huge pages fit the first level."""

    READS, PAGES, ENTRIES = 1000000, 4096, 1536

    def run(self, runner):
        walks = {}
        for policy in ("never", "always"):
            with tempfile.NamedTemporaryFile(prefix="quire-tlb-") as csv:
                self.arguments = ["--cpus", "1", "--swap", "0", "--tlb-model", "--tlb-csv", csv.name,
                                  "--append", "transparent_hugepage=" + policy]
                problem, output = super().run(runner)
                if problem:
                    return problem, output
                walks[policy] = {key[2]: value[2] for key, value in tlb.read(csv.name).items()
                                 if key[:2] == ("user", "data")}
        expected = self.READS * (1 - self.ENTRIES / self.PAGES) + self.PAGES
        if abs(walks["never"]["4 KB"] - expected) > 0.02 * expected:
            problem = "%d walks for 4 KB pages, not about %d" % (walks["never"]["4 KB"], expected)
        elif walks["never"]["2 MB"] or not 8 <= walks["always"]["2 MB"] < 100:
            problem = "walks for 2 MB pages: never %d, always %d" % (
                walks["never"]["2 MB"], walks["always"]["2 MB"])
        return problem, "%s\n%s" % (output, walks)


DISKS = """\
echo quire | dd of=/dev/vdb bs=1M seek=1 conv=notrunc 2>/dev/null && sync
dd if=/dev/vdb bs=4096 count=1 2>/dev/null | hexdump -n 4 -e '4/1 "%02x" "\\n"'
dd if=/dev/vdc of=/dev/null bs=4096 count=4 2>/dev/null && echo four good pages
dd if=/dev/vdc of=/dev/null bs=4096 count=16 2>&1 | grep -c 'error'
dd if=/dev/vdc bs=4096 skip=9 count=1 2>/dev/null | hexdump -n 4 -e '4/1 "%02x" "\\n"'
mkswap /dev/vdb >/dev/null && swapon /dev/vdb && awk '$1 == "/dev/vdb" { print $3 }' /proc/swaps
swapoff /dev/vdb && echo off
swapon /dev/vdc 2>/dev/null; echo $?
echo quire | dd of=/dev/vdb bs=1M seek=1 conv=notrunc 2>/dev/null && sync
"""


class DeadDiskScenario(Scenario):
    """A swap disk that stops to answer in the middle of the writes, or of the reads."""

    def __init__(self, name, about, counted, answers, lost):
        super().__init__(name, about, [], DEAD_DISK,
                         ["vdb: no answer for 2000 ms\n", "vdb is dead\n", "no more reads\n",
                          "right 4096 lost 0 wrong 0\n", "checked: ok\n"])
        self.counted = counted
        self.answers = answers
        self.expect.append(lost)

    def run(self, runner):
        with tempfile.TemporaryDirectory(prefix="quire-dead-") as directory:
            path = os.path.join(directory, "nbd")
            disk = stalling_disk.StallingDisk(path, swapdisk.header(16384) + bytes(16383 * 4096), self.counted,
                                              self.answers)
            self.arguments = ["--disk", "nbd:unix:" + path]
            try:
                return super().run(runner)
            finally:
                disk.close()


DEAD_DISK = """\
echo 2000 > /sys/block/vdb/queue/io_timeout
swapoff /dev/vda && swapon /dev/vdb && swapon /dev/vda
/tests/swapdamage 16 | sed 's/lost [1-9][0-9]* wrong 0/some lost, none wrong/'
dmesg | grep -o 'virtio-blk: vdb: no answer for 2000 ms'
dmesg | grep -o '/dev/vdb is dead'
dd if=/dev/vdb of=/dev/null bs=4096 count=1 2>/dev/null || echo no more reads
/tests/swapdamage 16
echo 1 > /sys/kernel/debug/check_mm && echo checked: $(cat /sys/kernel/debug/check_mm)
"""


class BadSwapScenario(Scenario):
    """A swap disk with some bad sectors, or that is smaller than its header says, as /dev/vdb."""

    def __init__(self, name, about, command, expect, rules="", pages=8192, there=8192, on_linux=True):
        super().__init__(name, about, [], command, expect, on_linux=on_linux)
        self.rules = rules
        self.pages = pages
        self.there = there

    def run(self, runner):
        with tempfile.TemporaryDirectory(prefix="quire-bad-") as directory:
            image, config = (os.path.join(directory, n) for n in ("swap.img", "blkdebug.cfg"))
            with open(image, "wb") as f:
                f.write(swapdisk.header(self.pages))
                f.truncate(self.there * 4096)
            with open(config, "w") as f:
                f.write(self.rules)
            # QEMU would join requests to neighbouring sectors, and fail all of them for the bad one.
            self.arguments = ["--disk", "blkdebug:%s:%s" % (config, image),
                              "--qemu=-global", "--qemu=virtio-blk-device.request-merging=off"]
            return super().run(runner)


class DiscardScenario(Scenario):
    """What was in swap leaves the host's disk again."""

    CLUSTERS = 7        # 16 MB are 8 and more; the first and the last are not free as a whole

    def run(self, runner):
        with tempfile.TemporaryDirectory(prefix="quire-discard-") as directory:
            image = os.path.join(directory, "swap.img")
            with open(image, "wb") as f:
                f.write(swapdisk.header(8192))
                f.truncate(8192 * 4096)
            self.arguments = ["--disk", image + ",discard=unmap"]
            problem, output = super().run(runner)
            left = os.stat(image).st_blocks * 512
            if not problem and left > (16 << 20) - self.CLUSTERS * (2 << 20) + (1 << 20):
                problem = "%d kB are still on the host's disk" % (left >> 10)
        return problem, output


DISCARD = """\
swapoff /dev/vda && swapon -dpages /dev/vdb && /tests/swapdamage 16
until [ $(awk '$3 == "vdb" { print $17 }' /proc/diskstats) -ge 28672 ]; do :; done
"""


class TraceScenario(Scenario):
    """The guest shows its events, and trace-cmd takes them out of the same rings: the host's trace-cmd reads the same."""

    LEAST = 1000

    def run(self, runner):
        with tempfile.TemporaryDirectory(prefix="quire-trace-") as directory:
            self.arguments = ["--mem", "96", "--put", "/usr/bin/trace-cmd"]
            for name in ("trace.txt", "trace.dat"):
                self.arguments += ["--get", "/tmp/%s:%s" % (name, os.path.join(directory, name))]
            problem, output = super().run(runner)
            return problem or tracing.difference(directory, "trace.txt", "trace.dat", self.LEAST), output


class RecordScenario(Scenario):
    """--trace: trace-cmd records while a program runs, and what it saw is what the kernel counted."""

    def run(self, runner):
        with tempfile.TemporaryDirectory(prefix="quire-trace-") as directory:
            self.arguments = ["--mem", "96", "--trace", "huge_memory,swap,vmscan", "--trace-out", directory]
            problem, output = super().run(runner)
            return problem or self.compare(directory), output

    def compare(self, directory):
        events = tracing.read_events(os.path.join(directory, "trace.txt"))
        seen = sum(e[4] == "swap_slot_alloc" and "nr=512 " in e[5] and e[5].endswith("result=0") for e in events)
        counted = self.vmstat(directory, "after") - self.vmstat(directory, "before")
        return "" if seen == counted > 0 else "%d huge pages swapped out, %d in the trace" % (counted, seen)

    def vmstat(self, directory, when):
        with open(os.path.join(directory, "vmstat." + when)) as f:
            return int(dict(line.split() for line in f)["thp_swpout"])


TRACE = """\
cd /sys/kernel/tracing
echo 0 >tracing_on && echo 8192 >buffer_size_kb && echo 1 >events/enable && echo 1 >tracing_on
/tests/thp_pageout >/dev/null && /tests/thp_collapse_swapped >/dev/null && echo through
echo a mark >trace_marker
echo 1 >/proc/sys/vm/compact_memory
echo 0 >tracing_on
cat trace >/tmp/trace.txt
trace-cmd extract -o /tmp/trace.dat >/dev/null && cat per_cpu/cpu*/stats | grep -v "ts:" | sort -u
"""


EXERCISE_EVENTS = """\
echo >/tmp/none
cat >/tmp/events <<END
# tracer: nop
           kswapd0-3       [001] .....     9.990000: mm_vmscan_kswapd_wake: nid=0 order=0
           kswapd0-3       [001] .....    10.041000: mm_vmscan_kswapd_sleep: nid=0
  a name of 3 - 4-17       [000] d....    10.941000: mm_vmscan_kswapd_wake: nid=0 order=0
END
awk -f /exercises/record.awk -f /exercises/kswapd-periods.awk /tmp/none /tmp/none /tmp/events
awk -f /exercises/record.awk -f /exercises/direct-stalls.awk /tmp/none /tmp/none /tmp/events
echo 'END { print task "," event "," value("order") "," cpu; exit } function on_event() { }' >/tmp/last.awk
awk -f /exercises/record.awk -f /tmp/last.awk /tmp/none /tmp/none /tmp/events
"""

EXERCISES = ["kswapd-periods", "kswapd-wakeups", "direct-stalls", "compaction-suitability", "compaction-moves",
             "stall-histogram", "congestion", "late-wakeups"]

# Their figures are the kernel's own counters, or they fail. Nothing may be lost on the way.
RUN_EXERCISES = """\
echo always >/sys/kernel/mm/transparent_hugepage/enabled
for name in %s; do
	case $name in compaction*) load="--huge --vm-bytes 105%%" ;; *) load="--vm 2 --vm-bytes 115%%" ;; esac
	/exercises/run $name pressure $load --rounds 2 >/tmp/table 2>&1 && ! grep -q 'NOT\\|lost\\|command ended' /tmp/table && echo $name agrees || cat /tmp/table
done
/exercises/run | wc -l
""" % " ".join(EXERCISES)


def bad_slot(kind, slot):
    return ('[inject-error]\nevent = "none"\niotype = "%s"\nerrno = "5"\nsector = "%d"\nonce = "off"\n'
            % (kind, slot * 8))


BAD_SLOT = """\
cd /sys/kernel/tracing && echo 1024 >buffer_size_kb && echo 'block:*' >set_event
swapoff /dev/vda && swapon /dev/vdb && awk '$1 == "/dev/vdb" { print $3 }' /proc/swaps
/tests/swapdamage 16
dmesg | grep -o 'swap: [a-z]* error [^:]*' | sort -u
sed -n 's/.*\\(block_rq_[a-z]*\\): [0-9]*,[0-9]* \\(.\\) () [0-9]* + [0-9]* .*\\[-5\\]$/\\1 \\2 error/p' trace | sort -u
awk '$1 == "/dev/vdb" { print $3 }' /proc/swaps
swapoff /dev/vdb && echo off
"""

SHORT_DISK = """\
swapon /dev/vdb 2>/dev/null || echo refused
dmesg | grep -q 'swap: header says 8192 pages, but the device has only 4096\\|shorter than signature' && echo said so
"""


class Session:
    """A person at an interactive shell: keys to press, and what must appear after them."""

    on_linux = possible = True

    def __init__(self, name, about, arguments, steps):
        self.name = name
        self.about = about
        self.arguments = arguments
        self.steps = steps

    def run(self, runner):
        terminal = Terminal(runner.command_line(self.arguments, 240))
        problem = ""
        try:
            for keys, pattern in self.steps:
                if keys:
                    # A person sees the line first. Sooner, ^C would still be edited by the shell.
                    time.sleep(0.5 if keys < " " else 0.05)
                    terminal.type(keys)
                if pattern:
                    terminal.wait_for(pattern)
        except Gone as gone:
            problem = "%s after %r" % (gone, keys)
        except OSError as error:
            problem = "the terminal is gone: %s" % error
        status = terminal.end(15 if not problem else 0)
        if not problem and status != 0:
            problem = "status %s at the end" % status
        runner.keep_log("scenario-" + self.name, terminal.text())
        return problem, terminal.text()


PROMPT = r"quire:\S*# "

SHELL_SESSION = [
    (None, PROMPT),
    ("echo he\x7f\x7fhello $((6 * 7))\r", r"^hello 42$"), (None, PROMPT),
    ("sleep 1000\r", r"sleep 1000\n"), ("\x03", PROMPT),
    ("echo status $?\r", r"^status 130$"), (None, PROMPT),
    ("cat\r", r"cat\n"), ("one line\r", r"one line\none line\n"), ("\x04", PROMPT),
    ("sleep 1000\r", r"sleep 1000\n"), ("\x1a", r"Stopped.*sleep 1000"), (None, PROMPT),
    ("jobs\r", r"Stopped.*sleep 1000"), (None, PROMPT),
    ("bg\r", r"sleep 1000"), (None, PROMPT),
    ("jobs\r", r"sleep 1000"), (None, PROMPT),
    ("kill %1; wait; echo gone\r", r"^gone$"), (None, PROMPT),
    ("tty; stty size | wc -w\r", r"^/dev/[a-zA-Z0-9]+\n2$"), (None, PROMPT),
    ("ls -l / | grep -c ^d\r", r"^[0-9]+$"), (None, PROMPT),
    ("ps | grep -c init\r", r"^[1-9]$"), (None, PROMPT),
    ("top -b -n 1 | head -n 1\r", r"Mem: [0-9]+K used"), (None, PROMPT),
    ("vi /tmp/text\r", r"/tmp/text.*1/1"), ("ihello from vi\x1b", r"Modified"), (":wq\r", PROMPT),
    ("cat /tmp/text\r", r"^hello from vi$"), (None, PROMPT),
    ("exit\r", None),
]

HELLO = "nproc; free -m; echo alive"

# As tools/test judges user tests: the status, what was lost, and the checker's word.
ALL_PASSED = r"""
{ print } /test-end/ { n++; if ($3 == 0 && $5 <= 256 && $6 == "ok") good++ } END { print good " of " n " good" }"""

SWAP_TESTS = ["/tests/thp_pageout", "/tests/swapoff", "/tests/swap_fork",
              "/tests/cowstorm 10 4 60", "/tests/pageout_race", "/tests/vm_random 10"]


def swap_mode(mode, cpus):
    wishes = " ".join("'240:always:%s'" % test for test in SWAP_TESTS)
    return Scenario("swap-%s-%d" % (mode, cpus), "huge pages go to swap, %d CPUs" % cpus,
                    ["--mem", "96", "--swap", "256", "--cpus", str(cpus), "--append", "thp_swap=" + mode],
                    "testrun %s | awk '%s'" % (wishes, ALL_PASSED), ["%d of %d good" % (2 * (len(SWAP_TESTS),))],
                    timeout=600)


ALL = [
    Scenario("boot-64mb", "the smallest machine", ["--mem", "64", "--swap", "256"], HELLO, ["alive"]),
    Scenario("boot-16gb", "memory above and below 4 GB", ["--mem", "16384", "--swap", "0"], HELLO,
             ["alive"]),
    Scenario("boot-1-cpu", "one processor", ["--cpus", "1"], HELLO, ["1\n", "alive"]),
    Scenario("boot-8-cpus", "eight processors", ["--cpus", "8"], HELLO, ["8\n", "alive"]),
    Scenario("boot-16-cpus", "sixteen processors", ["--cpus", "16"], HELLO, ["16\n", "alive"]),
    Scenario("boot-iso", "GRUB, multiboot2, BIOS", ["--iso"], HELLO, ["alive"]),
    Scenario("boot-uefi", "GRUB, multiboot2, UEFI", ["--iso", "--uefi"], HELLO, ["alive"],
             needs="/usr/share/qemu/OVMF.fd"),
    Scenario("exit-status", "a command's status is the tool's", [], "echo out; exit 42", ["out\n"],
             status=42, on_linux=True),
    Scenario("time-limit", "a command that does not end", [], "echo out; sleep 1000", ["out\n"],
             status=124, timeout=15, on_linux=True),
    Scenario("panic", "no program to start: the reason, the calls, status 125", ["--bare"], None,
             ["Kernel panic", "Called from:", "panic"], status=125),
    Scenario("icount", "instructions as time", ["--icount", "--cpus", "1"], HELLO, ["alive"]),
    DiskScenario("disks", "several disks, a read error, mkswap and swapon in the guest", [], DISKS,
                 ["01010101\nfour good pages\n1\n02020202\n16380\noff\n1\n"], on_linux=True),
    TlbScenario("tlb-model", "misses and walks by page size, as arithmetic says", [],
                "exec tlb_reach random 16", ["tlb_reach: 1000000 random reads"]),
    DeadDiskScenario("dead-disk", "a swap disk that stops to answer writes: timeout, and the machine goes on",
                     stalling_disk.WRITE, 4, "some lost, none wrong\n"),
    DeadDiskScenario("dead-disk-read", "the same with reads", stalling_disk.READ, 4, "some lost, none wrong\n"),
    BadSwapScenario("swap-write-error", "one slot that can't be written: the page stays, the others go out", BAD_SLOT,
                    ["32764\n", "right 4096 lost 0 wrong 0\n", "swap: write error -5 on /dev/vdb, slot 777\n", "block_rq_complete W error\nblock_rq_error W error\n", "32760\n", "off"],
                    bad_slot("write", 777), on_linux=False),
    BadSwapScenario("swap-read-error", "one slot that can't be read: one page is lost", BAD_SLOT,
                    ["right 4095 lost 1 wrong 0\n", "swap: read error -5 on /dev/vdb, slot 777\n",
                     "block_rq_complete R error\nblock_rq_error R error\n", "off"],
                    bad_slot("read", 777), on_linux=False),
    DiscardScenario("swap-discard", "free clusters are discarded, on the host's disk too", [], DISCARD,
                    ["right 4096 lost 0 wrong 0\n"]),
    BadSwapScenario("swap-short-disk", "a disk that is smaller than its header says", SHORT_DISK, ["refused\nsaid so\n"],
                    there=4096),
    Scenario("put", "files from the host, and the same status", ["--put", "/etc/hostname:/etc/hostname",
             "--put", os.path.join(os.path.dirname(__file__), "scenarios.py") + ":/tmp/x/y"],
             "test -s /etc/hostname && grep -c '^class Scenario' /tmp/x/y", ["1\n"], on_linux=True),
    TraceScenario("trace-cmd", "the same events in the guest's file and in a record that the host's trace-cmd reads", [],
                  TRACE, ["through\n", "\noverrun: 0\n"], needs=tracing.TRACE_CMD),
    RecordScenario("trace-record", "trace-cmd in the guest while a program runs; its record agrees with vmstat", [],
                   "/tests/thp_pageout", ["ok 6 "], needs=tracing.TRACE_CMD),
    Scenario("exercise-events", "how the exercises read a trace", [], EXERCISE_EVENTS,
             ["at work           1       51.000       51.000       51.000", "asleep            1      900.000",
              "direct reclaims: 0 in the trace, 0 in vmstat (allocstall_*): equal",
              "runs of kswapd: 2 in the trace, 0 in vmstat (pageoutrun): NOT EQUAL", "a name of 3 - 4-17,mm_vmscan_kswapd_wake,0,000\n"],
             on_linux=True),
    Scenario("exercises", "tables of the tracing exercises beside the kernel's counters", ["--mem", "64"], RUN_EXERCISES,
             [name + " agrees\n" for name in EXERCISES] + ["%d\n" % len(EXERCISES)], timeout=400, on_linux=True),
    swap_mode("split", 2), swap_mode("delayed", 1), swap_mode("delayed", 4),
    swap_mode("whole", 1), swap_mode("whole", 4),
    Session("shell-session", "a person at the shell: editing, ^C, ^Z, ^D, jobs, vi, top", [], SHELL_SESSION),
    ReportScenario(),
    Scenario("demo", "the whole chain", [], "demo", ["the chain is complete"],
             timeout=180, on_linux=True),
]
