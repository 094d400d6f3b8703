import ModelFiles
import Testing

@Suite struct QuantizationTests {
  @Test(arguments: TensorDType.allCases.filter(\.isQuantized))
  func blocksWidenToTheReferenceValues(_ dtype: TensorDType) throws {
    let file = try SafetensorsFile(Fixture.path("quantized.safetensors"))
    let stored = try #require(file.tensor(dtype.rawValue + ".bytes"))
    let expected = try #require(file.tensor(dtype.rawValue + ".values"))
    let view = try #require(
      TensorView(
        name: "w", shape: expected.shape, dtype: dtype, memory: ReadOnlyMemory(copying: stored.withBytes { Array($0) }),
        offset: 0))
    // Compared by value: a sum of zeros may differ in sign.
    #expect(try view.floats() == expected.floats())
  }

  @Test(arguments: [TensorDType.q80, .q40])
  func rowsNarrowToTheReferenceBlocks(_ dtype: TensorDType) throws {
    let file = try SafetensorsFile(Fixture.path("quantized.safetensors"))
    let source = try #require(file.tensor("source"))
    let expected = try #require(file.tensor(dtype.rawValue + ".quantized"))
    let values = try source.floats()
    for row in 0..<source.rowCount {
      let bytes = try narrow(Array(values[row * 128..<(row + 1) * 128]), dtype)
      #expect(expected.withBytes { Array($0[row * bytes.count..<(row + 1) * bytes.count]) } == bytes, "row \(row)")
    }
  }

  @Test func valuesThatDoNotFitAreNamed() {
    #expect(throws: Quantize.Failure.overflow(index: 3)) { try narrow([0, 1, 65519, 65520], .f16) }
    #expect(throws: Quantize.Failure.notFinite(index: 1)) { try narrow([0, .nan, 1, 2], .f32) }
    #expect(throws: Quantize.Failure.notFinite(index: 2)) { try narrow([0, 1, -.infinity, 2], .bf16) }
    #expect(throws: Quantize.Failure.overflow(index: 32)) {
      try narrow([Float](repeating: 0, count: 32) + [Float](repeating: 1e7, count: 32), .q80)
    }
    #expect(throws: Quantize.Failure.unsupportedKind) { try narrow([Float](repeating: 0, count: 256), .q4K) }
  }

  private func narrow(_ values: [Float], _ dtype: TensorDType) throws -> [UInt8] {
    var output = [UInt8](repeating: 0, count: dtype.byteCount(elementCount: values.count) ?? 0)
    try values.withUnsafeBufferPointer { input in
      try output.withUnsafeMutableBytes { try Quantize.row(input, as: dtype, into: $0) }
    }
    return output
  }
}
