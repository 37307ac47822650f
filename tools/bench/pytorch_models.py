#!/usr/bin/env python3
"""A training step of the models of weft-bench-models in PyTorch, as one writes them there: modules, Adam, clipping.

    pytorch_models.py MODEL [--steps N] [--threads N] [--weights FILE.safetensors] [--compile] [--channels-last]

With --weights the model begins with Weft's parameters and has its data, so that losses can be compared. One line of JSON: the
median of the steps' times, the first and last loss.
"""
import argparse
import json
import math
import statistics
import struct
import time

import torch
from torch import nn
from torch.nn import functional as F

cli = argparse.ArgumentParser()
cli.add_argument("model")
cli.add_argument("--steps", type=int, default=30)
cli.add_argument("--threads", type=int, default=0)
cli.add_argument("--weights")
cli.add_argument("--compile", action="store_true")
cli.add_argument("--channels-last", action="store_true")
options = cli.parse_args()
if options.threads:
    torch.set_num_threads(options.threads)
torch.manual_seed(1)


def read_weights(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(size)), file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            dtype = {"F32": torch.float32, "I32": torch.int32}[entry["dtype"]]
            tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=dtype).reshape(entry["shape"])
    return tensors


WEIGHTS = read_weights(options.weights) if options.weights else {}


def put(parameter, name, turned=False):
    if WEIGHTS:
        with torch.no_grad():
            parameter.copy_(WEIGHTS[name].T if turned else WEIGHTS[name])


def linear(inputs, outputs, name):
    layer = nn.Linear(inputs, outputs)
    put(layer.weight, name + "/kernel", turned=True)
    put(layer.bias, name + "/bias")
    return layer


def conv(inputs, outputs, window, name, **how):
    layer = nn.Conv2d(inputs, outputs, window, **how)
    put(layer.weight, name + "/filter")
    if layer.bias is not None:
        put(layer.bias, name + "/bias")
    return layer


def table(rows, units, name):
    layer = nn.Embedding(rows, units)
    put(layer.weight, name + "/table")
    return layer


def norm(units, name):
    layer = nn.LayerNorm(units, eps=1e-5)
    put(layer.weight, name + "/gain")
    put(layer.bias, name + "/bias")
    return layer


class Mlp(nn.Module):
    def __init__(self, inputs, hidden, classes):
        super().__init__()
        self.hidden1, self.hidden2 = linear(inputs, hidden, "hidden1"), linear(hidden, hidden, "hidden2")
        self.logits = linear(hidden, classes, "logits")

    def forward(self, x, ids):
        return F.cross_entropy(self.logits(F.relu(self.hidden2(F.relu(self.hidden1(x))))), ids)


class Lstm(nn.Module):
    def __init__(self, letters=65, units=512):
        super().__init__()
        self.letters = table(letters, units, "letters")
        self.lstm = nn.LSTM(units, units, num_layers=2, batch_first=True)
        for layer in (0, 1):
            name = f"lstm{layer + 1}"
            put(getattr(self.lstm, f"weight_ih_l{layer}"), name + "/kernel", turned=True)
            put(getattr(self.lstm, f"weight_hh_l{layer}"), name + "/recurrent_kernel", turned=True)
            put(getattr(self.lstm, f"bias_ih_l{layer}"), name + "/bias")
            nn.init.zeros_(getattr(self.lstm, f"bias_hh_l{layer}"))
        self.logits = linear(units, letters, "logits")

    def forward(self, ids, following):
        return F.cross_entropy(self.logits(self.lstm(self.letters(ids))[0]).flatten(0, 1), following.flatten())


class Block(nn.Module):
    def __init__(self, units, heads, name):
        super().__init__()
        self.heads = heads
        self.attention_norm, self.feed_forward_norm = norm(units, name + "/attention_norm"), norm(units, name + "/feed_forward_norm")
        self.query_key_value = linear(units, 3 * units, name + "/attention/query_key_value")
        self.output = linear(units, units, name + "/attention/output")
        self.up, self.down = linear(units, 4 * units, name + "/feed_forward"), linear(4 * units, units, name + "/feed_forward_output")

    def forward(self, x):
        batch, steps, units = x.shape
        parts = self.query_key_value(self.attention_norm(x)).split(units, 2)
        query, key, value = (part.view(batch, steps, self.heads, units // self.heads).transpose(1, 2) for part in parts)
        context = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.output(context.transpose(1, 2).reshape(batch, steps, units))
        return x + self.down(F.gelu(self.up(self.feed_forward_norm(x))))


class Transformer(nn.Module):
    def __init__(self, blocks, units, heads, steps, letters=65):
        super().__init__()
        self.letters, self.places = table(letters, units, "letters"), table(steps, units, "places")
        self.blocks = nn.ModuleList(Block(units, heads, f"block{i}") for i in range(blocks))
        self.norm, self.logits = norm(units, "norm"), linear(units, letters, "logits")

    def forward(self, ids, following):
        x = self.letters(ids) + self.places.weight
        for block in self.blocks:
            x = block(x)
        return F.cross_entropy(self.logits(self.norm(x)).flatten(0, 1), following.flatten())


class Vae(nn.Module):
    def __init__(self, pixels=784, hidden=400, code=20):
        super().__init__()
        self.encoder, self.decoder = linear(pixels, hidden, "encoder"), linear(code, hidden, "decoder")
        self.mean, self.log_variance = linear(hidden, code, "mean"), linear(hidden, code, "log_variance")
        self.pixels = linear(hidden, pixels, "pixels")
        self.share = code / pixels

    def forward(self, x, noise, target):
        h = F.relu(self.encoder(x))
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.exp(0.5 * log_variance) * noise
        back = self.pixels(F.relu(self.decoder(z)))
        divergence = 0.5 * torch.mean(torch.exp(log_variance) + mean**2 - 1 - log_variance)
        return F.binary_cross_entropy_with_logits(back, target) + self.share * divergence


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = conv(1, 32, 3, "conv1", padding=1), conv(32, 64, 3, "conv2", padding=1)
        self.hidden, self.logits = linear(64 * 7 * 7, 128, "hidden"), linear(128, 10, "logits")

    def forward(self, x, ids):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.cross_entropy(self.logits(F.relu(self.hidden(x.flatten(1)))), ids)


class Residual(nn.Module):
    def __init__(self, inputs, channels, stride, name):
        super().__init__()
        self.conv1 = conv(inputs, channels, 3, name + "/conv1", stride=stride, padding=1, bias=False)
        self.conv2 = conv(channels, channels, 3, name + "/conv2", padding=1, bias=False)
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.shortcut = conv(inputs, channels, 1, name + "/shortcut", stride=stride, bias=False) if stride > 1 else None

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + (self.shortcut(x) if self.shortcut else x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = conv(3, 16, 3, "conv", padding=1, bias=False), nn.BatchNorm2d(16)
        sizes = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        self.blocks = nn.ModuleList(Residual(*size, f"block{i}") for i, size in enumerate(sizes))
        self.logits = linear(64, 10, "logits")

    def forward(self, x, ids):
        x = F.relu(self.norm(self.conv(x)))
        for block in self.blocks:
            x = block(x)
        return F.cross_entropy(self.logits(x.mean((2, 3))), ids)


def pixels(*shape):
    return torch.rand(shape)


def ids(*shape):
    return torch.randint(4, shape)


MODELS = {
    "mlp-small": lambda: (Mlp(16, 64, 4), [pixels(32, 16), ids(32)]),
    "mlp": lambda: (Mlp(784, 512, 10), [pixels(128, 784), ids(128)]),
    "lstm": lambda: (Lstm(), [ids(32, 64), ids(32, 64)]),
    "transformer-4x128": lambda: (Transformer(4, 128, 4, 64), [ids(12, 64), ids(12, 64)]),
    "transformer-6x384": lambda: (Transformer(6, 384, 6, 256), [ids(4, 256), ids(4, 256)]),
    "vae": lambda: (Vae(), [pixels(128, 784), pixels(128, 20), pixels(128, 784)]),
    "cnn": lambda: (Cnn(), [pixels(64, 1, 28, 28), ids(64)]),
    "resnet": lambda: (ResNet(), [pixels(32, 3, 32, 32), ids(32)]),
}

def resident_mb(which):
    """Of this process: VmRSS, as it is now; VmHWM, the most there was."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1000 for line in status if line.startswith(which))


INPUTS = {"lstm": ("ids", "next"), "vae": ("x", "noise", "target")}
INPUTS |= dict.fromkeys(("transformer-4x128", "transformer-6x384"), ("ids", "next"))
before = resident_mb("VmRSS")
model, data = MODELS[options.model]()
if WEIGHTS:
    data = [WEIGHTS["input " + name] for name in INPUTS.get(options.model, ("x", "ids"))]
    data = [tensor if tensor.is_floating_point() else tensor.long() for tensor in data]
if options.channels_last:
    model = model.to(memory_format=torch.channels_last)
    data = [tensor.to(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor for tensor in data]
run = torch.compile(model) if options.compile else model
adam = torch.optim.Adam(model.parameters(), lr=0.001, foreach=True)
times, losses = [], []
for step in range(options.steps + 3):
    begin = time.perf_counter()
    loss = run(*data)
    adam.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    adam.step()
    times.append(time.perf_counter() - begin)
    losses.append(loss.item())
print(json.dumps({"model": options.model, "step_ms": statistics.median(times[3:]) * 1e3, "first_loss": losses[0],
                  "last_loss": losses[-1], "memory_mb": resident_mb("VmHWM") - before, "torch": torch.__version__}))
