#!/usr/bin/env python3
"""Writes views.safetensors: what PyTorch makes of images whose views it averages, in float64.

`mirror` is the mean of an image and its mirror image; `multicrop` is `logits` of ../../../shared/pytorch/ninetyfour.py in
its own words: half the centre pair, a quarter each pair that is moved by one pixel with a reflected border.

needs: pip install torch safetensors numpy
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.manual_seed(3)
HEIGHT, WIDTH = 9, 7
net = nn.Sequential(
    nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * (HEIGHT - 2) * (WIDTH - 2), 10)).double()
for name, value in net.state_dict().items():
    if "running_mean" in name:
        value.normal_(0, 0.3)
    if "running_var" in name:
        value.uniform_(0.5, 2)
net.eval()
x = torch.randn(6, 3, HEIGHT, WIDTH, dtype=torch.float64)


def views(x):
    yield 0.5, x
    padded = F.pad(x, (1,) * 4, "reflect")
    yield 0.25, padded[:, :, 0:HEIGHT, 0:WIDTH]
    yield 0.25, padded[:, :, 2:HEIGHT + 2, 2:WIDTH + 2]


with torch.no_grad():
    tensors = {
        "input": x, "plain": net(x), "mirror": 0.5 * (net(x) + net(x.flip(-1))),
        "multicrop": sum(w * 0.5 * (net(v) + net(v.flip(-1))) for w, v in views(x)),
    }
tensors |= {"net." + k: v for k, v in net.state_dict().items() if "num_batches" not in k}
save_file({k: v.float().contiguous() for k, v in tensors.items()}, pathlib.Path(__file__).with_name("views.safetensors"))
