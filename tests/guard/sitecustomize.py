"""Python imports this by itself at the start of every process whose PYTHONPATH names the folder."""

import network_guard

network_guard.install()
