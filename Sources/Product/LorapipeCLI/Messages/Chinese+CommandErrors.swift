extension Chinese {
  /// Errors of commands, recipes, runs, the store and imports; and why a stage runs again.
  static let commandErrors = #"""
    = {0} is in a remote cache
    {0} 在远程缓存里
    = {0} ran in {1}, for the first time
    {0} 在 {1} 里第一次运行
    = {0} ran in {1}: {2}
    {0} 在 {1} 里运行过：{2}
    = {0} → unset ({1})
    {0} → 未设置（{1}）
    = {0} → unset
    {0} → 未设置
    = {0} unset → {1}
    {0} 未设置 → {1}
    = tokens, at about {0} a row
    token 数（每条约 {0} 个）
    = a list
    列表
    = a list of strings
    字符串列表
    = no run has made a model yet
    还没有运行产出过模型
    = there is no file or folder '{0}'
    没有文件或文件夹 '{0}'
    = give a model's folder, a GGUF file, a stage or a run
    请给出模型文件夹、GGUF 文件、阶段或运行
    = '{0}' is no LoRA adapter
    '{0}' 不是 LoRA 适配器
    = give a folder with adapter_config.json
    请给出含有 adapter_config.json 的文件夹
    = '{0}' is an adapter, and nothing says which model it belongs to
    '{0}' 是适配器，但不知道它属于哪个模型
    = give the model, and the adapter with --adapter
    请给出模型，并用 --adapter 给出适配器
    = run the serve stage again
    请重新运行 serve 阶段
    = there is no file '{0}'
    没有文件 '{0}'
    = cannot read '{0}'
    无法读取 '{0}'
    = cannot read {0}: {1}
    无法读取 {0}：{1}
    = cannot write {0}: {1}
    无法写入 {0}：{1}
    = it is not JSON: {0} (column {1})
    不是 JSON：{0}（第 {1} 列）
    = it is not a JSON object
    不是 JSON 对象
    = has no message to answer
    没有要回答的消息
    = it cannot be answered
    无法回答
    = '{0}' holds something else than answers to these rows
    '{0}' 里不是这些数据的回答
    = give another file with --output, or move this one away
    用 --output 换一个文件，或把它移走
    = run {0} has no curves
    运行 {0} 没有曲线
    = name a run with a trained stage
    请指定有训练阶段的运行
    = '{0}' has no curve '{1}'
    '{0}' 没有曲线 '{1}'
    = it has none yet
    它还没有曲线
    = its curves are {0}
    它的曲线有：{=0}
    = no run has a curve '{0}'
    没有运行有曲线 '{0}'
    = the curves are {0}
    现有曲线：{=0}
    = no run has the metric '{0}'
    没有运行有指标 '{0}'
    = '{0}' is a metric of more than one stage
    有几个阶段都有指标 '{0}'
    = the metrics are {0}
    现有指标：{=0}
    = name one of {0}
    请写其中一个：{=0}
    = name one of: {0}
    请写其中一个：{=0}
    = run {0} has no stage '{1}'
    运行 {0} 没有阶段 '{1}'
    = '{0}' has no log: it did not run in {1}, nor in any run before
    '{0}' 没有日志：它在 {1} 和更早的运行里都没有运行过
    = there is no kind of stage '{0}'
    没有阶段类型 '{0}'
    = there is no run '{0}': only {1} here
    没有运行 '{0}'：这里只有 {1} 个
    = '{0}' could be {1}
    '{0}' 可能指 {1}
    = give more of the identifier
    请把编号写长一些
    = the run {0} is still running
    运行 {0} 还在进行
    = stop it first, with Ctrl-C or SIGINT
    请先用 Ctrl-C 或 SIGINT 停止它
    = the run {0} is '{1}'
    运行 {0} 有别名 '{1}'
    = remove the alias first: lorapipe runs alias --remove {0}
    先去掉别名：lorapipe runs alias --remove {0}
    = '{0}' cannot be an alias: it already means a run
    '{0}' 不能当别名：它已经指一次运行
    = '{0}' is the name of a recipe, and stands for its newest run
    '{0}' 是配方名，指它最近一次运行
    = choose another alias
    请换一个别名
    = use letters, digits, '.', '_' and '-', at most {0}
    用字母、数字、'.'、'_' 和 '-'，最多 {0} 个
    = '--serve' keeps one run up, and this recipe makes {0}; run it, then: lorapipe serve RUN
    '--serve' 只能部署一次运行，而这个配方有 {0} 次；先运行，再执行：lorapipe serve RUN
    = the recipe '{0}' has no serve stage; add one, such as serve: { kind: serve, model: … }
    配方 '{0}' 没有 serve 阶段；请加一个，例如 serve: { kind: serve, model: … }
    = '--serve' keeps one service up; name its stage: {0}
    '--serve' 只能启动一个服务；请指定它的阶段：{=0}
    = '--serve' needs the stage '{0}', which is not among those asked for
    '--serve' 需要阶段 '{0}'，但没有要求运行它
    = the stage '{0}' left no service to start
    阶段 '{0}' 没有留下可以启动的服务
    = '--adapter' takes NAME=PATH, not '{0}'
    '--adapter' 要写成 名字=路径，而不是 '{0}'
    = libmicrohttpd is not installed
    没有安装 libmicrohttpd
    = there is no port {0}
    没有端口 {0}
    = choose one from 0 to 65535
    请选 0 到 65535
    = '{0}' is no address of this machine: {1}
    '{0}' 不是这台机器的地址：{1}
    = the model was not ready within a minute
    模型一分钟内没有准备好
    = two models of the service are named '{0}'
    服务里有两个模型都叫 '{0}'
    = give each adapter a name of its own
    每个适配器要有自己的名字
    = look at them with: lorapipe tokens show {0}
    用这条命令查看：lorapipe tokens show {0}
    = '{0}' is a mix: --include, --columns and --encoding have no meaning there
    '{0}' 是混合结果：用不到 --include、--columns 和 --encoding
    = --split is for the rows of a mix
    --split 只用于混合结果
    = --columns '{0}' is not NAME=NEW
    --columns '{0}' 不是 旧名=新名 的写法
    = --columns '{0}' is not a JSON map of names
    --columns '{0}' 不是列名的 JSON 映射
    = --columns: the new name of '{0}' must be a text
    --columns：'{0}' 的新名字应该是文本
    = Use a column ask, query or question.
    请用列 ask、query 或 question。
    = --ollama, --vllm and --mlx write different things: give one
    --ollama、--vllm 和 --mlx 写出的东西不同：只写一个
    = an adapter keeps its dtype: --dtype goes with --merge
    适配器保持自己的数据类型：--dtype 要和 --merge 一起用
    = vLLM loads adapters from folders: name one
    vLLM 从文件夹加载适配器：请写文件夹名
    = --vllm and --mlx write a folder: name one
    --vllm 和 --mlx 写出的是文件夹：请写文件夹名
    = a folder holds no quantized weights: give a name that ends in .gguf
    文件夹不能放量化权重：请写以 .gguf 结尾的名字
    = '{0}' lies in the model's own folder
    '{0}' 在模型自己的文件夹里
    = name one outside it
    请写它外面的位置
    = name another file with --output, or add --force to replace it
    用 --output 换一个文件名，或加 --force 覆盖它
    = name at least one file
    请至少写一个文件
    = for example: lorapipe import train.sh
    例如：lorapipe import train.sh
    = {0} holds {1} training jobs
    {0} 里有 {1} 个训练任务
    = leave out --output: each becomes a file in recipes/
    不要写 --output：每个任务各写成 recipes/ 里的一个文件
    = check the path
    请检查路径
    = rename yours
    请给你的文件改名
    = this is a configuration of {0}, not a recipe
    这是 {0} 的配置，不是配方
    = turn it into a recipe: lorapipe import {0}
    把它转成配方：lorapipe import {0}
    = this is not recognized as a configuration of {0}
    看不出这是 {0} 的配置
    = name a file with model and dataset settings, such as model_name_or_path or base_model
    请指定含有模型和数据集设置的文件，如 model_name_or_path 或 base_model
    = this is a lorapipe recipe already
    这已经是 lorapipe 的配方
    = run it: lorapipe run {0}
    直接运行：lorapipe run {0}
    = the script has no training command
    脚本里没有训练命令
    = name a script with 'swift sft', 'llamafactory-cli train' or 'axolotl train'
    请指定含有 'swift sft'、'llamafactory-cli train' 或 'axolotl train' 的脚本
    = this job trains all weights of the model
    这个任务训练模型的全部权重
    = lorapipe trains LoRA adapters; to import it as one, add --as-lora
    lorapipe 训练 LoRA 适配器；要按 LoRA 导入，请加 --as-lora
    = the job names no base model as a plain text
    任务里没有直接写出基座
    = the job names no training data as a plain text
    任务里没有直接写出训练数据
    = write the model's name or path into the file and import it again
    把模型的名字或路径写进文件，再导入一次
    = write the dataset's name or path into the file and import it again
    把数据集的名字或路径写进文件，再导入一次
    = known are {0}
    可用的有：{=0}
    = name: ms-swift, or run: [program, argument]
    name: ms-swift，或 run: [程序, 参数]
    = write the values in brackets
    把值写在方括号里
    = write '{0}'
    写 '{0}'
    = name one: '{0}'
    写其中一个：'{0}'
    = remove the brackets
    去掉方括号
    = remove '#{0}'
    去掉 '#{0}'
    = remove it
    去掉它
    = write a number and a unit: 16G, 800M
    写数字和单位：16G、800M
    = write a number and a unit: 90m, 12h, 2d
    写数字和单位：90m、12h、2d
    = known pipelines are {0}
    现有流水线：{=0}
    = '{0}' of {1} must be {2}, not {3}
    {1} 的 '{0}' 应该是{2}，而不是{3}
    = '{0}' of {1} needs '{2}'
    {1} 的 '{0}' 需要 '{2}'
    = use a string as key
    键要用字符串
    = invalid UTF-8: byte 0x{0}
    不是 UTF-8：字节 0x{0}
    = save the file as UTF-8
    请把文件存成 UTF-8
    = the file is UTF-16
    文件是 UTF-16
    = save it as UTF-8
    请存成 UTF-8
    = found character that cannot start any token
    有不能出现在这里的字符
    = '{0}' was moved or removed
    '{0}' 被移走或删除了
    = put it back, or name its new place
    请放回去，或写新的位置
    = '{0}' was changed after this run had looked at it
    '{0}' 在这次运行读过之后又变了
    = run again when nothing writes to it
    等没有程序写它时再运行
    = cannot write to the store '{0}'
    无法写入存储 '{0}'
    = make it writable for this user (a team: 'chgrp -R GROUP' and 'chmod -R g+ws'), or use another store
    让当前用户能写它（团队共用：'chgrp -R 组名' 和 'chmod -R g+ws'），或换一个存储
    = the store '{0}' has layout {1}; this version of lorapipe knows up to {2}
    存储 '{0}' 的布局版本是 {1}；这个版本的 lorapipe 只认识到 {2}
    = use the newer lorapipe that made it, or another store
    请用创建它的新版 lorapipe，或换一个存储
    = the artifact {0} is not in the store, or was damaged
    产物 {0} 不在存储里，或已损坏
    = run again: what is missing is made again
    请重新运行：缺失的会重新生成
    = run `lorapipe lock`, or name a revision
    请运行 `lorapipe lock`，或写明 revision
    = offline, and the source of '{0}' was never asked what it holds
    处于离线状态，而 '{0}' 的来源从未查询过
    = run once with the network, or give a local copy: source: file:…
    请联网运行一次，或给本地文件：source: file:…
    = no remote cache is named
    没有配置远程缓存
    = '{0}' is not a lock file
    '{0}' 不是锁定文件
    = write it again with 'lorapipe lock'
    请用 'lorapipe lock' 重新生成
    = training the 135M model takes about 1.5 GB; 'lorapipe plan' says what a recipe takes
    训练 135M 的模型约需 1.5 GB；'lorapipe plan' 会说明一个配方要多少
    = {0} cannot be written: {1}
    {0} 不可写：{1}
    = make it yours, or work in a folder that is
    请改成自己可写，或换一个文件夹
    = {0} lies on a file system without locks
    {0} 所在的文件系统不支持文件锁
    = put the workspace on a local disk
    请把工作区放到本地磁盘
    = HF_ENDPOINT (such as https://hf-mirror.com)
    HF_ENDPOINT（如 https://hf-mirror.com）
    = not set
    未设置
    = runs.db does not have all runs: {0}
    runs.db 里的运行不全：{0}
    = the runs are in their folders, and 'lorapipe runs' reads them in as soon as it can
    运行记录都在各自的文件夹里，'lorapipe runs' 会尽快读入
    = list at least one value, or remove '{0}'
    至少写一个值，或去掉 '{0}'
    = keep one of them
    只留一个
    = cannot read the file
    无法读取文件
    = cannot read {0}
    无法读取 {0}
    = {0} is not a file
    {0} 不是文件
    = run the recipe itself
    请运行配方本身
    = stage '{0}' is of the kind '{1}', which this program does not have
    阶段 '{0}' 的类型 '{1}' 本程序没有
    = use the version of the program that began the run
    请用开始这次运行的那个版本
    = '{0}' of stage '{1}' is not a parameter this program accepts
    阶段 '{1}' 的 '{0}' 不是本程序接受的参数
    = write the name of a file in pipelines/, or a path that starts with ./
    请写 pipelines/ 里的文件名，或以 ./ 开头的路径
    = a recipe gives it under 'with:', a command line with -S with.{0}=…
    配方里写在 'with:' 下，命令行用 -S with.{0}=…
    = use at most 100 bytes, no '/', '[' or ']', and begin with a letter
    最多 100 字节，不含 '/'、'[' 和 ']'，以字母开头
    = use 'vars:'
    请用 'vars:'
    = add 'pipeline: NAME'
    加上 'pipeline: 名字'
    = give it another name, or set its parameters with 'with:' or -S
    请换个名字，或用 'with:' 或 -S 设它的参数
    = use shorter values in the matrix
    matrix 里请用短一些的值
    = write train, train[*] or train[category=shoes]
    请写 train、train[*] 或 train[category=shoes]
    = take all with '{0}[*]', or one: {1}
    全部用 '{0}[*]'，单个用：{1}
    = write the whole path, or one from the recipe's own folder
    请写完整路径，或相对于配方所在文件夹的路径
    = use it as the whole value
    请把它单独用作整个值
    = use fewer nested '${…}'
    '${…}' 嵌套得少一些
    = declare it under 'vars:' and write '${vars.…}'
    在 'vars:' 下声明它，再写 '${vars.…}'
    = '{0}' of {1}: the value {2} {3}
    {1} 的 '{0}'：值 {2} {3}
    = is not a finite number
    不是有限的数
    = the database '{0}' was written by a newer version of lorapipe
    数据库 '{0}' 是更新版本的 lorapipe 写的
    = use that version; runs are still recorded in their folders
    请用那个版本；运行仍记录在各自的文件夹里
    = choose another name
    请换一个名字
    = the note has {0} characters, more than {1}
    备注有 {0} 个字符，超过 {1}
    = shorten it
    请缩短
    = the database '{0}' is damaged: {1}
    数据库 '{0}' 已损坏：{1}
    = it is set aside and made again from the runs' folders
    已把它移开，并从各次运行的文件夹重新建立
    = the database '{0}' is locked by another program
    数据库 '{0}' 被别的程序锁住
    = cannot open the database '{0}': {1}
    打不开数据库 '{0}'：{1}
    = make the file and its folder writable for this user
    请让当前用户能写这个文件和它的文件夹
    = no room to write to the database '{0}'
    没有空间写数据库 '{0}'
    = free some space
    请腾出空间
    = the stage ended well, and its record is not in the store
    阶段正常结束，但存储里没有它的记录
    = check that every process of the run sees the same store
    请检查各进程看到的是不是同一个存储
    = the stored recipe of run '{0}' cannot be read
    读不了运行 '{0}' 保存的配方
    = run the recipe
    请运行配方
    = this program has no stage kind '{0}'
    本程序没有阶段类型 '{0}'
    = the process that runs '{0}' is another version of lorapipe than its parent
    运行 '{0}' 的进程与父进程不是同一版本的 lorapipe
    = use one version for all processes of a run
    一次运行的所有进程请用同一版本
    = the file is not UTF-8 text
    文件不是 UTF-8 文本
    = name a training configuration or a script
    请指定训练配置或脚本
    = 'swift {0}' is not supervised fine-tuning
    'swift {0}' 不是监督微调
    = only 'swift sft' can be imported
    只能导入 'swift sft'
    = this job {0}
    这个任务{0}
    = lorapipe cannot do that; see docs/coming-from-other-tools.md
    lorapipe 做不到；见 docs/coming-from-other-tools.md
    = this job trains with '{0}'
    这个任务用 '{0}' 训练
    = '{0}' is not supervised fine-tuning
    '{0}' 不是监督微调
    = the stage '{0}' is not supervised fine-tuning
    阶段 '{0}' 不是监督微调
    = lorapipe trains LoRA adapters on answers to questions
    lorapipe 用问答数据训练 LoRA 适配器
    = this job puts adapters on '{0}'
    这个任务给 '{0}' 加适配器
    = adapters go on the layers {0}, or on all of them
    适配器可以加在这些层上：{0}，或全部加上
    = the folder '{0}' contains itself through a symbolic link
    文件夹 '{0}' 通过符号链接包含了自己
    = remove the link that points back to a folder above it
    去掉指回上层文件夹的链接
    = '{0}' is a device, socket or pipe
    '{0}' 是设备、套接字或管道
    = remove it: only files have content
    去掉它：只有文件才有内容
    = a command stage takes 'run' or 'shell', not both
    command 阶段只能写 'run' 或 'shell' 之一
    = a command stage needs 'run' or 'shell'
    command 阶段需要 'run' 或 'shell'
    = its output is in the stage's log: lorapipe logs {0}
    输出在阶段的日志里：lorapipe logs {0}
    = name datasets under domain: or general:
    请在 domain: 或 general: 下写数据集
    = give the stage a model: input
    请给这个阶段加上 model: 输入
    = name at least one
    至少写一个
    = declare it: inputs: { {0}: … }
    声明它：inputs: { {0}: … }
    = cannot start {0}: {1}
    无法启动 {0}：{1}
    = {0} ({1} recipe, {2} pipeline)
    {0}（{1} 个配方，{2} 条流水线）
    = {0} ({1} recipe, {2} pipelines)
    {0}（{1} 个配方，{2} 条流水线）
    = {0} ({1} recipes, {2} pipeline)
    {0}（{1} 个配方，{2} 条流水线）
    = {0} ({1} recipes, {2} pipelines)
    {0}（{1} 个配方，{2} 条流水线）
    = {0} answers in {1} ms; {2} set
    {0} 通，{1} 毫秒；已设置 {2}
    = not checked (--offline); {0} set
    没有检查（--offline）；已设置 {0}
    = Chinese
    中文
    = English
    英文
    """#
}
