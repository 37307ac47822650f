#!/usr/bin/env python3
"""Training by one process and by several on this machine, in turn; a table as Markdown.

Each round trains the same run by 1 process of as many threads as there are processors, and by more processes of fewer
threads, so that a noisy machine treats all alike. An update is timed in the second epoch, when every shape is compiled.
A ratio is the median of the rounds' ratios to one process: below 1, more are faster. The weights must be the same.

    cmake --build --preset release --target weft-nmt
    tools/bench/scaling.py -- --builtin --preset tutorial --limit 1500 --accumulate 4
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path


def run(command, environment):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        sys.exit(f"status {done.returncode} from {shlex.join(map(str, command))}\n{done.stderr}")


def train(options, folder, processes):
    """Milliseconds an update takes in the second epoch, and the last checkpoint's bytes."""
    threads = max(1, options.cores // processes)
    out = folder / str(processes)
    command = [options.weft_nmt, "train", *options.settings, "--epochs", 2, "--threads", threads, "--out", out,
               "--overwrite", "--valid-sentences", 0, "--samples", 0]
    if processes > 1:
        command = [*shlex.split(options.mpirun), "-n", processes, *command]
    as_root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    run(command, os.environ | as_root)
    epochs = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines() if '"event":"epoch"' in line]
    updates = epochs[1]["step"] - epochs[0]["step"]
    latest = (out / "latest").read_text().strip()
    return 1000 * epochs[1]["epoch_seconds"] / updates, (out / f"{latest}.safetensors").read_bytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, nargs="+", default=[2], help="beside one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="that all threads of a training share")
    parser.add_argument("--mpirun", default="mpirun --bind-to none", help="with options that it needs")
    parser.add_argument("--weft-nmt", type=Path, default=Path("build/release/bin/weft-nmt"))
    parser.add_argument("settings", nargs="+", help="of weft-nmt train, behind --")
    options = parser.parse_args()
    times = {count: [] for count in [1, *options.processes]}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            weights = {}
            for count in times:
                milliseconds, weights[count] = train(options, Path(folder), count)
                times[count].append(milliseconds)
            different = [count for count in times if weights[count] != weights[1]]
            if different:
                sys.exit(f"the weights of {different} processes are not those of one")
    print("| processes | threads each | ms an update | to one process |\n|---|---|---|---|")
    for count, of_count in times.items():
        ratio = statistics.median(mine / one for mine, one in zip(of_count, times[1]))
        print(f"| {count} | {max(1, options.cores // count)} | {statistics.median(of_count):.1f} | {ratio:.3f} |")


if __name__ == "__main__":
    main()
