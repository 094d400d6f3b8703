import Diagnostics
import PipelineEngine
import Recipes
import Training

// What is worth a look before a training of hours: values with which it is likely to have been in vain.

extension SFTStage: CautiousStage {
  /// Ten times what adapters are trained with, and a hundredth of it.
  private static let plausibleRates = 1e-6...0.01

  func cautions(named name: String, inputs: [InputReference]) -> [Diagnostic] {
    let rate = configuration.learningRate
    guard !Self.plausibleRates.contains(rate) else { return [] }
    let written = Int(exactly: rate).map { "\($0)" } ?? "\(rate)"
    let message =
      rate > Self.plausibleRates.upperBound
      ? "'\(name)' has a learning_rate of \(written), with which the loss is likely to rise"
      : "'\(name)' has a learning_rate of \(written), with which hardly anything is learned"
    return [
      Diagnostic(
        .warning, code: "learning-rate", message, remedy: "1e-4 to 1e-3 is usual for an adapter",
        location: SourceLocation(file: "learning_rate"))
    ]
  }

  /// What a plan says: the same without places, and what only the number of updates shows.
  func cautions(_ name: String, steps: Int?) -> [Diagnostic] {
    var found = cautions(named: name, inputs: [])
    for index in found.indices { found[index].location = nil }
    // The first update of a warm-up has the rate 0, as in transformers.
    if let steps, steps > 0, (0..<steps).allSatisfy({ configuration.schedule.factor(step: $0, total: steps) == 0 }) {
      found.append(
        Diagnostic(
          .warning, code: "no-learning",
          "'\(name)' has only \(steps == 1 ? "one update" : "\(steps) updates"), which the warm-up gives the learning rate 0: nothing would be learned",
          remedy: "more rows or epochs, a smaller batch_size, or schedule: { warmup_ratio: 0 }"))
    }
    return found
  }
}
