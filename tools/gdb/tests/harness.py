"""What the tests of the vm-* commands share. Run inside gdb, attached to a machine that runs `tour`; the verdict is the last line."""

import os
import sys
import traceback

import gdb

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

from vm import command, frames, guest, programs  # noqa: E402

checks, failures = 0, []
REGISTERS = ("rip", "rsp", "rbp", "cr3", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")


def expect(condition, what):
    global checks
    checks += 1
    if not condition:
        failures.append(what)
        print("FAIL " + what, flush=True)
    return condition


def equal(found, wanted, what):
    return expect(found == wanted, "%s is %s, not %s" % (what, found, wanted))


def run(text):
    """=> what the command prints"""
    return gdb.execute(text, to_string=True)


def refused(text):
    """=> the message with which a command refuses; None when it doesn't"""
    try:
        run(text)
    except gdb.error as error:
        return str(error)
    return None


def is_plain(message):
    return bool(message) and "Python" not in message and "Traceback" not in message and "\n" not in message.strip()


def answers(text, where):
    """The command ends with a sentence, and leaves the selected CPU and frame alone. => its output"""
    thread, frame = gdb.selected_thread().num, gdb.selected_frame()
    try:
        output = run(text)
    except gdb.error as error:
        expect(False, "%s at %s: %s" % (text, where, error))
        return ""
    expect(output.rstrip().endswith("."), "%s at %s ends with a sentence: %r" % (text, where, output[-200:]))
    expect(gdb.selected_thread().num == thread and gdb.selected_frame() == frame, "%s at %s selects another place" % (text, where))
    return output


def inside(function, *arguments):
    """The rooms of vm, used as a command uses them."""
    with guest.Selection() as guest.selection:
        frames.forget()
        return function(*arguments)


def stop_in_tour(function, temporary=False):
    return programs.stop_at(function, "tour", temporary)


def place():
    """Registers, and in the program how far it has come."""
    if guest.register("cs") & 3 == 3 and gdb.lookup_global_symbol("seen"):
        seen = gdb.selected_inferior().read_memory(int(gdb.parse_and_eval("&seen")), gdb.lookup_type("struct seen").sizeof)
        return [bytes(seen), int(gdb.parse_and_eval("$pid()")), guest.register("rip")]
    return [guest.register(name) for name in REGISTERS] + [gdb.selected_thread().num]


def go_on(at=None):
    """Continue; the innermost function at the next stop must be `at`. => what gdb printed

    A stop may come twice. gdb leaves a breakpoint by taking it away, stepping one instruction, and putting it back. QEMU (seen in
    7.2) calls the step done also when the processor was called away before it had begun the instruction: a timer's interrupt at
    the wrong moment is enough (cpu_tb_exec in accel/tcg/cpu-exec.c raises EXCP_DEBUG whatever has ended the block). The breakpoint
    is put back, and hit again. Nothing tells gdb so; that the machine has not moved does.
    """
    before = place()
    text = run("continue")
    while place() == before:
        print("(QEMU's step ended before its instruction: again)")
        text = run("continue")
    if at:
        equal(gdb.newest_frame().name(), at, "the place where it stopped")
    return text


def variable(name):
    return gdb.parse_and_eval(name)


def main(test):
    """Runs the test, and kills the machine."""
    command.strict = True
    try:
        test()
    except Exception:       # whatever it is, the run has failed and must come to an end
        failures.append("an exception")
        traceback.print_exc(file=sys.stdout)
    print("gdb test: %d checks, %s" % (checks, "%d failed" % len(failures) if failures else "all good"), flush=True)
    try:
        gdb.execute("kill", to_string=True)
    except gdb.error:
        pass
    gdb.execute("quit %d" % bool(failures))


__all__ = [n for n in dir() if not n.startswith("_")]
