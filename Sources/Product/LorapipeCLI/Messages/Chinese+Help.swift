/// The Chinese catalog: pairs of lines, the English template and its translation. `Catalog` reads them.
enum Chinese {
  /// Help screens, but for those of data and of models.
  static let help = #"""
    = Show this help.
    显示这段帮助。
    = Color the output: auto (on a terminal, unless NO_COLOR is set), always or never.
    输出是否带颜色：auto（终端里带，除非设了 NO_COLOR）、always 或 never。
    = Work as if started in DIR.
    相当于先进入 DIR 再运行。
    = Keep artifacts in this store instead of the workspace's.
    产物存到这个目录，而不是工作区自己的存储。
    = Start all stages, or a stage or kind, by this launcher: local, slurm, or one of lorapipe.yaml.
    用这个启动器运行全部阶段，或者某个阶段、某类阶段：local、slurm，或 lorapipe.yaml 里定义的名字。
    = On Ctrl-C leave cluster jobs running; the next run finds them again.
    按 Ctrl-C 时让集群作业继续运行；下一次 run 会重新接上。
    = Print JSON for programs instead of text for people.
    输出给程序读的 JSON，而不是给人看的文字。
    = Language of messages: auto (from LC_ALL, LC_MESSAGES or LANG), en or zh.
    提示的语言：auto（取自 LC_ALL、LC_MESSAGES 或 LANG）、en 或 zh。
    = Run a recipe
    运行配方
    = See what happened
    查看结果
    = Use a model
    使用模型
    = Inspect data, tokens and the cache
    检查数据、token 和缓存
    = Set up
    准备
    = Print the version.
    打印版本。
    = one answer for each line
    每行一个回答
    = List names for shell completion
    列出供 shell 补全的名字
    = recipes, stages or runs.
    recipes、stages 或 runs。
    = Print a completion script for a shell
    打印 shell 的补全脚本
    = bash, zsh or fish.
    bash、zsh 或 fish。
    = for bash
    用于 bash
    = for fish
    用于 fish
    = Print Markdown tables, for a page or a pull request.
    打印 Markdown 表格，可贴进网页或合并请求。
    = what changed between the last two runs of a recipe
    一个配方最近两次运行之间变了什么
    = the last two runs of the recipe grace
    配方 grace 的最近两次运行
    = Print generated documentation
    打印自动生成的文档
    = man: the manual page; reference: every stage's keys.
    man：手册页；reference：每个阶段的全部键。
    = Run one stage for a parent process
    为父进程运行一个阶段
    = Explain why a stage would rerun, or did
    解释某个阶段为什么会（或已经）重跑
    = Compares the stage's current key with its last one. Prints every parameter and input that differs, old → new, with the line of the recipe.
    比较阶段现在的键和上一次的键，打印每个变了的参数和输入（旧 → 新），以及它在配方里的行号。
    = The stages (default: all).
    阶段（默认：全部）。
    = train would rerun: train.learning_rate 1e-4 → 2e-4 (recipes/grace.yaml:31)
    train 会重跑：train.learning_rate 1e-4 → 2e-4 (recipes/grace.yaml:31)
    = A table, in an order in which the stages can run (default).
    表格，按可以运行的顺序（默认）。
    = A Mermaid flowchart, for Markdown pages.
    Mermaid 流程图，可放进 Markdown。
    = A Graphviz digraph.
    Graphviz 有向图。
    = Print the graph of a recipe's stages
    打印配方的阶段图
    = draws the graph with Graphviz
    用 Graphviz 画图
    = then start a recipe with: # yaml-language-server: $schema=.schema.json
    然后在配方开头写上：# yaml-language-server: $schema=.schema.json
    = Create a workspace: a small working recipe with its data
    新建工作区：一个能直接跑的小配方和数据
    = Existing files are not changed.
    已有的文件不会改动。
    = The folder (default: the current one).
    文件夹（默认：当前文件夹）。
    = makes my-model/ with recipes/first.yaml
    建立 my-model/，里面有 recipes/first.yaml
    = Check recipes and pipelines without running anything
    检查配方和流水线，不运行任何东西
    = Without a name, checks every file in recipes/ and pipelines/. A pipeline whose parameters have no values is checked as far as possible.
    不写名字时，检查 recipes/ 和 pipelines/ 里的所有文件。参数没有值的流水线，能查多少查多少。
    = Recipe files, or names in recipes/ (default: all).
    配方文件，或 recipes/ 里的名字（默认：全部）。
    = Write the revisions of the sources beside the recipe, for --locked
    把各个来源的版本写在配方旁边，供 --locked 使用
    = Resolves each source that is not pinned. Commit the file to use the same bytes later.
    解析每个没有固定版本的来源。提交这个文件，以后用的就是同样的内容。
    = Follow the log until the stage or the run ends.
    持续显示日志，直到阶段或运行结束。
    = The run (default: the newest).
    运行（默认：最近一次）。
    = Print only the last N lines.
    只打印最后 N 行。
    = Print the logs of stages
    打印阶段的日志
    = For a cached stage, prints the log of the run that produced it.
    已缓存的阶段，打印当初产出它的那次运行的日志。
    = The stage (default: every stage with a log).
    阶段（默认：每个有日志的阶段）。
    = follows the stage train of the current run
    跟踪当前运行的 train 阶段
    = follows all stages, from now on
    从现在开始跟踪所有阶段
    = Show what a run would do, how long it takes and what it needs
    显示会运行什么、要多久、需要什么
    = Runs no stage. Rows, steps and trainable parameters are exact where they can be counted from local files. Time and memory are estimates for this machine. Values that depend on data that is not here yet are unknown.
    不运行任何阶段。条数、步数、可训练参数能从本地文件数出来的都是准确值；时间和内存是对这台机器的估计；取决于还没下载的数据的，显示为未知。
    = Only these stages and the stages they need.
    只运行这些阶段和它们依赖的阶段。
    = Continue a failed or stopped run, with its recipe as saved at its start
    继续失败或中断的运行，用它开始时保存的配方
    = Runs the saved recipe of that run again; later edits are ignored. Finished stages are cached, and training continues from its last checkpoint. After you fix a recipe or data, use 'lorapipe run', which reads the recipe as it is now.
    重新运行当时保存的配方，后来的修改不生效。做完的阶段命中缓存，训练从最近的检查点继续。如果改了配方或数据，请用 'lorapipe run'，它读的是现在的配方。
    = Run a recipe: every stage that is not cached
    运行配方：所有没缓存的阶段
    = A stage reruns only if something that affects its output changed; 'lorapipe explain' prints what. Ctrl-C stops cleanly: training writes a checkpoint, and 'lorapipe resume' continues from it.
    只有影响结果的东西变了，阶段才会重跑，'lorapipe explain' 会说明是什么。Ctrl-C 会干净地停下：训练先写检查点，'lorapipe resume' 从那里继续。
    = runs it; the second time, everything is cached
    运行它；第二次全部命中缓存
    = runs it with another rank
    换一个 rank 运行
    = prints what would run up to the stage tokens
    打印到 tokens 阶段为止会运行什么
    = runs the missing stages, then serves the model until Ctrl-C
    运行缺的阶段，然后部署模型，直到 Ctrl-C
    = Only runs of this recipe.
    只列这个配方的运行。
    = Only runs of this matrix.
    只列这个 matrix 的运行。
    = At most N runs (default 20).
    最多 N 次运行（默认 20）。
    = Print the JSON Schema of recipes, for editors
    打印配方的 JSON Schema，供编辑器使用
    = Only this stage, with all its metrics.
    只看这个阶段，显示全部指标。
    = Print what each model of the run was made from.
    打印这次运行的每个模型由什么得来。
    = Write the curves there as TensorBoard's event files, a folder a run.
    把曲线写成 TensorBoard 事件文件，每次运行一个文件夹。
    = Show a run: stages, metrics, curves, lineage
    显示一次运行：阶段、指标、曲线、血缘
    = all metrics and curves of one stage
    一个阶段的全部指标和曲线
    = then: tensorboard --logdir curves
    然后：tensorboard --logdir curves
    = Show what is running, and how the newest run of each recipe ended
    显示正在运行什么，以及每个配方最近一次运行的结果
    = Also print which libraries are part of the program, and their licenses.
    同时打印程序内含的库及其许可证。
    = Print the version, the commit and the kernels in use
    打印版本、提交和使用的计算内核
    = After the run, start the service of the recipe's serve stage until Ctrl-C.
    运行结束后，启动配方里 serve 阶段的服务，直到 Ctrl-C。
    = The identifier of a run or a part of it, latest, previous, latest~2, or a recipe's name for its newest run (default: the newest).
    运行的编号或其中一段、latest、previous、latest~2，或配方名（指它最近一次运行）。默认：最近一次。
    = Print what would run, and why; run nothing.
    只打印会运行什么、为什么，不真的运行。
    = Stages that run at once (default: 2).
    同时运行的阶段数（默认：2）。
    = Keep going with stages that do not depend on a failed one.
    某个阶段失败后，继续运行不依赖它的阶段。
    = Rerun the named stages even if they are cached.
    即使已缓存，也重跑指定的阶段。
    = Only this stage and the stages after it.
    只运行这个阶段和它之后的阶段。
    = Only this stage and the stages it needs.
    只运行这个阶段和它依赖的阶段。
    = Cores that the stages share (default: all).
    各阶段共用的核数（默认：全部）。
    = Memory that a stage may use, such as 4G (default: the free memory).
    一个阶段可用的内存，如 4G（默认：空闲内存）。
    = Refuse sources that are neither pinned nor in the lock file.
    拒绝既没固定版本、又不在锁文件里的来源。
    = Make no requests to hubs; use the last known revisions.
    不访问模型站，用上次得知的版本。
    = Start the run even if the forecast warns.
    预估提出警告时也照样运行。
    = A LoRA adapter for the model: a folder or the name of a stage.
    给模型加的 LoRA 适配器：文件夹或阶段名。
    = A system prompt that replaces the trained one.
    代替训练时系统提示词的提示词。
    = Set a value of the recipe, such as train.lora.rank=16; can be given several times.
    设置配方里的一个值，如 train.lora.rank=16；可以给多个。
    = A recipe file, or its name in recipes/ (default: the only one).
    配方文件，或它在 recipes/ 里的名字（默认：唯一的那个）。
    = {0}: LoRA fine-tuning on a CPU, from a recipe to a measured, merged, served model.
    {0}：在 CPU 上做 LoRA 微调，从一个配方到评测、合并、部署好的模型。
    = Usage: {0} COMMAND [OPTIONS]
    用法：{0} 命令 [选项]
    = Usage: {0}
    用法：{0}
    = '{0} help COMMAND' describes a command. Start with '{1} init' or '{2} run'.
    '{0} help 命令' 说明一个命令。从 '{1} init' 或 '{2} run' 开始。
    = Commands:
    命令：
    = Arguments:
    参数：
    = Options:
    选项：
    = Examples:
    示例：
    = recipes, stages, runs or kinds.
    recipes、stages、runs 或 kinds。
    = Print what recipes may say: a JSON Schema for editors, or one kind for people
    打印配方可以写什么：给编辑器的 JSON Schema，或给人看的一种阶段
    = Describe this kind of stage: inputs, parameters, metrics.
    说明这种阶段：输入、参数、指标。
    = every parameter of a training, with its default
    训练的全部参数和默认值
    = Answer to this name too, for a notebook's proxy; may be given several times.
    也接受这个主机名，例如 Notebook 的代理；可以给多个。
    = Let pages of this site use the service, as https://NAME:PORT; * lets all; may be given several times.
    允许这个网站的页面使用服务，写成 https://名字:端口；* 表示全部允许；可以给多个。
    = Also check that every message reaches this model through its chat template.
    同时检查每条消息都能经过这个模型的对话模板到达模型。
    = Turn a configuration of ms-swift, LLaMA-Factory, Axolotl or TRL into a recipe
    把 ms-swift、LLaMA-Factory、Axolotl 或 TRL 的配置转换成配方
    = Reads train.sh, args.json, YAML files and Python scripts; nothing in them is run. Each key is translated, or left out with its reason as a comment in the recipe. LLaMA-Factory's dataset_info.json is read where the file names it.
    可以读 train.sh、args.json、YAML 文件和 Python 脚本，不会执行其中的任何内容。每个键都会翻译过来，不需要的会省略，并在配方里用注释说明原因。配置引用 LLaMA-Factory 的 dataset_info.json 时也会读取。
    = Scripts or configurations of another tool.
    其他工具的脚本或配置。
    = The recipe's file; recipes/NAME.yaml unless given; - prints it.
    配方文件（默认：recipes/名字.yaml）；- 表示打印出来。
    = Import a job that trains all weights as one that trains a LoRA adapter.
    把全参数训练的任务转换成训练 LoRA 适配器的任务。
    = Replace a recipe that is there.
    覆盖已有的配方。
    = writes recipes/train.yaml
    写出 recipes/train.yaml
    = prints the recipe
    打印配方
    = Check this machine and workspace: cores, memory, disk, GPU, pip, store, hubs, terminal
    检查这台机器和工作区：核数、内存、磁盘、GPU、pip、存储、模型库、终端
    = Asks the hubs whether they answer, each for at most two seconds; --offline leaves that out.
    会问模型库通不通，每个最多两秒；--offline 不问。
    = Do not ask the hubs.
    不问模型库。
    = A recipe for a base that speaks Chinese, with Chinese and English rows.
    写一个会说中文的基座的配方，带中英文数据。
    = The name that the model learns.
    模型要学会的名字。
    = Its maker's name.
    开发者的名字。
    = The base: modelscope:ORG/NAME, hf:ORG/NAME or a file (default: one that fits).
    基座：modelscope:组织/名称、hf:组织/名称或文件（默认：自动选合适的）。
    = Rows of your own, which are copied beside the recipe; can be given several times.
    你自己的数据，会复制到配方旁边；可以写多次。
    = Do not ask which hub answers; take a base from Python packages.
    不检测模型库是否可用；基座取自 Python 包。
    = Existing files are not changed. With --zh, the recipe trains Qwen3-0.6B from the hub that answers, or Qwen2.5-Coder-1.5B from Python packages where none does. Its probes ask for name and maker in other words than the rows, and for ordinary things.
    已有的文件不会改动。加 --zh 时，配方训练 Qwen3-0.6B（从连得上的模型库取），都连不上就用 Python 包里的 Qwen2.5-Coder-1.5B。测试题用数据里没有的问法问名字和开发者，也问普通问题。
    = a recipe in Chinese: the model calls itself Grace
    中文配方：模型自称 Grace
    = a model that calls itself 喵星人Grace
    一个自称喵星人Grace 的模型
    """#
}
