import Artifacts
public import Diagnostics
public import JSON
import ModelFiles
import PipelineEngine
import Recipes
public import RunHistory

/// How large the update of each module of an adapter is, and how many directions it uses.
public struct AdapterFacts: Sendable {
  public struct Module: Sendable, Hashable {
    public var layer: Int
    /// `self_attn.q_proj`
    public var name: String
    public var rank: Int
    public var spectrum: UpdateSpectrum
  }

  public var stage: String
  public var modules: [Module]

  public var json: JSONValue {
    [
      "stage": .string(stage),
      "modules": .array(
        modules.map { module in
          [
            "layer": .integer(Int64(module.layer)), "name": .string(module.name),
            "rank": .integer(Int64(module.rank)), "norm": .number(module.spectrum.norm),
            "effective_rank": .integer(Int64(module.spectrum.effectiveRank)),
          ]
        }),
    ]
  }
}

extension RunArchive {
  /// The adapters that a run made, as far as they are here.
  /// - Throws: what keeps an adapter's files from being read.
  public func adapters(_ detail: RunDetail) throws -> [AdapterFacts] {
    try detail.stages.compactMap { entry -> AdapterFacts? in
      guard catalog.kind(entry.kind)?.output == .adapter, let artifact = entry.artifact,
        let folder = try? runs.store.artifactPath(digest: artifact)
      else { return nil }
      let modules = try Adapter.read(folder).modules.map { module in
        AdapterFacts.Module(
          layer: module.layer, name: module.module, rank: module.rank,
          spectrum: UpdateSpectrum(
            a: try module.a.floats(), b: try module.b.floats(), rank: module.rank, scale: module.scale))
      }
      return AdapterFacts(stage: entry.stage, modules: modules)
    }
  }
}
