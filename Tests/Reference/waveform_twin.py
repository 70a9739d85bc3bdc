"""The PyTorch twin of Lathe's waveform network, for comparisons."""

import torch
from torch import nn

STUDY = [(16, 64, 2, 8), (32, 32, 2, 8), (64, 16, 2, 1), (128, 8, 2, 1), (256, 4, 2, 4)]


class Waveform(nn.Module):
    """Convolutions (channels, kernel, stride, pooling), then dense layers of the sizes `hidden`."""

    def __init__(self, length=44_100, labels=10, blocks=STUDY, hidden=(128, 64), dropout=0.25,
                 order="relu-first"):
        super().__init__()
        self.order = order
        self.pooling = [block[3] for block in blocks]
        self.dropout = nn.Dropout(dropout)
        self.convolutions, self.normalisations = nn.ModuleList(), nn.ModuleList()
        channels = 1
        for outputs, kernel, stride, pooling in blocks:
            self.convolutions.append(nn.Conv1d(channels, outputs, kernel, stride))
            self.normalisations.append(nn.BatchNorm1d(outputs))
            channels, length = outputs, ((length - kernel) // stride + 1) // pooling
        sizes = [channels * length, *hidden, labels]
        self.classifier = nn.ModuleList(
            nn.Linear(inputs, outputs) for inputs, outputs in zip(sizes, sizes[1:]))

    def forward(self, x):
        for convolution, normalisation, pooling in zip(
                self.convolutions, self.normalisations, self.pooling):
            x = convolution(x)
            if self.order == "relu-first":
                x = normalisation(torch.relu(x))
            else:
                x = torch.relu(normalisation(x))
            if pooling > 1:
                x = nn.functional.max_pool1d(x, pooling)
        x = x.flatten(1)
        for layer in self.classifier[:-1]:
            x = self.dropout(torch.relu(layer(x)))
        return self.classifier[-1](x)
