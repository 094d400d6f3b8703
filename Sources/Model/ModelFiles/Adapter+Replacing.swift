public import Diagnostics

extension Adapter {
  /// An adapter of the same modules with other matrices, such as those of a lower rank.
  /// - Parameter scales: of the modules, as the configuration's ranks and alphas make them.
  /// - Throws: `Diagnostic` (`bad-adapter`) when a matrix does not fit its module.
  public func replacing(
    _ configuration: AdapterConfiguration, _ values: [AdapterModuleValues], scales: [Double]
  ) throws(Diagnostic) -> Adapter {
    var result = self
    result.configuration = configuration
    for (index, module) in modules.enumerated() {
      guard values.indices.contains(index), scales.indices.contains(index), values[index].layer == module.layer,
        values[index].module == module.module
      else { throw Diagnostic(code: "bad-adapter", "\(module.path) has no new matrices") }
      let rank = values[index].a.count / max(module.a.columnCount, 1)
      guard let a = Self.view(values[index].a, like: module.a, [rank, module.a.columnCount]),
        let b = Self.view(values[index].b, like: module.b, [module.b.rowCount, rank])
      else { throw Diagnostic(code: "bad-adapter", "\(module.path): its new matrices do not fit rank \(rank)") }
      result.modules[index].a = a
      result.modules[index].b = b
      result.modules[index].scale = scales[index]
    }
    return result
  }

  /// `nil` when the values do not fill the shape.
  private static func view(_ values: [Float], like old: TensorView, _ shape: [Int]) -> TensorView? {
    guard TensorView.elementCount(of: shape) == values.count else { return nil }
    let memory = ReadOnlyMemory(count: 4 * values.count) { buffer in
      values.withUnsafeBytes { buffer.copyMemory(from: $0) }
    }
    return TensorView(name: old.name, shape: shape, dtype: .f32, memory: memory, offset: 0)
  }
}
