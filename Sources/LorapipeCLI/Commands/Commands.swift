extension Lorapipe {
  /// Every command, in the order help lists them. To add one: write its file in this folder and name it here.
  static let commands: [Command] = [
    .run, .plan, .explain, .lint, .graph, .data, .cache,
    .initialize, .doctor,
    .completions, .version, .docs, .complete, .execStage,
  ]
}
