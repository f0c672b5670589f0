"""From a recorded run to one HTML page: read the record, sum it up, draw.

record.py   the pieces that user/recorder has written to its disk
formats.py  events/SYSTEM/NAME/format: where the fields are, and how the event is printed
ring.py     pages of the ring buffer, as trace_pipe_raw gives them, to events
text.py     the same as lines of text, as the file `trace` has them: written, read, checked
story.py    events and samples to what the page shows (spans.py, faults.py, ranges.py: its parts)
totals.py   the sums of the events beside the counters of /proc/vmstat
page.py     everything into one file
command.py  the command line
"""
