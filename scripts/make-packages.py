#!/usr/bin/env python3
"""Makes the release's packages from one binary: a tarball, a Debian package, a Python wheel, and their checksums.

`make dist` builds the binary and calls this. The binary holds libyaml, libcrypto, sqlite3, pcre2 and Swift's runtime. The
libraries it loads at first use (libcurl, libarchive, libmicrohttpd, codecs, and what these need) lie beside it in tarball and wheel,
in lib/lorapipe, where its run path finds them; the Debian package depends on the system's instead. OpenBLAS is in none: it is
larger than all else together, and training runs without it.

    scripts/make-packages.py BINARY OUTPUT-FOLDER
"""

import base64
import gzip
import hashlib
import io
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

TOP = pathlib.Path(__file__).resolve().parent.parent
LOADED = [
    "libcurl.so.4", "libarchive.so.13", "libmicrohttpd.so.12", "libsnappy.so.1", "liblz4.so.1", "libzstd.so.1",
    "libbrotlidec.so.1", "libz.so.1",
]
# What every system with the right glibc has: PEP 600 allows a wheel to expect these.
SYSTEM = re.compile(r"^(ld-linux.*|libc|libm|libdl|librt|libpthread|libresolv|libgcc_s|libstdc\+\+)\.so")
# Parts of the binary itself: embedded, or linked statically.
BUILT_IN = ["libjs-dygraphs", "libyaml-dev", "libssl-dev", "libsqlite3-dev", "libpcre2-dev"]
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def version():
    text = (TOP / "Sources/Product/LorapipeCLI/Version.swift").read_text()
    return re.search(r'static let version = "([^"]+)"', text)[1]


def moment():
    """Seconds since 1970 that every file of a package bears: the commit's, so that equal builds give equal packages."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    try:
        return int(output("git", "-C", str(TOP), "log", "-1", "--format=%ct"))
    except subprocess.CalledProcessError:
        return 1767225600


def needed(path):
    """Libraries a file is linked with, by name and by the place where this machine has them."""
    found = re.findall(r"^\s*(\S+) => (/\S+)", output("ldd", str(path)), re.M)
    return {name: pathlib.Path(place).resolve() for name, place in found}


def glibc(path):
    """The newest glibc that a file asks for."""
    names = re.findall(r"GLIBC_(\d+)\.(\d+)", output("objdump", "-T", str(path)))
    return max(((int(a), int(b)) for a, b in names), default=(2, 17))


def bundle(folder, notices):
    """Copies what is loaded at first use, and everything that needs, into a folder; with the licenses of their packages."""
    folder.mkdir(parents=True)
    found = re.findall(r"^\s*(\S+) \(.*=> (/\S+)$", output("/sbin/ldconfig", "-p"), re.M)
    known = {}
    for name, place in found:
        known.setdefault(name, pathlib.Path(place))
    missing = [name for name in LOADED if name not in known]
    if missing:
        raise SystemExit(f"not on this machine: {', '.join(missing)}; run 'make setup'")
    wanted = {name: known[name].resolve() for name in LOADED}
    for name in LOADED:
        wanted |= needed(known[name])
    for name, place in sorted(wanted.items()):
        if SYSTEM.match(name):
            continue
        shutil.copyfile(place, folder / name)
        (folder / name).chmod(0o644)
        subprocess.run(["strip", "--strip-unneeded", folder / name], check=True)
        subprocess.run(["patchelf", "--set-rpath", "$ORIGIN", folder / name], check=True)
        package = owner(place)
        if package and pathlib.Path(f"/usr/share/doc/{package}/copyright").exists():
            notices[package] = pathlib.Path(f"/usr/share/doc/{package}/copyright").resolve()


def built_in():
    """The licenses of what is part of the binary itself, by the package that it was built from."""
    found = {package: pathlib.Path(f"/usr/share/doc/{package}/copyright") for package in BUILT_IN}
    missing = [package for package, text in found.items() if not text.exists()]
    if missing:
        raise SystemExit(f"no license text on this machine of {', '.join(missing)}; run 'make setup'")
    return {package: text.resolve() for package, text in found.items()}


def owner(place):
    """The Debian package a library came with."""
    for path in {str(place), str(place).removeprefix("/usr")}:
        answer = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True)
        if answer.returncode == 0:
            return answer.stdout.split(":")[0]
    return None


def stage(binary, root):
    """The files every package has, laid out below a prefix."""
    program = root / "bin/lorapipe"
    program.parent.mkdir(parents=True)
    shutil.copyfile(binary, program)
    program.chmod(0o755)
    subprocess.run(["strip", program], check=True)
    subprocess.run(["patchelf", "--set-rpath", "$ORIGIN/../lib/lorapipe", program], check=True)
    texts = {
        "share/man/man1/lorapipe.1": ["docs", "man"],
        "share/bash-completion/completions/lorapipe": ["completions", "bash"],
        "share/zsh/site-functions/_lorapipe": ["completions", "zsh"],
        "share/fish/vendor_completions.d/lorapipe.fish": ["completions", "fish"],
    }
    for path, arguments in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(output(str(program), *arguments))
    for folder in ("recipes", "pipelines"):
        files = output("git", "-C", str(TOP), "ls-files", folder).split("\n")
        for name in filter(None, files):
            target = root / "share/lorapipe" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(TOP / name, target)
    doc = root / "share/doc/lorapipe"
    doc.mkdir(parents=True)
    # The pages name each other by paths from the README, so they keep their places beside it.
    pages = output("git", "-C", str(TOP), "ls-files", "docs").split("\n")
    for name in filter(None, ["LICENSE", "CHANGELOG.md", "README.md", "README.zh-CN.md", *pages]):
        (doc / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(TOP / name, doc / name)
    (doc / "licenses").mkdir()
    for package, text in built_in().items():
        shutil.copyfile(text, doc / "licenses" / package)


def files(root):
    return sorted(path for path in root.rglob("*") if path.is_file())


def tarball(root, name, target, when):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in files(root):
            entry = archive.gettarinfo(path, f"{name}/{path.relative_to(root)}")
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = when
            entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            with open(path, "rb") as content:
                archive.addfile(entry, content)
    with open(target, "wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=when) as packed:
        packed.write(raw.getvalue())


def debian(root, target, when, lowest):
    machine = MACHINES[platform.machine()]
    tree = root / "debian"
    shutil.copytree(root / "common", tree / "usr")
    for page in (tree / "usr/share/man/man1").iterdir():
        with open(f"{page}.gz", "wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
            packed.write(page.read_bytes())
        page.unlink()
    (tree / "usr/share/doc/lorapipe/LICENSE").rename(tree / "usr/share/doc/lorapipe/copyright")
    zsh = tree / "usr/share/zsh"
    (zsh / "vendor-completions").mkdir()
    (zsh / "site-functions/_lorapipe").rename(zsh / "vendor-completions/_lorapipe")
    (zsh / "site-functions").rmdir()
    size = sum(path.stat().st_size for path in files(tree)) // 1024
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(f"""\
Package: lorapipe
Version: {version()}
Architecture: {machine}
Maintainer: The lorapipe authors <lorapipe@localhost>
Installed-Size: {size}
Depends: libc6 (>= {lowest[0]}.{lowest[1]}), libstdc++6, libgcc-s1, libarchive13 | libarchive13t64, libcurl4 | libcurl4t64, libmicrohttpd12 | libmicrohttpd12t64, libsnappy1v5, liblz4-1, libzstd1, libbrotli1, zlib1g
Recommends: ca-certificates, python3-pip, libopenblas0-serial | libopenblas0
Section: science
Priority: optional
Description: LoRA fine-tuning on a CPU, from a recipe to a served model
 One YAML recipe takes a base model and a few hundred rows of data to a
 fine-tuned, measured, merged and served model. Every stage is cached by
 content and every run is recorded. No GPU and no Python are needed.
""")
    for path in tree.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, target], check=True, stdout=subprocess.DEVNULL,
                   env=os.environ | {"SOURCE_DATE_EPOCH": str(when)})


def wheel(root, folder, lowest):
    """A wheel whose scripts and data folders land in the environment's bin and lib."""
    name = f"lorapipe-{version()}"
    tag = f"py3-none-manylinux_{lowest[0]}_{lowest[1]}_{platform.machine()}"
    readme = (TOP / "README.md").read_text()
    contents = {
        f"{name}.dist-info/METADATA": (
            f"Metadata-Version: 2.1\nName: lorapipe\nVersion: {version()}\n"
            "Summary: LoRA fine-tuning on a CPU, from a recipe to a measured, merged, served model\n"
            "License: Apache-2.0\nLicense-File: LICENSE\nRequires-Python: >=3.8\n"
            "Classifier: Operating System :: POSIX :: Linux\n"
            "Description-Content-Type: text/markdown\n\n" + readme).encode(),
        f"{name}.dist-info/WHEEL": (
            f"Wheel-Version: 1.0\nGenerator: lorapipe make-packages\nRoot-Is-Purelib: false\nTag: {tag}\n").encode(),
        f"{name}.dist-info/LICENSE": (TOP / "LICENSE").read_bytes(),
        # A place for `python -m lorapipe`, and for programs that look for the binary.
        "lorapipe/__init__.py": (
            f'"""The lorapipe program as a Python package; see `lorapipe help`."""\n\n__version__ = "{version()}"\n').encode(),
        "lorapipe/__main__.py": (
            "import os\nimport sys\nimport sysconfig\n\n"
            "program = os.path.join(sysconfig.get_path(\"scripts\"), \"lorapipe\")\n"
            "os.execv(program, [program, *sys.argv[1:]])\n").encode(),
    }
    modes = {}
    for path in files(root / "portable"):
        inside = path.relative_to(root / "portable")
        if inside.parts[0] == "bin":
            key = f"{name}.data/scripts/{inside.name}"
            modes[key] = 0o755
        else:
            key = f"{name}.data/data/{inside}"
        contents[key] = path.read_bytes()
    record = io.StringIO()
    for key, content in sorted(contents.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.write(f"{key},sha256={digest},{len(content)}\n")
    record.write(f"{name}.dist-info/RECORD,,\n")
    contents[f"{name}.dist-info/RECORD"] = record.getvalue().encode()
    target = folder / f"{name}-{tag}.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, content in contents.items():
            entry = zipfile.ZipInfo(key, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100000 | modes.get(key, 0o644)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    binary, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for tool in ("patchelf", "dpkg-deb", "strip", "objdump"):
        if not shutil.which(tool):
            raise SystemExit(f"no {tool} here; run: apt-get install -y patchelf dpkg binutils")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("lorapipe*"):
        old.unlink()
    when, machine = moment(), platform.machine()
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        stage(binary, root / "common")
        foreign = sorted(set(needed(root / "common/bin/lorapipe")) - {n for n in needed(root / "common/bin/lorapipe") if SYSTEM.match(n)})
        if foreign:
            raise SystemExit(f"the binary still needs {', '.join(foreign)}: build it with 'make dist'")
        shutil.copytree(root / "common", root / "portable")
        notices = {}
        bundle(root / "portable/lib/lorapipe", notices)
        licenses = root / "portable/share/doc/lorapipe/licenses"
        for package, text in notices.items():
            shutil.copyfile(text, licenses / package)
        binaries = [root / "portable/bin/lorapipe", *files(root / "portable/lib/lorapipe")]
        lowest = max(map(glibc, binaries))
        own = glibc(root / "common/bin/lorapipe")
        name = f"lorapipe-{version()}-linux-{machine}"
        tarball(root / "portable", name, folder / f"{name}.tar.gz", when)
        debian(root, folder / f"lorapipe_{version()}_{MACHINES[machine]}.deb", when, own)
        wheel(root, folder, lowest)
    lines = []
    for path in sorted(folder.glob("lorapipe*")):
        lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
        print(f"{path.stat().st_size / 1e6:6.1f} MB  {path}")
    (folder / "SHA256SUMS").write_text("".join(lines))
    print(f"the binary asks for glibc {own[0]}.{own[1]}, the libraries beside it for {lowest[0]}.{lowest[1]}")


if __name__ == "__main__":
    main()
