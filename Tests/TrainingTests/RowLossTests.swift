import ModelFiles
import Models
import Testing
import Training

/// The losses of single rows that a training leaves.
@Suite struct RowLossTests {
  private let rows = GoldenTraining.randomRows(23, seed: 5)

  private func configuration(_ golden: GoldenTraining, rate: Double, epochs: Double) -> TrainingConfiguration {
    TrainingConfiguration(
      adapter: golden.adapter.configuration, learningRate: rate, batchSize: 4, gradientAccumulation: 1, epochs: epochs,
      packTokens: 64)
  }

  private func train(
    _ golden: GoldenTraining, _ configuration: TrainingConfiguration, observer: (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingResult {
    try Trainer(model: golden.model, rows: rows, configuration: configuration, initialAdapter: golden.adapter)
      .run(observer: observer)
  }

  /// The measurement packs rows otherwise and shares no prefix. The rate is too small to change a weight.
  @Test func aRowsLossIsThatOfTheModelThatSawIt() throws {
    let golden = try GoldenTraining("llama-tied")
    let found = try train(golden, configuration(golden, rate: 1e-30, epochs: 1)).rowLosses
    let measured = try #require(try Evaluation.run(model: golden.model, adapter: golden.adapter, rows: rows))
    #expect(found.count == rows.count)
    for (loss, row) in zip(found, measured.rows) {
      let loss = try #require(loss)
      #expect(abs(Double(loss) - row.loss) < 1e-4 * max(1, row.loss))
    }
  }

  /// Their mean over the labels of a window is the loss of its update.
  @Test func theLossIsOfTheLastTimeTheRowWasSeen() throws {
    let golden = try GoldenTraining("llama-tied")
    let configuration = configuration(golden, rate: 5e-3, epochs: 2)
    var steps: [Double] = []
    let result = try train(golden, configuration) { if case .step(let step) = $0 { steps.append(step.loss) } }
    let windows = configuration.windows(rows: rows.count)
    #expect(windows.count == 12 && steps.count == 12)
    for (window, loss) in zip(windows, steps).suffix(6) {
      let labels = window.map { Double(rows[$0].labelCount) }
      let sum = try zip(window, labels).reduce(0) { $0 + Double(try #require(result.rowLosses[$1.0])) * $1.1 }
      #expect(abs(sum / labels.reduce(0, +) - loss) < 1e-5)
    }
  }

  @Test func aRowThatWasNotSeenHasNone() throws {
    let golden = try GoldenTraining("llama-tied")
    var configuration = configuration(golden, rate: 1e-3, epochs: 1)
    configuration.maximumSteps = 2
    let losses = try train(golden, configuration).rowLosses
    let seen = Set(configuration.windows(rows: rows.count).prefix(2).joined())
    #expect(seen.count == 8)
    for index in rows.indices { #expect((losses[index] != nil) == seen.contains(index)) }
  }
}
