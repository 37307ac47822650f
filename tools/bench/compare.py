#!/usr/bin/env python3
"""Weft and PyTorch in turn, on the same work, and the table of what is aimed for, as Markdown on standard output.

Each round runs `weft-nmt bench` and tools/bench/pytorch_translator.py one after the other, so that a noisy machine
treats both alike: a padded training step without dropout, training on the batches of a corpus (both on the very same
ones, with the dropout of the preset tutorial), greedy search over the test part of a trained run (both with its
weights), one sentence alone. The figures are medians over the rounds; a ratio is the median of the rounds' ratios. The
machine's peak comes from the same processes as Weft's times.

    tools/bench/compare.py --train train.tsv --valid valid.tsv --run runs/tutorial
    tools/bench/compare.py ... --python "docker exec peer python3" --exchange /srv/peer:/data
    tools/bench/compare.py ... --only padded,latency --rounds 15

--python is the command of a Python that has PyTorch. Where that command sees other files than this one (a container, a
chroot), --exchange FOLDER:SEEN names a folder that it sees as SEEN; what it needs is copied there.
"""
import argparse
import json
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEER = "pytorch_translator.py"
PLAIN = ("--dropout-output", 0)  # the padded step has no dropout, on either side
SECTIONS = ("padded", "real", "decoding", "latency", "compile", "threads")


class Exchange:
    """A folder that both sides see, under two names."""

    def __init__(self, option):
        self.temporary = None
        if not option:
            self.temporary = tempfile.TemporaryDirectory(prefix="weft-bench-")
            option = self.temporary.name
        here, _, seen = option.partition(":")
        self.here, self.seen = Path(here), Path(seen or here)
        self.here.mkdir(parents=True, exist_ok=True)

    def copy(self, files, folder="."):
        (self.here / folder).mkdir(exist_ok=True)
        for file in files:
            shutil.copy(file, self.here / folder)


def output_of(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"compare.py: status {done.returncode} from {shlex.join(map(str, command))}\n{done.stderr}")
    return done.stdout


class Sides:
    """Runs one or the other program for one measure."""

    def __init__(self, arguments, exchange):
        self.arguments, self.exchange = arguments, exchange
        exchange.copy([HERE / PEER])

    def threads(self):
        return ["--threads", self.arguments.threads] if self.arguments.threads else []

    def weft(self, measure, *options):
        command = [self.arguments.weft, "bench", "--json", "--measure", measure, *options, *self.threads()]
        return json.loads(output_of(command))

    def pytorch(self, measure, *options):
        command = [*shlex.split(self.arguments.python), self.exchange.seen / PEER, "--measure", measure, *options,
                   *self.threads()]
        return json.loads(output_of(command).splitlines()[-1])


class Results:
    """Figures by name: one of each side a round."""

    def __init__(self):
        self.rounds = {}

    def add(self, name, weft, pytorch=None):
        self.rounds.setdefault(name, []).append((weft, pytorch))
        beside = "" if pytorch is None else f", PyTorch {pytorch:.4g}"
        print(f"  {name}: Weft {weft:.4g}{beside}", file=sys.stderr, flush=True)

    def medians(self, name):
        """Weft, PyTorch, Weft over PyTorch."""
        weft = statistics.median(weft for weft, _ in self.rounds[name])
        pairs = [(weft, pytorch) for weft, pytorch in self.rounds[name] if pytorch is not None]
        if not pairs:
            return weft, None, None
        return weft, statistics.median(p for _, p in pairs), statistics.median(w / p for w, p in pairs)


# ---- One round of each measure


def compare_padded(sides, arguments, results):
    weft = sides.weft("peak,padded", "--rounds", arguments.steps, *PLAIN)
    pytorch = sides.pytorch("padded", "--rounds", arguments.steps)
    results.add("padded", weft["padded"]["milliseconds"]["median"], statistics.median(pytorch["milliseconds"]))
    results.add("padded share", weft["padded"]["share_of_peak"])
    results.add("peak", weft["peak"]["gflop_per_second"])


def compare_real(sides, arguments, results):
    batches = sides.exchange.here / "batches.jsonl"
    weft = sides.weft("peak,real", "--rounds", arguments.steps, "--train", arguments.train, "--valid", arguments.valid,
                      "--batches", arguments.batches, "--batches-file", batches)
    pytorch = sides.pytorch("real", "--batches-file", sides.exchange.seen / batches.name)
    results.add("real", weft["real"]["milliseconds"]["mean"], statistics.mean(pytorch["milliseconds"]))
    results.add("real loss", weft["real"]["loss"], pytorch["loss"])
    results.add("real share", weft["real"]["share_of_peak"])
    results.add("memory", weft["real"]["peak_resident_bytes"] / 2**20, pytorch["peak_resident_bytes"] / 2**20)
    results.add("peak", weft["peak"]["gflop_per_second"])


def compare_decoding(sides, arguments, results):
    weft = sides.weft("decoding", "--rounds", 1, "--run", arguments.run, "--precision", arguments.precision)
    pytorch = sides.pytorch("decoding", "--rounds", 1, "--run", sides.exchange.seen / "run")
    theirs = 1000 * pytorch["sentences"] / statistics.median(pytorch["milliseconds"])
    for precision, decoding in weft["decoding"].items():
        results.add(f"decoding {precision}", decoding["sentences_per_second"], theirs)


def compare_latency(sides, arguments, results):
    weft = sides.weft("latency", "--rounds", arguments.steps, "--precision", arguments.precision)
    theirs = statistics.median(sides.pytorch("latency", "--rounds", arguments.steps)["milliseconds"])
    for precision, latency in weft["latency"].items():
        results.add(f"latency {precision}", latency["milliseconds"]["median"], theirs)


def measure_compile(sides, arguments, results):
    corpus = ["--train", arguments.train, "--valid", arguments.valid] if arguments.train else []
    compiled = sides.weft("compile", "--rounds", arguments.steps, *corpus)["compile"]
    for shapes in compiled.values():
        results.add("compile", shapes["build_milliseconds"]["max"] + shapes["compile_milliseconds"]["max"])
        results.add("arena", shapes["worst_arena_ratio"])


def measure_threads(sides, arguments, results):
    results.add("threads", sides.weft("threads", "--rounds", arguments.steps, *PLAIN)["scaling"]["gain"])


MEASURES = {"padded": compare_padded, "real": compare_real, "decoding": compare_decoding, "latency": compare_latency,
            "compile": measure_compile, "threads": measure_threads}


# ---- The table


def rows_of(results):
    """What, Weft, PyTorch, ratio, aim."""
    def faster(name, what, unit, aim, less_is_better=True, digits=0):
        if name not in results.rounds:
            return
        weft, pytorch, ratio = results.medians(name)
        if less_is_better:
            ratio = statistics.median(p / w for w, p in results.rounds[name])
        yield what, f"{weft:.{digits}f} {unit}", f"{pytorch:.{digits}f} {unit}", f"{ratio:.2f} times as fast", aim

    def alone(name, what, text, aim, pick=statistics.median):
        if name in results.rounds:
            yield what, text(pick([weft for weft, _ in results.rounds[name]])), "", "", aim

    def share(value):
        return f"{value:.3f}"

    def times(value):
        return f"{value:.3f} times"

    yield from faster("padded", "training step, 64 x 19 x 11, padded", "ms", "1.7")
    yield from faster("real", "training on the corpus, a batch", "ms", "1.9")
    yield from alone("padded share", "share of the packed peak, padded", share, "0.85")
    yield from alone("real share", "share of the packed peak, corpus", share, "0.80")
    for precision, aim in (("f32", "1.6"), ("bf16", ""), ("int8", "4")):
        yield from faster(f"decoding {precision}", f"greedy decoding of the test part, {precision}", "sentences/s", aim,
                          less_is_better=False)
    for precision, aim in (("f32", "1.1"), ("bf16", "1.8"), ("int8", "3")):
        yield from faster(f"latency {precision}", f"one sentence alone, 8 tokens to 7, {precision}", "ms", aim, digits=2)
    if "memory" in results.rounds:
        weft, pytorch, ratio = results.medians("memory")
        yield ("process memory while training", f"{weft:.0f} MiB", f"{pytorch:.0f} MiB", f"{ratio:.2f} of it",
               "at most 0.75")
    yield from alone("arena", "arena over its lower bound, the worst shape", times, "at most 1.05", max)
    yield from alone("compile", "build, differentiate and compile, the slowest shape", lambda ms: f"{ms:.0f} ms",
                     "at most 100 ms", max)
    yield from alone("threads", "the second thread", times, "1.85")
    yield from alone("peak", "packed product of 2048 x 2048, same run", lambda rate: f"{rate:.0f} GFLOP/s", "")


def markdown(results, rounds):
    lines = [f"Medians of {rounds} rounds, Weft and PyTorch in turn.", "", "| what | Weft | PyTorch | ratio | aim |",
             "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows_of(results)]
    return "\n".join(lines)


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weft", default=HERE.parents[1] / "build/release/bin/weft-nmt", type=Path)
    parser.add_argument("--python", default="python3", help="a Python that has PyTorch")
    parser.add_argument("--exchange", metavar="FOLDER[:SEEN]", help="a folder that --python sees (as SEEN)")
    parser.add_argument("--train", metavar="FILE", help="the corpus, with --valid")
    parser.add_argument("--valid", metavar="FILE")
    parser.add_argument("--run", metavar="DIR", type=Path, help="a trained run with a test part, for decoding")
    parser.add_argument("--precision", metavar="TYPES", default="f32,bf16,int8",
                        help="of Weft's weights in decoding and latency, with commas (default: f32,bf16,int8)")
    parser.add_argument("--only", metavar="NAMES", default=",".join(SECTIONS),
                        help=f"what to measure, with commas (default: {','.join(SECTIONS)})")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=3, help="padded steps, and tens of sentences, in a round")
    parser.add_argument("--batches", type=int, default=50, help="of the corpus, in a round; 0: an epoch")
    parser.add_argument("--threads", type=int, default=0, help="0: as each has it")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures of all rounds here")
    arguments = parser.parse_args()
    arguments.only = arguments.only.split(",")
    for name in arguments.only:
        if name not in MEASURES:
            parser.error(f"--only: there is no '{name}'; there are {', '.join(MEASURES)}")
    if (arguments.train is None) != (arguments.valid is None):
        parser.error("--train and --valid go together")
    if "real" in arguments.only and not arguments.train:
        parser.error("give the corpus with --train and --valid, or leave 'real' out with --only")
    if "decoding" in arguments.only and not arguments.run:
        parser.error("give a trained run with --run, or leave 'decoding' out with --only")
    if not arguments.weft.is_file():
        parser.error(f"there is no {arguments.weft}; build it, or give --weft")
    if arguments.rounds < 1 or arguments.steps < 1:
        parser.error("--rounds and --steps are 1 at least")
    return arguments


def main():
    arguments = parsed_arguments()
    exchange, results = Exchange(arguments.exchange), Results()
    sides = Sides(arguments, exchange)
    if "decoding" in arguments.only:
        files = ["config.json", "best", "vocab.source.txt", "vocab.target.txt", "test.tsv",
                 f"{(arguments.run / 'best').read_text().strip()}.safetensors"]
        exchange.copy([arguments.run / file for file in files], "run")
    for turn in range(1, arguments.rounds + 1):
        print(f"round {turn} of {arguments.rounds}", file=sys.stderr)
        for name in arguments.only:
            MEASURES[name](sides, arguments, results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results.rounds, indent=1) + "\n", encoding="utf-8")
    print(markdown(results, arguments.rounds))


if __name__ == "__main__":
    main()
