"""Fresh Debian roots for the checks that must not see this machine: made by debootstrap, entered by chroot.

Needs root, debootstrap and `unshare`. A base root is made once for each suite, as a tarball in $LORAPIPE_ROOTS
(~/.cache/lorapipe/roots unless set), and unpacked for each use. What a root may share with this machine: the network's
name server, and the certificates and settings that pip needs to reach its index.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("LORAPIPE_ROOTS", os.path.expanduser("~/.cache/lorapipe/roots")))
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")


def base_tarball(suite):
    """A minimal root of a Debian suite, made when it is not there yet."""
    tarball = CACHE / f"{suite}.tar"
    if tarball.exists():
        return tarball
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise SystemExit("this check needs root and debootstrap: apt-get install debootstrap")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        root = pathlib.Path(folder) / "root"
        print(f"debootstrap {suite}", flush=True)
        subprocess.run(["debootstrap", "--variant=minbase", suite, root, MIRROR], check=True, stdout=subprocess.DEVNULL)
        partial = tarball.with_suffix(".partial")
        subprocess.run(["tar", "-C", root, "-cf", partial, "."], check=True)
        partial.rename(tarball)
    return tarball


class Root:
    """One root in use: a folder, and what to mount into it while a command runs."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.binds = {}
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}

    @classmethod
    def fresh(cls, suite, folder):
        root = cls(folder)
        root.folder.mkdir(parents=True)
        subprocess.run(["tar", "-C", root.folder, "-xf", base_tarball(suite)], check=True)
        return root

    def copy(self, folder):
        """The same root again, in another folder."""
        subprocess.run(["cp", "-a", "--reflink=auto", self.folder, folder], check=True)
        twin = Root(folder)
        twin.binds, twin.environment = dict(self.binds), dict(self.environment)
        return twin

    def run(self, script, workdir="/", check=True, capture=False, extra={}):
        """Runs a shell script inside, with /proc and /dev, in a mount namespace of its own, so that nothing stays mounted."""
        shutil.copy("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        environment = self.environment | extra
        for name in ("PIP_FIND_LINKS", "PIP_DEFAULT_TIMEOUT", "PIP_INDEX_URL", "http_proxy", "https_proxy", "no_proxy"):
            if name in os.environ:
                environment.setdefault(name, os.environ[name])
        if "PIP_CERT" in os.environ:
            shutil.copy(os.environ["PIP_CERT"], self.folder / "etc/pip-certificates.crt")
            environment["PIP_CERT"] = "/etc/pip-certificates.crt"
        mounts = [f"mount -t proc proc {self.folder}/proc", f"mount --rbind /dev {self.folder}/dev"]
        for inside, outside in self.binds.items():
            (self.folder / inside.lstrip("/")).mkdir(parents=True, exist_ok=True)
            mounts.append(f"mount --rbind {outside} {self.folder}{inside}")
        outer = " && ".join(mounts) + f' && exec chroot {self.folder} /bin/sh -ec "$SCRIPT"'
        inner = f"mkdir -p {workdir} && cd {workdir} && {{ {script}\n}}"
        return subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-ec", outer], env=environment | {"SCRIPT": inner},
            check=check, capture_output=capture, text=True)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
