#!/usr/bin/env python3
"""The settings that decide how fast PyTorch is on a processor: which BLAS it calls, and how memory is allocated.

With glibc's defaults, large tensors go back to the system and are faulted in again in every step, and a BLAS that does
not know the processor runs at a fraction of its speed; either can cost more than half of the time. The settings are
environment variables, read when a process starts, so this program sets them and then becomes the script that it is given:

    pytorch_settings.py --list                  what is installed here, as one line of JSON
    pytorch_settings.py --blas openblas --allocator glibc-kept pytorch_translator.py --measure padded

BLAS: `mkl` or `openblas` takes the place of the one that PyTorch is linked with; OpenBLAS is told which processor this is,
because one that it does not know gets a slow kernel. `default`, where neither is installed, is what PyTorch has. Allocator:
`glibc` as it comes, `glibc-kept` keeps freed pages; jemalloc (told to keep them too), tcmalloc and mimalloc are offered
where they are installed.
"""
import argparse
import glob
import json
import os
import sys

LIBRARIES = ("/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib")
GIBIBYTE = 2**30
KEPT = {"MALLOC_MMAP_THRESHOLD_": 4 * GIBIBYTE, "MALLOC_TRIM_THRESHOLD_": 8 * GIBIBYTE, "MALLOC_TOP_PAD_": GIBIBYTE // 4}
JEMALLOC = "oversize_threshold:1,background_thread:true,dirty_decay_ms:-1,muzzy_decay_ms:-1"  # -1: never give pages back


def library(*names):
    """The path of the first of these that is installed; names may have wildcards."""
    for name in names:
        for folder in LIBRARIES:
            if found := sorted(glob.glob(f"{folder}/{name}")):
                return found[0]
    return None


def processor_flags():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next((line.split() for line in lines if line.startswith("flags")), [])


def blas_settings():
    """By name: what to load first, and the environment."""
    settings = {}
    if mkl := library("libmkl_rt.so"):
        settings["mkl"] = [library("libgomp.so.1"), mkl], {"MKL_THREADING_LAYER": "GNU"}
    if openblas := library("openblas-openmp/libopenblas.so.0", "libopenblaso.so.0"):
        core = "SkylakeX" if "avx512f" in processor_flags() else "Haswell"
        settings["openblas"] = [openblas], {"OPENBLAS_CORETYPE": core}
    return settings or {"default": ([], {})}


def allocator_settings():
    settings = {"glibc": ([], {}), "glibc-kept": ([], KEPT)}
    for name, file, environment in (("jemalloc", "libjemalloc.so.2", {"MALLOC_CONF": JEMALLOC}),
                                    ("tcmalloc", "libtcmalloc_minimal.so.4", {}),
                                    ("mimalloc", "libmimalloc.so.?", {"MIMALLOC_PURGE_DELAY": "-1"})):
        if found := library(file):
            settings[name] = [found], environment
    return settings


def become(script, blas, allocator, threads):
    """Starts the script, a list of arguments, in this process's place with these settings."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    preload = []
    for libraries, variables in (blas, allocator):
        preload += [file for file in libraries if file]
        environment.update({name: str(value) for name, value in variables.items()})
    if preload:
        environment["LD_PRELOAD"] = " ".join(preload)
    os.execve(sys.executable, [sys.executable, *script], environment)


def main():
    blas, allocators = blas_settings(), allocator_settings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print what is installed, and end")
    parser.add_argument("--blas", choices=blas, default=next(iter(blas)))
    parser.add_argument("--allocator", choices=allocators, default="glibc")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all processors")
    parser.add_argument("script", nargs=argparse.REMAINDER, help="a Python script and its arguments")
    arguments = parser.parse_args()
    if arguments.list:
        print(json.dumps({"blas": list(blas), "allocator": list(allocators)}))
    elif arguments.script:
        become(arguments.script, blas[arguments.blas], allocators[arguments.allocator], arguments.threads)
    else:
        parser.error("give a script, or --list")


if __name__ == "__main__":
    main()
