"""What all vm-* commands have in common: arguments, errors, and that the selected CPU and frame stay what they were."""

import gdb

from vm import frames, guest

ALL = []
strict = False          # the tests: a mistake of ours shall look like one


class Command(gdb.Command):
    """A command: NAME, its arguments for the usage line, and what it shows in one line."""

    name = usage = about = ""
    most_arguments = 1
    reads = True            # needs a machine

    def __init__(self):
        self.__doc__ = ("%s %s" % (self.name, self.usage)).strip() + ": " + self.about
        super().__init__(self.name, gdb.COMMAND_DATA)
        ALL.append(self)

    def invoke(self, argument, from_tty):
        words = split(argument)
        if len(words) > self.most_arguments:
            self.wrong("too many arguments")
        if not self.reads:
            return guarded(self.run, words)
        with guest.Selection() as guest.selection:
            frames.forget()
            guarded(self.run, words)

    def run(self, words):
        raise NotImplementedError

    def wrong(self, why):
        raise gdb.GdbError("%s. Usage: %s %s" % (why, self.name, self.usage))

    def number(self, text, what):
        """An expression of gdb's, or the plain message that it is none."""
        try:
            return guest.number(gdb.parse_and_eval(text))
        except gdb.error as error:
            self.wrong("%s is no %s (%s)" % (text, what, error))


def guarded(function, *arguments):
    """What can't be read, or makes no sense, is said in a sentence: the machine may be in the middle of anything."""
    try:
        return function(*arguments)
    except (gdb.GdbError, OSError):
        raise
    except gdb.MemoryError as error:
        raise gdb.GdbError("part of what this reads is not there (%s): it is not set up yet, or damaged. See: bt, vm-check."
                           % str(error).strip())
    except Exception as error:
        if strict:
            raise
        raise gdb.GdbError("what stands in memory makes no sense (%s: %s): somebody is in the middle of a change, or it is damaged. "
                           "See: vm-locks, vm-check." % (type(error).__name__, str(error).strip()))


def split(text):
    """Words, but what stands in brackets is one: (unsigned long) $rsp"""
    words, depth, word = [], 0, ""
    for letter in text.strip() + " ":
        depth += (letter in "([") - (letter in ")]")
        if letter.isspace() and depth <= 0:
            words += [word] if word else []
            word = ""
        else:
            word += letter
    return words + ([word] if word else [])


def conclude(sentence, *see):
    """The last line: what it means, and where to look next."""
    print("%s%s" % (sentence, " See: %s." % ", ".join(see) if see else ""))


def rows(table):
    """Columns aligned; a column whose cells look like numbers goes to the right."""
    widths = [max(len(str(row[i])) for row in table) for i in range(len(table[0]))]
    right = [all(str(row[i])[:1].isdigit() or str(row[i]) in ("", "-") for row in table[1:]) and len(table) > 1
             for i in range(len(table[0]))]
    for row in table:
        cells = (str(c).rjust(w) if r else str(c).ljust(w) for c, w, r in zip(row, widths, right))
        print("  ".join(cells).rstrip())


def runs(items):
    """[(key, first, last)] of neighbours with equal keys; items: (position, key), positions one after the other."""
    found = []
    for position, key in items:
        if found and found[-1][0] == key and found[-1][2] == position - 1:
            found[-1][2] = position
        else:
            found.append([key, position, position])
    return found


def plural(count, one, many=None):
    return "%d %s" % (count, one if count == 1 else many or one + "s")
