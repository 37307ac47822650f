#!/usr/bin/env python3
"""A training step of several models, in Weft and in PyTorch at its fastest, in turn; a table as Markdown.

Each round runs weft-bench-models and pytorch_models.py, eager and compiled, one after the other, so that a noisy machine
treats all alike. PyTorch begins with Weft's parameters and data, and the first losses must agree. It is tried shortly
under every BLAS and allocator that are installed (pytorch_settings.py), and images in both orders of their axes; the
fastest takes part. Figures are medians over the rounds, a ratio is the median of the rounds' ratios to the faster of
eager and compiled: above 1, Weft is ahead. Memory is what a process comes to hold for the model, beside what it held when
it had loaded its libraries: Weft's, and as a part of the smaller of PyTorch's.

    cmake --build --preset release --target weft-bench-models
    tools/bench/models.py --threads 1 --python "chroot /opt/peer python3" --exchange /opt/peer/tmp/w:/tmp/w
"""
import argparse
import json
import math
import shlex
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# By model, the steps that a run times.
MODELS = {"mlp-small": 500, "mlp": 60, "vae": 60, "cnn": 20, "resnet": 20, "transformer-4x128": 15, "lstm": 5,
          "transformer-6x384": 5}
IMAGES = ("cnn", "resnet")


def output_of(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"status {done.returncode} from {shlex.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


class Bench:
    def __init__(self, options):
        self.options = options
        here, _, seen = options.exchange.partition(":")
        self.here, self.seen = Path(here), Path(seen or here)
        self.here.mkdir(parents=True, exist_ok=True)
        for name in ("pytorch_settings.py", "pytorch_models.py"):
            shutil.copy(HERE / name, self.here)
        self.launcher = [*shlex.split(options.python), self.seen / "pytorch_settings.py"]

    def weft(self, model, steps, *more):
        return output_of([self.options.weft, model, "--steps", steps, "--threads", self.options.threads, *more])

    def pytorch(self, model, steps, setting, *more):
        return output_of([*self.launcher, "--threads", self.options.threads, "--blas", setting[0], "--allocator",
                          setting[1], self.seen / "pytorch_models.py", model, "--steps", steps, "--weights",
                          self.seen / f"{model}.safetensors", *more])

    def fastest_setting(self, model, steps):
        """A BLAS, an allocator, and options for the order of axes."""
        installed = output_of([*self.launcher, "--list"])
        orders = [(), ("--channels-last",)] if model in IMAGES else [()]
        settings = [(blas, allocator, order) for blas in installed["blas"] for allocator in installed["allocator"]
                    for order in orders]
        return min(settings, key=lambda setting: self.pytorch(model, max(3, steps // 3), setting, *setting[2])["step_ms"])

    def compare(self, model, steps):
        weights = self.here / f"{model}.safetensors"
        first = self.weft(model, 1, "--weights", weights)
        setting = self.fastest_setting(model, steps)
        modes = {"eager": setting[2]}
        if not self.options.eager:
            modes["compiled"] = ("--compile", *setting[2])
        ours, theirs = [], {mode: [] for mode in modes}
        memory, memory_of_pytorch = [], {mode: [] for mode in modes}
        for _ in range(self.options.rounds):
            result = self.weft(model, steps)
            ours.append(result["step_ms"])
            memory.append(result["memory_mb"])
            for mode, more in modes.items():
                result = self.pytorch(model, steps, setting, *more)
                theirs[mode].append(result["step_ms"])
                memory_of_pytorch[mode].append(result["memory_mb"])
                if not math.isclose(result["first_loss"], first["first_loss"], rel_tol=1e-4):
                    sys.exit(f"{model}, {mode}: the first losses are {first['first_loss']} and {result['first_loss']}")
        weights.unlink()
        fastest = min(theirs.values(), key=statistics.median)
        ratio = statistics.median(b / a for a, b in zip(ours, fastest))
        figures = " | ".join(f"{statistics.median(times):.3g}" for times in [ours, *theirs.values()])
        held = statistics.median(memory)
        share = held / min(map(statistics.median, memory_of_pytorch.values()))
        print(f"| {model} | {figures} | {ratio:.2f} | {held:.0f} | {share:.2f} | {first['kernels']} | {' '.join([*setting[:2], *setting[2]])} |",
              flush=True)
        return ratio


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--weft", default=HERE.parents[1] / "build/release/bin/weft-bench-models")
    cli.add_argument("--python", default="python3", help="the command of a Python that has PyTorch")
    cli.add_argument("--exchange", default="/tmp/weft-bench-models", help="FOLDER[:AS_PYTHON_SEES_IT]")
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--rounds", type=int, default=7)
    cli.add_argument("--eager", action="store_true", help="leave compiled PyTorch out: it needs a C++ compiler")
    cli.add_argument("--models", default=",".join(MODELS))
    options = cli.parse_args()
    bench = Bench(options)
    compiled = "" if options.eager else " PyTorch compiled, ms |"
    print(f"| model | Weft, ms a step | PyTorch eager, ms |{compiled} PyTorch / Weft | Weft, MB | of PyTorch's | kernels |"
          " PyTorch's setting |")
    print(f"|---|--:|--:|{'' if options.eager else '--:|'}--:|--:|--:|--:|---|", flush=True)
    ratios = [bench.compare(model, MODELS[model]) for model in options.models.split(",")]
    print(f"| geometric mean | | {'' if options.eager else '| '}| {statistics.geometric_mean(ratios):.2f} | | | | |")


main()
