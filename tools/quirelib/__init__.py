"""The parts of tools/quire. Python 3, standard library only."""
