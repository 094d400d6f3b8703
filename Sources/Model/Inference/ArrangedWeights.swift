import CKernels
import Diagnostics
import Glibc
public import ModelFiles
import Platform
import Synchronization

/// Where the matrices that generation multiplies lie in a file of their own, with 16 rows side by side
/// (`lp_arrange_group`): the same bits of information in the same number of bytes, in the order in which the kernels of few
/// rows read them. Products give the same bits as from the model's own file.
///
///     bytes  0          64
///            +----------+--------------------------------+----
///            | header   | matrix: groups of 16 rows, the | …    each matrix begins at a multiple of 64
///            |          | last filled up with zero rows  |
///            +----------+--------------------------------+----
///
/// The header is the SHA-256 of this description, in hexadecimal digits: so a file of another model, or of another version,
/// is not read.
public struct ArrangedLayout: Sendable {
  /// The file in its folder.
  public static let fileName = "weights.arranged"
  /// Changes whenever other bytes are written for the same model.
  public static let version = Int(LP_ARRANGED_VERSION)

  struct Matrix: Sendable {
    let view: TensorView
    let type: Int32
    let offset: Int
    var groupCount: Int { (view.rowCount + 15) / 16 }
    var groupBytes: Int { 16 * view.rowByteCount }
  }

  /// Each matrix once, also when two products read it.
  let matrices: [Matrix]
  /// Bytes of the whole file.
  public let byteCount: Int
  private let header: [UInt8]

  /// The layout of a model's q4_k and q6_k matrices.
  /// - Throws: `Diagnostic` when a matrix is missing, or when the model is too large to be laid out.
  public init(_ source: ModelSource) throws {
    var matrices: [Matrix] = []
    var known: Set<UnsafeRawPointer> = []
    var end = Self.headerBytes
    var description = SHA256()
    description.update("lorapipe-arranged-\(Self.version)\n")
    for view in try InferenceModel.multipliedMatrices(of: source) {
      guard let type = view.dtype.weightType, lp_can_arrange(type) != 0, known.insert(view.baseAddress).inserted else {
        continue
      }
      let matrix = Matrix(view: view, type: type, offset: end)
      let (bytes, isTooLarge) = matrix.groupCount.multipliedReportingOverflow(by: matrix.groupBytes)
      let (next, isTooFar) = end.addingReportingOverflow(bytes)
      guard !isTooLarge, !isTooFar, next <= .max - 64 else {
        throw Diagnostic(code: "unsupported-model", "the weights are too large to be laid out")
      }
      description.update("\(view.name) \(view.rowCount) \(view.columnCount) \(type) \(end)\n")
      matrices.append(matrix)
      end = (next + 63) / 64 * 64
    }
    self.matrices = matrices
    byteCount = end
    header = Array(description.finish().hex.utf8.prefix(Self.headerBytes))
  }

  private static let headerBytes = 64

  /// Whether no matrix of the model is of a type that can be laid out.
  public var isEmpty: Bool { matrices.isEmpty }

  /// Whether the kernels in use are faster with it. Measured with AVX2 only, so elsewhere models are read as they are stored.
  public static var isFaster: Bool { InferenceKernels.bestName == "avx2" }

  // MARK: The file

  /// Writes the file into a folder where it is not yet.
  /// - Throws: `Diagnostic` (`disk-full` and other failures of the system).
  public func write(to folder: String, threads: Int) throws {
    let path = folder + "/" + Self.fileName
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemFailure("write", path: path) }
    defer { close(descriptor) }
    try FileSystem.writeAll(descriptor, header, path: path)
    let failed = Mutex<Diagnostic?>(nil)
    let team = ThreadTeam(count: threads)
    team.run { member in
      for matrix in matrices {
        do throws(Diagnostic) {
          try write(matrix, part: member, of: team.count, to: descriptor, path: path)
        } catch {
          failed.withLock { $0 = $0 ?? error }
        }
        if failed.withLock({ $0 != nil }) { return }
      }
    }
    if let failure = failed.withLock({ $0 }) { throw failure }
    guard ftruncate(descriptor, byteCount) == 0 else { throw systemFailure("write", path: path) }
    // Their rows were read for this once.
    for matrix in matrices { matrix.view.memory.letGo() }
  }

  /// Every `parts`-th run of groups.
  private func write(
    _ matrix: Matrix, part: Int, of parts: Int, to descriptor: Int32, path: String
  ) throws(Diagnostic) {
    let (groups, bytes) = (matrix.groupCount, matrix.groupBytes)
    guard groups > 0, bytes > 0 else { return }
    let run = max(1, min(groups, (1 << 20) / bytes))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: run * bytes, alignment: 64)
    defer { buffer.deallocate() }
    guard let to = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    let base = matrix.view.baseAddress.assumingMemoryBound(to: UInt8.self)
    for first in stride(from: part * run, to: groups, by: parts * run) {
      let count = min(run, groups - first)
      for group in first..<first + count {
        let rows = (0..<16).map { lane -> UnsafePointer<UInt8>? in
          let row = group * 16 + lane
          return row < matrix.view.rowCount ? base + row * matrix.view.rowByteCount : nil
        }
        lp_arrange_group(matrix.type, rows, matrix.view.columnCount, to + (group - first) * bytes)
      }
      var written = 0
      while written < count * bytes {
        let step = pwrite(descriptor, to + written, count * bytes - written, matrix.offset + first * bytes + written)
        if step < 0, errno == EINTR { continue }
        guard step > 0 else { throw systemFailure("write", path: path) }
        written += step
      }
    }
  }

  /// Maps the file that `write` left in a folder.
  /// - Throws: `Diagnostic` (`cannot-open-file`, `bad-arranged-weights`).
  public func open(in folder: String) throws -> ArrangedWeights {
    let file = try MappedFile(folder + "/" + Self.fileName)
    guard file.count == byteCount, file.withBytes({ $0.prefix(header.count).elementsEqual(header) }) else {
      throw Diagnostic(
        code: "bad-arranged-weights", "the file does not hold this model's weights",
        remedy: "remove it with 'lorapipe cache verify'", location: SourceLocation(file: file.path))
    }
    return ArrangedWeights(
      memory: file.memory,
      places: Dictionary(
        matrices.map { ($0.view.baseAddress, (offset: $0.offset, rows: $0.view.rowCount)) },
        uniquingKeysWith: { first, _ in first }))
  }
}

/// A mapped file of arranged weights, for the model source that it was opened with.
///
/// `@unchecked Sendable`: the pointers are compared and never read.
public struct ArrangedWeights: @unchecked Sendable {
  let memory: ReadOnlyMemory
  /// By where the matrix lies in the source's memory.
  private let places: [UnsafeRawPointer: (offset: Int, rows: Int)]

  init(memory: ReadOnlyMemory, places: [UnsafeRawPointer: (offset: Int, rows: Int)]) {
    self.memory = memory
    self.places = places
  }

  /// Where the groups of a matrix begin in the file; `nil` for a matrix that is not in it.
  func offset(of view: TensorView) -> Int? {
    places[view.baseAddress].flatMap { $0.rows == view.rowCount ? $0.offset : nil }
  }
}
