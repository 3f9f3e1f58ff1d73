// Programs that words of looking are shown with: each runs in a moment.

enum LookingExample {
    static let model = "model Net { input 3x32x32; conv 8; relu; flatten; linear 10 }\n"
    static let run = model + "let data = take(synthetic(), 64, test: 32)\nlet a = train Net, on: data, epochs: 1\n"
}
