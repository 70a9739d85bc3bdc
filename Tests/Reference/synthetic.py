"""Signals of 16-bit integers for pinned values; Tests/SignalKitTests/SyntheticSignal.swift makes the same ones."""

import math

import numpy as np

RATE = 22050


def noise(count):
    """Integers in -32768 ... 32767."""
    state = 1
    values = []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append((state >> 16) - 32768)
    return values


def tones(count, frequencies, amplitude):
    """Equally loud sines, the sum at most `amplitude`, rounded half up."""
    scale = amplitude / len(frequencies)
    return [
        math.floor(
            scale * sum(math.sin(2 * math.pi * f * i / RATE) for f in frequencies) + 0.5)
        for i in range(count)
    ]


def bursts(count, period):
    """Noise that starts anew every `period` samples and fades in an eighth of it, linearly."""
    length = period // 8
    return [
        value * max(0, length - i % period) // length // 4
        for i, value in enumerate(noise(count))
    ]


def sweep(count):
    """A sine that rises by 2,000 Hz a second from 100 Hz."""
    values = []
    for i in range(count):
        t = i / RATE
        values.append(math.floor(16000 * math.sin(2 * math.pi * (100 * t + 1000 * t * t)) + 0.5))
    return values


A_MAJOR = [220.0, 277.1826, 329.6276, 440.0]


def signal(name, count):
    if name == "chord":
        return add(tones(count, A_MAJOR, 20000), [v // 512 for v in noise(count)])
    if name == "detuned":
        flat = [f * 1.0145 for f in A_MAJOR]  # a quarter of a semitone sharp
        return add(tones(count, flat, 20000), [v // 512 for v in noise(count)])
    if name == "noise":
        return noise(count)
    if name == "bursts":
        return bursts(count, 11025)
    if name == "sweep":
        return sweep(count)
    if name == "quiet":
        return [v // 8192 for v in noise(count)]
    if name == "gap":
        return [v if i < 20000 or i >= 42000 else 0
                for i, v in enumerate(signal("chord", count))]
    if name == "square":
        return [32767 if i % 100 < 50 else -32767 for i in range(count)]
    if name == "mixed":
        return add(add(tones(count, [196.0, 246.94, 293.66], 9000), bursts(count, 9216)),
                   [v // 64 for v in noise(count)])
    raise ValueError(name)


def add(left, right):
    return [a + b for a, b in zip(left, right)]


def samples(name, first, count):
    values = signal(name, first + count)[first:]
    return np.array(values, dtype=np.int16).astype(np.float32) / 32768
