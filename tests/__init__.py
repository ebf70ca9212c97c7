import builtins

import_of_python = builtins.__import__  # this is imported before PySide, which replaces it
