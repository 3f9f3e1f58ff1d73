"""PyTorch's speed on the experiment's network, its fastest way on a CPU: channels-last, fused Adam. Prints one JSON line for
training and one for inference. Called by compare-pytorch."""
import argparse, json, statistics, time
import torch, torch.nn as nn, torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, required=True)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--steps", type=int, required=True)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)

layers, channels = [], 3
for width, depth in [(64, 2), (128, 3), (256, 3), (512, 3)]:
    for _ in range(depth):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
        channels = width
    layers.append(nn.MaxPool2d(2))
layers += [nn.Flatten(), nn.Linear(2048, 4096), nn.ReLU(inplace=True), nn.Linear(4096, 4096), nn.ReLU(inplace=True),
           nn.Dropout(0.2), nn.Linear(4096, 10)]
network = nn.Sequential(*layers).to(memory_format=torch.channels_last)
images = torch.randn(options.batch, 3, 32, 32).to(memory_format=torch.channels_last)
labels = torch.randint(0, 10, (options.batch,))
optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, fused=True)


def train():
    optimizer.zero_grad(set_to_none=True)
    F.cross_entropy(network(images), labels).backward()
    optimizer.step()


def infer():
    with torch.inference_mode():
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
    print(json.dumps({"what": what, "ms": round(median * 1000, 2), "images_per_s": round(options.batch / median, 1)}))
