// How far a training is, as other processes are told it: in the messages of a worker, and in its claim.

import Libraries

extension TrainingProgress {
    public var json: JSON {
        [
            "epoch": .integer(epoch), "epochs": .integer(epochs), "batches": .integer(batches),
            "ofbatches": .integer(batchesPerEpoch), "images": .integer(images), "ofimages": .integer(imagesPerEpoch),
            "loss": .number(loss), "accuracy": .number(accuracy), "speed": .number(imagesPerSecond),
            "left": .number(secondsLeft),
        ]
    }

    public init?(_ json: JSON) {
        func count(_ key: String) -> Int? { json[key]?.integer.flatMap { 0...1 << 30 ~= $0 ? $0 : nil } }
        guard let epoch = count("epoch"), let epochs = count("epochs"), let batches = count("batches"),
            let ofBatches = count("ofbatches"), let images = count("images"), let ofImages = count("ofimages")
        else { return nil }
        // JSON has no NaN.
        func number(_ key: String) -> Double { json[key]?.number ?? .nan }
        self.init(
            epoch: epoch, epochs: epochs, batches: batches, batchesPerEpoch: ofBatches, images: images,
            imagesPerEpoch: ofImages, loss: number("loss"), accuracy: number("accuracy"),
            imagesPerSecond: number("speed"), secondsLeft: number("left"))
    }
}
