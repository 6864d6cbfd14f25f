"""Sets up what a fresh machine lacks: the virtual environment, the pinned packages, a browser for the tests.

Run by the Makefile with nothing but the standard library.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    match sys.argv[1:]:
        case ["venv"]:
            make_environment()
        case ["install", name]:
            install(name)
        case ["browser"]:
            find_or_install_browser()
        case ["java"]:
            find_or_install_java()
        case _:
            sys.exit("usage: bootstrap.py venv | install NAME | browser | java")


def make_environment() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - the one file that an older Python may run
        sys.exit(
            f"OpenNRM needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
            "Run: make PYTHON=/path/to/python3.11"
        )
    if (VENV / "bin" / "python").exists():
        return
    print("Setting up the virtual environment in .venv")
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "Python cannot make a virtual environment here. On Debian: apt install python3-venv.\n"
            f"{made.stdout}{made.stderr}"
        )


def install(name: str) -> None:
    print(f"Installing the pinned packages of requirements/{name}.lock")
    # Spark ships as a source archive; everything else must come as a wheel, so that no compiler is needed.
    binary = [] if name == "spark" else ["--only-binary", ":all:"]
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    subprocess.run([*pip, "--require-hashes", *binary, "-r", f"requirements/{name}.lock"], cwd=ROOT, check=True)
    if not (VENV / "bin" / "opennrm").exists():
        launcher = VENV / "bin" / "opennrm"
        launcher.write_text(
            f"#!{VENV / 'bin' / 'python'}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
            "from opennrm.console.main import main\nmain()\n"
        )
        launcher.chmod(0o755)


def find_or_install_browser() -> None:
    if any(map(shutil.which, BROWSERS)) or os.environ.get("OPENNRM_CHROMIUM"):
        return
    print("The browser tests need Chromium: installing it")
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL}
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([apt, "update", "-q"], check=False, env=env, **quiet)
        subprocess.run(
            [apt, "install", "-y", "-q", "--no-install-recommends", "chromium"], check=False, env=env, **quiet
        )
        if any(map(shutil.which, BROWSERS)):
            return
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    if done.returncode:
        sys.exit(
            "No Chromium was found and none could be installed. "
            "Install the package 'chromium', or set OPENNRM_CHROMIUM to its path."
        )


def find_or_install_java() -> None:
    """Spark runs on Java 17 or newer: one on the path or in JAVA_HOME is used, else Debian's is installed."""
    if _java_works():
        return
    print("The Spark tests need a Java runtime: installing it")
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL}
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([apt, "update", "-q"], check=False, env=env, **quiet)
        for package in ("openjdk-21-jre-headless", "openjdk-17-jre-headless", "default-jre-headless"):
            command = [apt, "install", "-y", "-q", "--no-install-recommends", package]
            subprocess.run(command, check=False, env=env, **quiet)
            if _java_works():
                return
    sys.exit(
        "No Java runtime (17 or newer) was found and none could be installed. "
        "On Debian: apt install openjdk-17-jre-headless. Or set JAVA_HOME to one."
    )


def _java_works() -> bool:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not java or not Path(java).exists():
        return False
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', told.stderr + told.stdout)
    return told.returncode == 0 and version is not None and int(version[1]) >= 17


if __name__ == "__main__":
    main()
