"""Draws the README's picture from the cache that `lathe demo` makes: the mel pictures of ten styles.

Usage: draw_demo.py CACHE OUT.png     needs: pip install lmdb safetensors numpy matplotlib
"""

import sys

import matplotlib
import numpy as np
from PIL import Image

from read_cache import read

matplotlib.use("Agg")
import matplotlib.pyplot as plt

first = {}
for record, values in read(sys.argv[1]):
    first.setdefault(record["label"], np.concatenate(values["mel"]["mel"][:4], axis=1))

figure, axes = plt.subplots(2, 5, figsize=(12, 4.2), dpi=72, sharex=True, sharey=True)
for axis, (label, picture) in zip(axes.flat, sorted(first.items())):
    seconds = picture.shape[1] * 512 / 22050
    axis.imshow(
        picture, origin="lower", aspect="auto", cmap="magma", vmin=-60, vmax=30,
        extent=(0, seconds, 0, picture.shape[0]))
    axis.set_title(label, fontsize=10)
    axis.tick_params(labelsize=7)
figure.supxlabel("seconds (four slices of 2 s, one after the other)", fontsize=9)
figure.supylabel("mel band", fontsize=9)
figure.tight_layout()
figure.canvas.draw()
# 64 colours are enough for the eye and make a small file.
picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())[..., :3])
picture.quantize(64).save(sys.argv[2], optimize=True)
