"""What pyproject.toml cannot say: the sources of the chapters travel with the built package.

They say which parameters there are and what each may be, which ``virality params`` and ``virality
import`` need where the repository is not at hand.
"""

from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py


class WithChapters(build_py):
    """Copy the notebooks into the package, except where it stays in the checkout."""

    def run(self):
        """Build the modules as ever, then lay the notebooks beside them."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "virality" / "notebooks"
            target.mkdir(parents=True, exist_ok=True)
            for source in sorted(Path("notebooks").glob("*.ipynb")):
                copyfile(source, target / source.name)


setup(cmdclass={"build_py": WithChapters})
