"""A C# compiler and two runtimes that we did not write, below `target/oracle`: Mono's `mcs`, .NET Core 3.1.23, Mono 6.8."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HOME = ROOT / "target" / "oracle"
SHARED = HOME / "dotnetcore2/bin/shared/Microsoft.NETCore.App/3.1.23"
JSON = Path("/usr/lib/cli/Newtonsoft.Json-5.0/Newtonsoft.Json.dll")
PACKAGES = "mono-mcs mono-runtime libmono-cil-dev libnewtonsoft-json5.0-cil libicu-dev"

RUNTIME_CONFIG = (
    '{"runtimeOptions":{"tfm":"netcoreapp3.1","framework":{"name":"Microsoft.NETCore.App","version":"3.1.0"}}}'
)


def setup():
    """Fetches what is not there yet."""
    if not shutil.which("mcs") or not JSON.exists():
        subprocess.run("apt-get update -q && apt-get install -y -q --no-install-recommends " + PACKAGES, shell=True, check=True)
    if not SHARED.exists():
        wheels = HOME / "wheels"
        for package, more in [("dotnetcore2==3.1.23", []), ("psycopg2-binary==2.9.3", ["--python-version", "3.9"])]:
            command = ["pip", "download", "--no-deps", "--only-binary=:all:", "-d", str(wheels), *more, package]
            subprocess.run(command, check=True)
        for wheel in wheels.glob("*.whl"):
            zipfile.ZipFile(wheel).extractall(HOME)
        (HOME / "dotnetcore2/bin/dotnet").chmod(0o755)
        # OpenSSL 1.1, which no newer system has, under the names that the runtime looks for.
        ssl = HOME / "ssl"
        ssl.mkdir(exist_ok=True)
        for library in (HOME / "psycopg2_binary.libs").glob("lib*.so*"):
            name = library.name
            shutil.copy(library, ssl / name)
            if name.startswith(("libssl", "libcrypto")):
                shutil.copy(library, ssl / (name.split("-")[0] + ".so.1.1"))
    (HOME / "run").mkdir(exist_ok=True)
    shutil.copy(JSON, HOME / "run" / JSON.name)
    permissions()


def permissions():
    """Json.NET asks for code access security, which .NET Core kept in a package of its own: this one takes its name and says yes."""
    key, library = HOME / "run" / "core.snk", HOME / "run" / "System.Security.Permissions.dll"
    if library.exists():
        return
    source = HOME / "run" / "key.cs"
    source.write_text(
        "class Key { static void Main(string[] args) { System.IO.File.WriteAllBytes(args[0],"
        ' System.Reflection.Assembly.Load("System.Private.Xml.Linq").GetName().GetPublicKey()); } }'
    )
    compile(source, "key")
    run("key", key)
    options = ["-target:library", "-delaysign+", f"-keyfile:{key}"]
    compile(HERE / "Permissions.cs", library.stem, options=options)


def compile(source, name, core=True, check=True, options=()):
    """Compiles `source` against .NET Core's own assemblies, or Mono's; gives what the compiler prints."""
    if core:
        # Native libraries are the only files there that are no assemblies.
        assemblies = [it for it in SHARED.glob("*.dll") if "Native" not in it.name and it.name != "Microsoft.VisualBasic.dll"]
        references = ["-nostdlib", "-noconfig"] + [f"-r:{it}" for it in sorted(assemblies) if managed(it)]
    else:
        references = [f"-r:{it}" for it in "System System.Core System.Xml System.Xml.Linq System.Security System.Numerics Microsoft.CSharp".split()]
    out = HOME / "run" / f"{name}.dll"
    command = ["mcs", "-langversion:7", "-nowarn:618,1701,1702,219,168,162,429,472,1718,183,184,665,642", f"-out:{out}"]
    done = subprocess.run([*command, *options, *references, f"-r:{JSON}", str(source)], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    (HOME / "run" / f"{name}.runtimeconfig.json").write_text(RUNTIME_CONFIG)
    return done.stdout + done.stderr


def managed(path):
    return path.name.startswith(("System", "mscorlib", "netstandard", "Microsoft.CSharp", "Microsoft.Win32"))


def run(name, *args, core=True):
    """Runs a compiled program: culture en-US, time zone UTC."""
    icu = next(Path("/usr/lib").glob("*/libicuuc.so.*.*")).name.split(".so.")[1]
    environment = dict(os.environ, LANG="en_US.UTF-8", TZ="UTC")
    host = ["mono"]
    if core:
        environment |= {"LD_LIBRARY_PATH": str(HOME / "ssl"), "CLR_ICU_VERSION_OVERRIDE": icu}
        host = [str(HOME / "dotnetcore2/bin/dotnet")]
    done = subprocess.run([*host, str(HOME / "run" / f"{name}.dll"), *map(str, args)], capture_output=True, text=True, env=environment, timeout=100)
    if done.returncode != 0:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-4000:])
    return done.stdout
