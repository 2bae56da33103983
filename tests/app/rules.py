"""What must hold of an app of Home Assistant, in the folder that is named: python rules.py FOLDER REPOSITORY-FILE CARGO-TOML

The rules of the Supervisor and of the linter of its community, written anew from Home Assistant's documentation for
developers (https://developers.home-assistant.io/docs/apps), as far as they concern this app. Prints each fault on a line;
the exit status is 1 if there is one.
"""

import re
import struct
import sys
import zlib
from pathlib import Path

from ruamel.yaml import YAML

REQUIRED = {"name", "version", "slug", "description", "arch"}

# Each key that an app like this may have, and what it is when it is left out.
DEFAULTS = {
    "advanced": False, "apparmor": True, "audio": False, "auth_api": False, "backup": "hot", "boot": "auto",
    "devicetree": False, "discovery": [], "docker_api": False, "full_access": False, "gpio": False,
    "hassio_api": False, "hassio_role": "default", "homeassistant_api": False, "host_dbus": False, "host_ipc": False,
    "host_network": False, "host_pid": False, "host_uts": False, "ingress": False, "init": True,
    "kernel_modules": False, "map": [], "options": {}, "ports": {}, "privileged": [], "realtime": False,
    "schema": {}, "services": [], "stage": "stable", "startup": "application", "stdin": False, "timeout": 10,
    "tmpfs": False, "uart": False, "udev": False, "usb": False, "video": False,
}
OTHERS = {"homeassistant", "image", "url", "backup_exclude", "environment", "devices"}

# What was there once, and what is in its place.
GONE = {
    "watchdog": "HEALTHCHECK of the image", "auto_uart": "uart", "snapshot": "backup", "snapshot_exclude": "backup_exclude",
    "codenotary": "nothing", "legacy": "labels of the image", "build_from": "a Dockerfile", "webui": "ingress",
    "ports_description": "translations", "config": "map",
}

ARCHITECTURES = {"aarch64", "amd64"}
MAPS = {"addon_config", "all_addon_configs", "backup", "homeassistant_config", "media", "share", "ssl"}
STARTUPS = {"initialize", "system", "services", "application", "once"}
STAGES = {"stable", "experimental", "deprecated"}
TYPES = re.compile(
    r"(str(\(\d*,\d*\))?|bool|email|url|port|password|(int|float)(\([-\d.]*,[-\d.]*\))?|match\(.*\)|list\([^()]+\)"
    r"|device(\([a-z_]+=[a-z0-9_-]+\))?)\??")
# More than this and the form and the store cut it.
DESCRIPTION_MAX = 120


def main(folder, repository, cargo):
    faults = []
    config = read(folder / "config.yaml", faults)
    check_keys(config, faults)
    check_values(config, faults)
    check_options(config, faults)
    for language in ("en", "fr"):
        check_translation(folder / "translations" / f"{language}.yaml", config, faults)
    check_version(folder, config, cargo, faults)
    check_files(folder, faults)
    about = read(repository, faults)
    for key in ("name", "url", "maintainer"):
        expect(isinstance(about.get(key), str), f"{repository.name} lacks {key}", faults)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def expect(holds, fault, faults):
    if not holds:
        faults.append(fault)


def read(path, faults):
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except Exception as error:
        faults.append(f"{path.name}: {error}")
        return {}
    if not isinstance(content, dict):
        faults.append(f"{path.name}: not a mapping")
        return {}
    return content


def check_keys(config, faults):
    for key in sorted(REQUIRED - config.keys()):
        faults.append(f"config.yaml: {key} is missing")
    for key, value in config.items():
        if key in GONE:
            faults.append(f"config.yaml: {key} is no more; in its place: {GONE[key]}")
        elif key not in REQUIRED | OTHERS | DEFAULTS.keys():
            faults.append(f"config.yaml: {key} is unknown")
        expect(key not in DEFAULTS or value != DEFAULTS[key], f"config.yaml: {key} has its default, leave it out", faults)


def check_values(config, faults):
    def is_in(key, known):
        value = config.get(key)
        values = value if isinstance(value, list) else [value]
        expect(value is None or (values and set(values) <= known), f"config.yaml: {key} is {value}, of {sorted(known)}", faults)

    is_in("arch", ARCHITECTURES)
    is_in("startup", STARTUPS)
    is_in("stage", STAGES)
    expect(re.fullmatch(r"[a-z0-9_]+", config.get("slug", "")), "config.yaml: slug", faults)
    # The tag is the version, and one name is of all architectures.
    expect(re.fullmatch(r"[a-z0-9.-]+(/[a-z0-9._-]+)+", config.get("image", "")), "config.yaml: image is no name without tag", faults)
    expect(len(config.get("description", "")) <= DESCRIPTION_MAX, "config.yaml: description is too long", faults)
    expect(isinstance(config.get("version"), str), "config.yaml: version is no text, write it in quotes", faults)
    for place in config.get("map", []):
        kind = place.get("type") if isinstance(place, dict) else place
        expect(kind in MAPS, f"config.yaml: map has {kind}", faults)
    for service in config.get("services", []):
        expect(re.fullmatch(r"(mqtt|mysql):(provide|want|need)", service), f"config.yaml: service {service}", faults)
    expect(not (config.get("full_access") and config.get("uart")), "config.yaml: full_access has uart in it", faults)


def check_options(config, faults):
    schema, options = config.get("schema", {}), config.get("options", {})
    for name, kind in schema.items():
        if not isinstance(kind, str) or not TYPES.fullmatch(kind):
            faults.append(f"config.yaml: schema of {name} is {kind}")
            continue
        expect(kind.endswith("?") or name in options, f"config.yaml: {name} is obligatory and has no default", faults)
        if name in options:
            expect(accepts(kind, options[name]), f"config.yaml: the default of {name} is not of its schema", faults)
        # The form sends a text that was emptied.
        if kind.startswith("match(") and kind.endswith("?"):
            expect(accepts(kind, ""), f"config.yaml: {name} does not accept that it is empty", faults)
    for name in options.keys() - schema.keys():
        faults.append(f"config.yaml: the option {name} has no schema")


def accepts(kind, value):
    kind = kind.rstrip("?") if not kind.startswith("match(") else re.sub(r"\)\??$", ")", kind)
    if kind.startswith("match("):
        return isinstance(value, str) and re.match(kind[6:-1], value) is not None
    if kind.startswith("list("):
        return value in kind[5:-1].split("|")
    return isinstance(value, {"bool": bool, "port": int}.get(kind, str))


def check_translation(path, config, faults):
    translation = read(path, faults).get("configuration", {})
    expect(translation.keys() == config.get("schema", {}).keys(), f"{path.name} has other options than the schema", faults)
    for name, texts in translation.items():
        expect({"name", "description"} == texts.keys(), f"{path.name}: {name} has {list(texts)}", faults)


def check_version(folder, config, cargo, faults):
    def number(text):
        return [int(part) for part in text.split(".")]

    version = config.get("version", "")
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        faults.append(f"config.yaml: version {version} is not 1.2.3")
        return
    newest = re.search(r'^version = "(.*)"', cargo.read_text(encoding="utf-8"), re.MULTILINE)[1]
    expect(number(version) <= number(newest), f"config.yaml: version {version} is newer than the program, {newest}", faults)
    changes = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    expect(f"\n## {version}\n" in changes, f"CHANGELOG.md has no section of {version}", faults)


def check_files(folder, faults):
    for name in ("README.md", "DOCS.md", "CHANGELOG.md", "apparmor.txt"):
        expect((folder / name).is_file(), f"{name} is missing", faults)
    for name in ("build.yaml", "build.json", "Dockerfile", "run.sh"):
        expect(not (folder / name).exists(), f"{name}: the image is made by scripts/build-image", faults)
    for name, wide, high in (("icon.png", 128, 128), ("logo.png", 250, 100)):
        path = folder / name
        size = png_size(path.read_bytes()) if path.is_file() else None
        expect(size == (wide, high), f"{name} is {size}, not {wide} x {high}", faults)


def png_size(content):
    head = content[:33]
    if len(head) < 33 or head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
        return None
    if zlib.crc32(head[12:29]) != struct.unpack(">I", head[29:33])[0]:
        return None
    return struct.unpack(">II", head[16:24])


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
