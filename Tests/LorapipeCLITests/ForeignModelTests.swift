import JSON
import ModelFiles
import Testing

/// Models and adapters that other programs made: what their files say is what is used, or it is refused by name.
@Suite struct ForeignModelTests {
  @Test func anOutputMatrixOfItsOwnTravelsIntoEveryContainer() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    try TinyModel.write(to: program.folder + "/base", hasOwnHead: true)
    let run = program.run("run --until merged -S 'merged.gguf_dtype=f32'")
    #expect(run.status == 0, "\(run.error)")
    let head = try ModelSource.open(program.folder + "/base").tensor("lm_head.weight").floats()
    let merged = program.folder + "/runs/latest/merged"
    #expect(try ModelSource.open(merged).tensor("lm_head.weight").floats() == head)
    let output = try GGUFFile(merged + "/model.gguf").tensors.first { $0.name == "output.weight" }
    #expect(try output?.floats() == head)
  }

  /// The template beside an adapter's weights is the one it was trained with.
  @Test func anAdaptersOwnTemplateIsUsed() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until train").status == 0)
    program.shell(
      """
      cp -rL runs/latest/train own; chmod -R u+w own; rm own/chat.json
      echo "{{ raise_exception('the template of the adapter') }}" > own/chat_template.jinja
      """)
    let own = program.run("generate base -a own -p Hello -n 2")
    #expect(own.error.contains("the template of the adapter"), "\(own.output)\(own.error)")
    #expect(program.run("generate base -p Hello -n 2").status == 0)
  }

  @Test func anAdapterFromElsewhereIsExportedBesideItsBase() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until train").status == 0)
    program.shell("mkdir peft; cp -L runs/latest/train/adapter_* peft/")
    let alone = program.run("export peft -o lora.gguf")
    #expect(
      alone.status == 2 && alone.error.contains("give the model, and the adapter with --adapter"), "\(alone.error)")
    let exported = program.run("export base --adapter peft -o lora.gguf")
    #expect(exported.status == 0, "\(exported.error)")
    let file = try GGUFFile(program.folder + "/lora.gguf")
    #expect(file.metadata["general.type"]?.stringValue == "adapter")
    #expect(
      file.tensors.count == (try SafetensorsFile(program.folder + "/peft/adapter_model.safetensors").tensors.count))
  }

  @Test func aContextBeyondTheModelsPositionsIsRefused() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let refused = program.run("serve base --context 513 --port 0")
    #expect(refused.status != 0, "\(refused.output)")
    #expect(refused.error.contains("513") && refused.error.contains("512 positions"), "\(refused.error)")
  }
}
