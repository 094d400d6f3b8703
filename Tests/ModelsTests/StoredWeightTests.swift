import ModelFiles
import Models
import Tensors
import Testing

/// The kernels' widening of stored blocks against the values of the gguf package.
@Suite struct StoredWeightTests {
  @Test(
    arguments: TensorDType.allCases.filter(\.isQuantized), Kernels.InstructionSet.allCases.filter { Kernels($0) != nil }
  )
  func kernelsWidenBlocksToTheReferenceValues(_ dtype: TensorDType, _ set: Kernels.InstructionSet) throws {
    let kernels = try #require(Kernels(set))
    let file = try SafetensorsFile(Golden.fixtures + "/quantized.safetensors")
    let stored = try #require(file.tensor(dtype.rawValue + ".bytes"))
    let expected = try #require(file.tensor(dtype.rawValue + ".values"))
    let view = try #require(
      TensorView(
        name: "w", shape: expected.shape, dtype: dtype, memory: ReadOnlyMemory(copying: stored.withBytes { Array($0) }),
        offset: 0))
    let matrix = try TransformerModel.matrix(view)
    let columns = matrix.columns
    let values = FloatBuffer(count: matrix.rows * columns)
    for row in 0..<matrix.rows { kernels.widenRow(row, of: matrix, into: values.pointer + row * columns) }
    let found = UnsafeBufferPointer(start: values.pointer, count: matrix.rows * columns)
    // Compared by value: a sum of zeros may differ in sign.
    #expect(Array(found) == (try expected.floats()))
  }
}
