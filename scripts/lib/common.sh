# What the scripts share. Sourced by them, from the top of the tree.
# shellcheck shell=bash

# The tree stays as it is.
export PYTHONDONTWRITEBYTECODE=1

# Says why a script cannot go on, and ends it.
give_up() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# Installs the Debian packages of those commands that are missing. Arguments: COMMAND=PACKAGE ...
install_missing() {
    local pair packages=()
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || packages+=("${pair#*=}")
    done
    [ ${#packages[@]} -eq 0 ] && return
    command -v apt-get >/dev/null ||
        give_up "these are missing and this is no Debian that could install them: ${packages[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null ||
            give_up "install these as root first: apt-get install ${packages[*]}"
        as_root=(sudo -n)
    fi
    echo "installing ${packages[*]}" >&2
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    "${apt[@]}" update </dev/null >&2 || give_up "apt-get update failed"
    "${apt[@]}" install --yes --no-install-recommends "${packages[@]}" </dev/null >&2 ||
        give_up "could not install ${packages[*]}"
}

# Prints the path of the server: $HALLWAY_BIN, or what cargo builds with the profile $1.
server_binary() {
    if [ -n "${HALLWAY_BIN:-}" ]; then
        echo "$HALLWAY_BIN"
        return
    fi
    cargo build --quiet --profile "$1" --bin hallway --message-format=json-render-diagnostics |
        sed -n 's/.*"executable":"\([^"]*\/hallway\)".*/\1/p'
}
