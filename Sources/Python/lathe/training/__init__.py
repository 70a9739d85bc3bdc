"""PyTorch trainers for the views of a cache: what ``python -m lathe.train`` runs.

- :mod:`.options`: everything that can be chosen; :mod:`.command_line`: how.
- :mod:`.batches`: the sides of a split as batches on a device.
- :mod:`.building`: network, optimiser, device and precision, of the options.
- :mod:`.session`: the loop over epochs, with exact resume.
- :mod:`.records`: where a run by itself writes: the run directory.
- :mod:`.plugin`: where a run under ``lathe train --trainer exec:`` writes: events on standard output.
"""
