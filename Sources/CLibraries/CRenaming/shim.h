// What the C library has for GNU programs only, so that Swift's module of it lacks it.

/// Renames, as `rename` does, with flags of <linux/fs.h>.
int renameat2(int old_folder, const char *old_name, int new_folder, const char *new_name, unsigned int flags);

/// RENAME_EXCHANGE: each of the two takes the other's name, in one step.
static const unsigned int lathe_rename_exchange = 1u << 1;
