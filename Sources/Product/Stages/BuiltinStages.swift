public import JSON
public import PipelineEngine
import Recipes

/// The kinds of stages this program has. To add one: write its file in this folder and name it here.
public enum BuiltinStages {
  public static let all: [any Stage.Type] = [
    FetchStage.self, SubstituteStage.self, MixStage.self, CommandStage.self, TokenizeStage.self, SFTStage.self,
    EvalStage.self, MergeStage.self, ServeStage.self,
  ]
}

extension BuiltinStages {
  /// What a kind's schema cannot say: builds the stage and throws its objection.
  public static func check(_ kind: String, _ parameters: JSONObject) throws {
    guard let stage = all.first(where: { $0.schema.kind == kind }) else { return }
    _ = try stage.init(parameters: .object(parameters))
  }
}
