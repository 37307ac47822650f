"""Hosts of a network on this machine: network namespaces, joined by a bridge over links of a limited rate. Needs root.

    with Hosts(2, "1gbit") as hosts:
        subprocess.run(hosts.mpirun(2, ["hostname"]), env=as_root())
"""
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

NET = "10.77.0"
BRIDGE = "weftbr"
# What mpirun calls in place of ssh: the name of a host, and a command to run there.
AGENT = f"""#!/bin/sh
host=$((${{1##*.}} - 1))
shift
exec ip netns exec weft$host unshare --uts sh -c "hostname weft$host; $*"
"""


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


class Hosts:
    def __init__(self, count, rate):
        self.count, self.rate = count, rate
        self.folder = tempfile.TemporaryDirectory()
        self.agent = Path(self.folder.name) / "agent.sh"

    def __enter__(self):
        self.agent.write_text(AGENT)
        self.agent.chmod(0o755)
        try:
            self.make()
        except subprocess.CalledProcessError as error:
            self.__exit__()
            raise SystemExit(f"{shlex.join(error.cmd)}: {error.stderr.strip()} (this needs root, iproute2 and veth)")
        return self

    def make(self):
        run("ip", "link", "add", BRIDGE, "type", "bridge")
        run("ip", "link", "set", BRIDGE, "up")
        for host in range(self.count):
            name, outside = f"weft{host}", f"weftv{host}"
            run("ip", "netns", "add", name)
            run("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "link", "set", outside, "master", BRIDGE, "up")
            run("ip", "-n", name, "addr", "add", f"{NET}.{host + 1}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                run("ip", "-n", name, "link", "set", device, "up")
            # What a host sends, and what it receives.
            limit = ["root", "tbf", "rate", self.rate, "burst", "1mb", "latency", "50ms"]
            run("ip", "netns", "exec", name, "tc", "qdisc", "add", "dev", "eth0", *limit)
            run("tc", "qdisc", "add", "dev", outside, *limit)

    def __exit__(self, *_):
        for host in range(self.count):
            subprocess.run(["ip", "netns", "del", f"weft{host}"], check=False, capture_output=True)
            subprocess.run(["ip", "link", "del", f"weftv{host}"], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", BRIDGE], check=False, capture_output=True)
        self.folder.cleanup()

    def mpirun(self, processes, command):
        """The command by so many processes, one a host, all over the network (Open MPI)."""
        hosts = ",".join(f"{NET}.{host + 1}:1" for host in range(processes))
        network = f"{NET}.0/24"
        mpirun = ["mpirun", "--host", hosts, "-n", processes, "--bind-to", "none",
                  "--mca", "plm_rsh_agent", self.agent, "--mca", "btl", "tcp,self",
                  "--mca", "btl_tcp_if_include", network, "--mca", "oob_tcp_if_include", network, *command]
        inside = f"hostname weft0; exec {shlex.join(map(str, mpirun))}"
        return ["ip", "netns", "exec", "weft0", "unshare", "--uts", "sh", "-c", inside]

    def cut_off(self, host):
        """Its link goes down: it hears nothing any more, and is not heard."""
        run("ip", "link", "set", f"weftv{host}", "down")

    def bytes_sent(self):
        """By the first host, so far."""
        return int(run("ip", "netns", "exec", "weft0", "cat", "/sys/class/net/eth0/statistics/tx_bytes"))


def as_root():
    """The environment in which Open MPI runs as root."""
    return os.environ | {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
