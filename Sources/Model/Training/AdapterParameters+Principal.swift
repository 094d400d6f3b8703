import Diagnostics
import Glibc
import LinearAlgebra
import ModelFiles
import Models
import Platform
import Tensors

extension AdapterParameters {
  /// What PiSSA begins with: of each adapted weight `W ≈ U S Vᵀ` the largest directions, `A = √(S/s) Vᵀ` and
  /// `B = U √(S/s)`, and behind them A again and −B, which training leaves as they are (`AdapterConfiguration.trained`).
  /// - Parameter threads: weights that are factored at once; they change no bit.
  /// - Throws: `Diagnostic` (`missing-library`, `bad-matrix` when a rank is above a weight's sizes), `CancellationError`.
  init(
    principal configuration: AdapterConfiguration, model: TransformerModel, threads: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    let trained = configuration.trained
    let layout = AdapterLayout(trained, for: model.configuration)
    let values = FloatBuffer(count: layout.parameterCount)
    _ = try parallelMap(layout.pairs.count, threads: threads) { index throws(Diagnostic) in
      if isCancelled() { return }
      let pair = layout.pairs[index]
      do {
        let weight = try model.source.tensor("model.layers.\(pair.layer).\(pair.projection.module).weight").floats()
        let found = try PrincipalDirections(
          weight, rows: pair.outputs, columns: pair.inputs, count: pair.rank / 2)
        // Each pair has stretches of its own.
        Self.fill(values.pointer, pair, found)
      } catch {
        let cause = error as? Diagnostic
        throw Diagnostic(
          code: cause?.code ?? "no-factorization", "\(pair.modulePath): \(cause?.message ?? "\(error)")",
          remedy: cause?.remedy)
      }
    }
    if isCancelled() { throw CancellationError() }
    self.init(configuration: trained, model: model.configuration, values: values)
  }

  private static func fill(
    _ values: UnsafeMutablePointer<Float>, _ pair: AdapterLayout.Pair, _ found: PrincipalDirections
  ) {
    let half = pair.rank / 2
    for (direction, value) in found.values.enumerated() {
      let root = (value / Double(abs(pair.scale))).squareRoot()
      let a = values + pair.offsetA + direction * pair.inputs
      for column in 0..<pair.inputs {
        a[column] = Float(found.right[direction * pair.inputs + column] * root)
        a[half * pair.inputs + column] = a[column]
      }
      let b = values + pair.offsetB + direction * pair.outputs
      for row in 0..<pair.outputs {
        b[row] = Float(found.left[direction * pair.outputs + row] * root)
        b[half * pair.outputs + row] = -b[row]
      }
    }
  }
}

/// The halves of an adapter's pairs that training leaves as they are.
struct FrozenHalves {
  private let ranges: [Range<Int>]
  private let values: FloatBuffer

  /// - Parameter parameters: from which training starts or continues.
  init(_ layout: AdapterLayout, _ initialization: AdapterInitialization, _ parameters: FloatBuffer) {
    ranges = initialization == .pissa ? layout.pairs.flatMap(Self.second) : []
    values = FloatBuffer(count: ranges.isEmpty ? 0 : parameters.count)
    if !ranges.isEmpty { values.copy(from: parameters) }
  }

  private static func second(_ pair: AdapterLayout.Pair) -> [Range<Int>] {
    let half = pair.rank / 2
    return [
      pair.offsetA + half * pair.inputs..<pair.offsetA + pair.rank * pair.inputs,
      pair.offsetB + half * pair.outputs..<pair.offsetB + pair.rank * pair.outputs,
    ]
  }

  /// Their gradient counts neither for the norm nor for the update.
  func clear(_ gradient: FloatBuffer) {
    for range in ranges { (gradient.pointer + range.lowerBound).update(repeating: 0, count: range.count) }
  }

  /// Undoes what weight decay did to them.
  func restore(_ parameters: FloatBuffer) {
    for range in ranges {
      (parameters.pointer + range.lowerBound).update(from: values.pointer + range.lowerBound, count: range.count)
    }
  }
}

extension AdapterConfiguration {
  /// Floating-point operations that its initialization takes, by what the products of the same sizes take.
  func initializationFlops(_ model: ModelConfiguration) -> Double {
    guard initialization == .pissa else { return 0 }
    return AdapterLayout(trained, for: model).pairs.reduce(0) { sum, pair in
      let (large, small) = (Double(max(pair.inputs, pair.outputs)), Double(min(pair.inputs, pair.outputs)))
      // The squared matrix, and its eigenvectors, whose reduction is bound by memory. f64 runs at half of f32's rate.
      return sum + 2 * (large * small * small + 10 * small * small * small)
    }
  }
}
