"""The build backend (PEP 517): the core's shared library, the extension, and a wheel of both.

The wheel carries `libtarray` itself and the headers, so that the extension and C++ code in the
same process use one core. Needs cargo, a C linker and nothing from PyPI.

Settings from the environment:
  CARGO_TARGET_DIR       where cargo builds (default: target/python in the repository)
  TARRAY_WHEEL_PLATFORM  the wheel's platform tag, such as manylinux_2_34_x86_64, when whoever
                         builds knows that the libraries run there (default: this machine's)
"""

import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
REPOSITORY = HERE.parent.parent
HEADERS = ["tarray.h", "tarray.hpp", "tarray_dlpack.h"]
# What a source distribution needs of the repository to be built.
SOURCES = ["Cargo.toml", "Cargo.lock", "build.rs", "src", "include", "xtask", "LICENSE-APACHE",
           "LICENSE-MIT", "README.md", "bindings/python"]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    core = build_core()
    files = {f"tarray/lib/{soname(core)}": core.read_bytes()}
    extension = build_extension(core.parent)
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    files[f"tarray/_tarray{suffix}"] = extension.read_bytes()
    for header in HEADERS:
        files[f"tarray/include/{header}"] = (REPOSITORY / "include" / header).read_bytes()
    package = HERE / "python"
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".pyi", ".typed"):
            files[path.relative_to(package).as_posix()] = path.read_bytes()
    return write_wheel(Path(wheel_directory), files)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name = f"{stem()}.dist-info"
    folder = Path(metadata_directory) / name
    folder.mkdir()
    for path, data in about_files().items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    return name


def build_core():
    """Builds libtarray and returns its path."""
    return cargo("rustc", REPOSITORY, "core", ["--lib", "--crate-type", "cdylib"], {})


def build_extension(core_folder):
    """Builds the extension for the Python that runs this, linked to the core in `core_folder`."""
    environment = {"TARRAY_LIB_DIR": str(core_folder), "PYO3_PYTHON": sys.executable}
    return cargo("build", HERE, "extension", ["--lib"], environment)


def cargo(verb, folder, name, arguments, environment):
    """Runs cargo and returns the shared library that it says it has made."""
    root = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target" / "python")
    command = ["cargo", verb, "--release", "--manifest-path", str(folder / "Cargo.toml"),
               "--target-dir", str(root.resolve() / name),
               "--message-format", "json-render-diagnostics"]
    if (folder / "Cargo.lock").exists():
        command.append("--locked")
    told = subprocess.run(command + arguments, env=os.environ | environment, check=True,
                          stdout=subprocess.PIPE).stdout
    for line in told.splitlines():
        message = json.loads(line)
        if message["reason"] != "compiler-artifact" or "cdylib" not in message["target"]["kind"]:
            continue
        for path in map(Path, message["filenames"]):
            if path.suffix in (".so", ".dylib", ".dll"):
                return path
    raise RuntimeError(f"cargo made no shared library in {folder}")


def soname(library):
    """The name under which the extension looks for the core."""
    if not sys.platform.startswith("linux"):
        return library.name
    return f"{library.name}.{abi_number()}"


def abi_number():
    for line in (REPOSITORY / "src" / "abi" / "mod.rs").read_text().splitlines():
        if line.startswith("pub const TA_ABI_VERSION: i32 ="):
            return int(line.split("=")[1].strip(" ;"))
    raise RuntimeError("src/abi/mod.rs does not say the ABI number")


def project():
    return tomllib.loads((HERE / "pyproject.toml").read_text())["project"]


def version():
    manifest = tomllib.loads((REPOSITORY / "Cargo.toml").read_text())
    return manifest["workspace"]["package"]["version"]


def stem():
    return f"{project()['name']}-{version()}"


def tag():
    """The wheel's tag: this Python, its ABI, this platform."""
    short = f"cp{sys.version_info.major}{sys.version_info.minor}"
    free_threaded = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    platform = os.environ.get("TARRAY_WHEEL_PLATFORM") or sysconfig.get_platform()
    platform = platform.replace("-", "_").replace(".", "_")
    return f"{short}-{short}{free_threaded}-{platform}"


def metadata():
    about = project()
    lines = ["Metadata-Version: 2.4", f"Name: {about['name']}", f"Version: {version()}",
             f"Summary: {about['description']}", f"License-Expression: {about['license']}",
             "License-File: LICENSE-APACHE", "License-File: LICENSE-MIT",
             f"Requires-Python: {about['requires-python']}"]
    lines += [f"Classifier: {classifier}" for classifier in about["classifiers"]]
    return ("\n".join(lines) + "\n").encode()


def about_files():
    """What a wheel's dist-info folder holds, but for RECORD."""
    files = {"METADATA": metadata()}
    files["WHEEL"] = (f"Wheel-Version: 1.0\nGenerator: tarray_build\n"
                      f"Root-Is-Purelib: false\nTag: {tag()}\n").encode()
    for text in ("LICENSE-APACHE", "LICENSE-MIT"):
        files[f"licenses/{text}"] = (REPOSITORY / text).read_bytes()
    return files


def write_wheel(folder, files):
    """Writes a wheel of `files`, with their RECORD, and returns its name."""
    info = f"{stem()}.dist-info"
    files |= {f"{info}/{name}": data for name, data in about_files().items()}
    record = [f"{name},{digest(data)},{len(data)}" for name, data in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    name = f"{stem()}-{tag()}.whl"
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            # The same date always: the same sources make the same wheel.
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100755 if ".so" in path else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    return name


def digest(data):
    encoded = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "sha256=" + encoded.decode().rstrip("=")


def build_sdist(sdist_directory, config_settings=None):
    # A source distribution is built from its root, and there the backend lies deeper.
    text = (HERE / "pyproject.toml").read_text()
    text = text.replace('backend-path = ["backend"]', 'backend-path = ["bindings/python/backend"]')
    extra = {"pyproject.toml": text.encode(), "PKG-INFO": metadata()}
    with tarfile.open(Path(sdist_directory) / f"{stem()}.tar.gz", "w:gz") as archive:
        for name in SOURCES:
            if (REPOSITORY / name).exists():
                archive.add(REPOSITORY / name, f"{stem()}/{name}", filter=without_outputs)
        for name, data in extra.items():
            entry = tarfile.TarInfo(f"{stem()}/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return f"{stem()}.tar.gz"


def without_outputs(entry):
    outputs = {"target", "__pycache__", ".pytest_cache", "dist"}
    return None if outputs & set(Path(entry.name).parts) else entry
