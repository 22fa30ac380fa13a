"""Records short runs of MLPerf LoadGen: the oracle of test/unit/analyze-loadgen-oracle.test.ts.

Needs `mlcommons-loadgen` (PyPI, 6.0.17) in any virtual environment:

    python scripts/record-loadgen-vectors.py test/vectors/loadgen/runs.jsonl.gz [--runs 72] [--seed 9]

Each line of the file is one run: its settings as LoadGen logged them, both text logs, and from the trace one
[query, scheduled ns, issue delay ns, latency ns] per sample. The system under test is a pool of threads that sleep.
Dates and process ids are zeroed; everything else is LoadGen's own text.
"""

import argparse
import gzip
import json
import queue
import random
import re
import tempfile
import threading
import time
from pathlib import Path

import mlperf_loadgen as lg

SCENARIOS = ["SingleStream", "MultiStream", "Server", "Offline"]
SAMPLE = re.compile(
    r'"name":"Sample".*"ts":([0-9.]+),.*"query_seq":(\d+),.*"issue_start_ns":(-?\d+),"complete_ns":(-?\d+)'
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}|\d{2}-\d{2}-\d{4} \d{2}:\d{2}:\d{2}")
FRACTION_OR_ID = re.compile(r'(?<=00:00:00)\.\d+|(?<="[pt]id": )\d+|(?<="[pt]id":)\d+')
# Which files LoadGen was built from: long, and the version says it.
DROPPED = ("loadgen_file_sha1", "loadgen_git_log_message")
KEPT_TRACES = 1  # whole trace files kept for each scenario


def choose(rng, scenario):
    """Settings that make some runs valid and some not, for each reason there is."""
    settings = {
        "min_duration_ms": rng.choice([20, 50, 100, 200, 300]),
        "min_query_count": rng.choice([1, 50, 100, 270]),
        "schedule_rng_seed": rng.choice([0, 1, 16159082839903944936, rng.getrandbits(64)]),
        "sample_index_rng_seed": rng.getrandbits(64),
        "qsl_rng_seed": rng.getrandbits(64),
    }
    service = {
        "mean_us": rng.choice([50, 200, 500, 1000]),
        "spread": rng.choice([0.0, 0.3, 0.8]),
        "servers": rng.choice([1, 1, 2, 4]),
    }
    percentile = rng.choice([0.9, 0.9, 0.95, 0.97, 0.99, 0.999])
    hint = rng.choice([0.5, 1.0, 1.0, 6.0])
    # A sleep costs some 100 us on top of what it was asked for.
    expected_ns = (service["mean_us"] + 150) * 1000
    if scenario == "SingleStream":
        settings["single_stream_target_latency_percentile"] = percentile
        settings["single_stream_expected_latency_ns"] = int(expected_ns * hint)
    elif scenario == "MultiStream":
        count = rng.choice([1, 2, 4, 8])
        settings["multi_stream_samples_per_query"] = count
        settings["multi_stream_target_latency_percentile"] = percentile
        settings["multi_stream_expected_latency_ns"] = int(expected_ns * count * hint)
        settings["min_query_count"] = rng.choice([20, 100, 270])
    elif scenario == "Server":
        load = rng.choice([0.2, 0.4, 0.7, 1.3])
        settings["server_target_qps"] = round(load * service["servers"] * 1e9 / expected_ns, 3)
        settings["server_target_latency_ns"] = int(expected_ns * rng.choice([1.5, 3, 10, 100]))
        settings["server_target_latency_percentile"] = percentile
        settings["server_coalesce_queries"] = rng.random() < 0.2
        if rng.random() < 0.15:
            settings["server_max_async_queries"] = 3
    else:
        settings["offline_expected_qps"] = round(service["servers"] * 1e9 / (expected_ns * hint))
    if rng.random() < 0.1:
        settings["max_query_count"] = 40
    if rng.random() < 0.1:
        settings["max_duration_ms"] = 15
    if rng.random() < 0.15 and scenario != "Offline":
        settings["min_query_count"] = 800
    return settings, service


class SleepingPool:
    """Serves samples first come, first served, on a number of threads."""

    def __init__(self, service, seed):
        self.rng = random.Random(seed)
        self.service = service
        self.waiting = queue.SimpleQueue()
        self.threads = [threading.Thread(target=self.serve) for _ in range(service["servers"])]
        for thread in self.threads:
            thread.start()

    def issue(self, samples):
        for sample in samples:
            self.waiting.put((sample.id, self.draw_s()))

    def draw_s(self):
        mean_s = self.service["mean_us"] * 1e-6
        spread = self.service["spread"]
        return mean_s if spread == 0 else mean_s * self.rng.lognormvariate(0, spread)

    def serve(self):
        while (item := self.waiting.get()) is not None:
            sample, seconds = item
            time.sleep(seconds)
            lg.QuerySamplesComplete([lg.QuerySampleResponse(sample, 0, 0)])

    def stop(self):
        for _ in self.threads:
            self.waiting.put(None)
        for thread in self.threads:
            thread.join()


def record(scenario, values, service, seed, folder):
    settings = lg.TestSettings()
    settings.scenario = getattr(lg.TestScenario, scenario)
    settings.mode = lg.TestMode.PerformanceOnly
    for name, value in values.items():
        setattr(settings, name, value)
    output = lg.LogOutputSettings()
    output.outdir = str(folder)
    log = lg.LogSettings()
    log.log_output = output
    log.enable_trace = True

    pool = SleepingPool(service, seed)
    sut = lg.ConstructSUT(pool.issue, lambda: None)
    qsl = lg.ConstructQSL(64, 64, lambda _: None, lambda _: None)
    lg.StartTestWithLogSettings(sut, qsl, settings, log, "")
    lg.DestroyQSL(qsl)
    lg.DestroySUT(sut)
    pool.stop()
    return {name: (folder / f"mlperf_log_{name}").read_text() for name in FILES}


FILES = ["summary.txt", "detail.txt", "trace.json"]


def samples_of(trace):
    rows = []
    for line in trace.splitlines():
        found = SAMPLE.search(line)
        if found:
            # Microseconds with three decimals: whole nanoseconds without rounding.
            whole, part = found[1].split(".")
            rows.append([int(found[2]), int(whole) * 1000 + int(part), int(found[3]), int(found[4])])
    rows.sort()
    first = min(row[1] for row in rows)
    return [[query - rows[0][0], at - first, issue, latency] for query, at, issue, latency in rows]


def zeros(found):
    return re.sub(r"\d", "0", found[0])


def anonymous(text):
    """The text without dates and process ids."""
    kept = [line for line in text.splitlines(True) if not any(key in line for key in DROPPED)]
    return FRACTION_OR_ID.sub(zeros, DATE.sub(zeros, "".join(kept)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--runs", type=int, default=72)
    parser.add_argument("--seed", type=int, default=9)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    kept = {scenario: 0 for scenario in SCENARIOS}
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for index in range(arguments.runs):
            scenario = SCENARIOS[index % 4]
            values, service = choose(rng, scenario)
            logs = record(scenario, values, service, index, Path(folder))
            samples = samples_of(logs["trace.json"])
            run = {
                "name": f"{index:02d}-{scenario}",
                "service": service,
                "settings": {name: str(value) for name, value in values.items()},
                "summary": anonymous(logs["summary.txt"]),
                "detail": anonymous(logs["detail.txt"]),
                "samples": samples,
            }
            if kept[scenario] < KEPT_TRACES and len(samples) < 400:
                kept[scenario] += 1
                run["trace"] = anonymous(logs["trace.json"])
            lines.append(json.dumps(run, separators=(",", ":")))
            print(run["name"], len(samples), re.search(r"Result is : (\w+)", run["summary"])[1])
    with open(arguments.out, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(("\n".join(lines) + "\n").encode())


main()
