public import PipelineEngine

/// The kinds of stages this program has. To add one: write its file in this folder and name it here.
public enum BuiltinStages {
  public static let all: [any Stage.Type] = [
    FetchStage.self, SubstituteStage.self, FilterStage.self, GenerateStage.self, MixStage.self, CommandStage.self,
    TokenizeStage.self,
    SFTStage.self,
    EvalStage.self, MergeStage.self, ServeStage.self,
  ]
}
