#!/usr/bin/env python3
"""Weft and PyTorch at its fastest, in turn, on the same work; tables as Markdown on standard output.

How fast PyTorch is on a processor depends on its settings more than on anything else, and which are the best depends on
the processor. So each measure first tries PyTorch shortly under every BLAS and allocator that are installed
(tools/bench/pytorch_settings.py), in float32, under bfloat16 autocast, and in search with bfloat16 and 8-bit weights. The
fastest setting of each precision then takes part in the rounds, and the tables name it.

Each round runs `weft-nmt bench` and tools/bench/pytorch_translator.py one after the other, so that a noisy machine
treats both alike: a padded training step without dropout, training on the batches of a corpus (both on the very same
ones, with the dropout of the preset tutorial), greedy search over the test part of a trained run (both with its
weights), one sentence alone. The figures are medians over the rounds; a ratio is the median of the rounds' ratios. The
machine's peak comes from the same processes as Weft's times.

    tools/bench/compare.py --train train.tsv --valid valid.tsv --run runs/tutorial
    tools/bench/compare.py ... --python "docker exec peer python3" --exchange /srv/peer:/data
    tools/bench/compare.py ... --python "chroot /opt/peer python3" --exchange /opt/peer/tmp/weft:/tmp/weft
    tools/bench/compare.py ... --only padded,latency --rounds 15
    tools/bench/compare.py ... --update README.md docs/performance.md    # puts the tables into the pages

--python is the command of a Python that has PyTorch. Where that command sees other files than this one (a container, a
chroot), --exchange FOLDER:SEEN names a folder that it sees as SEEN; what it needs is copied there.
"""
import argparse
import json
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
LAUNCHER, PEER = "pytorch_settings.py", "pytorch_translator.py"
PLAIN = ("--dropout-output", 0)  # the padded step has no dropout, on either side
SECTIONS = ("padded", "real", "decoding", "latency", "compile", "threads")
TRAINING, SEARCH = ("f32", "bf16"), ("f32", "bf16", "bf16-weights", "int8")
TRIAL_BATCHES, TRIAL_SENTENCES = 10, 1280


class Failed(Exception):
    pass


class Setting(NamedTuple):
    """Of PyTorch."""

    precision: str
    blas: str
    allocator: str

    def family(self):
        return self.precision.split("-")[0]

    def __str__(self):
        precision = {"bf16": "bf16 autocast", "bf16-weights": "bf16 weights"}.get(self.precision, self.precision)
        return f"{precision}, {self.platform()}"

    def platform(self):
        return f"{ {'mkl': 'MKL', 'openblas': 'OpenBLAS'}.get(self.blas, 'its own BLAS') }, {self.allocator}"


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
        raise Failed(f"status {done.returncode} from {shlex.join(map(str, command))}\n{done.stderr}")
    return done.stdout


class Sides:
    """Runs one or the other program for one measure."""

    def __init__(self, arguments, exchange):
        self.arguments, self.exchange = arguments, exchange
        exchange.copy([HERE / LAUNCHER, HERE / PEER])
        self.launcher = [*shlex.split(arguments.python), exchange.seen / LAUNCHER, *self.threads()]
        self.installed = json.loads(output_of([*self.launcher, "--list"]))
        self.torch = None

    def threads(self):
        return ["--threads", self.arguments.threads] if self.arguments.threads else []

    def weft(self, measure, *options):
        command = [self.arguments.weft, "bench", "--json", "--measure", measure, *options, *self.threads()]
        return json.loads(output_of(command))

    def pytorch(self, setting, measure, *options):
        command = [*self.launcher, "--blas", setting.blas, "--allocator", setting.allocator, self.exchange.seen / PEER,
                   "--precision", setting.precision, "--measure", measure, *options]
        result = json.loads(output_of(command).splitlines()[-1])
        self.torch = result["torch"]
        if setting.blas not in ("default", result["blas"]):
            raise Failed(f"{setting.blas} did not take the place of {result['blas']}")
        return result

    def settings(self, precisions):
        return [Setting(precision, blas, allocator) for precision in precisions for blas in self.installed["blas"]
                for allocator in self.installed["allocator"]]


def say(text):
    print(text, file=sys.stderr, flush=True)


# ---- PyTorch's part of a measure: milliseconds for one (step, batch, sentence), and all that it printed


def pytorch_padded(sides, arguments, setting, trial):
    printed = sides.pytorch(setting, "padded", "--rounds", 2 if trial else arguments.steps)
    return statistics.median(printed["milliseconds"]), printed


def pytorch_real(sides, arguments, setting, trial):
    batches = batches_file(sides, trial)
    printed = sides.pytorch(setting, "real", "--batches-file", sides.exchange.seen / batches.name)
    return statistics.mean(printed["milliseconds"]), printed


def pytorch_decoding(sides, arguments, setting, trial):
    printed = sides.pytorch(setting, "decoding", "--rounds", 1, "--run", sides.exchange.seen / "run", "--sentences",
                            TRIAL_SENTENCES if trial else 0)
    return statistics.median(printed["milliseconds"]) / printed["sentences"], printed


def pytorch_latency(sides, arguments, setting, trial):
    printed = sides.pytorch(setting, "latency", "--rounds", 2 if trial else arguments.steps)
    return statistics.median(printed["milliseconds"]), printed


PYTORCH = {"padded": (TRAINING, pytorch_padded), "real": (TRAINING, pytorch_real),
           "decoding": (SEARCH, pytorch_decoding), "latency": (SEARCH, pytorch_latency)}


# ---- Trials


class Trials:
    """What each setting of PyTorch took, shortly, by measure; the fastest of each precision."""

    def __init__(self):
        self.milliseconds, self.peak_bytes = {}, {}

    def run(self, sides, arguments, measure):
        precisions, pytorch = PYTORCH[measure]
        self.milliseconds[measure], self.peak_bytes[measure] = {}, {}
        for setting in sides.settings(precisions):
            try:
                taken, printed = pytorch(sides, arguments, setting, trial=True)
            except Failed as failure:
                say(f"  {measure}, {setting}: left out: {str(failure).strip().splitlines()[-1]}")
                continue
            self.milliseconds[measure][setting] = taken
            self.peak_bytes[measure][setting] = printed["peak_resident_bytes"]
            say(f"  {measure}, {setting}: {taken:.4g} ms")
        if "f32" not in self.fastest(measure):
            raise Failed(f"PyTorch ran under no setting: try {shlex.join(map(str, sides.launcher))} --help")

    def fastest(self, measure):
        """By precision (bf16 in whichever way is faster)."""
        found = {}
        for setting, _ in sorted(self.milliseconds[measure].items(), key=lambda entry: entry[1]):
            found.setdefault(setting.family(), setting)
        return found

    def leanest(self, measure):
        """The float32 setting with the least memory."""
        peaks = {setting: peak for setting, peak in self.peak_bytes[measure].items() if setting.precision == "f32"}
        return min(peaks, key=peaks.get)


# ---- Rounds


class Results:
    """Figures by name: those of one round, by side ("Weft", or a precision of PyTorch)."""

    def __init__(self):
        self.rounds = {}

    def add(self, name, weft, **pytorch):
        self.rounds.setdefault(name, []).append({"Weft": weft, **pytorch})
        beside = "".join(f", {'Weft in f32' if side == 'weft_f32' else f'PyTorch {side}'} {figure:.4g}"
                         for side, figure in pytorch.items())
        say(f"  {name}: Weft {weft:.4g}{beside}")

    def has(self, name, side="Weft"):
        return any(side in entry for entry in self.rounds.get(name, ()))

    def all(self, name, side="Weft"):
        return [entry[side] for entry in self.rounds[name] if side in entry]

    def median(self, name, side="Weft"):
        return statistics.median(self.all(name, side))

    def ratio(self, name, side):
        """PyTorch's over Weft's, the median of the rounds'."""
        return statistics.median(entry[side] / entry["Weft"] for entry in self.rounds[name] if side in entry)


def batches_file(sides, trial):
    return sides.exchange.here / ("trial.jsonl" if trial else "batches.jsonl")


def weft_real(sides, arguments, trial, *options):
    return sides.weft("peak,real", *options, "--rounds", arguments.steps, "--train", arguments.train, "--valid", arguments.valid,
                      "--batches", TRIAL_BATCHES if trial else arguments.batches, "--batches-file",
                      batches_file(sides, trial))


def pytorch_of(sides, arguments, trials, measure):
    """By precision, at its fastest: milliseconds, and all that was printed."""
    _, pytorch = PYTORCH[measure]
    return {precision: pytorch(sides, arguments, setting, trial=False)
            for precision, setting in trials.fastest(measure).items()}


def figures(pytorch, key=None):
    """By precision: milliseconds, or another figure that was printed."""
    return {precision: printed[key] if key else taken for precision, (taken, printed) in pytorch.items()}


def compare_padded(sides, arguments, trials, results):
    weft = sides.weft("peak,padded", "--rounds", arguments.steps, *PLAIN)
    pytorch = pytorch_of(sides, arguments, trials, "padded")
    results.add("padded", weft["padded"]["milliseconds"]["median"], **figures(pytorch))
    weft_bf16 = sides.weft("padded", "--rounds", arguments.steps, "--precision", "bf16", *PLAIN)
    results.add("padded bf16", weft_bf16["padded"]["milliseconds"]["median"], **figures(pytorch),
                weft_f32=weft["padded"]["milliseconds"]["median"])
    results.add("padded share", weft["padded"]["share_of_peak"])
    results.add("peak", weft["peak"]["gflop_per_second"])


def compare_real(sides, arguments, trials, results):
    weft = weft_real(sides, arguments, trial=False)
    pytorch = pytorch_of(sides, arguments, trials, "real")
    if "memory" not in results.rounds:  # once: memory is no matter of luck
        pytorch["leanest"] = pytorch_real(sides, arguments, trials.leanest("real"), trial=False)
    peaks = {side: peak / 2**20 for side, peak in figures(pytorch, "peak_resident_bytes").items()}
    losses = figures(pytorch, "loss")
    pytorch.pop("leanest", None)
    results.add("real", weft["real"]["milliseconds"]["mean"], **figures(pytorch))
    weft_bf16 = weft_real(sides, arguments, False, "--precision", "bf16")
    results.add("real bf16", weft_bf16["real"]["milliseconds"]["mean"], **figures(pytorch),
                weft_f32=weft["real"]["milliseconds"]["mean"])
    results.add("real loss", weft["real"]["loss"], **losses)
    results.add("real share", weft["real"]["share_of_peak"])
    results.add("memory", weft["real"]["peak_resident_bytes"] / 2**20, **peaks)
    results.add("peak", weft["peak"]["gflop_per_second"])


def compare_decoding(sides, arguments, trials, results):
    weft = sides.weft("decoding", "--rounds", 1, "--run", arguments.run, "--decoding-precision", arguments.precision)
    pytorch = pytorch_of(sides, arguments, trials, "decoding")
    for precision, decoding in weft["decoding"].items():
        results.add(f"decoding {precision}", 1000 / decoding["sentences_per_second"], **figures(pytorch))


def compare_latency(sides, arguments, trials, results):
    weft = sides.weft("latency", "--rounds", arguments.steps, "--decoding-precision", arguments.precision)
    pytorch = pytorch_of(sides, arguments, trials, "latency")
    for precision, latency in weft["latency"].items():
        results.add(f"latency {precision}", latency["milliseconds"]["median"], **figures(pytorch))


def measure_compile(sides, arguments, trials, results):
    corpus = ["--train", arguments.train, "--valid", arguments.valid] if arguments.train else []
    compiled = sides.weft("compile", "--rounds", arguments.steps, *corpus)["compile"]
    for shapes in compiled.values():
        results.add("compile", shapes["build_milliseconds"]["max"] + shapes["compile_milliseconds"]["max"])
        results.add("arena", shapes["worst_arena_ratio"])


def measure_threads(sides, arguments, trials, results):
    results.add("threads", sides.weft("threads", "--rounds", arguments.steps, *PLAIN)["scaling"]["gain"])


MEASURES = {"padded": compare_padded, "real": compare_real, "decoding": compare_decoding, "latency": compare_latency,
            "compile": measure_compile, "threads": measure_threads}


# ---- The tables


def milliseconds(taken):
    return f"{taken:.2f} ms" if taken < 100 else f"{taken:.0f} ms"


def sentences(taken):
    return f"{1000 / taken:,.0f} sentences/s"


def mebibytes(size):
    return f"{size:.0f} MiB"


def speed(ratio):
    return f"{ratio:.2f} times as fast" if ratio >= 1 else f"**{ratio:.2f} times as fast: PyTorch is ahead**"


def rows_against_pytorch(results, trials):
    """What, Weft, PyTorch, PyTorch's setting, ratio, aim."""
    def rows(name, what, text, measure, sides_and_aims):
        for side, aim in sides_and_aims:
            if results.has(name, side):
                yield (what, text(results.median(name)), text(results.median(name, side)),
                       trials.fastest(measure)[side], speed(results.ratio(name, side)), aim)

    yield from rows("padded", "training step, 64 x 19 x 11, padded", milliseconds, "padded",
                    (("f32", "1.8"), ("bf16", "")))
    yield from rows("padded bf16", "the same with --precision bf16", milliseconds, "padded", (("bf16", "1.7"),))
    yield from rows("real", "training on the corpus, a batch", milliseconds, "real", (("f32", "1.9"), ("bf16", "")))
    yield from rows("real bf16", "the same with --precision bf16", milliseconds, "real", (("bf16", "1.8"),))
    for precision, aims in (("f32", (("f32", "1.6"),)), ("bf16", (("bf16", ""),)),
                            ("int8", (("int8", ""), ("f32", "4")))):
        yield from rows(f"decoding {precision}", f"greedy decoding of the test part, {precision}", sentences, "decoding",
                        aims)
    for precision, aims in (("f32", (("f32", "1.1"),)), ("bf16", (("bf16", ""), ("f32", "1.8"))),
                            ("int8", (("int8", ""), ("f32", "3")))):
        yield from rows(f"latency {precision}", f"one sentence alone, 8 tokens to 7, {precision}", milliseconds,
                        "latency", aims)
    memory = {**trials.fastest("real"), "leanest": trials.leanest("real")} if results.has("memory") else {}
    for side, setting in memory.items():
        if side != "leanest" or setting != memory["f32"]:
            yield ("memory of the process in training", mebibytes(results.median("memory")),
                   mebibytes(results.median("memory", side)), f"{setting}{' (the leanest)' if side == 'leanest' else ''}",
                   f"{1 / results.ratio('memory', side):.2f} of it", "at most 0.75" if side == "f32" else "")


def rows_alone(results):
    """What, Weft, aim."""
    def row(name, what, text, aim, pick=statistics.median):
        if results.has(name):
            yield what, text(pick(results.all(name))), aim

    yield from row("peak", "packed product of 2048 x 2048 x 2048, same run", lambda rate: f"{rate:.0f} GFLOP/s", "")
    yield from row("padded share", "share of that peak, padded", lambda share: f"{share:.3f}", "0.85")
    yield from row("real share", "share of that peak, corpus", lambda share: f"{share:.3f}", "0.80")
    for name, what, aim in (("padded bf16", "padded step, bf16 against f32", "1.7"),
                            ("real bf16", "corpus, bf16 against f32", "1.6")):
        if results.has(name, "weft_f32"):
            yield what, f"{results.ratio(name, 'weft_f32'):.2f} times as fast", aim
    yield from row("threads", "the second thread", lambda times: f"{times:.3f} times", "1.85")
    yield from row("arena", "arena over its lower bound, the worst shape", lambda times: f"{times:.3f} times",
                   "at most 1.05", max)
    yield from row("compile", "build, differentiate and compile, the slowest shape", milliseconds, "at most 100 ms", max)


def rows_of_losses(results):
    if results.has("real loss"):
        yield ("loss a token on these batches", *(f"{results.median('real loss', side):.4f}"
                                                  for side in ("Weft", "f32", "bf16") if results.has("real loss", side)))


def rows_of_trials(trials, platforms):
    """Measure, precision, milliseconds under each BLAS and allocator."""
    for measure, taken in trials.milliseconds.items():
        for precision in dict.fromkeys(setting.precision for setting in taken):
            row = {setting.platform(): time for setting, time in taken.items() if setting.precision == precision}
            least = min(row.values())
            cells = (f"{row[platform]:.4g}" if platform in row else "" for platform in platforms)
            yield (measure, precision, *(f"**{cell}**" if cell == f"{least:.4g}" else cell for cell in cells))


def short_rows(results):
    """For readers in a hurry: what, Weft, PyTorch, ratio."""
    def row(name, what, text, side, ratio_text=speed):
        if results.has(name, side):
            yield (what, text(results.median(name)), text(results.median(name, side)),
                   ratio_text(results.ratio(name, side)))

    yield from row("real", "training, a batch of 64, float32", milliseconds, "f32")
    yield from row("real", "the same, PyTorch under bf16 autocast", milliseconds, "bf16")
    yield from row("real bf16", "the same, both in bf16", milliseconds, "bf16")
    yield from row("decoding f32", "greedy translation, float32", sentences, "f32")
    yield from row("decoding bf16", "the same, both in bf16", sentences, "bf16")
    yield from row("decoding int8", "the same, 8-bit weights", sentences, "int8")
    yield from row("latency f32", "one sentence alone, float32", milliseconds, "f32")
    yield from row("latency bf16", "the same, both in bf16", milliseconds, "bf16")
    yield from row("latency int8", "the same, 8-bit weights", milliseconds, "int8")
    yield from row("memory", "memory of the process in training, float32", mebibytes, "f32",
                   lambda ratio: f"{1 / ratio:.2f} of it")


def table(head, rows):
    lines = ["| " + " | ".join(map(str, row)) + " |\n" for row in (head, *rows)]
    return "".join([lines[0], "|" + "---|" * len(head) + "\n", *lines[1:]])


def processor():
    names = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
             if line.startswith("model name")]
    return f"{len(names)} processors, {names[0]}" if names else "unknown processor"


def sections(results, trials, rounds, torch):
    """The tables, by name."""
    told = f"{processor()}; PyTorch {torch}; medians of {rounds} rounds in turn."
    parts = {}
    if trials.milliseconds:
        platforms = list(dict.fromkeys(s.platform() for taken in trials.milliseconds.values() for s in taken))
        parts["in short"] = table(["", "Weft", f"PyTorch {torch}", ""], short_rows(results))
        parts["against PyTorch"] = f"{told}\n\n" + table(
            ["what", "Weft", "PyTorch", "PyTorch's setting", "ratio", "aim"], rows_against_pytorch(results, trials))
        parts["settings tried"] = table(["ms", "precision", *platforms], rows_of_trials(trials, platforms))
    if results.has("real loss"):
        parts["losses"] = table(["", "Weft", "PyTorch f32", "PyTorch bf16"], rows_of_losses(results))
    if rows := list(rows_alone(results)):
        parts["Weft alone"] = table(["what", "Weft", "aim"], rows)
    return parts


def update(page, parts):
    """Replaces what stands between `<!-- compare.py: NAME -->` and `<!-- end -->` in a page by the table of that name."""
    def replaced(match):
        return f"{match[1]}{parts[match[2]]}{match[3]}" if match[2] in parts else match[0]

    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r"(<!-- compare\.py: (.+?) -->\n).*?(<!-- end -->)", replaced, text, flags=re.DOTALL),
                    encoding="utf-8")


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
    parser.add_argument("--threads", type=int, default=0, help="0: all processors")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures of all trials and rounds here")
    parser.add_argument("--update", metavar="PAGE", type=Path, nargs="+", default=[],
                        help="put the tables into these pages, between <!-- compare.py: NAME --> and <!-- end -->")
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


def measured(arguments, sides):
    trials, results, begin = Trials(), Results(), time.monotonic()
    for measure in arguments.only:
        if measure in PYTORCH:
            say(f"trying PyTorch's settings: {measure}")
            if measure == "real":
                weft_real(sides, arguments, trial=True)
            trials.run(sides, arguments, measure)
    for turn in range(1, arguments.rounds + 1):
        say(f"round {turn} of {arguments.rounds}, after {time.monotonic() - begin:.0f} s")
        for name in arguments.only:
            MEASURES[name](sides, arguments, trials, results)
    say(f"done after {time.monotonic() - begin:.0f} s")
    return trials, results


def main():
    arguments = parsed_arguments()
    exchange = Exchange(arguments.exchange)
    if "decoding" in arguments.only:
        files = ["config.json", "best", "vocab.source.txt", "vocab.target.txt", "test.tsv",
                 f"{(arguments.run / 'best').read_text().strip()}.safetensors"]
        exchange.copy([arguments.run / file for file in files], "run")
    try:
        sides = Sides(arguments, exchange)
        trials, results = measured(arguments, sides)
    except Failed as failure:
        raise SystemExit(f"compare.py: {failure}") from failure
    if arguments.json:
        tried = {measure: {str(setting): time for setting, time in taken.items()}
                 for measure, taken in trials.milliseconds.items()}
        written = {"trials": tried, "rounds": results.rounds}
        arguments.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    parts = sections(results, trials, arguments.rounds, sides.torch)
    print("\n".join(f"## {name}\n\n{part}" for name, part in parts.items()))
    for page in arguments.update:
        update(page, parts)


if __name__ == "__main__":
    main()
