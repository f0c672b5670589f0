"""Tests that need the host: machines of every size, GRUB, a terminal, kernels that die."""


class Scenario:
    """One boot with one command, whose output must contain some lines."""

    def __init__(self, name, about, arguments, command, expect=(), status=0, timeout=120):
        self.name = name
        self.about = about
        self.arguments = arguments
        self.command = command
        self.expect = expect
        self.status = status
        self.timeout = timeout

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


HELLO = "nproc; free -m; echo alive"

ALL = [
    Scenario("boot-64mb", "the smallest machine", ["--mem", "64", "--swap", "256"], HELLO, ["alive"]),
    Scenario("boot-16gb", "memory above and below 4 GB", ["--mem", "16384", "--swap", "0"], HELLO,
             ["alive"]),
    Scenario("boot-1-cpu", "one processor", ["--cpus", "1"], HELLO, ["1\n", "alive"]),
    Scenario("boot-8-cpus", "eight processors", ["--cpus", "8"], HELLO, ["8\n", "alive"]),
    Scenario("boot-16-cpus", "sixteen processors", ["--cpus", "16"], HELLO, ["16\n", "alive"]),
    Scenario("boot-iso", "GRUB, multiboot2, BIOS", ["--iso"], HELLO, ["alive"]),
    Scenario("exit-status", "a command's status is the tool's", [], "echo out; exit 42", ["out\n"],
             status=42),
    Scenario("time-limit", "a command that does not end", [], "echo out; sleep 1000", ["out\n"],
             status=124, timeout=15),
    Scenario("icount", "instructions as time", ["--icount", "--cpus", "1"], HELLO, ["alive"]),
    Scenario("demo", "the whole chain", [], "demo", ["every byte is right"], timeout=180),
]
