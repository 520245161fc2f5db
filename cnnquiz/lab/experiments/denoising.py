"""Denoising: three autoencoders restore noisy digits, and only one of them has learned to.

The same network (256 inputs, 128 units, a code of 32, and back) is trained three times on the same drawn digits: as a
plain stacked autoencoder (clean in, clean wanted), as a sparse one (the same, its code of 128 but few units active),
and as a denoising one (noisy in, clean wanted; the noise is new in each step). All three then get noisy digits that
none has seen. The figure is the mean squared error from the clean digits; `noisy` is that of the noisy ones themselves.

It does not show that a stacked or sparse autoencoder could not be trained to remove noise: then it would be a denoising
one as well. The noise is of one kind and strength: normal, standard deviation 0.4, cut to 0 and 1.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from cnnquiz.lab.experiments._fitting import ERROR, error, outputs
from cnnquiz.lab.experiments._pictures import digits
from cnnquiz.lab.experiments._trial import Trial

SIZE, LEARNED, TESTED, EPOCHS, SHOWN = 16, 2000, 400, 30, 4
NOISE, SPARSITY = 0.4, 0.02
SHOWS = (
    "A denoising autoencoder leaves less than half of the noise's error in digits, and less than three quarters of "
    "what a stacked and a sparse one leave"
)
CLAIM = "denoising < noisy/2 and denoising < 3/4*stacked and denoising < 3/4*sparse"
BARS = ("noisy", "stacked", "sparse", "denoising")
FIGURES = {name: f"error, {name}" for name in BARS}


def trial(seed: int) -> Trial:
    """The error of noisy digits, and of what each autoencoder makes of them."""
    images = digits(LEARNED + TESTED, SIZE, seed)[0].flatten(1)
    learned, clean = images.split([LEARNED, TESTED])
    noisy = with_noise(clean)
    made = {"noisy": noisy} | {
        "stacked": outputs(autoencoder(learned, 32), noisy),
        "sparse": outputs(autoencoder(learned, 128, sparsity=SPARSITY), noisy),
        "denoising": outputs(autoencoder(learned, 32, noise=True), noisy),
    }
    rows = {"Clean digits:": clean, "Noisy:": noisy, "Restored by the denoising autoencoder:": made["denoising"]}
    pictures = [(words, [pixels(one) for one in row[:SHOWN]]) for words, row in rows.items()]
    return Trial({name: error(found, clean) for name, found in made.items()}, pictures)


def autoencoder(images: Any, code: int, noise: bool = False, sparsity: float = 0.0) -> Any:
    """An autoencoder with a code of so many units, fitted to give images back, from noise or with few units."""
    wide = images.shape[1]
    encoder = nn.Sequential(nn.Linear(wide, 128), nn.ReLU(), nn.Linear(128, code), nn.ReLU())
    decoder = nn.Sequential(nn.Linear(code, 128), nn.ReLU(), nn.Linear(128, wide), nn.Sigmoid())
    network = nn.Sequential(encoder, decoder)
    optimizer = torch.optim.Adam(network.parameters(), 2e-3, fused=True)
    for _ in range(EPOCHS):
        for batch in images[torch.randperm(len(images))].split(32):
            codes = encoder(with_noise(batch) if noise else batch)
            optimizer.zero_grad()
            (ERROR(decoder(codes), batch) + sparsity * codes.abs().mean()).backward()
            optimizer.step()
    return network


def with_noise(images: Any) -> Any:
    """The images with noise, from 0 to 1 as they were."""
    return (images + NOISE * torch.randn_like(images)).clamp(0, 1)


def pixels(image: Any) -> Any:
    """An image as rows of (red, green, blue)."""
    return (image.reshape(SIZE, SIZE, 1).clamp(0, 1) * 255).round().int().expand(-1, -1, 3).tolist()
