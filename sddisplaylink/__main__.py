"""`python -m sddisplaylink`."""

import sys

from sddisplaylink.cli import main

sys.exit(main())
