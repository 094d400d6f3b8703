extension Chinese {
  /// All texts that other modules make whole.
  static let wholeTexts = [
    frozenLayers, lintTexts, broughtWords, typedWords, runTexts, slips, bracketTexts,
    recipeErrors, errors, commandErrors, storeErrors, dataErrors, rowErrors, fileErrors, mixErrors, sourceErrors,
    modelErrors, planErrors, liveTexts, engines, hubErrors, reportErrors, otherTools, kinds, metrics, reference,
    algebra,
    yamlErrors, jsonErrors, service, importing,
    training, modelFiles, modelShapes, tokenizers, recipeParts, stageErrors, system, templates,
  ].joined(separator: "\n")

  /// Errors, warnings and notes, which arrive as whole texts from all modules. The values of an English template stand in
  /// order, `{0}` first.
  static let errors = #"""
    = no workspace here: neither this folder nor one above it holds recipes/ or runs/
    这里不是工作区：这个文件夹和它上面的都没有 recipes/ 或 runs/
    = make one with 'lorapipe init', or name a folder with -C
    用 'lorapipe init' 新建，或用 -C 指定文件夹
    = there is no run yet
    还没有运行过
    = start with: lorapipe run
    先执行：lorapipe run
    = there is no run '{0}'
    没有运行 '{0}'
    = 'lorapipe runs' lists them
    'lorapipe runs' 会列出来
    = no run is left to continue: none failed or was stopped since it last succeeded
    没有失败或中断的运行
    = name one, or start with: lorapipe run
    指定一个，或先执行：lorapipe run
    = there is no artifact '{0}'
    没有产物 '{0}'
    = 'lorapipe cache ls' lists them
    'lorapipe cache ls' 会列出来
    = there is no model '{0}'
    没有模型 '{0}'
    = there is no tokenize stage '{0}' in the newest runs
    最近的运行里没有 tokenize 阶段 '{0}'
    = run one first: lorapipe run --until {0}
    先运行：lorapipe run --until {0}
    = '{0}' is there already
    '{0}' 已经存在
    = name a new one
    换一个新名字
    = start it anyway with --yes; 'lorapipe plan' shows how long each stage takes
    加 --yes 可以照样开始；'lorapipe plan' 会列出每个阶段要多久
    = the stage was killed (signal 9), most likely by the kernel because memory ran out
    阶段被杀掉了（信号 9），多半是内存不够，被系统终止
    = lower its memory need (shorter sequences, smaller packs) or raise what the machine offers
    减少内存用量（缩短序列、减小 pack），或换内存更大的机器
    = the stage crashed with signal {0} ({1})
    阶段崩溃了，信号 {0}（{1}）
    = the stage ended with status {0} and no result
    阶段以状态 {0} 结束，没有给出结果
    = the run needs about {0} of disk and {1} are free
    运行大约需要 {0} 磁盘，只剩 {1}
    = free some space ('lorapipe cache gc -n' says what can go)
    腾出一些空间（'lorapipe cache gc -n' 会列出可以清理的）
    = a stage needs about {0} of memory and may use {1}
    有阶段大约需要 {0} 内存，最多只能用 {1}
    = use a smaller or quantized model, lower max_length, or raise the limit with --memory
    换小一点或量化过的模型，减小 max_length，或用 --memory 提高上限
    = the source of '{0}' is neither pinned nor in the lock file
    '{0}' 的来源既没固定版本，也不在锁文件里
    = offline: the last known state of the source of '{0}' is used
    离线：'{0}' 的来源使用上次得知的版本
    = the source of '{0}' could not be asked; its last known state is used
    '{0}' 的来源连不上，使用上次得知的版本
    = '{0}' comes before what was asked for and is not built
    '{0}' 在指定的阶段之前，还没有结果
    = run without --from
    去掉 --from 再运行
    = no value for {0} in '{1}'
    '{1}' 里的 {0} 没有值
    = row {0}: {1}
    第 {0} 条：{1}
    = Give it a value under values: (now: {0}). If it is to stay, name it under keep:.
    在 values: 里给它一个值（现有：{0}）。如果要原样保留，把它写进 keep:。
    = cannot open '{0}': {1}
    打不开 '{0}'：{1}
    = Check the path.
    检查路径。
    = No such file or directory
    没有这个文件或文件夹
    = cannot tell the data format of '{0}' from its name
    从名字看不出 '{0}' 是什么数据格式
    = Unpack it first.
    请先解压。
    = '{0}' is neither a file nor a folder
    '{0}' 既不是文件，也不是文件夹
    = Write the rows to a file whose name ends in {0}.
    把数据写到以 {0} 结尾的文件里。
    = Fix these rows.
    改好这些数据。
    = Skip bad rows with on_bad_row: drop, or fix them. {0}
    用 on_bad_row: drop 跳过坏数据，或者改好它们。{0}
    = Fix these rows, or skip bad rows with on_bad_row: drop.
    改好这些数据，或用 on_bad_row: drop 跳过坏数据。
    = '{0}' has a batch of {1} rows, more than its {2} rows
    '{0}' 的批次有 {1} 条，比它的 {2} 条数据还多
    = lower batch_size
    减小 batch_size
    = '{0}' reads '{1}', which has no row that can be used
    '{0}' 读取的 '{1}' 里没有一条可用的数据
    = fix its rows; lorapipe data lint FILE names them all
    改好这些数据；lorapipe data lint 文件 会全部列出来
    = '{0}' takes '{1}', made with another model's tokenizer than '{2}'
    '{0}' 用的 '{1}' 是用另一个模型（不是 '{2}'）的分词器做的
    = give the tokenize stage the same model
    让 tokenize 阶段用同一个模型
    = '{0}' takes the adapter '{1}', which belongs to another base than '{2}'
    '{0}' 用的适配器 '{1}' 属于另一个基座，不是 '{2}'
    = give '{0}' the model the adapter is trained on
    让 '{0}' 用训练这个适配器的模型
    = {0} of {1} '{2}' probes were answered correctly, fewer than the {3} required
    '{2}' 的 {1} 道测试题答对 {0} 道，低于要求的 {3}
    = train longer or on more rows, or lower require
    多训练一些、多加数据，或降低 require
    = there is no pip on this machine, and a pip: source is taken with it
    这台机器没有 pip，而 pip: 来源要用它下载
    = Install it: sudo apt-get install -y python3-pip
    安装它：sudo apt-get install -y python3-pip
    = cannot listen on {0}:{1}: {2}
    不能监听 {0}:{1}：{2}
    = choose another port with --port, or stop what uses this one
    用 --port 换一个端口，或停掉占用它的程序
    = cannot enter folder '{0}': {1}
    不能进入文件夹 '{0}'：{1}
    = unknown command '{0}'
    没有命令 '{0}'
    = unknown option '{0}'
    没有选项 '{0}'
    = '{0}' takes no value
    '{0}' 不带值
    = '{0}' needs a value: {1}
    '{0}' 需要一个值：{1}
    = '{0}' is given twice
    '{0}' 写了两次
    = '{0}' needs a command
    '{0}' 后面需要一个命令
    = missing {0}
    缺少 {0}
    = unexpected argument '{0}'
    多余的参数 '{0}'
    = {0} takes a whole number, not '{1}'
    {0} 需要整数，而不是 '{1}'
    = {0} takes a number of at least {1}, not {2}
    {0} 需要不小于 {1} 的数，而不是{2}
    = {0} takes a number from {1} to {2}, not {3}
    {0} 需要 {1} 到 {2} 的数，而不是{3}
    = {0} takes a number, not '{1}'
    {0} 需要数字，而不是 '{1}'
    = {0} takes a size such as 512M or 2G, not '{1}'
    {0} 需要 512M、2G 这样的大小，而不是 '{1}'
    = {0} takes one of {1}, not '{2}'
    {0}只能是{1}之一，而不是 '{2}'
    = choose one of --text, --mermaid and --dot
    --text、--mermaid、--dot 只能选一个
    = {0} reruns: {1}
    {=0} 重跑：{1}
    = {0} would rerun: {1}
    {=0} 会重跑：{1}
    = {0} reran: {1}
    {=0} 重跑了：{1}
    = {0} runs for the first time
    {=0} 第一次运行
    = {0} would run for the first time
    {=0} 会第一次运行
    = {0} ran for the first time
    {=0} 是第一次运行
    = {0} is decided after an earlier stage has run
    {=0} 要等前面的阶段运行之后才能确定
    = {0} is cached
    {0} 已缓存
    = input '{0}' changed
    输入 '{0}' 变了
    = forced
    强制
    = its artifact is missing or damaged
    它的产物缺失或损坏
    = this version of lorapipe computes it differently
    这个版本的 lorapipe 计算方法不同
    = the checkpoint {0} cannot be continued, and it cannot be removed either
    检查点 {0} 无法继续使用，也无法删除
    = the checkpoint {0} is damaged, and was removed
    检查点 {0} 已损坏，已删除
    = the checkpoint {0} belongs to another training (other settings, rows or base), and was removed
    检查点 {0} 属于另一次训练（设置、数据或基座不同），已删除
    = the checkpoint {0} was removed: best.safetensors, which belongs to it, is missing or damaged
    检查点 {0} 已删除：与它配套的 best.safetensors 缺失或损坏
    = continuing from the checkpoint of step {0}
    从第 {0} 步的检查点继续
    = fetched the checkpoint of step {0} that '{1}' left in a remote cache
    已取回 '{1}' 留在远程缓存里的第 {0} 步检查点
    = waiting: another run is building the same artifact
    等待：另一个运行正在生成同样的产物
    = {0} of {1} pieces were tokenized before and are reused
    {1} 块数据里有 {0} 块以前分过词，直接使用
    = stopped early: the validation loss no longer fell
    提前停止：验证 loss 不再下降
    = the tokens of {0} were counted before
    {0} 的 token 以前数过
    = it answers: {0}
    它的回答：{0}
    = {0} rows without a learned token were left out
    有 {0} 条没有可学的 token，没有使用
    = there are no validation rows: no loss is measured (mix has validation: 0.1)
    没有验证集，不测量 loss（可在 mix 里设 validation: 0.1）
    = cannot read the Parquet file '{0}': {1}
    读不了 Parquet 文件 '{0}'：{1}
    = it is too short for a Parquet file
    文件太短，不是 Parquet 文件
    = the loss of {0} is not a number
    {0} 的 loss 不是数字
    = the weights of the model or the adapter hold a NaN or an infinity: fetch or train them again
    模型或适配器的权重里有 NaN 或无穷大：请重新下载或重新训练
    = the base's weights hold a NaN or an infinity: fetch them again; else look at the rows named
    基座的权重里有 NaN 或无穷大：请重新下载；否则检查列出的数据
    = the adapter belongs to another base: {0}
    适配器属于另一个基座：{0}
    = use the base the adapter was trained on
    请使用训练这个适配器时的基座
    = {0} is not supported
    不支持{0}
    = LoRA, rsLoRA and DoRA adapters are read
    可以读取 LoRA、rsLoRA 和 DoRA 适配器
    = llama.cpp has no DoRA, so a GGUF adapter cannot hold its magnitudes
    llama.cpp 不支持 DoRA，GGUF 适配器存不下它的幅值
    = merge the adapter into its base and write that as GGUF
    请先把适配器合并进基座，再写成 GGUF
    = the adapter has weights of its own for {0}, which {1}
    这个适配器自带 {0} 的权重，{1}
    = merge the adapter into its base first
    请先把适配器合并进基座
    = only low-rank updates are trained, not whole modules or single tokens
    只训练低秩更新，不训练整个模块和单个 token
    = leave out modules_to_save and trainable_token_indices; targets may name embed_tokens and lm_head
    去掉 modules_to_save 和 trainable_token_indices；targets 里可以写 embed_tokens 和 lm_head
    = DoRA is not trained on '{0}'
    DoRA 不能训练 '{0}'
    = leave '{0}' out of the targets, or set dora: false
    从 targets 中去掉 '{0}'，或设 dora: false
    = lora.init: pissa does not begin an adapter of '{0}'
    lora.init: pissa 不能用来初始化 '{0}' 的适配器
    = leave '{0}' out of the targets, or leave out lora.init
    从 targets 中去掉 '{0}'，或去掉 lora.init
    = an adapter of '{0}' is trained natively only
    '{0}' 的适配器只能用内置引擎训练
    = leave '{0}' out of lora.targets, or leave out engine
    从 lora.targets 中去掉 '{0}'，或去掉 engine
    = the pattern '{0}' names '{1}', which a pattern does not choose
    模式 '{0}' 指定了 '{1}'，但模式不能选它
    = list the layers instead: targets: [q_proj, v_proj, {0}]
    请改用列表：targets: [q_proj, v_proj, {0}]
    = the update of '{0}' does not fit the model
    '{0}' 的更新与模型的形状不符
    = llama.cpp cannot change '{0}' alone where embedding and output head are one matrix
    词嵌入和输出头共用一个矩阵时，llama.cpp 不能只改 '{0}'
    = vLLM loads no DoRA adapters
    vLLM 不加载 DoRA 适配器
    = add --merge to write the merged model
    加上 --merge，写出合并后的模型
    = DoRA is trained without dropout
    DoRA 训练时不能用 dropout
    = set lora.dropout: 0, or dora: false
    设 lora.dropout: 0，或 dora: false
    = the pattern '{0}' is not understood: {1}
    看不懂模式 '{0}'：{1}
    = the pattern '{0}' matches no linear layer that lora.layers chooses
    模式 '{0}' 没有匹配 lora.layers 选中的任何线性层
    = the pattern '{0}' matches no linear layer of the base
    模式 '{0}' 没有匹配基座的任何线性层
    = it must match a whole path, such as '{0}'
    它必须匹配完整路径，例如 '{0}'
    = a context of {0} tokens was asked for, and the model was made for {1} positions
    要求的上下文是 {0} 个 token，而模型只支持 {1} 个位置
    = ask for at most {0}, or give the model's config.json rope_parameters that reach further
    最多要求 {0}，或在模型的 config.json 里写能到更远位置的 rope_parameters
    = a page says it has {0} values
    某一页声称有 {0} 个值
    = {0}: in {1} of {2}, serving would put other tokens before an answer
    {0}：{2} 里有 {1} 在部署时，回答前面的 token 会不一样
    = {0} works on an adapter, and '{1}' has none
    {0} 只用于适配器，而 '{1}' 没有适配器
    = name an adapter's stage, or give one with --adapter
    请写适配器的阶段名，或用 --adapter 给出一个
    = '{0}' is an adapter already: --adapter goes with its base
    '{0}' 本身就是适配器：--adapter 要与它的基座一起用
    = '{0}' is a service of a base and the adapters {1}
    '{0}' 是一个服务，包含基座和适配器 {1}
    = name the stage of the one to write
    请写要导出的那个的阶段名
    = --dtype is of a folder's weights, and this writes a .gguf: use --gguf
    --dtype 是文件夹里权重的精度，而这里写出的是 .gguf：请用 --gguf
    = --base-name is written into an adapter's folder, and this writes {0}
    --base-name 写进适配器的文件夹，而这里写出的是 {0}
    = a .gguf of an adapter holds no system prompt: name a folder
    适配器的 .gguf 不含系统提示：请写一个文件夹名
    """#
}
