#!/usr/bin/env python3
"""Measures one model on a CUDA machine and writes the machine records that `pioneer analyze` reads.

Needs Python 3.9 and PyTorch or onnxruntime-gpu. One file, because it is copied to a rented machine
together with the model and its shapes (docs/edge-or-cloud.md). A call is timed from a frame in the
computer's memory to its answer there. What follows from the numbers is left to the analyzer.
"""

import argparse
import json
import math
import os
import platform
import re
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent.parent / "models"
FEWEST_CALLS, MOST_CALLS = 3, 10_000  # kept; calls go on while power is sampled
WARM_UP_CALLS, WARM_UP_SHARE = 200, 0.1
MOST_BATCHES, MOST_BATCH, MOST_SECONDS = 16, 1 << 20, 600
ROOF_PASSES, EMPTY_CALLS = 5, 1000
# Rows of the matrices; bytes of each array, over the last cache of either.
SIZES = {"cuda": (8192, 256 << 20), "cpu": (1024, 64 << 20)}
IDLE_SECONDS, SAMPLE_MS, PATIENCE_SECONDS = 3.0, 100, 2
# power.draw is an average over the last second since Ampere: what came before must have left it.
SETTLING_SECONDS = 1.0
WRONG_USE, MISSING = 2, 3


class BenchError(Exception):
    """Three lines: what happened, why, what to do; `status` is the exit status."""

    def __init__(self, what, why, fix, status=WRONG_USE):
        super().__init__(f"{what}\n  why: {why}\n  fix: {fix}")
        self.status = status


def quantity(value, unit, source, kind="measured"):
    return {"value": value, "unit": unit, "kind": kind, "source": source}


def progress(text):
    print(text, file=sys.stderr, flush=True)


# --- times ---------------------------------------------------------------------------------------


def percentile(ascending, fraction):
    """LoadGen's rule: a[trunc(n p)]."""
    return ascending[min(len(ascending) - 1, int(len(ascending) * fraction))]


def statistics(samples, source):
    """The `time` of a machine record [s]."""
    a = sorted(samples)
    return {"kind": "measured", "source": source, "unit": "s", "count": len(a), "min": a[0],
            "mean": math.fsum(a) / len(a), "p50": percentile(a, 0.5), "p90": percentile(a, 0.9),
            "p99": percentile(a, 0.99), "max": a[-1], "relativeError": 0}


Timed = namedtuple("Timed", "samples device_samples calls begin end")


def time_calls(call, device_seconds, seconds, keep_on, clock=time.perf_counter):
    """Calls after a warm-up until enough are known or, where `keep_on`, until the time is up.

    device_seconds: gives the device's own time of the last call, or None where it has no clock.
    """
    start = clock()
    for n in range(WARM_UP_CALLS):
        if n > 0 and clock() - start >= WARM_UP_SHARE * seconds:
            break
        call()
    samples, device, calls, begin = [], [], 0, clock()
    while calls < FEWEST_CALLS or clock() - begin < seconds:
        if calls >= MOST_CALLS and not keep_on:
            break
        before = clock()
        call()
        after = clock()
        if calls < MOST_CALLS:
            samples.append(round(after - before, 10))
            if device_seconds is not None:
                device.append(device_seconds())
        calls += 1
    return Timed(samples, device, calls, begin, clock())


def fastest(call, passes=ROOF_PASSES, clock=time.perf_counter):
    """Time of the fastest of some calls after one that warms up [s]."""
    call()
    best = math.inf
    for _ in range(passes):
        before = clock()
        call()
        best = min(best, clock() - before)
    return best


# --- nvidia-smi ----------------------------------------------------------------------------------

SAMPLED = "index,power.draw,clocks.sm,utilization.gpu,temperature.gpu"
FACTS = "index,name,driver_version,clocks.sm,clocks.max.sm,memory.total"
CSV = "--format=csv,noheader,nounits"
Sample = namedtuple("Sample", "index watts mhz percent celsius")


def number(text):
    """A field's number; None for [N/A], [Not Supported] and whatever else is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def parse_sample(line):
    """One line of SAMPLED; None for a line that is none."""
    fields = [number(field.strip()) for field in line.split(",")]
    if len(fields) != 5 or fields[0] is None:
        return None
    return Sample(int(fields[0]), *fields[1:])


def visible_device(environment):
    """What nvidia-smi calls CUDA's device 0, where CUDA_DEVICE_ORDER is PCI_BUS_ID."""
    return environment.get("CUDA_VISIBLE_DEVICES", "").split(",")[0].strip() or "0"


def device_facts(device):
    """FACTS by name, as text. @raises OSError, subprocess.SubprocessError, ValueError"""
    told = subprocess.run(["nvidia-smi", "-i", device, f"--query-gpu={FACTS}", CSV], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60)
    fields = [field.strip() for field in told.stdout.strip().split("\n")[0].split(",")]
    names = FACTS.split(",")
    if len(fields) != len(names) or number(fields[0]) is None:
        raise ValueError(f"it printed {told.stdout[:80]!r}")
    return dict(zip(names, fields))


class PowerMeter:
    """nvidia-smi in a child process that samples one device until `close`.

    A child that outlives a killed parent ends at its next line: nobody reads it.
    """

    def __init__(self, device, index):
        self.index, self.samples = index, []
        self.child = subprocess.Popen(
            ["nvidia-smi", "-i", device, f"--query-gpu={SAMPLED}", CSV, "-lms", str(SAMPLE_MS)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            sample = parse_sample(line)
            if sample is not None and sample.index == self.index:
                self.samples.append((time.perf_counter(), sample))

    def close(self):
        self.child.terminate()
        try:
            self.child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.reader.join(PATIENCE_SECONDS)
        self.child.stdout.close()

    def between(self, begin, end):
        return [sample for at, sample in list(self.samples) if begin <= at <= end]


def mean_of(samples, field):
    """(mean, how many) of the samples that have the field; (None, 0) where none has."""
    values = [getattr(s, field) for s in samples if getattr(s, field) is not None]
    return (math.fsum(values) / len(values), len(values)) if values else (None, 0)


def power_metrics(samples, seconds, calls, batch, idle):
    """Power and energy of a window [W, uJ], and why there are none where there are none."""
    watts, count = mean_of(samples, "watts")
    if watts is None:
        return {}, ("nvidia-smi gave no power" if samples else
                    f"no sample of nvidia-smi later than {SETTLING_SECONDS} s after the beginning "
                    "of the calls: more --seconds")
    source = (f"nvidia-smi power.draw, mean of {count} samples, the first {SETTLING_SECONDS} s of "
              "the calls left out; the whole board, idle included")
    joules = watts * seconds / calls
    metrics = {"power": quantity(watts, "W", source),
               "energyPerRun": quantity(joules * 1e6, "uJ", f"power x time of a call; {source}"),
               "energyPerFrame": quantity(joules * 1e6 / batch, "uJ",
                                          f"power x time of a call / {streams(batch)}; {source}")}
    for name, field, unit in (("smClock", "mhz", "MHz"), ("temperature", "celsius", "degC"),
                              ("deviceBusy", "percent", "%")):
        value, count = mean_of(samples, field)
        if value is not None:
            metrics[name] = quantity(value, unit, f"nvidia-smi, mean of {count} samples")
    if idle is not None:
        metrics["idlePower"] = idle
    return metrics, None


# --- PyTorch -------------------------------------------------------------------------------------


class TorchEngine:
    """The network rebuilt from its shapes, with random weights: time does not depend on them."""

    name = "torch"

    def __init__(self, model, shapes, device):
        import torch
        if shapes is None:
            raise BenchError(f"PyTorch cannot build {model.name} without its shapes",
                             f"there is no {model.with_suffix('.shapes.json').name} beside it",
                             f"pioneer inspect {model.stem} --json > {model.stem}.shapes.json")
        if device == "cuda" and not torch.cuda.is_available():
            raise BenchError("PyTorch sees no CUDA device", f"PyTorch {torch.__version__}, CUDA "
                             f"{torch.version.cuda}", "nvidia-smi, or --device cpu", MISSING)
        self.torch, self.device = torch, device
        torch.manual_seed(7)
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        self.layers = [self.layer(layer) for layer in shapes["layers"]]
        self.inputs = shapes["model"]["inputSize"]
        self.synchronize = torch.cuda.synchronize if device == "cuda" else lambda: None
        self.machine = torch.cuda.get_device_name(0) if device == "cuda" else processor_name()
        self.runtime = f"PyTorch {torch.__version__}"
        self.setup = {"weights": "random, of the model's shapes",
                      "threads": str(torch.get_num_threads())}
        if device == "cuda":
            self.setup["cuda"] = str(torch.version.cuda)
            self.setup["cudnn"] = str(torch.backends.cudnn.version())

    def layer(self, layer):
        nn, kind, sizes = self.torch.nn, layer["kind"], (layer["inputSize"], layer["outputSize"])
        if kind in ("lstm", "gru"):
            return getattr(nn, kind.upper())(*sizes).to(self.device)
        if kind == "dense":
            return nn.Linear(*sizes).to(self.device)
        for known in ("sigmoid", "tanh", "relu"):
            if kind == "activation" and known in layer["name"].lower():
                return getattr(self.torch, known)
        raise BenchError(f"layer {layer['name']} ({kind}) cannot be rebuilt in PyTorch",
                         "it builds lstm, gru, dense, sigmoid, tanh and relu",
                         "--engine onnxruntime, which runs the file itself")

    def open(self, batch):
        """(one step of `batch` streams, the device's own time of it) or why there is neither."""
        torch, cuda = self.torch, self.device == "cuda"
        sent = torch.full((1, batch, self.inputs), 0.1, pin_memory=cuda)
        states = [None] * len(self.layers)
        marks = [torch.cuda.Event(enable_timing=True) for _ in range(2)] if cuda else None

        def forward(x):
            for n, layer in enumerate(self.layers):
                if isinstance(layer, (torch.nn.LSTM, torch.nn.GRU)):
                    x, states[n] = layer(x, states[n])
                else:
                    x = layer(x)
            return x

        def call():
            with torch.no_grad():
                x = sent.to(self.device, non_blocking=True)
                if marks:
                    marks[0].record()
                y = forward(x)
                if marks:
                    marks[1].record()
                y.cpu()
            self.synchronize()

        return (call, (lambda: marks[0].elapsed_time(marks[1]) / 1e3) if marks else None), None


# --- onnxruntime ---------------------------------------------------------------------------------


class OnnxruntimeEngine:
    """The file itself: frames come and go, states stay on the device."""

    name = "onnxruntime"

    def __init__(self, model, _shapes, device):
        import numpy
        import onnxruntime
        self.numpy, self.ort, self.model = numpy, onnxruntime, model
        self.device = device
        self.machine = "unnamed CUDA device" if device == "cuda" else processor_name()
        self.runtime = f"onnxruntime {onnxruntime.__version__}"
        session = self.session()
        self.setup = {"weights": "the file's", "providers": " ".join(session.get_providers())}

    def session(self):
        cuda, providers = "CUDAExecutionProvider", ["CPUExecutionProvider"]
        options = self.ort.SessionOptions()
        options.log_severity_level = 3
        if self.device == "cuda":
            if cuda not in self.ort.get_available_providers():
                raise BenchError("onnxruntime has no CUDA provider",
                                 f"{self.runtime} was built for processors only",
                                 "pip install onnxruntime-gpu, or --device cpu", MISSING)
            providers = [(cuda, {"device_id": 0, "use_tf32": 0}), *providers]
        session = self.ort.InferenceSession(str(self.model), options, providers=providers)
        if self.device == "cuda" and cuda not in session.get_providers():
            raise BenchError("onnxruntime did not start its CUDA provider",
                             "it falls back to the processor without an error",
                             f"put the CUDA and cuDNN that {self.runtime} wants on LD_LIBRARY_PATH",
                             MISSING)
        return session

    def open(self, batch):
        """As TorchEngine.open; streams stand one before the last dimension, as in ONNX's LSTM."""
        session = self.session()
        arrays = []
        for given in session.get_inputs():
            shape = [n if isinstance(n, int) else 1 for n in given.shape]
            if len(shape) > 1 and not isinstance(given.shape[-2], int):
                shape[-2] = batch
            elif len(shape) > 1 and shape[-2] != batch:
                return None, f"the file fixes {shape[-2]} stream a call ({given.name})"
            arrays.append(self.numpy.full(shape, 0.1, self.numpy.float32))
        given, made = session.get_inputs(), session.get_outputs()
        binding = session.io_binding()
        values = [self.ort.OrtValue.ortvalue_from_numpy(a, self.device, 0) for a in arrays[1:]]
        for each in made:
            binding.bind_output(each.name, "cpu" if each is made[0] else self.device, 0)

        def call():
            binding.bind_cpu_input(given[0].name, arrays[0])
            for each, value in zip(given[1:], values):
                binding.bind_ortvalue_input(each.name, value)
            session.run_with_iobinding(binding)
            binding.synchronize_outputs()
            values[:] = binding.get_outputs()[1:]
        return (call, None), None


# --- the device ----------------------------------------------------------------------------------

# name -> (type, least compute capability that has it)
ARITHMETIC = {"float32": ("float32", (0, 0)), "tf32": ("float32", (8, 0)),
              "fp16": ("float16", (5, 3)), "bf16": ("bfloat16", (8, 0)), "int8": ("int8", (7, 5))}


class Device:
    """Roofs and overheads of a device as PyTorch reaches them."""

    def __init__(self, torch, device):
        self.torch, self.device = torch, device
        self.runtime = f"PyTorch {torch.__version__}"

    def synchronize(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def fastest(self, work):
        def call():
            work()
            self.synchronize()
        return fastest(call)

    def roofs(self):
        """Float32 first, the precision of the calls; and why a type has none."""
        torch, (size, array_bytes) = self.torch, SIZES[self.device]
        made, why = [], {}
        for name, (kind, least) in ARITHMETIC.items():
            if self.device == "cpu" and name == "tf32":
                why[name] = "a processor has none"
                continue
            if self.device == "cuda" and torch.cuda.get_device_capability(0) < least:
                why[name] = f"compute capability below {least[0]}.{least[1]}"
                continue
            torch.backends.cuda.matmul.allow_tf32 = name == "tf32"
            try:
                a, b = (torch.ones((size, size), device=self.device).to(getattr(torch, kind))
                        for _ in range(2))
                multiply = torch._int_mm if name == "int8" else torch.mm
                seconds = self.fastest(lambda: multiply(a, b.t()))
            except (RuntimeError, AttributeError) as error:
                why[name] = first_line(error)
                continue
            peak = quantity(2 * size ** 3 / seconds, "op/s", f"{self.runtime}, product of {size} x "
                            f"{size}, 2 op a multiply-accumulate, fastest of {ROOF_PASSES} calls")
            made.append({"name": name, "limits": "compute", "peak": peak})
        torch.backends.cuda.matmul.allow_tf32 = False
        a, b, c = (torch.ones(array_bytes // 4, device=self.device) for _ in range(3))
        for name, what, arrays, work in (
                ("memory", "triad", 3, lambda: torch.add(b, c, alpha=3.0, out=a)),
                ("memory copy", "copy", 2, lambda: a.copy_(b))):
            peak = quantity(arrays * array_bytes / self.fastest(work), "byte/s",
                            f"{self.runtime}, STREAM {what}, {4 * arrays} byte an element, arrays "
                            f"of {array_bytes >> 20} MiB, fastest of {ROOF_PASSES} passes")
            made.append({"name": name, "limits": "memory", "peak": peak})
        return made, why

    def overheads(self):
        """A smallest operation alone, waited for, and the same one of many in a row [s]."""
        one, samples = self.torch.zeros(1, device=self.device), []
        for _ in range(EMPTY_CALLS):
            before = time.perf_counter()
            one.add_(1.0)
            self.synchronize()
            samples.append(time.perf_counter() - before)

        def launches():
            for _ in range(EMPTY_CALLS):
                one.add_(1.0)
        return {
            "emptyCall": quantity(percentile(sorted(samples), 0.5), "s",
                                  f"{self.runtime}, adding 1 to one number and waiting for it, "
                                  f"median of {EMPTY_CALLS} calls"),
            "launchOverhead": quantity(self.fastest(launches) / EMPTY_CALLS, "s",
                                       f"{self.runtime}, {EMPTY_CALLS} additions to one number in "
                                       f"a row, fastest of {ROOF_PASSES} passes")}


def measure_device(device, why):
    """(roofs, overheads), both empty without PyTorch."""
    try:
        import torch
    except ImportError:
        why["roofs"] = why["overheads"] = "they are measured with PyTorch, which is not installed"
        return [], {}
    if device == "cuda" and not torch.cuda.is_available():
        why["roofs"] = why["overheads"] = f"PyTorch {torch.__version__} sees no CUDA device"
        return [], {}
    measured = Device(torch, device)
    roofs, missing = measured.roofs()
    why.update({f"roof {name}": text for name, text in missing.items()})
    return roofs, measured.overheads()


# --- records -------------------------------------------------------------------------------------


def first_line(error):
    return (str(error).strip() or type(error).__name__).split("\n")[0][:200]


def streams(count):
    return "1 stream" if count == 1 else f"{count} streams"


def slug(*parts):
    return "-".join(re.findall(r"[a-z0-9.]+", " ".join(parts).lower()))[:80] or "record"


def state_size(shapes):
    """Values of the state that one stream keeps."""
    return sum({"lstm": 2, "gru": 1}.get(layer["kind"], 0) * layer["outputSize"]
               for layer in shapes["layers"])


def workload(name, shapes, batch):
    """Work of one call: float32 weights once, and every stream's input, output and state."""
    called = name if batch == 1 else f"{name}, {streams(batch)}"
    if shapes is None:
        return {"name": called, "ops": None, "bytesMoved": None}
    model = shapes["model"]
    values = model["inputSize"] + model["outputSize"] + 2 * state_size(shapes)
    moved = 4 * (model["parameters"] + values * batch)
    return {"name": called, "parameters": model["parameters"],
            "layers": sum(layer["kind"] != "activation" for layer in shapes["layers"]),
            "ops": quantity(2 * model["macs"] * batch, "op",
                            f"2 x macs of a frame x {streams(batch)}", "counted"),
            "bytesMoved": quantity(moved, "byte", "4 byte a parameter once a call, and every "
                                   "stream's input, output and state", "modelled")}


def record(machine, engine, work, batch, timed, roofs, metrics, setup, warnings):
    source = f"{engine.runtime}, from a frame in the computer's memory to its answer there"
    time_ = statistics(timed.samples, source)
    metrics = {**metrics, "throughput": quantity(batch / time_["p50"], "frame/s",
                                                 "streams / median of the calls")}
    if timed.device_samples:
        metrics["deviceTime"] = quantity(
            percentile(sorted(timed.device_samples), 0.5), "s",
            "CUDA events around the network, copies left out, median")
    return {"id": slug(machine, work["name"], engine.name), "machine": machine,
            "machineClass": "accelerator" if engine.device == "cuda" else "computer",
            "workload": work, "time": time_, "samples": timed.samples, "metrics": metrics,
            "roofs": roofs,
            "origin": {"format": "tiny-pioneer bench_cuda.py", "file": "bench_cuda.py",
                       "records": f"{len(timed.samples)} of {timed.calls} calls"},
            "setup": {"runtime": engine.runtime, "precision": "float32", "streams": str(batch),
                      "device": engine.device, **setup, **engine.setup},
            "warnings": warnings}


def measure(engine, shapes, options, machine, setup, power, why):
    """One record for each number of streams."""
    name = shapes["model"]["name"] if shapes else options.model.stem
    meter, idle = power
    progress("measuring roofs")
    roofs, overheads = measure_device(options.device, why)
    shared = {**overheads, **frame_interval(options.model)}
    rows = []
    for batch in options.batch:
        progress(f"timing {name}, {streams(batch)} a call")
        opened, fixed = engine.open(batch)
        if opened is None:
            why[streams(batch)] = fixed
            continue
        timed = time_calls(*opened, options.seconds, meter is not None)
        drawn, unknown = {}, None
        if meter is not None:
            window = meter.between(timed.begin + SETTLING_SECONDS, timed.end)
            seconds = timed.end - timed.begin
            drawn, unknown = power_metrics(window, seconds, timed.calls, batch, idle)
        rows.append(record(machine, engine, workload(name, shapes, batch), batch, timed, roofs,
                           {**shared, **drawn}, setup, [f"no power: {unknown}"] if unknown else []))
    if not rows:
        raise BenchError(f"{name} was not timed", why[streams(options.batch[0])], "--batch 1")
    return rows


def frame_interval(model):
    """Time between two frames, from the file that lies beside a shipped model."""
    try:
        front_end = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))["frontEnd"]
        milliseconds = 1e3 * front_end["hopLength"] / front_end["sampleRateHz"]
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError):
        return {}
    return {"frameInterval": quantity(milliseconds, "ms", "time between two frames of the model",
                                      "stated")}


def processor_name():
    try:
        info = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        info = ""
    found = re.search(r"^model name\s*:\s*(.+)$", info, re.M)
    return found.group(1).strip() if found else platform.processor() or platform.machine()


def read_shapes(path):
    """What `pioneer inspect --json` wrote, checked; None without the file."""
    if not path.exists():
        return None
    try:
        shapes = json.loads(path.read_text(encoding="utf-8"))
        model, layers = shapes["model"], shapes["layers"]
        sizes = [model[key] for key in ("inputSize", "outputSize", "parameters", "macs")]
        sizes += [layer[key] for layer in layers for key in ("inputSize", "outputSize")]
        texts = [model["name"], *(layer[key] for layer in layers for key in ("kind", "name"))]
        if not all(isinstance(n, int) and 0 < n < 1 << 40 for n in sizes):
            raise ValueError("a size is no whole number above 0")
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a name is no text")
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BenchError(f"{path.name} does not hold a model's shapes", first_line(error),
                         "pioneer inspect MODEL --json writes it") from error
    return shapes


def choose_engine(wanted):
    """The class asked for, or whose library is there."""
    for engine in (TorchEngine, OnnxruntimeEngine):
        if wanted not in (None, engine.name):
            continue
        try:
            __import__(engine.name)
            return engine
        except ImportError:
            pass
    raise BenchError(f"{wanted or 'neither torch nor onnxruntime'} cannot be imported",
                     "it is not installed for this Python" if wanted else
                     "one of them does the work", "pip install torch, or onnxruntime-gpu", MISSING)


def find_model(name):
    for path in (Path(name), MODELS / f"{name}.onnx"):
        if path.is_file():
            return path
    raise BenchError(f"there is no model {name}", "it is neither a file nor a shipped model",
                     "bench_cuda.py MODEL.onnx")


def batches(text):
    values = [int(part) for part in text.split(",")]
    if not 0 < len(values) <= MOST_BATCHES or not all(1 <= n <= MOST_BATCH for n in values):
        raise ValueError
    return sorted(set(values))


def duration(text):
    value = float(text)
    if not 0 < value <= MOST_SECONDS:
        raise ValueError
    return value


def write_whole(path, text):
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        raise BenchError(f"{path} cannot be written", first_line(error), "--out FILE") from error
    finally:
        if temporary.exists():
            temporary.unlink()


def open_meter(why):
    """(facts, meter, idle power) of the device; no meter where nvidia-smi does not serve."""
    device = visible_device(os.environ)
    try:
        facts = device_facts(device)
        meter = PowerMeter(device, int(facts["index"]))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        why["power"] = f"nvidia-smi: {first_line(error)}"
        return {}, None, None
    try:
        progress("measuring idle power")
        begin = time.perf_counter()
        time.sleep(SETTLING_SECONDS + IDLE_SECONDS)
    except BaseException:
        meter.close()
        raise
    watts, count = mean_of(meter.between(begin + SETTLING_SECONDS, time.perf_counter()), "watts")
    if watts is None:
        why["idlePower"] = "nvidia-smi gave no power"
        return facts, meter, None
    return facts, meter, quantity(watts, "W", f"nvidia-smi power.draw, mean of {count} samples "
                                  "before this program made a CUDA context")


def bench(options):
    """The document."""
    why = {}
    shapes = read_shapes(options.shapes or options.model.with_suffix(".shapes.json"))
    engine_class = choose_engine(options.engine)
    if shapes is None:
        why["ops"] = "no shapes: pioneer inspect MODEL --json > MODEL.shapes.json"
    facts, meter, idle = {}, None, None
    if options.device == "cuda":
        os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
        facts, meter, idle = open_meter(why)
    else:
        why["power"] = "nvidia-smi knows no processor"
    try:
        engine = engine_class(options.model, shapes, options.device)
        machine = facts.pop("name", None) or engine.machine
        facts.pop("index", None)
        setup = {"python": platform.python_version(), "system": platform.system(), **facts}
        rows = measure(engine, shapes, options, machine, setup, (meter, idle), why)
    finally:
        if meter is not None:
            meter.close()
    return {"schema": 1, "machine": machine, "runtime": engine.runtime, "idlePower": idle,
            "why": why, "rows": rows}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0],
                                     epilog="example: bench_cuda.py hearable.onnx --out l4.json")
    parser.add_argument("model", help="an ONNX file, or a shipped model's name")
    parser.add_argument("--shapes", type=Path, metavar="FILE",
                        help="of `pioneer inspect MODEL --json` (MODEL.shapes.json)")
    parser.add_argument("--engine", choices=("torch", "onnxruntime"), help="whichever is there")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--batch", type=batches, default=[1, 8, 64, 512, 4096], metavar="N,N",
                        help="streams a call (1,8,64,512,4096)")
    parser.add_argument("--seconds", type=duration, default=5.0,
                        help="time of each measurement (5); power needs more than 2")
    parser.add_argument("--out", type=Path, metavar="FILE", help="else standard output")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    options.model = find_model(options.model)
    text = json.dumps(bench(options), allow_nan=False) + "\n"
    if options.out is None:
        sys.stdout.write(text)
    else:
        write_whole(options.out, text)
        progress(f"wrote {options.out}: pioneer analyze {options.out}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BenchError as error:
        print(error, file=sys.stderr)
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit(130)
