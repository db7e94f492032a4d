#!/bin/bash
# Stands in for systemctl where systemd does not run: starts what the installed units say, as their user, in their
# directory, with their environment alone. Needs PLACE, a directory for logs and process ids.
set -eu
units=/etc/systemd/system

values() { sed -n "s/^$2=//p" "$units/$1.service"; }

begin() { # unit
  local user credentials="$PLACE/credentials-$1" environment=() line
  user=$(values "$1" User)
  rm -rf "$credentials"
  install -d -o "$user" -m 0500 "$credentials"
  values "$1" LoadCredential | while IFS=: read -r name path; do
    install -o "$user" -m 0400 "$path" "$credentials/$name"
  done
  while read -r line; do environment+=("${line//%d/$credentials}"); done < <(values "$1" Environment)
  cd "$(values "$1" WorkingDirectory)"
  umask "$(values "$1" UMask)"
  # shellcheck disable=SC2046
  exec env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/var/lib/ts-reconcile "${environment[@]}" \
    setpriv --reuid "$user" --regid "$(values "$1" Group)" --clear-groups --no-new-privs $(values "$1" ExecStart)
}

start() { # unit
  echo "start $1" >> "$PLACE/calls"
  if [ "$(values "$1" Type)" = oneshot ]; then
    local code=0
    (begin "$1") >> "$PLACE/$1.log" 2>&1 || code=$?
    [ "$code" -eq 0 ] || [[ " $(values "$1" SuccessExitStatus) " == *" $code "* ]]
  else
    (begin "$1") >> "$PLACE/$1.log" 2>&1 &
    echo $! > "$PLACE/$1.pid"
  fi
}

stop() { # unit
  echo "stop $1" >> "$PLACE/calls"
  [ -e "$PLACE/$1.pid" ] || return 0
  kill -TERM "$(cat "$PLACE/$1.pid")" || true
  while kill -0 "$(cat "$PLACE/$1.pid")" 2> /dev/null; do sleep 0.1; done
  rm "$PLACE/$1.pid"
}

act() { # action unit
  case "$2" in
    *.timer)
      [ -e "$units/$2" ] && [ -e "$units/${2%.timer}.service" ]
      echo "$1 $2" >> "$PLACE/calls" ;;
    caddy) echo "$1 caddy" >> "$PLACE/calls" ;;
    *) "$1" "$2" ;;
  esac
}

action=$1
shift
[ "${1-}" != --now ] || shift
for unit in "$@"; do
  case "$action" in
    start | enable) act start "$unit" ;;
    stop | disable) act stop "$unit" ;;
    restart) act stop "$unit"; act start "$unit" ;;
    reload) act reload "$unit" ;;
    *) echo "systemctl $action is not known here." >&2; exit 64 ;;
  esac
done
[ $# -gt 0 ] || [ "$action" = daemon-reload ]
