#!/usr/bin/env python3
"""Writes averages.safetensors: weights and batch norms' statistics averaged over twelve steps of PyTorch, in float64.

Four epochs of three steps. `ema` and `swa` are torch.optim.swa_utils.AveragedModel with its buffers; `lookahead` is that of
../../../shared/pytorch/ninetyfour.py in its own words: a slow copy that moves towards the weights.

Run it as `python3 -P`: the statistics.py beside it is not Python's. needs: pip install torch safetensors numpy
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.set_num_threads(1)
EPOCHS, STEPS = 4, 3


def net():
    torch.manual_seed(5)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Tanh(), nn.Flatten(), nn.Linear(8 * 6 * 6, 10)).double()


def state(model):
    return {k: v.detach().clone().float() for k, v in model.state_dict().items() if "num_batches" not in k}


def train(model, after):
    x, y = torch.randn(6, 3, 8, 8, generator=torch.Generator().manual_seed(1)).double(), torch.arange(6) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    for step in range(1, EPOCHS * STEPS + 1):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        after(step)
    return {"input": x.float(), "labels": y.float()}


tensors = {"start." + k: v for k, v in state(net()).items()}

model = net()
average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
tensors |= train(model, lambda step: average.update_parameters(model))
tensors |= {"ema." + k: v for k, v in state(average.module).items()}

model = net()
average = AveragedModel(model, use_buffers=True)
train(model, lambda step: average.update_parameters(model) if step % STEPS == 0 and step >= 0.5 * EPOCHS * STEPS else None)
tensors |= {"swa." + k: v for k, v in state(average.module).items()}

model, slow = net(), {}


def move(share):
    with torch.no_grad():
        for k, v in model.state_dict().items():
            if v.is_floating_point():
                if k not in slow:
                    slow[k] = v.clone()
                slow[k].lerp_(v, 1 - share)
                v.copy_(slow[k])


def lookahead(step):
    if (step - 1) // STEPS >= 1 and step % 2 == 0:
        move(0.9 ** 2 * (step / (EPOCHS * STEPS)) ** 2)
    if step % STEPS == 0 and slow:
        move(1.0)


train(model, lookahead)
tensors |= {"lookahead." + k: v for k, v in state(model).items()}
save_file({k: v.contiguous() for k, v in tensors.items()}, pathlib.Path(__file__).with_name("averages.safetensors"))
