#!/usr/bin/env python3
"""The translator of `weft-nmt train --preset tutorial` in PyTorch, to be measured beside it.

The same model (masked variant), sizes, dropout, optimiser and clipping, as a careful user of PyTorch writes it: the
source goes through torch.nn.GRU, as packed sequences where lengths differ; the attention keys are computed once, the
logits of all steps in one product; Adam is the fused one. What is measured (--measure, several with commas):

    padded    a training step on random sentences without padding
    real      training on the batches that `weft-nmt bench --measure real --batches-file FILE` wrote: the very same,
              with the same dropout of words and output
    decoding  greedy search over the test part of a run directory of `weft-nmt train`, with its weights
    latency   one sentence alone: 8 tokens to 7, random weights

--precision says how it computes:

    f32            in float32
    bf16           autocast to bfloat16: weights, gradients and Adam stay in float32, products run in bfloat16
    bf16-weights   search only: the weights are bfloat16
    int8           search only: linear and GRU weights are 8-bit, activations quantised as they come (quantize_dynamic)

Prints one line of JSON for each: {"measure": "padded", "milliseconds": [...], "peak_resident_bytes": ...}.
tools/bench/compare.py runs both programs in turn, this one under the settings of tools/bench/pytorch_settings.py.

    pytorch_translator.py --measure padded,latency --rounds 7
    pytorch_translator.py --measure real --batches-file batches.jsonl
    pytorch_translator.py --measure decoding --run runs/tutorial
"""
import argparse
import json
import re
import resource
import struct
import time
import unicodedata
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Translator(nn.Module):
    def __init__(self, source_vocabulary, target_vocabulary, embedding, units, dropout_embedding=0.0, dropout_output=0.0):
        super().__init__()
        self.embedding_dropout = nn.Dropout(dropout_embedding)
        self.output_dropout = nn.Dropout(dropout_output)
        self.source_embedding = nn.Embedding(source_vocabulary, embedding)
        self.target_embedding = nn.Embedding(target_vocabulary, embedding)
        self.encoder = nn.GRU(embedding, units, batch_first=True)
        self.decoder = nn.GRUCell(units + embedding, units)
        self.query = nn.Linear(units, units)
        self.keys = nn.Linear(units, units)
        self.score = nn.Linear(units, 1)
        self.output = nn.Linear(units, target_vocabulary)

    def encode(self, source, lengths):
        """The state after the source, and what attention needs: values, their keys, and where padding is (or None)."""
        embedded, steps = self.embedding_dropout(self.source_embedding(source)), source.shape[1]
        if int(lengths.min()) == steps:
            values, last = self.encoder(embedded)
            return last[0], (values, self.keys(values), None)
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        values, last = self.encoder(packed)
        values, _ = pad_packed_sequence(values, batch_first=True, total_length=steps)
        return last[0], (values, self.keys(values), torch.arange(steps)[None, :] >= lengths[:, None])

    def step(self, embedded, state, memory):
        """The decoder's next state after a token, given as its vector."""
        values, keys, padding = memory
        scores = self.score(torch.tanh(self.query(state)[:, None, :] + keys))[..., 0]
        if padding is not None:
            scores = scores.masked_fill(padding, -1e9)
        context = torch.bmm(torch.softmax(scores, dim=1)[:, None, :], values)[:, 0]
        return self.decoder(torch.cat([context, embedded], dim=1), state)

    def forward(self, source, lengths, target):
        """Logits [rows, steps, vocabulary] under teacher forcing."""
        state, memory = self.encode(source, lengths)
        embedded, states = self.embedding_dropout(self.target_embedding(target[:, :-1])), []
        for step in range(target.shape[1] - 1):
            state = self.step(embedded[:, step], state, memory)
            states.append(state)
        return self.output(self.output_dropout(torch.stack(states, dim=1)))

    @torch.inference_mode()
    def search(self, source, lengths, start, end, limit):
        """Greedy search: the ids of each row, up to `end` or the limit. The model is in evaluation mode."""
        state, memory = self.encode(source, lengths)
        token = torch.full((source.shape[0],), start)
        done = torch.zeros(source.shape[0], dtype=torch.bool)
        tokens = []
        for _ in range(limit):
            state = self.step(self.target_embedding(token), state, memory)
            token = self.output(state).argmax(dim=1)
            tokens.append(token)
            done |= token == end
            if done.all():
                break
        rows = torch.stack(tokens, dim=1).tolist()
        return [row[: row.index(end)] if end in row else row for row in rows]


def autocast(precision):
    return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")


def with_weights_of(precision, model):
    """The model for search, its weights as the precision has them."""
    if precision == "bf16-weights":
        return model.bfloat16()
    if precision == "int8":
        torch.backends.quantized.engine = next(engine for engine in ("x86", "fbgemm", "onednn", "qnnpack")
                                               if engine in torch.backends.quantized.supported_engines)
        return torch.ao.quantization.quantize_dynamic(model, {nn.Linear, nn.GRU, nn.GRUCell}, dtype=torch.qint8)
    return model


class Training:
    def __init__(self, model, precision):
        self.model, self.precision = model, precision
        self.optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)

    def step(self, source, lengths, target):
        """One update; the loss per token, and the number of tokens."""
        wanted = target[:, 1:]
        with autocast(self.precision):
            logits = self.model(source, lengths, target)
            loss = functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=0)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        return loss.item(), int((wanted != 0).sum())


# ---- What `weft-nmt train` keeps in a run directory


def tensors_of(path):
    """The tensors of a safetensors file, by name."""
    data = path.read_bytes()
    (header_bytes,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + header_bytes]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            first, last = entry["data_offsets"]
            begin = 8 + header_bytes
            values = torch.frombuffer(bytearray(data[begin + first : begin + last]), dtype=torch.float32)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def gates_of(tensor):
    """Update, reset, candidate in the last axis, as Weft has them, to PyTorch's reset, update, candidate in the first."""
    update, reset, candidate = tensor.chunk(3, dim=-1)
    return torch.cat([reset, update, candidate], dim=-1).t() if tensor.dim() == 2 else torch.cat([reset, update, candidate])


def trained_model(run, config):
    tensors = tensors_of(run / f"{(run / 'best').read_text().strip()}.safetensors")
    model = Translator(config["source-vocabulary"], config["target-vocabulary"], config["embedding"], config["units"])
    state = {
        "source_embedding.weight": tensors["source_embedding"],
        "target_embedding.weight": tensors["target_embedding"],
        "output.weight": tensors["output/kernel"].t(),
        "output.bias": tensors["output/bias"],
    }
    for layer, kernel, bias in (("query", "w1", "b1"), ("keys", "w2", "b2"), ("score", "v", "bv")):
        state[f"{layer}.weight"] = tensors[f"attention/{kernel}"].t()
        state[f"{layer}.bias"] = tensors[f"attention/{bias}"]
    for layer, suffix in (("encoder", "_l0"), ("decoder", "")):
        for theirs, ours in (("weight_ih", "kernel"), ("weight_hh", "recurrent_kernel"),
                             ("bias_ih", "input_bias"), ("bias_hh", "recurrent_bias")):
            state[f"{layer}.{theirs}{suffix}"] = gates_of(tensors[f"{layer}_gru/{ours}"])
    model.load_state_dict(state)
    return model.eval()


def vocabulary_of(path):
    """Words by id: padding, then one a line."""
    return ["<pad>", *path.read_text(encoding="utf-8").splitlines()]


def words(sentence):
    """The tutorial's normalisation."""
    letters = unicodedata.normalize("NFD", sentence.lower().strip())
    plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    spaced = re.sub(r"([?.!,¿])", r" \1 ", plain)
    return ["<start>", *re.sub(r"[^a-z?.!,¿]+", " ", spaced).split(), "<end>"]


# ---- Measurements


def padded_rows(rows):
    return pad_sequence([torch.tensor(row) for row in rows], batch_first=True)


def milliseconds_of(run, rounds, warm_up_rounds=2):
    times = []
    for turn in range(warm_up_rounds + rounds):
        start = time.perf_counter()
        run()
        if turn >= warm_up_rounds:
            times.append(1000 * (time.perf_counter() - start))
    return times


def random_model(arguments):
    return Translator(arguments.source_vocabulary, arguments.target_vocabulary, arguments.embedding, arguments.units)


def measure_padded(arguments):
    training = Training(random_model(arguments), arguments.precision)
    source = torch.randint(1, arguments.source_vocabulary, (arguments.batch, arguments.source_length))
    target = torch.randint(1, arguments.target_vocabulary, (arguments.batch, arguments.target_length))
    lengths = torch.full((arguments.batch,), arguments.source_length)
    return {"milliseconds": milliseconds_of(lambda: training.step(source, lengths, target), arguments.rounds)}


def measure_real(arguments):
    with open(arguments.batches_file, encoding="utf-8") as lines:
        model, *batches = (json.loads(line) for line in lines)
    sizes = ("source_vocabulary", "target_vocabulary", "embedding", "units", "dropout_embedding", "dropout_output")
    training = Training(Translator(*(model[size] for size in sizes)), arguments.precision)
    times, loss_sum, tokens = [], 0.0, 0
    for index, batch in enumerate(batches):
        start = time.perf_counter()
        lengths = torch.tensor([len(row) for row in batch["source"]])
        loss, count = training.step(padded_rows(batch["source"]), lengths, padded_rows(batch["target"]))
        if index >= model["warm_up_batches"]:
            times.append(1000 * (time.perf_counter() - start))
            loss_sum, tokens = loss_sum + loss * count, tokens + count
    return {"milliseconds": times, "loss": loss_sum / tokens}


def measure_decoding(arguments):
    run = Path(arguments.run)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    if config["variant"] != "masked" or config["normaliser"] != "tutorial":
        raise SystemExit(f"{run}: only the masked variant with the tutorial's normaliser is known here")
    model = with_weights_of(arguments.precision, trained_model(run, config))
    source_words, target_words = (vocabulary_of(run / f"vocab.{side}.txt") for side in ("source", "target"))
    id_of = {word: index for index, word in enumerate(source_words)}
    start, end = target_words.index("<start>"), target_words.index("<end>")
    lines = (run / "test.tsv").read_text(encoding="utf-8").splitlines()
    sentences = [line.split("\t")[1] for line in lines[: arguments.sentences or None]]
    translations = [""] * len(sentences)

    def translate():
        """Batches of neighbours in length."""
        sources = [[id_of.get(word, len(source_words) - 1) for word in words(sentence)] for sentence in sentences]
        order = sorted(range(len(sources)), key=lambda index: len(sources[index]))
        for first in range(0, len(order), arguments.batch):
            chosen = order[first : first + arguments.batch]
            lengths = torch.tensor([len(sources[index]) for index in chosen])
            limit = 2 * int(lengths.max()) + 11
            with autocast(arguments.precision):
                found = model.search(padded_rows([sources[index] for index in chosen]), lengths, start, end, limit)
            for index, row in zip(chosen, found):
                translations[index] = " ".join(target_words[word] for word in row)

    times = milliseconds_of(translate, arguments.rounds, warm_up_rounds=0 if arguments.rounds == 1 else 1)
    if arguments.output:
        Path(arguments.output).write_text("".join(f"{line}\n" for line in translations), encoding="utf-8")
    return {"milliseconds": times, "sentences": len(sentences), "words": sum(len(t.split()) for t in translations)}


def measure_latency(arguments):
    model = with_weights_of(arguments.precision, random_model(arguments).eval())
    source, lengths = torch.randint(1, arguments.source_vocabulary, (1, 8)), torch.tensor([8])
    nothing = -1  # so that no translation ends early

    def translate():
        with autocast(arguments.precision):
            model.search(source, lengths, 1, nothing, 7)

    return {"milliseconds": milliseconds_of(translate, 10 * arguments.rounds, warm_up_rounds=10)}


def blas_in_use():
    """The library that products in float32 run in: MKL loads its core when it is first called."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    if "libmkl_core" in maps or torch.backends.mkl.is_available():
        return "mkl"
    return "openblas" if "libopenblas" in maps else "unknown"


def main():
    measurements = {"padded": measure_padded, "real": measure_real, "decoding": measure_decoding,
                    "latency": measure_latency}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", default="padded", metavar="NAMES")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batches-file", metavar="FILE", help="real: what to train on")
    parser.add_argument("--run", metavar="DIR", help="decoding: the run directory")
    parser.add_argument("--output", metavar="FILE", help="decoding: write the translations here")
    parser.add_argument("--sentences", type=int, default=0, help="decoding: only the first so many; 0: all")
    parser.add_argument("--precision", choices=("f32", "bf16", "bf16-weights", "int8"), default="f32")
    parser.add_argument("--threads", type=int, default=0, help="0: as PyTorch has it")
    for name, size in (("batch", 64), ("source-length", 19), ("target-length", 11), ("embedding", 256),
                       ("units", 1024), ("source-vocabulary", 10267), ("target-vocabulary", 5921)):
        parser.add_argument(f"--{name}", type=int, default=size)
    arguments = parser.parse_args()
    names = arguments.measure.split(",")
    for name in names:
        if name not in measurements:
            parser.error(f"--measure: there is no '{name}'; there are {', '.join(measurements)}")
    if "real" in names and not arguments.batches_file:
        parser.error("--measure real needs --batches-file")
    if arguments.precision in ("bf16-weights", "int8") and {"padded", "real"} & set(names):
        parser.error(f"--precision {arguments.precision} is for decoding and latency")
    if "decoding" in names and not arguments.run:
        parser.error("--measure decoding needs --run")
    if arguments.threads > 0:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    for name in names:
        result = measurements[name](arguments)
        peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"measure": name, **result, "peak_resident_bytes": peak, "torch": torch.__version__,
                          "threads": torch.get_num_threads(), "blas": blas_in_use()}), flush=True)


if __name__ == "__main__":
    main()
