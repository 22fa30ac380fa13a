"""Front end, SI-SDR, mixing and export against values found by hand or by SciPy.

Run in the training environment: .venv/bin/python -m unittest test_frontend
"""

import unittest
from pathlib import Path
from unittest import mock

import numpy as np
from scipy.signal import ShortTimeFFT

import compare_transforms
import export
import frontend
import mixing
import network
from optimize import Trained
from recipes import RECIPES


class Bands(unittest.TestCase):
    def test_every_bin_is_given_out_once(self):
        np.testing.assert_allclose(frontend.BANDS.sum(axis=0), 1.0, atol=1e-12)
        self.assertTrue((frontend.BANDS >= 0).all())
        self.assertTrue((np.count_nonzero(frontend.BANDS, axis=0) <= 2).all())

    def test_ends(self):
        # 0 and 50 Hz lie below the first centre (60 Hz); 8000 Hz is the last centre.
        self.assertEqual(frontend.BANDS.shape, (32, 161))
        self.assertEqual(frontend.BANDS[0, 0], 1.0)
        self.assertEqual(frontend.BANDS[0, 1], 1.0)
        self.assertAlmostEqual(frontend.BANDS[31, 160], 1.0, places=12)

    def test_one_weight_by_hand(self):
        # mel(60) = 92.682, mel(8000) = 2840.023, spacing 88.624; mel(1000) = 999.986 lies
        # 10.2377 spacings above the first centre: its bin is 0.7623 in band 10, 0.2377 in band 11.
        for fft_size, a_kilohertz in ((320, 20), (512, 32)):
            bands = frontend.band_matrix(fft_size)
            self.assertAlmostEqual(bands[10, a_kilohertz], 0.7623, places=3)
            self.assertAlmostEqual(bands[11, a_kilohertz], 0.2377, places=3)


class Frames(unittest.TestCase):
    def test_counts(self):
        self.assertEqual([frontend.frame_count(n) for n in (1, 160, 161, 320, 64000)],
                         [2, 2, 3, 3, 401])

    def test_unit_gains_give_the_input_back(self):
        for count, size in ((160, 320), (161, 512), (1000, 320), (4799, 320), (4799, 512)):
            x = np.random.default_rng(count).standard_normal(count)
            spectrum = frontend.spectra(x, size)
            self.assertEqual(len(spectrum), frontend.frame_count(count))
            y = frontend.apply_gains(spectrum, np.ones((len(spectrum), 32)), count)
            np.testing.assert_allclose(y, x, atol=1e-12)

    def test_spectra_equal_scipy(self):
        x = np.random.default_rng(3).standard_normal(1600)
        # SciPy centres its window: slice p covers samples [160 p - 160, 160 p + 160).
        for size, spectrum in ((320, frontend.spectra(x)), (512, frontend.spectra(x, 512))):
            scipy_way = ShortTimeFFT(frontend.window(), hop=160, fs=16000, mfft=size)
            expected = scipy_way.stft(x, p0=0, p1=11).T
            # It may also rotate each bin's phase by where the window starts, so compare power.
            np.testing.assert_allclose(np.abs(spectrum), np.abs(expected), atol=1e-9)

    def test_feature_of_silence(self):
        silent = frontend.log_bands(frontend.spectra(np.zeros(480)))
        np.testing.assert_allclose(silent, np.log2(1e-9), atol=1e-12)

    def test_jax_front_end_is_the_same(self):
        x = np.random.default_rng(4).standard_normal((2, 3200)).astype(np.float32) * 0.1
        spectrum = network.spectra(x)
        np.testing.assert_allclose(np.asarray(spectrum[0]), frontend.spectra(x[0]), atol=1e-4)
        gains = np.random.default_rng(5).uniform(size=(2, 21, 32)).astype(np.float32)
        expected = frontend.apply_gains(frontend.spectra(x[1]), gains[1], 3200)
        np.testing.assert_allclose(np.asarray(network.synthesize(spectrum, gains))[1], expected,
                                   atol=1e-5)


class SiSdr(unittest.TestCase):
    def test_known_vectors(self):
        # Orthogonal error of a tenth of the energy: 10 log10(10) = 10 dB, whatever the scale.
        reference, error = np.array([1.0, 0.0]), np.array([0.0, np.sqrt(0.1)])
        self.assertAlmostEqual(frontend.si_sdr_db(reference + error, reference), 10.0, places=9)
        self.assertAlmostEqual(frontend.si_sdr_db(7 * (reference + error), reference), 10.0,
                               places=9)

    def test_the_mean_is_kept(self):
        # s = [1,1], estimate [2,0]: alpha = 1, error [1,-1] with the target's energy: 0 dB.
        self.assertAlmostEqual(frontend.si_sdr_db([2.0, 0.0], [1.0, 1.0]), 0.0, places=9)


class Mixing(unittest.TestCase):
    def test_snr_and_grid(self):
        rng = np.random.default_rng(6)
        noisy, clean = mixing.mix(rng.standard_normal(32000), rng.standard_normal(32000), 5, 0.05)
        ratio = 10 * np.log10(np.sum(clean**2) / np.sum((noisy - clean) ** 2))
        self.assertAlmostEqual(ratio, 5.0, places=2)
        self.assertTrue((noisy == np.round(noisy)).all())
        self.assertAlmostEqual(np.sqrt(np.mean(noisy**2)) / 32768, 0.05, places=4)

    def test_loud_mixtures_do_not_clip(self):
        speech = np.zeros(16000)
        speech[8000] = 1.0
        noisy, _ = mixing.mix(speech, np.full(16000, 0.01), 0, 0.05)
        self.assertLessEqual(np.max(np.abs(noisy)), 32767)

    def test_tilt(self):
        impulse = np.zeros(64)
        impulse[0] = 1.0
        response = np.abs(np.fft.rfft(mixing.tilt(impulse, 6.0)))
        self.assertAlmostEqual(20 * np.log10(response[-1] / response[0]), 6.0, places=6)


class Comparison(unittest.TestCase):
    def test_differences_are_of_the_same_clip(self):
        rng = np.random.default_rng(8)
        clean = rng.standard_normal((3, 3200)) * np.array([[100.0], [1000.0], [5000.0]])
        clips = [(mixing.Clip(c + 500 * rng.standard_normal(3200), c, snr, "a", "b"), True)
                 for c, snr in zip(clean, (0, 0, 5))]
        path = Path(__file__).resolve().parent.parent / "models" / "hearable.onnx"
        size, gains = compare_transforms.gains_of(path, clips)
        with mock.patch.object(compare_transforms, "gains_of",
                               side_effect=[(320, gains - [1.0, 2.0, 3.0]), (size, gains)]):
            found = compare_transforms.compare(path, path, clips)
        self.assertEqual((found["beforeFftSize"], found["fftSize"]), (320, size))
        self.assertEqual([found["bySnrDb"][snr]["differenceDb"] for snr in ("0", "5")], [1.5, 3.0])
        self.assertEqual(found["bySnrDb"]["5"]["lowDb"], 3.0)


class LearningRate(unittest.TestCase):
    def test_it_peaks_after_the_warm_up_and_ends_at_a_hundredth(self):
        # After 200 steps of warm-up the cosine begins at its top: cos 0 = 1; it ends at 1 %.
        self.assertAlmostEqual(float(network.learning_rate(200.0, 1000, 1e-3)), 1e-3, places=9)
        self.assertAlmostEqual(float(network.learning_rate(1000.0, 1000, 1e-3)), 1e-5, places=9)


class Export(unittest.TestCase):
    def setUp(self):
        parameters = {k: np.asarray(v) for k, v in network.initial_parameters(8, 1).items()}
        recipe = RECIPES["hearable"].__class__("tiny", 8, "mask", 1, (0, 0), (0,), "gain")
        self.trained = Trained(recipe, parameters, np.zeros(32), np.ones(32), {})

    def test_onnx_equals_numpy_and_jax(self):
        model = export.build(self.trained)
        features = np.random.default_rng(7).standard_normal((50, 32)).astype(np.float32)
        by_onnx = export.run(export.session(model.SerializeToString()), features)
        np.testing.assert_allclose(by_onnx, export.reference(self.trained.parameters, features),
                                   atol=1e-5)
        by_jax, _ = network.forward(self.trained.parameters, features[None])
        np.testing.assert_allclose(by_onnx, np.asarray(by_jax[0]), atol=1e-5)

    def test_form(self):
        model = export.build(self.trained)
        self.assertEqual([n.op_type for n in model.graph.node],
                         ["LSTM", "Squeeze", "MatMul", "Add", "Sigmoid"])
        self.assertEqual((model.ir_version, model.opset_import[0].version), (7, 13))
        self.assertEqual(model.SerializeToString(deterministic=True),
                         export.build(self.trained).SerializeToString(deterministic=True))


if __name__ == "__main__":
    unittest.main()
