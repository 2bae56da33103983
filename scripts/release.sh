# shellcheck shell=bash disable=SC2034,SC2154
# Sourced after lib.sh by the tests of releasing: keys of the test in a keyring of its own, and what a test claims.
#
#   release_work          makes the folder $work and a keyring in it; both go at the end
#   release_key           makes the key of an archive, as docs/RELEASE.md has it: folder $release_key, secret $release_secret
#   claim TEXT COMMAND... prints whether the command succeeds
#   fails_with TEXT COMMAND...  succeeds if the command fails and prints the text

work=
release_key=    # its public part, a folder like archive/
release_secret= # what the environment of the workflow holds
# The exit status of the script: 1 as soon as a claim failed.
failed=0

release_work() {
	need_packages gpg gpg-agent gpgv
	work=$(mktemp -d)
	trap release_end EXIT
	trap 'exit 130' INT TERM
	export GNUPGHOME=$work/keyring
	mkdir -m 700 "$GNUPGHOME"
}

release_end() {
	GNUPGHOME=$work/keyring gpgconf --kill gpg-agent || true
	rm -rf --one-file-system "$work"
}

# key_fingerprints USER: of the owner, then of each key under it.
key_fingerprints() {
	gpg --batch --with-colons --list-keys "=$1" 2>/dev/null | awk -F: '$1 == "fpr" { print $10 }'
}

release_key() {
	local user="archive of the test" owner signer
	release_key=$work/key
	mkdir "$release_key"
	gpg --quiet --batch --passphrase '' --quick-generate-key "$user" ed25519 cert never 2>/dev/null
	owner=$(key_fingerprints "$user")
	gpg --quiet --batch --passphrase '' --quick-add-key "$owner" ed25519 sign 2y
	signer=$(key_fingerprints "$user" | tail -n 1)
	gpg --quiet --armor --export "$owner" >"$release_key/linky-sensor.asc"
	printf '# of the test\n%s\n' "$signer" >"$release_key/fingerprint"
	release_secret=$(gpg --quiet --batch --armor --export-secret-subkeys "$signer!")
}

claim() {
	local text=$1 printed status
	shift
	# Not as the condition of an if: bash would go on after a failing command in there.
	set +e
	printed=$(set -e; "$@" 2>&1 </dev/null)
	status=$?
	set -e
	if [ $status = 0 ]; then
		printf '  %-7s %s\n' ok "$text"
	else
		printf '  %-7s %s\n%s\n' FAILED "$text" "$(sed 's/^/          | /' <<<"$printed")"
		failed=1
	fi
}

fails_with() {
	local text=$1 printed
	shift
	if printed=$("$@" 2>&1); then
		printf 'it did not fail:\n%s\n' "$printed"
		return 1
	fi
	printf '%s\n' "$printed"
	grep --quiet --fixed-strings -- "$text" <<<"$printed"
}
