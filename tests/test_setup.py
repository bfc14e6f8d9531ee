"""Set-up on small projects of its own: it mends what is amiss, or says one sentence."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from virality.core.paths import ROOT

pytestmark = pytest.mark.slow

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs links, signals and scripts of a Unix")
CLOSED_PORT = "http://127.0.0.1:9/simple"
# An editable project that can be built without a network.
BACKEND = """\
import zipfile
def build_editable(folder, config_settings=None, metadata_directory=None):
    name, info = "virality-0-py3-none-any.whl", "virality-0.dist-info"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("virality.pth", "LIB")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: virality\\nVersion: 0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
FAKE_UV = """\
#!{python}
import json, pathlib, subprocess, sys
words = sys.argv[1:]
with open({calls!r}, "a") as file:
    file.write(json.dumps(words) + "\\n")
if words[0] == "venv":
    python = words[words.index("--python") + 1]
    subprocess.check_call([python, "-m", "venv", "--without-pip", words[-1]])
    (site,) = pathlib.Path(words[-1]).glob("lib/python*/site-packages")
    (site / "pip.py").touch()
"""


def make_wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        code = f"VERSION = {version!r}\n"
        wheel.writestr(f"{name}.py", code)
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", about)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,{len(code)}\n{info}/METADATA,,{len(about)}\n")


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Project:
    """A folder with the real set-up and next to nothing to install."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.tools = folder.parent / "tools"
        self.tools.mkdir()
        shutil.copytree(ROOT / "setup_env", folder / "setup_env")
        self.require("thing==1.0")
        (folder / "requirements-quarto.txt").touch()
        (folder / "requirements-light.txt").write_text("small==1.0\n")
        (folder / "pyproject.toml").write_text(
            '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        )
        lib = folder / "lib"
        (folder / "backend.py").write_text(BACKEND.replace('"LIB"', repr(str(lib))))
        (lib / "virality" / "book").mkdir(parents=True)
        (lib / "virality" / "book" / "quarto.py").write_text("print('Quarto was looked for')")
        wheels = folder.parent / "wheels"
        make_wheel(wheels, "thing", "1.0")
        make_wheel(wheels, "thing", "2.0")
        make_wheel(wheels, "small", "1.0")
        known = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_", "PYTHON"))}
        self.environment = known | {
            "PATH": str(self.tools),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_FIND_LINKS": wheels.as_uri(),
            "PIP_NO_INDEX": "1",
            "PIP_RETRIES": "0",
        }

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def record(self) -> dict:
        path = self.venv / ".ready"
        return json.loads(path.read_text()) if path.exists() else {}

    @property
    def calls(self) -> list[list[str]]:
        """What the stand-in for uv was asked, its version aside."""
        lines = (self.tools / "calls").read_text().splitlines()
        return [words for words in map(json.loads, lines) if words != ["--version"]]

    def require(self, *lines: str) -> None:
        (self.folder / "requirements.txt").write_text("\n".join(lines) + "\n")

    def add_uv(self) -> None:
        text = FAKE_UV.format(python=sys.executable, calls=str(self.tools / "calls"))
        self.add_tool("uv", text)

    def add_tool(self, name: str, text: str) -> Path:
        tool = self.tools / name
        tool.write_text(text)
        tool.chmod(0o755)
        return tool

    def start(self, *options: str, **variables: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "setup_env", *options],
            cwd=self.folder,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            # A shell that starts tests in the background lets them ignore Ctrl-C.
            preexec_fn=_heed_interrupts if os.name == "posix" else None,
        )

    def set_up(self, *options: str, code: int = 0, **variables: str) -> str:
        """Run the set-up; return what it said, which is never a traceback."""
        process = self.start(*options, **variables)
        said = process.communicate(timeout=120)[0]
        assert process.returncode == code, said
        assert "Traceback" not in said
        return said

    def version_of_thing(self) -> str:
        return self.version_of("thing")

    def version_of(self, name: str) -> str:
        command = [str(self.python), "-c", f"import {name}; print({name}.VERSION)"]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> Project:
    """A project that pip has set up; each test leaves it mended."""
    project = Project(make_folder(tmp_path_factory.mktemp("setup")))
    said = project.set_up()
    assert "Quarto was looked for" in said
    return project


@pytest.fixture
def project(tmp_path) -> Project:
    """A project with a quick stand-in for uv, not set up yet."""
    made = Project(make_folder(tmp_path))
    made.add_uv()
    return made


def make_folder(parent: Path) -> Path:
    folder = parent / "it's a project"
    folder.mkdir()
    return folder


def sentence_of(said: str) -> str:
    """Return the one sentence at the end."""
    return said.strip().splitlines()[-1]


# ------------------------------------------------------------------------------------- with pip


def test_a_fresh_folder_is_set_up_and_then_left_alone(ready):
    assert ready.version_of_thing() == "1.0"
    assert ready.record["ready"] is True
    before = ready.venv.joinpath(".ready").stat().st_mtime_ns
    assert ready.set_up() == ""
    assert ready.venv.joinpath(".ready").stat().st_mtime_ns == before


def test_the_light_encoders_come_and_go(ready):
    assert ready.version_of("small") == "1.0"
    ready.set_up("--light", "0")
    assert (ready.version_of("small"), ready.version_of("thing")) == ("", "1.0")
    ready.set_up("--light", "1")
    assert ready.version_of("small") == "1.0"


def test_a_changed_requirement_is_installed(ready):
    ready.require("thing==2.0")
    ready.set_up()
    assert ready.version_of_thing() == "2.0"
    ready.require("thing==1.0")
    ready.set_up()
    assert ready.version_of_thing() == "1.0"


@pytest.mark.parametrize("lost", ["thing.py", "thing-1.0.dist-info/INSTALLER"])
def test_half_a_package_is_put_anew(ready, lost):
    (module,) = ready.venv.glob("**/site-packages/thing.py")
    (module.parent / lost).unlink()
    leftover = module.parent / "~hing-0.9.dist-info"
    leftover.mkdir()
    ready.venv.joinpath(".ready").write_text(json.dumps(ready.record | {"ready": False}))
    ready.set_up()
    assert ready.version_of_thing() == "1.0"
    assert (module.parent / lost).exists()
    assert not leftover.exists()


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "The package index has no nowhere==3.0"),
        (
            {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": CLOSED_PORT, "PIP_RETRIES": "1"},
            "could not be downloaded",
        ),
    ],
)
def test_what_cannot_be_had_is_one_sentence(ready, variables, says):
    ready.require("thing==1.0", "nowhere==3.0")
    said = ready.set_up(code=1, **variables)
    assert says in sentence_of(said)
    assert "run the same command again" in sentence_of(said)
    assert ready.record["ready"] is False
    ready.set_up(code=1)  # and it is not taken for done the next time
    ready.require("thing==1.0")
    ready.set_up()
    assert ready.record["ready"] is True


def test_a_package_that_cannot_be_loaded_is_named(ready):
    site = next(ready.venv.glob("**/site-packages/thing.py")).parent
    (site / "xgboost.py").write_text("raise OSError('libomp is not there')")
    ready.venv.joinpath(".ready").write_text("{")  # a damaged record means: look again
    said = sentence_of(ready.set_up(code=1))
    assert "xgboost is installed but cannot be loaded (OSError: libomp is not there)" in said
    (site / "xgboost.py").unlink()
    ready.set_up()


@pytest.fixture
def stalled():
    """An index that takes a question and never answers: its address, and the question's arrival."""
    server = socket.create_server(("127.0.0.1", 0))
    asked, taken = threading.Event(), []

    def take():
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return
            asked.set()

    threading.Thread(target=take, daemon=True).start()

    def hang_up():
        server.close()
        for connection in taken:
            connection.close()

    yield f"http://127.0.0.1:{server.getsockname()[1]}/simple", asked, hang_up
    hang_up()


@POSIX
def test_killed_while_installing_goes_on(ready, stalled):
    address, asked, _ = stalled
    ready.require("thing==1.0", "nowhere==3.0")
    process = ready.start(PIP_NO_INDEX="0", PIP_INDEX_URL=address)
    assert asked.wait(30)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert ready.record["ready"] is False
    ready.require("thing==1.0")
    ready.set_up()
    assert ready.record["ready"] is True


@POSIX
def test_interrupted_says_so_and_goes_on(ready, stalled):
    address, asked, _ = stalled
    ready.require("thing==1.0", "nowhere==3.0")
    process = ready.start(PIP_NO_INDEX="0", PIP_INDEX_URL=address)
    assert asked.wait(30)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert "goes on from here" in sentence_of(said)
    assert "Traceback" not in said
    ready.require("thing==1.0")
    ready.set_up()


@POSIX
def test_waits_for_the_pip_that_a_killed_one_left(ready, stalled):
    address, asked, hang_up = stalled
    ready.require("thing==1.0", "nowhere==3.0")
    first = ready.start(PIP_NO_INDEX="0", PIP_INDEX_URL=address)
    assert asked.wait(30)
    first.kill()  # its pip lives on
    ready.require("thing==1.0")
    second = ready.start()
    assert "waiting for it to end" in second.stdout.readline()
    hang_up()
    second.communicate(timeout=120)
    assert second.returncode == 0
    first.communicate(timeout=60)
    assert ready.record["ready"] is True


# --------------------------------------------------------------------------- made anew, with uv


def break_half_made(project: Project) -> None:
    """As when `python -m venv` is killed: a python, but nothing that comes after it."""
    (project.venv / "bin" / "activate").unlink()
    (project.venv / ".ready").unlink()


def break_dangling(project: Project) -> None:
    project.python.unlink()
    project.python.symlink_to("/nowhere/python3")


def break_starting(project: Project) -> None:
    project.python.unlink()
    project.python.write_text("#!/bin/sh\nexit 1\n")
    project.python.chmod(0o755)


def break_version(project: Project, version: str = "3 9") -> None:
    project.python.unlink()
    project.python.write_text(f"#!/bin/sh\necho {version}\n")
    project.python.chmod(0o755)


def break_nearly_all(project: Project) -> None:
    """As when deleting it was interrupted."""
    for path in project.venv.iterdir():
        if path.name != "lib":
            path.unlink() if not path.is_dir() or path.is_symlink() else shutil.rmtree(path)


@POSIX
@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (break_half_made, "interrupted"),
        (break_nearly_all, "interrupted"),
        (break_dangling, "The Python of the environment is gone"),
        (break_starting, "does not start"),
        (break_version, "has Python 3.9"),
    ],
)
def test_what_is_broken_is_made_anew(project, harm, says):
    project.set_up()
    harm(project)
    said = project.set_up()
    assert says in said
    assert [words[0] for words in project.calls] == ["venv", "pip", "pip", "pip"] * 2
    assert project.record["ready"] is True
    assert project.set_up() == ""


@POSIX
def test_a_moved_folder_gets_a_new_environment(project):
    project.set_up()
    elsewhere = project.folder.with_name("elsewhere")
    project.folder.rename(elsewhere)
    project.folder = elsewhere
    assert "moved" in project.set_up()
    assert str(elsewhere) in (project.venv / "bin" / "activate").read_text()
    assert project.set_up() == ""


@POSIX
def test_a_given_python_is_the_one_that_is_used(project):
    other = next(v for v in ((3, 11), (3, 12)) if v != sys.version_info[:2])
    project.set_up()
    break_version(project, "{} {}".format(*other))
    record = project.record | {"version": other}
    project.venv.joinpath(".ready").write_text(json.dumps(record))
    assert "made" not in project.set_up()  # it works, and nobody asked for another
    said = project.set_up("--this-python")
    assert "has Python {}.{}".format(*other) in said
    assert project.record["version"] == list(sys.version_info[:2])


@POSIX
def test_a_new_build_of_the_same_python_keeps_the_packages(project):
    project.set_up()
    calls = project.calls
    record = project.record
    record["interpreter"][2] -= 1
    project.venv.joinpath(".ready").write_text(json.dumps(record))
    assert project.set_up() == ""
    assert project.calls == calls
    assert project.record["interpreter"][2] == record["interpreter"][2] + 1


@POSIX
def test_an_environment_without_a_record_is_taken_over(project):
    project.set_up()
    project.venv.joinpath(".ready").write_text("")
    project.set_up()
    assert [words[0] for words in project.calls] == ["venv", *["pip"] * 6]


@POSIX
def test_the_choice_of_pytorch_is_kept_until_another_is_made(project):
    def indexes():
        installs = [words for words in project.calls if "requirements.txt" in words]
        return ["--extra-index-url" in words for words in installs]

    project.set_up("--torch", "cpu")
    assert project.set_up("--torch", "cpu") == project.set_up() == ""
    project.require("thing==2.0")
    project.set_up()
    assert indexes() == [True, True]
    assert "Another PyTorch" in project.set_up("--torch", "default")
    assert indexes() == [True, True, False]
    assert "no PyTorch “rocm”" in project.set_up("--torch", "rocm", code=1)


@POSIX
def test_the_light_encoders_are_left_out_until_they_are_asked_for(project):
    def verbs():
        return [words[1] for words in project.calls if "requirements-light.txt" in words]

    project.set_up()
    assert verbs() == ["install"] and project.record["light"] == "1"
    project.set_up("--light", "0")
    assert verbs() == ["install", "uninstall"] and project.record["light"] == "0"
    assert len([words for words in project.calls if "requirements.txt" in words]) == 1
    assert project.set_up() == project.set_up("--light", "0") == ""
    project.require("thing==2.0")
    project.set_up()
    assert verbs()[2:] == ["uninstall"], "the choice is kept"
    assert "light encoders (0.2 GB" in project.set_up("--light", "1")
    assert "LIGHT=1 or LIGHT=0" in project.set_up("--light", "maybe", code=1)


@POSIX
def test_uv_is_told_of_the_indexes_of_pip(project):
    project.add_tool(
        "uv",
        (project.tools / "uv").read_text()
        + f"import os; open({str(project.tools / 'seen')!r}, 'w').write(str(dict(os.environ)))\n",
    )
    project.set_up(PIP_INDEX_URL=CLOSED_PORT, PIP_EXTRA_INDEX_URL=CLOSED_PORT + "2")
    seen = (project.tools / "seen").read_text()
    assert f"'UV_INDEX_URL': '{CLOSED_PORT}'" in seen
    assert f"'UV_EXTRA_INDEX_URL': '{CLOSED_PORT}2'" in seen
    (install,) = [words for words in project.calls if "requirements.txt" in words]
    assert "unsafe-best-match" in install


@POSIX
def test_a_uv_that_does_not_start_is_no_uv(project):
    def found():
        command = [sys.executable, "-c", "import processes; print(processes.find_uv())"]
        done = subprocess.run(
            command,
            cwd=project.folder / "setup_env",
            env=project.environment,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    assert found() == str(project.tools / "uv")
    project.add_tool("uv", "#!/bin/sh\nexit 1\n")
    assert found() == ""
    project.add_tool("uv", "")
    assert found() == ""


# ------------------------------------------------------------------------------- what it refuses


def without_tested(project: Project) -> None:
    places = project.folder / "setup_env" / "places.py"
    text = re.sub(r"TESTED = .*", "TESTED = ((3, 99),)", places.read_text())
    places.write_text(text)


def test_an_untested_python_is_one_sentence(project):
    without_tested(project)
    said = project.set_up(code=1)
    assert len(said.strip().splitlines()) == 1
    assert "Python 3.99 to 3.99 is needed" in said
    assert "PYTHON=python3.99" in said
    assert not project.venv.exists()


@POSIX
def test_a_tested_python_on_the_path_is_taken_instead(project):
    without_tested(project)
    stand_in = project.add_tool(
        "python3.99",
        '#!/bin/sh\ncase "$*" in *version_info*) echo 3 99;; '
        f'*) exec "{sys.executable}" "$@";; esac\n',
    )
    assert f"using {stand_in}" in project.set_up()
    assert project.calls[0][:4] == ["venv", "--seed", "--python", str(stand_in)]
    assert "is needed" in without_path(project)


def without_path(project: Project) -> str:
    shutil.rmtree(project.venv)
    return project.set_up("--this-python", code=1)


def test_a_folder_that_is_not_an_environment_survives(project):
    project.venv.mkdir()
    (project.venv / "mine.txt").write_text("mine")
    assert "move it away" in sentence_of(project.set_up(code=1))
    assert (project.venv / "mine.txt").read_text() == "mine"


def test_a_file_in_its_place_survives(project):
    project.venv.write_text("mine")
    assert "move it away" in sentence_of(project.set_up(code=1))
    assert project.venv.read_text() == "mine"


@POSIX
def test_a_link_to_somewhere_else_survives(project, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "pyvenv.cfg").touch()
    project.venv.symlink_to(theirs)
    assert "move it away" in sentence_of(project.set_up(code=1))
    assert (theirs / "pyvenv.cfg").exists()


FAILURES = {
    "OSError: [Errno 28] No space left on device": "disk is full",
    "error: Failed to fetch: `https://x/`\n  Caused by: dns error": "could not be downloaded",
    "WARNING: Retrying: NewConnectionError\nERROR: No matching distribution found for torch": (
        "could not be downloaded"
    ),
    "  × No solution found\n  ╰─▶ Because torch==2.13.0 has no wheels with a matching platform": (
        "has no torch==2.13.0"
    ),
    "ERROR: Failed building wheel for hdbscan": "no ready-made hdbscan",
    "PermissionError: [Errno 13] Permission denied: 'x'": "may not be written",
    "something new": "something new",
}


@pytest.mark.parametrize("text", FAILURES)
def test_what_installers_print_becomes_a_sentence(text):
    code = "import sys, failures; print(failures.explain(sys.argv[1], 'installing'))"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, f"$ pip\nNo space left\n$ pip\n{text}"],
        cwd=ROOT / "setup_env",
        capture_output=True,
        check=True,
    )
    said = done.stdout.decode("utf-8").strip()
    assert FAILURES[text] in said
    assert "\n" not in said
    assert ("disk is full" in said) == ("disk" in FAILURES[text])  # an earlier step does not count


# ------------------------------------------------------------------- one word on what is tested


def test_all_places_name_the_same_versions_of_python():
    text = (ROOT / "setup_env" / "places.py").read_text(encoding="utf-8")
    tested = [f"3.{minor}" for minor in re.findall(r"\(3, (\d+)\)", text)]
    span = f">={tested[0]},<3.{int(tested[-1][2:]) + 1}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["requires-python"] == span
    assert project["tool"]["ruff"]["target-version"] == "py" + tested[0].replace(".", "")
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert f"python{span}" in conda["dependencies"]
    hosted = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert all(f'"{version}"' in hosted for version in tested)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Python {tested[0]} to {tested[-1]}" in readme
