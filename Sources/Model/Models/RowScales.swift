import ModelFiles
import Synchronization
public import Tensors

/// DoRA's factors of the rows of every adapted weight, which change with the adapter: c = m / ‖W + s·B·A‖, by which the
/// row's output is multiplied, and c / m, by which its magnitude's gradient is.
///
/// The length of a row w of W, with b its row of B, follows from small products, so W + s·B·A is never formed:
///
///     ‖w + s·b·A‖² = ‖w‖² + 2s · b·(A w) + s² · b·(A Aᵀ)·bᵀ
///
/// ‖w‖² is measured once. An update costs one product A Wᵀ, as much as `rank` tokens of a forward pass. Where the sum
/// cancels, as in a row that the update all but undoes, the row is formed and measured after all.
///
/// `@unchecked Sendable`: `values` is written by `update` alone, whose caller lets no pass run meanwhile; the rest is
/// constant.
public final class RowScales: @unchecked Sendable {
  private let model: TransformerModel
  private let layout: AdapterLayout
  private let kernels: Kernels
  /// ‖w‖² of each row, in the order of the layout's scales.
  private let squares: [Double]
  /// c of each row; then c / m of each.
  public let values: FloatBuffer

  /// Sums below this share of their parts have lost digits that count.
  private static let cancelled = 1e-3

  /// Measures the rows of all weights that have magnitudes.
  public init(model: TransformerModel, layout: AdapterLayout, workers: Int = 1, kernels: Kernels = .best) {
    self.model = model
    self.layout = layout
    self.kernels = kernels
    values = FloatBuffer(count: 2 * layout.scaleCount)
    let pairs = layout.pairs
    let found = Mutex([Double](repeating: 0, count: layout.scaleCount))
    Self.each(pairs.count, workers) { index in
      let pair = pairs[index]
      let row = FloatBuffer(count: pair.inputs)
      let squares = (0..<pair.outputs).map { output in
        kernels.widenRow(output, of: model.layers[pair.layer].weights[pair.index], into: row.pointer)
        return kernels.squareSum(count: pair.inputs, row.pointer)
      }
      found.withLock { $0.replaceSubrange(pair.firstScale..<pair.firstScale + pair.outputs, with: squares) }
    }
    squares = found.withLock { $0 }
  }

  /// Bytes of the factors and of what an update works in.
  public static func byteCount(_ layout: AdapterLayout, workers: Int, kernels: Kernels = .best) -> Int {
    guard layout.hasMagnitudes else { return 0 }
    let scratch = layout.pairs.reduce(0) { max($0, scratchCount($1, kernels)) }
    return 16 * layout.scaleCount + 4 * scratch * workers
  }

  /// Operations of an update.
  public static func flops(_ layout: AdapterLayout) -> Double {
    guard layout.hasMagnitudes else { return 0 }
    return layout.pairs.reduce(0) { $0 + 2 * Double($1.rank) * Double($1.inputs) * Double($1.outputs) }
  }

  /// Writes the magnitudes at which an adapter whose B is 0 changes nothing.
  func fillMagnitudes(_ parameters: MutableFloatPointer) {
    for pair in layout.pairs {
      guard let offset = pair.offsetMagnitude else { continue }
      for row in 0..<pair.outputs {
        parameters[offset + row] = Float(squares[pair.firstScale + row].squareRoot())
      }
    }
  }

  /// Computes all factors for these parameters; which worker computes which pair changes no bit.
  public func update(_ parameters: FloatPointer, workers: Int = 1) {
    let adapter = Adapter(parameters: parameters)
    let pairs = layout.pairs
    Self.each(pairs.count, workers) { [self] index in update(pairs[index], adapter.parameters) }
  }

  /// Lets workers read the adapter.
  ///
  /// `@unchecked Sendable`: nothing writes the parameters while an update runs.
  private struct Adapter: @unchecked Sendable { let parameters: FloatPointer }

  private static func each(_ count: Int, _ workers: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let next = Atomic(0)
    runWorkers(min(max(workers, 1), max(count, 1))) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }

  private static func scratchCount(_ pair: AdapterLayout.Pair, _ kernels: Kernels) -> Int {
    kernels.packedSize(rows: pair.rank, inner: pair.inputs) + pair.rank * (pair.outputs + pair.rank)
      + kernels.productScratch + pair.inputs + 64
  }

  private func update(_ pair: AdapterLayout.Pair, _ parameters: FloatPointer) {
    guard let offsetMagnitude = pair.offsetMagnitude else { return }
    let (rank, inputs, outputs) = (pair.rank, pair.inputs, pair.outputs)
    let weight = model.layers[pair.layer].weights[pair.index]
    let a = parameters + pair.offsetA
    let b = parameters + pair.offsetB
    let packed = FloatBuffer(count: kernels.packedSize(rows: rank, inner: inputs))
    let scratch = FloatBuffer(count: kernels.productScratch)
    // A Wᵀ [rank, outputs] and A Aᵀ [rank, rank].
    let crossed = FloatBuffer(count: rank * outputs)
    let gram = FloatBuffer(count: rank * rank)
    kernels.packRows(a, rows: rank, inner: inputs, stride: inputs, into: packed.pointer)
    kernels.productTransposed(
      rows: rank, packed: packed.pointer, weight, into: crossed.pointer, stride: outputs, scratch: scratch.pointer)
    kernels.productTransposed(
      rows: rank, packed: packed.pointer, MatrixView(floats: a, rows: rank, columns: inputs), into: gram.pointer,
      stride: rank, scratch: scratch.pointer)
    let scale = Double(pair.scale)
    let row = FloatBuffer(count: inputs)
    for output in 0..<outputs {
      var cross = 0.0
      var own = 0.0
      for r in 0..<rank {
        let weight = Double(b[r * outputs + output])
        cross += weight * Double(crossed.pointer[r * outputs + output])
        var sum = 0.0
        for other in 0..<rank { sum += Double(gram.pointer[r * rank + other]) * Double(b[other * outputs + output]) }
        own += weight * sum
      }
      let square = squares[pair.firstScale + output]
      let update = scale * scale * own
      var length = square + 2 * scale * cross + update
      if !(length > Self.cancelled * (square + update)) {
        length = formedSquare(output, weight, pair, parameters, row.pointer)
      }
      // A row of zeros has no direction; it stays 0.
      let inverse = length == 0 ? 0 : 1 / length.squareRoot()
      let place = pair.firstScale + output
      values.pointer[place] = Float(Double(parameters[offsetMagnitude + output]) * inverse)
      values.pointer[layout.scaleCount + place] = Float(inverse)
    }
  }

  /// ‖w + s·b·A‖² of a row, formed.
  private func formedSquare(
    _ output: Int, _ weight: MatrixView, _ pair: AdapterLayout.Pair, _ parameters: FloatPointer,
    _ row: MutableFloatPointer
  ) -> Double {
    kernels.widenRow(output, of: weight, into: row)
    for r in 0..<pair.rank {
      let factor = pair.scale * parameters[pair.offsetB + r * pair.outputs + output]
      let a = parameters + pair.offsetA + r * pair.inputs
      for column in 0..<pair.inputs { row[column] += factor * a[column] }
    }
    return (0..<pair.inputs).reduce(0) { $0 + Double(row[$1]) * Double(row[$1]) }
  }
}
