"""What goes wrong with the machine, and says nothing of the file that was being read."""

import errno

# A full disk, one that fails, too many open files.
_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}


def is_to_blame(error: BaseException) -> bool:
    is_out_of_memory = isinstance(error, MemoryError)
    return is_out_of_memory or (isinstance(error, OSError) and error.errno in _NUMBERS)
