import Artifacts
import JSON
import PipelineEngine
import Recipes
import RunHistory

/// A stage's final figures as people read them, by what its kind declares.
struct MetricText {
  /// `nil` for a kind that this program does not have.
  private let kind: StageKind?

  init(kind: String) { self.kind = Lorapipe.catalog.kind(kind) }

  /// The figures of a finished stage that a person wants to see first.
  static func headlines(_ result: StageResult) -> String {
    result.record.map { MetricText(kind: result.kind).headlines($0.metrics) } ?? ""
  }

  func headlines(_ recorded: JSONObject) -> String {
    let metrics = current(recorded)
    return (kind?.metrics ?? []).filter(\.isHeadline).compactMap { metric in
      metrics[metric.name].map { "\(metric.name) \(text(metric.name, $0))" }
    }.joined(separator: "  ")
  }

  /// Recorded metrics under the names they have today.
  func current(_ recorded: JSONObject) -> JSONObject { kind?.currentMetrics(recorded) ?? recorded }

  func text(_ name: String, _ value: JSONValue) -> String {
    switch (kind?.metric(name)?.unit, value) {
    case (.bytes?, _): if let bytes = value.intValue { return Quantity.bytes(UInt64(clamping: bytes)) }
    case (.share?, _): if let share = value.doubleValue { return Quantity.fixed(share * 100, 1) + " %" }
    case (.seconds?, _): if let seconds = value.doubleValue { return Quantity.duration(seconds) }
    default: break
    }
    switch value {
    case .integer(let count): return Quantity.count(Int(clamping: count))
    case .number(let number): return Quantity.figure(number)
    default: return value.stringValue ?? value.text()
    }
  }
}

extension StageEntry {
  /// What a recorded stage made for people; `nil` when it made nothing for them, or is of a kind this program lacks.
  var product: ArtifactKind? { Lorapipe.catalog.kind(kind).flatMap { $0.product == nil ? nil : $0.output } }

  /// Whether stages of its kind make a service, whatever became of this one.
  var makesService: Bool { Lorapipe.catalog.kind(kind)?.output == .service }

  /// Whether it made something to talk to.
  var isForUse: Bool { product.map(ArtifactKind.forUse.contains) ?? false }
}
