"""How alike two pictures are: PSNR, SSIM and GMSD; and how far a figure's looks have drifted.

No LPIPS or FVD: their networks are not at hand. GMSD stands in for LPIPS under its own name: gradient magnitude
similarity deviation (Xue et al. 2014), 0 for the same picture, about 0.3 for unlike ones.
"""

from __future__ import annotations

import cv2
import numpy as np


def psnr(picture: np.ndarray, truth: np.ndarray) -> float:
    """Decibels between pictures of uint8; 99 for equal ones. Worked case: all off by one: 48.13."""
    error = float(np.mean((picture.astype(np.float64) - truth.astype(np.float64)) ** 2))
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def ssim(picture: np.ndarray, truth: np.ndarray) -> float:
    """Structural similarity of two pictures (h, w, 3) uint8 on grey; Gaussian window 11, sigma 1.5 (Wang 2004)."""
    a, b = (cv2.cvtColor(x, cv2.COLOR_RGB2GRAY).astype(np.float64) for x in (picture, truth))

    def blur(x: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(x, (11, 11), 1.5)[5:-5, 5:-5]

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    one, two = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found = (2 * mean_a * mean_b + one) * (2 * both + two) / ((mean_a**2 + mean_b**2 + one) * (var_a + var_b + two))
    return float(found.mean())


def gmsd(picture: np.ndarray, truth: np.ndarray) -> float:
    """Gradient magnitude similarity deviation of two pictures (h, w, 3) uint8, on half-size grey."""
    kernel = np.array([[1, 0, -1]] * 3, np.float64) / 3

    def edges(x: np.ndarray) -> np.ndarray:
        grey = cv2.blur(cv2.cvtColor(x, cv2.COLOR_RGB2GRAY).astype(np.float64), (2, 2))[::2, ::2]
        return np.hypot(cv2.filter2D(grey, -1, kernel), cv2.filter2D(grey, -1, kernel.T))

    a, b = edges(picture), edges(truth)
    return float(np.std((2 * a * b + 170) / (a**2 + b**2 + 170)))


def colours(picture: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """(96,) shares of a figure's pixels by colour: what it is made of, wherever it is. cover : (h, w) 0 to 255."""
    own = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[cover > 128]
    if len(own) == 0:
        return np.zeros(96)
    shares = [np.histogram(own[:, k], 32, (0, 256))[0] / len(own) for k in range(3)]
    return np.concatenate(shares)


def colour_drift(before: np.ndarray, after: np.ndarray) -> float:
    """Between two of `colours`: 0 the same, 1 nothing in common (half the sum of differences, mean of channels)."""
    return float(0.5 * np.abs(before - after).sum() / 3)


def sharpness(picture: np.ndarray, cover: np.ndarray) -> float:
    """Mean size of the gradient within a figure: falls when its texture is lost."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    inner = cv2.erode((cover > 128).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    size = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return float(size[inner].mean()) if inner.any() else 0.0
