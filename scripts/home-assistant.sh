# shellcheck shell=bash disable=SC2154
# Sourced after lib.sh: the newest Home Assistant core, from PyPI, for the tests. Root only.
#
#   home_assistant_tools   installs what the next needs, and what the driver needs
#   home_assistant_make    makes the tree with Python and Home Assistant, or brings it up to date; sets $home_assistant
#
# Home Assistant needs a newer Python than Debian 12 and 13 have: that of testing, in a tree of its own, in which it runs by
# chroot. The tree stays in target/home-assistant; an installed version is asked about again after a day.

home_assistant=

# What it loads beyond what it always does; their requirements are installed.
home_assistant_components=(mqtt recorder history energy frontend)

home_assistant_tools() {
	need_packages mmdebstrap debian-archive-keyring util-linux python3 python3-aiohttp chromium
}

home_assistant_make() {
	home_assistant=$top/target/home-assistant/root
	if [ ! -x "$home_assistant/opt/home-assistant/bin/pip" ]; then
		rm -rf --one-file-system "$home_assistant"
		mkdir -p "$(dirname "$home_assistant")"
		# Testing's lists may be past their date where a mirror is slow.
		mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
			--keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
			--include=python3,python3-venv,python3-dev,g++,ca-certificates,tzdata,libturbojpeg0 \
			testing "$home_assistant"
		chroot "$home_assistant" python3 -m venv /opt/home-assistant
	fi
	local stamp=$home_assistant/opt/home-assistant/installed
	[ -z "$(find "$stamp" -mmin -1440 2>/dev/null)" ] || return 0
	# The name servers of this machine, and the authorities that it trusts.
	cp -L /etc/resolv.conf "$home_assistant/etc/resolv.conf"
	cp -L /etc/ssl/certs/ca-certificates.crt "$home_assistant/etc/ssl/certs/ca-certificates.crt"
	home_assistant_run pip install --quiet --upgrade homeassistant
	local requirements
	mapfile -t requirements < <(home_assistant_run python - "${home_assistant_components[@]}" \
		<tests/home_assistant/requirements.py)
	[ ${#requirements[@]} -gt 0 ] || die "Home Assistant names no requirements"
	home_assistant_run pip install --quiet "${requirements[@]}"
	touch "$stamp"
}

# home_assistant_run PROGRAM ARGUMENT...: a program of its virtual environment.
home_assistant_run() {
	local program=$1
	shift
	chroot "$home_assistant" env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 \
		SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
		PIP_DISABLE_PIP_VERSION_CHECK=1 "/opt/home-assistant/bin/$program" "$@"
}
