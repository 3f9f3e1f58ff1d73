"""Networks as PyTorch modules from the descriptions that network-probe reads, and the files it reads them from."""
import json
import torch, torch.nn as nn, torch.nn.functional as F
from safetensors.torch import save_file


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Concat(nn.ModuleList):
    def forward(self, x):
        return torch.cat([branch(x) for branch in self], 1)


def module(layer, shape):
    """The module of a layer over an input of this shape, and the shape that leaves it."""
    kind = layer["type"]
    c = shape[0]
    flat = len(shape) == 1
    if kind == "conv":
        made = nn.Conv2d(c, layer["width"], layer["kernel"], layer["stride"], layer["padding"], layer["dilation"],
                         layer["groups"], layer["bias"])
    elif kind == "linear":
        made = nn.Linear(c, layer["width"], layer["bias"])
    elif kind == "batchnorm":
        made = (nn.BatchNorm1d if flat else nn.BatchNorm2d)(c)
    elif kind == "maxpool":
        made = nn.MaxPool2d(layer["size"], layer["stride"], layer["padding"])
    elif kind == "avgpool":
        made = nn.AvgPool2d(layer["size"], layer["stride"], layer["padding"])
    elif kind == "adaptiveavgpool":
        made = nn.AdaptiveAvgPool2d(layer["output"])
    elif kind == "residual":
        body, out = sequence(layer["body"], shape)
        shortcut, around = sequence(layer["shortcut"] or [], shape)
        assert out == around, "branches differ"
        return Residual(body, shortcut), out
    elif kind == "concat":
        made = [sequence(branch, shape) for branch in layer["branches"]]
        assert all(out[1:] == made[0][1][1:] for _, out in made), "branches differ"
        return Concat([m for m, _ in made]), (sum(out[0] for _, out in made),) + made[0][1][1:]
    else:
        made = {"relu": nn.ReLU, "gelu": nn.GELU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "flatten": nn.Flatten,
                "leakyrelu": lambda: nn.LeakyReLU(layer["slope"]), "softmax": lambda: nn.Softmax(1)}[kind]()
    with torch.no_grad():
        out = made.eval()(torch.zeros(1, *shape)).shape[1:]
    return made.train(), tuple(out)


def sequence(layers, shape):
    modules = []
    for layer in layers:
        made, shape = module(layer, shape)
        modules.append(made)
    return nn.Sequential(*modules), shape


def optimizer(name, parameters):
    kind, rate = name.split()
    return (torch.optim.Adam if kind == "adam" else torch.optim.SGD)(parameters, lr=float(rate))


def write(path, layers, network, images, labels, batch, steps, optimizer):
    tensors = {"input": images, "labels": labels}
    tensors |= {"weight." + k: v for k, v in network.state_dict().items() if "num_batches" not in k}
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, path,
              {"network": json.dumps(layers), "batch": str(batch), "steps": str(steps), "optimizer": optimizer})


def conv(width, kernel=3, stride=1, padding=0, dilation=1, groups=1, bias=True):
    return {"type": "conv", "width": width, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation,
            "groups": groups, "bias": bias}


def linear(width, bias=True):
    return {"type": "linear", "width": width, "bias": bias}
