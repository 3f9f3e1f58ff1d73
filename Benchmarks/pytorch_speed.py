"""PyTorch's speed on the networks of `tandem bench`, its fastest way on a CPU: channels-last, fused Adam. Prints one JSON line for
training and one for inference, like `tandem bench --json`. Called by compare-pytorch."""
import argparse, json, resource, statistics, time
import torch, torch.nn as nn, torch.nn.functional as F


def stages(*stages):
    layers, channels = [], 3
    for width, depth in stages:
        for _ in range(depth):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
            channels = width
        layers.append(nn.MaxPool2d(2))
    return layers


def student():
    return nn.Sequential(
        *stages((64, 2), (128, 3), (256, 3), (512, 3)), nn.Flatten(), nn.Linear(2048, 4096), nn.ReLU(inplace=True),
        nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(0.2), nn.Linear(4096, 10))


def vgg16():
    return nn.Sequential(
        *stages((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)), nn.AdaptiveAvgPool2d(7), nn.Flatten(),
        nn.Linear(25088, 4096), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(inplace=True),
        nn.Dropout(), nn.Linear(4096, 1000))


def normalized(channels, width, kernel=3, stride=1, groups=1):
    return [nn.Conv2d(channels, width, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(width)]


class Residual(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.body = nn.Sequential(*normalized(channels, width, 3, stride), nn.ReLU(inplace=True), *normalized(width, width))
        self.shortcut = nn.Sequential(*(normalized(channels, width, 1, stride) if stride > 1 or channels != width else []))

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


def resnet18():
    layers, channels = normalized(3, 64) + [nn.ReLU(inplace=True)], 64
    for width, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        layers += [Residual(channels, width, stride), Residual(width, width, 1)]
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def mobilenet():
    layers, channels = normalized(3, 32) + [nn.ReLU(inplace=True)], 32
    for width, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]:
        layers += normalized(channels, channels, 3, stride, channels) + [nn.ReLU(inplace=True)]
        layers += normalized(channels, width, 1) + [nn.ReLU(inplace=True)]
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 10))


class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


def ninetyfour():
    """Jordan 2024: the first convolution's filters are fixed, the norms have no scale."""
    layers, channels = [nn.Conv2d(3, 24, 2), nn.GELU()], 24
    layers[0].weight.requires_grad = False
    for width in (64, 256, 256):
        for pools in (True, False):
            layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False)] + [nn.MaxPool2d(2)] * pools
            layers += [nn.BatchNorm2d(width, eps=1e-12, momentum=0.4), nn.GELU()]
            layers[-2].weight.requires_grad = False
            channels = width
    return nn.Sequential(*layers, nn.MaxPool2d(3), nn.Flatten(), nn.Linear(256, 10, bias=False), Scale(1 / 9))


# How each is built, the size of its images, its classes.
NETWORKS = {"experiment": (student, 32, 10), "resnet18": (resnet18, 32, 10), "mobilenet": (mobilenet, 32, 10),
            "ninetyfour": (ninetyfour, 32, 10),
            "vgg16-64": (vgg16, 64, 1000), "vgg16-224": (vgg16, 224, 1000)}

parser = argparse.ArgumentParser()
parser.add_argument("--network", choices=NETWORKS, default="experiment")
parser.add_argument("--precision", choices=("float32", "mixed"), default="float32")
parser.add_argument("--threads", type=int, required=True)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--steps", type=int, required=True)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)

resident = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
start_resident = resident()
build, size, classes = NETWORKS[options.network]
network = build().to(memory_format=torch.channels_last)
images = torch.randn(options.batch, 3, size, size).to(memory_format=torch.channels_last)
labels = torch.randint(0, classes, (options.batch,))
optimizer = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=1e-4, fused=True)


def cast():
    return torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "mixed")


def train():
    optimizer.zero_grad(set_to_none=True)
    with cast():
        loss = F.cross_entropy(network(images), labels)
    loss.backward()
    optimizer.step()


def infer():
    with torch.inference_mode(), cast():
        network(images)


for what, step in (("train", train), ("infer", infer)):
    network.train(what == "train")
    times = []
    for number in range(options.steps + 3):  # three to warm up
        start = time.perf_counter()
        step()
        if number >= 3:
            times.append(time.perf_counter() - start)
    median = statistics.median(times)
    if what == "train":
        used = resident() - start_resident
    print(json.dumps({"what": what, "network": options.network, "precision": options.precision, "threads": options.threads,
                      "batch": options.batch, "ms": round(median * 1000, 2),
                      "images_per_s": round(options.batch / median, 1), "rss_mb": round(used, 1)}))
