"""The vm-* commands: one room a subject. tools/gdb/quire.py loads them; docs/gdb.md says what each shows.

Rules. Nothing in the guest is called or changed. Memory is read through guest.py alone, structures by the names that
the kernel's debug information gives their fields, constants from the headers that define them (constants.py): a name that
is not there any more is an error, and the test `gdb` fails. A command says one plain sentence at its end, and which
command shows more.
"""
