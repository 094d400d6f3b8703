import Artifacts
public import Diagnostics
public import JSON
public import LinearAlgebra
import ModelFiles
import PipelineEngine
import Recipes
public import RunHistory
import Stages

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
  /// Why the update could not be measured.
  public var problem: Diagnostic?

  public var whole: AdapterSpectrum { AdapterSpectrum(modules: modules.map(\.spectrum)) }
  public var layers: [Int] { Set(modules.map(\.layer)).sorted() }
  /// In the order of computation.
  public var names: [String] { modules.reduce(into: []) { if !$0.contains($1.name) { $0.append($1.name) } } }
  public var rank: Int { modules.map(\.rank).max() ?? 0 }

  /// - Parameter words: of the language that a problem is told in.
  public func json(_ words: Words) -> JSONValue {
    let whole = whole
    var object = JSONObject([
      ("stage", .string(stage)), ("rank", .integer(Int64(rank))),
      ("effective_rank", .integer(Int64(whole.effectiveRank))), ("norm", .number(whole.norm)),
      // The share of the update that lower ranks would keep.
      (
        "kept",
        .array(
          AdapterDrawing.ranks(whole).map {
            ["rank": .integer(Int64($0)), "share": .number(whole.share(first: $0))]
          })
      ),
      (
        "modules",
        .array(
          modules.map { module in
            [
              "layer": .integer(Int64(module.layer)), "name": .string(module.name),
              "rank": .integer(Int64(module.rank)), "norm": .number(module.spectrum.norm),
              "effective_rank": .integer(Int64(module.spectrum.effectiveRank)),
            ]
          })
      ),
    ])
    if let problem {
      object["problem"] = .string(words.reworded(problem.message))
      object["remedy"] = problem.remedy.map { .string(words.reworded($0)) }
    }
    return .object(object)
  }
}

extension RunArchive {
  /// The adapters that a run made, as far as they are here.
  public func adapters(_ detail: RunDetail) -> [AdapterFacts] {
    detail.stages.compactMap { entry -> AdapterFacts? in
      guard catalog.kind(entry.kind)?.output == .adapter, let artifact = entry.artifact,
        let folder = try? runs.store.artifactPath(digest: artifact)
      else { return nil }
      var facts = AdapterFacts(stage: entry.stage, modules: [])
      do {
        facts.modules = try Adapter.read(folder).modules.map { module in
          AdapterFacts.Module(
            layer: module.layer, name: module.module, rank: module.rank, spectrum: try module.spectrum())
        }
      } catch {
        facts.problem =
          error as? Diagnostic ?? Diagnostic(code: "unreadable-adapter", "the adapter cannot be read: \(error)")
      }
      return facts
    }
  }
}
