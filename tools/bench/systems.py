#!/usr/bin/env python3
"""Trains every system of docs/systems.md on one corpus under one budget, and reports on runs in Markdown (docs/results.md).

    tools/bench/systems.py train --train train.tsv --valid valid.tsv --test test.tsv --out runs/systems
    tools/bench/systems.py report runs/systems/* > table.md
    tools/bench/systems.py pictures runs/systems/{additive,general,hard,self-attention} --out docs/attention

`train` goes on where it was stopped. `report` measures each run on its own test part, greedily and with a beam of 5: BLEU
with one reference and with all references of a source, with 95 % intervals (bootstrap), chrF, by the length of the source,
the rates, and what an epoch takes (a median batch, measured now, times the batches of an epoch). NAME=RUN+RUN+RUN is an
ensemble. `pictures` draws where each system that attends looks in the same five sentences, and what one with self-attention
recalls while it reads them.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 12
BUDGET = (f"--preset tutorial --embedding 256 --units 256 --epochs {EPOCHS} --schedule constant "
          "--dropout-embedding 0.2 --dropout-output 0.2 --checkpoint-every 1 --keep 1").split()
SYSTEMS = {
    "additive": "",
    "none": "--attention none",
    "dot": "--attention dot",
    "general": "--attention general",
    "location": "--attention location",
    "hard": "--attention hard --monte-carlo-samples 2",
    "lstm": "--cell lstm",
    "self-attention": "--cell lstm --self-attention",
    "bidirectional": "--bidirectional",
    "two-layers": "--layers 2",
}
SENTENCES = ["Comment as-tu été ?", "As-tu lu ce livre ?", "Je ne sais pas où elle habite.",
             "Il fait très froid aujourd'hui.", "Tom a acheté une voiture rouge la semaine dernière."]


def output_of(command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"systems.py: status {done.returncode} from {' '.join(map(str, command))}")
    return done.stdout


def events_of(run, kind):
    log = run / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def train(arguments):
    for name in arguments.only or SYSTEMS:
        run = arguments.out / name
        command = [arguments.weft, "train", "--out", run]
        if arguments.threads:
            command += ["--threads", arguments.threads]
        if (run / "config.json").is_file():
            if any(event["epoch"] >= EPOCHS for event in events_of(run, "epoch")):
                continue
            command += ["--resume", "--epochs", EPOCHS]
        else:
            command += ["--train", arguments.train, "--valid", arguments.valid, "--test", arguments.test, *BUDGET,
                        *SYSTEMS[name].split()]
        print(f"{name}: {' '.join(map(str, command))}", file=sys.stderr, flush=True)
        if subprocess.run([str(part) for part in command], check=False).returncode != 0:
            raise SystemExit(f"systems.py: the training of '{name}' failed")


# ---- The report


class Model:
    """A run, or an ensemble of several: NAME=RUN+RUN, or a folder that gives the name."""

    def __init__(self, text):
        name, _, runs = text.rpartition("=")
        self.runs = [Path(run) for run in runs.split("+")]
        self.name = name or self.runs[0].name
        for run in self.runs:
            if not (run / "config.json").is_file():
                raise SystemExit(f"systems.py: '{run}' is no run: it has no config.json")

    def options(self):
        return [part for run in self.runs for part in ("--run", run)]


def epoch_seconds(arguments, run, batches):
    measured = json.loads(output_of([arguments.weft, "bench", "--json", "--config", run / "config.json", "--measure", "real",
                                     "--batches", arguments.batches]))
    return measured["real"]["milliseconds"]["mean"] * batches / 1000


def batches_of(run):
    batches = events_of(run, "batch")
    if not batches:
        raise SystemExit(f"systems.py: '{run}' has not been trained")
    return batches[0]["batches"]


def figures_of(arguments, model):
    figures = {}
    for beam in (1, 5):
        figures[beam] = json.loads(output_of([arguments.weft, "evaluate", *model.options(), "--json", "--by-length",
                                              "--beam", beam, "--bootstrap", arguments.bootstrap]))
    figures["parameters"] = sum(json.loads(output_of([arguments.weft, "info", "--run", run, "--json"]))["parameter_count"]
                                for run in model.runs)
    figures["epoch"] = sum(epoch_seconds(arguments, run, batches_of(run)) for run in model.runs)
    return figures


def with_interval(scores):
    low, high = scores["bleu_interval"]
    return f"{scores['bleu']:.1f} ({low:.1f} to {high:.1f})"


def rows_of(name, figures):
    greedy, beam = figures[1], figures[5]
    everything = beam.get("all_references", beam)
    return [name, f"{figures['parameters'] / 1e6:.1f} M", f"{figures['epoch']:.0f} s", f"{greedy['loss']:.3f}",
            f"{greedy['bleu']:.1f}", with_interval(beam), with_interval(everything), f"{beam['chrf']:.1f}",
            f"{100 * beam['exact_match']:.1f} %", f"{greedy['sentences_per_second']:.0f}",
            f"{beam['sentences_per_second']:.0f}"]


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def report(arguments):
    measured = {}
    for model in map(Model, arguments.runs):
        print(model.name, file=sys.stderr, flush=True)
        measured[model.name] = figures_of(arguments, model)
    print(table(["system", "parameters", "an epoch", "loss", "BLEU, greedy", "BLEU, beam 5", "all references", "chrF", "exact",
                 "sentences/s, greedy", "beam 5"], [rows_of(name, figures) for name, figures in measured.items()]))
    lengths = {(line["shortest"], line["longest"]): line["sentences"]
               for figures in measured.values() for line in figures[5]["by_length"]}
    rows = []
    for name, figures in measured.items():
        found = {(line["shortest"], line["longest"]): f"{line['bleu']:.1f}" for line in figures[5]["by_length"]}
        rows.append([name] + [found.get(length, "") for length in sorted(lengths)])
    print("\n" + table(["source words"] + [f"{low} to {high}" for low, high in sorted(lengths)],
                       [["(sentences)"] + [str(lengths[length]) for length in sorted(lengths)]] + rows))
    if arguments.json:
        arguments.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def pictures(arguments):
    arguments.out.mkdir(parents=True, exist_ok=True)
    for model in map(Model, arguments.runs):
        run = model.runs[0]
        reads = json.loads((run / "config.json").read_text(encoding="utf-8"))["self-attention"]
        for number, sentence in enumerate(SENTENCES, 1):
            draw = [arguments.weft, "attention", "--run", run, sentence, "--out"]
            translation = output_of([*draw, arguments.out / f"{model.name}-{number}.{arguments.format}"])
            print(f"{model.name}\t{sentence}\t{translation.strip()}")
            if reads:
                output_of([*draw, arguments.out / f"{model.name}-reading-{number}.{arguments.format}", "--self"])


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weft", default=ROOT / "build/release/bin/weft-nmt", type=Path)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("train", help="train every system")
    for part in ("train", "valid", "test"):
        command.add_argument(f"--{part}", metavar="FILE", required=True)
    command.add_argument("--out", metavar="DIR", type=Path, required=True, help="a folder for the runs")
    command.add_argument("--only", metavar="NAME", nargs="+", choices=SYSTEMS, help=f"some of {', '.join(SYSTEMS)}")
    command.add_argument("--threads", type=int, default=0, help="0: the processors there are")
    command.set_defaults(action=train)
    command = commands.add_parser("report", help="measure runs and print the tables")
    command.add_argument("runs", metavar="RUN", nargs="+")
    command.add_argument("--bootstrap", type=int, default=1000, help="samples (default: 1000)")
    command.add_argument("--batches", type=int, default=50, help="to time of an epoch (default: 50)")
    command.add_argument("--json", metavar="FILE", type=Path, help="write the figures here")
    command.set_defaults(action=report)
    command = commands.add_parser("pictures", help="draw attention")
    command.add_argument("runs", metavar="RUN", nargs="+")
    command.add_argument("--out", metavar="DIR", type=Path, required=True)
    command.add_argument("--format", choices=("png", "svg", "pdf"), default="png", help="(default: png)")
    command.set_defaults(action=pictures)
    return parser.parse_args()


def main():
    arguments = parsed_arguments()
    arguments.action(arguments)


if __name__ == "__main__":
    main()
