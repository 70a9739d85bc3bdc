"""How :mod:`lathe.distribute` has the shards of a cache prepared, a module for each part of it."""
