"""Runs profanity on a terminal of its own and types into it. Prints what it has logged of its chats, as JSON."""
import fcntl
import json
import os
import pathlib
import pty
import select
import struct
import sys
import termios
import time

jid, password, port, other, home = sys.argv[1:6]
data = pathlib.Path(home, "data/profanity")
settings = pathlib.Path(home, "config/profanity")
data.mkdir(parents=True)
settings.mkdir(parents=True)
(data / "accounts").write_text(
    f"[{jid}]\nenabled=true\njid={jid}\nresource=profanity\nserver=127.0.0.1\nport={port}\n"
    # It can't be told of an authority that only this test has.
    f"tls.policy=trust\npassword={password}\npresence.last=online\npresence.login=online\n"
)
(settings / "profrc").write_text("[ui]\nsplash=false\nmam=true\n[logging]\nchlog=true\n")
environment = {
    **os.environ,
    "HOME": home,
    "XDG_DATA_HOME": f"{home}/data",
    "XDG_CONFIG_HOME": f"{home}/config",
    "TERM": "xterm",
}
child, terminal = pty.fork()
if child == 0:
    os.execvpe("profanity", ["profanity", "-a", jid], environment)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))


def chats():
    return "".join(path.read_text() for path in data.rglob("chatlogs/**/*.log"))


def wait(holds, seconds=20):
    end = time.time() + seconds
    while time.time() < end and not holds():
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:
                return


def type_line(line):
    os.write(terminal, line.encode() + b"\r")


# What was said before it came is the first thing that it shows.
wait(lambda: "said before" in chats())
type_line(f"/sub request {other}")
type_line(f"/msg {other} from profanity")
wait(lambda: "an answer" in chats())
type_line("/quit")
wait(lambda: False, 1)
print(json.dumps({"chats": chats()}), flush=True)
