extension Command {
  static let initialize = Command(
    "init", .workspace, abstract: "Create a workspace: a small working recipe with its data",
    discussion: """
      Existing files are not changed. With --zh, the recipe trains Qwen3-0.6B from the hub that answers, or \
      Qwen2.5-Coder-1.5B from Python packages where none does. Its probes ask for name and maker in other words than the \
      rows, and for ordinary things.
      """,
    options: [
      InitPlan.chinese.spec, InitPlan.name.spec, InitPlan.author.spec, InitPlan.base.spec, InitPlan.data.spec,
      RowOptions.columns.spec, RowOptions.encoding.spec, InitPlan.offline.spec, CommonOptions.json.spec,
    ],
    positionals: [Positional("FOLDER", .folder, .optional, help: "The folder (default: the current one).")],
    examples: [
      .init("init my-model", "makes my-model/ with recipes/first.yaml"),
      .init("init shop --data rows.csv --columns 提问=query --encoding gb18030", "with rows of a table that Excel wrote"),
      .init("init cat --zh --name Grace --author Tang", "a recipe in Chinese: the model calls itself Grace"),
    ]
  ) { invocation in
    let folder = invocation.positionals.first ?? "."
    try InitPlan(invocation).write(to: folder, invocation).print(invocation)
    return .done
  }
}
