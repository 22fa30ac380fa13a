"""bench_cuda.py without PyTorch, onnxruntime or a GPU: a nvidia-smi of its own stands on PATH.

python3 -m unittest test_bench_cuda
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import bench_cuda as bench

# Of the columns in bench.SAMPLED and bench.FACTS, as `nvidia-smi --help-query-gpu` documents them.
FAKE_SMI = """#!{python}
import signal, sys, time
query = next(a for a in sys.argv if a.startswith("--query-gpu="))
if "-lms" not in sys.argv:
    print("1, NVIDIA L4, 550.54.15, 210, 2040, 23034")
    sys.exit(0)
if "{stubborn}":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    print("0, 300.00, 1980, 99, 70")
    print("1, 40.50, 2040, 35, 41", flush=True)
    time.sleep(0.005)
"""
SHAPES = {"model": {"name": "small", "inputSize": 2, "outputSize": 1, "parameters": 60, "macs": 51},
          "layers": [{"name": "lstm", "kind": "lstm", "inputSize": 2, "outputSize": 3},
                     {"name": "dense", "kind": "dense", "inputSize": 3, "outputSize": 1},
                     {"name": "out.tanh", "kind": "activation", "inputSize": 1, "outputSize": 1}]}


def until(holds):
    """Waits for something that another process brings about."""
    for _ in range(2000):
        if holds():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


@contextlib.contextmanager
def nvidia_smi(stubborn=""):
    """A folder that holds nothing but the false nvidia-smi, as PATH."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "nvidia-smi"
        program.write_text(FAKE_SMI.format(python=sys.executable, stubborn=stubborn))
        program.chmod(0o755)
        with mock.patch.dict(os.environ, {"PATH": folder, "CUDA_VISIBLE_DEVICES": "1"}):
            yield Path(folder)


class Times(unittest.TestCase):
    def test_percentiles_by_hand(self):
        # a[trunc(n p)] of 1..10: a[5] = 6, a[9] = 10; of 1..4: a[2] = 3, a[3] = 4.
        ten, four = list(range(1, 11)), [1, 2, 3, 4]
        self.assertEqual([bench.percentile(ten, p) for p in (0.5, 0.9, 0.99)], [6, 10, 10])
        self.assertEqual([bench.percentile(four, p) for p in (0.5, 0.9, 0.99)], [3, 4, 4])
        self.assertEqual(bench.percentile([7], 0.99), 7)

    def test_statistics_of_unordered_samples(self):
        self.assertEqual(bench.statistics([3.0, 1.0, 2.0, 6.0], "s"), {
            "kind": "measured", "source": "s", "unit": "s", "count": 4, "min": 1.0, "mean": 3.0,
            "p50": 3.0, "p90": 6.0, "p99": 6.0, "max": 6.0, "relativeError": 0})

    def timed(self, keep_on, seconds):
        """Calls of 0.25 s on a clock that only they move."""
        now = [0.0]
        call = mock.Mock(side_effect=lambda: now.__setitem__(0, now[0] + 0.25))
        return bench.time_calls(call, lambda: 0.125, seconds, keep_on, lambda: now[0]), call

    def test_calls_until_the_time_is_up(self):
        timed, call = self.timed(False, 2.0)
        self.assertEqual((timed.samples, timed.calls), ([0.25] * 8, 8))
        self.assertEqual(timed.device_samples, [0.125] * 8)
        self.assertEqual((timed.begin, timed.end), (0.25, 2.25))
        self.assertEqual(call.call_count, 9)  # one warm-up: 0.25 s are over a tenth of 2 s

    def test_fewest_and_most_calls(self):
        self.assertEqual(self.timed(False, 0.1)[0].calls, bench.FEWEST_CALLS)
        with mock.patch.object(bench, "MOST_CALLS", 5):
            self.assertEqual(self.timed(False, 4.0)[0].calls, 5)
            kept_on = self.timed(True, 4.0)[0]
        self.assertEqual((len(kept_on.samples), kept_on.calls), (5, 16))


class NvidiaSmi(unittest.TestCase):
    def test_a_line(self):
        self.assertEqual(bench.parse_sample("0, 71.41, 1980, 37, 44\n"), (0, 71.41, 1980, 37, 44))

    def test_fields_that_the_device_lacks(self):
        for absent in ("[N/A]", "[Not Supported]", "N/A", "[Unknown Error]", "nan", "inf", "-1"):
            self.assertEqual(bench.parse_sample(f"3, {absent}, 1980, 0, 44"),
                             (3, None, 1980, 0, 44))

    def test_lines_that_are_none(self):
        for line in ("", "\n", "No devices were found", "0, 71.41, 1980", "1, 2, 3, 4, 5, 6",
                     "[N/A], 71.41, 1980, 37, 44", "\x00\xff,,,,",
                     "index, power.draw [W], clocks.current.sm [MHz], utilization, temperature"):
            self.assertIsNone(bench.parse_sample(line), line)

    def test_first_visible_device(self):
        for text, device in (("", "0"), ("2", "2"), ("3,1", "3"), ("GPU-8f2c,GPU-1", "GPU-8f2c")):
            self.assertEqual(bench.visible_device({"CUDA_VISIBLE_DEVICES": text}), device)
        self.assertEqual(bench.visible_device({}), "0")

    def test_facts_and_the_own_device_of_several(self):
        with nvidia_smi():
            self.assertEqual(bench.device_facts("1"), {
                "index": "1", "name": "NVIDIA L4", "driver_version": "550.54.15",
                "clocks.sm": "210", "clocks.max.sm": "2040", "memory.total": "23034"})
            meter = bench.PowerMeter("1", 1)
            try:
                until(lambda: len(meter.samples) >= 3)
            finally:
                meter.close()
        self.assertEqual({sample for _, sample in meter.samples}, {(1, 40.5, 2040, 35, 41)})
        self.assertIsNotNone(meter.child.returncode)
        times = [at for at, _ in meter.samples]
        self.assertEqual(len(meter.between(times[1], times[2])), 2)

    def test_a_child_that_will_not_end_is_killed(self):
        with nvidia_smi("stubborn"), mock.patch.object(bench, "PATIENCE_SECONDS", 0.1):
            meter = bench.PowerMeter("1", 1)
            until(lambda: meter.samples)
            meter.close()
        self.assertEqual(meter.child.returncode, -9)

    def test_without_the_program_there_is_a_reason(self):
        why = {}
        with tempfile.TemporaryDirectory() as empty, mock.patch.dict(os.environ, {"PATH": empty}):
            self.assertEqual(bench.open_meter(why), ({}, None, None))
        self.assertIn("nvidia-smi", why["power"])


class Power(unittest.TestCase):
    def test_energy_by_hand(self):
        # Mean 50 W over 2 s and 1000 calls: 100 mJ a call; a quarter of it for each of 4 streams.
        samples = [bench.Sample(0, 40.0, 1000, None, 50), bench.Sample(0, 60.0, 2000, None, 52),
                   bench.Sample(0, None, 3000, None, 54)]
        idle = bench.quantity(30.0, "W", "before")
        metrics, why = bench.power_metrics(samples, 2.0, 1000, 4, idle)
        self.assertIsNone(why)
        self.assertEqual({name: (each["value"], each["unit"]) for name, each in metrics.items()}, {
            "power": (50.0, "W"), "energyPerRun": (100_000.0, "uJ"),
            "energyPerFrame": (25_000.0, "uJ"), "smClock": (2000.0, "MHz"),
            "temperature": (52.0, "degC"), "idlePower": (30.0, "W")})

    def test_none_has_a_reason(self):
        blind = [bench.Sample(0, None, 1000, 5, 50)]
        for samples, reason in (([], "--seconds"), (blind, "gave no power")):
            metrics, why = bench.power_metrics(samples, 2.0, 1000, 4, None)
            self.assertEqual(metrics, {})
            self.assertIn(reason, why)


class FalseEngine:
    """Takes a call of any size; a sample of power arrives within each."""

    name, device, runtime, machine, setup = "false", "cuda", "False 1.0", "nobody", {"cuda": "12.4"}
    meters = []

    def __init__(self, *_):
        pass

    def open(self, batch):
        if batch == 3:
            return None, "the file fixes 1 stream a call (x)"
        samples = self.meters[-1].samples

        def call():
            before = len(samples)
            until(lambda: len(samples) > before)
        return (call, lambda: 1e-6), None


class Document(unittest.TestCase):
    def bench(self, *more):
        """The document of a false engine, and what of it is on the disk."""
        class Meter(bench.PowerMeter):
            def __init__(self, *arguments):
                super().__init__(*arguments)
                FalseEngine.meters.append(self)

        def sleep(_):
            until(lambda: FalseEngine.meters[-1].samples)
        clock = mock.Mock(sleep=sleep, perf_counter=time.perf_counter)
        roofs = [{"name": "float32", "limits": "compute", "peak": bench.quantity(1e12, "op/s", "r")}]
        with nvidia_smi() as folder, contextlib.redirect_stderr(io.StringIO()):
            (folder / "small.onnx").write_bytes(b"")
            (folder / "small.shapes.json").write_text(json.dumps(SHAPES))
            (folder / "small.json").write_text(
                '{"frontEnd": {"hopLength": 160, "sampleRateHz": 16000}}')
            with mock.patch.multiple(bench, PowerMeter=Meter, SETTLING_SECONDS=0, time=clock,
                                     choose_engine=lambda _: FalseEngine,
                                     measure_device=lambda *_: (roofs, {})):
                bench.main([str(folder / "small.onnx"), "--seconds", "0.01", "--out",
                            str(folder / "out.json"), *more])
            self.assertEqual([p.name for p in folder.glob("*out*")], ["out.json"])
            return json.loads((folder / "out.json").read_text())

    def test_of_a_device_with_power(self):
        document = self.bench("--batch", "4,1,3")
        self.assertEqual(document["schema"], 1)
        self.assertEqual(document["idlePower"]["value"], 40.5)
        self.assertEqual(document["why"], {"3 streams": "the file fixes 1 stream a call (x)"})
        one, four = document["rows"]
        self.assertEqual((one["id"], four["id"]),
                         ("nvidia-l4-small-false", "nvidia-l4-small-4-streams-false"))
        self.assertEqual((four["machine"], four["machineClass"]), ("NVIDIA L4", "accelerator"))
        # 2 x 51 op and 4 byte x (60 + 2 + 1 + 2 x 6) for a stream; three more add 15 values each.
        self.assertEqual([row["workload"]["ops"]["value"] for row in (one, four)], [102, 408])
        self.assertEqual([row["workload"]["bytesMoved"]["value"] for row in (one, four)], [300, 480])
        self.assertEqual(four["workload"]["layers"], 2)
        self.assertEqual(four["workload"]["name"], "small, 4 streams")
        metrics = four["metrics"]
        self.assertEqual(metrics["power"]["value"], 40.5)
        self.assertEqual(metrics["frameInterval"]["value"], 10.0)
        self.assertEqual(metrics["deviceTime"]["value"], 1e-6)
        self.assertAlmostEqual(metrics["throughput"]["value"] * four["time"]["p50"], 4)
        self.assertEqual(metrics["energyPerRun"]["value"], 4 * metrics["energyPerFrame"]["value"])
        self.assertEqual(len(four["samples"]), four["time"]["count"])
        self.assertEqual(four["setup"]["driver_version"], "550.54.15")
        self.assertTrue(all(meter.child.returncode is not None for meter in FalseEngine.meters))

    def test_the_meter_ends_when_the_engine_fails(self):
        with mock.patch.object(FalseEngine, "open", side_effect=RuntimeError("out of memory")):
            with self.assertRaises(RuntimeError):
                self.bench()
        self.assertIsNotNone(FalseEngine.meters[-1].child.returncode)

    def test_nothing_timed_is_an_error(self):
        with self.assertRaisesRegex(bench.BenchError, "fixes 1 stream"):
            self.bench("--batch", "3")


class Use(unittest.TestCase):
    def test_wrong_options(self):
        for wrong in (["--batch", "0"], ["--batch", "a"], ["--batch", ""], ["--seconds", "nan"],
                      ["--seconds", "0"], ["--batch", ",".join("1" * 17)], ["--device", "tpu"]):
            with self.assertRaises(SystemExit) as stop, contextlib.redirect_stderr(io.StringIO()):
                bench.main(["hearable", *wrong])
            self.assertEqual(stop.exception.code, 2, wrong)

    def test_no_such_model(self):
        with self.assertRaisesRegex(bench.BenchError, "no model nothing-here"):
            bench.main(["nothing-here"])

    def test_shapes_that_are_none(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.shapes.json"
            self.assertIsNone(bench.read_shapes(path))
            for text in ("", "[]", "{}", '{"model": 1, "layers": []}', "\xff",
                         json.dumps(SHAPES).replace("51", "0"),
                         json.dumps(SHAPES).replace("51", "1e9"),
                         json.dumps(SHAPES).replace('"lstm"', "7")):
                path.write_text(text, encoding="latin-1")
                with self.assertRaises(bench.BenchError, msg=text):
                    bench.read_shapes(path)
            path.write_text(json.dumps(SHAPES))
            self.assertEqual(bench.read_shapes(path), SHAPES)

    def test_state_of_every_recurrent_layer(self):
        self.assertEqual(bench.state_size(SHAPES), 6)
        gru = {**SHAPES, "layers": [{"kind": "gru", "outputSize": 5}, *SHAPES["layers"]]}
        self.assertEqual(bench.state_size(gru), 11)


if __name__ == "__main__":
    unittest.main()
