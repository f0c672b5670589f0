"""vm-help: the commands, the functions, and where to begin."""

from vm import command, functions

from vm.command import Command, conclude, rows

BEGIN = (("walk", "one address: what do the tables say?", "vm-walk ADDRESS"),
         ("fault", "break handle_mm_fault, continue", "vm-fault"),
         ("split", "break split_huge_page_to_list, continue", "vm-page, vm-rmap, vm-watch"),
         ("swap", "break swap_writepage or do_swap_page, continue", "vm-swap, vm-walk"),
         ("collapse", "break collapse_huge_page, continue", "vm-khugepaged, vm-locks"),
         ("reclaim", "break shrink_node or try_to_free_pages, continue", "vm-lru, vm-buddy"),
         ("who", "make record, make replay: who changed this entry?", "vm-watch, reverse-continue"))


class Help(Command):
    name = "vm-help"
    usage = "[COMMAND]"
    about = "this list"
    reads = False

    def run(self, words):
        if words:
            found = next((c for c in command.ALL if c.name in (words[0], "vm-" + words[0])), None)
            if found is None:
                self.wrong("there is no command %s" % words[0])
            return print("%s: %s.\nUsage: %s %s" % (found.name, found.about, found.name, found.usage))
        rows([(c.name + " " + c.usage, c.about) for c in command.ALL])
        print()
        rows([("$%s(%s)" % (f.name, f.arguments), f.about) for f in functions.ALL])
        print()
        rows([("TO SEE", "STOP", "ASK"), *BEGIN])
        conclude("They only read, work wherever the machine stands, on the CPU that is selected (thread N).", "vm-tasks", "vm-maps")
