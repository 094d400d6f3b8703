extension Chinese {
  /// What a recipe's reader says of other programs' keys and files, and of full-width punctuation; errors of imports.
  static let otherTools = #"""
    = turn it into a recipe: lorapipe import {0} -o {1}
    把它转换成配方：lorapipe import {0} -o {1}
    = '{0}' is full-width punctuation: write '{1}' in half width
    '{0}' 是全角标点：请改成半角 '{1}'
    = Write {0}, and run with HF_ENDPOINT={1}.
    写成 {0}，并用 HF_ENDPOINT={1} 运行。
    = leave it out: {0}
    不需要，删掉即可：{0}
    = it has no counterpart here: {0}
    这里没有对应的设置：{0}
    = weights stay in the precision they are stored in, and sums are f32
    权重保持文件里的精度，求和用 f32
    = lorapipe has one exact attention
    lorapipe 只有一种精确的注意力实现
    = activations are recomputed when memory is short
    内存不够时会自动重算激活值
    = reading and tokenizing use the cores that are there
    读取和分词会用上所有 CPU 核
    = every update is recorded, in runs.db and the terminal
    每一步都会记录在 runs.db 里，并显示在终端
    = metrics are in runs.db; 'lorapipe show --tensorboard' writes event files
    指标记录在 runs.db 里；'lorapipe show --tensorboard' 可写出 TensorBoard 文件
    = outputs are in runs/, by content
    产物按内容存放在 runs/ 里
    = the cache is by content
    缓存按内容区分
    = the native engine uses one machine
    自带的训练引擎只用一台机器
    = the native engine uses the CPU
    自带的训练引擎用 CPU
    = evaluation packs rows itself
    评测时会自动打包数据
    = rows are always packed, and never attend to each other
    数据总是打包在一起，彼此互不可见
    = no code of a model is ever run
    从不运行模型自带的代码
    = rows are shuffled by the recipe's seed
    数据按配方的 seed 打乱
    = an interrupted training continues by itself
    中断的训练会自动接着做
    = the best adapter is the one with the lowest validation loss
    验证 loss 最低的就是最佳适配器
    = checkpoints hold all that a resume needs
    检查点里有继续训练所需的一切
    = set train.save_every to a number of updates
    用 train.save_every 设定每多少步存一次
    = set train.eval_every to a number of updates
    用 train.eval_every 设定每多少步验证一次
    = sampling is set when a model answers, not when it is trained
    采样参数在推理时设置，与训练无关
    = the base is used in the precision of its file: fetch a 4-bit or 8-bit GGUF for the same
    基座按文件的精度使用：想要同样的效果，下载 4-bit 或 8-bit 的 GGUF
    = the optimizer is AdamW with f32 moments
    优化器是 AdamW，动量用 f32
    = 'lorapipe export' writes what a hub takes
    'lorapipe export' 可写出模型库接受的格式
    = nothing depends on it here
    这里没有东西取决于它
    = the loss is always an average over the tokens of an update
    loss 总是一步里所有 token 的平均值
    = the adapter is trained and stored in f32
    适配器用 f32 训练和保存
    = no bias is trained
    不训练偏置
    = the last, smaller batch is trained on too
    最后不满的一批也会训练
    = rows are shuffled, not grouped by length
    数据是打乱的，不按长度分组
    = the model would learn to write placeholders such as {{NAME}}: they are in {0} of the mix
    模型会照着学 {{NAME}} 这样的占位符：混合结果中{0}还有
    = Fill them first: a stage  filled: { kind: substitute, data: FILE, values: { NAME: Grace } }  and domain: [filled].
    请先替换：加一个阶段  filled: { kind: substitute, data: 文件, values: { NAME: Grace } }  再写 domain: [filled]。
    = the model would learn to write {0}, which stands in row {1}
    模型会照着学占位符 {0}：第 {1} 条里就有
    = for a recipe and rows in Chinese: {0} {1}
    想要中文的配方和数据，换一个文件夹：{0} {1}
    = kept {0}, which is there already: name another folder for a fresh one
    {0} 已经存在，没有改动；想要全新的，请换一个文件夹
    = continuing {0} ({1}), {2}
    接着 {0} 继续（{1}，{2}）
    = two files are called '{0}'
    有两个文件都叫 '{0}'
    = rename one of them
    请给其中一个改名
    = '{0}' is no recipe
    '{0}' 不是配方
    = the source is an argument: lorapipe pull {0}
    来源直接写在命令后面：lorapipe pull {0}
    = models are kept in the store; a copy elsewhere is made with: lorapipe export SOURCE -o FOLDER
    模型放在存储里；要复制到别处：lorapipe export 来源 -o 文件夹
    = the source names the hub: hf:ORG/NAME or modelscope:ORG/NAME; for data, hf-dataset:ORG/NAME or modelscope-dataset:ORG/NAME
    来源里写明从哪个模型库下载：hf:组织/名称 或 modelscope:组织/名称；数据集写 hf-dataset:组织/名称 或 modelscope-dataset:组织/名称
    = leave it out: merging is what this command does
    请去掉：这个命令本来就是合并
    = quantized weights go into a .gguf file: lorapipe merge MODEL -o NAME.gguf --gguf q8_0, or q4_0
    量化权重要写进 .gguf 文件：lorapipe merge 模型 -o 名称.gguf --gguf q8_0（或 q4_0）
    = quantized weights go into a .gguf file: lorapipe export MODEL -o NAME.gguf --dtype q8_0, or q4_0
    量化权重要写进 .gguf 文件：lorapipe export 模型 -o 名称.gguf --dtype q8_0（或 q4_0）
    = write: lorapipe push MODEL hf:OWNER/NAME, or modelscope:OWNER/NAME
    请写：lorapipe push 模型 hf:用户/名称，或 modelscope:用户/名称
    = the output's name asks for GGUF: lorapipe merge MODEL -o NAME.gguf
    输出的名字以 .gguf 结尾就写成 GGUF：lorapipe merge 模型 -o 名称.gguf
    = the output's name asks for GGUF: lorapipe export MODEL -o NAME.gguf
    输出的名字以 .gguf 结尾就写成 GGUF：lorapipe export 模型 -o 名称.gguf
    = write: lorapipe export MODEL --ollama -o FOLDER
    请写：lorapipe export 模型 --ollama -o 文件夹
    = write: lorapipe export MODEL --vllm -o FOLDER
    请写：lorapipe export 模型 --vllm -o 文件夹
    = write: lorapipe export MODEL --mlx -o FOLDER
    请写：lorapipe export 模型 --mlx -o 文件夹
    = a folder for transformers is what you get without it: lorapipe merge MODEL -o FOLDER
    不写它就是 transformers 用的文件夹：lorapipe merge 模型 -o 文件夹
    = a folder for transformers or PEFT is what you get without it: lorapipe export MODEL -o FOLDER
    不写它就是 transformers 或 PEFT 用的文件夹：lorapipe export 模型 -o 文件夹
    = the output's name says it: -o FOLDER for transformers, -o NAME.gguf for llama.cpp and LM Studio; for Ollama write lorapipe export MODEL --ollama -o FOLDER
    格式由输出的名字决定：transformers 写 -o 文件夹，llama.cpp 和 LM Studio 写 -o 名称.gguf；Ollama 请写 lorapipe export 模型 --ollama -o 文件夹
    = the output's name says it: -o FOLDER for transformers, -o NAME.gguf for llama.cpp and LM Studio; for Ollama add --ollama
    格式由输出的名字决定：transformers 写 -o 文件夹，llama.cpp 和 LM Studio 写 -o 名称.gguf；Ollama 请加 --ollama
    = '{0}' is what to push, and where to is missing
    '{0}' 是要上传的内容，还缺上传到哪里
    = write: lorapipe push {0} hf:OWNER/NAME, or modelscope:OWNER/NAME
    请写：lorapipe push {0} hf:用户/名称，或 modelscope:用户/名称
    = '{0}' is a file of questions
    '{0}' 是问题文件
    = write: lorapipe generate -i {0}
    请写：lorapipe generate -i {0}
    = for one question write: lorapipe generate {0}; 'lorapipe chat' alone begins a conversation
    只问一句请写：lorapipe generate {0}；要连续对话，只写 'lorapipe chat'
    = the model is an argument: {0} MODEL
    模型直接写在命令后面：{0} 模型
    = the base is the source of the recipe's fetch stage: {0} -S STAGE.source=hf:ORG/NAME
    基座写在配方 fetch 阶段的 source 里；只改这一次：{0} -S 阶段名.source=hf:ORG/NAME
    = data is named in the recipe, as in domain: [./rows.jsonl] of its mix stage; 'lorapipe init --data FILE' writes one
    数据写在配方里，例如 mix 阶段的 domain: [./rows.jsonl]；'lorapipe init --data 文件' 会写好一个配方
    = write: lorapipe resume; 'lorapipe run' reuses finished stages and checkpoints by itself
    请写：lorapipe resume；'lorapipe run' 本来就会复用做完的阶段和检查点
    = the recipe is an argument: {0} RECIPE.yaml
    配方直接写在命令后面：{0} 配方.yaml
    = lorapipe computes on the CPU; 'lorapipe help gpu' says how a training uses a GPU
    lorapipe 用 CPU 计算；怎样用 GPU 训练见 'lorapipe help gpu'
    = everything is kept in runs/; runs/latest/STAGE leads to the newest
    所有产物都在 runs/ 里；runs/latest/阶段名 指向最新的
    = answered rows are written as jsonl, which '{0}' does not look like
    回答以 jsonl 格式写出，而 '{0}' 看起来不是
    = name a file that ends in .jsonl
    请写以 .jsonl 结尾的文件名
    = questions are not read from '{0}'
    不能从 '{0}' 读问题
    = {0}, {1} of them in an output layer that is stored separately
    {0}，其中 {1} 个属于单独存放的输出层
    = Pages: {0}/README.md and {1}/docs
    文档：{0}/README.zh-CN.md 和 {1}/docs/zh
    = write it as a map: { {0}: {1} }
    写成映射：{ {0}: {1} }
    = '{0}' of stage '{1}' takes {2}, but '{3}' is a file
    阶段 '{1}' 的 '{0}' 需要{2}，但 '{3}' 是一个文件
    = a file's path starts with './', '../' or '/'; it is at {0}
    文件路径以 './'、'../' 或 '/' 开头；这个文件在 {0}
    = a file's path starts with './', '../' or '/'; did you mean '{0}'?
    文件路径以 './'、'../' 或 '/' 开头；是不是想写 '{0}'？
    = '{0}' belongs to {1}
    '{0}' 是这些 kind 的键：{=1}
    = '{0}' has a learning_rate of {1}, with which hardly anything is learned
    '{0}' 的 learning_rate 是 {1}，几乎学不到东西
    = '{0}' has only {1}, which the warm-up gives the learning rate 0: nothing would be learned
    '{0}' 只有{1}，而预热使它的学习率为 0：什么也学不到
    = one update
    一次更新
    = {0} updates
    {0} 次更新
    = more rows or epochs, a smaller batch_size, or schedule: { warmup_ratio: 0 }
    增加数据或轮数，减小 batch_size，或写 schedule: { warmup_ratio: 0 }
    = '{0}' has a learning_rate of {1}, with which the loss is likely to rise
    '{0}' 的 learning_rate 是 {1}，loss 很可能会上升
    = 1e-4 to 1e-3 is usual for an adapter
    适配器一般用 1e-4 到 1e-3
    = loss on the validation rows is {0}, above the base's {1}
    验证数据的 loss 是 {0}，高于基座的 {1}
    = the tuned model is worse than its base: train again with a lower learning_rate first
    微调后不如基座：请先降低 learning_rate 重新训练
    = the tuned model is worse than its base: train fewer epochs first
    微调后不如基座：请先减少 epoch 重新训练
    = {0}: found in {1}
    {0}：出现在 {1}里
    = The first line, '{0}', looks like a row: put a line with the columns' names above it: query,response.
    第一行 '{0}' 像是数据：请在上面加一行列名：query,response。
    = close the bracket, or quote a text that contains any of , [ ] { }
    补上括号；如果文字里有 , [ ] { }，请给它加引号
    = a string in single quotes; JSON takes double quotes
    用了单引号：JSON 要用双引号
    = a comma before '{0}'
    '{0}' 前面多了一个逗号
    = columns {0} and {1} both claim to be the {2}
    列 {=0} 和 {=1} 都像是{2}
    = Inputs:
    输入：
    = Parameters, with their defaults:
    参数和默认值：
    = '{0} schema {1}' prints types, limits and metrics.
    '{0} schema {1}' 会列出类型、取值范围和指标。
    = the base
    基座
    = stage '{0}'
    阶段 '{0}'
    = the key '{0}' appears twice
    键 '{0}' 出现了两次
    = first on line {0}
    第一次在第 {0} 行
    = base with adapter
    基座加适配器
    = choose a model of one of these families: {0}
    请换成这些系列的模型：{=0}
    = the table of datasets cannot be read: {0}
    读不了数据集的表：{0}
    = '{0}' is not a recipe: a recipe is a .yaml file
    '{0}' 不是配方：配方是 .yaml 文件
    = turn another tool's script or settings into a recipe: lorapipe import {0}
    把别的工具的脚本或配置转换成配方：lorapipe import {0}
    = turn that tool's script or settings into a recipe: lorapipe import train.sh
    把那个工具的脚本或配置转换成配方：lorapipe import train.sh
    = add the stage  tokens: { kind: tokenize, model: MODEL, data: {0} }  and write data: tokens
    加上这个阶段  tokens: { kind: tokenize, model: 模型, data: {0} }  然后写 data: tokens
    = '{0}' belongs to {1}; {2} reads {3}
    '{0}' 属于 {1}；{2} 的输入是 {3}
    = {0}: '{1}' is a name of dataset_info.json, which is not here; write the path of its file
    {0}：'{1}' 是 dataset_info.json 里的名字，但这里没有那个文件；请写数据文件的路径
    = vLLM cannot load the base as it lies here: '{0}' is no model folder
    vLLM 读不了这里的基座：'{0}' 不是模型文件夹
    = name the base on a hub with --base-name ORG/NAME, or add --merge to write the whole model
    用 --base-name 组织/名字 写出基座在模型库里的名字，或加 --merge 写出整个模型
    = only in {0}
    只在 {0} 里有的阶段
    = it is called {0} here: write kind: {1}
    这里叫 {0}：写 kind: {1}
    = {0} in {1} row
    {0}（{1} 条）
    = {0} in {1} rows
    {0}（{1} 条）
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
    = name layers among {0}; all-linear names them all
    只能写这些层：{0}；all-linear 表示全部
    """#
}
