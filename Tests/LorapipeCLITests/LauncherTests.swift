import Glibc
import JSON
import Testing

/// Stages that are started elsewhere: by programs that stand for Slurm's, and by commands.
@Suite(.serialized) struct LauncherTests {
  private static let recipe = """
    name: far
    stages:
      one:
        kind: command
        shell: "echo in the stage; while [ -e ../../../../../hold ]; do sleep 0.1; done; echo made > {output}/made"
        output: files
        resources: { cpus: 2, memory: 1G, time: 90m }
      two: { kind: command, shell: "cat {inputs.one}/made > {output}/copied", inputs: { one: one }, output: files }

    """

  /// Slurm's commands, on processes of this machine. `slurm/` holds a file per job and what a test wants to happen:
  /// `down` (the controller does not answer), `refuse`, `die` (the job ends at once, in the state that it holds).
  private static let commands = [
    "sbatch": #"""
    cd "$FAKE_SLURM"
    [ ! -e down ] || { echo "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)" >&2; exit 1; }
    [ ! -e refuse ] || { echo "sbatch: error: invalid partition specified: nowhere" >&2; exit 1; }
    [ -z "$SLURM_JOB_ID" ] || { echo "sbatch: error: inside of a job" >&2; exit 1; }
    for script; do :; done
    id=$(($(cat next 2> /dev/null || echo 0) + 1)); echo $id > next
    cp "$script" $id.sh
    sed -n 's/^#SBATCH --job-name=//p' "$script" > $id.name
    output=$(sed -n 's/^#SBATCH --output=//p' "$script")
    if [ -e die ]; then cp die $id.state; else
      SLURM_JOB_ID=$id SLURM_CPUS_PER_TASK=2 setsid sh "$script" >> "$output" 2>&1 < /dev/null & echo $! > $id.pid
    fi
    echo $id
    """#,
    "squeue": #"""
    cd "$FAKE_SLURM"
    [ ! -e down ] || { echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1; }
    for name in [0-9]*.name; do
      [ -e "$name" ] || continue
      id=${name%.name}
      if [ -e $id.state ]; then state=$(cat $id.state)
      elif grep -q '^State:.[^ZX]' /proc/$(cat $id.pid)/status 2> /dev/null; then state=RUNNING
      else continue; fi
      echo "$id|$(cat $name)|$state|None|node1"
    done
    """#,
    "scancel": #"""
    cd "$FAKE_SLURM"
    for id; do :; done
    echo "$*" >> cancelled
    case $* in
      *TERM*) kill -TERM $(cat $id.pid) ;;
      *) kill -KILL -- -$(cat $id.pid); echo CANCELLED > $id.state ;;
    esac
    """#,
    "scontrol": #"""
    cd "$FAKE_SLURM"
    for id; do :; done
    [ -e $id.state ] || { echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1; }
    echo "JobId=$id JobName=x JobState=$(cat $id.state) Reason=None ExitCode=0:9 NodeList=node1"
    """#,
    "sacct": "echo 'Slurm accounting storage is disabled' >&2; exit 1",
  ]

  private func workspace() throws -> Program {
    let program = try Program()
    program.write("recipes/far.yaml", Self.recipe)
    program.write("lorapipe.yaml", "launchers: { cluster: { kind: slurm, stages: [one], settle_seconds: 1 } }\n")
    mkdir(program.folder + "/bin", 0o755)
    mkdir(program.folder + "/slurm", 0o755)
    for (name, text) in Self.commands {
      program.write("bin/" + name, "#!/bin/sh\n" + text + "\n")
      chmod(program.folder + "/bin/" + name, 0o755)
    }
    return program
  }

  private static let environment =
    "export FAKE_SLURM=$PWD/slurm PATH=$PWD/bin:$PATH SLURM_JOB_ID=77 SLURM_CPUS_PER_TASK=99\n"

  private struct Ended {
    var status: Int32
    var text: String
  }

  /// Runs the program with the commands of Slurm on its path, as if inside of a job.
  private func run(_ program: Program, _ arguments: String) -> Ended {
    let raw = program.shell(Self.environment + "timeout 120 $LP \(arguments) > out 2>&1")
    return Ended(status: (raw >> 8) & 0xFF, text: Files.read(program.folder + "/out"))
  }

  @Test func aStageRunsAsAJobAndItsRecordCounts() throws {
    let program = try workspace()
    defer { program.remove() }
    let first = run(program, "run")
    #expect(first.status == 0, "\(first.text)")
    #expect(first.text.contains("Slurm job 1"))
    #expect(Files.read(program.folder + "/runs/latest/two/copied") == "made\n")
    #expect(program.run("logs one").output.contains("in the stage"))
    let script = Files.read(program.folder + "/slurm/1.sh")
    for option in ["--cpus-per-task=2", "--mem=1024M", "--time=01:30:00", "--signal=B:USR1@120", "--requeue"] {
      #expect(script.contains("#SBATCH \(option)\n"), "\(option) in \(script)")
    }
    // The job counted on its own processors, and only this stage was sent.
    #expect(Files.read(program.folder + "/slurm/next") == "1\n")
    #expect(run(program, "run").text.contains("all 2 stages cached"))
    // What is asked of the machine is no part of the key.
    #expect(run(program, "run -S one.resources.cpus=1").text.contains("all 2 stages cached"))
  }

  @Test(arguments: [
    ("OUT_OF_MEMORY", "its nodes: node1"), ("TIMEOUT", "reached its time limit"),
    ("NODE_FAIL", "the node of Slurm job 1 failed"), ("PREEMPTED", "was preempted"), ("CANCELLED", "was cancelled"),
    ("FAILED", "ended without a result"), ("COMPLETED", "ended without a result"), ("DEADLINE", "missed its deadline"),
  ])
  func aJobThatEndsWithoutARecordFailsWithItsCause(_ state: String, _ cause: String) throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("slurm/die", state + "\n")
    let failed = run(program, "run")
    #expect(failed.status == 1 && failed.text.contains(cause), "\(failed.text)")
    unlink(program.folder + "/slurm/die")
    #expect(run(program, "run").status == 0)
  }

  @Test func aSilentControllerIsWaitedForAndARefusalIsNot() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("slurm/down", "")
    program.shell(Self.environment + "(sleep 3; rm slurm/down) & timeout 120 $LP run > out 2>&1; echo $? > status")
    let text = Files.read(program.folder + "/out")
    #expect(Files.read(program.folder + "/status") == "0\n", "\(text)")
    #expect(text.contains("the Slurm controller does not answer"), "\(text)")
    #expect(Files.read(program.folder + "/slurm/next") == "1\n")
    program.write("slurm/refuse", "")
    let refused = run(program, "run -f one")
    #expect(refused.status == 1 && refused.text.contains("invalid partition"), "\(refused.text)")
  }

  @Test func aJobThatWasLeftIsFoundAgainAndNotSubmittedTwice() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("hold", "")
    program.shell(
      Self.environment
        + """
        $LP run --detach > left 2>&1 & p=$!
        \(Program.waiting(for: "in the stage", in: "runs/store/jobs/*/log"))
        kill -INT $p; wait $p; echo $? > status
        """)
    #expect(Files.read(program.folder + "/status") == "130\n", "\(Files.read(program.folder + "/left"))")
    #expect(program.run("status").output.contains("Slurm job 1 of stage one"))
    program.shell(
      Self.environment
        + """
        timeout 120 $LP run > out 2>&1 & p=$!
        \(Program.waiting(for: "waiting for Slurm job 1", in: "out"))
        rm hold; wait $p; echo $? > status
        """)
    #expect(Files.read(program.folder + "/status") == "0\n", "\(Files.read(program.folder + "/out"))")
    #expect(Files.read(program.folder + "/slurm/next") == "1\n")
  }

  @Test func ctrlCStopsTheJob() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("hold", "")
    program.shell(
      Self.environment
        + """
        $LP run > left 2>&1 & p=$!
        \(Program.waiting(for: "in the stage", in: "runs/store/jobs/*/log"))
        kill -INT $p; wait $p; echo $? > status
        grep -qs '^State:.[^ZX]' /proc/$(cat slurm/1.pid)/status && echo runs > rest; true
        """)
    #expect(Files.read(program.folder + "/status") == "130\n", "\(Files.read(program.folder + "/left"))")
    #expect(Files.read(program.folder + "/rest").isEmpty)
  }

  @Test func aCommandRunsAStageAndItsFailureHasAReason() throws {
    let program = try workspace()
    defer { program.remove() }
    func launcher(_ words: String) {
      program.write("lorapipe.yaml", "launchers: { box: { kind: command, run: \(words), settle_seconds: 1 } }\n")
    }
    launcher(#"[sh, -c, "echo on {stage} with {cpus}; {command}"]"#)
    let good = run(program, "run --launcher one=box")
    #expect(good.status == 0, "\(good.text)")
    #expect(program.run("logs one").output.contains("on one with 2\nin the stage"))
    for (words, reason) in [
      (#"[sh, -c, "exit 3"]"#, "ended with status 3, and the stage never started"),
      ("[/no/such/program]", "cannot start '/no/such/program'"),
      (#"[sh, -c, "{command} & until grep -q stage runs/store/jobs/*/log; do sleep 0.1; done"]"#, "left no result"),
    ] {
      launcher(words)
      if words.contains("&") { program.write("hold", "") }
      let bad = run(program, "run -f one --launcher one=box")
      #expect(bad.status == 1 && bad.text.contains(reason), "\(bad.text)")
    }
    unlink(program.folder + "/hold")
    // The stage that lost its command ends now.
    program.shell("sleep 1")
    launcher("[env]")
    program.write("hold", "")
    program.shell(
      """
      $LP run -f one --launcher box > left 2>&1 & p=$!
      \(Program.waiting(for: "in the stage", in: "runs/store/jobs/*/log"))
      kill -INT $p; wait $p; echo $? > status
      """)
    #expect(Files.read(program.folder + "/status") == "130\n", "\(Files.read(program.folder + "/left"))")
  }

  @Test func aPlanPrintsTheExactJob() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write(
      "lorapipe.yaml",
      "launchers: { cluster: { kind: slurm, partition: gpu, account: \"my group\", environment: { A: \"b c\" }, arguments: [--nice] } }\n"
    )
    let plan = program.run("plan --launcher one=cluster -S one.resources.gpus=2 -S one.resources.gpu_type=a100")
    #expect(plan.status == 0, "\(plan.error)")
    for line in [
      "#SBATCH --partition=gpu", "#SBATCH \"--account=my group\"", "#SBATCH --gpus-per-node=a100:2", "#SBATCH --nice",
      "export A='b c'", "exec-stage --job",
    ] {
      #expect(plan.output.contains(line), "\(line) in \(plan.output)")
    }
    #expect(program.run("plan --launcher slurm --json").json?["jobs"]?.arrayValue?.count == 2)
    #expect(program.run("plan").output.contains("SBATCH") == false)
  }

  @Test func wrongLaunchersAndResourcesAreReportedWithTheirPlace() throws {
    let program = try workspace()
    defer { program.remove() }
    let unknown = program.run("run --launcher clutser")
    #expect(unknown.status == 2 && unknown.error.contains("did you mean 'cluster'?"), "\(unknown.error)")
    program.write(
      "lorapipe.yaml",
      "launchers:\n  box: { kind: command }\n  here: { kind: local, partition: x }\n  odd: { kind: pbs }\n")
    let file = program.run("run")
    #expect(file.status == 2)
    for text in [
      "lorapipe.yaml:2:3: error: the launcher 'box' needs 'run'",
      "'partition' means nothing to a launcher of kind 'local'",
      "must be one of 'local', 'slurm', 'command'",
    ] {
      #expect(file.error.contains(text), "\(text) in \(file.error)")
    }
    unlink(program.folder + "/lorapipe.yaml")
    for (value, text) in [
      ("memory=16", "'resources.memory' of stage 'one' must be an amount of memory"),
      ("time=soon", "'resources.time' of stage 'one' must be a length of time"), ("cpu=2", "did you mean 'cpus'?"),
      ("cpus=0", "must be an integer from 1"),
    ] {
      let bad = program.run("run -S one.resources.\(value)")
      #expect(bad.status == 2 && bad.error.contains(text), "\(bad.error)")
    }
  }
}
