/// The Chinese catalog: pairs of lines, the English template and its translation. `Catalog` reads them.
enum Chinese {
  /// Help screens.
  static let help = #"""
    = Show this help.
    显示这段帮助。
    = Color the output: auto (on a terminal, unless NO_COLOR is set), always or never.
    输出是否带颜色：auto（终端里带，除非设了 NO_COLOR）、always 或 never。
    = Work as if started in DIR.
    相当于先进入 DIR 再运行。
    = Keep artifacts in this store instead of the workspace's.
    产物存到这个目录，而不是工作区自己的仓库。
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
    = Print what would be removed and what it cost to compute; remove nothing.
    只打印会删掉什么、当初花了多少计算，不真的删除。
    = Keep the artifacts of the newest N runs (default 20).
    保留最近 N 次运行的产物（默认 20）。
    = The reason, for later readers.
    原因，留给以后看的人。
    = Remove the pin.
    取消保护。
    = Manage the store of artifacts
    管理产物存储
    = List the artifacts in the store
    列出存储里的产物
    = Hash every file again; move damaged artifacts to quarantine
    重新校验每个文件，损坏的产物移入隔离区
    = What is damaged goes to the store's quarantine folder and is made again when it is next needed.
    损坏的产物移到存储的 quarantine 文件夹，下次需要时重新生成。
    = Remove artifacts that no kept run needs
    删除保留的运行都用不到的产物
    = Pinned artifacts, and artifacts that a running run uses, are always kept.
    受保护的产物和正在运行的任务用到的产物始终保留。
    = Protect an artifact from garbage collection
    保护一个产物，不被清理
    = The digest or the start of it, or the name of a stage.
    摘要或它的开头，或者阶段的名字。
    = Use only the base, without the adapter.
    只用基座，不加适配器。
    = Talk to a model in the terminal
    在终端里和模型聊天
    = The model uses the system prompt and the template of its training. Enter sends. Alt-Enter, Ctrl-J or a backslash at the end of a line starts a new line. The arrow keys move and recall earlier messages. Ctrl-C stops an answer; Ctrl-C twice or Ctrl-D ends the conversation. /help lists the commands. When input comes from a pipe, every line is a turn of one conversation, and answers are greedy (the most likely token).
    自动使用训练时的系统提示词和对话模板。回车发送；Alt-回车、Ctrl-J 或行末的反斜杠换行；方向键移动光标、调出以前的消息。Ctrl-C 停止回答，连按两次或按 Ctrl-D 结束对话。/help 列出全部命令。输入来自管道时，每行是同一段对话里的一轮，回答用贪心解码（每次取概率最大的 token）。
    = talks to the newest run's model
    和最近一次运行的模型聊天
    = talks to the base with its adapter
    和基座加适配器聊天
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
    = Only files of the folder whose path matches.
    只读文件夹里路径匹配的文件。
    = Print N rows as conversations.
    把 N 条数据按对话打印出来。
    = Inspect datasets
    检查数据集
    = Count rows, shapes, languages and lengths
    统计条数、格式、语言和长度
    = Check the quality of rows; exit status 1 if there is an error
    检查数据质量；有错误时退出码为 1
    = statistics, and three rows as conversations
    统计信息，以及三条数据的对话形式
    = what the stage 'mixed' selected in the newest run
    最近一次运行里 mixed 阶段选了什么
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
    = The output: a new folder, or a .gguf file.
    输出：一个新文件夹，或 .gguf 文件。
    = The name of the base in other tools, such as Qwen/Qwen3-4B; written into the adapter.
    基座在其他工具里的名字，如 Qwen/Qwen3-4B；会写进适配器。
    = Copy a model or adapter out of the store, for other tools
    把模型或适配器从存储里复制出来，给其他工具用
    = an adapter for PEFT
    给 PEFT 用的适配器
    = an adapter for llama.cpp
    给 llama.cpp 用的适配器
    = Cut the adapter to this rank: the closest update of that rank. The error is printed.
    把适配器截到这个 rank：该 rank 下最接近的更新量，并打印误差。
    = the adapter, cut to rank 4
    截到 rank 4 的适配器
    = an adapter that PEFT wrote
    PEFT 写的适配器
    = A question; can be given several times.
    一个问题，可以给多个。
    = The file for answered rows; if it exists, missing answers are added.
    写回答的文件；文件已存在时，补上缺的回答。
    = Answers generated at once (default 16); it does not change the answers.
    同时生成的回答数（默认 16），不影响回答内容。
    = Answer questions in a batch: jsonl in, jsonl out
    批量回答：读 jsonl，写 jsonl
    = Answers are greedy (the most likely token) unless you set --temperature. With --prompt, answers are printed as plain text. With --input, rows are printed unchanged and in order, each with its answer. A row's system, history and input are used. If a row ends with an assistant message, it is taken as the reference answer and hidden from the model. All rows are checked before the first is answered. A row that cannot be answered gets an error instead of an answer, and the exit status is 1. If a command with --output is interrupted, run it again; it continues after the last finished row.
    不设 --temperature 时用贪心解码（每次取概率最大的 token）。用 --prompt 时回答打印成纯文本；用 --input 时每条数据按原样、原顺序输出，并附上回答。数据里的 system、history、input 都会用到；如果最后一条是 assistant 消息，它被当作参考答案，不给模型看。开始回答之前先检查全部数据。无法回答的数据得到一个 error，退出码为 1。带 --output 的命令中断后，再运行一次会接着最后完成的那条继续。
    = asks the newest run's model
    问最近一次运行的模型
    = answers every row
    回答每一条数据
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
    = Randomness; 0 always takes the most likely token.
    随机程度；0 表示总取概率最大的 token。
    = Sample from the most likely tokens whose probabilities sum to P.
    只在累计概率达到 P 的最可能的 token 里采样。
    = Sample from the K most likely tokens; 0 means all.
    只在最可能的 K 个 token 里采样；0 表示全部。
    = Drop tokens less likely than P times the most likely one.
    去掉概率低于最大概率 P 倍的 token。
    = A value above 1 makes repetition less likely.
    大于 1 时减少重复。
    = Seed of sampling; equal seeds give equal answers.
    采样的随机种子；种子相同，回答相同。
    = Maximum length of an answer in tokens.
    回答最多多少个 token。
    = Print the JSON Schema of recipes, for editors
    打印配方的 JSON Schema，供编辑器使用
    = An adapter and its name: a folder, a stage or a run; can be given several times.
    适配器及其名字：文件夹、阶段或运行；可以给多个。
    = The address to listen on (default: this machine only).
    监听的地址（默认：只限本机）。
    = The port; 0 chooses a free one.
    端口；0 表示自动选一个空闲的。
    = Refuse requests without this key (or $LORAPIPE_API_KEY).
    拒绝不带这个密钥的请求（也可用 $LORAPIPE_API_KEY）。
    = Requests that may wait; further ones get status 429.
    最多多少个请求排队；再多返回 429。
    = Answers generated at once.
    同时生成的回答数。
    = Memory of the KV cache (default: a quarter of the free memory).
    KV 缓存的内存（默认：空闲内存的四分之一）。
    = The longest conversation in tokens (default: up to 8192).
    最长的对话，按 token 计（默认：最多 8192）。
    = Serve a model: OpenAI-compatible API and a chat page
    部署模型：兼容 OpenAI 的 API 和聊天网页
    = Serves a run with the settings of its serve stage, a merged model, an adapter with its base, or any model folder or GGUF file. Ctrl-C finishes the accepted requests and stops.
    可以部署：一次运行（按它的 serve 阶段的设置）、合并后的模型、适配器加基座，或任何模型文件夹、GGUF 文件。Ctrl-C 会先处理完已接受的请求再停止。
    = serves the newest run's model on http://127.0.0.1:8000
    在 http://127.0.0.1:8000 部署最近一次运行的模型
    = one base, one adapter chosen per request
    一个基座，每个请求自选适配器
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
    = Number of rows (default 3).
    条数（默认 3）。
    = Start at this row of the split.
    从这一条开始。
    = Show validation rows instead of training rows.
    显示验证集，而不是训练集。
    = Print the token ids too.
    同时打印 token 编号。
    = Inspect tokenized data
    检查分词后的数据
    = Print rows as the model sees them, with the learned part marked
    按模型看到的样子打印数据，标出参与训练的部分
    = A tokenize stage of the newest run, or a folder (default: tokens).
    最近一次运行的 tokenize 阶段，或文件夹（默认：tokens）。
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
    = Also what costs less to make than to send, and what would not come out the same again.
    连重新计算比上传更省的、以及重做结果会不同的，也一起上传。
    = Send again what a cache already has, in case its bytes are wrong.
    缓存里已有的也重新上传，以防内容有误。
    = Write a new key into the file, which must not exist.
    把新密钥写入这个文件，文件不能已经存在。
    = Send results to the remote caches
    把结果上传到远程缓存
    = Sends what the store has and a cache lacks, to every cache whose 'push' is not 'never'. What a run could not send is sent first. If it is stopped, the next call continues where it ended.
    把本地存储里有、远程缓存里没有的，上传到每个 'push' 不是 'never' 的缓存。先上传以前运行时没传成的。中途停下后再运行，会接着上传。
    = Only these: a digest, the start of one, or a stage's name.
    只上传这些：摘要、摘要的开头，或阶段名。
    = Fetch what a recipe needs from the remote caches; run nothing
    从远程缓存下载配方需要的结果，不运行任何阶段
    = Only these stages, and what they need.
    只要这些阶段和它们依赖的阶段。
    = Say which remote caches there are, whether they answer, and what waits to be sent
    列出有哪些远程缓存、能不能连上、还有什么等待上传
    = Print the public half of a signing key, or make a new one
    打印签名密钥的公钥，或生成新密钥
    = Whoever pushes signs with the key that LORAPIPE_CACHE_SIGNING_KEY names; whoever reads lists the public half in LORAPIPE_REMOTE_TRUST.
    上传的人用 LORAPIPE_CACHE_SIGNING_KEY 指定的密钥签名；读取的人把公钥列在 LORAPIPE_REMOTE_TRUST 里。
    = The key, in PEM form.
    PEM 格式的密钥。
    = Manage the store of artifacts and its remote caches
    管理产物存储和远程缓存
    = Ask no remote cache, and give it nothing.
    不访问远程缓存，也不上传。
    = Rename a column before rows are read, such as 问题=query; also a JSON map, as ms-swift has it.
    读取前重命名列，例如 问题=query；也接受 ms-swift 那样的 JSON 映射。
    = What text files are written in that are not UTF-8.
    非 UTF-8 文本文件所用的编码。
    = Write rows with their own columns (the default), or the messages that each row is read as.
    按原有的列写出（默认），或写出每条数据读成的 messages。
    = What to do with a row that cannot be read: stop (error), or leave it out and count it (drop).
    遇到读不了的数据怎么办：停止（error），或跳过并计数（drop）。
    = Of a mix, only the rows of this side.
    对 mix 的结果，只取这一侧的数据。
    = Write the rows to FILE instead of standard output.
    写入 FILE，而不是标准输出。
    = A jsonl, json, csv, tsv or parquet file, a folder of them, or a stage that made data.
    jsonl、json、csv、tsv 或 parquet 文件，装有这些文件的文件夹，或产出数据的阶段。
    = A file with the questions of an evaluation, one per row. Reports which of them are also learned.
    评测要问的问题，每条一行：指出其中哪些也在训练数据里。
    = With --model: the longest row in tokens, as tokenize has it (2048 by default).
    与 --model 一起使用：单条数据的最大 token 数，与 tokenize 相同（默认 2048）。
    = rows with headers of their own
    列名与众不同的表格
    = every file of the folder by itself
    逐个检查文件夹里的文件
    = Write rows of any format as JSON lines
    把任何格式的数据写成 JSON 行
    = a table that Excel wrote, in UTF-8
    把 Excel 写的表格转成 UTF-8
    = the rows that the stage 'mixed' chose
    阶段 'mixed' 选中的数据
    = Write a folder for 'ollama create': model.gguf, and a Modelfile with template, system prompt and stops.
    写出供 'ollama create' 使用的文件夹：model.gguf，以及带模板、系统提示和停止符的 Modelfile。
    = Write what vLLM loads, an adapter or a model, and print the line that serves it.
    写出 vLLM 能加载的适配器或模型，并打印启动服务的命令。
    = Write a model folder that mlx_lm loads, and print the line that asks it.
    写出 mlx_lm 能加载的模型文件夹，并打印提问的命令。
    = Add the adapter into its base and write the model, not the adapter.
    把适配器并入底座，写出模型而不是适配器。
    = Precision of the weights: by default q8_0 in GGUF, bfloat16 in a folder that is not copied.
    权重精度：GGUF 默认 q8_0，转换出的文件夹默认 bfloat16。
    = Writes an adapter as a folder for PEFT, or as a .gguf file for llama.cpp if the name of the output ends in .gguf. Writes a model as a plain folder, or as a .gguf file, and converts it as needed. An adapter that was trained elsewhere needs its base beside it: name the base, and the adapter with --adapter. --rank writes an adapter of a lower rank, found by singular values. The store is not changed.
    适配器写成 PEFT 文件夹；输出名以 .gguf 结尾时写成供 llama.cpp 使用的 .gguf 文件。模型写成普通文件夹或 .gguf 文件，按需转换。别处训练的适配器要连同基座一起给出：先写基座，再用 --adapter 指定适配器。--rank 用奇异值分解写出更低 rank 的适配器。存储不会改变。
    = base and adapter merged, for Ollama
    合并底座与适配器，供 Ollama 使用
    = a model as one small file
    把模型写成一个小文件
    = Download a model or dataset into the store
    把模型或数据集下载到存储里
    = SOURCE is modelscope:ORG/NAME, hf:ORG/NAME, modelscope-dataset:ORG/NAME, hf-dataset:ORG/NAME, pip:NAME==VERSION, a web address, or the address of a hub's page. What is here already is not downloaded again. Outside a workspace, models are kept in ~/.cache/lorapipe. A recipe that fetches the same source uses the same copy.
    SOURCE 写 modelscope:组织/名称、hf:组织/名称、modelscope-dataset:组织/名称、hf-dataset:组织/名称、pip:名称==版本、网址，或模型库网页的地址。已经有的不会重新下载。不在工作区里时，模型放在 ~/.cache/lorapipe。配方里取同一个来源时用的是同一份。
    = A branch, tag or commit of the hub.
    模型库的分支、标签或提交。
    = Only files whose path matches; can be given several times.
    只取路径匹配的文件；可以写多次。
    = Where it comes from.
    来源。
    = brings it; then: lorapipe chat modelscope:Qwen/Qwen3-0.6B
    下载它；然后：lorapipe chat modelscope:Qwen/Qwen3-0.6B
    = Add an adapter into its base: one model, for any tool
    把适配器合并进底座：得到一个任何工具都能用的模型
    = Does what a merge stage does: adds the adapter to the base's weights, and compares the logits of the merged model with those of base and adapter. With --output, the model is copied out of the store.
    和 merge 阶段做的事一样：把适配器加到底座的权重里，再把合并后模型的 logits 和“底座加适配器”的比较。加 --output 会把模型从存储里复制出来。
    = The output: a new folder, or a .gguf file (default: the store).
    输出：一个新文件夹，或一个 .gguf 文件（默认：存储）。
    = Precision of the folder's weights (default: bfloat16).
    文件夹里权重的精度（默认：bfloat16）。
    = Also write a GGUF file of this precision.
    另外写一个这种精度的 GGUF 文件。
    = An adapter, its stage or its run; or a base, with --adapter (default: the adapter of the newest run).
    适配器、它的阶段或它的运行；或者底座，同时给 --adapter（默认：最近一次运行的适配器）。
    = a folder for transformers and vLLM
    给 transformers 和 vLLM 用的文件夹
    = a file for llama.cpp and Ollama
    给 llama.cpp 和 Ollama 用的文件
    = Describe a model: family, size, template, whether and how fast it trains here
    介绍一个模型：系列、大小、模板、这台机器能不能训练、多快
    = Nothing is run. A model of a hub is downloaded first. Time and memory are estimates for a LoRA adapter of rank 8 on 300 rows of 120 tokens, three times.
    不运行任何东西。模型库里的模型会先下载。时间和内存按 rank 8 的 LoRA、300 条各 120 个 token 的数据、3 轮来估算。
    = describes a file
    介绍一个文件
    = brings a model, then describes it
    下载一个模型，再介绍它
    = A model folder, a GGUF file, an adapter, a stage, a run, or a source such as modelscope:Qwen/Qwen3-0.6B (default: the model of the newest run).
    模型文件夹、GGUF 文件、适配器、阶段、运行，或 modelscope:Qwen/Qwen3-0.6B 这样的来源（默认：最近一次运行的模型）。
    = A jsonl file of rows with messages, or with prompt, query, question or instruction; or a .txt file with a question per line; - reads jsonl from standard input.
    jsonl 文件，每条有 messages，或有 prompt、query、question、instruction；或 .txt 文件，每行一个问题；- 表示从标准输入读 jsonl。
    = A question, as with --prompt.
    一个问题，和 --prompt 一样。
    = Check this machine and workspace: cores, memory, disk, GPU, pip, store, hubs, terminal
    检查这台机器和工作区：核数、内存、磁盘、GPU、pip、存储、模型库、终端
    = Asks the hubs whether they answer, each for at most two seconds; --offline leaves that out.
    会问模型库通不通，每个最多两秒；--offline 不问。
    = Do not ask the hubs.
    不问模型库。
    = A recipe for a base that speaks Chinese, with Chinese and English rows.
    写一个会说中文的底座的配方，带中英文数据。
    = The name that the model learns.
    模型要学会的名字。
    = Its maker's name.
    开发者的名字。
    = The base: modelscope:ORG/NAME, hf:ORG/NAME or a file (default: one that fits).
    底座：modelscope:组织/名称、hf:组织/名称或文件（默认：自动选合适的）。
    = Rows of your own, which are copied beside the recipe.
    你自己的数据，会复制到配方旁边。
    = Do not ask which hub answers; take a base from Python packages.
    不去问哪个模型库通；底座取自 Python 包。
    = Existing files are not changed. With --zh, the recipe trains Qwen3-0.6B from the hub that answers, or Qwen2.5-1.5B from Python packages where none does. Its probes ask for name and maker in other words than the rows, and for ordinary things.
    已有的文件不会改动。加 --zh 时，配方训练 Qwen3-0.6B（从连得上的模型库取），都连不上就用 Python 包里的 Qwen2.5-1.5B。测试题用数据里没有的问法问名字和开发者，也问普通问题。
    = a recipe in Chinese: the model calls itself Grace
    中文配方：模型自称 Grace
    = a model that calls itself 喵星人Grace
    一个自称喵星人Grace 的模型
    """#
}
