import Diagnostics
import ModelFiles
public import Platform

extension Lineage {
  /// Checks that an adapter of this lineage belongs to a model.
  ///
  /// The same model in another precision is the model it was trained on; one of the same shape is not. What cannot be
  /// compared, because the base is no longer here, passes: shapes are checked when the adapter is opened.
  /// - Parameters:
  ///   - name: what people call the adapter.
  ///   - digest: of the model's artifact, where it has one.
  ///   - artifactPath: where the artifact of a digest lies.
  /// - Throws: `Diagnostic` (`adapter-mismatch`), which names no path.
  public func requireBase(
    of name: String, modelPath: String, digest: Digest?, artifactPath: (Digest) throws -> String
  ) throws {
    guard product == .adapter, digest != base else { return }
    if let merged = try Lineage.read(folder: modelPath), merged.product == .model, merged.adapter != nil,
      merged.base == base
    {
      throw Diagnostic(
        code: "adapter-mismatch",
        "the adapter '\(name)' was trained on the base \(base.short), and this model has an adapter merged into it",
        remedy: "use the base itself")
    }
    guard let path = try? artifactPath(base), let original = try? ModelSource.open(path),
      let model = try? ModelSource.open(modelPath)
    else { return }
    guard try original.likeness(to: model) != .other else {
      throw Diagnostic(
        code: "adapter-mismatch",
        "the adapter '\(name)' was trained on another base (\(base.short)): the weights of this model differ",
        remedy: "use the model it was trained on, in any precision")
    }
  }
}
