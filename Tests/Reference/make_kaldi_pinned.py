"""Makes the pinned values of KaldiFilterBankTests: rows of torchaudio's Kaldi filter banks of synthetic signals.

    python make_kaldi_pinned.py pinned

Writes pinned/kaldi.torchaudio-VERSION.csv. Needs torch and torchaudio. The signals are those of
make_pinned.py (SyntheticSignal.swift makes the same), taken for samples at 16 kHz.
"""

import math
import os
import sys

import torch
import torchaudio
from torchaudio.compliance import kaldi

from synthetic import samples

# By name: what KaldiCases.swift gives KaldiFilterBank, as arguments of fbank.
CASES = {
    "plain": {},
    "ast": {"num_mel_bins": 128, "window_type": "hanning", "htk_compat": True},
    "edges": {
        "num_mel_bins": 40, "window_type": "hamming", "snip_edges": False, "remove_dc_offset": False,
        "low_freq": 0.0, "high_freq": -400.0},
    "linear": {
        "window_type": "rectangular", "preemphasis_coefficient": 0.0, "use_log_fbank": False,
        "use_power": False, "round_to_power_of_two": False, "frame_shift": 12.5},
    "energy": {
        "window_type": "blackman", "use_energy": True, "raw_energy": False, "energy_floor": 0.0,
        "subtract_mean": True, "frame_length": 32.0},
    "integers": {
        "num_mel_bins": 80, "use_energy": True, "htk_compat": True, "sample_frequency": 22050.0,
        "snip_edges": False, "high_freq": 7600.0},
}


def picture(case, waveform):
    """What fbank gives for a one-dimensional tensor, and AST's offset and scale: [frames, rows]."""
    if case == "ast":
        waveform = waveform - waveform.mean()
    if case == "integers":
        waveform = waveform * 32768
    values = kaldi.fbank(waveform[None], dither=0.0, **CASES[case])
    return (values + 4.2677393) / (2 * 4.5689974) if case == "ast" else values


def main():
    path = os.path.join(sys.argv[1], "kaldi.torchaudio-%s.csv" % torchaudio.__version__.split("+")[0])
    with open(path, "w") as file:
        file.write("# torchaudio %s, torch %s, Python %s; made by make_kaldi_pinned.py\n" % (
            torchaudio.__version__, torch.__version__, sys.version.split()[0]))
        file.write("case,signal,first,count,row,value of every frame\n")
        for case in CASES:
            for name, first, count in (("mixed", 0, 6000), ("gap", 18000, 4000), ("chord", 7, 601)):
                values = picture(case, torch.from_numpy(samples(name, first, count)))
                rows = values.shape[1]
                for row in sorted({0, 1, 2, rows // 3, rows // 2, rows - 2, rows - 1}):
                    numbers = ["%.7g" % value for value in values[:, row].tolist()]
                    assert all(math.isfinite(float(number)) for number in numbers)
                    file.write(",".join([case, name, str(first), str(count), str(row)] + numbers) + "\n")


if __name__ == "__main__":
    main()
