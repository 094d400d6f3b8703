extension Lorapipe {
  /// Every command, in the order help lists them. To add one: write its file in this folder and name it here.
  static let commands: [Command] = [
    .run, .resume, .plan, .explain, .status, .runs, .show, .logs, .diff, .report, .ui,
    .generate, .chat, .serve, .pull, .push, .inspect, .mergeAdapter, .export, .lint,
    .graph,
    .data, .tokens, .cache, .schema,
    .initialize, .importForeign, .lock, .doctor,
    .completions, .version, .docs, .complete, .execStage,
  ]
}
