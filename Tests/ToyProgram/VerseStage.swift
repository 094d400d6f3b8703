import JSON
import PipelineEngine
import Platform
import Recipes

/// Writes a verse: a kind of stage with parameters, metrics and a product, to show that this file is all that it takes.
struct VerseStage: Stage {
  enum Mood: String, ParameterChoice {
    case merry, gloomy

    static var foreignWords: [String: Mood] { ["happy": .merry] }
  }

  struct Parameters: ParameterSet {
    var mood = Mood.merry
    var lines = 4
    var title: String?

    static let fields: [Field<Parameters>] = [
      Field("mood", \.mood, help: "What it sounds like.", aliases: ["tone"]),
      Field("lines", \.lines, .integer(2...VerseStage.longest), help: "How many lines it has.", aliases: ["num_lines"]),
      Field("title", \.title, help: "Stands on top; nothing unless given."),
    ]
  }

  static let kind = StageKind(
    "verse", version: 1, summary: "Writes a verse.", parameters: Parameters.self, output: .files,
    metrics: [
      MetricSpec("lines", headline: true, help: "Lines written."),
      MetricSpec(
        "rhyming", better: .higher, unit: .share, headline: true, help: "The share of lines that rhyme."),
      MetricSpec("sighs", better: .lower, help: "How often it sighs."),
    ],
    product: ProductSpec("verse", next: ["cache pin {}"]))

  /// As many lines as a stage can have take a night, before anybody has started it.
  static let longest = 20

  let parameters: Parameters

  init(_ parameters: Parameters) { self.parameters = parameters }

  func run(_ context: any StageContext) async throws {
    var text = (0..<parameters.lines).map { "line \($0 + 1), \(parameters.mood.rawValue)\n" }
    if let title = parameters.title { text.insert(title + "\n", at: 0) }
    try FileSystem.replace(context.outputDirectory + "/verse.txt", with: Array(text.joined().utf8))
    // Of an odd number the last line has nothing to rhyme with.
    let rhyming = Double(parameters.lines / 2 * 2) / Double(parameters.lines)
    context.emit(.metric(name: "lines", value: .integer(Int64(parameters.lines))))
    context.emit(.metric(name: "rhyming", value: .number(rhyming)))
    context.emit(.metric(name: "sighs", value: .integer(parameters.mood == .gloomy ? 3 : 0)))
  }
}

extension VerseStage: EstimatingStage {
  func estimate(_ context: EstimateContext) -> StageEstimate {
    let seconds = parameters.lines == Self.longest ? 8 * 3600 : 0.01
    return StageEstimate(seconds: seconds, secondsAlone: seconds)
  }
}
