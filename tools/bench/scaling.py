#!/usr/bin/env python3
"""Training by one process and by several, in turn; a table as Markdown.

On this machine: each round trains the same run by 1 process of as many threads as there are processors, and by more
processes of fewer threads, so that a noisy machine treats all alike. With --network RATE: by 1 process of one thread, and
by one such process on each of several hosts, which are network namespaces joined by links of that rate (hosts.py).

An update is timed in the second epoch, when every shape is compiled. A ratio is the median of the rounds' ratios to one
process: below 1, more are faster. The weights must be the same. Several processes run twice, with and without exchanging
while they compute; the time in exchanges is what is left of them beside computing, waiting for others and copying included.

    cmake --build --preset release --target weft-nmt
    tools/bench/scaling.py -- --builtin --preset tutorial --limit 1500 --accumulate 4
    tools/bench/scaling.py --network 1gbit -- --builtin --preset tutorial --limit 1500 --accumulate 4     # as root
"""
import argparse
import contextlib
import dataclasses
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from hosts import Hosts, as_root

EPOCHS = 2


@dataclasses.dataclass
class Training:
    """Of one update: milliseconds in all, those in exchanges (waiting for others included), and MB that a host sends."""
    milliseconds: float
    exchange: float
    megabytes: float
    weights: bytes


def run(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, env=as_root())
    if done.returncode != 0:
        sys.exit(f"status {done.returncode} from {shlex.join(map(str, command))}\n{done.stderr}")
    return done.stdout + done.stderr


def exchange_milliseconds(profile):
    """All that a profile says of exchanges: the milliseconds of a run, times the runs."""
    runs = int(re.search(r"^(\d+) runs", profile, re.MULTILINE)[1])
    by_kind = profile[:profile.find("\n\n", profile.find("kind "))]
    return runs * sum(float(ms) for ms in re.findall(r"\(exchange\) +[\d.]+ +([\d.]+)", by_kind))


def train(options, folder, processes, threads, hosts, *more):
    out = folder / str(processes)
    command = [options.weft_nmt, "train", *options.settings, *more, "--epochs", EPOCHS, "--threads", threads, "--out", out,
               "--overwrite", "--valid-sentences", 0, "--samples", 0, "--profile"]
    over_network = hosts and processes > 1
    if over_network:
        command = hosts.mpirun(processes, command)
    elif processes > 1:
        command = [*shlex.split(options.mpirun), "-n", processes, *command]
    before = hosts.bytes_sent() if over_network else 0
    profile = run(command)
    sent = hosts.bytes_sent() - before if over_network else 0
    epochs = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines() if '"event":"epoch"' in line]
    updates = epochs[1]["step"] - epochs[0]["step"]
    latest = (out / "latest").read_text().strip()
    return Training(milliseconds=1000 * epochs[1]["epoch_seconds"] / updates,
                    exchange=exchange_milliseconds(profile) / (EPOCHS * updates),
                    megabytes=sent / (EPOCHS * updates) / 1e6,
                    weights=(out / f"{latest}.safetensors").read_bytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, nargs="+", default=[2], help="beside one")
    parser.add_argument("--network", metavar="RATE", help="of the hosts' links, as tc says it: 1gbit, 10gbit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="that all threads of a training share")
    parser.add_argument("--other-weights", action="store_true", help="of several processes are in order (bf16 on the way)")
    parser.add_argument("--mpirun", default="mpirun --bind-to none", help="with options that it needs")
    parser.add_argument("--weft-nmt", type=Path, default=Path("build/release/bin/weft-nmt"))
    parser.add_argument("settings", nargs="+", help="of weft-nmt train, behind --")
    options = parser.parse_args()
    options.weft_nmt = options.weft_nmt.resolve()
    threads = {count: 1 if options.network else max(1, options.cores // count) for count in [1, *options.processes]}
    trainings = {(1,): []} | {(count, *more): [] for count in options.processes for more in [("--no-overlap",), ()]}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        hosts = stack.enter_context(Hosts(max(threads), options.network)) if options.network else None
        for _ in range(options.rounds):
            for (count, *more), made in trainings.items():
                made.append(train(options, folder, count, threads[count], hosts, *more))
            different = [count for count, made in trainings.items() if made[-1].weights != trainings[1,][-1].weights]
            if different and not options.other_weights:
                sys.exit(f"the weights of {different} processes are not those of one")
    print("| processes | threads each | | ms an update | to one process | ms in exchanges | MB sent by each |\n"
          "|---|---|---|---|---|---|---|")
    for (count, *more), made in trainings.items():
        ratio = statistics.median(mine.milliseconds / one.milliseconds for mine, one in zip(made, trainings[1,]))
        milliseconds, exchange, megabytes = (statistics.median(getattr(training, name) for training in made)
                                             for name in ("milliseconds", "exchange", "megabytes"))
        print(f"| {count} | {threads[count]} | {' '.join(more)} | {milliseconds:.1f} | {ratio:.3f} | {exchange:.1f} | "
              f"{f'{megabytes:.1f}' if options.network else ''} |")


if __name__ == "__main__":
    main()
