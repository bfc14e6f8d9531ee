"""Make the environment in ``.venv``, or repair it; ``make`` calls this before all else.

Where all is as it should be, nothing is done, in a fraction of a second. What is amiss is
mended: an interrupted set-up, a changed requirement, a deleted interpreter, another Python, a
moved folder. What cannot be mended is said in one sentence.

    python3 setup_env                  PyTorch as PyPI serves it
    python3 setup_env --torch cpu      PyTorch without CUDA, for machines without a card
    python3 setup_env --light 0        without the light encoders (0.2 GB)
"""

import argparse
import sys

try:
    import failures
    import interpreters
    import packages
    import record
    from places import LOG, PYTHON, VENV
    from processes import alone, say
except SyntaxError:  # a Python that is older than these modules can say themselves
    sys.exit("Python 3.11 to 3.13 is needed: give one, as in make report PYTHON=python3.13.")


def main(arguments=None) -> int:
    """Bring the environment into order; return the exit code."""
    parser = argparse.ArgumentParser(
        "setup_env",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--torch", default="", metavar="cpu|default", help="which PyTorch (default: as before)"
    )
    parser.add_argument(
        "--light", default="", metavar="1|0", help="the light encoders too (default: as before; 1)"
    )
    parser.add_argument(
        "--this-python", action="store_true", help="use the Python that runs this, no other"
    )
    options = parser.parse_args(arguments)
    try:
        packages.check_choices(options.torch, options.light)
        set_up(options.torch, options.light, options.this_python)
    except failures.Unable as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nSet-up was stopped; the same command goes on from here.")
        return 130
    except OSError as error:
        say(f"\n{failures.explain(str(error), 'set-up')}")
        return 1
    return 0


def set_up(torch: str, light: str, this_python: bool) -> None:
    """Do nothing when all is as it should be; otherwise make or mend the environment."""
    if record.is_current(record.read(), torch, light, this_python):
        return
    with alone():
        known = record.read()
        if not record.is_current(known, torch, light, this_python):  # another one has just ended
            torch, light = torch or known.get("torch", "default"), light or known.get("light", "1")
            _make_or_mend(known, torch, light, this_python)


def _make_or_mend(known: dict, torch: str, light: str, this_python: bool) -> None:
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("", encoding="utf-8")
    asked = record.fingerprint()  # before installing: a change meanwhile is seen by the next run
    amiss = interpreters.what_is_amiss(known, torch, this_python)
    if amiss:
        python = interpreters.choose(this_python)
        say(f"{amiss}: making the environment anew ..." if VENV.is_dir() else f"{amiss} ...")
        interpreters.create(python)
    entries = {
        "venv": str(VENV),
        "asked": asked,
        "torch": torch,
        "light": light,
        "version": interpreters.version_of(PYTHON),
        "interpreter": record.interpreter(),
    }
    same = not amiss and known.get("ready") and known.get("asked") == asked
    record.write({**entries, "ready": False})
    # The same packages fit another build of the same Python.
    if not same:
        packages.install(torch, light)
    elif known.get("light") != light:
        packages.install_light(light)
    record.write({**entries, "ready": True})


if __name__ == "__main__":
    sys.exit(main())
