#!/usr/bin/env python3
"""How long training on two hosts, which are network namespaces, goes on when one of them falls silent: its link goes down
without a word. Prints the seconds until the last process has ended. Needs root, and Open MPI.

    cmake --build --preset release --target weft-nmt
    tools/bench/lost_network.py -- --builtin --preset small --accumulate 4
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hosts import Hosts, as_root

# Open MPI's daemons ask each other for a sign of life after so many seconds of silence, so often, before they give up.
KEEPALIVE = {"OMPI_MCA_oob_tcp_keepalive_time": "3", "OMPI_MCA_oob_tcp_keepalive_intvl": "1",
             "OMPI_MCA_oob_tcp_keepalive_probes": "3"}


def is_running(program):
    for entry in Path("/proc").glob("[0-9]*/exe"):
        try:
            if os.readlink(entry) == str(program):
                return True
        except OSError:
            pass  # it has ended
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--default", action="store_true", help="leave the time that Open MPI waits for a sign as it is")
    parser.add_argument("--most", type=float, default=60, help="seconds to wait for the end")
    parser.add_argument("--weft-nmt", type=Path, default=Path("build/release/bin/weft-nmt"))
    parser.add_argument("settings", nargs="+", help="of weft-nmt train, behind --")
    options = parser.parse_args()
    program = options.weft_nmt.resolve()
    with tempfile.TemporaryDirectory() as folder, Hosts(2, "10gbit") as hosts, open(f"{folder}/said", "w+b") as said:
        command = hosts.mpirun(2, [program, "train", *options.settings, "--epochs", 10000, "--threads", 1, "--out",
                                   f"{folder}/run"])
        environment = as_root() if options.default else as_root() | KEEPALIVE
        training = subprocess.Popen([str(part) for part in command], stdout=said, stderr=subprocess.STDOUT, env=environment)
        while not Path(folder, "run/latest").exists():
            if training.poll() is not None:
                sys.exit(f"training ended with {training.returncode}:\n{Path(folder, 'said').read_text()}")
            time.sleep(0.2)
        hosts.cut_off(1)
        start = time.time()
        while (training.poll() is None or is_running(program)) and time.time() - start < options.most:
            time.sleep(0.1)
        ended = training.poll() is not None and not is_running(program)
        print(f"{'ended after' if ended else 'still there after'} {time.time() - start:.1f} s")
        if not ended:
            training.kill()
            subprocess.run(["pkill", "-9", "-x", program.name], check=False)
        print(Path(folder, "said").read_text()[-600:], file=sys.stderr)


if __name__ == "__main__":
    main()
