public import ModelFiles
import Platform
import Synchronization
public import Tensors

/// How fast this machine is, measured with all workers at work.
public struct WorkerRate: Sendable, Hashable {
  /// Floating-point operations per second of one worker, with whatever else runs at the moment.
  public var present: Double
  /// The same by the processor time that the worker had: what it would reach with the machine to itself.
  public var alone: Double

  /// Measures products of a model's shape, about a quarter of a second long.
  public static func measured(_ model: ModelConfiguration, workers: Int, kernels: Kernels = .best) -> WorkerRate {
    let inner = min(model.hiddenSize, 2048)
    let columns = min(model.intermediateSize, 2048)
    let count = max(workers, 1)
    let rates = Mutex<[WorkerRate]>([])
    Thread.each(count) { _ in
      let rate = one(inner: inner, columns: columns, kernels)
      rates.withLock { $0.append(rate) }
    }
    let all = rates.withLock { $0 }
    let sum = all.reduce((present: 0.0, alone: 0.0)) { ($0.present + $1.present, $0.alone + $1.alone) }
    return WorkerRate(present: sum.present / Double(count), alone: sum.alone / Double(count))
  }

  private static func one(inner: Int, columns: Int, _ kernels: Kernels) -> WorkerRate {
    let rows = 252
    let x = FloatBuffer(count: rows * inner)
    let w = FloatBuffer(count: columns * inner)
    let y = FloatBuffer(count: rows * columns)
    let packed = FloatBuffer(count: kernels.packedSize(rows: rows, inner: inner))
    let scratch = FloatBuffer(count: kernels.productScratch)
    let matrix = MatrixView(floats: w.pointer, rows: columns, columns: inner)
    func once() {
      kernels.packRows(x.pointer, rows: rows, inner: inner, stride: inner, into: packed.pointer)
      kernels.productTransposed(
        rows: rows, packed: packed.pointer, matrix, into: y.pointer, stride: columns, scratch: scratch.pointer)
    }
    once()
    let begun = SystemClock.monotonic()
    let begunOwn = SystemClock.thread()
    var done = 0.0
    repeat {
      once()
      done += 2 * Double(rows) * Double(inner) * Double(columns)
    } while SystemClock.monotonic() - begun < 0.25
    return WorkerRate(
      present: done / max(SystemClock.monotonic() - begun, 1e-9),
      alone: done / max(SystemClock.thread() - begunOwn, 1e-9))
  }
}
