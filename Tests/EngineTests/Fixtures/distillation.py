#!/usr/bin/env python3
"""Writes distillation.safetensors: thirteen steps of PyTorch that follow a teacher (Hinton, Vinyals and Dean 2015), in float64.

The loss is (1 - w) * CE + w * T^2 * KL(softmax(teacher / T) || softmax(student / T)), its mean over the batch; the teacher is
in evaluation mode. `plain` has T = 4 and w = 0.5; `weighted` has T = 2.5, w = 0.3, label smoothing and weights of the classes.

needs: pip install torch safetensors numpy
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
STEPS = 13


def net(width, seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, width, 3), nn.BatchNorm2d(width), nn.Tanh(), nn.Flatten(), nn.Linear(width * 6 * 6, 10)).double()


def state(model):
    return {k: v.detach().clone() for k, v in model.state_dict().items() if "num_batches" not in k}


generator = torch.Generator().manual_seed(1)
x, y = torch.randn(6, 3, 8, 8, generator=generator).double(), torch.arange(6) % 10
classes = torch.linspace(0.5, 2, 10).double()
teacher = net(12, 7)
for name, value in teacher.state_dict().items():
    if "running_mean" in name:
        value.normal_(0, 0.3)
    if "running_var" in name:
        value.uniform_(0.5, 2)
with torch.no_grad():
    for parameter in teacher.parameters():
        parameter.mul_(3)
teacher.eval()
tensors = {"input": x, "labels": y.double(), "classes": classes} | {"teacher." + k: v for k, v in state(teacher).items()}

for name, t, w, smoothing, weights in [("plain", 4, 0.5, 0, None), ("weighted", 2.5, 0.3, 0.1, classes)]:
    student = net(8, 5)
    tensors |= {"start." + k: v for k, v in state(student).items()}
    optimizer = torch.optim.SGD(student.parameters(), lr=0.02, momentum=0.9)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        with torch.no_grad():
            wanted = F.log_softmax(teacher(x) / t, dim=1)
        outputs = student(x)
        divergence = F.kl_div(F.log_softmax(outputs / t, dim=1), wanted, reduction="batchmean", log_target=True)
        loss = (1 - w) * F.cross_entropy(outputs, y, weight=weights, label_smoothing=smoothing) + w * t * t * divergence
        loss.backward()
        if step == 0:
            tensors |= {f"{name}.gradient.{k}": p.grad.clone() for k, p in student.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    tensors[name + ".losses"] = torch.tensor(losses)
save_file(
    {k: v.float().contiguous() for k, v in tensors.items()}, pathlib.Path(__file__).with_name("distillation.safetensors"))
