#!/usr/bin/env python3
"""Writes networks.json: parameters and multiply-adds of the networks of docs/networks.md, counted in PyTorch.

Torchvision's and timm's own where they have the network, else the paper's as commonly written in PyTorch. Multiply-adds are
those of convolutions, linear layers and the products of attention, for one image.

needs: pip install torch torchvision timm
"""
import json
import pathlib

import timm
import torch
import torchvision.models as tv
from torch import nn


def count(net, channels, size):
    net.eval()
    total = 0

    def add(layer, inputs, output):
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            total += output.numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.Linear):
            total += output.numel() * layer.in_features
        elif isinstance(layer, timm.layers.Attention):
            tokens, width = inputs[0].shape[1:]
            total += 2 * tokens * tokens * width

    for layer in net.modules():
        layer.register_forward_hook(add)
    with torch.no_grad():
        net(torch.zeros(1, channels, size, size))
    return {"parameters": sum(p.numel() for p in net.parameters()), "operations": total}


def conv(inputs, outputs, kernel=3, stride=1, **options):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False, **options)


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut or nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Join(nn.Module):
    """A dense layer: its input and what its body makes of it."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return torch.cat([x, self.body(x)], 1)


class Gate(nn.Module):
    def __init__(self, width):
        super().__init__()
        squeezed = width // 16
        self.body = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, squeezed, 1), nn.ReLU(), nn.Conv2d(squeezed, width, 1), nn.Sigmoid())

    def forward(self, x):
        return x * self.body(x)


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))


def nin():
    def block(inputs, width, hidden, outputs, kernel=5):
        return [nn.Conv2d(inputs, width, kernel, padding=kernel // 2), nn.ReLU(), nn.Conv2d(width, hidden, 1), nn.ReLU(),
                nn.Conv2d(hidden, outputs, 1), nn.ReLU()]
    return nn.Sequential(
        *block(3, 192, 160, 96), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Dropout(),
        *block(96, 192, 192, 192), nn.AvgPool2d(3, 2, ceil_mode=True), nn.Dropout(),
        *block(192, 192, 192, 10, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def senet():
    layers, inputs = [conv(3, 64), nn.BatchNorm2d(64), nn.ReLU()], 64
    for width, stride in [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]:
        head = [nn.BatchNorm2d(inputs), nn.ReLU()]
        body = [conv(inputs, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(), conv(width, width), Gate(width)]
        if stride == 1:
            layers.append(Residual(nn.Sequential(*head, *body)))
        else:
            layers += [*head, Residual(nn.Sequential(*body), conv(inputs, width, 1, stride))]
        inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def wide_resnet(depth=28, factor=10):
    layers, inputs = [conv(3, 16)], 16
    for width, stride in [(16 * factor, 1), (32 * factor, 2), (64 * factor, 2)]:
        for i in range((depth - 4) // 6):
            head = [nn.BatchNorm2d(inputs), nn.ReLU()]
            body = [conv(inputs, width, 3, stride if i == 0 else 1), nn.BatchNorm2d(width), nn.ReLU(), conv(width, width)]
            if i == 0:
                layers += [*head, Residual(nn.Sequential(*body), conv(inputs, width, 1, stride))]
            else:
                layers.append(Residual(nn.Sequential(*head, *body)))
            inputs = width
    return nn.Sequential(
        *layers, nn.BatchNorm2d(inputs), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))


def densenet_bc(depth=100, growth=12):
    width = 2 * growth
    layers = [conv(3, width)]
    for stage in range(3):
        for _ in range((depth - 4) // 6):
            layers.append(Join(nn.Sequential(
                nn.BatchNorm2d(width), nn.ReLU(), conv(width, 4 * growth, 1),
                nn.BatchNorm2d(4 * growth), nn.ReLU(), conv(4 * growth, growth))))
            width += growth
        if stage < 2:
            layers += [nn.BatchNorm2d(width), nn.ReLU(), conv(width, width // 2, 1), nn.AvgPool2d(2)]
            width //= 2
    return nn.Sequential(
        *layers, nn.BatchNorm2d(width), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10))


def resnet9():
    def block(inputs, outputs):
        return [conv(inputs, outputs), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(
        *block(3, 64), *block(64, 128), nn.MaxPool2d(2), Residual(nn.Sequential(*block(128, 128), *block(128, 128))),
        *block(128, 256), nn.MaxPool2d(2), *block(256, 512), nn.MaxPool2d(2),
        Residual(nn.Sequential(*block(512, 512), *block(512, 512))), nn.MaxPool2d(4), nn.Flatten(), nn.Linear(512, 10, bias=False))


def ninetyfour():
    class Bias(nn.Module):
        """A batch norm without a scale has one parameter a channel."""

        def __init__(self, width):
            super().__init__()
            self.bias = nn.Parameter(torch.zeros(width))

        def forward(self, x):
            return x + self.bias[:, None, None]

    def group(inputs, outputs):
        return [conv(inputs, outputs), nn.MaxPool2d(2), Bias(outputs), nn.GELU(), conv(outputs, outputs), Bias(outputs), nn.GELU()]
    return nn.Sequential(
        nn.Conv2d(3, 24, 2), nn.GELU(), *group(24, 64), *group(64, 256), *group(256, 256), nn.MaxPool2d(3), nn.Flatten(),
        nn.Linear(256, 10, bias=False))


networks = {
    "lenet-5": (lenet(), 1, 32),
    "nin": (nin(), 3, 32),
    "googlenet": (tv.googlenet(weights=None, aux_logits=False, init_weights=False), 3, 224),
    "senet-18": (senet(), 3, 32),
    "mobilenet-v2": (tv.mobilenet_v2(), 3, 224),
    "mobilenet-v3-small": (tv.mobilenet_v3_small(), 3, 224),
    "shufflenet-v2": (tv.shufflenet_v2_x1_0(), 3, 224),
    "efficientnet-b0": (tv.efficientnet_b0(), 3, 224),
    "convnext-tiny": (tv.convnext_tiny(), 3, 224),
    "wideresnet-28-10": (wide_resnet(), 3, 32),
    "densenet-bc-100-12": (densenet_bc(), 3, 32),
    "resnet-9": (resnet9(), 3, 32),
    "ninetyfour": (ninetyfour(), 3, 32),
}
networks |= {
    "vit-tiny": (timm.create_model("vit_tiny_patch16_224", global_pool="avg", class_token=False), 3, 224),
    "vit-tiny-32": (timm.models.VisionTransformer(
        img_size=32, patch_size=4, embed_dim=192, depth=12, num_heads=3, num_classes=10, global_pool="avg", class_token=False), 3, 32),
    "mlp-mixer": (timm.create_model("mixer_s16_224"), 3, 224),
}
found = {name: count(*network) for name, network in networks.items()}
pathlib.Path(__file__).with_name("networks.json").write_text(json.dumps(found, indent=2) + "\n")
