"""Makes the pinned values of GammatonePictureTests: rows of gammatone pictures of synthetic signals.

    python make_gammatone_pinned.py pinned

The reference is written here from the formulae, in double precision and in the frequency domain, so that it
shares no step with the recursions of SignalKit and of the package `gammatone`; that package's gtgram must give
the same to one part in 10^9. Needs numpy, scipy and gammatone.
"""

import os
import sys

import gammatone.gtgram
import numpy as np

from synthetic import samples

# By name: sample rate, bands, lowest and highest frequency, window and hop; GammatoneCases.swift has the same.
CASES = {
    "plain": (22050, 64, 50.0, None, 1024, 512),
    "speech": (16000, 40, 80.0, 7600.0, 400, 160),
    "sparse": (22050, 9, 20.0, 5000.0, 300, 700),
}


def centres(rate, bands, low, high):
    """Centres evenly spaced on the ERB scale of Glasberg and Moore, ascending; `high` itself is left out."""
    shift = 9.26449 * 24.7
    high = high or rate / 2
    share = np.arange(bands, 0, -1) / bands
    return (high + shift) * ((low + shift) / (high + shift)) ** share - shift


def response(z, centre, rate):
    """The transfer function of Slaney's four sections (Apple TR 35) at points z, before its gain is divided out."""
    bandwidth = 1.019 * 2 * np.pi * (centre / 9.26449 + 24.7)
    angle = 2 * np.pi * centre / rate
    decay = np.exp(-bandwidth / rate)
    poles = 1 - 2 * decay * np.cos(angle) / z + decay**2 / z**2
    result = 1
    for slope in (np.sqrt(3 + 2**1.5), -np.sqrt(3 + 2**1.5), np.sqrt(3 - 2**1.5), -np.sqrt(3 - 2**1.5)):
        result = result * (1 - decay * (np.cos(angle) + slope * np.sin(angle)) / z) / poles
    return result


def picture(case, y):
    """Amplitudes [bands, frames] of a signal in double precision."""
    rate, bands, low, high, window, hop = CASES[case]
    # Long enough for what rings on to die away before it comes round.
    length = 1 << (len(y) + 65536).bit_length()
    spectrum = np.fft.rfft(np.asarray(y, dtype=float), length)
    z = np.exp(2j * np.pi * np.arange(length // 2 + 1) / length)
    frames = 1 + (len(y) - window) // hop
    rows = []
    for centre in centres(rate, bands, low, high):
        gain = abs(response(np.exp(2j * np.pi * centre / rate), centre, rate))
        filtered = np.fft.irfft(spectrum * response(z, centre, rate) / gain, length)[: len(y)]
        rows.append([np.sqrt(np.mean(filtered[t * hop : t * hop + window] ** 2)) for t in range(frames)])
    return np.array(rows)


def library(case, y):
    """The same by the package `gammatone`."""
    rate, bands, low, high, window, hop = CASES[case]
    return gammatone.gtgram.gtgram(
        np.asarray(y, dtype=float), rate, window / rate, hop / rate, bands, low, high)


def decibels(amplitudes):
    """20 log10, no less than -100 and no less than 80 below the largest."""
    values = 20 * np.log10(np.maximum(amplitudes, 1e-5))
    return np.maximum(values, values.max() - 80)


def main():
    from importlib.metadata import version

    path = os.path.join(sys.argv[1], "gammatone-%s.csv" % version("gammatone"))
    with open(path, "w") as file:
        file.write("# gammatone %s, numpy %s, Python %s; made by make_gammatone_pinned.py\n" % (
            version("gammatone"), np.__version__, sys.version.split()[0]))
        file.write("case,signal,first,count,band,amplitude of every frame\n")
        for case in CASES:
            for name, first, count in (("mixed", 0, 9000), ("gap", 15000, 8000), ("sweep", 7, 1100)):
                y = samples(name, first, count)
                values = picture(case, y)
                other = library(case, y)
                assert values.shape == other.shape
                assert np.abs(values - other).max() <= 1e-9 * values.max(), (case, name)
                bands = values.shape[0]
                for band in sorted({0, 1, bands // 3, bands // 2, bands - 2, bands - 1}):
                    numbers = ["%.7g" % value for value in values[band]]
                    file.write(",".join([case, name, str(first), str(count), str(band)] + numbers) + "\n")


if __name__ == "__main__":
    main()
