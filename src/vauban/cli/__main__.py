import sys

from vauban.cli.main import main

sys.exit(main())
