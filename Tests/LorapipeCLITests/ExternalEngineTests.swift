import Glibc
import JSON
import Testing

/// Training by another program, which here is a shell script that keeps to the contract or breaks it in one way.
@Suite(.serialized) struct ExternalEngineTests {
  /// The script: what to do is its first argument, the job its second.
  private static let script = #"""
    #!/bin/sh
    member() { sed -n 's/^ *"'$1'": "\(.*\)",*$/\1/p' "$job" | head -1; }
    mode=$1 job=$2
    events=$(member events) adapter=$(member adapter) checkpoints=$(member checkpoints) stop=$(member stop)
    steps=$(sed -n 's/^ *"steps": \([0-9]*\),*$/\1/p' "$job")
    tell() { printf '%s\n' "$1" >> "$events"; }
    step() { tell '{"event": "step", "step": '$1', "loss": 2.5, "gradient_norm": 0.5, "learning_rate": 0.01, "time": '$1'}'; }
    checkpoint() { # STEP ADAPTER
      mkdir -p "$checkpoints/checkpoint-$1"; cp "$2"/adapter_* "$checkpoints/checkpoint-$1/"
      tell '{"event": "checkpoint", "step": '$1', "path": "'$checkpoints/checkpoint-$1'"}'
    }
    ended() { tell '{"event": "ended", "step": '$steps', "early": false}'; }
    echo "engine: $mode"
    tell '{"event": "loading"}'
    tell '{"event": "started", "step": 0, "device": "cpu", "versions": {"fake": "1.0"}, "trainable": 7}'
    case $mode in
      good)
        for n in $(seq "$steps"); do step "$n"; done
        tell '{"event": "evaluation", "step": 1, "loss": 1.5, "roles": {"domain": 1.25}}'
        tell '{"event": "a later contract", "step": 1}'
        checkpoint "$steps" "$adapter"; ended ;;
      silent) ;;
      no-adapter) ended ;;
      gone) tell '{"event": "checkpoint", "step": 1, "path": "'$checkpoints/nowhere'"}'; ended ;;
      nan)
        checkpoint 1 "$adapter"
        file=$checkpoints/checkpoint-1/adapter_model.safetensors
        printf '\000\000\300\177' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") - 4)) conv=notrunc 2> /dev/null
        ended ;;
      torn)
        checkpoint 1 "$adapter"
        printf x > "$checkpoints/checkpoint-1/adapter_model.safetensors"
        ended ;;
      other-rank) checkpoint 1 "$OTHER_ADAPTER"; ended ;;
      memory) tell '{"event": "failed", "cause": "memory", "rank": 1, "kind": "OutOfMemoryError", "message": "no 4 GB"}'; exit 1 ;;
      not-finite) tell '{"event": "failed", "cause": "not-finite", "rank": 0, "message": "loss of update 3"}'; exit 77 ;;
      killed) kill -9 $$ ;;
      half)
        if grep -q '"resume"' "$job"; then
          [ "$(grep -c '"event": "step"' "$events")" = 1 ] || exit 9
          step 2; checkpoint 2 "$adapter"; ended; exit 0
        fi
        step 1
        until [ -e "$stop" ]; do sleep 0.05; done
        checkpoint 1 "$adapter"; mkdir "$checkpoints/checkpoint-2"; tell '{"event": "stopped", "step": 1}'; exit 75 ;;
    esac
    """#

  private func workspace() throws -> Program {
    let program = try TinyWorkspace.make()
    program.write("engine", Self.script)
    chmod(program.folder + "/engine", 0o755)
    return program
  }

  private func train(_ program: Program, _ mode: String, _ more: String = "") -> Program.Result {
    program.run("run --until train -S 'train.engine={ run: [\(program.folder)/engine, \(mode)] }' \(more)")
  }

  @Test func anEngineThatKeepsToTheContractIsATrainingAsOurs() throws {
    let program = try workspace()
    defer { program.remove() }
    let run = train(program, "good")
    #expect(run.status == 0, "\(run.error)")
    #expect(program.metric("train", "steps") == 24 && program.metric("train", "loss") == 2.5)
    #expect(program.metric("train", "validation.loss") == 1.5 && program.metric("train", "trainable_parameters") == 7)
    let key = try #require(program.stage("train")?["key"]?.stringValue)
    let record = try JSONValue(
      parsing: Files.read("\(program.folder)/runs/store/actions/\(key.prefix(2))/\(key).json"))
    #expect(record["environment"]?["reproducible"] == false)
    #expect(record["environment"]?["engine_versions"]?["fake"] == "1.0")
    // It is an adapter that evaluation and chat take, and it names no path of this machine.
    #expect(program.run("generate train -p Hello -n 2").status == 0)
    #expect(!Files.read(program.folder + "/runs/latest/train/adapter_config.json").contains(program.folder))
    #expect(train(program, "good").output.contains("all 5 stages cached"))
    // The program is part of the key.
    program.write("engine", Self.script + "\n# changed\n")
    #expect(train(program, "good").output.contains("1 stage run"))
  }

  @Test(arguments: [
    ("silent", "did not say how the training went"), ("no-adapter", "left no adapter"), ("gone", "left no adapter"),
    ("nan", "not finite"), ("torn", "adapter_model.safetensors"), ("other-rank", "an adapter of rank 2"),
    ("memory", "ran out of memory: no 4 GB"), ("not-finite", "loss of update 3"), ("killed", "was killed"),
  ])
  func anEngineThatBreaksTheContractFailsWithAReason(_ mode: String, _ reason: String) throws {
    let program = try workspace()
    defer { program.remove() }
    if mode == "other-rank" {
      #expect(program.run("run --until train -S train.lora.rank=2 -S train.max_steps=1").status == 0)
      setenv("OTHER_ADAPTER", program.folder + "/runs/latest/train", 1)
    }
    let run = train(program, mode)
    #expect(run.status == 1 && run.error.contains(reason), "\(run.error)")
    #expect(program.stage("train")?["artifact"]?.stringValue == nil)
    #expect(program.run("logs train").output.contains("engine: \(mode)"))
  }

  @Test func aStoppedEngineLeavesACheckpointAndGoesOnThere() throws {
    let program = try workspace()
    defer { program.remove() }
    program.shell(
      """
      $LP run --until train -S 'train.engine={ run: [\(program.folder)/engine, half] }' --json > out 2> err & p=$!
      \(Program.waiting(for: "\"series\":\"loss\"", in: "out"))
      kill -INT $p; wait $p; echo $? > status
      """)
    #expect(Files.read(program.folder + "/status") == "130\n", "\(Files.read(program.folder + "/err"))")
    let run = train(program, "half")
    #expect(run.status == 0, "\(run.error)")
    #expect(program.metric("train", "steps") == 2)
  }

  @Test func whatAnEngineNeedsIsCheckedBeforeItStarts() throws {
    let program = try workspace()
    defer { program.remove() }
    func python(_ name: String, _ answer: String) {
      program.write(name, "#!/bin/sh\necho '\(answer)'\n")
      chmod(program.folder + "/" + name, 0o755)
    }
    func refusal(_ python: String, _ engine: String = "ms-swift") -> String {
      program.write("lorapipe.yaml", "engines: { ms-swift: { python: \(python) } }\n")
      let run = program.run("run --until train -S 'train.engine=\(engine)'")
      #expect(run.status != 0)
      return run.error
    }
    #expect(refusal("/no/such/python").contains("'/no/such/python' cannot be run"))
    python("none", #"{"versions": {}, "conflicts": [], "python": "3.12.0"}"#)
    #expect(refusal(program.folder + "/none").contains("ms-swift is not installed"))
    python("old", #"{"versions": {"ms_swift": "3.12.6", "torch": "2.9"}, "conflicts": [], "python": "3.12.0"}"#)
    #expect(refusal(program.folder + "/old").contains("ms-swift is 3.12.6, and 4.3 or a later 4.x is needed"))
    python(
      "unfit",
      #"{"versions": {"ms_swift": "4.6.0", "torch": "2.9"}, "conflicts": ["transformers 5.24 (needs <5.20)"], "python": "3.12.0"}"#
    )
    #expect(refusal(program.folder + "/unfit").contains("transformers 5.24 (needs <5.20)"))
    python("right", #"{"versions": {"ms_swift": "4.6.0", "torch": "2.9+cpu"}, "conflicts": [], "python": "3.12.0"}"#)
    let right = program.folder + "/right"
    #expect(refusal(right, "{ name: ms-swift, quantize: nf4 }").contains("quantize needs bitsandbytes"))
    #expect(refusal(right, "{ name: ms-swift, deepspeed: zero2 }").contains("deepspeed is not installed"))
    #expect(refusal(right, "{ name: ms-swift, nodes: 2 }").contains("nodes: 2 needs a Slurm job"))
    if access("/dev/nvidiactl", F_OK) != 0 {
      #expect(refusal(right, "{ name: ms-swift, device: cuda }").contains("this machine has none"))
    }
    // It answers what it has, and does not train.
    #expect(refusal(right).contains("did not say how the training went"))
    #expect(refusal(right, "{ run: [/no/such/program] }").contains("/no/such/program"))
    #expect(refusal(right, "{ processes: 2 }").contains("needs either a name or a program to run"))
    let doctor = program.run("doctor")
    #expect(doctor.output.contains("ms-swift 4.6.0, torch 2.9+cpu"), "\(doctor.output)")
  }

  @Test func aBaseThatBringsCodeIsRefused() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("base/modeling_tiny.py", "print('hello')\n")
    let run = train(program, "good")
    #expect(run.status == 1 && run.error.contains("brings Python code along"), "\(run.error)")
  }
}
