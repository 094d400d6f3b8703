import CKernels
import Diagnostics
import ModelFiles
import Platform
import QuantizedModels
import TestSupport
import Testing

@testable import Inference

/// Weights whose rows lie side by side give the bits of the weights as stored.
@Suite struct ArrangedWeightsTests {
  /// The groups of a matrix as `ArrangedLayout` writes them, without a file.
  private static func arranged(_ views: [TensorView]) throws -> PackedMatrix {
    let view = views[0]
    let type = try #require(view.dtype.weightType)
    let groups = (view.rowCount + 15) / 16
    let bytes = 16 * view.rowByteCount
    let memory = ReadOnlyMemory(count: views.count * groups * bytes) { buffer in
      guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      for (index, view) in views.enumerated() {
        let rows = view.baseAddress.assumingMemoryBound(to: UInt8.self)
        for group in 0..<groups {
          let lanes = (0..<16).map { lane in
            group * 16 + lane < view.rowCount ? rows + (group * 16 + lane) * view.rowByteCount : nil
          }
          lp_arrange_group(type, lanes, view.columnCount, base + (index * groups + group) * bytes)
        }
      }
    }
    return PackedMatrix(
      columnCount: view.columnCount, groupCount: views.count * groups,
      segments: [
        PackedMatrix.Segment(
          firstGroup: 0, groupCount: views.count * groups, type: type,
          storage: .arranged(
            memory, offset: 0, turns: views.count == 2 ? groups * bytes : nil, rowBytes: view.rowByteCount))
      ])
  }

  /// One stretch of columns and several, groups that are not whole, and so many columns that sums of inputs have no room.
  @Test(arguments: [
    (TensorDType.q4K, 205, 256), (.q4K, 16, 1280), (.q6K, 205, 256), (.q6K, 24, 1280), (.q6K, 3, 16_640),
  ]) func productsAreTheSameBits(_ dtype: TensorDType, _ rows: Int, _ columns: Int) throws {
    let view = try KernelTests.matrix(dtype, rows: rows, columns: columns, seed: 21)
    let (stored, arranged) = (try KernelTests.packed(view), try Self.arranged([view]))
    var random = SplitMix64(seed: 22)
    let most = 29
    let x = (0..<most * columns).map { _ in Float.random(in: -1...1, using: &random) }
    for level in 0...lp_inference_best_level() {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      for m in [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16, 17, 24, most] {
        let expected = try KernelTests.Case(kernels: kernels, matrix: stored, x: x).product(m)
        let found = try KernelTests.Case(kernels: kernels, matrix: arranged, x: x).product(m)
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(dtype) level \(level) m \(m)")
      }
    }
  }

  /// The largest integers there are, all of one sign: sums of integers as they lie stay below 2^31.
  @Test(arguments: [TensorDType.q4K, .q6K]) func theLargestSumsFit(_ dtype: TensorDType) throws {
    let memory = ReadOnlyMemory(count: 16 * dtype.blockByteCount) { buffer in
      for at in stride(from: 0, to: buffer.count, by: dtype.blockByteCount) {
        for byte in 0..<dtype.blockByteCount { buffer[at + byte] = 0xFF }
        for scale in dtype == .q4K ? [0, 2] : [208] {
          buffer.storeBytes(of: UInt16(0x1C00), toByteOffset: at + scale, as: UInt16.self)
        }
      }
    }
    let view = try #require(TensorView(name: "w", shape: [16, 256], dtype: dtype, memory: memory, offset: 0))
    let oracle = try view.floats()
    for (level, sign) in (0...lp_inference_best_level()).flatMap({ level in [Float(1), -1].map { (level, $0) } }) {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      let x = [Float](repeating: sign, count: 8 * 256)
      for m in [1, 2, 4, 8] {
        let found = try KernelTests.Case(kernels: kernels, matrix: Self.arranged([view]), x: x).product(m)
        let exact = Double(sign) * oracle[..<256].reduce(0) { $0 + Double($1) }
        #expect(found.allSatisfy { abs(Double($0) - exact) <= 1e-5 * abs(exact) }, "level \(level) m \(m)")
      }
    }
  }

  /// Gate and up, whose groups take turns.
  @Test(arguments: [TensorDType.q4K, .q6K]) func matricesThatTakeTurnsAreTheSameBits(_ dtype: TensorDType) throws {
    let (rows, columns, batch) = (40, 512, 19)
    let views = try [8, 9].map { try KernelTests.matrix(dtype, rows: rows, columns: columns, seed: $0) }
    var packer = MatrixPacker()
    let planned = try packer.plan(interleaving: views[0], views[1])
    let stored = MatrixPacker.matrix(planned, in: try packer.pack(team: ThreadTeam(count: 2)))
    let arranged = try Self.arranged(views)
    var random = SplitMix64(seed: 14)
    let x = (0..<batch * columns).map { _ in Float.random(in: -1...1, using: &random) }
    for level in 0...lp_inference_best_level() {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      for m in [1, 6, batch] {
        #expect(
          try KernelTests.Case(kernels: kernels, matrix: arranged, x: x).product(m)
            == KernelTests.Case(kernels: kernels, matrix: stored, x: x).product(m))
      }
    }
  }

  @Test func nonFiniteInputStaysSo() throws {
    let matrix = try Self.arranged([KernelTests.matrix(.q6K, rows: 16, columns: 256, seed: 7)])
    var x = [Float](repeating: 0, count: 2 * 256)
    x[40] = .nan
    x[256] = 1
    for level in 0...lp_inference_best_level() {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      let y = try KernelTests.Case(kernels: kernels, matrix: matrix, x: x).product(2)
      #expect(y[..<16].allSatisfy(\.isNaN) && y[16...].allSatisfy(\.isFinite))
    }
  }

  // MARK: The file

  @Test func aModelHasTheSameLogitsWithItsArrangedFile() throws {
    let folder = try TemporaryFolder()
    let source = try ModelSource.open(QuantizedModel.write(to: folder.path))
    let layout = try ArrangedLayout(source)
    // q, k, v, gate, up and down of two layers, and the head; the output's q8_0 stays where it is.
    #expect(layout.matrices.count == 13)
    try layout.write(to: folder.path, threads: 2)
    let stored = try InferenceModel(source)
    let arranged = try InferenceModel(source, arranged: layout.open(in: folder.path))
    let read = arranged.layers.flatMap { [$0.queryKeyValue, $0.output, $0.gateUp, $0.down] } + [arranged.head]
    let count = read.flatMap(\.segments).count { if case .arranged = $0.storage { true } else { false } }
    #expect(count == 11)
    let ids = (0..<40).map { Int32($0 * 37 % QuantizedModel.vocabulary) }
    for (chunk, threads) in [(64, 1), (1, 2), (7, 3)] {
      let expected = try Golden.logits(stored, adapter: nil, ids: ids, chunk: chunk, threads: threads)
      let found = try Golden.logits(arranged, adapter: nil, ids: ids, chunk: chunk, threads: threads)
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "chunk \(chunk)")
      #expect(found.allSatisfy(\.isFinite) && Set(found).count > 1000)
    }
  }

  /// Products of 8 bits read rows as stored: with a copy, inputs keep 16 bits. So commands open none for them.
  @Test func anArrangedModelNeverMeetsProductsOf8Bits() throws {
    let folder = try TemporaryFolder()
    let source = try ModelSource.open(QuantizedModel.write(to: folder.path))
    let layout = try ArrangedLayout(source)
    try layout.write(to: folder.path, threads: 2)
    let stored = try InferenceModel(source)
    let arranged = try InferenceModel(source, arranged: layout.open(in: folder.path))
    #expect(stored.head.reads(.bytes, .int8) && !arranged.head.reads(.bytes, .int8))
    let ids = (0..<40).map { Int32($0 * 37 % QuantizedModel.vocabulary) }
    for level in 0...lp_inference_best_level() {
      func bits(_ model: InferenceModel, _ type: ActivationType) throws -> [UInt32] {
        try Golden.logits(model, adapter: nil, ids: ids, chunk: 64, activations: type, level: level).map(\.bitPattern)
      }
      let exact = try bits(stored, .int16)
      #expect(try bits(stored, .int8) != exact, "level \(level)")
      #expect(try bits(arranged, .int8) == exact, "level \(level)")
    }
  }

  @Test func theFileIsTheSameForAnyNumberOfThreads() throws {
    let folder = try TemporaryFolder()
    let layout = try ArrangedLayout(ModelSource.open(QuantizedModel.write(to: folder.path)))
    let files = try [1, 3].map { threads in
      let own = try folder.folder("\(threads)")
      try layout.write(to: own, threads: threads)
      return try MappedFile(own + "/" + ArrangedLayout.fileName).contents()
    }
    #expect(files[0] == files[1] && files[0].count == layout.byteCount)
    // As many bytes as the matrices have, with rows filled up to 16: the copy is no larger than the model.
    let rows = layout.matrices.reduce(0) { $0 + ($1.view.rowCount + 15) / 16 * 16 * $1.view.rowByteCount }
    #expect((rows..<rows + 64 * 15).contains(layout.byteCount))
  }

  @Test func anotherFileIsRefused() throws {
    let folder = try TemporaryFolder()
    let layout = try ArrangedLayout(ModelSource.open(QuantizedModel.write(to: folder.path)))
    try layout.write(to: folder.path, threads: 1)
    // It is not written over.
    #expect(throws: Diagnostic.self) { try layout.write(to: folder.path, threads: 1) }
    var bytes = try MappedFile(folder.file(ArrangedLayout.fileName)).contents()
    bytes[0] ^= 1
    try folder.write("other/" + ArrangedLayout.fileName, bytes)
    bytes[0] ^= 1
    try folder.write("short/" + ArrangedLayout.fileName, Array(bytes.dropLast()))
    for name in ["other", "short"] {
      #expect("\(name)") {
        try layout.open(in: folder.file(name))
      } throws: {
        ($0 as? Diagnostic)?.code == "bad-arranged-weights"
      }
    }
  }
}
