#!/usr/bin/env python3
"""Writes the fixtures of the engine's tests with PyTorch: weights, a batch, its loss, logits and every gradient, and the
weights after three steps of an optimizer. Each file is safetensors; `__metadata__` names the versions.

usage: make.py        needs: pip install torch numpy safetensors
"""
import pathlib
import numpy, torch, torch.nn as nn, torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent


def conv_net():
    """Widths that fill no block, a strided 5x3 kernel, overlapping pools."""
    return nn.Sequential(
        nn.Conv2d(3, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(5, 18, (5, 3), stride=2, padding=(2, 1)), nn.ReLU(), nn.AvgPool2d(2, 1),
        nn.Conv2d(18, 7, 1, bias=False), nn.AdaptiveAvgPool2d((2, 3)), nn.ReLU(), nn.Flatten(), nn.Linear(42, 10))


def vgg_like():
    """The experiment's forms, small."""
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 16, 3, padding=2, dilation=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(64, 33), nn.ReLU(), nn.Linear(33, 10))


def activation_net():
    """Every elementwise function."""
    return nn.Sequential(
        nn.Conv2d(3, 9, 3, padding=1), nn.LeakyReLU(0.1), nn.Conv2d(9, 12, 3), nn.GELU(), nn.MaxPool2d(2), nn.Tanh(),
        nn.Flatten(), nn.Linear(108, 20), nn.Sigmoid(), nn.Linear(20, 10))


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = nn.Sequential(*body), nn.Sequential(*(shortcut or []))

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Concat(nn.ModuleList):
    def forward(self, x):
        return torch.cat([branch(x) for branch in self], 1)


def residual_net():
    """ResNet's and DenseNet's forms: identity, projection, a shortcut of its own, branches side by side."""
    conv = lambda c, k, stride=1: nn.Conv2d(c, k, 3, stride, 1, bias=False)
    return nn.Sequential(
        conv(3, 16), nn.BatchNorm2d(16), nn.ReLU(),
        Residual([conv(16, 16), nn.BatchNorm2d(16), nn.ReLU(), conv(16, 16), nn.BatchNorm2d(16)]), nn.ReLU(),
        Residual([conv(16, 24, 2), nn.BatchNorm2d(24), nn.ReLU(), conv(24, 24), nn.BatchNorm2d(24)],
                 [nn.Conv2d(16, 24, 1, 2, bias=False), nn.BatchNorm2d(24)]), nn.ReLU(),
        Concat([nn.Sequential(), nn.Sequential(nn.Conv2d(24, 7, 1), nn.Softmax(1))]),
        Residual([nn.BatchNorm2d(31, eps=1e-3, momentum=0.3), nn.ReLU(), nn.Conv2d(31, 20, 3)],
                 [nn.AvgPool2d(3, 1), nn.Conv2d(31, 20, 1)]),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(20, 30), nn.BatchNorm1d(30), nn.ReLU(), nn.Linear(30, 10))


def grouped_net():
    """MobileNet's and ResNeXt's forms."""
    return nn.Sequential(
        nn.Conv2d(3, 20, 3, 2, 1, bias=False), nn.BatchNorm2d(20), nn.ReLU(),
        nn.Conv2d(20, 20, 3, 1, 1, groups=20, bias=False), nn.BatchNorm2d(20), nn.ReLU(), nn.Conv2d(20, 36, 1),
        nn.ReLU(), nn.Conv2d(36, 36, 5, 2, 2, groups=36), nn.Conv2d(36, 72, 3, padding=1, groups=4), nn.ReLU(),
        nn.Conv2d(72, 12, 1, groups=3), nn.Flatten(), nn.Linear(192, 10))


def group_norm_net():
    """Groups that fill no block, one group, one channel a group, behind a ReLU and over vectors."""
    return nn.Sequential(
        nn.Conv2d(3, 18, 3, padding=1), nn.GroupNorm(3, 18), nn.ReLU(), nn.Conv2d(18, 20, 3, stride=2), nn.GroupNorm(1, 20, eps=1e-3),
        nn.Tanh(), nn.Conv2d(20, 20, 1), nn.GroupNorm(20, 20), nn.GELU(), nn.Flatten(), nn.Linear(320, 36), nn.GroupNorm(4, 36), nn.ReLU(),
        nn.Linear(36, 10))


def later_activation_net():
    """Elementwise functions, learned ones among them."""
    return nn.Sequential(
        nn.Conv2d(3, 18, 3, padding=1), nn.ReLU6(), nn.Conv2d(18, 20, 3), nn.Hardswish(), nn.Conv2d(20, 20, 1), nn.ELU(0.7), nn.Conv2d(20, 16, 1),
        nn.Mish(), nn.Conv2d(16, 16, 1), nn.PReLU(16), nn.Conv2d(16, 9, 1), nn.PReLU(), nn.Flatten(), nn.Linear(324, 20), nn.Softplus(),
        nn.Linear(20, 21), nn.PReLU(21), nn.Linear(21, 20), nn.Hardsigmoid(), nn.Linear(20, 10))


class LayerNorm2d(nn.LayerNorm):
    """Over the channels at each place, as in ConvNeXt."""

    def forward(self, x):
        return F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps).permute(0, 3, 1, 2)


def without(norm, name):
    setattr(norm, name, None)
    norm.reset_parameters = norm.reset_running_stats
    return norm


def later_norm_net():
    """Norms over channels and over single maps, and batch norms that lack a scale, a shift, or both."""
    return nn.Sequential(
        nn.Conv2d(3, 18, 3, padding=1), LayerNorm2d(18, eps=1e-6), nn.GELU(), nn.Conv2d(18, 20, 3, padding=1), LayerNorm2d(20), nn.ReLU(),
        nn.Conv2d(20, 20, 3), nn.InstanceNorm2d(20), nn.ReLU(), nn.Conv2d(20, 17, 1), nn.InstanceNorm2d(17, eps=1e-3, affine=True), nn.Tanh(),
        nn.Conv2d(17, 18, 1), without(nn.BatchNorm2d(18), "weight"), nn.ReLU(), nn.Conv2d(18, 16, 1), without(nn.BatchNorm2d(16), "bias"),
        nn.Conv2d(16, 16, 1), nn.BatchNorm2d(16, affine=False), nn.Tanh(), nn.Flatten(), nn.Linear(576, 36), nn.LayerNorm(36), nn.ReLU(),
        nn.Linear(36, 10))


def pool_net():
    """Pools that round up, and adaptive ones whose windows overlap."""
    return nn.Sequential(
        nn.Conv2d(3, 18, 3), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Tanh(), nn.Conv2d(18, 17, 1), nn.AvgPool2d(3, 2, 1, ceil_mode=True),
        nn.Conv2d(17, 16, 1), nn.AvgPool2d(2, 2, ceil_mode=True), nn.Conv2d(16, 20, 1), nn.AdaptiveMaxPool2d((2, 4)), nn.Tanh(),
        nn.Conv2d(20, 24, 1), nn.MaxPool2d(3, (2, 3), ceil_mode=True), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(24, 10))


class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


class LayerScale(nn.Module):
    def __init__(self, channels, factor):
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), factor))

    def forward(self, x):
        return x * self.weight.view(-1, *[1] * (x.dim() - 2))


class Multiply(nn.Module):
    def __init__(self, *body):
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x):
        factor = self.body(x)
        return x * factor.reshape(factor.shape + (1,) * (x.dim() - factor.dim()))


class Chunk(nn.Sequential):
    def forward(self, x):
        return torch.cat([branch(share) for branch, share in zip(self, x.chunk(len(self), 1))], 1)


def gated_net():
    """Squeeze-and-excitation with convolutions and with linear layers, gates of places, and factors, constant and learned."""
    squeeze = lambda c, r: [nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, r, 1), nn.ReLU(), nn.Conv2d(r, c, 1), nn.Sigmoid()]
    return nn.Sequential(
        nn.Conv2d(3, 18, 3, padding=1), nn.ReLU(), Multiply(*squeeze(18, 4)),
        Residual([nn.Conv2d(18, 18, 3, padding=1), nn.BatchNorm2d(18), LayerScale(18, 0.1),
                  Multiply(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(18, 5), nn.ReLU(), nn.Linear(5, 18), nn.Sigmoid())]), nn.ReLU(),
        nn.Conv2d(18, 20, 3, stride=2), Scale(1 / 9), Multiply(nn.Conv2d(20, 20, 3, padding=1), nn.Sigmoid()), nn.Flatten(),
        nn.Linear(320, 33), LayerScale(33, -1.5), Multiply(nn.Linear(33, 33), nn.Tanh()), nn.Linear(33, 10))


def shuffled_net():
    """ShuffleNet v2's units, shares that fill no block, and shuffles of other numbers of groups."""
    conv = lambda c, k, size=1, **options: [nn.Conv2d(c, k, size, bias=False, **options), nn.BatchNorm2d(k)]
    right = lambda c: nn.Sequential(*conv(c, c), nn.ReLU(), *conv(c, c, 3, padding=1, groups=c), *conv(c, c), nn.ReLU())
    return nn.Sequential(
        *conv(3, 24, 3, stride=2, padding=1), nn.ReLU(),
        Concat([nn.Sequential(*conv(24, 24, 3, stride=2, padding=1, groups=24), *conv(24, 29), nn.ReLU()),
                nn.Sequential(*conv(24, 29), nn.ReLU(), *conv(29, 29, 3, stride=2, padding=1, groups=29), *conv(29, 29), nn.ReLU())]),
        nn.ChannelShuffle(2), Chunk(nn.Sequential(), right(29)), nn.ChannelShuffle(2), Chunk(nn.Sequential(), right(29)), nn.ChannelShuffle(2),
        nn.Conv2d(58, 48, 1, groups=2), nn.ChannelShuffle(6),
        Chunk(nn.Sequential(nn.Tanh()), nn.Sequential(nn.Conv2d(16, 5, 3, padding=1)), nn.Sequential()),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), Chunk(nn.Sequential(nn.Linear(37, 10))))


class SelfAttention(nn.MultiheadAttention):
    def __init__(self, channels, heads):
        super().__init__(channels, heads, batch_first=True)

    def reset_parameters(self):
        self._reset_parameters()

    def forward(self, x):
        places = x.flatten(2).transpose(1, 2)
        return super().forward(places, places, places, need_weights=False)[0].transpose(1, 2).reshape(x.shape)


class PositionEmbedding(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(shape))

    def reset_parameters(self):
        nn.init.normal_(self.weight, std=0.02)

    def forward(self, x):
        return x + self.weight


class MixPlaces(nn.Linear):
    def __init__(self, places, *size):
        super().__init__(places, size[0] * size[1])
        self.size = size

    def forward(self, x):
        return super().forward(x.flatten(2)).unflatten(2, self.size)


def token_net():
    """A block of ViT and one of MLP-Mixer, heads that fill no block of channels, one head of all, and more places than a chunk has queries."""
    return nn.Sequential(
        nn.Conv2d(3, 20, 2, 2), PositionEmbedding(20, 9, 9), Residual([LayerNorm2d(20), SelfAttention(20, 4)]),
        Residual([LayerNorm2d(20), nn.Conv2d(20, 36, 1), nn.GELU(), nn.Conv2d(36, 20, 1)]),
        Residual([LayerNorm2d(20), MixPlaces(81, 37, 1), nn.GELU(), MixPlaces(37, 9, 9)]), MixPlaces(81, 5, 3),
        nn.Conv2d(20, 32, 1), SelfAttention(32, 2), nn.ReLU(), nn.Conv2d(32, 9, 1), SelfAttention(9, 1), nn.Flatten(), nn.Linear(135, 10))


def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011), as Sources/Runtime/RandomStream.swift numbers it."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


class DropPath(nn.Module):
    """timm's, with the numbers of seed 1: those of Tandem."""
    def __init__(self, rate, stream):
        super().__init__()
        self.rate, self.stream, self.step = rate, stream, 0

    def forward(self, x):
        if not self.training:
            return x
        words = [philox((i // 4, self.step, self.stream, 3), (1, 0))[i % 4] for i in range(len(x))]
        self.step += 1
        kept = torch.tensor([(word >> 8) / 2 ** 24 >= self.rate for word in words], dtype=x.dtype)
        return x * (kept / (1 - self.rate)).view(-1, *[1] * (x.dim() - 1))


class Dropped(Residual):
    """A residual whose body begins with its DropPath."""
    def forward(self, x):
        return self.body[0](self.body[1:](x)) + self.shortcut(x)


def dropped_net():
    """Stochastic depth around an identity, a projection and vectors."""
    conv = lambda c, k, stride=1: nn.Conv2d(c, k, 3, stride, 1, bias=False)
    return nn.Sequential(
        nn.Conv2d(3, 18, 3, padding=1), nn.ReLU(),
        Dropped([DropPath(0.3, 0), conv(18, 18), nn.BatchNorm2d(18), nn.ReLU(), conv(18, 18), nn.BatchNorm2d(18)]), nn.ReLU(),
        Dropped([DropPath(0.5, 1), conv(18, 20, 2), nn.BatchNorm2d(20), nn.ReLU()], [nn.Conv2d(18, 20, 1, 2, bias=False), nn.BatchNorm2d(20)]),
        Dropped([DropPath(0.25, 2), nn.Conv2d(20, 20, 1), nn.ReLU()]), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        Dropped([DropPath(0.4, 3), nn.Linear(20, 20), nn.GELU()]), nn.Linear(20, 10))


def frozen(module, *names):
    """Without names, all of it."""
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(bool(names) and name not in names)
    return module


def frozen_net():
    """Layers of which nothing learns, at the beginning and between others, and layers of which only the bias does."""
    return nn.Sequential(
        frozen(nn.Conv2d(3, 18, 3, padding=1)), frozen(nn.BatchNorm2d(18)), nn.ReLU(), frozen(nn.Conv2d(18, 18, 3, padding=1, groups=18)),
        frozen(nn.PReLU(18)), frozen(nn.Conv2d(18, 20, 3, padding=1), "weight"), LayerNorm2d(20), nn.GELU(),
        Residual([frozen(nn.Conv2d(20, 20, 3, padding=1)), frozen(nn.BatchNorm2d(20), "weight"), nn.ReLU(), nn.Conv2d(20, 20, 1)]),
        frozen(nn.Conv2d(20, 24, 3, 2, groups=4), "weight"), frozen(nn.GroupNorm(4, 24)), frozen(LayerScale(24, 0.5)), nn.PReLU(),
        Concat([nn.Sequential(frozen(nn.Conv2d(24, 8, 1))), nn.Sequential(nn.Conv2d(24, 7, 1))]),
        nn.Flatten(), frozen(nn.Linear(135, 33), "weight"), nn.Tanh(), nn.Linear(33, 10))


# What learns in the first steps alone.
FROZEN_LATER = {"6.bias": 8, "8.body.3.bias": 4}


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2, as the authors' lion_pytorch.py computes it."""
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                mean = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_((mean * beta1 + p.grad * (1 - beta1)).sign(), alpha=-group["lr"])
                mean.mul_(beta2).add_(p.grad, alpha=1 - beta2)


class Muon:
    """torch.optim.Muon's formula on the matrices between the first and the last, in the precision of the weights, where that
    rounds to bfloat16; and AdamW, or another, for all else."""
    def __init__(self, net, lr=0.02, momentum=0.95, nesterov=True, steps=5, weight_decay=0.0, others=None):
        hidden = [p for p in net.parameters() if p.dim() >= 2][1:-1]
        others = others or (lambda p: torch.optim.AdamW(p, lr=3e-4, betas=(0.9, 0.95), eps=1e-10, weight_decay=0))
        self.others = others([p for p in net.parameters() if not any(p is q for q in hidden)])
        self.means = [(p, torch.zeros_like(p)) for p in hidden]
        self.settings = lr, momentum, nesterov, steps, weight_decay

    def zero_grad(self):
        self.others.zero_grad()
        for p, _ in self.means:
            p.grad = None

    @staticmethod
    def orthogonal(g, steps):
        x = g.T if g.size(0) > g.size(1) else g
        x = x / x.norm().clamp(min=1e-7)
        for _ in range(steps):
            gram = x @ x.T
            x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
        return x.T if g.size(0) > g.size(1) else x

    @torch.no_grad()
    def step(self):
        self.others.step()
        lr, momentum, nesterov, steps, weight_decay = self.settings
        for p, mean in self.means:
            mean.lerp_(p.grad, 1 - momentum)
            update = (p.grad.lerp(mean, momentum) if nesterov else mean).reshape(len(p), -1)
            scale = max(1, update.size(0) / update.size(1)) ** 0.5
            p.mul_(1 - lr * weight_decay)
            p.add_(self.orthogonal(update, steps).reshape(p.shape), alpha=-lr * scale)


def check_muon():
    """Against torch.optim.Muon, which computes in bfloat16: matrices of either form, whose singular values are no small ones."""
    for shape in [(24, 40), (40, 24)]:
        torch.manual_seed(5)
        ours, theirs = (nn.Linear(*shape[::-1], bias=False) for _ in range(2))
        theirs.load_state_dict(ours.state_dict())
        ends = [nn.Linear(1, 1, bias=False) for _ in range(2)]
        a, b = Muon(nn.Sequential(ends[0], ours, ends[1]), weight_decay=0.1), torch.optim.Muon(theirs.parameters(), lr=0.02)
        for _ in range(3):
            ours.weight.grad = torch.randn(shape)
            theirs.weight.grad = ours.weight.grad.clone()
            for p in (ends[0].weight, ends[1].weight):
                p.grad = torch.zeros_like(p)
            before = ours.weight.detach().clone()
            a.step(), b.step()
            difference = (ours.weight - theirs.weight).norm() / (ours.weight - before).norm()
            assert difference < 0.05, difference


def by_role(lr, decay, bias_rate=1.0, norm_bias_rate=1.0, weights_only=False):
    """Parameter groups: a rate for biases and for those of norms, whose decay of a step stays, and decay of weights only."""
    def groups(net):
        for module in net.modules():
            is_norm = isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d, nn.GroupNorm, nn.InstanceNorm2d))
            for name, p in module.named_parameters(recurse=False):
                rate = (norm_bias_rate if is_norm else bias_rate) if name == "bias" else 1
                yield dict(params=[p], lr=lr * rate, weight_decay=0 if weights_only and p.dim() <= 1 else decay / rate)
    return groups


def state(net):
    return {k: v.detach().clone() for k, v in net.state_dict().items() if "num_batches" not in k}


def write(name, net, size, batch, optimizer, smoothing=0.0, clip=None, steps=10, dtype=torch.float32, mixed=False, later={},
          groups=nn.Module.parameters, schedule=None, weights=None, parts=None):
    torch.manual_seed(7)
    for module in net.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    x, y = torch.randn(batch, 3, size, size), torch.randint(0, 10, (batch,))
    net, x = net.to(dtype), x.to(dtype)
    tensors = {"input": x, "labels": y.float()}
    target = y
    if mixed:
        # Of each image a share of its own label and the rest of the next one's: floats exactly.
        target = torch.zeros(batch, 10, dtype=dtype)
        for image in range(batch):
            share = (image + 3) / 16
            target[image, y[image]] += share
            target[image, y[(image + 1) % batch]] += 1 - share
        tensors["targets"] = target.clone()
    if weights:
        weights = torch.tensor(weights, dtype=dtype)
        tensors["classweights"] = weights
    tensors |= {"weight." + k: v for k, v in state(net).items()}
    optimizer = optimizer(groups(net))
    schedule = schedule and schedule(optimizer)
    losses, rates, momenta = [], [], []
    for step in range(steps):
        for tensor, parameter in net.named_parameters():
            if later.get(tensor) == step:
                parameter.requires_grad_(False)
        optimizer.zero_grad()
        logits = net(x)
        loss = F.cross_entropy(logits, target, label_smoothing=smoothing, weight=weights)
        if parts:
            # Accumulated: the same loss, part by part.
            whole = weights[target].sum() if weights is not None else batch
            for images in torch.arange(batch).split(parts):
                (F.cross_entropy(net(x[images]), target[images], label_smoothing=smoothing, weight=weights, reduction="sum") / whole).backward()
        else:
            loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        if step == 0:
            tensors["logits"] = logits.detach().clone()
            tensors |= {"gradient." + k: v.grad.clone() for k, v in net.named_parameters() if v.requires_grad}
        losses.append(loss.item())
        if schedule:
            group = optimizer.param_groups[0]
            rates.append(group["lr"])
            momenta.append(group["momentum"] if "momentum" in group else group["betas"][0])
        optimizer.step()
        if schedule:
            schedule.step()
        if step == steps - 1:
            tensors |= {"trained." + k: v for k, v in state(net).items()}
    tensors["losses"] = torch.tensor(losses)
    if schedule:
        tensors |= {"rates": torch.tensor(rates), "momenta": torch.tensor(momenta)}
    tensors["evaluated"] = net.eval()(x).detach()
    save_file({k: v.contiguous().float() for k, v in tensors.items()}, HERE / f"{name}.safetensors",
              {"torch": torch.__version__, "numpy": numpy.__version__})


def write_exact(name, net, size, batch, optimizer, **options):
    """The same computed in double precision, over thirteen steps: what it holds is right to all digits of a float."""
    write(name, net, size, batch, optimizer, steps=13, dtype=torch.float64, **options)


def write_optimizers():
    """A linear layer from zero, so that its weights are the optimizer's steps and nothing rounds them away."""
    optimizers = {
        "adam": lambda p: torch.optim.Adam(p, lr=1e-2),
        "adam-decay": lambda p: torch.optim.Adam(p, lr=3e-3, betas=(0.8, 0.99), weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1),
        "sgd": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-2),
        "rmsprop-momentum": lambda p: torch.optim.RMSprop(p, lr=5e-3, alpha=0.9, momentum=0.8),
        "rmsprop-centered": lambda p: torch.optim.RMSprop(p, lr=5e-3, alpha=0.95, eps=1e-4, weight_decay=0.1, momentum=0.8, centered=True),
        "lion": lambda p: Lion(p, lr=1e-2),
        "lion-decay": lambda p: Lion(p, lr=3e-3, betas=(0.8, 0.95), weight_decay=0.2),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    }
    torch.manual_seed(7)
    x, y = torch.randn(6, 8), torch.randint(0, 10, (6,))
    tensors = {"input": x, "labels": y.float()}
    for name, optimizer in optimizers.items():
        net = nn.Linear(8, 10, bias=False)
        nn.init.zeros_(net.weight)
        optimizer = optimizer(net.parameters())
        for step in range(1, 6):
            optimizer.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
            tensors[f"{name}.{step}"] = net.weight.detach().clone()
    save_file(tensors, HERE / "optimizers.safetensors", {"torch": torch.__version__, "numpy": numpy.__version__})


def write_activations():
    """Each function and its derivative, in float64; the values are those of ActivationTests."""
    functions = {
        "relu": F.relu, "leakyrelu": F.leaky_relu, "leakyrelu-0.3": lambda x: F.leaky_relu(x, 0.3), "gelu": F.gelu,
        "silu": F.silu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu6": F.relu6, "elu": F.elu, "elu-0.5": lambda x: F.elu(x, 0.5),
        "mish": F.mish, "hardswish": F.hardswish, "hardsigmoid": F.hardsigmoid, "softplus": F.softplus,
    }
    values = [i / 16 for i in range(-160, 160)] + [-90.0, -30.0, 30.0, 90.0] + [1.0] * 12
    tensors = {"x": torch.tensor(values)}
    for name, function in functions.items():
        x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
        y = function(x)
        y.sum().backward()
        tensors |= {f"{name}.y": y.detach().float(), f"{name}.dx": x.grad.float()}
    save_file(tensors, HERE / "activations.safetensors", {"torch": torch.__version__, "numpy": numpy.__version__})


def write_whitening():
    """Filters of `init: whiten`, in float64: eigenvectors of patches by their deviations, as `initialize` of ninetyfour.py has them."""
    torch.manual_seed(7)
    images = torch.randn(70, 3, 9, 8).cumsum(2).cumsum(3) / 8
    tensors = {"images": images}
    for kernel, dilation in [((2, 2), 1), ((3, 2), 1), ((2, 3), 2)]:
        pixels = F.unfold(images.double(), kernel, dilation=dilation)
        patches = pixels.transpose(1, 2).reshape(-1, pixels.size(1))
        values, vectors = numpy.linalg.eigh((patches.T @ patches / len(patches)).numpy())
        filters = (vectors / numpy.sqrt(values + 5e-4)).T[::-1].copy()
        tensors[f"filters.{kernel[0]}x{kernel[1]}.{dilation}"] = torch.tensor(filters).view(-1, 3, *kernel).float()
    save_file(tensors, HERE / "whitening.safetensors", {"torch": torch.__version__, "numpy": numpy.__version__})


torch.set_num_threads(1)
check_muon()
write_activations()
write_whitening()
write_optimizers()
write("convolutions-adam", conv_net(), 13, 3, lambda p: torch.optim.Adam(p, lr=1e-2))
write("vgg-sgd", vgg_like(), 8, 5, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9))
write("vgg-nesterov", vgg_like(), 8, 2, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01))
write("activations-adamw", activation_net(), 8, 4, lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1))
write("vgg-smoothed-clipped", vgg_like(), 8, 4, lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.5), smoothing=0.1, clip=0.25)
write("residual-sgd", residual_net(), 12, 6, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3))
write("grouped-adam", grouped_net(), 15, 5, lambda p: torch.optim.Adam(p, lr=2e-3))
write_exact("activations-exact", later_activation_net(), 8, 6, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3))
write_exact("norms-exact", later_norm_net(), 8, 6, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3))
write_exact("pools-exact", pool_net(), 18, 6, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3))
write("groupnorm-sgd", group_norm_net(), 10, 4, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3))
write_exact("gated-exact", gated_net(), 10, 6, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3))
write_exact("shuffled-exact", shuffled_net(), 17, 6, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3))
write_exact("dropped-exact", dropped_net(), 12, 6, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3))
write_exact("mixed-exact", vgg_like(), 8, 6, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9), smoothing=0.1, mixed=True)
WEIGHTS = [0.5, 2, 1, 0.25, 3, 1, 1.5, 0.75, 1, 4]
write_exact("weighted-exact", vgg_like(), 8, 6, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9), weights=WEIGHTS)
write_exact("weighted-smoothed-exact", activation_net(), 8, 6, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9), smoothing=0.1,
            weights=WEIGHTS)
write_exact("accumulated-clipped-exact", group_norm_net(), 10, 11, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9), smoothing=0.1,
            clip=0.25, weights=WEIGHTS, parts=3)
write_exact("frozen-clipped-exact", frozen_net(), 8, 6, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3),
            smoothing=0.1, clip=0.25, later=FROZEN_LATER)
write_exact("frozen-adamw-exact", frozen_net(), 8, 6, lambda p: torch.optim.AdamW(p, lr=2e-3, weight_decay=0.1), later=FROZEN_LATER)
write_exact("roles-sgd-exact", gated_net(), 10, 6, lambda p: torch.optim.SGD(p, momentum=0.9),
            groups=by_role(0.02, 0.02, bias_rate=2, norm_bias_rate=8, weights_only=True))
write_exact("roles-adamw-exact", grouped_net(), 15, 5, torch.optim.AdamW, groups=by_role(2e-3, 0.2, norm_bias_rate=16))
write_exact("tokens-exact", token_net(), 18, 6, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3))
write_exact("lion-exact", grouped_net(), 15, 5, lambda p: Lion(p, lr=1e-3, weight_decay=0.1))
write_exact("muon-exact", grouped_net(), 15, 5, lambda net: Muon(net, lr=0.01), groups=lambda net: net)
write_exact("muon-others-exact", residual_net(), 12, 6,
            lambda net: Muon(net, lr=0.01, momentum=0.6, nesterov=False, steps=3, weight_decay=0.1,
                             others=lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9)), groups=lambda net: net)
cycle = lambda o: torch.optim.lr_scheduler.OneCycleLR(o, max_lr=o.param_groups[0]["lr"], total_steps=13)
write_exact("onecycle-sgd-exact", vgg_like(), 8, 5, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True), schedule=cycle)
write_exact("onecycle-adam-exact", vgg_like(), 8, 5, lambda p: torch.optim.AdamW(p, lr=5e-3, weight_decay=0.1), schedule=cycle)
